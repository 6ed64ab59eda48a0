"""People who move and records that are one person, by keyboard and button: two counties, two persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Duplicate, Employer, LeaveReason
from enrollment.services import end_employment
from jilin_si.access.models import Role
from jilin_si.periods import month
from tests.collection import factories as facts
from tests.collection.factories import JANUARY, JIUTAI, YUSHU
from tests.e2e.looking import faults_of, picture
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.enrollment import factories as make


def _worker_with_account() -> tuple[Employer, int]:
    """A worker of Jiutai whose January is paid; February is open."""
    facts.open_year(JIUTAI, YUSHU)
    works = facts.employer(lines=["pension"], name="九台市机械配件厂")
    worker = facts.workers_of(works)[0]
    facts.taken_over(worker, "351.24", "325.89")
    facts.assess(JANUARY)
    facts.pay(works, "365.84", date(1996, 1, 14))
    facts.on(date(1996, 2, 20))
    return works, worker


def test_two_clerks_move_a_worker_with_the_account(live_server: Any, open_as: Callable[..., Any]) -> None:
    with transaction.atomic():
        _works, worker = _worker_with_account()
        new = facts.employer([], lines=["pension"], county_id=YUSHU, name="榆树市酿酒厂")
        here = make.person(Role.CLERK, JIUTAI, "王淑琴")
        there = make.person(Role.CLERK, YUSHU, "赵国栋")
    page = open_as(here, reverse("enrollment:worker", args=[worker]))
    page.keyboard.press("t")
    expect(page.locator("h1")).to_have_text("陈国富的转移")
    assert faults_of(page) == []
    page.select_option("#id_kind", "across")
    page.keyboard.press("Control+Enter")  # without the county
    expect(page.locator('[data-field="to_county"] .fault')).to_contain_text("请选县市")
    page.select_option("#id_to_county", str(YUSHU))
    page.fill("#id_first_period", "1996.2")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("待接收")
    expect(page.locator("#along-title + .sub, #along-title")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("764.14")
    assert faults_of(page) == []
    picture(page, "transfer-sent")

    page = open_as(there, reverse("desk"))
    page.get_by_role("link", name="待接收转移").click()
    page.locator("table a", has_text="ZY-220181-").click()
    page.fill("#id_employer", new.number)
    page.fill("#id_wage", "520")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("陈国富")
    expect(page.locator("#moves-title")).to_have_text("账户去向")
    expect(page.locator("main")).to_contain_text("764.14")
    assert faults_of(page) == []
    picture(page, "transfer-taken-in")


def test_a_reviewer_merges_what_a_clerk_proposed(live_server: Any, open_as: Callable[..., Any]) -> None:
    with transaction.atomic():
        make.open_year()
        clerk = make.person(Role.CLERK, name="王淑琴")
        reviewer = make.person(Role.REVIEWER, name="李志强")
        with make.as_user(clerk):
            first = make.worker(clerk, make.employer(clerk))
            end_employment(
                employment=first, effective_period=month(1996, 1), reason=LeaveReason.RESIGNED, by=clerk
            )
            second = make.worker(clerk, make.employer(clerk), first_period=month(1996, 1))
            pair = Duplicate.objects.get()
        facts.taken_over(first.worker_id, "351.24", "325.89")
    page = open_as(clerk, reverse("desk"))
    page.get_by_role("link", name="疑似重复").click()
    page.locator("table a", has_text="陈国富").click()
    assert faults_of(page) == []
    picture(page, "duplicate")
    page.fill("#id_reason", "身份证已核对")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("待第二人决定")
    page = open_as(reviewer, reverse("enrollment:duplicate", args=[pair.pk]))
    page.get_by_role("button", name="同意，合并").click()
    expect(page.locator("main")).to_contain_text("已合并")
    page.goto(page.url.split("/enrollment/")[0] + reverse("enrollment:worker", args=[first.worker_id]))
    expect(page).to_have_url(live_server.url + reverse("enrollment:worker", args=[second.worker_id]))
    expect(page.locator("main")).to_contain_text("677.13")
