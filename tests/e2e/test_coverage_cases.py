"""A line whose months are billed is taken back in the browser, from the employer's history, by two persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Coverage, Employer
from enrollment.services import set_coverage
from jilin_si.access.models import Role, User
from tests.collection import factories as make
from tests.e2e.looking import faults_of, picture, settled
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.roles import as_owner

Open = Callable[..., Any]


@pytest.fixture
def clerk(live_server: Any) -> User:
    return make.person(Role.CLERK)


@pytest.fixture
def works(clerk: User) -> Employer:
    """A works whose clerk let it join the pension line with January: two months are billed, a part is paid."""
    make.open_year()
    made = make.employer(name="九台市水泥厂", lines=("unemployment",), retirees=2, retiree_cost="410.35")
    with transaction.atomic(), make.as_user(clerk):
        joined = Employer.objects.get(pk=made.pk)
        set_coverage(employer=joined, line="pension", first_period=make.JANUARY, by=clerk)
    make.assess(make.JANUARY)
    make.pay(made, "300.00", date(1996, 1, 22), line="pension")
    make.assess(make.FEBRUARY)
    make.on(date(1996, 3, 6))
    return made


def _path(page: Any) -> str:
    return "/" + page.url.split("/", 3)[3].split("#")[0]


def test_a_line_that_was_never_joined_is_taken_back_by_two_persons(
    works: Employer, clerk: User, open_as: Open
) -> None:
    page = open_as(clerk, reverse("enrollment:employer", args=[works.pk]))
    page.locator("#history").get_by_label("撤销这项业务: 参保：养老", exact=False).first.press("Enter")
    settled(page)
    expect(page.locator("#months tbody tr")).to_have_count(2)
    expect(page.locator("#months tbody")).to_contain_text("300.00")
    expect(page.locator("#depends")).to_contain_text("3 名职工")
    assert not faults_of(page)
    picture(page, "coverage_case")
    english = open_as(clerk, _path(page), language="en")
    expect(english.locator("#depends")).to_contain_text("3 workers are not in")
    picture(english, "coverage_case_en")
    page.locator("#id_evidence_no").fill("九劳险〔1996〕3号")
    page.locator("#id_evidence").fill("该厂从未参加养老保险统筹")
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("#change")).to_contain_text("未参保")
    expect(page.locator("#effect tbody tr")).to_have_count(2)
    assert not faults_of(page)
    picture(page, "coverage_case_entered")
    reviewer = make.person(Role.REVIEWER)
    other = open_as(reviewer, _path(page))
    expect(other.locator("#depends")).to_contain_text("300.00")
    other.keyboard.press("Control+Enter")
    settled(other)
    expect(other.locator("#case")).to_contain_text("已通过")
    page.goto(page.url.replace(_path(page), reverse("enrollment:employer", args=[works.pk])))
    settled(page)
    expect(page.locator("#history")).to_contain_text("已撤销")
    picture(page, "coverage_case_history")
    make.assess(make.MARCH)
    page.goto(page.url.replace(_path(page), reverse("collection:bill", args=[works.pk, "1996-03"])))
    settled(page)
    picture(page, "coverage_case_bill")
    with as_owner():
        assert not Coverage._base_manager.filter(employer=works, line="pension").exists()
    standing = make.rows(
        "select sum(own_due_fen + unit_due_fen) from collection_bill where employer_id = %s and line = 'pension'",
        [works.pk],
    )
    assert standing == [(0,)]
