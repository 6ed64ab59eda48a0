"""Tasks of the registry, thin over services. They carry keys only; doing one again changes nothing."""

from __future__ import annotations

from celery import shared_task

from enrollment.imports.running import run_roster
from jilin_si.jobs.tasks import TRY_AGAIN


@shared_task(name="enrollment.roster", **TRY_AGAIN)
def roster_job(number: int, run: int) -> str:
    """Check or store a long roster."""
    return run_roster(number, run)
