"""Tasks of access: the audit trail is sealed and old failed tries are forgotten, every hour."""

from celery import shared_task

from jilin_si.access import chain, held_off


@shared_task(name="access.seal_audit", ignore_result=True)
def seal_audit() -> int:
    """Seal what was written since the last time (beat, every hour)."""
    return chain.seal()


@shared_task(name="access.forget_old_tries", ignore_result=True)
def forget_old_tries() -> int:
    """Forget the failed tries of more than ninety days ago (beat, every hour)."""
    return held_off.forget_old_tries()
