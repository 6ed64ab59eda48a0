"""A worker's record beyond the row itself: its other records, special work, identity over time, deemed months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enrollment.models import DeemedEvidence, Employment, IdentitySpan, Merge, SpecialWork, Transfer, Worker
from enrollment.standing import person_records
from jilin_si.agencies.clock import today
from jilin_si.periods import months_between, period_of
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
    return PersonFacts(
        special_work=special,
        special_months=special_months(special, today()),
        identities=list(IdentitySpan.objects.filter(worker=worker)),
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


def special_months(rows: Sequence[SpecialWork], on: date) -> list[tuple[str, int, int]]:
    """For each kind of special work: its word, the months in it, the months that the rule asks for (PEN-11)."""
    sums: dict[str, int] = {}
    for row in rows:
        last = row.last_period or period_of(on)
        sums[row.kind] = sums.get(row.kind, 0) + max(months_between(row.first_period, last), 0)
    words = dict(SpecialWork._meta.get_field("kind").choices or [])
    years = dict(database_policy().value("pension.special_work_years", on)) if sums else {}
    return [(str(words[kind]), months, 12 * int(years[kind])) for kind, months in sums.items()]


def retirement_category(worker: Worker, on: date) -> str:
    """``special`` where the years in some kind of it reach what the rule asks for, else ``normal`` (PEN-11)."""
    rows = list(SpecialWork.objects.filter(worker_id__in=person_records(worker.pk)))
    reached = any(months >= needed for _kind, months, needed in special_months(rows, on))
    return "special" if reached else "normal"


def identity_on(worker: Worker, on: date) -> str:
    """Worker or cadre on a day (PEN-11a): the last dated row up to it, else what the record says."""
    row = IdentitySpan.objects.filter(worker=worker, first_period__lte=on).order_by("-first_period").first()
    return row.identity if row else worker.identity
