"""The process's snapshot of the parameters, and a transaction that changes some."""

from __future__ import annotations

import pytest
from django.db import transaction

from jilin_si.policy.database import database_policy, forget_policy


@pytest.mark.django_db(transaction=True)
def test_a_change_that_was_rolled_back_keeps_nobody_from_the_snapshot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jilin_si.policy.database.SECONDS_BETWEEN_LOOKS", 3600.0)
    with transaction.atomic():
        forget_policy()
        assert database_policy() is not database_policy()  # its own change is read each time
        transaction.set_rollback(True)
    with transaction.atomic():  # the next request of the same thread
        assert database_policy() is database_policy()


@pytest.mark.django_db(transaction=True)
def test_a_change_is_the_snapshot_from_its_commit_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jilin_si.policy.database.SECONDS_BETWEEN_LOOKS", 3600.0)
    before = database_policy()
    with transaction.atomic():
        forget_policy()
    with transaction.atomic():
        after = database_policy()
        assert after is not before
        assert database_policy() is after
