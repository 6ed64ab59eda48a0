"""Two people at the same moment: the database decides, one of them is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from enrollment.models import Coverage, Employer, Employment
from enrollment.refusals import Refusal, Stale
from enrollment.services import approve_declaration, enrol_worker, register_employer, set_coverage
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.periods import month
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads, each in a connection and transaction of its own; gives results or refusals."""
    start = threading.Barrier(len(acts))
    told: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            with transaction.atomic():
                told[place] = act()
        except (Refusal, Stale) as refused:
            told[place] = refused
        except BaseException as error:
            told[place] = error
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return told


def _in_scope(user: User, act: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with make.as_user(user):
            return act()

    return run


def _employer(by: User, county_id: int) -> Employer:
    with transaction.atomic(), make.as_user(by):
        return make.employer(by, county_id)


def _codes(told: list[Any]) -> list[str]:
    return sorted(item.code if isinstance(item, Refusal) else type(item).__name__ for item in told)


def test_one_person_enrolled_in_two_counties_at_once_is_enrolled_once() -> None:
    here, there = make.person(Role.CLERK), make.person(Role.CLERK, make.YUSHU)
    employers = _employer(here, make.JIUTAI), _employer(there, make.YUSHU)
    number = make.identity_number()

    def enrol(by: User, employer: Employer) -> Callable[[], Any]:
        return _in_scope(
            by,
            lambda: enrol_worker(
                employer=employer, identity_number=number, name="陈国富", first_period=month(1996, 1), by=by
            ),
        )

    told = at_once(enrol(here, employers[0]), enrol(there, employers[1]))
    assert _codes(told) in (["Employment", "already_insured"], ["Employment", "just_enrolled"])
    with as_owner(), acting_as(everything()):
        assert Employment.objects.filter(worker__identity_key=number).count() == 1


def test_one_known_person_taken_up_twice_at_once_is_employed_once() -> None:
    here, there = make.person(Role.CLERK), make.person(Role.CLERK, make.YUSHU)
    employers = _employer(here, make.JIUTAI), _employer(there, make.YUSHU)
    with transaction.atomic(), make.as_user(here):
        first = make.worker(here, employers[0])
        number = first.worker.identity_number
        Employment.objects.filter(pk=first.pk).update(last_period=month(1995, 12))

    def enrol(by: User, employer: Employer) -> Callable[[], Any]:
        return _in_scope(
            by,
            lambda: enrol_worker(
                employer=employer, identity_number=number, name="陈国富", first_period=month(1996, 1), by=by
            ),
        )

    told = at_once(enrol(here, employers[0]), enrol(there, employers[1]))
    assert _codes(told) == ["Employment", "already_insured"]


def test_two_coverages_of_a_line_at_once_leave_one() -> None:
    clerk = make.person(Role.CLERK)
    employer = _employer(clerk, make.JIUTAI)
    act = _in_scope(
        clerk, lambda: set_coverage(employer=employer, line="medical", first_period=month(1996, 1), by=clerk)
    )
    assert _codes(at_once(act, act)) == ["Coverage", "overlap"]
    with as_owner(), acting_as(everything()):
        assert Coverage.objects.filter(line="medical").count() == 1


def test_employers_registered_at_once_get_numbers_of_their_own() -> None:
    clerk = make.person(Role.CLERK)

    def register() -> Employer:
        return register_employer(
            county_id=make.JIUTAI, name="九台市砖厂", ownership="state", industry="mining", by=clerk
        )

    told = at_once(*[_in_scope(clerk, register)] * 4)
    assert sorted(employer.number for employer in told) == [f"220181-000{n}" for n in range(1, 5)]


def test_two_approvals_at_once_charge_once() -> None:
    clerk, one, two = make.person(Role.CLERK), make.person(Role.REVIEWER), make.person(Role.REVIEWER)
    make.open_year()
    employer = _employer(clerk, make.JIUTAI)
    with transaction.atomic(), make.as_user(clerk):
        make.worker(clerk, employer)
        declaration = make.handed_in(employer, clerk)

    def approve(by: User) -> Callable[[], Any]:
        return _in_scope(
            by, lambda: approve_declaration(declaration=declaration, version=declaration.version, by=by)
        )

    told = at_once(approve(one), approve(two))
    assert sorted(type(item).__name__ for item in told) == ["Declaration", "Stale"]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("select count(*) from collection_spell")
        assert cursor.fetchone() == (1,)
