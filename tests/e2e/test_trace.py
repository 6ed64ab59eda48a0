"""Why an amount is what it is, in a browser: from a worker's month through the parts of a sum, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Employer
from jilin_si.access.models import Role
from tests.collection import factories as make
from tests.e2e.looking import faults_of, picture, settled
from tests.reference import made_once
from tests.roles import as_owner


@pytest.fixture
def works(live_server: Any) -> Employer:
    return made_once("employer_of_three", _works)


def _works() -> Employer:
    with as_owner():
        make.open_year(make.JIUTAI)
    made = make.employer(
        ("498.33", "451.40", "607.00"), name="九台市机械配件厂", retirees=7, retiree_cost="3521.40"
    )
    make.taken_over(make.workers_of(made)[0], "351.24", "325.89")
    make.assess(make.JANUARY)
    make.pay(made, "2000.00", date(1996, 1, 14))
    make.assess(make.FEBRUARY)
    make.pay(made, "50.00", date(1996, 2, 14))
    make.on(date(1996, 2, 20))
    return made


@pytest.fixture
def page(live_server: Any, new_context: Callable[..., Any], works: Employer) -> Any:
    """A clerk of the unit, signed in."""
    with as_owner():
        clerk = make.person(Role.CLERK, name="王淑琴")
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    context = new_context()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    opened = context.new_page()
    opened.set_viewport_size({"width": 1366, "height": 768})
    opened.set_default_timeout(15_000)  # the first page compiles its templates
    return opened


def test_a_month_of_a_worker_opens_closes_and_gives_the_focus_back(
    page: Any, live_server: Any, works: Employer
) -> None:
    page.goto(live_server.url + reverse("enrollment:worker", args=[make.workers_of(works)[0]]))
    month = page.locator(".strip a.c").first
    month.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer).to_be_visible()
    expect(drawer.locator(".formula .sum")).to_contain_text("73.28")
    for text in ("9.9666", "44.8497", "18.4585", "369.17"):
        expect(drawer).to_contain_text(text)
    expect(drawer.locator("footer")).to_contain_text("结果一致")
    assert faults_of(page) == []
    picture(page, "trace-month")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(month).to_be_focused()
    expect(page).not_to_have_url(re.compile("#trace"))


def test_a_sum_leads_to_its_parts_and_back(page: Any, live_server: Any, works: Employer) -> None:
    page.goto(live_server.url + reverse("collection:bill", args=[works.pk, "1996-02"]))
    own = page.locator("td:nth-child(6) a.why").first
    own.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("陈国富")
    drawer.locator("a.why", has_text="9.97").click()
    expect(drawer).to_contain_text("9.9666")
    page.go_back()
    expect(drawer).to_contain_text("王桂芝")
    page.keyboard.press("Escape")
    expect(own).to_be_focused()


def test_an_address_opens_the_drawer_again_and_is_a_page_of_its_own(
    page: Any, live_server: Any, works: Employer
) -> None:
    page.goto(live_server.url + reverse("collection:bill", args=[works.pk, "1996-01"]))
    page.locator("td:nth-child(5) a.why").first.click()
    expect(page.locator("#drawer")).to_contain_text("两项和")
    page.reload()
    expect(page.locator("#drawer")).to_contain_text("两项和")
    (bill,) = make.rows("select min(bill_id) from collection_bill where line = 'pension'")[0]
    page.goto(live_server.url + reverse("trace", args=["bill_unit", bill]))
    expect(page.locator("h1")).to_contain_text("?" if "?" in page.locator("h1").inner_text() else "元")
    assert faults_of(page) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_collection_are_without_fault(
    page: Any, live_server: Any, works: Employer, language: str
) -> None:
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )
    worker = make.workers_of(works)[0]
    (line,) = make.rows("select min(id) from collection_bankline")[0]
    (journal,) = make.rows("select min(journal_id) from collection_receipt")[0]
    for name, args in (
        ("month", []),
        ("arrears", []),
        ("receipts", []),
        ("receipt_enter", []),
        ("bank_files", []),
        ("receipt", [line]),
        ("employer_bills", [works.pk]),
        ("bill", [works.pk, "1996-02"]),
        ("employer_statement", [works.pk]),
        ("periods", []),
        ("vouchers", []),
        ("voucher", [journal]),
        ("account", [worker]),
    ):
        page.goto(live_server.url + reverse(f"collection:{name}", args=args))
        settled(page)
        picture(page, f"collection-{name}-{language}")
        assert faults_of(page, colours=language == "zh-hans") == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, name
    page.goto(live_server.url + reverse("enrollment:worker", args=[worker]))
    assert faults_of(page) == []
