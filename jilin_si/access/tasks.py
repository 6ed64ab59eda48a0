"""Tasks of access: the audit trail is sealed every hour."""

from celery import shared_task

from jilin_si.access import chain


@shared_task(name="access.seal_audit", ignore_result=True)
def seal_audit() -> int:
    """Seal what was written since the last time (beat, every hour)."""
    return chain.seal()
