"""Events of an employer, acts taken back and corrections, by keyboard in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Employer, Employment
from jilin_si.agencies.clock import set_today
from tests.collection import factories as month
from tests.e2e.looking import faults_of, settled
from tests.e2e.office import jiutai_fixture, open_as_fixture  # noqa: F401
from tests.enrollment.works_of_jiutai import JiutaiWorks
from tests.roles import as_owner


def _works(name: str, **given: Any) -> Employer:
    """Another works beside that of Jiutai, which has the first of the unit's numbers."""
    next(month._counter)
    return month.employer(name=name, **given)


def test_works_close_and_did_not_close(jiutai: JiutaiWorks, open_as: Callable[..., Any]) -> None:
    works = _works("九台市水泥厂", retirees=2, retiree_cost="410.00")
    month.assess(month.JANUARY)
    with as_owner():
        set_today(date(1996, 2, 6))
    page = open_as(jiutai.clerk, reverse("enrollment:event_new", args=[works.pk, "closure"]))
    page.locator("#id_document_no").fill("九法破字第3号")
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("#plan")).to_contain_text("终止劳动关系")
    expect(page.locator("#plan")).to_contain_text("410.00")
    assert not faults_of(page)
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("#events")).to_contain_text("九法破字第3号")
    expect(page.locator("h1 ~ .st, .row-of .st").first).to_contain_text("关闭")
    page.locator("#history a").first.press("Enter")
    settled(page)
    expect(page.locator("#takes")).to_contain_text("3 人恢复")
    assert not faults_of(page)
    page.locator("#id_reason").fill("裁定撤回")
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("#events")).to_contain_text("已撤销")


def test_a_wage_is_corrected_by_two_persons(jiutai: JiutaiWorks, open_as: Callable[..., Any]) -> None:
    works = _works("九台市造纸厂")
    month.assess(month.JANUARY)
    worker = month.workers_of(works)[0]
    page = open_as(jiutai.clerk, reverse("enrollment:worker", args=[worker]))
    page.get_by_role("link", name="更正记录").press("Enter")
    settled(page)
    page.locator("#id_wage").fill("600")
    page.locator("#id_evidence_no").fill("工资表1995-12")
    page.locator("#id_evidence").fill("少报")
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("#effect")).to_contain_text("1996-01")
    assert not faults_of(page)
    other = open_as(jiutai.reviewer, page.url.removeprefix(page.url.split("/collection")[0]))
    other.keyboard.press("Control+Enter")
    settled(other)
    expect(other.locator("#case")).to_contain_text("已通过")
    with as_owner():
        assert Employment._base_manager.filter(worker_id=worker).count() == 1
