"""Provincial staff in a browser: who is behind, down to an employer's bill; the month run, and two persons for money."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.models import Agency
from jilin_si.jobs.models import JobRun
from jilin_si.money import format_yuan
from jilin_si.web.formats import wan
from pooling import month as jobs
from pooling.models import Redistribution
from pooling.selectors.dashboard import Dashboard, dashboard
from pooling.selectors.months import Span
from tests.e2e.looking import faults_of, picture, settled
from tests.e2e.office import BACKEND, open_as_fixture  # noqa: F401
from tests.faults import province as facts
from tests.faults.province import FEBRUARY, JANUARY
from tests.faults.workers import forget_everything
from tests.reference import made_once
from tests.roles import as_owner

SPAN = "?from=1996-01&to=1996-01"


@pytest.fixture
def province(live_server: Any) -> dict[str, Any]:
    """Units with January done: remittances received, pensions paid."""
    forget_everything()
    made = made_once("province", _january)
    warm = Client()  # the first page of a process reads all templates: not in a browser's time
    warm.force_login(User.objects.get(pk=made["first"]), backend=BACKEND)
    for address in (f"/pooling/{SPAN}", "/pooling/month/1996-01/", "/trace/pool_due/1996-01_1996-01/"):
        assert warm.get(address).status_code == 200
    return made


def _january() -> dict[str, Any]:
    with as_owner():
        return facts.make(14)


@pytest.fixture
def first(province: dict[str, Any]) -> User:
    return User.objects.get(pk=province["first"])


@pytest.fixture
def second(province: dict[str, Any]) -> User:
    return User.objects.get(pk=province["second"])


def _board() -> Dashboard:
    with as_owner(), acting_as(everything()):
        found = dashboard(Span(JANUARY, JANUARY))
        assert found is not None
        assert found.all.up.due
        return found


def test_from_the_province_to_an_employers_bill(first: User, open_as: Callable[..., Any]) -> None:
    board = _board()
    page = open_as(first, f"/pooling/{SPAN}")
    expect(page.get_by_role("heading", level=1)).to_have_text("上解与下拨")
    expect(page.locator(".kpi").nth(0)).to_contain_text(wan(board.all.up.due))
    expect(page.locator(".kpi").nth(1)).to_contain_text(wan(board.all.up.paid))
    row = page.locator("#units tbody tr[data-unit]").nth(1)
    code = row.get_attribute("data-unit")
    unit = next(unit for unit in board.units if unit.code == code)
    name = unit.agency.short_zh

    row.locator("td").nth(2).click()  # the table, the map, the bars and the address share one selection
    expect(page.locator("#months-title")).to_contain_text(name)
    expect(page).to_have_url(re.compile(f"unit={code}"))
    expect(row).to_have_attribute("aria-selected", "true")

    page.locator(".kpi a.why").nth(0).click()  # why so much is due: its parts, each a link
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text(format_yuan(board.all.up.due))
    drawer.get_by_text(format_yuan(unit.up.due), exact=True).first.click()
    expect(drawer).to_contain_text("全年净额 ÷ 12")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page).to_have_url(re.compile("from=1996-01&to=1996-01"))
    page.locator("#employers tbody a").first.click()
    page.wait_for_url("**/collection/employers/**/1996-01/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_charts_have_tables_with_the_same_figures(first: User, open_as: Callable[..., Any]) -> None:
    board = _board()
    page = open_as(first, f"/pooling/{SPAN}", "en")
    for chart in ("map", "months", "flow"):
        panel = page.locator(f"[data-chart-panel]:has(#{chart})")
        expect(panel.locator("svg").first).to_be_visible()
        panel.get_by_role("button", name="Table").click()
        expect(panel.locator("table")).to_be_visible()
        expect(panel.locator(f"#{chart}")).to_be_hidden()
    expect(page.locator("#months-table")).to_contain_text(wan(board.all.up.due))


def test_the_month_is_run_and_told_until_it_is_done(
    province: dict[str, Any], first: User, open_as: Callable[..., Any]
) -> None:
    page = open_as(first, "/pooling/month/1996-02/")
    page.get_by_role("link", name="开始第 1 次").click()
    start = page.get_by_role("button", name="开始")
    expect(start).to_have_attribute("aria-disabled", "true")
    page.get_by_label("键入所属期 1996-02 以确认").fill("1996-02")
    start.click()
    expect(page.locator("#run")).to_contain_text("0 / 14")
    run = JobRun.objects.get(job="month", period=FEBRUARY)
    with as_owner(), acting_as(everything()):  # what the queue's workers do
        for place, unit in enumerate(province["units"]):
            jobs.run_county(FEBRUARY, unit, run.key)
            if place == 6:
                expect(page.locator("#run")).to_contain_text("7 / 14")
        jobs.run_province(FEBRUARY, run.key)
    expect(page.locator("#run")).to_have_attribute("data-run-state", "done")
    assert page.locator("#run").get_attribute("hx-trigger") is None  # nobody asks any more
    page.get_by_role("link", name="看新数字").click()
    expect(page.locator("#redistribution")).to_contain_text("待审批")


def test_money_goes_down_by_two_persons(
    province: dict[str, Any], first: User, second: User, open_as: Callable[..., Any]
) -> None:
    with as_owner(), acting_as(everything()):
        run, _is_new = jobs.plan_month(FEBRUARY, first.pk)
        for unit in province["units"]:
            jobs.run_county(FEBRUARY, unit, run.key)
        jobs.run_province(FEBRUARY, run.key)
        proposal = Redistribution.objects.get(state="proposed")
    page = open_as(first, "/pooling/month/1996-02/")
    expect(page.locator("#redistribution")).to_contain_text("提出人不能审批")
    page = open_as(second, "/pooling/month/1996-02/")
    page.get_by_role("link", name="查看并审批").click()
    expect(page.locator("form[data-typed]")).to_contain_text(format_yuan(proposal.total))
    page.get_by_label("键入所属期 1996-02 以确认").fill("1996-02")
    page.get_by_role("button", name="批准").click()
    expect(page.locator("#redistribution")).to_contain_text("已批准")
    with as_owner(), acting_as(everything()):
        proposal.refresh_from_db()
        assert proposal.state == "approved"
        assert facts.verified() == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_its_pages_have_no_fault(
    province: dict[str, Any], second: User, open_as: Callable[..., Any], language: str
) -> None:
    unit = Agency.objects.get(pk=province["units"][0]).pk
    page = open_as(second, f"/pooling/{SPAN}", language)
    for name, address in {
        "remittances": f"/pooling/{SPAN}",
        "benefiting": f"/pooling/{SPAN}&tab=benefiting",
        "prefectures": f"/pooling/{SPAN}&level=prefecture&tab=paid",
        "unit": f"/pooling/units/{unit}/{SPAN}",
        "month": "/pooling/month/1996-01/",
        "start": "/pooling/month/1996-02/start/",
        "plan": "/pooling/plan/1996/",
    }.items():
        page.goto(page.url.split("/pooling/")[0] + address)
        settled(page)
        picture(page, f"pooling-{name}-{language}")
        assert faults_of(page, colours=language == "zh-hans") == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, name


def test_the_main_answer_needs_no_scrolling(first: User, open_as: Callable[..., Any]) -> None:
    page = open_as(first, f"/pooling/{SPAN}")
    box = page.locator("[data-chart-panel]:has(#flow)").bounding_box()
    assert box["y"] + box["height"] <= 768
