"""Checks that forms, imports and services share: ages, months, and how an insured person is refused."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer
from enrollment.refusals import Refusal
from enrollment.standing import Standing
from jilin_si.agencies.clock import today
from jilin_si.periods import add_months, format_period, last_day, period_of

LOWEST_AGE = 16
EARLIEST_PERIOD = date(1949, 10, 1)

ALREADY_INSURED = _("This person is already insured in that month. The earlier employment must end first.")
DIED = _("The registry says that this person died: nobody is enrolled after death. Check the number.")


def check_first_work_date(birth_date: date, first_work_date: date, day: date) -> None:
    """A person starts work in the year of the sixteenth birthday or later, and not in the future.

    By the year: files of the time give a month at best, and count age in calendar years.
    """
    if first_work_date > day:
        raise Refusal(
            "first_work_date",
            "date_in_future",
            _("%(day)s has not come yet."),
            day=first_work_date.isoformat(),
        )
    if first_work_date.year < birth_date.year + LOWEST_AGE:
        raise Refusal(
            "first_work_date",
            "started_work_too_young",
            _("Born on %(birth)s: on %(day)s under 16 years old."),
            birth=birth_date.isoformat(),
            day=first_work_date.isoformat(),
        )


def check_first_period(birth_date: date | None, first_period: date, day: date | None = None) -> None:
    """A movement takes effect this month, next month or in the past, and not before the person is 16.

    ``day`` is the business date; without it, it is asked.
    """
    latest = add_months(period_of(day or today()), 1)
    if first_period > latest:
        raise Refusal(
            "first_period",
            "period_future",
            _("%(period)s is too far ahead: a movement takes effect in %(latest)s at the latest."),
            period=format_period(first_period),
            latest=format_period(latest),
        )
    if first_period < EARLIEST_PERIOD or first_period.day != 1:
        raise Refusal("first_period", "period", _("Enter a month like 1996-03, not before 1949-10."))
    if birth_date is not None and age_reached(birth_date, LOWEST_AGE) > last_day(first_period):
        raise Refusal(
            "first_period",
            "under_age",
            _("Born on %(birth)s: under 16 years old in %(period)s."),
            birth=birth_date.isoformat(),
            period=format_period(first_period),
        )


def age_reached(birth_date: date, years: int) -> date:
    """The day on which a person reaches an age; born on 29 February, on 1 March of a common year."""
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return date(birth_date.year + years, 3, 1)


def refuse_insured(known: Standing, field: str = "identity_number") -> Refusal:
    """The refusal of a person insured already: names the employer only where it lies in the asker's scope."""
    if known.insured_by is not None:
        employer = Employer.objects.filter(pk=known.insured_by).values_list("name", flat=True).first()
        if employer:
            return Refusal(
                field,
                "already_insured",
                _("This person is already insured in that month, with %(employer)s."),
                employer=employer,
            )
    return Refusal(field, "already_insured", ALREADY_INSURED)


def check_employer_runs(employer: Employer) -> None:
    """Nobody joins an employer that ended, and no line covers it."""
    status = Employer.Status
    if employer.status not in (status.ACTIVE, status.SUSPENDED):
        raise Refusal("", "employer_ended", _("This employer has ended: nobody can join it."))
