"""Two records that are one person: found, told apart, merged by two persons, taken apart again (ID-3)."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from collection.selectors.accounts import account_of
from enrollment.models import Duplicate, Employer, Employment, LeaveReason, Merge, Worker
from enrollment.refusals import Refusal
from enrollment.services import end_employment
from enrollment.services.merging import decide_merge, propose_merge, sides, tell_apart, undo_merge
from enrollment.standing import person_records, standing
from jilin_si.access.models import User
from jilin_si.periods import month
from tests.collection import factories as facts
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

FEBRUARY = month(1996, 2)


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


@pytest.fixture
def old(acting: User, works: Employer) -> Employment:
    """The first record: with the works until 1995-12."""
    first = make.worker(acting, works)
    return end_employment(
        employment=first, effective_period=month(1996, 1), reason=LeaveReason.RESIGNED, by=acting
    )


@pytest.fixture
def new(acting: User, old: Employment) -> Employment:
    """The same name and birth date under another number, with another employer since 1996-01."""
    return make.worker(acting, make.employer(acting), first_period=month(1996, 1))


@pytest.fixture
def pair(new: Employment) -> Duplicate:
    return Duplicate.objects.get()


def test_a_first_big_roster_costs_one_lookup_a_name(acting: User, works: Employer) -> None:
    """In tables that have no statistics yet, and with a name and birth date that half of them share."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "insert into enrollment_worker (identity_number, identity_key, name, pinyin, initials, sex, birth_date,"
            " category, identity, deemed_months)"
            " select key, key, case when n % 2 = 0 then '甲' else '乙' || n end,"
            " '', '', 'M', '1960-01-01', 'permanent', 'worker', 0 from generate_series(1000, 2999) n"
            " cross join lateral (select '22018119' || lpad(n::text, 9, '0') || '0') k(key) returning id"
        )
        made = [number for (number,) in cursor.fetchall()]
        cursor.execute("set local statement_timeout = '20s'")  # it took minutes when each met everybody
        cursor.execute(
            "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
            " select unnest(%s::bigint[]), %s, %s, '1996-01-01', ''",
            [made, works.pk, works.county_id],
        )
        cursor.execute("select count(*), count(distinct first_id) from enrollment_duplicate")
        assert cursor.fetchone() == (999, 1)


