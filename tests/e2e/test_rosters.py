"""A roster as a file, in the browser: the reasons at the cells, the good without the bad, twice, taken back, a long one."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from django.urls import reverse
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from enrollment.imports import running
from enrollment.imports.models import RosterImport
from enrollment.models import Employment
from jilin_si.access.scope import acting_as, everything
from tests.e2e.county import County, Open, county_fixture, fill, hand_in, sound  # noqa: F401
from tests.e2e.looking import settled
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.roles import as_owner

HEADS = ("姓名", "身份证号码", "用工形式")


def _book(rows: list[list[Any]], title: str = "九台市机械配件厂职工花名册") -> dict[str, Any]:
    """A workbook under a title that goes over the columns."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 2, title)
    for number, row in enumerate([list(HEADS), *rows]):
        sheet.write_row(number + 1, 0, row)
    book.close()
    return {"name": "花名册.xlsx", "mimeType": "application/octet-stream", "buffer": made.getvalue()}


def _wrong(number: str) -> str:
    return number[:17] + ("0" if number[17] != "0" else "1")


def _at_work(county: County) -> int:
    with as_owner(), acting_as(everything()):
        return Employment.objects.filter(employer=county.works).count()


def test_wrong_rows_are_told_at_the_cell_and_come_back_the_good_are_stored_and_taken_back(
    county: County,
    open_as: Open,
    tmp_path: Path,
    live_server: Any,
) -> None:
    address = reverse("enrollment:import_roster", args=[county.works.pk])
    bad = _wrong(make.identity_number())
    file = _book(
        [
            ["郭艳秋", make.identity_number(), "合同制工人"],
            ["尚忠贵", bad, "合同制工人"],
            ["陈国富", "220104550815001", "固定工"],
            ["合计", "", ""],
        ]
    )
    page = open_as(county.clerk, reverse("enrollment:employer", args=[county.works.pk]))
    page.keyboard.press("i")
    expect(page.locator("h1")).to_have_text("名册导入")
    page.locator('[name="file"]').set_input_files(file)
    hand_in(page, "名册导入 · 核对")
    tabs = page.locator("#roster header nav, #roster header .tabs")
    expect(tabs).to_contain_text("新增 1")
    expect(tabs).to_contain_text("有误 1")
    page.locator("#roster header a", has_text="有误").press("Enter")
    settled(page)
    expect(page.locator("#roster td.err")).to_have_text(bad)
    expect(page.locator("#roster tr.msg")).to_contain_text("校验码")
    sound(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载").first.click()
    fetched.value.save_as(tmp_path / "wrong.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "wrong.xlsx")).get_sheet_by_index(0).to_python()
    assert [row[:2] for row in rows if bad in row] == [["尚忠贵", bad]]
    assert any("校验码" in str(cell) for row in rows for cell in row)
    assert _at_work(county) == 2  # nothing is stored before one says so
    hand_in(page, "名册已入库")
    assert _at_work(county) == 3

    page.goto(live_server.url + address)  # the same file again
    page.locator('[name="file"]').set_input_files(file)
    hand_in(page, "名册导入 · 核对")
    expect(page.locator(".note.warn").first).to_contain_text("王淑琴")
    expect(tabs).to_contain_text("新增 0")
    expect(page.locator("button[data-key='Ctrl Enter']")).to_have_count(0)
    assert _at_work(county) == 3

    page.goto(live_server.url + reverse("enrollment:employer", args=[county.works.pk]))
    page.locator("#history a").first.press("Enter")
    expect(page.locator("#takes")).to_contain_text("郭艳秋")
    fill(page, reason="花名册是旧的")
    hand_in(page, "九台市机械配件厂")
    expect(page.locator("#history")).to_contain_text("已撤销")
    assert _at_work(county) == 2


def test_a_long_roster_is_a_job_that_tells_how_far_it_is(
    county: County,
    open_as: Open,
) -> None:
    births = [date(1950 + n % 28, 1 + n % 12, 1 + n // 28 % 28) for n in range(501)]
    given = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹"
    people = [
        [f"王{given[n % 26]}{given[n // 26 % 26]}", make.identity_number(birth), "合同制工人"]
        for n, birth in enumerate(births)
    ]
    page = open_as(county.clerk, reverse("enrollment:import_roster", args=[county.works.pk]))
    page.locator('[name="file"]').set_input_files(_book(people))
    hand_in(page, "名册导入")
    expect(page.locator("#roster-progress")).to_contain_text("501")
    sound(page)
    _work()
    expect(page.locator("h1")).to_have_text("名册导入 · 核对")  # the page has gone on by itself
    expect(page.locator("#roster header")).to_contain_text("新增 501")
    hand_in(page, "名册导入")
    _work()
    expect(page.locator("h1")).to_have_text("名册已入库")
    assert _at_work(county) == 503


def _work() -> None:
    """What the queue's worker does."""
    with as_owner(), acting_as(everything()):
        kept = RosterImport.objects.latest("pk")
    with as_owner():
        assert running.run_roster(kept.pk, kept.run) == "done"
