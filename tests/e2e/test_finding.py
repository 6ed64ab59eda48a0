"""Nothing is lost from sight: search, the desk's counts, broken months, lists and their files, history and its bounds."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from enrollment.models import LeaveReason
from enrollment.services import end_employment
from jilin_si.access.models import Role
from tests.e2e.county import County, Open, county_fixture, fill, hand_in, sound, type_in  # noqa: F401
from tests.e2e.looking import settled
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.enrollment import factories as make


def test_one_key_finds_people_and_employers_whatever_is_known_of_them(county: County, open_as: Open) -> None:
    page = open_as(county.clerk, reverse("policy:parameters"))  # from any page
    found = page.locator("#found")
    for typed, name in {
        "chenguofu": "陈国富",
        "cgf": "陈国富",
        "国富": "陈国富",
        "2201045508": "陈国富",
        "配件": "九台市机械配件厂",
        county.works.number: "九台市机械配件厂",
    }.items():
        page.keyboard.press("/")
        page.keyboard.press("Control+a")
        type_in(page, typed)
        expect(found.locator("[role=option]").first).to_contain_text(name)
        page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    type_in(page, "查无此人")
    expect(found).to_contain_text("这里没有“查无此人”")
    expect(page.locator("[role=search] [role=status]")).to_contain_text("查无此人")  # for who hears it
    sound(page)
    page.keyboard.press("Control+a")
    type_in(page, "chengf")  # the name's first sign in full
    page.keyboard.press("Enter")
    settled(page)
    expect(page.locator("h1")).to_have_text("查找")
    expect(page.locator("main")).to_contain_text("没有找到")
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    type_in(page, "lidelin")
    expect(found.locator("[role=option]").first).to_contain_text("李德林")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("李德林")


def _busy(county: County) -> None:
    """Something of every kind waits: a return, a silent works, broken months, who nears the age, two alike."""
    with transaction.atomic(), make.as_user(county.clerk):
        make.handed_in(county.works, county.clerk)
        silent = make.employer(county.clerk, name="九台市采石场")
        make.worker(
            county.clerk, silent, name="王德海", identity_number=make.identity_number(date(1936, 3, 17))
        )
        gone = make.worker(county.clerk, silent, name="周建军")
        end_employment(
            employment=gone,
            effective_period=make.JANUARY,
            reason=LeaveReason.TRANSFERRED,
            by=county.clerk,
        )
        make.worker(
            county.clerk, silent, name="陈国富", identity_number=make.identity_number(date(1955, 8, 15))
        )


def test_the_counts_of_the_desk_lead_to_lists_of_as_many_rows(
    county: County, open_as: Open, live_server: Any
) -> None:
    _busy(county)
    page = open_as(county.clerk, reverse("desk"))
    counts = page.locator("a.count")
    told = {
        link.locator("span").inner_text(): (
            int(link.locator("strong").inner_text()),
            link.get_attribute("href"),
        )
        for link in counts.all()
    }
    for label in ("待复核", "漏报单位", "断缴人员", "疑似重复"):
        assert told[label][0] == 1, told
    for label, (count, address) in told.items():
        page.goto(live_server.url + address)
        rows = page.locator("main tbody tr:has(a)")
        expect(rows, label).to_have_count(count)
    page.goto(live_server.url + reverse("desk"))
    settled(page)
    expect(page.locator("main")).to_contain_text("王德海")  # reaches the age in March
    case = page.locator(
        "main tbody tr", has_text="九台市机械配件厂"
    ).first  # where it is, with whom, since when
    for word in ("您录入，须他人复核", "01-08", "01-10"):
        expect(case).to_contain_text(word)
    sound(page)
    page.keyboard.press("1")  # the key of the first count
    page.wait_for_url("**" + next(iter(told.values()))[1])


def test_broken_months_are_followed_up_until_they_are_explained(county: County, open_as: Open) -> None:
    _busy(county)
    page = open_as(county.clerk, reverse("desk"))
    page.get_by_role("link", name="断缴人员").press("Enter")
    row = page.get_by_role("row", name="周建军")
    expect(row).to_contain_text("1996-01")
    sound(page)
    row.get_by_role("link", name="周建军").press("Enter")
    expect(page.locator("h1")).to_contain_text("周建军")
    expect(page.locator("main")).to_contain_text("调")  # the reason of leaving
    sound(page)
    page.get_by_label("方式").select_option("called")
    page.get_by_label("内容").fill("新单位尚未办理")
    page.get_by_label("答应日期").fill("1996-1-20")
    hand_in(page)
    expect(page.get_by_role("row", name="周建军")).to_contain_text("01-20")
    page.get_by_role("link", name="周建军").first.press("Enter")
    settled(page)
    page.get_by_label("方式").select_option("answered")
    page.get_by_label("内容").fill("已参军")
    page.get_by_label("已说明断缴原因").check()
    hand_in(page)
    expect(page.get_by_role("row", name="周建军")).to_have_count(0)


def test_a_list_is_filtered_sorted_taken_home_and_shared_in_the_office(
    county: County, open_as: Open, tmp_path: Path, live_server: Any
) -> None:
    other = county.employer(name="九台市印刷厂", ownership="collective")
    with transaction.atomic():
        with make.as_user(county.clerk):
            for sign in "甲乙丙":
                make.worker(county.clerk, other, name=f"工人{sign}")
        colleague = make.person(Role.CLERK, name="张敏")
    page = open_as(county.clerk, reverse("enrollment:workers"))
    page.locator("main [name=employer]:visible").fill("印刷")
    page.keyboard.press("Enter")
    settled(page)
    page.locator("thead a", has_text="姓名").press("Enter")
    settled(page)
    page.locator("thead a", has_text="姓名").press("Enter")
    settled(page)
    names = page.locator("tbody tr td:first-child").all_inner_texts()
    assert len(names) == 3
    assert names == sorted(names, key=lambda name: "甲乙丙".index(name[-1]), reverse=True) or names == sorted(
        names, reverse=True
    )
    for file_format in ("Excel", "CSV"):
        if not page.get_by_role("link", name=file_format).is_visible():
            page.get_by_role("button", name="导出").click()
        with page.expect_download() as fetched:
            page.get_by_role("link", name=file_format).click()
        file = tmp_path / file_format
        fetched.value.save_as(file)
        if file_format == "CSV":
            rows: list[Any] = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
        else:
            rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        told = [cell for row in rows for cell in row if str(cell).startswith("工人")]
        assert told == names, file_format
        assert not any("陈国富" in row for row in rows)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="清单").click()
    page.get_by_label("将本清单存为").fill("印刷厂职工")
    page.get_by_label("本机构共用").check()
    page.get_by_role("button", name="保存").click()
    settled(page)
    sound(page)
    theirs = open_as(colleague, reverse("enrollment:workers"))
    theirs.get_by_role("button", name="清单").click()
    theirs.get_by_role("link", name="印刷厂职工").click()
    settled(theirs)
    expect(theirs.locator("tbody tr")).to_have_count(3)
    expect(theirs.locator("th[aria-sort=descending]")).to_contain_text("姓名")


def test_history_says_who_when_from_what_to_what_and_why_and_ends_at_the_county(
    county: County, open_as: Open, live_server: Any, complaints: list[str]
) -> None:
    with transaction.atomic():
        elsewhere = make.person(Role.CLERK, make.YUSHU, "赵国栋")
    worker = reverse("enrollment:worker", args=[county.chen.worker_id])
    page = open_as(county.clerk, reverse("enrollment:particulars", args=[county.chen.worker_id]))
    page.locator("#id_category").select_option("temporary")
    with page.expect_navigation():
        page.locator("form[aria-labelledby=category-title] [type=submit]").press("Enter")
    page.goto(live_server.url + reverse("enrollment:leave", args=[county.chen.worker_id]))
    fill(page, effective_period="1996-02", reason="resigned")
    hand_in(page, "陈国富")
    page.locator("#history a").first.press("Enter")
    expect(page.locator("#takes")).to_be_visible()
    fill(page, reason="本人未辞职")
    hand_in(page, "陈国富")
    history = page.locator("#history")
    for word in ("1996-01-08", "王淑琴", "临时工", "本人未辞职"):
        expect(history).to_contain_text(word)
    expect(history.locator("s").first).to_be_visible()  # what it was before
    other = open_as(elsewhere, worker)
    expect(other.locator("h1, h2, main").first).to_be_visible()
    for address in (worker, reverse("enrollment:employer", args=[county.works.pk])):
        answer = other.goto(live_server.url + address)
        assert answer.status == 404
        expect(other.locator("body")).not_to_contain_text("陈国富")
        sound(other)
    other.goto(live_server.url + "/desk/")
    other.keyboard.press("/")
    type_in(other, "chenguofu")
    expect(other.locator("#found")).to_contain_text("这里没有")
    complaints[:] = [line for line in complaints if "404" not in line]
