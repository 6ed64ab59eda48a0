"""A job that freezes parameters and a person who changes them never cross."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from jilin_si.policy.database import database_policy, hold_parameters


@pytest.fixture
def job_that_froze(transactional_db: None) -> Iterator[threading.Event]:
    """A job in its transaction, which has read the parameters and goes on until it is told to end."""
    begun, end = threading.Event(), threading.Event()

    def job() -> None:
        try:
            with transaction.atomic():
                database_policy(fresh=True)
                begun.set()
                end.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=job)
    thread.start()
    assert begun.wait(20)
    yield end
    end.set()
    thread.join()


def can_hold() -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(1992, 1)")
        return bool(cursor.fetchone()[0])


def test_a_change_waits_for_the_job(job_that_froze: threading.Event) -> None:
    assert not can_hold()


def test_jobs_do_not_wait_for_each_other(job_that_froze: threading.Event) -> None:
    with transaction.atomic():
        database_policy(fresh=True)


@pytest.mark.django_db(transaction=True)
def test_the_hold_ends_with_the_transaction() -> None:
    with transaction.atomic():
        hold_parameters()
    assert can_hold()
