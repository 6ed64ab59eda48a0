"""A user is made by an administrator and signs in; the columns of a list are put in order by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from jilin_si.access.models import Role, User
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE
from tests.e2e.looking import faults_of, settled
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.roles import as_owner

Open = Callable[..., Any]


@pytest.fixture
def administrator(live_server: Any) -> User:
    cache.clear()
    with transaction.atomic():
        with as_owner():
            set_today(date(1996, 1, 31))
        make.open_year()
        return make.person(Role.ADMINISTRATOR, PROVINCE, "徐晓红")


def test_a_user_is_made_signs_in_with_the_password_shown_once_and_chooses_another(
    administrator: User, open_as: Open, live_server: Any, new_context: Callable[..., Any]
) -> None:
    page = open_as(administrator, reverse("users:users"))
    assert faults_of(page) == []
    page.keyboard.press("n")
    page.get_by_label("登录名").fill("sun.wei")
    page.get_by_label("姓名").fill("孙伟")
    page.locator("#id_unit").select_option(str(make.JIUTAI))
    page.get_by_role("checkbox", name="经办人", exact=True).check()
    page.get_by_label("原因").fill("新来的经办人")
    page.keyboard.press("Control+Enter")
    password = page.locator("#starting-password").inner_text()
    expect(page.locator("#history")).to_contain_text("新来的经办人")
    assert faults_of(page) == []
    page.reload()
    expect(page.locator("#starting-password")).to_have_count(0)

    theirs = new_context().new_page()
    theirs.goto(live_server.url + reverse("enrollment:employers"))
    theirs.get_by_label("登录名").fill("sun.wei")
    theirs.get_by_label("口令").fill(password)
    theirs.get_by_label("口令").press("Enter")
    expect(theirs.locator("h1")).to_have_text("修改口令")
    theirs.get_by_label("现用口令").fill(password)
    theirs.locator("#id_password1").fill("Songhua-lake-1997")
    theirs.get_by_label("再输一次新口令").fill("Songhua-lake-1997")
    theirs.keyboard.press("Enter")
    expect(theirs.locator("h1")).to_have_text("单位")


def test_a_role_is_given_with_days_and_another_taken_away_at_once(
    administrator: User, open_as: Open, live_server: Any
) -> None:
    with transaction.atomic():
        clerk = make.person(Role.CLERK, make.JIUTAI, "王淑琴")
    theirs = open_as(clerk, reverse("enrollment:employers"))
    page = open_as(administrator, reverse("users:user", args=[clerk.pk]))
    page.keyboard.press("n")
    page.get_by_label("角色").select_option("finance")
    page.locator("#id_agency").select_option(str(make.JIUTAI))
    page.get_by_label("从").fill("1996.2.1")
    page.get_by_label("原因").fill("代班")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#roles")).to_contain_text("1996-02-01")
    expect(page.locator("#roles")).to_contain_text("未到期")
    page.get_by_role("link", name="收回“经办人”").click()
    page.get_by_label("原因").fill("调走")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#history")).to_contain_text("调走")
    assert theirs.request.get(theirs.url).status == 403


def test_a_head_finds_who_is_held_off_on_the_desk_and_releases_the_name(
    administrator: User, open_as: Open
) -> None:
    with transaction.atomic():
        clerk = make.person(Role.CLERK, make.JIUTAI, "王淑琴")
        head = make.person(Role.HEAD, make.JIUTAI, "刘振海")
    for _attempt in range(6):
        Client(REMOTE_ADDR="10.1.1.1").post("/account/login/", {"login": clerk.username, "password": "wrong"})
    page = open_as(head, reverse("desk"))
    expect(page.locator("#held-off")).to_contain_text(clerk.username)
    assert faults_of(page) == []
    page.locator("#held-off").get_by_role("link", name="解除").click()
    page.get_by_label("原因").fill("本人输错")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("可以重新登录")
    answer = Client(REMOTE_ADDR="10.1.1.1").post(
        "/account/login/", {"login": clerk.username, "password": make.PASSWORD}
    )
    assert answer.status_code == 302


def test_columns_are_put_in_order_by_keyboard_and_a_file_follows(administrator: User, open_as: Open) -> None:
    page = open_as(administrator, reverse("users:users"))
    page.get_by_role("button", name="列", exact=True).press("Enter")
    page.get_by_role("button", name="角色上移").press("Enter")
    expect(page.get_by_role("button", name="角色上移")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("上次登录").press("Alt+ArrowUp")
    page.get_by_label("双重验证").uncheck()
    assert faults_of(page) == []
    page.get_by_role("button", name="按此显示").press("Enter")
    settled(page)
    heads = ["登录名", "角色", "姓名", "机构", "代办单位", "上次登录", "状态"]
    expect(page.locator("thead th")).to_have_text(heads)
    page.get_by_role("button", name="清单").click()
    page.get_by_label("将本清单存为").fill("角色在前")
    page.get_by_role("button", name="保存").click()
    settled(page)
    expect(page.locator("thead th").nth(1)).to_have_text("角色")
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV").click()
    first = Path(file.value.path()).read_text(encoding="utf-8-sig").splitlines()[0]
    assert [cell.strip('"') for cell in first.split(",")] == heads
