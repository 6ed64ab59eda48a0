"""Run units of a job over several processes and time them."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from datetime import date
from multiprocessing.pool import Pool

from django.db import connections

from collection.assess import assess_month
from collection.opening import make_year_tables, open_year
from collection.settle import settle_month
from jilin_si.jobs.units import UnitResult, run_unit
from jilin_si.periods import last_day
from jilin_si.policy.database import database_policy
from jilin_si.policy.lookup import PROVINCE
from jilin_si.policy.what_if import Question, work_county


def assess(county_id: int, period: date) -> str:
    return run_unit("assess", period, county_id, lambda: assess_month(county_id, period))


def settle(county_id: int, period: date) -> str:
    until = last_day(period)
    return run_unit(
        "settle", period, county_id, lambda: settle_month(county_id, period, until), key=until.isoformat()
    )


def open_the_year(county_id: int, period: date) -> str:
    return run_unit("open_year", period, county_id, lambda: open_year(county_id, period.year))


# The parameter that costs most to try: floor, cap and credit of every worker rest on it.
TRIED, VALUE = "local_avg_wage", "400.00"


def what_if(county_id: int, period: date) -> str:
    base = database_policy()
    effects = work_county(Question(TRIED, VALUE, PROVINCE, base.stamp, period), county_id, base)
    return ",".join(f"{name} {effect.people}" for name, effect in effects.items())


JOBS: dict[str, Callable[[int, date], str]] = {
    "assess": assess,
    "settle": settle,
    "open_year": open_the_year,
    "what_if": what_if,
}


def _one(task: tuple[str, int, date]) -> str:
    job, county_id, period = task
    return JOBS[job](county_id, period)


def _ready(_: int) -> None:
    """Connect before the clock starts."""
    connections["default"].ensure_connection()
    time.sleep(0.05)


class Crew:
    """A few processes that take units from one list, the biggest first. Use it as a context manager."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self.answers: list[str] = []

    def __enter__(self) -> Crew:
        connections.close_all()
        self._pool: Pool = multiprocessing.get_context("fork").Pool(self.processes)
        self._pool.map(_ready, range(self.processes * 2), chunksize=1)
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        # Who has nothing left to do goes by himself: one killed while he waits may take the others' queue with him.
        if failed:
            self._pool.terminate()
        else:
            self._pool.close()
        self._pool.join()

    def run(self, job: str, counties: list[int], period: date) -> float:
        """Do one unit a county; returns the seconds it took. Raises what a unit raised."""
        started = time.perf_counter()
        if job == "open_year":
            make_year_tables(period.year)
        self.answers = list(
            self._pool.imap_unordered(_one, [(job, county, period) for county in counties], chunksize=1)
        )
        return time.perf_counter() - started


__all__ = ["Crew", "UnitResult"]
