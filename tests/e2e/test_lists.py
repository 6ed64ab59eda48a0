"""Silence found and followed up; a list kept with chosen columns; an act over a whole list, taken back as one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from jilin_si.access.models import Role, User
from jilin_si.agencies.clock import set_today
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.roles import as_owner


def _office() -> User:
    """A clerk of Jiutai with two works that have declared nothing, on the eighth of January."""
    with transaction.atomic():
        with as_owner():
            set_today(date(1996, 1, 8))
        make.open_year()
        clerk = make.person(Role.CLERK, name="王淑琴")
        with make.as_user(clerk):
            for name in ("九台市造纸厂", "九台市印刷厂"):
                works = make.employer(
                    clerk, name=name, contact_name="孙丽", contact_phone="0431-2345678", ownership="state"
                )
                make.worker(clerk, works)
    return clerk


def test_a_silent_employer_is_found_on_the_desk_and_followed_up(open_as: Callable[..., Any]) -> None:
    page = open_as(_office(), reverse("desk"))
    page.get_by_role("link", name="漏报单位").press("Enter")
    expect(page.locator("h1")).to_contain_text("漏报单位")
    row = page.get_by_role("row", name="九台市造纸厂")
    expect(row).to_contain_text("0431-2345678")
    row.get_by_role("link", name="九台市造纸厂").press("Enter")
    page.get_by_label("方式").select_option("called")
    page.get_by_label("内容").fill("会计出差")
    page.get_by_label("答应日期").fill("1996.1.12")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("row", name="九台市造纸厂")).to_contain_text("会计出差")
    expect(page.get_by_role("row", name="九台市造纸厂")).to_contain_text("01-12")


def test_a_list_is_kept_with_its_filter_order_and_columns(open_as: Callable[..., Any]) -> None:
    page = open_as(_office(), reverse("enrollment:employers") + "?ownership=state&sort=-name")
    page.get_by_role("button", name="列", exact=True).click()
    page.get_by_label("行业").uncheck()
    page.get_by_label("电话").check()
    page.get_by_role("button", name="按此显示").click()
    expect(page.locator("thead")).to_contain_text("电话")
    expect(page.locator("thead")).not_to_contain_text("行业")
    page.get_by_role("button", name="清单").click()
    page.get_by_label("将本清单存为").fill("国有单位电话")
    page.get_by_role("button", name="保存").click()
    page.goto(page.url.partition("/enrollment/")[0] + reverse("enrollment:employers") + "?ownership=private")
    page.get_by_role("button", name="清单").click()
    page.get_by_role("link", name="国有单位电话").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("名称")
    expect(page.locator("thead")).to_contain_text("电话")


def test_an_act_over_a_list_says_what_it_changes_and_is_taken_back(open_as: Callable[..., Any]) -> None:
    page = open_as(_office(), reverse("enrollment:silent") + "?kind=nothing")
    page.get_by_role("button", name="全部行").click()
    page.get_by_role("link", name="全部登记催报").click()
    expect(page.locator("#plan")).to_contain_text("2 条")
    expect(page.locator("#plan")).to_contain_text("九台市印刷厂")
    page.get_by_label("内容").fill("请于十日前报来")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note.good")).to_contain_text("已办理 2 条")
    done = page.url
    page.goto(done.partition("/lists/")[0] + reverse("enrollment:silent"))
    expect(page.get_by_text("请于十日前报来")).to_have_count(2)
    page.goto(done)
    page.get_by_label("原因").fill("发错了")
    page.get_by_role("button", name="撤").click()
    expect(page.locator(".note.warn")).to_contain_text("发错了")
    page.goto(done.partition("/lists/")[0] + reverse("enrollment:silent"))
    expect(page.get_by_text("请于十日前报来")).to_have_count(0)
