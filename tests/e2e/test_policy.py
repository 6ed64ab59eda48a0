"""Policy in a browser: a parameter changed by two people, the rule book, a calculator as one types, the public estimate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from jilin_si.access.models import Assignment, Role, User
from tests.e2e.looking import faults_of, picture, settled
from tests.roles import as_owner

STEADY = "/policy/calculators/pension.unit_contribution/?i.month=1996-03-01&i.contribution_wages=86543.27&i.retiree_cost=41200.00"
NOTICE = {
    "title": "关于生育保险费率的通知",
    "title_en": "Notice",
    "issuer": "省政府",
    "issuer_en": "Province",
}
Open = Callable[..., Any]


@pytest.fixture
def open_as(live_server: Any, new_context: Callable[..., Any]) -> Iterator[Open]:
    """A page as one of the people, each in a browser of their own: ``open_as("proposer", "/policy/")``."""
    contexts: dict[str, Any] = {}

    def user(username: str) -> User:
        with as_owner():
            found = User.objects.filter(username=username).first()
            if found is None:
                found = User.objects.create_user(username, display_name=username)
                role, place = (Role.CLERK, 220181) if username == "clerk" else (Role.PROVINCE, 220000)
                Assignment.objects.create(user=found, role=role, agency_id=place)
        return found

    def opened(username: str, path: str, language: str = "zh-hans") -> Any:
        if username not in contexts:
            contexts[username] = context = new_context()
            cookies = [{"name": "django_language", "value": language, "url": live_server.url}]
            if username:
                client = Client()
                client.force_login(user(username), backend="django.contrib.auth.backends.ModelBackend")
                session = client.cookies[settings.SESSION_COOKIE_NAME].value
                cookies.append(
                    {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
                )
            context.add_cookies(cookies)
        page = contexts[username].new_page()
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(f"{live_server.url}{path}", timeout=30_000)
        settled(page)
        return page

    yield opened
    for context in contexts.values():
        for page in context.pages:
            page.goto("about:blank")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_policy_have_no_fault_and_fit_the_screen(open_as: Open, language: str) -> None:
    pages = {
        "parameters": "/policy/",
        "parameter": "/policy/parameters/pension.unit_rate/",
        "two_days": "/policy/two-days/?first=1995-06-01&second=1996-06-01",
        "propose": "/policy/parameters/collective.tiers/propose/",
        "tried": "/policy/parameters/pension.unit_rate/what-if/?value=20&agency=220000",
        "changes": "/policy/changes/",
        "rulebook": "/policy/rules/",
        "rule": "/policy/rules/PEN-6/",
        "found": "/policy/rules/?q=利息",
        "documents": "/policy/documents/",
        "document": "/policy/documents/JZF-1995-18/",
        "new_document": "/policy/documents/add/",
        "calculators": "/policy/calculators/",
        "calculator": STEADY,
        "what_if": f"{STEADY}&b=1&vary=contribution_wages",
        "rows": "/policy/calculators/collection.bankruptcy/?b=1",
        "examples": "/policy/examples/?run=1",
    }
    page = open_as("proposer", "/policy/", language)
    start = page.url.removesuffix("/policy/")
    for name, path in pages.items():
        page.goto(start + path)
        settled(page)
        picture(page, f"policy-{name}-{language}")
        assert faults_of(page, colours=language == "zh-hans") == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, name


def test_a_parameter_is_changed_by_two_people(open_as: Open) -> None:
    mine = open_as("proposer", "/policy/?q=mat.rate")
    mine.get_by_role("link", name="单位缴费比例", exact=True).click()
    mine.get_by_role("link", name="提出新值").click()
    mine.get_by_role("link", name="请先登记文件").click()
    mine.get_by_label("文号").fill("吉政发[1997]21号")
    for name, words in NOTICE.items():
        mine.locator(f"[name={name}]").fill(words)
    mine.get_by_role("button", name="登记").click()
    expect(mine.get_by_label("文件依据")).to_have_value("JZF-1997-21")
    mine.get_by_label("新值").fill("about")
    mine.get_by_role("button", name="提出").click()
    expect(mine.locator("[data-error-summary]")).to_be_focused()
    expect(mine.get_by_label("新值")).to_have_attribute("aria-invalid", "true")
    mine.get_by_label("新值").fill("0.9")
    mine.get_by_label("有效期起").fill("1997.7.1")
    mine.get_by_label("变更理由").fill("以支定收")
    mine.get_by_role("button", name="提出").click()
    expect(mine.get_by_text("第二人审批").first).to_be_visible()
    expect(mine.get_by_text("是您本人提出的")).to_be_visible()
    expect(mine.get_by_role("button", name="批准")).to_have_count(0)
    expect(mine.get_by_role("heading", name="对算例的影响")).to_be_visible()
    assert faults_of(mine) == []

    other = open_as("approver", "/policy/changes/")
    other.get_by_role("link", name="单位缴费比例", exact=True).click()
    expect(other.get_by_text("0.8%").first).to_be_visible()
    expect(other.get_by_text("0.9%").first).to_be_visible()
    expect(other.get_by_role("heading", name="对算例的影响")).to_be_visible()
    other.get_by_role("button", name="批准").click()
    expect(other.get_by_text("已批准，按起止日期生效。")).to_be_visible()

    mine.goto(re.sub(r"/changes/.*", "/parameters/mat.rate/?on=1997-08-01", mine.url))
    expect(mine.locator(".big")).to_have_text(re.compile(r"0\.9%"))
    row = mine.locator("tr.here")
    expect(row).to_contain_text("proposer")
    expect(row).to_contain_text("approver")


def test_the_history_is_a_chart_with_a_table_of_the_same_values(open_as: Open) -> None:
    page = open_as("clerk", "/policy/parameters/pension.unit_rate/")
    expect(page.locator("#steps svg")).to_be_visible()
    page.locator("[data-chart-toggle]").click()
    table = page.locator("#steps-table")
    expect(table).to_be_visible()
    for rate in ("16%", "18.6%", "21.5%"):
        expect(table.get_by_text(rate, exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="提出新值")).to_have_count(0)


def test_from_the_search_to_a_rule_its_parameter_and_its_calculator(open_as: Open) -> None:
    page = open_as("clerk", "/policy/rules/")
    page.get_by_label("规则号、字词或文号").fill("PEN-6")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="PEN-6", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PEN-6 每月记入")
    expect(
        page.get_by_text("total_credit = own_part + unit_part_on_base + unit_part_on_local_avg")
    ).to_be_visible()
    expect(page.locator(".examples .st.bad")).to_have_count(0)
    page.get_by_role("link", name="按本人基数划转比例").first.click()
    expect(page.locator(".big")).to_contain_text("9%")
    page.go_back()
    page.get_by_role("link", name="每月记入个人账户").click()
    expect(page.locator('[data-output="total_credit"]')).to_be_visible()


def test_the_result_follows_as_one_types_and_the_address_keeps_it(open_as: Open) -> None:
    page = open_as("clerk", STEADY)
    result = page.locator('[data-output="unit_contribution"] b')
    expect(result).to_have_text("27,464.80")
    page.get_by_label("缴费工资").fill("100,000")
    expect(result).to_have_text("30,358.00")
    expect(page).to_have_url(re.compile(r"i\.contribution_wages=100%2C000"))
    page.get_by_label("缴费工资").fill("一百")
    expect(page.get_by_label("缴费工资")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#result")).not_to_contain_text("30,358.00")
    page.get_by_label("缴费工资").fill("100000")
    expect(result).to_have_text("30,358.00")
    expect(page.get_by_label("缴费工资")).not_to_have_attribute("aria-invalid", "true")
    page.reload()
    expect(result).to_have_text("30,358.00")
    page.get_by_role("link", name="1993-01-01").click()
    expect(result).to_have_text("26,263.20")


def test_what_if_and_a_chart_over_a_range(open_as: Open) -> None:
    page = open_as("clerk", STEADY)
    page.get_by_role("link", name="假设对比").click()
    page.locator('[name="p.pension.unit_rate"]').fill("20")
    row = page.locator('[data-output="unit_contribution"]')
    expect(row).to_contain_text("25,548.65")
    expect(row).to_contain_text("−1,916.15")
    page.locator("#vary").select_option("contribution_wages")
    expect(page.locator("#range svg")).to_be_visible()
    expect(page).to_have_url(re.compile(r"vary=contribution_wages"))
    page.locator("[data-chart-toggle]").click()
    expect(page.locator("#range-table")).to_be_visible()


def test_a_calculation_opens_as_a_sheet_with_links_to_rule_and_parameter(open_as: Open) -> None:
    page = open_as("clerk", STEADY)
    page.get_by_role("link", name="单页查看").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("0.215 × 127743.27")
    assert faults_of(page) == []
    drawer.get_by_role("link", name="PEN-2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PEN-2 单位缴费")


def test_a_list_grows_by_a_row(open_as: Open) -> None:
    page = open_as(
        "clerk",
        "/policy/calculators/collection.allocate/?i.amount=100&i.open_items.0.0=一月&i.open_items.0.1=60",
    )
    page.get_by_role("button", name="加一行").click()
    page.locator('[name="i.open_items.2.0"]').fill("三月")
    page.locator('[name="i.open_items.2.1"]').fill("70")
    expect(page.locator('[data-output="applied"]')).not_to_contain_text("三月")
    page.locator('[name="i.open_items.1.0"]').fill("二月")
    page.locator('[name="i.open_items.1.1"]').fill("10")
    expect(page.locator('[data-output="applied"]')).to_contain_text("三月 30.00")


def test_policy_staff_keep_an_example_and_run_them(open_as: Open) -> None:
    page = open_as("proposer", STEADY)
    page.get_by_label("缴费工资").fill("100")
    expect(page.locator('[data-output="sum_of_two"] b')).to_have_text("41,300.00")
    page.get_by_role("link", name="存为算例").click()
    expect(page.get_by_label("两项和")).to_have_value("41300.00")
    page.locator("[name=title]").fill("一百元")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("一百元")).to_be_visible()
    assert faults_of(page) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1366, 390, 320])
def test_anybody_gets_an_estimate_also_on_a_telephone(open_as: Open, width: int, language: str) -> None:
    page = open_as("", "/estimate/", language)
    page.set_viewport_size({"width": width, "height": 844 if width < 1000 else 768})
    page.locator("[name=birth]").fill("1946.7.22")
    page.locator("[name=sex][value=F]").check()
    page.locator("[name=years]").fill("28")
    page.locator("[name=wage]").fill("498.33")
    page.locator("#ask button[type=submit]").click()
    expect(page.locator("#answer .big")).to_have_text("1996-08")
    expect(page.locator(".scheme.applies .sum")).to_have_text("385.75")
    picture(page, f"estimate-{width}-{language}")
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 640:
        targets = "#ask :is(.btn, .field input[type=text], .field select, .choices label)"
        heights = page.evaluate(f"[...document.querySelectorAll('{targets}')].map(e => e.offsetHeight)")
        assert min(heights) >= 44


def test_the_estimate_follows_what_is_changed(open_as: Open) -> None:
    page = open_as("", "/estimate/")
    page.locator("[name=birth]").fill("1946-07-22")
    page.locator("[name=sex][value=F]").check()
    page.locator("[name=years]").fill("28")
    page.locator("[name=wage]").fill("498.33")
    page.locator("[name=years]").focus()
    expect(page.locator("#answer .big")).to_have_text("1996-08")
    page.locator("[name=identity][value=cadre]").check()
    expect(page.locator("#answer .big")).to_have_text("2001-08")
    page.locator(".scheme summary").first.click()
    expect(page.locator(".worked").first).to_be_visible()
    # the other language takes along what was typed and asks again
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#answer .big")).to_have_text("2001-08")
    expect(page.locator("[name=wage]")).to_have_value("498.33")
    assert not page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}]).includes('498.33')")
