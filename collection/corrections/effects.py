"""What a case asks for, how the record stands, what approving it changes in months and fen, and writing that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from collection.corrections import coverages as of_coverage
from collection.corrections import employers as of_employer
from collection.corrections.models import Correction
from collection.corrections.months import Charge, Difference, Months, charged_months, differences, rewrite
from collection.corrections.particulars import (
    PARTICULARS as PARTICULARS,
)
from collection.corrections.particulars import (
    read_particular,
    stood_particular,
    write_particular,
)
from collection.corrections.subjects import Subject
from enrollment.checks import check_first_period
from enrollment.models import TAKEN_BACK, Employment
from enrollment.refusals import Refusal
from enrollment.services.workers import EXCLUSION_VIOLATION, sqlstate
from jilin_si.money import from_fen
from jilin_si.periods import format_period, parse_period, periods

About = Correction.About
RESTRICT_VIOLATION = "23001"
CHANGED_SINCE = _("%(period)s was changed since by something else: enter a new case with what is right.")


@dataclass(frozen=True)
class Effect:
    """What approving a case changes: months before and after, and the sums by line and assessed month (fen).

    A month is what it is charged on: a wage, retirees with their cost, or the number of a risk class.
    """

    before: Mapping[date, Any] = field(default_factory=dict)
    after: Mapping[date, Any] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @property
    def changed(self) -> list[date]:
        """The months charged otherwise, those not assessed yet with them."""
        return sorted(p for p in {*self.before, *self.after} if self.before.get(p) != self.after.get(p))

    @property
    def total(self) -> int:
        return sum(difference.together for difference in self.differences)

    @property
    def credit(self) -> int:
        """What the individual account gets more, once it is paid."""
        return sum(difference.credit for difference in self.differences)


def told(effect: Effect) -> list[dict[str, Any]]:
    """The effect as the case keeps it."""
    return [
        {"period": format_period(d.period), "line": d.line, "own": d.own, "unit": d.unit, "credit": d.credit}
        for d in effect.differences
    ]


def written(effect: Effect) -> dict[str, Any]:
    """The months that change, as they stood and as they stand: what a counter-case restores."""
    return {
        "before": {format_period(p): _plain(effect.before.get(p)) for p in effect.changed},
        "after": {format_period(p): _plain(effect.after.get(p)) for p in effect.changed},
    } | ({} if effect.changed else {"record": True})


def _plain(month: Any) -> Any:
    if isinstance(month, Charge):
        return [month.fen, month.provisional]
    if isinstance(month, of_employer.Retired):
        return [month.heads, month.fen, month.provisional]
    return month


# ── what is asked for, and what stood ────────────────────────────────────────────────────────────────────────────
def read_asked(subject: Subject, about: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for, checked and made plain for its kind. Raises Refusal."""
    if about in PARTICULARS:
        return read_particular(subject, about, asked)
    if about == About.WAGE:
        wage: Decimal = asked["wage"]
        if not 0 < wage <= 10_000_000:
            raise Refusal("wage", "wage_not_positive", _("Wages are more than 0."))
        first, last = asked["first_period"], asked["last_period"]
        if last < first or last.year != first.year:
            raise Refusal(
                "last_period", "span", _("The months lie in one fee year, the first before the last.")
            )
        return {"wage": str(wage), "first_period": format_period(first), "last_period": format_period(last)}
    if about == About.MONTHS:
        return _read_months(subject.of_place, asked)
    if about == About.TRADE_CLASS:
        return of_employer.read_class(subject.employer, asked)
    if about == About.RETIREES:
        return of_employer.read_retirees(subject.employer, asked)
    raise Refusal("about", "about", _("Choose what is wrong."))


