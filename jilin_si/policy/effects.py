"""What a changed parameter would do, shown before anybody approves it: to the worked examples, to a month assessed.

This floor knows no months. Whoever assesses them registers an effect: ``register_month_effect(provider)`` from its
``AppConfig.ready``; the provider works the last assessed month out again with the parameters as they would be.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from jilin_si.money import ZERO
from jilin_si.policy.calculators import get_calculator
from jilin_si.policy.lookup import PROVINCE, Policy, What
from jilin_si.policy.rulecheck import run_example
from jilin_si.policy.terms import term
from jilin_si.policy.trace import plain_text
from jilin_si.policy.trying import bare_kind, output_text
from jilin_si.policy.worked_examples import all_examples

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class CountyEffect:
    """One county's month before and after: people or employers whose sum changed, and the sums in yuan."""

    county_id: int
    people: int
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class MonthEffect:
    """What one kind of sum of the last assessed month would have been; ``people`` names who is counted."""

    title: StrOrPromise
    people: StrOrPromise
    period: date
    rows: Sequence[CountyEffect]

    @property
    def changed(self) -> int:
        return sum(row.people for row in self.rows)

    @property
    def before(self) -> Decimal:
        return sum((row.before for row in self.rows), Decimal(0))

    @property
    def after(self) -> Decimal:
        return sum((row.after for row in self.rows), Decimal(0))

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def changed_rows(self) -> list[CountyEffect]:
        """The counties in which anything changes, the largest difference first."""
        rows = [row for row in self.rows if row.people or row.difference]
        return sorted(rows, key=lambda row: (-abs(row.difference), row.county_id))


@dataclass(frozen=True)
class MonthPlan:
    """How one kind of sum is worked out again: for some counties at a time, so that a page can tell how far it is."""

    title: StrOrPromise
    people: StrOrPromise
    period: date
    counties: Sequence[int]
    work: Callable[[Sequence[int]], Sequence[CountyEffect]]


# A parameter's code, the parameters in force, and as they would be; nothing where it has no part in a month.
MonthEffectProvider = Callable[[str, Policy, Policy], Sequence[MonthPlan]]
_providers: list[MonthEffectProvider] = []

SECONDS_A_TURN = 0.8
COUNTIES_AT_ONCE = 4
KEPT_SECONDS = 600


def register_month_effect(provider: MonthEffectProvider) -> None:
    """Say who works the last assessed month out again."""
    if provider not in _providers:
        _providers.append(provider)


@dataclass(frozen=True)
class Progress:
    """How far the last assessed month is worked out again; ``effects`` once all counties are done."""

    done: int
    total: int
    effects: Sequence[MonthEffect]

    @property
    def finished(self) -> bool:
        return self.done == self.total


def effect_on_month(code: str, written: Any, agency_id: int, base: Policy, reader: str) -> Progress:
    """Work on the last assessed month for a turn, as if the value had held in it already.

    A value starts later than any assessed month; what it will cost is seen on the month that is known. What is done
    is kept for some minutes for this reader (whose scope it was worked out in), so that the next turn goes on.
    """
    tried = base.override({code: What(written, agency_id=None if agency_id == PROVINCE else agency_id)})
    plans = [plan for provider in _providers for plan in provider(code, base, tried)]
    key = hashlib.sha256(repr((code, written, agency_id, base.stamp, reader)).encode()).hexdigest()
    started = time.monotonic()
    done = 0
    effects = []
    for number, plan in enumerate(plans):
        kept: dict[int, CountyEffect] = cache.get(f"effect:{key}:{number}") or {}
        left = [county for county in plan.counties if county not in kept]
        while left and time.monotonic() - started < SECONDS_A_TURN:
            turn, left = left[:COUNTIES_AT_ONCE], left[COUNTIES_AT_ONCE:]
            found = {row.county_id: row for row in plan.work(turn)}
            kept |= {county: found.get(county, CountyEffect(county, 0, ZERO, ZERO)) for county in turn}
        cache.set(f"effect:{key}:{number}", kept, KEPT_SECONDS)
        done += len(kept)
        effects.append(
            MonthEffect(plan.title, plan.people, plan.period, [kept[c] for c in plan.counties if c in kept])
        )
    total = sum(len(plan.counties) for plan in plans)
    return Progress(done, total, effects if done == total else [])


@dataclass(frozen=True)
class ExampleChange:
    """A worked example whose answer a proposed value changes."""

    id: str
    calculator: str
    title: str
    outputs: Sequence[tuple[str, str, str]]
    passed_before: bool
    passes: bool


def examples_changed(
    base: Policy, tried: Policy, examples: Sequence[dict[str, Any]] | None = None
) -> list[ExampleChange]:
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
                    str(example.get("title", "")),
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
