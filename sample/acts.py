"""What a process of the sample's crew does for one county: always a unit of a job, so that it happens once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import connection

from collection.accounts import close_accounts
from collection.opening import open_year
from collection.services import close_month
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.jobs.units import UnitResult, run_unit
from jilin_si.periods import months_between
from pooling import month as pooling_month
from pooling.models import Remittance
from pooling.services import confirm_remittance
from sample.models import SampleProvince
from sample.movements import move
from sample.payments import bank_pays, match_unknown
from sample.users import username

# Counties whose finance sends what is due some months late (POOL-6: by October 18 of 20 had done their duty).
SLOW = {220282: 2, 220724: 3, 220381: 1}

OPEN_YEAR, CLOSE_ACCOUNTS = "open_year", "close_accounts"


def _seed() -> int:
    return SampleProvince.objects.values_list("seed", flat=True).get()


def open_the_year(county_id: int, period: date, key: str) -> None:
    run_unit(OPEN_YEAR, period, county_id, lambda: open_year(county_id, period.year))


def beginning(county_id: int, period: date, key: str) -> None:
    """A county's month up to its assessment: people move, old payments find their payers, the month's first run."""
    run_unit("sample_desk", period, county_id, lambda: _desk(county_id, period))
    pooling_month.run_county(period, county_id, key)


def _desk(county_id: int, period: date) -> UnitResult:
    moved, matched = move(county_id, period, _seed()), match_unknown(county_id, period)
    return UnitResult(
        checksum=f"{moved.checksum},{matched.checksum}", figures=moved.figures | matched.figures
    )


def money_and_remittance(county_id: int, period: date, key: str) -> None:
    """The rest of a county's month: the bank's lines, the second run, what its finance sends to the province."""
    run_unit("sample_bank", period, county_id, lambda: bank_pays(county_id, period, _seed()))
    pooling_month.run_county(period, county_id, key)
    send_off(county_id, period)


def send_off(county_id: int, period: date) -> None:
    """County finance confirms what the job proposed; some counties let months pass (done once, it stays done)."""
    by = User.objects.get(username=username("finance", county_id))
    waiting = Remittance.objects.filter(
        county_id=county_id, state=Remittance.State.PROPOSED, period__lte=period
    )
    for remittance in waiting.order_by("period"):
        if months_between(remittance.period, period) > SLOW.get(county_id, 0):
            confirm_remittance(remittance.pk, by.pk)


def ending(county_id: int, period: date, key: str) -> None:
    """The last of a county's month: pensions are booked as paid, the books are closed by its finance."""
    pooling_month.run_pensions(period, county_id)
    run_unit("sample_close", period, county_id, lambda: _close(county_id, period))


def _close(county_id: int, period: date) -> UnitResult:
    with connection.cursor() as cursor:
        cursor.execute(
            "select state from ledger_period where agency_id = %s and period = %s", [county_id, period]
        )
        (state,) = cursor.fetchone()
    if state != "closed":
        by = User.objects.get(username=username("finance", county_id))
        close_month(county_id=county_id, period=period, by=by)
    return UnitResult(checksum="closed")


def close_the_accounts(county_id: int, period: date, key: str) -> None:
    run_unit(CLOSE_ACCOUNTS, period, county_id, lambda: close_accounts(county_id, period.year))


ACTS: dict[str, Callable[[int, date, str], None]] = {
    act.__name__: act for act in (open_the_year, beginning, money_and_remittance, ending, close_the_accounts)
}


def do(act: str, county_id: int, period: date, key: str) -> None:
    """Do one act for one county; the name of the act travels between processes, the work does not."""
    with acting_as(everything()):
        ACTS[act](county_id, period, key)
