"""The entrance and the roles in a browser: locked out, the first password, who only looks, and nobody approves the own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Declaration
from enrollment.services import start_declaration
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.models import PROVINCE
from tests.e2e.county import County, Open, county_fixture, hand_in, sound, type_in  # noqa: F401
from tests.e2e.looking import settled
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.roles import as_owner

NEW = "Songhua-lake-1997"


@pytest.fixture
def nobody_tried_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _sign_in(page: Any, user: User, password: str) -> None:
    page.fill("#id_login", user.username)
    page.fill("#id_password", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_first_password_is_changed_and_wrong_ones_lock_the_door(
    live_server: Any,
    new_context: Callable[..., Any],
    nobody_tried_before: None,
    complaints: list[str],
) -> None:
    with as_owner():
        user = make.person(Role.CLERK, name="王淑琴")
        User.objects.filter(pk=user.pk).update(must_change_password=True)
    page = new_context().new_page()
    page.goto(live_server.url + reverse("enrollment:employers"))
    sound(page)
    _sign_in(page, user, make.PASSWORD)
    expect(page.locator("h1")).to_have_text("修改口令")
    sound(page)
    page.goto(live_server.url + reverse("desk"))  # nothing else before
    page.fill("#id_oldpassword", make.PASSWORD)
    page.fill("#id_password1", "123456789012")
    page.fill("#id_password2", "123456789012")
    page.keyboard.press("Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    sound(page)
    page.fill("#id_oldpassword", make.PASSWORD)
    page.fill("#id_password1", NEW)
    page.fill("#id_password2", NEW)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(live_server.url + reverse("desk"))
    expect(page.locator("h1")).to_have_text("工作台")

    other = new_context().new_page()
    other.goto(live_server.url + reverse("account_login"))
    for _attempt in range(6):
        _sign_in(other, user, make.PASSWORD)  # the first one is not good any more
        if other.locator("#id_login").count() == 0:
            break
    expect(other.locator("main")).to_contain_text("尝试次数过多")
    sound(other)
    other.goto(live_server.url + reverse("account_login"))
    _sign_in(other, user, NEW)  # not even with the right one
    expect(other.locator("main")).to_contain_text("尝试次数过多")
    complaints[:] = [line for line in complaints if "429" not in line]


def test_an_auditor_sees_all_and_changes_nothing(
    county: County, open_as: Open, live_server: Any, complaints: list[str]
) -> None:
    with as_owner():
        auditor = make.person(Role.AUDITOR, PROVINCE, "审计员")
    page = open_as(auditor, reverse("enrollment:workers") + "?q=cgf")
    page.locator("tbody a", has_text="陈国富").first.press("Enter")
    settled(page)
    expect(page.locator("h1")).to_have_text("陈国富")
    expect(page.locator("main form[method=post]:not(#number form)")).to_have_count(0)
    for words in ("减员", "转移", "更正记录"):
        expect(page.get_by_role("link", name=words)).to_have_count(0)
    page.goto(live_server.url + reverse("enrollment:employer", args=[county.works.pk]))
    settled(page)
    expect(page.locator("main form[method=post]")).to_have_count(0)
    expect(page.locator("#history")).to_contain_text("王淑琴")
    sound(page)
    for name, number in (
        ("enrol", county.works.pk),
        ("leave", county.chen.worker_id),
        ("coverage", county.works.pk),
    ):
        answer = page.goto(live_server.url + reverse(f"enrollment:{name}", args=[number]))
        assert answer.status == 403
        expect(page.locator("main")).to_contain_text("403")
    sound(page)
    complaints[:] = [line for line in complaints if "403" not in line]


def test_a_return_is_complete_before_it_goes_and_nobody_approves_the_own(
    county: County, open_as: Open, live_server: Any
) -> None:
    """One person who holds both roles, as in a small office; a second one approves."""
    with transaction.atomic():
        with as_owner():
            Assignment.objects.create(user=county.clerk, role=Role.REVIEWER, agency_id=make.JIUTAI)
        with make.as_user(county.clerk):
            declaration = start_declaration(employer=county.works, fee_year=1996, by=county.clerk)
    address = reverse("enrollment:declaration", args=[declaration.pk])
    page = open_as(county.clerk, address)
    page.locator('[name="rows-0-year_wages"]').focus()
    type_in(page, "18000", "Enter")
    expect(page.locator('tr[data-row="0"] [data-calc="base"]')).to_have_text("上限1,107.51")
    expect(page.locator("#row-panel")).to_contain_text("369.17")
    page.locator('[name="rows-1-year_wages"]').focus()
    page.keyboard.press("Control+Enter")
    settled(page)
    summary = page.locator("[data-whole-faults], [data-grid-summary] .note").first
    expect(summary).to_be_visible()
    expect(page.locator("h1")).to_have_text("1996 年度缴费工资申报")
    assert _state(declaration) == "draft"  # one worker is neither in it nor answered for
    sound(page)
    page.locator('[name="rows-1-year_wages"]').focus()
    page.keyboard.press("Control+a")
    type_in(page, "4800", "Enter")
    expect(page.locator('tr[data-row="1"] [data-calc="average"]')).to_have_text("400.00")
    hand_in(page)
    expect(page.locator(".note.warn").first).to_contain_text("须由另一人复核")
    expect(page.locator("[data-key=A]")).to_have_count(0)
    sound(page)
    assert _state(declaration) == "submitted"
    second = open_as(county.reviewer, address)
    with second.expect_navigation():
        second.keyboard.press("a")
    expect(second.locator(".st.good").first).to_be_visible()
    assert _state(declaration) == "approved"


def _state(declaration: Declaration) -> str:
    with as_owner(), acting_as(everything()):
        return str(Declaration.objects.values_list("state", flat=True).get(pk=declaration.pk))
