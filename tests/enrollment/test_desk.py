"""Silence and broken months: who is listed from which day on, what takes them off, what the desk counts of it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment import hooks
from enrollment.gaps import selectors
from enrollment.gaps.forms import SilentFilter
from enrollment.gaps.services import follow_up
from enrollment.models import Employer, FollowUp
from enrollment.refusals import Refusal
from enrollment.services import end_employment, start_declaration
from enrollment.terms import Terms
from jilin_si.access.models import Assignment, Role, User
from jilin_si.agencies.clock import set_today
from jilin_si.periods import month
from jilin_si.web import desk
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

FEBRUARY = month(1996, 2)


@pytest.fixture(autouse=True)
def nobody_assesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom an assessment left out is said by each test itself."""
    monkeypatch.setattr(hooks, "_month_gaps", [])


def _today(day: date) -> None:
    with as_owner():
        set_today(day)


def _silent(**filters: Any) -> list[tuple[str, date, int, int]]:
    return [
        (row.kind, row.since, row.months, row.without_wage)
        for row in selectors.silent_employers(make.JIUTAI, filters)
    ]


def test_an_employer_is_silent_from_the_sixth_until_it_hands_in(works: Employer, acting: User) -> None:
    make.worker(acting, works)
    make.handed_in(works, acting, 1995)
    _today(date(1996, 1, 5))
    assert _silent() == []
    _today(date(1996, 1, 6))
    assert _silent() == [("nothing", month(1996, 1), 1, 1)]
    start_declaration(employer=works, fee_year=1996, by=acting)
    _today(date(1996, 3, 8))
    assert _silent() == [("draft", month(1996, 1), 3, 1)]
    make.handed_in(works, acting)
    assert _silent() == []


def test_a_newcomer_without_a_wage_keeps_an_employer_on_the_list(works: Employer, acting: User) -> None:
    make.worker(acting, works)
    make.handed_in(works, acting)
    _today(date(1996, 2, 6))
    assert _silent() == []
    make.worker(acting, works, name="新来的", first_period=FEBRUARY)
    assert _silent() == [("people", FEBRUARY, 1, 1)]
    assert _silent(kind="nothing") == []
    assert selectors.count_silent(make.JIUTAI) == 1


def test_what_was_done_is_noted_and_the_promise_is_its_term(works: Employer, acting: User) -> None:
    _today(date(1996, 1, 8))
    row = selectors.silent_employers(make.JIUTAI)[0]
    assert row.last is None
    assert Terms().of("silent", row.listed_on).due_on == row.listed_on.replace(day=16)
    with pytest.raises(Refusal) as past:
        follow_up(employer=works, how="called", promised_on=date(1996, 1, 7), by=acting)
    with pytest.raises(Refusal) as unsaid:
        follow_up(employer=works, how="answered", by=acting)
    assert (past.value.code, unsaid.value.code) == ("promised_past", "said_missing")
    follow_up(employer=works, how="called", said="会计 出差", promised_on=date(1996, 1, 10), by=acting)
    assert [row.last.how for row in selectors.silent_employers(make.JIUTAI) if row.last] == ["called"]
    assert len(_silent(step="done")) == 1
    assert _silent(step="none") == _silent(step="broken") == []
    _today(date(1996, 1, 11))
    assert len(_silent(step="broken")) == 1


def _broken(**filters: Any) -> list[tuple[str, str, date]]:
    return [(row.name, row.kind, row.since) for row in selectors.broken_months(make.JIUTAI, filters)]


def test_a_month_breaks_off_where_no_reason_explains_it_and_nobody_took_the_person_up(
    works: Employer, acting: User, clerk_elsewhere: User
) -> None:
    left: dict[str, Any] = {}
    number = make.identity_number()
    for name, reason in (("甲", "transferred"), ("乙", "transferred"), ("丙", "resigned"), ("丁", "other")):
        given = {"identity_number": number} if name == "甲" else {}
        left[name] = make.worker(acting, works, name=name, **given)
        end_employment(employment=left[name], effective_period=FEBRUARY, reason=reason, by=acting)
    _today(date(1996, 2, 6))
    assert sorted(row[0] for row in _broken()) == ["丁", "乙", "甲"]
    make.open_year(make.YUSHU)
    with make.as_user(clerk_elsewhere):  # taken up in another county, which this one does not see
        there = make.employer(clerk_elsewhere, make.YUSHU)
        make.worker(clerk_elsewhere, there, name="甲", first_period=FEBRUARY, identity_number=number)
        assert selectors.broken_months(make.JIUTAI) == []  # nor does the other see this one's
    with make.as_user(acting):
        assert _broken() == [("丁", "left", FEBRUARY), ("乙", "left", FEBRUARY)]
        follow_up(
            employer=works, employment=left["丁"], how="answered", said="出国", explains=True, by=acting
        )
        assert _broken() == [("乙", "left", FEBRUARY)]
        assert selectors.count_broken(make.JIUTAI) == 1


