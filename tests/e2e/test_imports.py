"""Files in a browser: pasted rows whose heads are corrected, a workbook that goes round, an employer's own return on
line, the check without a sign-in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from enrollment.models import Declaration, Employment
from enrollment.services import start_declaration
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, everything
from tests.e2e.looking import faults_of, picture, settled
from tests.e2e.office import jiutai_fixture, open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.enrollment.works_of_jiutai import JiutaiWorks
from tests.roles import as_owner

ROSTERS = Path(__file__).parent.parent / "data" / "rosters"


@pytest.fixture
def two_people(jiutai: JiutaiWorks) -> Declaration:
    """A return just begun, of a works with two people."""
    with transaction.atomic(), make.as_user(jiutai.clerk):
        works = make.employer(jiutai.clerk, name="九台市饲料公司")
        for name in ("尚忠贵", "李林"):
            make.worker(jiutai.clerk, works, name=name)
        return start_declaration(employer=works, fee_year=1996, by=jiutai.clerk)


@pytest.fixture
def nobody_came_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _file(name: str, data: bytes) -> Any:
    return {"name": name, "mimeType": "text/csv", "buffer": data}


def test_pasted_rows_with_unknown_heads_are_corrected_once(
    jiutai: JiutaiWorks, open_as: Callable[..., Any]
) -> None:
    address = reverse("enrollment:import_roster", args=[jiutai.employer.pk])
    numbers = [make.identity_number(), make.identity_number()]
    page = open_as(jiutai.clerk, address)
    page.locator("#id_pasted").fill(f"姓名\t证件编号\t应发数\n郭艳秋\t{numbers[0]}\t３００\n")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("各列是什么？")
    expect(page.locator('[name="column-1"]')).to_have_value("number")  # proposed by what stands below
    assert not faults_of(page)
    page.locator('[name="column-2"]').select_option("wage")
    picture(page, "roster-columns")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#roster [aria-current]")).to_contain_text("新增 1")
    # the same heads again: no question
    page.goto(page.url.split("/enrollment/")[0] + address)
    page.locator("#id_pasted").fill(f"应发数\t姓名\t证件编号\n320\t吴春梅\t{numbers[1]}\n")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#roster [aria-current]")).to_contain_text("新增 1")
    expect(page.locator(".note").first).to_contain_text("王淑琴")
    assert not faults_of(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("名册已入库")
    with as_owner(), acting_as(everything()):
        assert Employment.objects.get(worker__identity_key=numbers[1]).employer_id == jiutai.employer.pk


def test_a_prefilled_workbook_goes_out_and_comes_back(
    jiutai: JiutaiWorks, two_people: Declaration, open_as: Callable[..., Any], tmp_path: Path
) -> None:
    page = open_as(jiutai.clerk, reverse("enrollment:declaration", args=[two_people.pk]))
    page.get_by_role("link", name="用 Excel 填报").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载预填工作簿").click()
    fetched.value.save_as(tmp_path / "表.xlsx")
    sheet = CalamineWorkbook.from_path(str(tmp_path / "表.xlsx")).get_sheet_by_index(0)
    rows = [[_shown(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    rows[5][6], rows[6][8] = "５，９８０", "未发工资"
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    page.locator('[name="file"]').set_input_files(_file("表.csv", text.getvalue().encode("gb18030")))
    page.get_by_role("button", name="比对").click()
    expect(page.locator("#differences tbody tr")).to_have_count(2)
    assert not faults_of(page)
    picture(page, "sheet")
    page.keyboard.press("Control+Enter")
    expect(page.locator('[name="rows-0-year_wages"]')).to_have_value("5,980.00")
    expect(page.locator('[name="rows-1-answer"]')).to_have_value("unpaid")
    expect(page.locator('[data-total="done"]')).to_have_text("1")
    settled(page)
    page.locator('[name="rows-0-year_wages"]').focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st.warn").first).to_have_text("待复核")
    expect(page.locator("#answers")).to_contain_text("李林")


def _shown(cell: Any) -> str:
    return format(cell, ".15g") if isinstance(cell, float) else str(cell)


def test_an_employer_declares_on_line_and_finds_it_sent_back(
    jiutai: JiutaiWorks, two_people: Declaration, open_as: Callable[..., Any], live_server: Any
) -> None:
    with as_owner():
        user = User.objects.create_user("sunli", password=make.PASSWORD, display_name="孙丽")
        Assignment.objects.create(user=user, role=Role.EMPLOYER, employer_id=two_people.employer_id)
    page = open_as(user, reverse("portal:declarations"))
    page.get_by_role("link", name="继续填报 1996 年度").click()
    expect(page.locator('[name="rows-0-year_wages"]')).to_be_visible()
    settled(page)  # the grid hears what is typed once its script has run
    page.locator('[name="rows-0-year_wages"]').focus()
    page.keyboard.type("1200")
    page.keyboard.press("Enter")
    expect(page.locator('tr[data-row="0"] [data-calc="base"]')).to_have_text("下限221.50")
    expect(page.locator("#row-panel")).to_contain_text("上限")
    assert not faults_of(page)
    picture(page, "portal-declaration")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+a")
    page.keyboard.press("ArrowDown")
    expect(page.locator('[name="rows-1-answer"]')).to_have_value("left")
    page.keyboard.press("Enter")
    page.keyboard.type("1996-01")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator('[name="rows-1-left_why"]')).to_have_value("contract_ended")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st.warn").first).to_have_text("待复核")
    assert not faults_of(page)
    office = open_as(jiutai.reviewer, reverse("enrollment:declarations") + "?state=submitted")
    expect(office.locator("tbody tr", has_text="九台市饲料公司")).to_contain_text("网上")
    office.goto(live_server.url + reverse("enrollment:declaration", args=[two_people.pk]))
    expect(office.locator("#answers")).to_contain_text("已离开")
    office.locator("#id_reason").fill("李林何时离开，请补办减员")
    office.get_by_role("button", name="退回并说明").or_(
        office.locator("#return-reason [type=submit]")
    ).first.click()
    settled(office)
    page.goto(live_server.url + reverse("portal:declaration", args=[two_people.pk]))
    expect(page.locator(".note.warn").first).to_contain_text("请补办减员")
    expect(page.locator('[name="rows-0-year_wages"]')).to_have_value("1,200.00")


def test_a_stranger_has_a_workbook_checked(
    live_server: Any, new_context: Callable[..., Any], nobody_came_before: None
) -> None:
    page = new_context().new_page()
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("link", name="我的表格对不对").click()
    assert not faults_of(page)
    page.locator('[name="file"]').set_input_files(str(ROSTERS / "roster_collective_gbk.csv"))
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page.locator("#found")).to_contain_text("校验码")
    assert not faults_of(page)
    picture(page, "checker")
    assert page.locator("h1").count() == 1
