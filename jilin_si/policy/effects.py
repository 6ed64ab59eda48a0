"""What a changed parameter would do, shown before anybody approves it: to the worked examples, to a month assessed.

This floor knows no months. Whoever assesses them registers an effect: ``register_month_effect(provider)`` from its
``AppConfig.ready``; the provider works the last assessed month out again with the parameters as they would be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from jilin_si.policy.lookup import PROVINCE, Policy, What
from jilin_si.policy.models import ParameterValue
from jilin_si.policy.rulecheck import Outcome, run_example
from jilin_si.policy.trace import plain_text

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


# The parameters in force, and as they would be; nothing where the parameter has no part in this.
MonthEffectProvider = Callable[[str, Policy, Policy], Sequence[MonthEffect]]
_providers: list[MonthEffectProvider] = []


def register_month_effect(provider: MonthEffectProvider) -> None:
    """Say who works the last assessed month out again."""
    if provider not in _providers:
        _providers.append(provider)


def effects_on_months(value: ParameterValue, base: Policy) -> list[MonthEffect]:
    """The last assessed month worked out again as if the proposed value had held in it already.

    A value starts later than any assessed month; what it will cost is seen on the month that is known.
    """
    found: list[MonthEffect] = []
    tried = base.override({value.parameter.code: What(value.value, agency_id=_where(value.agency_id))})
    with transaction.atomic():
        for provider in _providers:
            found.extend(provider(value.parameter.code, base, tried))
    return found


def _where(agency_id: int) -> int | None:
    return None if agency_id == PROVINCE else agency_id


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
    from jilin_si.policy.worked_examples import all_examples

    changed = []
    for example in all_examples():
        before, after = run_example(example, base), run_example(example, tried)
        outputs = list(_differences(before.given, after.given))
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


def _differences(before: Any, after: Any) -> Sequence[tuple[str, str, str]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            (name, str(plain_text(before.get(name))), str(plain_text(after.get(name))))
            for name in {**before, **after}
            if before.get(name) != after.get(name)
        ]
    return [] if before == after else [("", _said(before), _said(after))]


def _said(given: Any) -> str:
    if isinstance(given, Mapping):
        return ", ".join(f"{name} {plain_text(value)}" for name, value in given.items())
    return str(given)


def examples_broken(value: ParameterValue) -> list[Outcome]:
    """The worked examples that pass now and would fail: they block the approval unless a reason is given."""
    from jilin_si.policy.services import examples_broken_by

    return examples_broken_by(value)
