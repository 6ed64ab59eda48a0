"""What another value of a parameter would make of the last assessed month, county by county, worked out by the queue.

This floor knows no months. Whoever assesses them registers its work: ``register_month(work)`` from its
``AppConfig.ready``. A page asks ``effect_on_month`` again and again: it tells how far the counties are and sends those
nobody has worked out yet to the queue; the results are kept in the cache for some minutes and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from django.core.cache import cache
from django.db import connection, transaction

from jilin_si.access.scope import acting_as, everything
from jilin_si.jobs.reconciler import Sending, send
from jilin_si.jobs.units import SET_JOB_SETTINGS
from jilin_si.money import ZERO
from jilin_si.policy.database import database_policy
from jilin_si.policy.lookup import PROVINCE, Policy, What

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KEPT_SECONDS = 600


@dataclass(frozen=True)
class CountyEffect:
    """One county's month before and after, in yuan; ``people`` whose sum changes, ``employers`` if these are billed."""

    county_id: int
    people: int
    before: Decimal
    after: Decimal
    employers: int | None = None

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class MonthPart:
    """A kind of sum of the month that another value changes, and the counties where it does."""

    name: str
    title: StrOrPromise
    counties: Sequence[int]


@dataclass(frozen=True)
class MonthEffect:
    """What one kind of sum of the last assessed month would have been."""

    title: StrOrPromise
    period: date
    rows: Sequence[CountyEffect]

    @property
    def people(self) -> int:
        return sum(row.people for row in self.rows)

    @property
    def employers(self) -> int | None:
        """How many employers' bills change; None where it is a sum of the workers' own."""
        billed = [row.employers for row in self.rows if row.employers is not None]
        return sum(billed) if billed else None

    @property
    def before(self) -> Decimal:
        return sum((row.before for row in self.rows), ZERO)

    @property
    def after(self) -> Decimal:
        return sum((row.after for row in self.rows), ZERO)

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def changed_rows(self) -> list[CountyEffect]:
        """The counties in which anything changes, the largest difference first."""
        rows = [row for row in self.rows if row.people or row.difference]
        return sorted(rows, key=lambda row: (-abs(row.difference), row.county_id))


class MonthWork(Protocol):
    """Whoever assesses months: which is the last, what a value has a part in, and one county's work."""

    def last_month(self) -> tuple[date, list[int]] | None:
        """The last month assessed anywhere in the active scope, and where it was."""

    def parts(
        self, base: Policy, tried: Policy, period: date, counties: Sequence[int]
    ) -> Sequence[MonthPart]:
        """The sums that differ between two sets of parameters; nothing where a parameter has no part in a month."""

    def work(self, base: Policy, tried: Policy, period: date, county_id: int) -> Mapping[str, CountyEffect]:
        """One county's sums under both, by the name of the part."""


_months: list[MonthWork] = []


def register_month(work: MonthWork) -> None:
    """Say who works the last assessed month out again."""
    _months[:] = [work]


@dataclass(frozen=True)
class Question:
    """A value, written as in files, tried at a place in a month, on the parameters as they stand (``stamp``)."""

    code: str
    written: Any
    agency_id: int
    stamp: str
    period: date

    def tried(self, base: Policy) -> Policy:
        """The parameters with this value, as if it had held in the month already."""
        place = None if self.agency_id == PROVINCE else self.agency_id
        return base.override({self.code: What(self.written, agency_id=place)})

    def key(self, county_id: int) -> str:
        """Where a county's result is kept."""
        return f"what-if:{hashlib.sha256(repr(self).encode()).hexdigest()}:{county_id}"


@dataclass(frozen=True)
class Progress:
    """How far the last assessed month is worked out again; ``effects`` once all counties are done."""

    done: int
    total: int
    effects: Sequence[MonthEffect]

    @property
    def finished(self) -> bool:
        return self.done == self.total


def effect_on_month(code: str, written: Any, agency_id: int, base: Policy) -> Progress:
    """How far the counties of the active scope are; those not begun are sent to the queue.

    A value starts later than any assessed month; what it will cost is seen on the month that is known. A county's
    result is the same for every reader; which counties one reads is the scope's affair.
    """
    assessed = _months[0].last_month() if _months else None
    if assessed is None:
        return Progress(0, 0, [])
    period, counties = assessed
    question = Question(code, written, agency_id, base.stamp, period)
    parts = _months[0].parts(base, question.tried(base), period, counties)
    concerned = sorted({county_id for part in parts for county_id in part.counties})
    kept = cache.get_many([question.key(county_id) for county_id in concerned])
    found: dict[int, Mapping[str, CountyEffect]] = {
        county_id: kept[question.key(county_id)] for county_id in concerned if question.key(county_id) in kept
    }
    if len(found) < len(concerned):
        _send(question, [county_id for county_id in concerned if county_id not in found])
        return Progress(len(found), len(concerned), [])
    effects = [
        MonthEffect(part.title, period, [found[c][part.name] for c in part.counties if part.name in found[c]])
        for part in parts
    ]
    return Progress(len(found), len(concerned), effects)


def _send(question: Question, counties: Sequence[int]) -> None:
    from jilin_si.policy.tasks import report_effect

    send(
        Sending(
            question.key(county_id),
            report_effect.si(
                question.code,
                question.written,
                question.agency_id,
                question.stamp,
                question.period.isoformat(),
                county_id,
            ),
        )
        for county_id in counties
    )


def work_out(question: Question, county_id: int) -> None:
    """Work one county out and keep the result. Nothing is written into the database.

    Where the parameters have changed since the question was asked nothing is done: the page asks anew.
    """
    base = database_policy(fresh=True)
    if base.stamp != question.stamp or cache.get(question.key(county_id)) is not None:
        return
    cache.set(question.key(county_id), work_county(question, county_id, base), KEPT_SECONDS)


def work_county(question: Question, county_id: int, base: Policy) -> Mapping[str, CountyEffect]:
    """One county's sums before and after, by the name of the part."""
    with acting_as(everything()), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SET_JOB_SETTINGS)
        return _months[0].work(base, question.tried(base), question.period, county_id)
