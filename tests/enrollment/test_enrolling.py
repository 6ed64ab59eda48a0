"""Workers join and leave."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from enrollment.models import Employer, Employment, LeaveReason, Worker
from enrollment.refusals import Refusal
from enrollment.services import end_employment, enrol_worker
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import User
from jilin_si.agencies.clock import set_today
from jilin_si.periods import month
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def test_a_worker_is_enrolled_with_what_the_number_tells(works: Employer, acting: User) -> None:
    employment = enrol_worker(
        employer=works,
        identity_number="220104550815001",
        name="陈国富",
        first_period=month(1984, 6),
        by=acting,
    )
    worker = Worker.objects.get(pk=employment.worker_id)
    assert (worker.identity_number, worker.identity_key) == ("220104550815001", "220104195508150013")
    assert (worker.sex, worker.birth_date) == ("M", date(1955, 8, 15))
    assert (worker.pinyin, worker.initials) == ("chenguofu", "cgf")
    assert employment.county_id == works.county_id
    entry = AuditEntry.objects.get(act="enrol_worker")
    assert (entry.user, entry.object_id, entry.employer_id) == (acting, worker.pk, works.pk)


def test_both_spellings_of_a_number_are_one_person(works: Employer, acting: User) -> None:
    make.worker(acting, works, identity_number="220104550815001")
    with _refused("already_insured"):
        make.worker(acting, works, identity_number="220104195508150013")
    assert Worker.objects.count() == 1


def test_who_left_is_taken_up_again_not_entered_twice(works: Employer, acting: User) -> None:
    first = make.worker(acting, works)
    end_employment(employment=first, effective_period=month(1995, 7), reason=LeaveReason.RESIGNED, by=acting)
    other = make.employer(acting)
    again = make.worker(
        acting, other, identity_number=first.worker.identity_number, first_period=month(1995, 7)
    )
    assert again.worker_id == first.worker_id
    assert Worker.objects.count() == 1


def test_insured_in_another_county_is_told_without_saying_where(
    works: Employer, acting: User, clerk_elsewhere: User
) -> None:
    with make.as_user(clerk_elsewhere):
        there = make.employer(clerk_elsewhere, make.YUSHU, name="榆树市秘密工厂")
        number = make.worker(clerk_elsewhere, there).worker.identity_number
    with make.as_user(acting), _refused("already_insured") as told:
        make.worker(acting, works, identity_number=number)
    assert "榆树" not in str(told.value)
    assert "秘密" not in str(told.value)


def test_insured_in_the_own_county_names_the_employer(works: Employer, acting: User) -> None:
    number = make.worker(acting, works).worker.identity_number
    other = make.employer(acting)
    with _refused("already_insured") as told:
        make.worker(acting, other, identity_number=number)
    assert works.name in str(told.value)


def test_a_known_number_under_another_name_is_refused(works: Employer, acting: User) -> None:
    first = make.worker(acting, works, name="李敏")
    end_employment(employment=first, effective_period=month(1995, 7), reason=LeaveReason.RESIGNED, by=acting)
    with _refused("other_name"):
        make.worker(
            acting,
            works,
            identity_number=first.worker.identity_number,
            name="李民",
            first_period=month(1995, 8),
        )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"identity_number": ""}, "id_missing"),
        ({"identity_number": "22018119731305214"}, "id_length"),
        ({"identity_number": "220181197313052140"}, "id_birth_date"),
        ({"identity_number": "220181190002290014"}, "id_birth_date"),
        ({"identity_number": "220104195508150012"}, "id_checksum"),
        ({"identity_number": "229999195508150013"}, "id_area"),
        ({"identity_number": "220104550815O01"}, "id_characters"),
        ({"identity_number": make.identity_number(date(1850, 3, 1))}, "id_too_old"),
        ({"identity_number": make.identity_number(date(1997, 3, 1))}, "id_birth_future"),
        (
            {"identity_number": make.identity_number(date(1980, 3, 1)), "first_period": month(1996, 1)},
            "under_age",
        ),
        ({"name": " \u3000"}, "name_missing"),
        ({"name": "长" * 65}, "name_too_long"),
        ({"name": "陈\u202e富"}, "name_characters"),
        ({"name": "陈\x00富"}, "name_characters"),
        ({"first_period": month(1996, 3)}, "period_future"),
        ({"first_period": date(1995, 3, 5)}, "period"),
        ({"category": "slave"}, "category"),
        ({"identity": "king"}, "identity"),
        ({"first_work_date": date(1996, 6, 1)}, "date_in_future"),
        ({"first_work_date": date(1966, 12, 1)}, "started_work_too_young"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    works: Employer, acting: User, given: dict[str, object], code: str
) -> None:
    with _refused(code):
        make.worker(acting, works, **given)
    assert not Worker.objects.exists()
    assert not Employment.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("２２０１０４ 550815 001", "220104550815001"),
        ("'220104550815001", "220104550815001"),
        ("22010419550815002x", None),
    ],
)
def test_numbers_are_made_plain_and_never_mended(
    works: Employer, acting: User, typed: str, kept: str | None
) -> None:
    if kept is None:
        with _refused("id_checksum"):
            make.worker(acting, works, identity_number=typed)
        return
    assert make.worker(acting, works, identity_number=typed).worker.identity_number == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("李　敏", "李敏"),
        ("𠮷野\U00020bb7", "𠮷野𠮷"),
        ("㛃", "㛃"),
        ("长" * 64, "长" * 64),
        ("买买提・阿不都", "买买提·阿不都"),
        ("买买提•阿不都", "买买提·阿不都"),
        ("O'Neil", "O'Neil"),
        ("null", "null"),
    ],
)
def test_names_of_all_kinds_are_kept(works: Employer, acting: User, typed: str, kept: str) -> None:
    assert make.worker(acting, works, name=typed).worker.name == kept


def test_a_leaver_owes_nothing_for_the_effective_month(works: Employer, acting: User) -> None:
    employment = make.worker(acting, works)
    ended = end_employment(
        employment=employment, effective_period=month(1996, 1), reason=LeaveReason.RETIRED, by=acting
    )
    assert ended.last_period == month(1995, 12)
    with _refused("ended_already"):
        end_employment(
            employment=employment, effective_period=month(1996, 1), reason=LeaveReason.DIED, by=acting
        )


@pytest.mark.parametrize(
    ("period", "reason", "code"),
    [
        (month(1990, 3), LeaveReason.RESIGNED, "leaves_before_joining"),
        (month(1985, 1), LeaveReason.RESIGNED, "leaves_before_joining"),
        (month(1996, 3), LeaveReason.RESIGNED, "period_future"),
        (month(1995, 3), "boredom", "leave_reason"),
    ],
)
def test_leaving_is_checked(works: Employer, acting: User, period: date, reason: str, code: str) -> None:
    employment = make.worker(acting, works)
    with _refused(code):
        end_employment(employment=employment, effective_period=period, reason=reason, by=acting)


def test_the_next_month_is_near_enough(works: Employer, acting: User) -> None:
    with as_owner():
        set_today(date(1996, 2, 20))
    assert make.worker(acting, works, first_period=month(1996, 3)).first_period == month(1996, 3)


def test_who_has_not_the_role_is_refused(
    works: Employer, acting: User, reviewer: User, clerk_elsewhere: User
) -> None:
    for other in (reviewer, clerk_elsewhere):
        with pytest.raises(PermissionDenied):
            make.worker(other, works)


def test_every_row_keeps_its_history(works: Employer, acting: User) -> None:
    employment = make.worker(acting, works)
    end_employment(
        employment=employment, effective_period=month(1996, 1), reason=LeaveReason.RETIRED, by=acting
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from enrollment_workerevent where pgh_obj_id = %s", [employment.worker_id]
        )
        assert cursor.fetchone() == (1,)
        cursor.execute(
            "select count(*) from enrollment_employmentevent where pgh_obj_id = %s", [employment.pk]
        )
        assert cursor.fetchone() == (2,)
