"""Brings unfinished units back to the queue: the truth is the database, the queue may forget or repeat.

A job registers how it is taken up again. Every few seconds, and when a worker starts, each run not finished is
looked at: a unit that waits, one that failed and has tries left, and one that is said to run while nobody holds its
lock are sent again. A unit sent twice is done once (``jilin_si.jobs.units``), so sending too often costs time only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction
from kombu.exceptions import OperationalError as QueueError

from jilin_si.access.scope import acting_as, everything
from jilin_si.jobs.models import JobRun, JobUnit
from jilin_si.jobs.units import finish_run_if_complete

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
RESEND_SECONDS = 60


@dataclass(frozen=True)
class Sending:
    """One task to send. ``mark`` names what it is for: while its mark is in Redis it is not sent again."""

    mark: str
    signature: Any


@dataclass(frozen=True)
class Unfinished:
    """A unit that is not done; ``held`` where a live session works on its agency."""

    unit: JobUnit
    held: bool

    @property
    def may_be_sent(self) -> bool:
        if self.unit.state == JobUnit.State.RUNNING:
            return not self.held
        return self.unit.state == JobUnit.State.WAITING or self.unit.attempts < MAX_ATTEMPTS


Resume = Callable[[JobRun, list[Unfinished]], Iterable[Sending]]
_jobs: dict[str, Resume] = {}


def register(job: str, resume: Resume) -> None:
    """Say how a job's unfinished units are sent: ``resume`` gets the run and its units that are not done."""
    _jobs[job] = resume


def jobs() -> list[str]:
    """The jobs that can be taken up again."""
    return sorted(_jobs)


def send(sendings: Iterable[Sending], force: bool = False) -> int:
    """Send tasks whose mark is not set, and set it; returns how many. A queue that is away costs nothing but time."""
    sent = 0
    try:
        marks = redis.Redis.from_url(settings.REDIS.broker)
        for sending in sendings:
            fresh = marks.set(f"jobs:sent:{sending.mark}", 1, ex=RESEND_SECONDS, nx=not force)
            if fresh:
                sending.signature.apply_async()
                sent += 1
    except (redis.RedisError, QueueError) as error:
        logger.warning("the queue is away, units wait in the database: %s", error)
    return sent


def mark_sent(marks: Iterable[str]) -> None:
    """Note that tasks for these marks were just sent by other means (a chord)."""
    try:
        pipeline = redis.Redis.from_url(settings.REDIS.broker).pipeline()
        for mark in marks:
            pipeline.set(f"jobs:sent:{mark}", 1, ex=RESEND_SECONDS)
        pipeline.execute()
    except redis.RedisError as error:
        logger.warning("the queue is away, units wait in the database: %s", error)


def reconcile(force: bool = False) -> int:
    """Take up every run that is not finished; returns how many tasks were sent. ``force`` sends marked ones too."""
    sent = 0
    with acting_as(everything()):
        for run in JobRun.objects.filter(finished_at__isnull=True, job__in=_jobs).order_by("id"):
            if finish_run_if_complete(run.pk):
                continue
            sent += send(_jobs[run.job](run, unfinished(run)), force)
    return sent


def unfinished(run: JobRun) -> list[Unfinished]:
    """The units of a run that are not done, in order of agency, with whether somebody works on them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select objid from pg_locks where locktype = 'advisory' and classid = 1992 and objsubid = 2 and granted"
            " and database = (select oid from pg_database where datname = current_database())"
        )
        held = {int(agency_id) for (agency_id,) in cursor.fetchall()}
    units = JobUnit.objects.filter(run=run).exclude(state=JobUnit.State.DONE).order_by("agency_id", "id")
    return [Unfinished(unit, unit.agency_id in held) for unit in units]


def try_again(run: JobRun) -> int:
    """Give the failed units of a run new tries and send them; returns how many. In the scope of who asks."""
    with transaction.atomic():
        failed = JobUnit.objects.filter(run=run, state=JobUnit.State.FAILED)
        count = failed.update(state=JobUnit.State.WAITING, attempts=0)
        if count:
            sendings = list(_jobs[run.job](run, unfinished(run)))
            transaction.on_commit(lambda: send(sendings, force=True))
    return count
