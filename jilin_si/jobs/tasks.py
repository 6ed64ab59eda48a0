"""Tasks of the job machinery. A task carries keys only, is acknowledged late and may come twice."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import InterfaceError, OperationalError

from jilin_si.jobs import reconciler

# For tasks that run units: a database that is away or shuts a session is tried again, with growing pauses.
TRY_AGAIN: dict[str, Any] = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": 1,
    "retry_backoff_max": 30,
    "retry_jitter": True,
    "max_retries": 8,
}


@shared_task(name="jobs.reconcile", ignore_result=True)
def reconcile(force: bool = False) -> int:
    """Send what is unfinished and has been forgotten (beat, every few seconds)."""
    return reconciler.reconcile(force)


@worker_ready.connect
def take_up_what_was_left(**kwargs: object) -> None:
    """A worker that starts takes up what an earlier one left behind."""
    reconcile.delay(force=True)
