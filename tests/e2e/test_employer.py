"""An employer in a browser: signs in, sees what is due and why, takes home both files, and nobody else's figures."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from collection.selectors import bills
from collection.statements.capitals import capitals
from enrollment.models import Employer
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.money import format_yuan
from jilin_si.periods import month
from tests.collection import factories as make
from tests.e2e.looking import faults_of, picture, settled
from tests.reference import made_once
from tests.roles import as_owner

JUNE = month(1996, 6)


@pytest.fixture
def works(live_server: Any) -> Employer:
    return made_once("employer_of_twelve", _works)


def _works() -> Employer:
    """An employer of twelve: five months billed, four paid, May in part, June just come; a second one of its own."""
    with as_owner():
        make.open_year(make.JIUTAI)
    made = make.employer(
        [f"{400 + 17 * place}.{place:02d}" for place in range(11)] + ["498.33"],
        name="九台市机械配件厂",
        lines=make.ALL_LINES,
        retirees=6,
        retiree_cost="3521.40",
        names=("陈国富", "吉田𠮷", "#panic()", *make.PEOPLE[3:]),
    )
    for number in range(1, 6):
        period = month(1996, number)
        make.assess(period)
        with as_owner(), acting_as(everything()):
            sheet = bills.bill_sheet(made.pk, period)
        assert sheet is not None
        paid = sheet.sums.due if number < 5 else Decimal("1000.00")
        make.pay(made, str(paid), period.replace(day=14))
    make.assess(JUNE)
    make.on(date(1996, 6, 12))
    return made


@pytest.fixture
def second(works: Employer) -> Employer:
    with as_owner():
        return make.employer(
            ("500.00", "600.00"), name="九台市第二粮库", first_period=month(1996, 7), lines=["pension"]
        )


@pytest.fixture
def sign_in(live_server: Any, new_context: Callable[..., Any]) -> Callable[..., Any]:
    """Sign in as people do: name and password on the first page."""

    def go(user: User, language: str = "", **options: Any) -> Any:
        page = new_context(accept_downloads=True, **options).new_page()
        page.goto(live_server.url, timeout=30_000)  # the first page compiles its templates
        page.locator("[name=login]").fill(user.username)
        page.locator("[name=password]").fill(make.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/portal/"))
        if language == "en":
            page.locator("form[data-language] button[value=en]").first.click()
            settled(page)
        return page

    return go


def user_of(*employers: Employer) -> User:
    with as_owner():
        return make.employer_user(*employers)


def books(employer: Employer, first: date, last: date) -> bills.Sums:
    with as_owner(), acting_as(everything()):
        return bills.Sums.of(bills.employer_months(employer.pk, first, last))


def test_the_sum_the_day_and_the_parts_stand_first(works: Employer, sign_in: Callable[..., Any]) -> None:
    page = sign_in(user_of(works))
    with as_owner(), acting_as(everything()):
        sheet = bills.bill_sheet(works.pk, JUNE)
    assert sheet is not None
    expect(page.locator(".due")).to_contain_text(format_yuan(sheet.to_pay))
    expect(page.locator("h1")).to_contain_text("1996-06")
    for row in sheet.rows:
        expect(page.locator("main")).to_contain_text(format_yuan(row.unit_due))
    assert page.locator(".due").bounding_box()["y"] < 200
    expect(page.locator("table.t tbody tr")).to_have_count(6)
    picture(page, "employer")


def test_a_part_explains_itself_by_keyboard_and_esc_gives_the_focus_back(
    works: Employer, sign_in: Callable[..., Any]
) -> None:
    page = sign_in(user_of(works))
    figure = page.locator(".line a.why").first
    figure.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("21.5%")
    expect(drawer.locator("footer")).to_contain_text("结果一致")
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(figure).to_be_focused()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_both_files_are_taken_home_and_say_what_the_books_say(
    works: Employer, sign_in: Callable[..., Any], language: str, tmp_path: Path
) -> None:
    page = sign_in(user_of(works), language)
    sums = books(works, month(1996, 1), JUNE)

    def take(file_format: str) -> bytes:
        page.select_option("select[name=format]", file_format)
        page.select_option("select[name=language]", language)
        with page.expect_download() as started:
            page.locator("form[action*=statements] button[type=submit]").click()
        target = tmp_path / f"{file_format}-{language}"
        started.value.save_as(target)
        assert started.value.suggested_filename.endswith(
            f"220181-{works.number[7:]} 1996-01 1996-06.{file_format}"
        )
        return target.read_bytes()

    page.locator("[name=first]").fill("1996.1")
    page.keyboard.press("Tab")
    expect(page.locator("[name=first]")).to_have_value("1996-01")
    document = pypdfium2.PdfDocument(take("pdf"))
    text = "\n".join(each.get_textpage().get_text_bounded() for each in document)
    document.close()
    for amount in (sums.due, sums.paid, sums.owed, sums.own_due):
        assert format_yuan(amount) in text
    assert capitals(sums.paid) in text
    assert "吉田𠮷" in text
    assert "#panic()" in text
    book = CalamineWorkbook.from_filelike(io.BytesIO(take("xlsx")))
    overview, by_month, by_person = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    told = [Decimal(format(cell, ".15g")).quantize(Decimal("0.01")) for cell in overview[-1][2:5]]
    assert told == [sums.due, sums.paid, sums.owed]
    assert len(by_month) == 1 + 6 * 5 + 1
    assert [row[2] for row in by_person[1:4]] == ["陈国富", "吉田𠮷", "#panic()"]
    page.reload()
    expect(page.locator("form[action*=statements] .line").first).to_contain_text("xlsx")


def test_a_wrong_month_is_told_at_the_field_and_nothing_is_lost(
    works: Employer, sign_in: Callable[..., Any]
) -> None:
    page = sign_in(user_of(works))
    page.locator("[name=last]").fill("1996-13")
    page.keyboard.press("Tab")
    expect(page.locator("[name=last]")).to_have_attribute("aria-invalid", "true")
    page.locator("form[action*=statements] button[type=submit]").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[name=last]")).to_have_value("1996-13")
    expect(page.locator("[name=first]")).to_have_value("1996-01")


def test_nothing_of_another_employer_is_to_be_had(
    works: Employer, second: Employer, sign_in: Callable[..., Any], complaints: list[str]
) -> None:
    page = sign_in(user_of(second))
    expect(page.locator("body")).not_to_contain_text("九台市机械配件厂")
    (bill,) = make.rows("select min(bill_id) from collection_bill where employer_id = %s", [works.pk])[0]
    for path, status in (
        (f"/trace/bill_unit/{bill}/", 404),
        (f"/trace/to_pay/{works.pk}-199606/", 404),
        (f"/portal/as/{works.pk}/", 404),
        ("/portal/bills/1996-06/", 404),
        (f"/collection/employers/{works.pk}/", 403),
        (f"/collection/employers/{works.pk}/1996-06/", 403),
        ("/collection/", 403),
    ):
        answer = page.goto(page.url.split("/portal")[0].split("/trace")[0].split("/collection")[0] + path)
        assert answer.status == status, path
        expect(page.locator("body")).not_to_contain_text("九台市机械配件厂")
    assert all("404" in complaint or "403" in complaint for complaint in complaints)
    complaints.clear()


def test_one_person_of_two_employers_changes_from_one_to_the_other(
    works: Employer, second: Employer, sign_in: Callable[..., Any]
) -> None:
    page = sign_in(user_of(works, second))
    expect(page.locator(".bar .scope")).to_contain_text("九台市机械配件厂")
    page.locator(".bar .menu > button").click()
    page.locator(".menu-list a", has_text="九台市第二粮库").click()
    expect(page.locator(".bar .scope")).to_contain_text("九台市第二粮库")
    expect(page.locator("main")).not_to_contain_text(works.number)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_portal_is_without_fault(
    works: Employer, sign_in: Callable[..., Any], language: str
) -> None:
    page = sign_in(user_of(works), language)
    root = page.url.split("/portal")[0]
    for name, path in (
        ("home", "/portal/bills/"),
        ("bill", "/portal/bills/1996-05/"),
        ("statements", "/portal/statements/"),
        ("declarations", "/portal/declarations/"),
        ("people", "/portal/people/"),
        ("check", "/check/"),
    ):
        page.goto(root + path)
        settled(page)
        picture(page, f"portal-{name}-{language}")
        assert faults_of(page, colours=language == "zh-hans") == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, name


@pytest.mark.parametrize("width", [390, 320])
def test_it_holds_on_a_telephone(works: Employer, sign_in: Callable[..., Any], width: int) -> None:
    page = sign_in(user_of(works), has_touch=True)
    page.set_viewport_size({"width": width, "height": 844})
    root = page.url.split("/portal")[0]
    expect(page.locator(".tabbar a[aria-current=page]")).to_be_visible()
    for path in ("/portal/bills/", "/portal/bills/1996-05/", "/portal/statements/", "/portal/people/"):
        page.goto(root + path)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert faults_of(page) == [], path
    picture(page, f"portal-{width}")
    small = page.evaluate(
        "[...document.querySelectorAll('.tabbar a, .btn')].filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []
