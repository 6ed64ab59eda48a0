"""How far a run is: real units, remaining time, what failed and why, told by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.jobs.models import JobRun, JobUnit
from jilin_si.jobs.reconciler import MAX_ATTEMPTS
from pooling.month import MONTH, PENSIONS, day_of


@dataclass(frozen=True)
class Failure:
    """A unit that failed: where, in which step, how often it was tried, why, and whether it is tried again."""

    agency: Agency
    step: str
    attempts: int
    reason: str
    gives_up: bool


@dataclass(frozen=True)
class Step:
    """One step of a run over all units."""

    job: str
    done: int
    total: int
    state: str


@dataclass(frozen=True)
class Progress:
    """A run as pages show it. A county is done when all its steps are."""

    run: JobRun
    done: int
    total: int
    state: str
    left: timedelta | None
    steps: list[Step]
    failures: list[Failure]
    retried: int

    @property
    def day(self) -> date:
        """The business day of the run: what was in the bank by then is in its figures."""
        return day_of(self.run.key) if self.run.key else self.run.period

    @property
    def is_running(self) -> bool:
        return self.state in ("running", "waiting", "retrying")

    @property
    def left_words(self) -> str:
        """The remaining time in words, empty where nothing is known yet."""
        if self.left is None or not self.is_running:
            return ""
        seconds = int(self.left.total_seconds())
        if seconds < 60:
            seconds = max(seconds, 1)
            return ngettext("about %(n)s second", "about %(n)s seconds", seconds) % {"n": seconds}
        minutes = round(seconds / 60)
        return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}

    @property
    def name(self) -> str:
        period = f"{self.run.period:%Y-%m}"
        if self.run.job == PENSIONS:
            return _("Pensions of %(period)s") % {"period": period}
        return _("Month %(period)s") % {"period": period}


def latest_run(period: date | None = None, job: str = MONTH) -> Progress | None:
    """How far the last run is (of a period, or of all)."""
    runs = JobRun.objects.filter(job=job)
    if period is not None:
        runs = runs.filter(period=period)
    run = runs.order_by("-id").first()
    return progress(run) if run else None


def find_run(run_id: int) -> JobRun | None:
    """A run of pooling's jobs."""
    return JobRun.objects.filter(pk=run_id, job__in=(MONTH, PENSIONS)).first()


def progress(run: JobRun) -> Progress:
    """How far a run is, over the units that the reader sees."""
    units = list(
        JobUnit.objects.filter(run=run).values(
            "agency_id", "job", "state", "attempts", "error", "finished_at"
        )
    )
    counties: dict[int, list[dict[str, Any]]] = {}
    for unit in units:
        if unit["agency_id"] != PROVINCE:
            counties.setdefault(unit["agency_id"], []).append(unit)
    done = sum(1 for mine in counties.values() if all(unit["state"] == "done" for unit in mine))
    failed = [unit for unit in units if unit["state"] == "failed"]
    given_up = any(unit["attempts"] >= MAX_ATTEMPTS for unit in failed)
    state = "done" if run.finished_at else "failed" if given_up else "retrying" if failed else "running"
    return Progress(
        run=run,
        done=done,
        total=len(counties),
        state=state,
        left=_left(run, done, len(counties)),
        steps=_steps(units),
        failures=_failures(failed),
        retried=sum(1 for unit in units if unit["attempts"] > 1),
    )


def _left(run: JobRun, done: int, total: int) -> timedelta | None:
    if not done or run.finished_at:
        return None
    return (timezone.now() - run.started_at) / done * (total - done)


def _steps(units: list[dict[str, Any]]) -> list[Step]:
    order = ("assess", "settle", "remit", "redistribute", "pensions")
    steps = []
    for job in order:
        mine = [unit for unit in units if unit["job"] == job]
        if not mine:
            continue
        done = sum(1 for unit in mine if unit["state"] == "done")
        states = {unit["state"] for unit in mine}
        state = "done" if states == {"done"} else "failed" if "failed" in states else "waiting"
        if state == "waiting" and ("running" in states or done):
            state = "running"
        steps.append(Step(job, done, len(mine), state))
    return steps


def _failures(failed: list[dict[str, Any]]) -> list[Failure]:
    if not failed:
        return []
    agencies = Agency.objects.in_bulk([unit["agency_id"] for unit in failed])
    return [
        Failure(
            agency=agencies[unit["agency_id"]],
            step=unit["job"],
            attempts=unit["attempts"],
            reason=unit["error"].partition(": ")[2] or unit["error"],
            gives_up=unit["attempts"] >= MAX_ATTEMPTS,
        )
        for unit in failed
    ]
