"""What the office may rely on when the month is started: one run however often it is pressed, and a true progress."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE
from jilin_si.jobs.models import JobRun, JobUnit
from jilin_si.jobs.reconciler import MAX_ATTEMPTS, reconcile, unfinished
from jilin_si.periods import month
from pooling import month as jobs
from pooling import services
from pooling.selectors.progress import progress
from tests.pooling import facts
from tests.pooling.facts import JANUARY, JIUTAI, YUSHU
from tests.roles import as_owner


@pytest.fixture
def queue() -> Iterator[redis.Redis]:
    """The queue of this test, empty before and after."""
    broker = redis.Redis.from_url(settings.REDIS.broker)
    broker.flushdb()
    yield broker
    broker.flushdb()


def _waiting(queue: redis.Redis) -> int:
    return int(queue.llen("posting"))  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
class TestPressedTwice:
    def test_by_two_people_within_a_second_is_one_run(self, queue: redis.Redis) -> None:
        with as_owner(), acting_as(everything()):
            facts.open_books([JIUTAI, YUSHU])
            set_today(JANUARY.replace(day=9))
            people = [facts.province() for _ in range(4)]
        barrier = threading.Barrier(len(people))
        runs: list[int] = []

        def press(user: User) -> None:
            try:
                barrier.wait(5)
                with facts.as_request(user):
                    runs.append(jobs.start_month(JANUARY, user.pk, number=1).pk)
            finally:
                connection.close()

        threads = [threading.Thread(target=press, args=[user]) for user in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(runs) == len(people)
        assert len(set(runs)) == 1
        with as_owner(), acting_as(everything()):
            assert JobRun.objects.count() == 1
            assert JobUnit.objects.count() == 3 * 2 + 1
        assert _waiting(queue) == 2

    def test_a_queue_that_forgot_is_filled_again(self, queue: redis.Redis) -> None:
        with as_owner(), acting_as(everything()):
            facts.open_books([JIUTAI, YUSHU])
            set_today(JANUARY.replace(day=9))
            user = facts.province()
        with facts.as_request(user):
            run = jobs.start_month(JANUARY, user.pk)
        with as_owner():
            assert _waiting(queue) == 2
            assert reconcile() == 0  # just sent: not again
            queue.flushdb()
            assert reconcile() == 2
            assert _waiting(queue) == 2
            assert reconcile() == 0
            with acting_as(everything()):
                assert len(unfinished(run)) == 7


@pytest.mark.django_db
@pytest.mark.usefixtures("books")
class TestStarting:
    def test_waits_for_the_eighth_unless_told(self) -> None:
        facts.open_books([JIUTAI])
        set_today(JANUARY.replace(day=7))
        with pytest.raises(services.PoolingError):
            jobs.start_month(JANUARY, facts.province().pk)
        assert jobs.start_month(JANUARY, facts.province().pk, early=True).key == "1996-01-07.1"

    def test_takes_provincial_staff(self) -> None:
        facts.open_books([JIUTAI])
        set_today(JANUARY.replace(day=9))
        for who in (facts.finance(JIUTAI), facts.person("head", JIUTAI), facts.person("prefecture", 220100)):
            with pytest.raises(services.PoolingError):
                jobs.start_month(JANUARY, who.pk)
        assert not JobRun.objects.exists()

    def test_a_second_run_comes_after_the_first_and_assesses_nothing_again(self) -> None:
        facts.open_books([JIUTAI])
        set_today(JANUARY.replace(day=9))
        first = jobs.start_month(JANUARY)
        assert jobs.start_month(JANUARY).pk == first.pk
        JobUnit.objects.filter(run=first).update(state="done", finished_at=timezone.now())
        JobRun.objects.filter(pk=first.pk).update(finished_at=timezone.now())
        assert jobs.start_month(JANUARY, number=1).pk == first.pk
        second = jobs.start_month(JANUARY, number=2)
        assert second.pk != first.pk
        assert not JobUnit.objects.filter(run=second, job="assess", state="done").exists()
        JobRun.objects.filter(pk=second.pk).update(finished_at=timezone.now())
        with pytest.raises(services.PoolingConflict):
            jobs.start_month(JANUARY, number=9)

    def test_the_calendar_starts_a_month_once_on_its_day(self) -> None:
        facts.open_books([JIUTAI])
        assert jobs.due_period(JANUARY.replace(day=7)) is None
        assert jobs.due_period(JANUARY.replace(day=8)) == JANUARY
        set_today(JANUARY.replace(day=8))
        jobs.start_month(JANUARY)
        assert jobs.due_period(JANUARY.replace(day=20)) is None

    def test_pensions_wait_for_the_redistribution(self) -> None:
        facts.year_plan({JIUTAI: ("7333333.33", "1208333.33"), YUSHU: ("3416666.67", "1266666.67")})
        facts.collected(JIUTAI, "9000000.00")
        facts.remitted(JIUTAI, JANUARY)
        proposal = services.propose_redistribution(JANUARY)
        assert proposal is not None
        with pytest.raises(services.PoolingError):
            jobs.start_pensions(JANUARY, facts.province().pk)
        with pytest.raises(services.PoolingError):
            services.book_pensions(YUSHU, JANUARY)
        services.approve_redistribution(proposal.pk, facts.province().pk)
        run = jobs.start_pensions(JANUARY, facts.province().pk)
        assert jobs.start_pensions(JANUARY).pk == run.pk
        assert jobs.run_pensions(JANUARY, YUSHU) == "done"
        assert jobs.run_pensions(JANUARY, YUSHU) == "already"

    def test_the_provinces_part_waits_for_every_county(self) -> None:
        facts.open_books([JIUTAI, YUSHU])
        set_today(JANUARY.replace(day=9))
        run = jobs.start_month(JANUARY)
        assert jobs.run_province(JANUARY, run.key) == "waiting"
        JobUnit.objects.filter(run=run, agency_id=JIUTAI).update(state="done", finished_at=timezone.now())
        assert jobs.run_province(JANUARY, run.key) == "waiting"
        JobUnit.objects.filter(run=run, agency_id=YUSHU).update(state="done", finished_at=timezone.now())
        assert jobs.run_province(JANUARY, run.key) == "done"
        assert jobs.run_province(JANUARY, run.key) == "already"
        run.refresh_from_db()
        assert run.finished_at is not None


@pytest.mark.django_db
@pytest.mark.usefixtures("books")
class TestProgress:
    def test_counts_units_whose_every_step_is_done(self) -> None:
        facts.open_books([JIUTAI, YUSHU])
        set_today(JANUARY.replace(day=9))
        run = jobs.start_month(JANUARY)
        now = progress(run)
        assert (now.done, now.total, now.state, now.left) == (0, 2, "running", None)
        units = JobUnit.objects.filter(run=run, agency_id=JIUTAI)
        units.filter(job="assess").update(state="done", finished_at=timezone.now())
        assert progress(run).done == 0
        units.update(state="done", finished_at=timezone.now())
        JobRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(seconds=40))
        run.refresh_from_db()
        now = progress(run)
        assert now.done == 1
        assert now.left is not None
        assert 35 < now.left.total_seconds() < 60

    def test_names_what_failed_and_why(self) -> None:
        facts.open_books([JIUTAI, YUSHU])
        set_today(JANUARY.replace(day=9))
        run = jobs.start_month(JANUARY)
        unit = JobUnit.objects.filter(run=run, agency_id=YUSHU, job="settle")
        unit.update(state="failed", attempts=2, error="LedgerError: 1996-01 is closed.")
        now = progress(run)
        assert now.state == "retrying"
        assert now.failures[0].reason == "1996-01 is closed."
        unit.update(attempts=MAX_ATTEMPTS)
        assert progress(run).state == "failed"

    def test_a_county_sees_its_own_part(self) -> None:
        facts.open_books([JIUTAI, YUSHU])
        set_today(JANUARY.replace(day=9))
        run = jobs.start_month(JANUARY)
        with facts.as_user(facts.finance(JIUTAI)):
            assert progress(run).total == 1
        with facts.as_user(facts.province()):
            assert progress(run).total == 2
            assert JobUnit.objects.filter(agency_id=PROVINCE).exists()


def test_the_business_day_of_a_run_stands_in_its_key() -> None:
    assert jobs.day_of("1996-03-31.2") == month(1996, 3).replace(day=31)
