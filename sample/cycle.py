"""The twelve months of 1996, through the application's own acts: what a clerk, finance and the province do, day by day.

Whatever is done is a unit of a job or an act that doing again does not change; so a cycle that was cut short goes on
at the first month that is not closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import date

from django.db import connection
from django.utils import timezone

from collection.imports import import_bank_lines
from collection.opening import make_year_tables
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE
from jilin_si.jobs.units import finish_run_if_complete, plan_units
from jilin_si.periods import format_period, last_day, month, year_periods
from pooling import month as pooling_month
from pooling.models import Redistribution, Remittance
from pooling.services import (
    approve_plan,
    approve_redistribution,
    close_province,
    propose_plan,
    receive_remittance,
)
from sample.acts import CLOSE_ACCOUNTS, OPEN_YEAR, do
from sample.models import SampleProvince
from sample.payments import desk_lines
from sample.reference import REFERENCE
from sample.users import APPROVER, AUTHOR

YEAR = 1996
END = date(1997, 1, 6)  # what the office calls today when the sample is ready

# What a month writes is twice as much after these months as when the planner was last told of it. A year in minutes
# is too quick for the database to notice by itself, and plans made for empty tables read them whole.
_GROWN_TWOFOLD = {1, 2, 4, 8}
_WRITTEN_BY_A_MONTH = (
    *("ledger_journal", "ledger_posting", "ledger_balance", "collection_bill", "collection_openitem"),
    *("collection_bankline", "collection_receipt", "collection_unapplied", "collection_allocation"),
    *(
        "collection_paidbill",
        "collection_summary",
        "pooling_poolingmonth",
        "jobs_jobunit",
        "access_auditentry",
    ),
)

Say = Callable[[str], None]


class Cycle:
    """The year, with a crew of processes for what each county does."""

    def __init__(self, pool: ProcessPoolExecutor, say: Say) -> None:
        self.pool = pool
        self.say = say
        self.counties = _largest_first()
        self.users = dict(User.objects.values_list("username", "id"))

    def run(self, months: int = 12) -> None:
        """Run what is left of the first so many months; after the twelfth the office's date is early in 1997."""
        with acting_as(everything()), _without_waiting_for_the_disk():
            if not _is_done(OPEN_YEAR, month(YEAR, 1), len(self.counties)):
                self.say(f"opening {YEAR}")
                set_today(date(YEAR, 1, 3))
                make_year_tables(YEAR)
                make_year_tables(YEAR + 1)
                self._job(OPEN_YEAR, "open_the_year", month(YEAR, 1))
            for period in year_periods(YEAR)[:months]:
                if not _is_closed(period):
                    self._month(period)
                    if period.month in _GROWN_TWOFOLD:
                        _gather_statistics()
            if months == 12:
                self._year_end()
        if months == 12:
            with acting_as(everything()):
                SampleProvince.objects.filter(finished_at=None).update(finished_at=timezone.now())

    def _each(self, act: str, period: date, key: str = "") -> None:
        """Do one act for every county, the largest first. Raises what a county raised."""
        waiting = [self.pool.submit(do, act, county, period, key) for county in self.counties]
        try:
            for done in as_completed(waiting):
                done.result()
        except BaseException:
            for future in waiting:
                future.cancel()
            raise

    def _job(self, job: str, act: str, period: date) -> None:
        """A job of one unit a county, with its run."""
        run = plan_units(job, period, sorted(self.counties))
        self._each(act, period)
        finish_run_if_complete(run.pk)

    def _month(self, period: date) -> None:
        self.say(f"{format_period(period)}: assess, receive, remit, redistribute, close")
        end = last_day(period)

        set_today(period.replace(day=8))
        self._run(period, 1, "beginning")
        if period.month == 1:
            propose_plan(YEAR, self.users[AUTHOR])
            approve_plan(YEAR, self.users[APPROVER])

        set_today(end)
        self._run(period, 2, "money_and_remittance", between=self._receive)
        self._pass_down(period)

        run, _is_new = pooling_month.plan_pensions(period)
        self._each("ending", period)
        finish_run_if_complete(run.pk)
        close_province(period, self.users[AUTHOR])

    def _run(self, period: date, number: int, act: str, between: Callable[[], None] = lambda: None) -> None:
        """A run of the month as the queue would do it: every county, then the province."""
        run, _is_new = pooling_month.plan_month(period, self.users[AUTHOR], number)
        self._each(act, period, run.key)
        between()
        pooling_month.run_province(period, run.key)

    def _receive(self) -> None:
        """The province finds in its bank what the counties sent off."""
        sent = Remittance.objects.filter(state=Remittance.State.CONFIRMED).order_by("period", "county_id")
        for remittance in sent:
            receive_remittance(remittance.pk, self.users[AUTHOR])

    def _pass_down(self, period: date) -> None:
        for proposal in Redistribution.objects.filter(state=Redistribution.State.PROPOSED, period=period):
            approve_redistribution(proposal.pk, self.users[APPROVER])

    def _year_end(self) -> None:
        self.say(f"closing the accounts of {YEAR}, opening {YEAR + 1}")
        self._job(CLOSE_ACCOUNTS, "close_the_accounts", month(YEAR, 12))
        set_today(END)
        self._job(OPEN_YEAR, "open_the_year", month(YEAR + 1, 1))
        import_bank_lines(desk_lines(REFERENCE.county_id))
        with connection.cursor() as cursor:
            cursor.execute("analyze")


def _gather_statistics() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {', '.join(_WRITTEN_BY_A_MONTH)}")


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """See ``sample.crew``: what is lost with the machine is done again."""
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("set synchronous_commit = on")


def _largest_first() -> list[int]:
    """The units, the one with most workers first, so that no process waits long for another at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select county_id from enrollment_declaration group by 1 order by sum(workers) desc, 1"
        )
        return [county for (county,) in cursor.fetchall()]


def _is_closed(period: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select state = 'closed' from ledger_period where agency_id = %s and period = %s",
            [PROVINCE, period],
        )
        return bool(cursor.fetchone()[0])


def _is_done(job: str, period: date, units: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) = %s from jobs_jobunit where job = %s and period = %s and state = 'done'",
            [units, job, period],
        )
        return bool(cursor.fetchone()[0])
