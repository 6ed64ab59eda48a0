"""The monthly job under faults: whatever dies or comes twice, the end is that of an undisturbed run (F1, F2, F5, F6)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jilin_si.access.scope import acting_as, everything
from jilin_si.jobs.models import JobRun, JobUnit
from jilin_si.jobs.reconciler import reconcile
from pooling import month as jobs
from pooling import tasks
from tests.faults import province as facts
from tests.faults.province import FEBRUARY
from tests.faults.workers import forget_everything, wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("owner")]

PATIENCE = 60.0


@pytest.fixture
def province() -> Iterator[dict[str, Any]]:
    forget_everything()
    made = facts.make()
    made["expected"] = facts.undisturbed(made)
    with acting_as(everything()):
        yield made
    forget_everything()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path


def _started(province: dict[str, Any]) -> JobRun:
    return jobs.start_month(FEBRUARY, province["first"])


def _done(run: JobRun) -> int:
    return JobUnit.objects.filter(run=run, state="done").count()


def _finish(run: JobRun) -> None:
    """Wait for the run's end, with the reconciler looking each half second, as beat has it look."""

    def finished() -> bool:
        run.refresh_from_db()
        return run.finished_at is not None or (reconcile() < 0)

    wait_until(finished, PATIENCE, f"run finished: {facts.units_of(run.pk)}", each=0.5)


def _as_if_nothing_had_happened(province: dict[str, Any], run: JobRun) -> None:
    assert facts.units_of(run.pk) == {"done": 3 * len(province["units"]) + 1}
    assert facts.fingerprint() == province["expected"]
    assert facts.verified() == []


def test_undisturbed_the_chord_does_it_all(province: dict[str, Any], log: Path) -> None:
    with worker(log):
        run = _started(province)
        wait_until(lambda: _finished(run), PATIENCE, "run finished")
    _as_if_nothing_had_happened(province, run)


def _finished(run: JobRun) -> bool:
    run.refresh_from_db()
    return run.finished_at is not None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_f1_children_of_the_pool_are_killed(province: dict[str, Any], log: Path, seed: int) -> None:
    dice = random.Random(seed)
    with worker(log) as at_work:
        run = _started(province)
        for _time in range(3):
            before = _done(run)
            wait_until(
                lambda: _done(run) > before or _finished(run),  # noqa: B023
                PATIENCE,
                "a unit done",
                each=dice.uniform(0.001, 0.02),
            )
            at_work.kill_child(dice.randrange(2))
        _finish(run)
    _as_if_nothing_had_happened(province, run)


@pytest.mark.parametrize("seed", [4, 5])
def test_f2_the_whole_worker_is_gone(province: dict[str, Any], log: Path, seed: int) -> None:
    dice = random.Random(seed)
    with worker(log) as at_work:
        run = _started(province)
        wait_until(lambda: _done(run) >= dice.randint(2, 12), PATIENCE, "some units done", each=0.003)
        at_work.kill()
    assert not _finished(run)
    with worker(log, "two"):
        _finish(run)
    _as_if_nothing_had_happened(province, run)


def test_f5_redis_loses_everything(province: dict[str, Any], log: Path) -> None:
    with worker(log):
        run = _started(province)
        wait_until(lambda: _done(run) >= 6, PATIENCE, "some units done", each=0.003)
        forget_everything()
        assert not _finished(run)
        _finish(run)
    _as_if_nothing_had_happened(province, run)


def test_f5_the_queue_is_empty_when_the_worker_comes(province: dict[str, Any], log: Path) -> None:
    run = _started(province)
    forget_everything()
    with worker(log):
        wait_until(lambda: _done(run) == 3 * len(province["units"]), PATIENCE, "counties done")
        _finish(run)
    _as_if_nothing_had_happened(province, run)


def test_f6_every_task_comes_three_times_to_two_workers(province: dict[str, Any], log: Path) -> None:
    run = _started(province)
    period = FEBRUARY.isoformat()
    for _time in range(2):
        for unit in province["units"]:
            tasks.county_month.delay(period, unit, run.key)
        tasks.province_month.delay(period, run.key)
    with worker(log, "one", 1) as one, worker(log, "two", 1) as two:
        _finish(run)
        sent = [tasks.province_month.delay(period, run.key) for _time in range(3)]
        assert [answer.get(timeout=PATIENCE) for answer in sent] == ["already"] * 3
    assert "county_month" in one.text()
    assert "county_month" in two.text()
    _as_if_nothing_had_happened(province, run)


def test_a_unit_that_refuses_stays_failed_with_its_reason_until_tried_again(
    province: dict[str, Any], log: Path
) -> None:
    from django.db import connection

    from jilin_si.jobs.reconciler import MAX_ATTEMPTS, try_again

    unit = province["units"][0]
    with (
        connection.cursor() as cursor
    ):  # what keeps it from being assessed: January of this unit is open again
        cursor.execute("alter table ledger_period disable trigger user")
        cursor.execute("update ledger_period set state = 'assessed', assessed_at = now()"
                       " where agency_id = %s and period = %s", [unit, FEBRUARY])  # fmt: skip
        cursor.execute("alter table ledger_period enable trigger user")
    with worker(log):
        run = _started(province)
        # a run only takes units whose books are open: add the one that will refuse
        JobUnit.objects.create(run=run, job="assess", period=FEBRUARY, agency_id=unit)
        wait_until(
            lambda: (
                reconcile() >= 0
                and JobUnit.objects.filter(run=run, state="failed", attempts__gte=MAX_ATTEMPTS).exists()
            ),
            PATIENCE,
            "given up",
            each=0.3,
        )
        failed = JobUnit.objects.get(run=run, state="failed")
        assert "1996-02" in failed.error
        assert not _finished(run)
        with connection.cursor() as cursor:
            cursor.execute("alter table ledger_period disable trigger user")
            cursor.execute("update ledger_period set state = 'open', assessed_at = null"
                           " where agency_id = %s and period = %s", [unit, FEBRUARY])  # fmt: skip
            cursor.execute("alter table ledger_period enable trigger user")
        assert try_again(run) == 1
        _finish(run)
    assert facts.verified() == []
