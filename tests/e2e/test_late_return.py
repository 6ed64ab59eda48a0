"""A return that comes late: the month is estimated by rule, told wherever its bill is shown, and set right afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from collection.selectors import bills
from tests.collection import factories as month
from tests.e2e.county import on, sound
from tests.e2e.looking import picture
from tests.e2e.office import jiutai_fixture, open_as_fixture  # noqa: F401
from tests.enrollment.works_of_jiutai import JiutaiWorks

ESTIMATED = "1996 年度申报尚未通过"


def _due(jiutai: JiutaiWorks) -> Any:
    with transaction.atomic(), month.as_user(jiutai.clerk):
        january, *_later = bills.employer_year(jiutai.employer.pk, 1996)
    return january.due


def test_a_month_without_a_return_is_estimated_and_set_right_by_the_late_one(
    jiutai: JiutaiWorks, open_as: Callable[..., Any]
) -> None:
    month.assess(month.JANUARY)
    on(date(1996, 1, 10))
    estimated = _due(jiutai)
    bill = reverse("collection:bill", args=[jiutai.employer.pk, "1996-01"])

    # the employer is told in the portal why the bill is what it is, and where it declares
    portal = open_as(month.employer_user(jiutai.employer), reverse("portal:home"))
    expect(portal.locator(".note.warn")).to_contain_text(ESTIMATED)
    expect(portal.locator(".note.warn a")).to_have_attribute("href", reverse("portal:declarations"))
    sound(portal)

    # the clerk sees it on the employer's page and on the bill, and types on where the last one stopped
    page = open_as(jiutai.clerk, reverse("enrollment:employer", args=[jiutai.employer.pk]))
    expect(page.locator("#bills-title").locator("xpath=ancestor::section")).to_contain_text(ESTIMATED)
    page.goto(page.url.partition("/enrollment/")[0] + bill)
    expect(page.locator(".note.warn")).to_contain_text(ESTIMATED)
    sound(page)
    picture(page, "bill-estimated")
    page.locator(".note.warn a").press("Enter")
    expect(page.locator("h1")).to_have_text("九台市机械配件厂")
    page.keyboard.press("d")
    expect(page.locator("table[data-grid]")).to_be_visible()
    page.locator('[name="rows-8-months"]').fill("5")
    page.locator('[name="rows-45-number"]').fill("220181730305213")
    row = page.locator('[name="rows-11-year_wages"]')
    row.focus()
    expect(page.locator("#msg-rows-11")).to_be_visible()
    page.keyboard.press("Alt+r")
    page.keyboard.type("承包奖")
    page.keyboard.press("Enter")
    expect(row).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st.warn").first).to_have_text("待复核")

    # a second person approves; the next assessment bills the difference
    review = open_as(jiutai.reviewer, reverse("enrollment:declaration", args=[jiutai.declaration.pk]))
    review.keyboard.press("a")
    expect(review.locator(".st.good").first).to_have_text("已通过")
    month.assess(month.FEBRUARY)
    on(date(1996, 2, 10))
    page = open_as(jiutai.clerk, bill)
    expect(page.get_by_text(ESTIMATED)).to_have_count(0)
    assert _due(jiutai) != estimated
    page.goto(page.url.replace("1996-01", "1996-02"))
    expect(page.locator("main")).to_contain_text("1996-01")  # what January comes to after all
