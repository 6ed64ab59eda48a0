"""The month's steps as units and as tasks: assessed once a county and period, settled once a key."""

from __future__ import annotations

from datetime import date

from celery import shared_task

from collection.assess import assess_month
from collection.settle import settle_month
from jilin_si.jobs.tasks import TRY_AGAIN
from jilin_si.jobs.units import run_unit

ASSESS, SETTLE = "assess", "settle"


def assess_unit(period: date, county_id: int) -> str:
    """Assess a county's month as a job unit: ``done``, or ``already``."""
    return run_unit(ASSESS, period, county_id, lambda: assess_month(county_id, period))


def settle_unit(period: date, county_id: int, until: date, key: str = "") -> str:
    """Settle a county's money up to a day as a job unit; ``key`` names the occasion (default: the day)."""
    return run_unit(
        SETTLE,
        period,
        county_id,
        lambda: settle_month(county_id, period, until),
        key=key or until.isoformat(),
    )


@shared_task(name="collection.assess_county", **TRY_AGAIN)
def assess_county(period: str, county_id: int) -> str:
    """``assess_unit`` in the queue; periods and days as ISO dates."""
    return assess_unit(date.fromisoformat(period), county_id)


@shared_task(name="collection.settle_county", **TRY_AGAIN)
def settle_county(period: str, county_id: int, until: str) -> str:
    """``settle_unit`` in the queue."""
    return settle_unit(date.fromisoformat(period), county_id, date.fromisoformat(until))
