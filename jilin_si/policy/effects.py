"""What a changed parameter would do to the worked examples, shown before anybody approves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jilin_si.policy.calculators import get_calculator
from jilin_si.policy.lookup import Policy
from jilin_si.policy.rulecheck import run_example
from jilin_si.policy.terms import term
from jilin_si.policy.trace import plain_text
from jilin_si.policy.trying import bare_kind, output_text
from jilin_si.policy.worked_examples import all_examples, in_words


@dataclass(frozen=True)
class ExampleChange:
    """A worked example whose answer a proposed value changes."""

    id: str
    calculator: str
    title: str
    outputs: Sequence[tuple[str, str, str]]
    passed_before: bool
    passes: bool


def examples_changed(base: Policy, tried: Policy) -> list[ExampleChange]:
    """The worked examples that answer otherwise under other parameters: each output before and after."""
    changed = []
    for example in all_examples():
        before, after = run_example(example, base), run_example(example, tried)
        outputs = list(_differences(example["calc"], before.given, after.given))
        if outputs:
            changed.append(
                ExampleChange(
                    str(example.get("id", "")),
                    example["calc"],
                    in_words(example, "title"),
                    outputs,
                    before.passed,
                    after.passed,
                )
            )
    return changed


def _differences(calculator: str, before: Any, after: Any) -> Sequence[tuple[str, str, str]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        kinds = get_calculator(calculator).outputs
        return [
            (
                name,
                output_text(bare_kind(kind), before.get(name)),
                output_text(bare_kind(kind), after.get(name)),
            )
            for name, kind in kinds.items()
            if before.get(name) != after.get(name)
        ]
    return [] if before == after else [("", _said(before), _said(after))]


def _said(given: Any) -> str:
    if isinstance(given, Mapping):
        return ", ".join(f"{term(name)} {plain_text(value)}" for name, value in given.items())
    return str(given)
