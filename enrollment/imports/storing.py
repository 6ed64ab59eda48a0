"""The good rows of a roster become workers, employments and declared wages, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction

from enrollment.checks import ALREADY_INSURED, check_employer_runs, check_first_period
from enrollment.imports.checking import RosterRow
from enrollment.models import Employer, Worker
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.services.joining import declare_joining
from enrollment.services.workers import EXCLUSION_VIOLATION, NewWorker, insert_workers, sqlstate
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.money import ZERO
from jilin_si.periods import period_of

if TYPE_CHECKING:
    from jilin_si.access.models import User

# what a roster may say otherwise about somebody who is there already
CHANGED = ("category", "identity", "first_work_date", "deemed_months")


@dataclass(frozen=True)
class Stored:
    """How many people were new and changed, and the wages declared with them (yuan a month)."""

    new: int
    changed: int
    wages: Decimal


def store_roster(
    *,
    employer: Employer,
    rows: list[RosterRow],
    first_period: date | None,
    by: User | None,
    roster: int | None = None,
) -> Stored:
    """Store the rows that are new or changed; wrong ones and those that are the same are passed over.

    ``roster`` is the number of the file's page, which tells of the act and leads to taking it back.
    The same roster again finds everybody the same and changes nothing. Raises Refusal, PermissionDenied.
    """
    require(by, employer.county_id, *MAY_ENTER)
    period = first_period or period_of(today())
    check_first_period(None, period)
    check_employer_runs(employer)
    new = [row for row in rows if row.good and row.state == "new"]
    changed = [row for row in rows if row.good and row.state == "change"]
    with transaction.atomic():
        _enrol(employer, new, period)
        before = _change(changed)
        wages = {row.worker_id: row.wage for row in new if row.worker_id and row.wage is not None}
        total = sum(wages.values(), ZERO)
        if new or changed:
            record(
                "import_roster",
                by=by,
                about="employer",
                number=employer.pk,
                county_id=employer.county_id,
                employer_id=employer.pk,
                details={
                    "rows": len(new) + len(changed),
                    "new": len(new),
                    "changed": len(changed),
                    "wages": total,
                    "first_period": period,
                    # whom it brought and what it changed, so that it can be taken back whole
                    "workers": [row.worker_id for row in new],
                    "before": before,
                    "roster": roster,
                },
            )
        if wages:
            declare_joining(employer=employer, first_period=period, wages=wages, by=by)
    return Stored(len(new), len(changed), total)


def _enrol(employer: Employer, rows: list[RosterRow], period: date) -> None:
    unknown = [row for row in rows if row.worker_id is None]
    if unknown:
        people = [
            NewWorker(
                row.number, row.name, row.category, row.identity, row.first_work_date, row.deemed_months or 0
            )
            for row in unknown
            if row.number
        ]
        for row, number in zip(unknown, insert_workers(people), strict=True):
            row.worker_id = number
    if not rows:
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
                " select w, %s, %s, %s, '' from unnest(%s::bigint[]) w",
                [employer.pk, employer.county_id, period, [row.worker_id for row in rows]],
            )
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise Refusal("", "already_insured", ALREADY_INSURED) from error


def _change(rows: list[RosterRow]) -> dict[int, list[Any]]:
    """Write what the roster says otherwise about people; returns how each stood before."""
    if not rows:
        return {}
    stood = Worker.objects.filter(pk__in=[row.worker_id for row in rows]).values_list("pk", *CHANGED)
    before = {worker: [value and str(value) for value in values] for worker, *values in stood}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update enrollment_worker w
            set category = t.category, identity = t.identity,
                first_work_date = coalesce(t.first_work_date, w.first_work_date),
                deemed_months = coalesce(t.deemed_months, w.deemed_months)
            from unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::smallint[])
              t(id, category, identity, first_work_date, deemed_months)
            where w.id = t.id
            """,
            [
                [row.worker_id for row in rows],
                [row.category for row in rows],
                [row.identity for row in rows],
                [row.first_work_date for row in rows],
                [row.deemed_months for row in rows],
            ],
        )
    return before
