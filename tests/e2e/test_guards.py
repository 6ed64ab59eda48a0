"""The guards in a browser: the second factor from its set-up to the next sign-in, what a name may not do, the stories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from jilin_si.access.models import Assignment, Role, User
from sample import practice
from sample.models import SampleProvince
from tests.collection import factories as make
from tests.e2e.looking import faults_of, settled
from tests.e2e.office import open_as_fixture  # noqa: F401
from tests.roles import as_owner
from tests.second_factor import code_of

Open = Callable[..., Any]
PASSWORD = "of-the-tests-1996"
PAYLOAD = "<img src=x onerror=alert(1)>'\"><script>alert(2)</script>{{7*7}}"


def _sign_in(page: Any, url: str, user: User) -> None:
    page.goto(url)
    page.fill("#id_login", user.username)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")


def test_a_clerk_sets_the_second_factor_up_and_signs_in_with_it(
    live_server: Any, new_context: Open, settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    cache.clear()
    user = make.person(Role.CLERK)
    page = new_context().new_page()
    _sign_in(page, live_server.url + "/enrollment/employers/", user)
    page.wait_for_url("**/account/2fa/totp/activate/**")
    assert faults_of(page) == []
    secret = page.input_value("#authenticator_secret")
    page.fill("#id_code", "000000")
    page.keyboard.press("Enter")
    page.get_by_text("验证码不对").first.wait_for()
    page.fill("#id_code", code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/**")
    assert faults_of(page) == []
    codes = page.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    again = new_context().new_page()
    _sign_in(again, live_server.url + "/enrollment/employers/", user)
    again.wait_for_url("**/account/2fa/authenticate/**")
    assert faults_of(again) == []
    again.fill("#id_code", codes[0])
    again.keyboard.press("Enter")
    again.wait_for_url("**/enrollment/employers/")
    cache.clear()


def test_a_name_is_text_and_nothing_else(live_server: Any, open_as: Open) -> None:
    """Stored everywhere a name or a remark can stand; the browser's watch fails the test on a dialog or a report."""
    make.open_year(make.JIUTAI)
    make.on(make.JANUARY.replace(day=31))
    works = make.employer(name=PAYLOAD, names=(PAYLOAD,))
    make.assess(make.JANUARY)
    make.pay(works, "10.00", make.JANUARY.replace(day=14))
    clerk = make.person(Role.CLERK, name=PAYLOAD)
    (worker,) = make.workers_of(works)[:1]
    page = open_as(clerk, "/enrollment/employers/")
    for address in (
        "/desk/",
        "/enrollment/employers/",
        f"/enrollment/employers/{works.pk}/",
        f"/enrollment/workers/{worker}/",
        f"/enrollment/search/?q={works.number}",
        "/collection/",
        f"/collection/employers/{works.pk}/1996-01/",
        "/collection/receipts/",
        "/collection/arrears/",
    ):
        page.goto(live_server.url + address)
        settled(page)
        assert page.locator("img[src=x]").count() == 0, address
        if address != "/desk/":
            assert PAYLOAD[:28] in page.inner_text("body"), address
        assert "49" not in page.locator("h1").first.inner_text()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_practice_county_tells_its_stories(
    live_server: Any, open_as: Open, settings: Any, language: str
) -> None:
    settings.DEMO = True
    clerk = _practice_county()
    page = open_as(clerk, "/sample/practice/", language)
    assert faults_of(page) == []
    assert page.locator("h1").inner_text() == ("练习县" if language == "zh-hans" else "Practice county")
    assert page.locator("main tbody tr").count() >= 12
    page.get_by_role("link", name="王德海").click()
    settled(page)
    expect(page.locator("h1")).to_contain_text("王德海")


def _practice_county() -> User:
    make.open_year(make.JIUTAI, make.YUSHU)
    make.on(make.JANUARY.replace(day=8))
    make.employer()
    with as_owner():
        SampleProvince.objects.create(
            scale=400, seed=1996, workers=3, employers=1, loaded_at="1996-01-08T08:00:00+08:00"
        )
        for role in (Role.CLERK, Role.REVIEWER):
            user = User.objects.create_user(f"{role}.{make.JIUTAI}", password=PASSWORD, display_name="王淑琴")
            Assignment.objects.create(user=user, role=role, agency_id=make.JIUTAI)
        assert practice.prepare()
        assert not practice.prepare()
        return User.objects.get(username=f"clerk.{make.JIUTAI}")
