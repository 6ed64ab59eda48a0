"""Who has left by the return, and whom the employer names in it: typed at the keyboard, approved, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Employment
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, everything
from tests.e2e.looking import faults_of, picture, settled
from tests.e2e.office import jiutai_fixture, open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.enrollment.works_of_jiutai import JiutaiWorks
from tests.roles import as_owner


def _last_period(jiutai: JiutaiWorks, name: str) -> date | None:
    with as_owner(), acting_as(everything()):
        return Employment.objects.get(employer=jiutai.employer, worker__name=name).last_period


def test_who_has_left_leaves_with_the_approval(jiutai: JiutaiWorks, open_as: Callable[..., Any]) -> None:
    with transaction.atomic(), make.as_user(jiutai.clerk):
        make.typed(jiutai.declaration, jiutai.clerk, {}, rows={
            1: {"year_wages": ""}, 8: {"months": "5"}, 11: {"reason": "承包奖"}, 45: {"number": "220181730305213"},
        })  # fmt: skip
    url = reverse("enrollment:declaration", args=[jiutai.declaration.pk])
    page = open_as(jiutai.clerk, url)
    page.locator('[name="rows-1-year_wages"]').focus()
    page.keyboard.press("Alt+a")
    expect(page.locator('[name="rows-1-answer"]')).to_be_focused()
    expect(page.locator('[name="rows-1-left_from"]')).to_be_hidden()
    page.locator('[name="rows-1-answer"]').select_option("left")
    expect(page.locator("#msg-rows-1")).to_contain_text("从哪个月起")
    page.keyboard.press("Enter")
    expect(page.locator('[name="rows-1-left_from"]')).to_be_focused()
    page.keyboard.type("９６.1")
    page.keyboard.press("Enter")
    expect(page.locator("#msg-rows-1")).to_be_visible()
    page.locator('[name="rows-1-left_from"]').fill("1996.1")
    page.keyboard.press("Enter")
    expect(page.locator('[name="rows-1-left_why"]')).to_be_focused()
    page.locator('[name="rows-1-left_why"]').select_option("retired")
    expect(page.locator("#msg-rows-1")).to_have_count(0)
    expect(page.locator('[name="rows-1-left_from"]')).to_have_value("1996-01")
    assert not faults_of(page)
    picture(page, "grid-left")
    page.keyboard.press("Enter")
    expect(page.locator('[name="rows-2-year_wages"]')).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st.warn").first).to_have_text("待复核")

    page = open_as(jiutai.reviewer, url)
    expect(page.locator("#with-approval")).to_contain_text("1 人的劳动关系到 1995-12 为止")
    expect(page.locator("#answers")).to_contain_text("退休")
    assert not faults_of(page)
    assert _last_period(jiutai, "王桂芝") is None
    page.keyboard.press("a")
    settled(page)
    expect(page.locator("#history")).to_contain_text("同时 1 人减员")
    assert _last_period(jiutai, "王桂芝") == date(1995, 12, 1)
    page.locator("#history a").first.press("Enter")
    settled(page)
    expect(page.locator("#takes")).to_contain_text("王桂芝自 1996-01 起仍在本单位")
    picture(page, "undo-ways")
    page.locator("#id_way_1").check()
    page.locator("#id_reason").fill("批早了")
    assert not faults_of(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#takes")).to_have_count(0)  # the page has gone on: it is taken back
    settled(page)
    assert _last_period(jiutai, "王桂芝") is None
    page.goto(page.url.split("/enrollment")[0] + url)
    expect(page.locator(".st.warn").first).to_have_text("待复核")


def test_an_employer_names_somebody_who_joins_with_the_approval(
    jiutai: JiutaiWorks, open_as: Callable[..., Any]
) -> None:
    with transaction.atomic(), make.as_user(jiutai.clerk):
        make.typed(jiutai.declaration, jiutai.clerk, {}, rows={
            8: {"months": "5"}, 11: {"reason": "承包奖"}, 45: dict.fromkeys(("number", "name", "year_wages"), ""),
        })  # fmt: skip
    with as_owner():
        sunli = User.objects.create_user("sunli", password=make.PASSWORD, display_name="孙丽")
        Assignment.objects.create(user=sunli, role=Role.EMPLOYER, employer_id=jiutai.employer.pk)
    page = open_as(sunli, reverse("portal:declaration", args=[jiutai.declaration.pk]))
    page.locator('[name="rows-0-year_wages"]').focus()
    page.keyboard.press("Insert")
    expect(page.locator('[name="rows-46-number"]')).to_be_focused()
    number = make.identity_number(sex="F")
    page.keyboard.type(number[:-1])
    page.keyboard.press("Enter")
    expect(page.locator("#msg-rows-46")).to_contain_text("17 位")
    page.locator('[name="rows-46-number"]').fill(number)
    page.keyboard.press("Enter")
    page.keyboard.type("郭艳秋")
    for _cell in range(3):
        page.keyboard.press("Enter")
    expect(page.locator('tr[data-row="46"] [data-calc="born"]')).to_have_text("女 1960-05-17")
    expect(page.locator('[name="rows-46-year_wages"]')).to_be_focused()
    page.keyboard.type("450")
    page.keyboard.press("Enter")
    page.keyboard.type("1")
    page.keyboard.press("Alt+a")
    expect(page.locator('[name="rows-46-joins_from"]')).to_be_focused()
    page.keyboard.type("1996.2")
    page.keyboard.press("Enter")
    expect(page.locator("#msg-rows-46")).to_have_count(0)
    assert not faults_of(page)
    picture(page, "portal-new-person")
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("main")).to_contain_text("新增，自 1996-02 起")
    assert not faults_of(page)

    url = reverse("enrollment:declaration", args=[jiutai.declaration.pk])
    page = open_as(jiutai.reviewer, url)
    expect(page.locator("#newcomers")).to_contain_text("新增，自 1996-02 起")
    page.locator('[name="row-46"]').fill("请带劳动合同来")
    assert not faults_of(page)
    picture(page, "review-new-person")
    page.locator("#return-reason button[type=submit]").press("Enter")
    expect(page.locator("main")).to_contain_text("见新增人员各行的原因")

    page = open_as(sunli, reverse("portal:declaration", args=[jiutai.declaration.pk]) + "?from=0")
    expect(page.locator("#msg-rows-46")).to_contain_text("请带劳动合同来")
    page.locator('[name="rows-46-number"]').focus()
    page.keyboard.press("Alt+r")
    page.keyboard.type("合同已送到")
    page.keyboard.press("Enter")
    expect(page.locator("#msg-rows-46")).to_contain_text("合同已送到")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st.warn").first).to_have_text("待复核")

    page = open_as(jiutai.reviewer, url)
    expect(page.locator("#newcomers")).to_contain_text("合同已送到")
    page.locator("h1").click()
    page.keyboard.press("a")
    settled(page)
    expect(page.locator("#newcomers")).to_contain_text("已参保")
    with as_owner(), acting_as(everything()):
        joined = Employment.objects.get(worker__identity_number=number)
        assert (joined.employer_id, joined.first_period) == (jiutai.employer.pk, date(1996, 2, 1))
