"""The acts of a correction request: entered by one person, approved or refused by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from collection.corrections.models import Correction
from collection.corrections.months import Charge, Difference, Months, charged_months, differences, rewrite
from enrollment.checks import check_first_period, check_first_work_date
from enrollment.identity_numbers import read_identity_number, read_name
from enrollment.models import TAKEN_BACK, Employment
from enrollment.permissions import MAY_ENTER, MAY_REVIEW, require
from enrollment.refusals import Refusal
from enrollment.romanise import romanise
from enrollment.services.workers import EXCLUSION_VIOLATION, UNIQUE_VIOLATION, sqlstate
from enrollment.standing import standing
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.ledger.services import LedgerError
from jilin_si.periods import format_period, parse_period, period_of, periods

if TYPE_CHECKING:
    from jilin_si.access.models import User

About = Correction.About
State = Correction.State
RESTRICT_VIOLATION = "23001"
PARTICULARS = (About.NAME, About.BIRTH_DATE, About.IDENTITY_NUMBER, About.FIRST_WORK_DATE)


@dataclass(frozen=True)
class Effect:
    """What approving a case changes: months charged before and after, and the sums by line and assessed month (fen)."""

    before: Months = field(default_factory=dict)
    after: Months = field(default_factory=dict)
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


def enter_correction(
    *,
    employment: Employment,
    about: str,
    asked_by: str,
    asked: Mapping[str, Any],
    evidence_no: str,
    evidence: str,
    by: User | None,
) -> Correction:
    """Enter a case about a worker, through one employment. ``asked``: what is to stand (see ``read_asked``).

    Raises Refusal, PermissionDenied.
    """
    require(by, employment.county_id, *MAY_ENTER)
    if not evidence_no.strip():
        raise Refusal("evidence_no", "evidence_missing", _("Name the document that proves it."))
    if not evidence.strip():
        raise Refusal("evidence", "evidence_missing", _("Say what the document proves."))
    worker = employment.worker
    plain = read_asked(employment, about, asked)
    stood = _stood(employment, about, plain)
    case = Correction(
        county_id=employment.county_id,
        employer_id=employment.employer_id,
        worker=worker,
        about=about,
        asked_by=asked_by,
        asked=plain,
        stood=stood,
        evidence_no=evidence_no.strip(),
        evidence=evidence.strip(),
        entered_by=by,
        entered_on=today(),
    )
    effect = effect_of(case)
    if about not in PARTICULARS and not effect.changed and about == About.WAGE:
        raise Refusal("wage", "no_change", _("The record stands so already."))
    try:
        with transaction.atomic():
            case.save()
            _record("enter_correction", case, by)
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        raise Refusal(
            "about", "waits", _("A case about the same waits already. It has to be decided first.")
        ) from error
    return case


def read_asked(employment: Employment, about: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for, checked and made plain for its kind. Raises Refusal."""
    worker = employment.worker
    if about == About.NAME:
        plain: dict[str, Any] = {"value": read_name(str(asked["value"]))}
    elif about == About.IDENTITY_NUMBER:
        number = read_identity_number(str(asked["value"]), today())
        known = standing(number.key, worker.name, period_of(today()))
        if known is not None and known.worker_id != worker.pk:
            raise Refusal(
                "value", "taken", _("Another person is registered under this number: merge the two.")
            )
        plain = {"value": number.given}
    elif about in (About.BIRTH_DATE, About.FIRST_WORK_DATE):
        day: date = asked["value"]
        if about == About.FIRST_WORK_DATE:
            check_first_work_date(worker.birth_date, day, today())
        elif not date(1900, 1, 1) <= day <= today():
            raise Refusal("value", "birth_date", _("No birth date of an insured person."))
        plain = {"value": day.isoformat()}
    elif about == About.WAGE:
        wage: Decimal = asked["wage"]
        if not 0 < wage <= 10_000_000:
            raise Refusal("wage", "wage_not_positive", _("Wages are more than 0."))
        first, last = asked["first_period"], asked["last_period"]
        if last < first or last.year != first.year:
            raise Refusal(
                "last_period", "span", _("The months lie in one fee year, the first before the last.")
            )
        plain = {"wage": str(wage), "first_period": format_period(first), "last_period": format_period(last)}
    elif about == About.MONTHS:
        plain = _read_months(employment, asked)
    else:
        raise Refusal("about", "about", _("Choose what is wrong."))
    if about in PARTICULARS and plain["value"] == _stood(employment, about, plain)["value"]:
        raise Refusal("value", "no_change", _("The record stands so already."))
    return plain


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


def effect_of(case: Correction) -> Effect:
    """What approving a case changes now, in months and in fen."""
    if case.about in PARTICULARS:
        return Effect()
    before = charged_months(case.county_id, case.employer_id, case.worker_id)
    after = _wage_after(case, before) if case.about == About.WAGE else _months_after(case, before)
    return Effect(before, after, differences(case.county_id, case.employer, before, after))


