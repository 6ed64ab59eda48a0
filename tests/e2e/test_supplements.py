"""What came to an account after it was sent: from the desk of the old county to the books of the new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Employment
from enrollment.services.transfers import send_transfer, take_in
from jilin_si.access.models import Role, User
from jilin_si.agencies.models import Agency
from tests.collection import factories as facts
from tests.collection.factories import FEBRUARY, JANUARY, JIUTAI, YUSHU
from tests.e2e.looking import faults_of, picture
from tests.e2e.office import open_as_fixture  # noqa: F401


def _two_who_were_paid_for_late() -> tuple[User, User, int]:
    """Two workers who went to Yushu with their accounts; their old employer pays January in March."""
    facts.open_year(JIUTAI, YUSHU)
    here = facts.person(Role.CLERK, JIUTAI, "王淑琴")
    there = facts.person(Role.CLERK, YUSHU, "赵国栋")
    works = facts.employer(("498.33", "451.40"), lines=["pension"], name="九台市机械配件厂")
    workers = facts.workers_of(works)
    facts.taken_over(workers[0], "351.24", "325.89")
    facts.assess(JANUARY)
    facts.on(date(1996, 2, 20))
    new = facts.employer([], lines=["pension"], county_id=YUSHU, name="榆树市酿酒厂")
    for worker in workers:
        with facts.as_user(here):
            held = Employment.objects.select_related("employer", "worker").get(worker_id=worker)
            gone = send_transfer(
                employment=held, first_period=FEBRUARY, to_county=Agency.objects.get(pk=YUSHU), by=here
            )
        with facts.as_user(there):
            take_in(transfer=gone, employer=new, first_period=FEBRUARY, by=there)
    facts.on(date(1996, 3, 20))
    facts.pay(works, "300.00", date(1996, 3, 14))
    return here, there, workers[0]


def test_late_credits_go_after_the_account(live_server: Any, open_as: Callable[..., Any]) -> None:
    with transaction.atomic():
        here, there, worker = _two_who_were_paid_for_late()
    page = open_as(here, reverse("desk"))
    page.get_by_role("link", name="待补转").press("Enter")
    expect(page.locator("h1")).to_have_text("九台市待补转")
    expect(page.locator("tbody tr")).to_have_count(2)
    row = page.get_by_role("row", name="陈国富")
    expect(row).to_contain_text("九台市机械配件厂")
    expect(row).to_contain_text("1996-01")
    expect(row).to_contain_text("榆树市")
    expect(page.locator("tfoot")).to_contain_text("142.69")
    assert faults_of(page) == []
    picture(page, "supplements-list")

    page.get_by_role("button", name="全部行").click()
    page.get_by_role("link", name="办理补转").click()
    expect(page.locator("#plan")).to_contain_text("2 条")
    assert faults_of(page) == []
    picture(page, "supplements-plan")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note.good")).to_contain_text("已办理 2 条")
    page.get_by_label("原因").fill("先核对一人")
    page.get_by_role("button", name="撤").click()
    expect(page.locator(".note.warn")).to_contain_text("先核对一人")

    page.goto(live_server.url + reverse("collection:rests"))
    page.get_by_role("row", name="陈国富").get_by_role("link", name="补转").press("Enter")
    expect(page.locator("#plan")).to_contain_text("1 条")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note.good")).to_contain_text("已办理 1 条")
    page.goto(live_server.url + reverse("collection:rests"))
    expect(page.locator("tbody tr")).to_have_count(1)

    page = open_as(there, reverse("desk"))
    page.get_by_role("link", name="待接收转移").click()
    page.locator("table a", has_text="BZ-220181-").click()
    expect(page.locator("h1")).to_have_text("陈国富的补转")
    expect(page.locator("main")).to_contain_text("只转金额")
    assert faults_of(page) == []
    picture(page, "supplement-case")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("已接收")
    page.goto(live_server.url + reverse("enrollment:worker", args=[worker]))
    expect(page.locator("section[aria-labelledby=moves-title]")).to_contain_text("补转")
    assert faults_of(page) == []
    picture(page, "supplement-story")


def test_the_list_and_the_rest_on_the_record_in_english(open_as: Callable[..., Any]) -> None:
    with transaction.atomic():
        here, _there, worker = _two_who_were_paid_for_late()
    page = open_as(here, reverse("collection:rests"), "en")
    expect(page.locator("h1")).to_contain_text("Supplementary transfers to send")
    assert faults_of(page) == []
    picture(page, "supplements-list-en")
    page.get_by_role("link", name="Send a supplement").first.click()
    expect(page.locator("h1")).to_have_text("Send supplementary transfers")
    picture(page, "supplements-plan-en")
    page = open_as(here, reverse("enrollment:worker", args=[worker]), "en")
    expect(page.locator("section[aria-labelledby=moves-title]")).to_contain_text(
        "Came here after the account was sent"
    )
    assert faults_of(page) == []
    picture(page, "supplement-rest-en")
