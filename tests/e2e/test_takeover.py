"""Arrears that follow the employer, and the claim with the liquidator, as the clerk sees them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Employer
from tests.collection import factories as month
from tests.e2e.county import County, Open, county_fixture, fill, hand_in, on, sound  # noqa: F401
from tests.e2e.looking import settled
from tests.e2e.office import open_as_fixture  # noqa: F401


def _owing(name: str, wages: list[str], **given: Any) -> Employer:
    with transaction.atomic():
        next(month._counter)  # the office's own works has the first number
        return month.employer(wages, name=name, lines=["pension"], **given)


def _enter(page: Any, site: str, works: Employer, kind: str, **fields: str) -> None:
    """Open the form of an event and look at what it changes."""
    page.goto(site + reverse("enrollment:event_new", args=[works.pk, kind]))
    settled(page)
    fill(page, **fields)
    hand_in(page)
    expect(page.locator("#plan table")).to_be_visible()


def test_who_takes_an_employer_over_pays_its_bills(county: County, open_as: Open, live_server: Any) -> None:
    old = _owing("九台市农具厂", ["500.00"])
    new = _owing("九台市机械总厂", ["700.00"])
    month.assess(month.JANUARY)
    on(date(1996, 2, 6))
    page = open_as(county.clerk, "/desk/")
    _enter(page, live_server.url, old, "merger", successor=new.number)
    expect(page.locator("#plan")).to_contain_text("承担的欠费")
    hand_in(page, old.name)
    expect(page.locator("#takeovers")).to_contain_text("现由对方缴纳")
    expect(page.locator("#takeovers")).to_contain_text(new.name)
    sound(page)
    month.pay(new, "60.00", date(1996, 2, 5))
    page.goto(live_server.url + reverse("enrollment:employer", args=[new.pk]))
    expect(page.locator("#takeovers")).to_contain_text(old.name)
    page.goto(live_server.url + reverse("collection:bill", args=[new.pk, "1996-01"]))
    expect(page.locator("main")).to_contain_text(f"承担自 {old.name}")
    sound(page)
    page.goto(live_server.url + reverse("collection:employer_bills", args=[new.pk]))
    page.locator("[aria-labelledby=money-title] tbody a").first.click()
    expect(page.locator("main")).to_contain_text(f"1996-01 {old.name}")
    sound(page)
    # money met across: the merger stays, and the page names that money
    page.goto(live_server.url + reverse("enrollment:employer", args=[old.pk]))
    page.locator("#history tbody tr", has_text="被兼并").locator("a").last.click()
    expect(page.locator("main")).to_contain_text(f"已冲 {old.name} 1996-01 的应缴")
    sound(page)


def test_of_a_bankrupt_works_the_claim_is_worked_out_and_issued(
    county: County, open_as: Open, live_server: Any
) -> None:
    works = _owing("九台市水泥厂", ["500.00"], retirees=2, retiree_cost="410.00")
    month.assess(month.JANUARY)
    on(date(1996, 2, 20))
    page = open_as(county.clerk, "/desk/")
    _enter(page, live_server.url, works, "bankruptcy", document_no="法破字第3号")
    expect(page.locator("#plan")).to_contain_text("49,200.00")  # 410.00 × 120 months
    hand_in(page, works.name)
    expect(page.locator("#claim")).to_contain_text("49,200.00")
    page.locator("#claim header a").click()
    expect(page.locator("h1")).to_have_text("向清算组申报的债权")
    page.locator("#claim tfoot a[data-trace]").click()
    expect(page.locator("#drawer")).to_contain_text("离退休费用预留")
    expect(page.locator("#drawer footer")).to_contain_text("结果一致")
    page.keyboard.press("Escape")
    sound(page)
    with page.expect_download() as sheet:
        page.get_by_role("button", name="出具申报债权书").click()
    assert sheet.value.suggested_filename.startswith("申报债权书")