def _read_months(employment: Employment, asked: Mapping[str, Any]) -> dict[str, Any]:
    first, last, wage = asked["first_period"], asked.get("last_period"), asked.get("wage")
    check_first_period(employment.worker.birth_date, first)
    if last is not None and last < first:
        raise Refusal("last_period", "span", _("The last month lies before the first."))
    if last is not None and employment.last_period is None:
        raise Refusal(
            "last_period",
            "still_there",
            _("The worker is employed: enter the leaving itself, in its own month."),
        )
    if last is None and employment.last_period is not None:
        raise Refusal("last_period", "last_missing", _("Name the last month under the employment."))
    if (first, last) == (employment.first_period, employment.last_period):
        raise Refusal("first_period", "no_change", _("The record stands so already."))
    return {
        "employment": employment.pk,
        "first_period": format_period(first),
        "last_period": format_period(last) if last else "",
        "wage": str(wage) if wage else "",
    }


def stood(subject: Subject, about: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """How the record stands now."""
    if about in PARTICULARS:
        return stood_particular(subject, about)
    if about == About.TRADE_CLASS:
        return of_employer.stood_class(subject.employer, asked)
    if about == About.RETIREES:
        return of_employer.stood_retirees(subject.employer, asked)
    place = subject.of_place
    if about == About.MONTHS:
        return {
            "employment": place.pk,
            "first_period": format_period(place.first_period),
            "last_period": format_period(place.last_period) if place.last_period else "",
        }
    charged = charged_months(place.county_id, place.employer_id, place.worker_id)
    first, last = parse_period(asked["first_period"]), parse_period(asked["last_period"])
    wages = sorted({charge.fen for period, charge in charged.items() if first <= period <= last})
    return {"wage": " / ".join(str(from_fen(fen)) for fen in wages)}


# ── what approving changes ───────────────────────────────────────────────────────────────────────────────────────
def effect_of(case: Correction) -> Effect:
    """What approving a case changes now, in months and in fen. Raises Refusal where it cannot be any more."""
    if case.about in PARTICULARS:
        if case.counter_of is not None:
            now = stood_particular(Subject.of_case(case), case.about)
            if now != case.counter_of.asked:
                raise Refusal("", "changed_since", _("The record was changed since: enter a new case."))
        return Effect()
    if case.about == About.COVERAGE:
        return Effect(differences=of_coverage.coverage_differences(case))
    if case.about == About.TRADE_CLASS:
        return _class_effect(case)
    if case.about == About.RETIREES:
        before: Mapping[date, Any] = of_employer.retirees_by_month(case.employer_id)
        after = (
            _restored(case.counter_of, before)
            if case.counter_of
            else of_employer.retirees_after(case.asked or case.requested, before)
        )
        return Effect(before, after, of_employer.retiree_differences(case.employer, before, after))
    charged = charged_months(case.county_id, case.employer_id, Subject.of_case(case).of_worker.pk)
    if case.counter_of is not None:
        months: Mapping[date, Charge] = _restored(case.counter_of, charged)
    elif case.about == About.WAGE:
        months = _wage_after(case, charged)
    else:
        months = _months_after(case, charged)
    return Effect(charged, months, differences(case.county_id, case.employer, charged, months))


def _restored(case: Correction, now: Mapping[date, Any]) -> dict[date, Any]:
    """The months as they stood before an approved case. Raises Refusal where one was changed since."""
    make = of_employer.Retired if case.about == About.RETIREES else Charge
    restored = dict(now)
    for text, was in case.written["before"].items():
        period = parse_period(text)
        if _plain(now.get(period)) != case.written["after"][text]:
            raise Refusal("", "changed_since", CHANGED_SINCE, period=text)
        if was is None:
            restored.pop(period, None)
        else:
            restored[period] = make(*was)
    return dict(sorted(restored.items()))


def _class_effect(case: Correction) -> Effect:
    classes = of_employer.Classes.of(case.employer)
    steps = of_employer.steps_asked(case.asked or case.requested)
    first = steps[0][0]
    if case.counter_of is not None and classes.steps(first) != of_employer.steps_asked(case.counter_of.asked):
        raise Refusal("", "changed_since", CHANGED_SINCE, period=format_period(first))
    then = of_employer.Classes(steps[-1][1], tuple((number, start) for start, number in reversed(steps)))
    months = [] if (books := _first_of_the_books(case.county_id)) is None else [
        *periods(max(first, books), max(first, of_employer.recording_period(case.county_id)))
    ]  # fmt: skip
    return Effect(
        {period: classes.on(period) for period in months},
        {period: then.on(period) for period in months},
        of_employer.class_differences(case.employer, steps),
    )


def _wage_after(case: Correction, before: Months) -> dict[date, Charge]:
    asked = case.asked or case.requested
    first, last = parse_period(asked["first_period"]), parse_period(asked["last_period"])
    fen = int(Decimal(asked["wage"]) * 100)
    touched = [period for period in before if first <= period <= last]
    if not touched:
        raise Refusal(
            "first_period",
            "not_charged",
            _(
                "Nothing was charged in these months with this employer: name months of a year that is declared."
            ),
        )
    return {period: Charge(fen) if period in touched else charge for period, charge in before.items()}


def _months_after(case: Correction, before: Months) -> dict[date, Charge]:
    """Months no longer under the employment are not charged; added ones on the wage given, or the nearest one."""
    asked = case.asked or case.requested
    first = parse_period(asked["first_period"])
    last = parse_period(asked["last_period"]) if asked["last_period"] else None
    old = Employment.objects.get(pk=asked["employment"])
    inside = {period: charge for period, charge in before.items() if _within(period, old)}
    after = {period: charge for period, charge in before.items() if period not in inside}
    after |= {
        period: charge
        for period, charge in inside.items()
        if period >= first and (last is None or period <= last)
    }
    books = _first_of_the_books(case.county_id)
    ends = last or (max(before) if before else None)
    if books is None or ends is None:
        return after
    given = Charge(int(Decimal(asked["wage"]) * 100)) if asked.get("wage") else None
    for period in periods(max(first, books), ends):
        if period not in after and not _within(period, old):
            charge = given or _nearest(period, inside)
            if charge is not None:
                after[period] = charge
    return dict(sorted(after.items()))


def _within(period: date, employment: Employment) -> bool:
    return employment.first_period <= period and (
        employment.last_period is None or period <= employment.last_period
    )


def _nearest(period: date, charged: Months) -> Charge | None:
    """The wage of the nearest month charged; a year further away counts as another wage."""
    near = [p for p in charged if p.year == period.year]
    if not near:
        return None
    return Charge(charged[min(near, key=lambda p: abs((p - period).days))].fen)


def _first_of_the_books(county_id: int) -> date | None:
    with connection.cursor() as cursor:
        cursor.execute("select min(period)::date from ledger_period where agency_id = %s", [county_id])
        found: date | None = cursor.fetchone()[0]
        return found


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def write(case: Correction, effect: Effect) -> date | None:
    """Change the record and what is charged; the period in which that is recorded, where contributions change.

    Raises Refusal, LedgerError.
    """
    if case.about in PARTICULARS:
        write_particular(Subject.of_case(case), case.about, case.asked["value"])
        return None
    if case.about == About.COVERAGE:
        return of_coverage.write_coverage(case)
    if case.about == About.TRADE_CLASS:
        return of_employer.write_class(case, of_employer.steps_asked(case.asked))
    if case.about == About.RETIREES:
        return of_employer.rewrite_retirees(case, effect.before, effect.after)
    if case.about == About.MONTHS:
        _write_employment(case)
    worker = Subject.of_case(case).of_worker
    return rewrite(case.county_id, case.employer_id, worker.pk, effect.before, effect.after)


def _write_employment(case: Correction) -> None:
    first = parse_period(case.asked["first_period"])
    last = parse_period(case.asked["last_period"]) if case.asked["last_period"] else None
    held = Employment.objects.select_for_update().get(pk=case.asked["employment"])
    if held.leave_reason == TAKEN_BACK or (held.last_period is None) != (last is None):
        raise Refusal(
            "", "changed", _("The employment was changed since. Refuse this case and enter it anew.")
        )
    try:
        with transaction.atomic():
            held.first_period, held.last_period = first, last
            held.save(update_fields=["first_period", "last_period"])
    except IntegrityError as error:
        if sqlstate(error) == RESTRICT_VIOLATION:
            raise Refusal(
                "", "employer_ended", _("The employer had ended by then: nobody is employed there.")
            ) from error
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise Refusal("", "overlap", _("The worker was employed elsewhere in these months.")) from error
