"""What a row answers instead of wages, read and checked: from when on somebody is gone, and why."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from enrollment.answers import LEAVING, REASONS, Answer
from enrollment.checks import check_first_period
from enrollment.choices import LeaveReason
from enrollment.refusals import Refusal
from enrollment.return_checked import CheckedRow, Fault, Leaving
from enrollment.return_rows import Person, read_month
from jilin_si.periods import add_months, format_period


def read_answer(checked: CheckedRow, first_period: date, day: date) -> bool:
    """Read why a row has no wages; says whether wages belong into it all the same.

    They do where somebody leaves later than the return begins: the months until then are owed. ``first_period`` is the
    return's first month, ``day`` the business date.
    """
    answer, person = checked.row["answer"].strip(), checked.person
    if answer not in Answer.values or person is None:
        checked.errors.append(Fault("answer", "answer", _("Choose one from the list.")))
        return False
    checked.answer = answer
    gone_from = _gone_from(checked, answer, person, day) if answer in LEAVING else first_period
    if gone_from is None:
        return False
    typed = checked.row.get("year_wages", "").strip()
    if gone_from > first_period:
        if not typed:
            checked.errors.append(
                Fault(
                    "year_wages",
                    "wages_until_then",
                    _("Works here until %(period)s: enter the wages too, these months are owed.")
                    % {"period": format_period(add_months(gone_from, -1))},
                )
            )
        elif checked.leaving is None:
            checked.answer = ""  # the registry knows the leaving: what counts are the wages until then
        return bool(typed)
    if typed:
        checked.errors.append(
            Fault(
                "year_wages",
                "wages_and_answer",
                _("Either wages or why there are none: leave one of the two empty."),
            )
        )
    return False


def _gone_from(checked: CheckedRow, answer: str, person: Person, day: date) -> date | None:
    """The first month without the person, by the registry where it knows the leaving; None: to be mended."""
    if person.last_period is not None:
        return add_months(person.last_period, 1)
    period = _read_period(checked, person, day)
    reason = _read_reason(checked, answer)
    if period is None or not reason:
        return None
    checked.leaving = Leaving(period, reason)
    return period


def _read_period(checked: CheckedRow, person: Person, day: date) -> date | None:
    try:
        period = read_month(checked.row.get("left_from", ""))
    except ValidationError as error:
        checked.errors.append(Fault("left_from", "period", error.messages[0]))
        return None
    if period is None:
        checked.errors.append(
            Fault(
                "left_from",
                "leave_month",
                _("From which month on? Enter the first that is not owed any more."),
            )
        )
        return None
    checked.values["left_from"] = format_period(period)
    if period <= person.first_period:
        checked.errors.append(
            Fault(
                "left_from",
                "leaves_before_joining",
                _("The worker joined in %(period)s: leaving takes effect in a later month.")
                % {"period": format_period(person.first_period)},
            )
        )
        return None
    try:
        check_first_period(None, period, day)
    except Refusal as refusal:
        checked.errors.append(Fault("left_from", refusal.code, refusal.message))
        return None
    return period


def _read_reason(checked: CheckedRow, answer: str) -> str:
    """Why somebody left; who moved was transferred, where nothing else is said."""
    given = checked.row.get("left_why", "").strip()
    known = REASONS[answer]
    if given in known:
        return given
    if answer == Answer.MOVED:
        return LeaveReason.TRANSFERRED
    checked.errors.append(Fault("left_why", "leave_reason", _("Choose why the worker leaves.")))
    return ""
