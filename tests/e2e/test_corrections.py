"""Wrong records of employers corrected in the browser: by the clerk from the employer's page, and asked for on line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Employer
from jilin_si.access.models import Role
from tests.collection import factories as make
from tests.e2e.looking import faults_of, settled
from tests.e2e.office import open_as_fixture  # noqa: F401

Open = Callable[..., Any]


@pytest.fixture
def works(live_server: Any) -> Employer:
    """A works of risk class 3 whose January and February are assessed."""
    make.open_year()
    made = make.employer(name="九台市水泥厂", retirees=2, retiree_cost="410.35")
    make.assess(make.JANUARY, make.FEBRUARY)
    make.on(date(1996, 3, 6))
    return made


def _path(page: Any) -> str:
    return "/" + page.url.split("/", 3)[3].split("#")[0]


def test_a_wrong_risk_class_is_corrected_from_the_employers_page_and_taken_back(
    works: Employer, open_as: Open
) -> None:
    clerk, reviewer = make.person(Role.CLERK), make.person(Role.REVIEWER)
    page = open_as(clerk, reverse("enrollment:employer", args=[works.pk]))
    page.get_by_role("link", name="更正记录").press("Enter")
    settled(page)
    page.get_by_role("link", name="工伤风险等级").press("Enter")
    settled(page)
    page.locator("#id_trade_class").select_option("5")
    page.locator("#id_evidence_no").fill("吉劳险〔1996〕7号")
    page.locator("#id_evidence").fill("行业目录")
    assert not faults_of(page)
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("#effect tbody")).to_contain_text("1996-02")
    assert not faults_of(page)
    other = open_as(reviewer, _path(page))
    other.keyboard.press("Control+Enter")
    settled(other)
    expect(other.locator("#case")).to_contain_text("已通过")
    page.reload()
    page.get_by_role("link", name="申请撤销").press("Enter")
    settled(page)
    page.locator("#id_evidence_no").fill("8号")
    page.locator("#id_evidence").fill("原目录有误")
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("#change")).to_contain_text("3 级")
    expect(page.locator("#effect tfoot")).to_contain_text("−")


@pytest.mark.parametrize("width", [1366, 320])
def test_an_employer_asks_on_line_and_sees_what_becomes_of_it(
    works: Employer, open_as: Open, width: int
) -> None:
    clerk, user = make.person(Role.CLERK), make.employer_user(works)
    page = open_as(user, reverse("portal:people"), width=width)
    page.get_by_role("link", name="更正记录：陈国富").press("Enter")
    settled(page)
    page.locator("#id_wage").fill("600")
    page.locator("#id_request").fill("工资总额登记簿第12页")
    assert not faults_of(page)
    page.get_by_role("button", name="提交经办机构").press("Enter")
    settled(page)
    expect(page.locator("#case")).to_contain_text("待受理")
    assert not faults_of(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    office = open_as(clerk, reverse("desk"))
    office.get_by_role("link", name="单位申请的更正").first.press("Enter")
    settled(office)
    office.locator("td a").first.press("Enter")
    settled(office)
    office.get_by_role("link", name="受理").press("Enter")
    settled(office)
    office.locator("#id_evidence_no").fill("登记簿12")
    office.keyboard.press("Control+Enter")
    settled(office)
    expect(office.locator("#case")).to_contain_text("复核人")
    page.goto(page.url.split("/portal")[0] + reverse("portal:corrections"))
    settled(page)
    expect(page.locator("tbody")).to_contain_text("待")
    assert not faults_of(page)
    assert make.rows("select state from collection_correction") == [("waiting",)]
