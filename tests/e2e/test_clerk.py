"""A county clerk at the keyboard: enrols a worker, declares wages; a second person approves. No mouse is touched."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Declaration, Employment
from jilin_si.access.scope import acting_as, everything
from tests.e2e.looking import settled
from tests.e2e.office import jiutai_fixture, open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.enrollment.works_of_jiutai import JiutaiWorks
from tests.roles import as_owner

SAVED = '[data-draft-state][data-state="saved"]'


def _stored(declaration: Declaration) -> Declaration:
    with as_owner(), acting_as(everything()):
        return Declaration.objects.get(pk=declaration.pk)


def _type(page: Any, text: str, *keys: str) -> None:
    page.keyboard.type(text)
    for key in keys:
        page.keyboard.press(key)


def _focused(page: Any) -> str:
    return page.evaluate(
        "document.activeElement.name || document.activeElement.id || document.activeElement.tagName"
    )


def test_a_worker_is_enrolled_by_keyboard_alone(jiutai: JiutaiWorks, open_as: Callable[..., Any]) -> None:
    page = open_as(jiutai.clerk, reverse("enrollment:employer", args=[jiutai.employer.pk]))
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("增员登记")
    assert _focused(page) == "identity_number"
    _type(page, "22018119730530521", "Enter")
    expect(page.locator('[data-field="identity_number"] .fault')).to_contain_text("17 位")
    assert _focused(page) == "name"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+a")
    number = make.identity_number(sex="F")
    _type(page, number, "Enter")
    expect(page.locator('[data-field="identity_number"] .fault')).to_have_text("")
    expect(page.locator("#told")).to_contain_text("女 1960-05-17")
    expect(page.locator("#told")).to_contain_text("全省无此号码")
    _type(page, "郭艳秋", "Enter", "Enter", "Enter")
    assert _focused(page) == "first_period"
    page.keyboard.press("Control+a")
    _type(page, "1996.1", "Enter")
    expect(page.locator("#id_first_period")).to_have_value("1996-01")
    _type(page, "４２１.5", "Enter")
    expect(page.locator("#id_wage")).to_have_value("421.50")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("郭艳秋")
    with as_owner(), acting_as(everything()):
        assert Employment.objects.get(worker__identity_key=number).employer_id == jiutai.employer.pk


def test_what_was_typed_survives_a_reload(jiutai: JiutaiWorks, open_as: Callable[..., Any]) -> None:
    page = open_as(jiutai.clerk, reverse("enrollment:enrol", args=[jiutai.employer.pk]))
    _type(page, "220181199", "Enter")
    _type(page, "郭艳秋", "Enter")
    page.reload()
    settled(page)
    page.get_by_role("button", name="接着填").or_(page.locator(".note.warn button.btn")).first.press("Enter")
    expect(page.locator("#id_name")).to_have_value("郭艳秋")
    expect(page.locator("#id_identity_number")).to_have_value(re.compile(r"^220181 ?199$"))


def test_wages_are_declared_by_keyboard_with_faults_at_once(
    jiutai: JiutaiWorks, open_as: Callable[..., Any]
) -> None:
    url = reverse("enrollment:declaration", args=[jiutai.declaration.pk])
    page = open_as(jiutai.clerk, url)
    row = page.locator('tr[data-row="4"]')
    expect(row.locator('[data-calc="base"]')).to_have_text("下限221.50")
    row.locator('[name="rows-4-year_wages"]').focus()
    page.keyboard.press("Control+a")
    _type(page, "abc", "Tab")
    expect(page.locator("#msg-rows-4")).to_contain_text("不是金额")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+a")
    _type(page, "３，６００", "Enter")
    assert _focused(page) == "rows-4-months"
    expect(row.locator('[data-calc="average"]')).to_have_text("300.00")
    expect(row.locator('[data-calc="base"]')).to_have_text("300.00")
    expect(row.locator('[data-calc="own"]')).to_have_text("6.00")
    page.keyboard.press("Enter")
    assert _focused(page) == "rows-5-year_wages"
    page.keyboard.press("ArrowUp")
    assert _focused(page) == "rows-4-year_wages"
    expect(page.locator("#row-panel")).to_contain_text("张玉山")
    expect(page.locator(SAVED)).to_be_visible()
    assert _stored(jiutai.declaration).draft["rows"][4]["year_wages"] == "3,600.00"
    page.reload()
    settled(page)
    expect(page.locator('[name="rows-4-year_wages"]')).to_have_value("3,600.00")


def test_a_return_is_mended_handed_in_and_approved_by_another(
    jiutai: JiutaiWorks,
    open_as: Callable[..., Any],
) -> None:
    url = reverse("enrollment:declaration", args=[jiutai.declaration.pk])
    page = open_as(jiutai.clerk, url)
    page.locator('[name="rows-0-year_wages"]').focus()
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.locator("[data-grid-summary] .note")).to_contain_text("3")
    page.locator('[name="rows-0-year_wages"]').focus()
    page.keyboard.press("F8")
    expect(page.locator('[name="rows-8-months"]')).to_be_focused()
    page.keyboard.press("Control+a")
    _type(page, "5", "Tab")
    expect(page.locator("#msg-rows-8")).to_have_count(0)
    page.locator('[name="rows-11-year_wages"]').focus()
    page.keyboard.press("Alt+r")
    _type(page, "承包奖", "Enter")
    expect(page.locator("#msg-rows-11")).to_contain_text("承包奖")
    page.locator('[name="rows-45-number"]').focus()
    page.keyboard.press("Control+a")
    _type(page, "220181730305213", "Enter")
    expect(page.locator('tr[data-row="45"] [data-calc="born"]')).to_have_text("男 1973-03-05")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st.warn").first).to_have_text("待复核")
    assert _stored(jiutai.declaration).state == "submitted"

    page = open_as(jiutai.reviewer, reverse("desk"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("1996 年度缴费工资申报")
    page.keyboard.press("a")
    expect(page.locator(".note.good")).to_be_visible()
    assert _stored(jiutai.declaration).state == "approved"


def test_the_reviewer_sends_a_return_back_and_the_clerk_is_told(
    jiutai: JiutaiWorks,
    open_as: Callable[..., Any],
) -> None:
    url = reverse("enrollment:declaration", args=[jiutai.declaration.pk])
    make.mended(jiutai.declaration, jiutai.clerk)
    page = open_as(jiutai.reviewer, url)
    page.keyboard.press("r")
    expect(page.locator("#id_reason")).to_be_focused()
    _type(page, "第 12 行请附承包合同", "Tab", "Enter")
    expect(page.locator(".note.good")).to_be_visible()
    page = open_as(jiutai.clerk, url)
    expect(page.locator(".note.warn").first).to_contain_text("请附承包合同")
    expect(page.locator("table[data-grid]")).to_be_visible()


def test_two_clerks_in_one_return_see_both_versions(
    jiutai: JiutaiWorks,
    open_as: Callable[..., Any],
) -> None:
    url = reverse("enrollment:declaration", args=[jiutai.declaration.pk])
    second = make.person("clerk", name="张敏")
    first_page, second_page = open_as(jiutai.clerk, url), open_as(second, url)
    second_page.locator('[name="rows-0-year_wages"]').focus()
    second_page.keyboard.press("Control+a")
    _type(second_page, "5890", "Tab")
    expect(second_page.locator('tr[data-row="0"] [data-calc="average"]')).to_have_text("490.83")
    first_page.locator('[name="rows-0-year_wages"]').focus()
    first_page.keyboard.press("Control+a")
    _type(first_page, "5981", "Tab")
    first_page.keyboard.press("Control+Enter")
    expect(first_page.locator("h1")).to_contain_text("SB-1996")
    expect(first_page.locator("main")).to_contain_text("张敏")
    expect(first_page.locator("main")).to_contain_text("5,890.00")
    expect(first_page.locator("main")).to_contain_text("5,981.00")


def test_one_search_finds_a_person_by_initials(jiutai: JiutaiWorks, open_as: Callable[..., Any]) -> None:
    page = open_as(jiutai.clerk, reverse("desk"))
    page.keyboard.press("/")
    _type(page, "cgf")
    expect(page.locator("#found [role=option]").first).to_contain_text("陈国富")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("陈国富")


def test_an_amount_explains_itself_in_the_drawer(jiutai: JiutaiWorks, open_as: Callable[..., Any]) -> None:
    page = open_as(jiutai.clerk, reverse("enrollment:declaration", args=[jiutai.declaration.pk]))
    page.locator("#row-panel a.why").last.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("73.28")
    expect(drawer).to_contain_text("9.97")
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()


def test_an_ended_sign_in_loses_nothing(
    jiutai: JiutaiWorks, open_as: Callable[..., Any], complaints: list[str]
) -> None:
    page = open_as(jiutai.clerk, reverse("enrollment:declaration", args=[jiutai.declaration.pk]))
    with page.expect_response("**/side/"):  # what the grid asks about the row it begins with is answered
        page.reload()
    expect(page.locator('[name="rows-0-year_wages"]')).to_be_focused()
    settled(page)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.keyboard.press("Control+a")
    _type(page, "5981", "Tab")
    expect(page.locator("#expired")).to_be_visible()
    page.locator("#again-password").focus()
    _type(page, make.PASSWORD, "Enter")
    expect(page.locator("#expired")).not_to_be_visible()
    page.evaluate("jsi.signedOut(jsi.signIn - 1)")  # an answer that comes late, to what was asked before
    expect(page.locator("#expired")).not_to_be_visible()
    expect(page.locator('[name="rows-0-year_wages"]')).to_have_value("5,981.00")
    expect(page.locator(SAVED)).to_be_visible()
    assert _stored(jiutai.declaration).draft["rows"][0]["year_wages"] == "5,981.00"
    complaints[:] = [text for text in complaints if "401" not in text]  # the answers that opened the dialog


def test_the_whole_number_is_shown_for_a_reason(jiutai: JiutaiWorks, open_as: Callable[..., Any]) -> None:
    with as_owner(), acting_as(everything()):
        worker = Employment.objects.get(worker__name="陈国富").worker_id
    page = open_as(jiutai.clerk, reverse("enrollment:worker", args=[worker]))
    expect(page.locator("#number")).to_contain_text("220104******001")
    page.locator("#number summary").focus()
    page.keyboard.press("Enter")
    page.locator("#id_reason").focus()
    _type(page, "转移咨询", "Enter")
    expect(page.locator("#number")).to_have_text("220104550815001")
    page.reload()
    expect(page.locator("#history")).to_contain_text("转移咨询")
