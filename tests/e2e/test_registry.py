"""Employers, their events and coverage, workers and their particulars, by the keys of the clerk."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.identity_numbers import check_character
from enrollment.models import Coverage, Employer, Worker
from jilin_si.access.models import Role
from jilin_si.access.scope import acting_as, everything
from tests.collection import factories as month
from tests.e2e.county import County, Open, county_fixture, fill, hand_in, on, sound, type_in  # noqa: F401
from tests.e2e.looking import settled
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.roles import as_owner

TWIN = "22010419550815001" + check_character("22010419550815001")  # of a worker who has the 15 digits


def test_an_employer_is_looked_for_by_its_code_and_registered_once(
    county: County,
    open_as: Open,
    live_server: Any,
) -> None:
    page = open_as(county.clerk, reverse("enrollment:employers"))
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("单位登记")
    expect(page.locator("#id_organisation_code")).to_be_focused()
    type_in(page, "d2143569x", "Enter")  # that of the works, which is registered
    expect(page.locator('[data-field="organisation_code"] .fault')).to_contain_text(county.works.number)
    known = page.locator("#known a", has_text="九台市机械配件厂")
    expect(known).to_have_attribute("href", reverse("enrollment:employer", args=[county.works.pk]))
    sound(page)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+a")
    type_in(page, "24398671-3", "Enter")
    expect(page.locator('[data-field="organisation_code"] .fault')).to_contain_text("校验")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+a")
    type_in(page, "1234 5678-8", "Enter")
    expect(page.locator("#id_organisation_code")).to_have_value("12345678-8")
    expect(page.locator("#known a")).to_have_count(0)
    type_in(page, "九台市造纸厂", "Enter", "ArrowDown", "Enter", "Enter", "Enter", "Enter")
    page.locator("#id_industry").select_option("paper")
    fill(
        page,
        contact_name="孙丽",
        contact_phone="0431-2345678",
        bank_name="工行九台支行",
        bank_account="220-1",
    )
    hand_in(page, "九台市造纸厂")
    expect(page.locator("main")).to_contain_text("12345678-8")
    expect(page.locator("main")).to_contain_text("孙丽")
    expect(page.locator("#coverage")).to_contain_text("1996-01")
    with as_owner(), acting_as(everything()):
        made = Employer.objects.get(organisation_code="12345678-8")
    assert (made.ownership, made.trade_class, made.bank_account) == ("collective", 3, "220-1")
    page.goto(live_server.url + reverse("enrollment:employer_new"))
    settled(page)
    type_in(page, "12345678-8", "Enter")
    page.locator("#known a").press("Enter")
    expect(page.locator("h1")).to_have_text("九台市造纸厂")


def _with_a_bill(county: County) -> Employer:
    """A works with three workers and a bill of January that nobody paid; it is 6 February."""
    with transaction.atomic():
        next(month._counter)
        works = month.employer(name="九台市水泥厂")
    month.assess(month.JANUARY)
    on(date(1996, 2, 6))
    return works


def _enter(page: Any, site: str, works: Employer, kind: str, **fields: str) -> None:
    """Open the form of an event, look at what it changes, enter it."""
    page.goto(site + reverse("enrollment:event_new", args=[works.pk, kind]))
    settled(page)
    fill(page, **fields)
    hand_in(page)
    expect(page.locator("#plan table")).to_be_visible()
    hand_in(page, works.name)


def test_a_works_stops_goes_on_and_changes_hands_and_its_page_tells_all(
    county: County,
    open_as: Open,
    live_server: Any,
) -> None:
    works = _with_a_bill(county)
    page = open_as(county.clerk, reverse("enrollment:employer", args=[works.pk]))
    page.locator("#events header a").press("Enter")
    expect(page.locator("h2", has_text="停产")).to_be_visible()
    fill(page, document_no="九经贸7号", note="停产整顿")
    hand_in(page)
    expect(page.locator("#plan")).to_contain_text("393.86")  # what stays owed
    sound(page)
    hand_in(page, "九台市水泥厂")
    expect(page.locator(".row-of .st.warn").first).to_contain_text("停产")
    _enter(page, live_server.url, works, "resumption", effective_period="1996.3")
    _enter(page, live_server.url, works, "ownership", effective_period="1996-03", ownership="private")
    events = page.locator("#events")
    for word in ("停产", "九经贸7号", "恢复生产", "国有企业 → 私营企业", "王淑琴 1996-02-06"):
        expect(events).to_contain_text(word)
    # people, bills, arrears, events and history stand on one page
    expect(page.locator("#people tbody tr")).to_have_count(3)
    expect(page.locator("main")).to_contain_text("393.86")
    expect(page.locator("main").get_by_role("link", name="1996-01").first).to_be_visible()
    expect(page.locator("#history tbody tr")).not_to_have_count(0)
    sound(page)


def test_a_works_is_split_and_moves_to_another_county(
    county: County, open_as: Open, live_server: Any
) -> None:
    works = _with_a_bill(county)
    new = county.employer(name="九台市石灰厂", lines={"pension": month.JANUARY})
    with transaction.atomic():
        month.open_year(month.YUSHU)
        there = make.person(Role.CLERK, month.YUSHU, "赵国栋")
    goes = month.workers_of(works)[0]
    with as_owner(), acting_as(everything()):
        Worker.objects.filter(pk=goes).update(
            identity_number=(number := make.identity_number()), identity_key=number
        )
    page = open_as(county.clerk, "/desk/")
    _enter(page, live_server.url, works, "split", successor=new.number, workers=number)
    expect(page.locator("#events")).to_contain_text("九台市石灰厂")
    expect(page.locator("#people tbody tr")).to_have_count(2)
    _enter(page, live_server.url, works, "move", to_county=str(month.YUSHU), effective_period="1996-03")
    expect(page.locator("#events")).to_contain_text("榆树")
    page.goto(live_server.url + reverse("enrollment:employer", args=[new.pk]))
    expect(page.locator("#events")).to_contain_text("393.86")  # both are liable for it (REST-5)
    other = open_as(there, reverse("enrollment:moves"))
    expect(other.locator("tbody tr")).to_contain_text("九台市水泥厂")
    expect(other.locator("tbody tr")).to_contain_text("王淑琴")
    sound(other)
    other.get_by_role("button", name="接收").press("Enter")
    settled(other)
    expect(other.locator("h1")).to_have_text("九台市水泥厂")
    expect(other.locator("main")).to_contain_text("220182-")
    expect(other.locator("#people tbody tr")).to_have_count(2)


def test_lines_are_joined_and_left_and_the_self_employed_join_alone(
    county: County,
    open_as: Open,
    live_server: Any,
) -> None:
    page = open_as(county.clerk, reverse("enrollment:employer", args=[county.works.pk]))
    page.locator("#coverage header a").press("Enter")
    fill(page, line="medical", first_period="1996.2")
    hand_in(page, "九台市机械配件厂")
    row = page.locator("#coverage tr", has_text="医疗")
    expect(row).to_contain_text("1996-02")
    page.locator("#coverage tr", has_text="失业").get_by_role("link").press("Enter")
    expect(page.locator("#id_line")).to_have_value("unemployment")
    fill(page, last_period="1991-12")
    hand_in(page)
    expect(page.locator("[data-error-summary]")).to_be_focused()
    sound(page)
    fill(page, last_period="1996-01")
    hand_in(page, "九台市机械配件厂")
    expect(page.locator("#coverage tr", has_text="失业")).to_contain_text("1992-01 – 1996-01")
    with as_owner(), acting_as(everything()):
        assert Coverage.objects.get(employer=county.works, line="unemployment").last_period == month.JANUARY
    page.goto(live_server.url + reverse("enrollment:worker", args=[county.chen.worker_id]))
    expect(page.locator("main")).to_contain_text("医疗")  # the workers follow

    page.goto(live_server.url + reverse("enrollment:workers"))
    settled(page)
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("个体参保")
    expect(page.locator("#id_wage")).to_have_value("369.17")  # last year's local average
    sound(page)
    type_in(page, make.identity_number(sex="F"), "Enter")
    type_in(page, "郭艳秋", "Enter")
    fill(page, wage="400", contact_phone="0431-2340000")
    hand_in(page, "郭艳秋")
    expect(page.locator("main")).to_contain_text("个体")


def test_a_fifteen_digit_twin_is_found_while_one_types(county: County, open_as: Open) -> None:
    other = county.employer(name="九台市印刷厂")
    page = open_as(county.clerk, reverse("enrollment:enrol", args=[other.pk]))
    type_in(page, "22010419550815001", "Tab")  # 17 digits
    expect(page.locator('[data-field="identity_number"] .fault')).to_contain_text("17 位")
    page.locator("#id_identity_number").focus()
    page.keyboard.press("Control+a")
    type_in(page, TWIN, "Enter")
    told = page.locator("#told")
    expect(told).to_contain_text("已在九台市机械配件厂参保")
    expect(told.get_by_role("link", name="陈国富")).to_be_visible()
    type_in(page, "陈国富", "Control+Enter")
    expect(page.locator("[data-error-summary]")).to_contain_text("参保")
    sound(page)
    with as_owner(), acting_as(everything()):
        assert Worker.objects.filter(name="陈国富").count() == 1


def test_the_particulars_of_a_worker_are_kept_with_their_dates_and_papers(
    county: County, open_as: Open
) -> None:
    page = open_as(county.clerk, reverse("enrollment:worker", args=[county.chen.worker_id]))
    page.keyboard.press("p")
    expect(page.locator("h1")).to_have_text("个人情况")
    sound(page)
    for title, fields in {
        "deemed": {"months": "214", "document": "档案第12号"},
        "category": {"category": "contract"},
        "identity": {"identity": "cadre", "first_period": "1994.7", "document": "干字3号"},
        "special": {"first_period": "1985-01", "last_period": "1994-12", "document": "特岗证7号"},
    }.items():
        form = page.locator(f"form[aria-labelledby={title}-title]")
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        form.locator("[type=submit]").press("Enter")
        settled(page)
        expect(page.locator(".note.good").first).to_contain_text("陈国富")
    page.locator("nav a, .crumb a", has_text="陈国富").first.press("Enter")
    main = page.locator("main")
    for word in ("合同制", "1994-07", "1985-01", "档案第12号", "17 年 10 个月"):
        expect(main).to_contain_text(word)
    expect(page.locator("#history")).to_contain_text("王淑琴")
