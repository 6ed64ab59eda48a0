"""Run one unit of a job exactly once, however often and by whomever it is delivered.

The state of a unit is one row. ``run_unit`` marks it running in a transaction of its own, then does the whole work
and marks it done in one transaction under an advisory lock of the county: a kill at any point leaves either nothing
or everything, and a second delivery finds it done.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from jilin_si.access.scope import acting_as, everything
from jilin_si.jobs.models import JobRun, JobUnit

SET_JOB_SETTINGS = (
    "set local work_mem = '256MB'; set local jit = off; set local max_parallel_workers_per_gather = 0;"
    " set local statement_timeout = '1h'"
)


@dataclass(frozen=True)
class UnitResult:
    """What a unit did: a checksum of its rows and figures for the record."""

    checksum: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


# The steps of a set job's long statements have no statistics: by equality they are to be hashed, nothing else.
HASH_ONLY = "set local enable_nestloop = off; set local enable_mergejoin = off"
ANY_JOIN = "set local enable_nestloop = on; set local enable_mergejoin = on"


def lock_county(agency_id: int) -> None:
    """Let no other unit of this agency run until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(1992, %s)", [agency_id])


def plan_units(
    job: str,
    period: date,
    agency_ids: list[int],
    key: str = "",
    user_id: int | None = None,
) -> JobRun:
    """Write down a run and its units before any is sent to the queue. Asking again changes nothing."""
    with transaction.atomic():  # in the scope of who starts it: a web request sees and plans its own units
        run, _created = JobRun.objects.get_or_create(
            job=job, period=period, key=key, defaults={"started_by_id": user_id}
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into jobs_jobunit"
                " (run_id, job, period, agency_id, key, state, attempts, checksum, figures, error)"
                " select %s, %s, %s, a, %s, 'waiting', 0, '', '{}', '' from unnest(%s::int[]) a"
                " on conflict (job, period, agency_id, key) do nothing",
                [run.pk, job, period, key, agency_ids],
            )
    return run


def run_unit(
    job: str,
    period: date,
    agency_id: int,
    work: Callable[[], UnitResult],
    key: str = "",
) -> str:
    """Do one unit. Returns ``done``, or ``already`` where it had been done before.

    Raises what ``work`` raises, after writing down that the unit failed and why.
    """
    unit = (job, period, agency_id, key)
    with acting_as(everything()), connection.cursor() as cursor:
        # done is final: no lock is needed to see it
        cursor.execute(f"select 1 from jobs_jobunit where {_ITS_ROW} and state = 'done'", unit)
        if cursor.fetchone():
            return "already"
        _start(cursor, unit)
        try:
            with transaction.atomic():
                cursor.execute(SET_JOB_SETTINGS)
                lock_county(agency_id)
                cursor.execute(f"select state from jobs_jobunit where {_ITS_ROW} for update", unit)
                if cursor.fetchone() == (JobUnit.State.DONE,):
                    return "already"
                result = work()
                cursor.execute(
                    "update jobs_jobunit set state = 'done', finished_at = clock_timestamp(), checksum = %s,"
                    f" figures = %s, error = '' where {_ITS_ROW}",
                    (result.checksum, json.dumps(result.figures), *unit),
                )
        except Exception as error:
            if not connection.in_atomic_block:
                JobUnit.objects.filter(
                    job=job,
                    period=period,
                    agency_id=agency_id,
                    key=key,
                    state=JobUnit.State.RUNNING,
                ).update(
                    state=JobUnit.State.FAILED,
                    error=f"{type(error).__name__}: {error}"[:2000],
                )
            raise
        return "done"


# Statements as text: a province's month asks them a few hundred times, and building a query costs more than its answer.
_ITS_ROW = "job = %s and period = %s and agency_id = %s and key = %s"


def _start(cursor: Any, unit: tuple[str, date, int, str]) -> None:
    cursor.execute(
        "insert into jobs_jobunit as u"
        " (job, period, agency_id, key, state, attempts, started_at, checksum, figures, error)"
        " values (%s, %s, %s, %s, 'running', 1, now(), '', '{}', '')"
        " on conflict (job, period, agency_id, key) do update"
        " set state = 'running', attempts = u.attempts + 1, started_at = now() where u.state <> 'done'",
        unit,
    )


def finish_run_if_complete(run_id: int) -> bool:
    """Mark a run finished where every unit of it is done; asks the database, not the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update jobs_jobrun r set finished_at = coalesce(finished_at, now()) where id = %s and not exists"
            " (select 1 from jobs_jobunit u where u.run_id = r.id and u.state <> 'done') returning 1",
            [run_id],
        )
        return cursor.fetchone() is not None