def test_a_first_big_roster_is_not_held_against_every_employment(acting: User, works: Employer) -> None:
    """As a session does that planned the look-up for one newcomer, while the tables were all but empty."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("discard plans; analyze enrollment_employment; analyze enrollment_worker")
        cursor.execute(  # the look for likely twins has a test of its own, above
            "create or replace function note_duplicates(workers bigint[]) returns integer language sql as 'select 0'"
        )
        make.worker(acting, works)
        cursor.execute(
            "insert into enrollment_worker (identity_number, identity_key, name, pinyin, initials, sex, birth_date,"
            " category, identity, deemed_months)"
            " select key, key, '乙' || n, '', '', 'M', date '1940-01-01' + n, 'permanent', 'worker', 0"
            " from generate_series(1000, 8999) n"
            " cross join lateral (select '22018119' || lpad(n::text, 9, '0') || '0') k(key) returning id"
        )
        made = [number for (number,) in cursor.fetchall()]
        cursor.execute("set local statement_timeout = '20s'")  # it took minutes
        cursor.execute(
            "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
            " select unnest(%s::bigint[]), %s, %s, '1996-01-01', ''",
            [made, works.pk, works.county_id],
        )
        assert cursor.rowcount == len(made)


def test_newcomers_with_name_and_birth_date_of_another_are_noted_once(
    acting: User, works: Employer, clerk_elsewhere: User
) -> None:
    make.worker(acting, works)
    make.worker(acting, works, name="别人")
    make.worker(acting, works, identity_number=make.identity_number(date(1961, 1, 1)))
    assert not Duplicate.objects.exists()
    with make.as_user(clerk_elsewhere):
        there = make.employer(clerk_elsewhere, make.YUSHU)
        employment = make.worker(clerk_elsewhere, there)
        pair = Duplicate.objects.get()
        assert (pair.reason, pair.across) == (Duplicate.Reason.SAME_NAME, True)
        shown = {side.worker_id: side.shown for side in sides(pair).values()}
        assert shown[employment.worker_id] is True
        assert sorted(shown.values()) == [False, True]
    with make.as_user(make.person("clerk", 220822)):
        assert not Duplicate.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from enrollment_duplicate")
            assert cursor.fetchone() == (0,)
            cursor.execute("select count(*) from pair_sides(%s)", [pair.pk])
            assert cursor.fetchone() == (0,)


def test_the_twin_of_fifteen_digits_is_found_under_another_century(acting: User, works: Employer) -> None:
    for name, born in (("赵甲", date(1878, 5, 17)), ("赵乙", date(1978, 5, 17))):
        number = make.identity_number(born, sequence=100)
        make.worker(acting, works, name=name, identity_number=number, first_period=month(1995, 3))
    assert Duplicate.objects.get().reason == Duplicate.Reason.SAME_NUMBER


def test_merged_by_a_clerk_where_no_money_hangs_on_it(
    acting: User, pair: Duplicate, old: Employment, new: Employment
) -> None:
    with _refused("living"):
        propose_merge(pair=pair, keep=old.worker_id, reason="同一人", by=acting)
    with _refused("reason"):
        propose_merge(pair=pair, keep=new.worker_id, reason=" ", by=acting)
    merge = propose_merge(pair=pair, keep=new.worker_id, reason="身份证已核对", by=acting)
    assert (merge.state, merge.touches_money) == (Merge.State.DONE, False)
    assert person_records(new.worker_id) == sorted([old.worker_id, new.worker_id])
    number = Worker.objects.get(pk=old.worker_id).identity_key
    known = standing(number, "陈国富", month(1996, 1))
    assert known is not None
    assert (known.worker_id, known.insured) == (new.worker_id, True)
    with pytest.raises(DatabaseError), transaction.atomic():  # the merged record is history
        Employment.objects.create(
            worker_id=old.worker_id, employer=old.employer, county_id=old.county_id, first_period=FEBRUARY
        )
    with pytest.raises(DatabaseError), transaction.atomic():  # nor may the two overlap later
        Employment.objects.create(
            worker_id=new.worker_id,
            employer=old.employer,
            county_id=old.county_id,
            first_period=month(1995, 1),
            last_period=month(1995, 3),
        )
    undo_merge(merge=merge, reason="看错了", by=acting)
    assert person_records(new.worker_id) == [new.worker_id]
    assert Duplicate.objects.get().state == Duplicate.State.OPEN


def test_records_employed_at_once_are_not_merged(acting: User, works: Employer) -> None:
    first = make.worker(acting, works)
    other = make.employer(acting)
    second = make.worker(acting, other)
    pair = Duplicate.objects.get()
    with _refused("overlap") as told:
        propose_merge(pair=pair, keep=first.worker_id, reason="同一人", by=acting)
    assert works.name in str(told.value)
    assert other.name in str(told.value)
    assert second.worker_id
    tell_apart(pair=pair, note="双胞胎，号码不同", by=acting)
    with _refused("settled"):
        propose_merge(pair=pair, keep=first.worker_id, reason="同一人", by=acting)


def test_money_takes_a_second_person_and_both_histories_are_read(
    acting: User, reviewer: User, pair: Duplicate, old: Employment, new: Employment
) -> None:
    facts.taken_over(old.worker_id, "351.24", "325.89")
    merge = propose_merge(pair=pair, keep=new.worker_id, reason="身份证已核对", by=acting)
    assert (merge.state, merge.touches_money) == (Merge.State.PROPOSED, True)
    with pytest.raises(PermissionDenied):
        decide_merge(merge=merge, agreed=True, answer="", by=acting)
    with make.as_user(reviewer):
        decide_merge(merge=merge, agreed=True, answer="", by=reviewer)
        assert account_of(new.worker_id).balance == account_of(new.worker_id).opening != 0
    with make.as_user(acting), pytest.raises(DatabaseError), transaction.atomic():
        Merge.objects.filter(pk=merge.pk).update(decided_by_id=acting.pk)
    facts.assess(month(1996, 1))
    with make.as_user(acting), _refused("assessed"):
        undo_merge(merge=merge, reason="看错了", by=acting)


def test_across_units_somebody_of_the_other_decides(
    acting: User, old: Employment, clerk_elsewhere: User
) -> None:
    with make.as_user(clerk_elsewhere):
        there = make.employer(clerk_elsewhere, make.YUSHU)
        new = make.worker(clerk_elsewhere, there, first_period=month(1996, 1))
    with make.as_user(acting):
        pair = Duplicate.objects.get()
        merge = propose_merge(pair=pair, keep=new.worker_id, reason="身份证已核对", by=acting)
        assert merge.touches_money
    other_clerk = make.person("reviewer", name="李志强")
    with make.as_user(other_clerk), pytest.raises(PermissionDenied):
        decide_merge(merge=merge, agreed=True, answer="", by=other_clerk)
    with make.as_user(clerk_elsewhere):
        decide_merge(merge=Merge.objects.get(), agreed=True, answer="", by=clerk_elsewhere)
        assert person_records(new.worker_id) == sorted([old.worker_id, new.worker_id])


def test_the_pages_tell_no_more_than_may_be_seen(
    acting: User, old: Employment, clerk_elsewhere: User, client: object
) -> None:
    with make.as_user(clerk_elsewhere):
        there = make.employer(clerk_elsewhere, make.YUSHU, name="榆树市秘密工厂")
        make.worker(clerk_elsewhere, there, first_period=month(1996, 1))
    client.force_login(acting, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[attr-defined]
    with make.as_user(acting):
        pair = Duplicate.objects.get()
    listed = client.get(reverse("enrollment:duplicates"))  # type: ignore[attr-defined]
    assert "在其他县市" in listed.content.decode() or "in another county" in listed.content.decode()
    shown = client.get(reverse("enrollment:duplicate", args=[pair.pk]))  # type: ignore[attr-defined]
    for page in (listed, shown):
        assert page.status_code == 200
        assert "秘密工厂" not in page.content.decode()
