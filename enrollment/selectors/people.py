"""A worker's record beyond the row itself: its other records, special work, identity over time, deemed months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from enrollment.models import DeemedEvidence, Employment, IdentitySpan, Merge, SpecialWork, Transfer, Worker
from enrollment.standing import person_records
from jilin_si.agencies.clock import today
from jilin_si.periods import period_of, periods
from jilin_si.policy.database import database_policy


@dataclass(frozen=True)
class PersonFacts:
    """What the page of a worker shows besides: all as far as it is to be seen here."""

    special_work: Sequence[SpecialWork]
    special_months: Sequence[tuple[str, int, int]]
    identities: Sequence[IdentitySpan]
    deemed: Sequence[DeemedEvidence]
    merged: Sequence[Merge]
    transfers: Sequence[Transfer]
    others: Sequence[int]


def person_facts(worker: Worker) -> PersonFacts:
    """Dated rows of a worker, the records merged into it, transfers; kinds of special work with months and need."""
    records = person_records(worker.pk)
    special = list(SpecialWork.objects.filter(worker_id__in=records))
    words = dict(SpecialWork._meta.get_field("kind").choices or [])
    return PersonFacts(
        special_work=special,
        special_months=[
            (str(words[found.kind]), found.months, found.needed)
            for found in special_months(special_work_of(worker.pk), today())
        ],
        identities=list(IdentitySpan.objects.filter(worker_id__in=records)),
        deemed=list(DeemedEvidence.objects.filter(worker=worker).select_related("noted_by").order_by("-id")),
        merged=list(Merge.objects.filter(kept=worker, state=Merge.State.DONE).select_related("merged")),
        transfers=list(
            Transfer.objects.filter(worker_id__in=records).select_related("county", "to_county")[:5]
        ),
        others=[number for number in records if number != worker.pk],
    )


def employments_of(worker: Worker) -> list[Employment]:
    """The employments of a person under all its records, as far as they are to be seen, oldest first."""
    return list(
        Employment.objects.filter(worker_id__in=person_records(worker.pk))
        .exclude(leave_reason="taken_back")
        .select_related("employer")
        .prefetch_related("employer__coverages")
        .order_by("first_period")
    )


@dataclass(frozen=True)
class IdentityFact:
    """Worker or cadre from a month on, under which record and on which paper."""

    worker_id: int
    identity: str
    first_period: date
    document: str


@dataclass(frozen=True)
class SpecialFact:
    """A stretch of special work, under which record and on which paper."""

    worker_id: int
    kind: str
    first_period: date
    last_period: date | None
    document: str


@dataclass(frozen=True)
class DeemedFact:
    """A person's deemed months: of all records the larger sum, which was settled for the person as a whole."""

    worker_id: int
    months: int
    document: str


@dataclass(frozen=True)
class SpecialMonths:
    """Months in one kind of special work, and how many the rule asks for (PEN-11)."""

    kind: str
    months: int
    needed: int

    @property
    def is_enough(self) -> bool:
        return self.months >= self.needed


def _told(function: str, worker_id: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"select * from {function}(%s)", [worker_id])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def identities_of(worker_id: int) -> list[IdentityFact]:
    """The dated identities of a person under all records, oldest first."""
    return [IdentityFact(*row) for row in _told("person_identities", worker_id)]


def special_work_of(worker_id: int) -> list[SpecialFact]:
    """The stretches of special work of a person under all records, oldest first."""
    return [SpecialFact(*row) for row in _told("person_special_work", worker_id)]


def deemed_of(worker: Worker) -> DeemedFact:
    """The deemed months of a person, and the paper on which they rest."""
    row = next(iter(_told("person_deemed", worker.pk)), None)
    return (
        DeemedFact(row[0], row[1], row[2] or "") if row else DeemedFact(worker.pk, worker.deemed_months, "")
    )


def special_months(rows: Iterable[SpecialWork | SpecialFact], on: date) -> list[SpecialMonths]:
    """For each kind of special work the months up to a day and those that the rule asks for; a month counts once."""
    months: dict[str, set[date]] = {}
    for row in rows:
        last = min(row.last_period or on, on)
        months.setdefault(row.kind, set()).update(periods(row.first_period, period_of(last)))
    years = dict(database_policy().value("pension.special_work_years", on)) if months else {}
    return [SpecialMonths(kind, len(found), 12 * int(years[kind])) for kind, found in months.items()]


def retirement_category(worker: Worker, on: date) -> str:
    """``special`` where the years in some kind of it reach what the rule asks for, else ``normal`` (PEN-11)."""
    reached = any(found.is_enough for found in special_months(special_work_of(worker.pk), on))
    return "special" if reached else "normal"


def identity_on(worker: Worker, on: date) -> str:
    """Worker or cadre on a day (PEN-11a): the last dated row of the person up to it, else what the record says."""
    rows = [row for row in identities_of(worker.pk) if row.first_period <= on]
    return rows[-1].identity if rows else worker.identity
