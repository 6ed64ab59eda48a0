"""Periods (费款所属期): a period is a ``date``, the first day of its month."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_PERIOD = re.compile(r"(\d{4})-(\d{1,2})")


def month(year: int, number: int) -> date:
    """The period of that month."""
    return date(year, number, 1)


def period_of(day: date) -> date:
    """The period in which a day lies."""
    return day.replace(day=1)


def add_months(period: date, months: int) -> date:
    """The period ``months`` later (earlier where negative)."""
    index = period.year * 12 + period.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def months_between(first: date, last: date) -> int:
    """How many months lie from ``first`` to ``last``, both counted; 0 or less where ``last`` is earlier."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def periods(first: date, last: date) -> Iterator[date]:
    """Each period from ``first`` to ``last``, both included."""
    for step in range(months_between(first, last)):
        yield add_months(first, step)


def year_periods(year: int) -> list[date]:
    """The twelve periods of a year."""
    return [month(year, number) for number in range(1, 13)]


def last_day(period: date) -> date:
    """The last day of the period's month."""
    following = add_months(period, 1)
    return date.fromordinal(following.toordinal() - 1)


def format_period(period: date) -> str:
    """``1996-03``."""
    return f"{period.year:04d}-{period.month:02d}"


def parse_period(text: str) -> date:
    """Read ``1996-03``. Raises ValidationError for anything else, month 13 included."""
    match = _PERIOD.fullmatch(unicodedata.normalize("NFKC", text or "").strip())
    if match is None or not 1 <= int(match[2]) <= 12 or not 1900 <= int(match[1]) <= 2100:
        raise ValidationError(
            _("“%(given)s” is not a month. Write it like 1996-03.") % {"given": text},
            code="period",
        )
    return date(int(match[1]), int(match[2]), 1)
