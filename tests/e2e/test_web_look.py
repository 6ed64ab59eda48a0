"""The style pages in a browser: no fault of accessibility, nothing refused by the security policy, in both languages.

``JSI_PICTURES=folder`` keeps a picture of each page, to be looked at beside the reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.looking import faults_of, picture, settled
from tests.styleguide.fixtures import registries, sign_in, style_site  # noqa: F401

STAFF = ["desk", "record", "grid", "remittance", "states", "form", "list"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_staff_pages_have_no_fault(sign_in: Callable[..., Any], language: str) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/desk/", language)
    page.set_viewport_size({"width": 1366, "height": 768})
    for name in STAFF:
        page.goto(page.url.split("/style/")[0] + f"/style/{name}/")
        settled(page)
        picture(page, f"{name}-{language}")
        assert faults_of(page, colours=language == "zh-hans") == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, name


def test_the_staff_pages_hold_at_400_percent(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/desk/")
    page.set_viewport_size({"width": 341, "height": 768})  # 1366 at 400 %
    picture(page, "desk-400")
    assert page.evaluate("document.documentElement.scrollWidth") <= 341
    assert page.locator(".rail a").count() > 3


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_portal_holds_on_every_width(sign_in: Callable[..., Any], language: str) -> None:  # noqa: F811
    page = sign_in("sunlixin", "/style/portal/", language)
    for width in (1366, 390, 320):
        page.set_viewport_size({"width": width, "height": 844 if width < 1000 else 768})
        picture(page, f"portal-{width}-{language}")
        assert faults_of(page, colours=language == "zh-hans") == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width < 640:
            heights = page.evaluate(
                "[...document.querySelectorAll('.btn, .tabbar a, .field input')].filter(e => e.offsetParent).map(e => e.offsetHeight)"
            )
            assert heights
            assert min(heights) >= 44


def test_errors_and_the_second_factor_have_no_fault(
    sign_in: Callable[..., Any],  # noqa: F811
    complaints: list[str],
) -> None:
    page = sign_in("wangshuqin", "/style/desk/")
    page.set_viewport_size({"width": 1366, "height": 768})
    start = page.url.split("/style/")[0]
    for name in ("fault/400", "fault/403", "fault/409", "fault/500", "fault/503", "nothing"):
        page.goto(f"{start}/style/{name}/")
        picture(page, name.replace("/", "-"))
        assert faults_of(page) == [], name
    for name in (
        "trace/style/credit",
        "desk",
        "drafts",
        "notices",
        "account/password",
        "account/logout",
        "account/2fa",
    ):
        page.goto(f"{start}/{name}/")
        picture(page, name.replace("/", "-"))
        assert faults_of(page) == [], name
    complaints[:] = [line for line in complaints if "Failed to load resource" not in line]


def test_the_head_of_a_list_stays_under_the_bar(sign_in: Callable[..., Any]) -> None:  # noqa: F811
    page = sign_in("wangshuqin", "/style/list/")
    page.set_viewport_size({"width": 1366, "height": 400})
    head, first = page.locator("thead th").first, page.locator("tbody td").first
    assert abs(head.bounding_box()["y"] + head.bounding_box()["height"] - first.bounding_box()["y"]) < 2
    page.evaluate("scrollTo(0, 200)")
    assert head.bounding_box()["y"] == 48
