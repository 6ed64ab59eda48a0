"""Celery tasks of the month, thin over ``pooling.month``. They carry keys only; doing one again changes nothing."""

from __future__ import annotations

import logging
from datetime import date

from celery import chord, shared_task
from kombu.exceptions import OperationalError as QueueError
from redis.exceptions import RedisError

from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE
from jilin_si.jobs.models import JobRun
from jilin_si.jobs.reconciler import mark_sent
from jilin_si.jobs.tasks import TRY_AGAIN
from jilin_si.jobs.units import finish_run_if_complete
from pooling import month

logger = logging.getLogger(__name__)


@shared_task(name="pooling.county_month", **TRY_AGAIN)
def county_month(period: str, county_id: int, key: str) -> str:
    """A county's part of a run: assess, settle, propose the remittance."""
    month.run_county(date.fromisoformat(period), county_id, key)
    return "done"


@shared_task(name="pooling.province_month", **TRY_AGAIN)
def province_month(period: str, key: str) -> str:
    """The province's part, once the database shows every county done."""
    return month.run_province(date.fromisoformat(period), key)


@shared_task(name="pooling.county_pensions", **TRY_AGAIN)
def county_pensions(period: str, county_id: int) -> str:
    """A county's pensions of a month."""
    day = date.fromisoformat(period)
    result = month.run_pensions(day, county_id)
    run = JobRun.objects.filter(job=month.PENSIONS, period=day).first()
    if run is not None:
        finish_run_if_complete(run.pk)
    return result


@shared_task(name="pooling.start_due", ignore_result=True)
def start_due() -> str:
    """Start the month's job by itself once its assessment day has come (beat; the business date decides)."""
    with acting_as(everything()):
        period = month.due_period(today())
        if period is None:
            return "nothing is due"
        month.start_month(period)
    return f"started {period:%Y-%m}"


def send_chord(run: JobRun, waiting: dict[int, str]) -> None:
    """Send the counties of a run in parallel and the province after them. ``waiting``: agency → mark of its unit."""
    period = run.period.isoformat()
    counties = sorted(agency_id for agency_id in waiting if agency_id != PROVINCE)
    try:
        mark_sent(waiting[county_id] for county_id in counties)
        header = [county_month.si(period, county_id, run.key) for county_id in counties]
        chord(header)(province_month.si(period, run.key))
    except (QueueError, RedisError) as error:
        logger.warning("the queue is away, the month waits in the database: %s", error)
