"""A small office of Jiutai for the browser tests that need no long return: its people, a works, two workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from enrollment.models import Employer, Employment
from jilin_si.access.models import Role, User
from tests.e2e.looking import faults_of, settled
from tests.enrollment import factories as make
from tests.roles import as_owner

Open = Callable[..., Any]


@dataclass
class County:
    """Jiutai on 8 January 1996: nothing is assessed, the works has declared nothing yet."""

    clerk: User
    reviewer: User
    works: Employer
    chen: Employment
    li: Employment

    def worker(self, **given: Any) -> Employment:
        """One more worker of the works."""
        with transaction.atomic(), make.as_user(self.clerk):
            return make.worker(self.clerk, self.works, **given)

    def employer(self, **given: Any) -> Employer:
        """One more employer of the county."""
        with transaction.atomic(), make.as_user(self.clerk):
            return make.employer(self.clerk, **given)


@pytest.fixture(name="county")
def county_fixture(live_server: Any) -> County:
    with transaction.atomic():
        on(date(1996, 1, 8))
        make.open_year()
        clerk, reviewer = make.person(Role.CLERK, name="王淑琴"), make.person(Role.REVIEWER, name="李志强")
        with make.as_user(clerk):
            works = make.employer(clerk, name="九台市机械配件厂", organisation_code="D2143569-X")
            chen = make.worker(clerk, works, name="陈国富", identity_number="220104550815001")
            li = make.worker(clerk, works, name="李德林")
    return County(clerk, reviewer, works, chen, li)


def on(day: date) -> None:
    """Move the business date."""
    from jilin_si.agencies.clock import set_today

    with as_owner():
        set_today(day)


def type_in(page: Any, text: str, *keys: str) -> None:
    """Type where the eye is, then press these keys."""
    page.keyboard.type(text)
    for key in keys:
        page.keyboard.press(key)


def fill(page: Any, **fields: str) -> None:
    """Fill fields of a form by their names; a field of choices by the value."""
    for name, value in fields.items():
        field = page.locator(f"main [name={name}]:visible").first
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def hand_in(page: Any, title: str | None = None) -> None:
    """Press the key of the main button, and wait for the page that follows."""
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    settled(page)
    if title is not None:
        expect(page.locator("h1")).to_have_text(title)


def sound(page: Any) -> None:
    """Nothing on this page hinders a reader with other senses, and it fits the screen."""
    found = faults_of(page)
    assert not found, f"{page.url}: {found}"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366, page.url
