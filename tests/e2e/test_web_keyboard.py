"""Everything is done by keyboard: the grid, tables, the drawer, search, the list of keys; drafts and sign-in survive."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from jilin_si.access.models import User
from jilin_si.web.models import Draft
from tests.e2e.looking import faults_of, picture, settled
from tests.roles import as_owner
from tests.styleguide.fixtures import PASSWORD, registries, sign_in, style_site  # noqa: F401


def cell(page: Any, row: int, column: str) -> Any:
    return page.locator(f"[name=rows-{row}-{column}]")


@pytest.fixture
def grid(sign_in: Callable[..., Any]) -> Any:  # noqa: F811
    page = sign_in("wangshuqin", "/style/grid/")
    page.set_viewport_size({"width": 1366, "height": 768})
    return page


def test_enter_goes_on_and_at_the_end_of_a_row_to_the_next(grid: Any) -> None:
    cell(grid, 0, "wage").click()
    grid.keyboard.press("Enter")
    expect(cell(grid, 0, "months")).to_be_focused()
    grid.keyboard.press("Enter")
    expect(cell(grid, 1, "wage")).to_be_focused()
    grid.keyboard.press("ArrowDown")
    expect(cell(grid, 2, "wage")).to_be_focused()
    grid.keyboard.press("ArrowUp")
    grid.keyboard.press("Shift+Enter")
    expect(cell(grid, 1, "name")).to_be_focused()
    grid.keyboard.press("Control+End")
    expect(cell(grid, 13, "name")).to_be_focused()
    expect(grid.locator("tr.on")).to_have_attribute("data-row", "13")


def test_what_is_typed_is_made_plain_and_the_grey_cells_follow(grid: Any) -> None:
    cell(grid, 0, "wage").click()
    cell(grid, 0, "wage").fill("６，０００元")
    expect(grid.locator("tr.msg")).to_have_count(2)  # nothing new while typing
    grid.keyboard.press("Enter")
    expect(cell(grid, 0, "wage")).to_have_value("6,000.00")
    expect(grid.locator("tr[data-row='0'] [data-calc=average]")).to_have_text("500.00")
    expect(grid.locator("tr[data-row='0'] [data-calc=own]")).to_contain_text("10.00")


def test_a_wrong_cell_is_marked_on_leaving_and_found_by_f8(grid: Any) -> None:
    cell(grid, 1, "wage").click()
    cell(grid, 1, "wage").fill("5416.8.0")
    expect(cell(grid, 1, "wage")).not_to_have_attribute("aria-invalid", "true")
    grid.keyboard.press("ArrowDown")
    expect(cell(grid, 1, "wage")).to_have_attribute("aria-invalid", "true")
    message = grid.locator("#" + cell(grid, 1, "wage").get_attribute("aria-describedby"))
    expect(message).to_contain_text("不是金额")
    grid.keyboard.press("F8")
    expect(cell(grid, 8, "months")).to_be_focused()
    grid.keyboard.press("F8")
    expect(cell(grid, 1, "wage")).to_be_focused()
    expect(grid.locator("[data-grid-summary]")).to_contain_text("2 处要改后才能提交")
    picture(grid, "grid-errors")
    assert faults_of(grid) == []
    grid.locator("[data-grid-summary] a", has_text="第 9 行").click()
    expect(cell(grid, 8, "months")).to_be_focused()
    grid.keyboard.type("5")
    grid.keyboard.press("Enter")
    expect(cell(grid, 8, "months")).not_to_have_attribute("aria-invalid", "true")
    grid.keyboard.press("Control+Enter")  # one format fault is left: nothing is handed in
    expect(grid.locator("[data-grid-summary]")).to_contain_text("第 2 行")
    assert "/style/grid/" in grid.url


def test_copy_above_restore_undo_and_a_new_row(grid: Any) -> None:
    cell(grid, 1, "wage").click()
    grid.keyboard.press("Control+'")
    expect(cell(grid, 1, "wage")).to_have_value("5,980.00")
    grid.keyboard.press("Alt+z")
    expect(cell(grid, 1, "wage")).to_have_value("5,416.80")
    cell(grid, 2, "wage").click()
    grid.keyboard.type("77")
    grid.keyboard.press("Escape")
    expect(cell(grid, 2, "wage")).to_have_value("7,284.00")
    grid.keyboard.press("Insert")
    expect(cell(grid, 14, "identity")).to_be_focused()
    expect(grid.locator("tr[data-row='14'] th")).to_have_text("15")


def test_a_warning_stands_with_a_reason(grid: Any) -> None:
    cell(grid, 11, "wage").click()
    grid.keyboard.press("Alt+r")
    grid.keyboard.type("补发奖金")
    grid.keyboard.press("Enter")
    expect(grid.locator("#msg-rows-11")).to_contain_text("已注明原因并保留：补发奖金")
    expect(grid.locator("[name=rows-11-reason]")).to_have_value("补发奖金")


def test_a_sheet_is_pasted_over_cells_and_rows(grid: Any) -> None:
    cell(grid, 0, "wage").click()
    grid.evaluate(
        """() => { const data = new DataTransfer(); data.setData('text/plain', '4,800\\t12\\n１２００\\t6\\n');
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"""
    )
    expect(cell(grid, 0, "wage")).to_have_value("4,800.00")
    expect(cell(grid, 1, "wage")).to_have_value("1,200.00")
    expect(cell(grid, 1, "months")).to_have_value("6")


def test_a_draft_is_kept_and_comes_back(grid: Any) -> None:
    cell(grid, 0, "wage").click()
    cell(grid, 0, "wage").fill("6100")
    grid.keyboard.press("Enter")
    expect(grid.locator("[data-draft-state]")).to_contain_text("草稿已保存", timeout=8000)
    with as_owner():
        draft = Draft.objects.get(key="style-grid")
    assert draft.body["rows-0-wage"] == ["6,100.00"]
    assert draft.url == "/style/grid/"
    grid.reload()
    grid.get_by_role("button", name="取回草稿").click()
    expect(cell(grid, 0, "wage")).to_have_value("6,100.00")


def test_without_a_network_the_draft_stays_on_this_machine(grid: Any, complaints: list[str]) -> None:
    cell(grid, 0, "wage").click()
    grid.context.set_offline(True)
    cell(grid, 0, "wage").fill("6200")
    grid.keyboard.press("Enter")
    expect(grid.locator("[data-draft-state]")).to_contain_text("未连上，已存本机", timeout=8000)
    grid.context.set_offline(False)
    expect(grid.locator("[data-draft-state]")).to_contain_text("草稿已保存", timeout=8000)
    complaints[:] = [line for line in complaints if "ERR_INTERNET_DISCONNECTED" not in line]


def test_rows_are_walked_with_j_and_k_and_opened_with_enter(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/list/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    row = page.locator("tr[aria-selected=true]")
    expect(row).to_contain_text("九台市第二建筑工程公司")
    page.keyboard.press("Enter")
    page.wait_for_url("**/style/record/?of=1")


def test_keys_printed_on_the_page_work_and_can_be_switched_off(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/desk/")
    page.keyboard.press("?")
    keys = page.locator("#keys")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("疑似重复")
    picture(page, "keys")
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(keys).not_to_be_visible()
    page.keyboard.press("6")
    page.wait_for_url("**/style/list/")
    page.keyboard.press("?")
    page.get_by_label("单个字母可作按键").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(0)


def test_the_trace_drawer_has_an_address_and_gives_focus_back(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/record/")
    page.set_viewport_size({"width": 1366, "height": 768})
    figure = page.get_by_role("link", name="293.12")
    figure.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("为什么是 293.12 元？")
    expect(page).to_have_url(re.compile("#trace=%2Ftrace%2Fstyle%2Fsum%2F$"))
    drawer.get_by_role("link", name="73.28").first.click()
    expect(drawer).to_contain_text("为什么是 73.28 元？")
    assert drawer.bounding_box()["width"] == 560
    picture(page, "trace-drawer")
    assert faults_of(page) == []
    page.go_back()
    expect(drawer).to_contain_text("为什么是 293.12 元？")
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    expect(figure).to_be_focused()
    expect(page).not_to_have_url(re.compile("#trace"))
    page.goto(page.url.split("#")[0] + "#trace=%2Ftrace%2Fstyle%2Fcredit%2F")
    page.reload()
    expect(page.locator("#drawer")).to_contain_text("为什么是 73.28 元？")


def test_the_drawer_opens_no_foreign_address(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/record/#trace=%2F%2Fevil.example%2Ftrace%2F")
    page.wait_for_timeout(200)
    expect(page.locator("#drawer")).not_to_be_visible()


def test_one_key_searches_and_arrows_choose(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/desk/")
    page.keyboard.press("/")
    page.keyboard.type("cgf")
    found = page.locator("#found")
    expect(found).to_be_visible()
    expect(page.locator("#find")).to_have_attribute("aria-expanded", "true")
    picture(page, "search")
    page.keyboard.press("ArrowDown")
    expect(found.locator("[aria-selected=true]")).to_contain_text("程桂芳")
    page.keyboard.press("Enter")
    page.wait_for_url("**/style/list/")


def test_the_other_language_stays_on_the_page(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/list/?sort=-people&page=2")
    page.set_viewport_size({"width": 1366, "height": 400})
    page.evaluate("scrollTo(0, 60)")
    page.get_by_role("button", name="EN").click()
    expect(page.get_by_role("link", name="Skip to content")).to_be_attached()
    expect(page).to_have_url(re.compile(r"/style/list/\?sort=-people&page=2$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_timeout(100)
    assert abs(page.evaluate("scrollY") - 60) < 3


def test_a_field_is_checked_on_leaving_never_while_typing(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/form/")
    wage = page.get_by_label("工资 / Wage")
    wage.click()
    wage.press_sequentially("-12")
    expect(wage).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("姓名 / Name").click()
    expect(page.locator("#id_wage_fault")).to_contain_text("工资不能为负。")
    expect(wage).to_have_value("−12.00")
    wage.fill("１２３４．５")
    expect(wage).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("日期 / Day").fill("1996年3月5日")
    page.get_by_label("姓名 / Name").click()
    expect(wage).to_have_value("1,234.50")
    expect(page.get_by_label("日期 / Day")).to_have_value("1996-03-05")
    page.get_by_role("button", name="保存").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="姓名").click()
    expect(page.get_by_label("姓名 / Name")).to_be_focused()


def test_an_irreversible_act_waits_for_the_typed_period(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/states/")
    button = page.get_by_role("button", name="关账")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    expect(page.get_by_label("键入所属期")).to_be_focused()
    page.keyboard.type("１９９６-05")
    expect(button).to_have_attribute("aria-disabled", "false")


def test_charts_share_one_selection_and_show_their_table(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("zhaoguodong", "/style/remittance/")
    page.set_viewport_size({"width": 1366, "height": 768})
    expect(page.locator("#map svg")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("tr[aria-selected=true]")).to_have_attribute("data-unit", "220282")
    page.evaluate("document.dispatchEvent(new CustomEvent('jsi:unit', {detail: {code: '220724'}}))")
    expect(page.locator("tr[aria-selected=true]")).to_have_attribute("data-unit", "220724")
    page.locator("#months").hover(position={"x": 120, "y": 100})
    page.wait_for_timeout(200)
    picture(page, "remittance-tooltip")
    page.locator("[aria-controls=months-table]").click()
    expect(page.locator("#months-table")).to_contain_text("258.40")
    expect(page.locator("#months")).not_to_be_visible()


def test_an_ended_sign_in_is_renewed_on_the_page(
    sign_in: Callable[..., Any],  # noqa: F811
    complaints: list[str],
) -> None:
    page = sign_in("wangshuqin", "/style/grid/")
    with as_owner():
        from django.contrib.sessions.models import Session

        Session.objects.all().delete()
    cell(page, 0, "wage").click()
    cell(page, 0, "wage").fill("6300")
    page.keyboard.press("Enter")
    dialog = page.locator("#expired")
    expect(dialog).to_be_visible(timeout=8000)
    picture(page, "expired")
    dialog.get_by_label("的口令").fill("wrong")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("登录名或口令不对。")
    dialog.get_by_label("的口令").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存", timeout=8000)
    expect(cell(page, 0, "wage")).to_have_value("6,300.00")
    with as_owner():
        assert Draft.objects.filter(user=User.objects.get(username="wangshuqin")).exists()
    complaints[:] = [line for line in complaints if "status of 401" not in line]


def test_signing_in_leads_back_to_the_page(
    live_server: Any,
    style_site: None,  # noqa: F811
    page: Any,
    settings: Any,
) -> None:
    from tests.styleguide.fixtures import make_people

    settings.DEMO = True
    make_people()
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{live_server.url}/style/list/?page=2")
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()
    picture(page, "sign-in")
    assert faults_of(page) == []
    page.get_by_role("textbox", name="登录名").fill("ｗａｎｇｓｈｕｑｉｎ")
    page.get_by_label("口令").first.fill("wrong")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator(".note.bad")).to_contain_text("登录名或口令不对。")
    page.get_by_role("button", name="wangshuqin").click()
    page.wait_for_url("**/style/list/?page=2")


def test_a_page_prints_without_its_shell(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/list/")
    page.emulate_media(media="print")
    expect(page.locator(".bar")).not_to_be_visible()
    expect(page.locator(".rail")).not_to_be_visible()
    expect(page.locator("table.t")).to_be_visible()
    picture(page, "print")


def test_esc_before_the_trace_has_come_keeps_the_drawer_shut(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/record/")
    address = page.url
    held: list[Any] = []
    page.route("**/trace/**", lambda route: held.append(route))
    figure = page.get_by_role("link", name="293.12")
    figure.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/#trace=**")
    page.keyboard.press("Escape")
    page.wait_for_url(address)
    for route in held:
        with suppress(PlaywrightError):  # the page has taken its question back
            route.continue_()
    settled(page)
    expect(page.locator("#drawer")).not_to_be_visible()
    expect(figure).to_be_focused()
    page.unroute("**/trace/**")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).to_contain_text("为什么是 293.12 元？")
