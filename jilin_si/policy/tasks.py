"""Tasks of policy. A report's task: it goes to the queue of its own and never stands before what moves money."""

from __future__ import annotations

from datetime import date
from typing import Any

from celery import shared_task

from jilin_si.jobs.tasks import TRY_AGAIN
from jilin_si.policy.what_if import Question, work_out


@shared_task(ignore_result=True, **TRY_AGAIN)
def report_effect(code: str, written: Any, agency_id: int, stamp: str, period: str, county_id: int) -> None:
    """A county's last month under another value of a parameter (``what_if.work_out``)."""
    work_out(Question(code, written, agency_id, stamp, date.fromisoformat(period)), county_id)