def test_who_was_left_out_of_the_assessment_is_listed(
    works: Employer, acting: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    employment = make.worker(acting, works, name="漏缴")
    monkeypatch.setattr(hooks, "_month_gaps", [lambda unit: [(employment.pk, month(1996, 1))]])
    _today(date(1996, 2, 6))
    assert _broken(kind="unpaid") == [("漏缴", "unpaid", month(1996, 1))]
    assert _broken(kind="left") == []


def test_follow_ups_are_the_offices_own_but_what_it_asks_is_read_by_the_employer(
    works: Employer, acting: User, clerk_elsewhere: User
) -> None:
    _today(date(1996, 1, 8))
    follow_up(employer=works, how="called", said="内部", by=acting)
    follow_up(employer=works, how="asked", said="请于十日前报来", by=acting)
    with make.as_user(clerk_elsewhere):
        assert _stored() == []
    user = User.objects.create_user("factory", password=make.PASSWORD)
    with as_owner():
        Assignment.objects.create(user=user, role=Role.EMPLOYER, employer_id=works.pk)
    with make.as_user(user):
        assert _stored() == ["asked"]
        assert not FollowUp.objects.exists()
    browser = Client()
    browser.force_login(user)
    assert "请于十日前报来" in browser.get(reverse("notices")).content.decode()


def _stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select how from enrollment_followup order by id")
        return [how for (how,) in cursor.fetchall()]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_a_case(works: Employer, acting: User, clerk: User, language: str) -> None:
    employment = make.worker(acting, works)
    end_employment(employment=employment, effective_period=FEBRUARY, reason="other", by=acting)
    _today(date(1996, 2, 8))
    browser = Client()
    browser.force_login(clerk)
    browser.cookies["django_language"] = language
    for name in ("silent", "broken"):
        assert works.name in browser.get(reverse(f"enrollment:{name}")).content.decode()
        sheet = browser.get(reverse(f"enrollment:{name}") + "?export=csv").getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]
        assert works.name in sheet
    desk = browser.get(reverse("desk")).content.decode()
    assert reverse("enrollment:silent") in desk
    assert reverse("enrollment:broken") in desk
    case = reverse("enrollment:silent_case", args=[works.pk])
    form = {"how": "called", "said": "已通知", "promised_on": "1996-02-12", "_once": str(uuid.uuid4())}
    assert browser.post(case, form | {"promised_on": "1996-02-01"}).status_code == 422
    assert browser.post(case, form | {"_once": str(uuid.uuid4())}).status_code == 302
    assert "已通知" in browser.get(case).content.decode()
    of_worker = reverse("enrollment:broken_case", args=[employment.pk])
    told = {"how": "answered", "said": "参军", "explains": "on", "_once": str(uuid.uuid4())}
    assert browser.post(of_worker, told).status_code == 302
    assert browser.get(of_worker).status_code == 200
    assert employment.worker.name not in browser.get(reverse("enrollment:broken")).content.decode()
    assert browser.get(reverse("enrollment:broken_case", args=[employment.pk + 9999])).status_code == 404


def test_a_reviewer_reads_the_lists_and_notes_nothing(works: Employer, acting: User, reviewer: User) -> None:
    _today(date(1996, 1, 8))
    browser = Client()
    browser.force_login(reviewer)
    case = reverse("enrollment:silent_case", args=[works.pk])
    assert browser.get(case).status_code == 200
    refused = browser.post(case, {"how": "called", "_once": str(uuid.uuid4())})
    assert refused.status_code == 403
    assert _stored() == []


def test_who_sees_several_units_reads_which_of_them_has_silent_employers(
    works: Employer, settings: Any, acting: User
) -> None:
    settings.DESK_SECONDS = 300
    cache.clear()
    _today(date(1996, 1, 6))
    nongan = 220122
    units = [nongan, make.JIUTAI]
    before = SilentFilter({}, units=units)
    assert before.read["unit"] == nongan
    assert desk.remembered("silent", units) == {make.JIUTAI: 1, nongan: 0}
    names = dict(SilentFilter({}, units=units).fields["unit"].choices)  # type: ignore[attr-defined]
    assert names[make.JIUTAI].endswith("九台市 · 1")
    assert names[nongan].endswith("农安县")
    assert SilentFilter({}, units=units).read["unit"] == make.JIUTAI
    assert SilentFilter({"unit": str(nongan)}, units=units).read["unit"] == nongan
    cache.clear()