def approve_correction(*, case: Correction, by: User) -> Correction:
    """Approve a case, by somebody who did not enter it: the record changes, and what was charged is written anew.

    Raises Refusal, PermissionDenied.
    """
    require(by, case.county_id, *MAY_REVIEW)
    with transaction.atomic():
        held = _waiting(case, by)
        effect = effect_of(held)
        if held.about in PARTICULARS:
            _write_particulars(held)
        elif held.about == About.MONTHS:
            _write_employment(held)
        try:
            held.recorded_in = rewrite(
                held.county_id, held.employer_id, held.worker_id, effect.before, effect.after
            )
        except LedgerError as error:
            raise Refusal("", "no_open_period", "%(why)s", why=error) from error
        held.state = State.APPROVED
        held.decided_by, held.decided_on = by, today()
        held.effect = [
            {
                "period": format_period(d.period),
                "line": d.line,
                "own": d.own,
                "unit": d.unit,
                "credit": d.credit,
            }
            for d in effect.differences
        ]
        held.save()
        _record("approve_correction", held, by, fen=effect.total, months=len(effect.changed))
    return held


def refuse_correction(*, case: Correction, reason: str, by: User) -> Correction:
    """Refuse a case, saying why. Raises Refusal, PermissionDenied."""
    require(by, case.county_id, *MAY_REVIEW)
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Refusal("reason", "reason_missing", _("Say why it is refused."))
    with transaction.atomic():
        held = _waiting(case, by)
        held.state = State.REFUSED
        held.refusal = reason
        held.decided_by, held.decided_on = by, today()
        held.save()
        _record("refuse_correction", held, by, reason=reason)
    return held


# ── how months stand afterwards ──────────────────────────────────────────────────────────────────────────────────
def _wage_after(case: Correction, before: Months) -> dict[date, Charge]:
    first, last = parse_period(case.asked["first_period"]), parse_period(case.asked["last_period"])
    fen = int(Decimal(case.asked["wage"]) * 100)
    touched = [period for period in before if first <= period <= last]
    if not touched:
        raise Refusal(
            "first_period", "not_charged", _("Nothing was charged in these months with this employer.")
        )
    return {period: Charge(fen) if period in touched else charge for period, charge in before.items()}


def _months_after(case: Correction, before: Months) -> dict[date, Charge]:
    """Months no longer under the employment are not charged; added ones on the wage given, or the nearest one."""
    first = parse_period(case.asked["first_period"])
    last = parse_period(case.asked["last_period"]) if case.asked["last_period"] else None
    old = Employment.objects.get(pk=case.asked["employment"])
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
    given = Charge(int(Decimal(case.asked["wage"]) * 100)) if case.asked["wage"] else None
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
        return cursor.fetchone()[0]


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _waiting(case: Correction, by: User) -> Correction:
    held: Correction = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("employer", "worker")
        .get(pk=case.pk)
    )
    if held.state != State.WAITING:
        raise Refusal("", "decided", _("This case was decided meanwhile. Load the page again."))
    if held.entered_by_id == by.pk:
        raise Refusal("", "two_persons", _("You entered this case yourself: a second person decides it."))
    return held


def _stood(employment: Employment, about: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """How the record stands now."""
    worker = employment.worker
    if about in PARTICULARS:
        value = getattr(worker, about)
        return {"value": value.isoformat() if isinstance(value, date) else value or ""}
    if about == About.MONTHS:
        last = employment.last_period
        return {
            "first_period": format_period(employment.first_period),
            "last_period": format_period(last) if last else "",
        }
    charged = charged_months(employment.county_id, employment.employer_id, employment.worker_id)
    first, last = parse_period(asked["first_period"]), parse_period(asked["last_period"])
    wages = sorted({charge.fen for period, charge in charged.items() if first <= period <= last})
    return {"wage": " / ".join(f"{fen // 100}.{fen % 100:02d}" for fen in wages)}


def _write_particulars(case: Correction) -> None:
    """Change the worker's own record; its history is kept by trigger."""
    worker = case.worker
    value = case.asked["value"]
    if case.about == About.NAME:
        worker.name = value
        worker.pinyin, worker.initials = romanise(value)
    elif case.about == About.IDENTITY_NUMBER:
        number = read_identity_number(value, today())
        worker.identity_number, worker.identity_key = number.given, number.key
        worker.sex, worker.birth_date = number.sex, number.birth_date
    elif case.about == About.BIRTH_DATE:
        worker.birth_date = date.fromisoformat(value)
    else:
        worker.first_work_date = date.fromisoformat(value)
    try:
        with transaction.atomic():
            worker.save()
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        raise Refusal(
            "", "taken", _("Another person is registered under this number: merge the two.")
        ) from error


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


def _record(act: str, case: Correction, by: User | None, reason: str = "", **told: Any) -> None:
    record(
        act,
        by=by,
        about="worker",
        number=case.worker_id,
        county_id=case.county_id,
        employer_id=case.employer_id,
        reason=reason,
        details={"case": case.pk, "code": case.code, "about": case.about, **told},
    )
