"""The clerk's works and a browser that is signed in, for the browser tests of the registry."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from jilin_si.access.models import User
from tests.e2e.looking import settled
from tests.enrollment.works_of_jiutai import JiutaiWorks, jiutai_works
from tests.reference import made_once

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(name="jiutai")
def jiutai_fixture(live_server: Any) -> JiutaiWorks:
    """The machine parts works of Jiutai, with this year's return half typed."""
    return made_once("jiutai", jiutai_works)


@pytest.fixture(name="open_as")
def open_as_fixture(live_server: Any, new_context: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """A page of the application, opened by a person who is signed in."""
    opened: list[Any] = []

    def go(user: User, url: str, language: str = "zh-hans", width: int = 1366) -> Any:
        client = Client()
        client.force_login(user, backend=BACKEND)
        context = new_context()
        opened.append(context)
        cookies = {
            settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
            settings.LANGUAGE_COOKIE_NAME: language,
        }
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 768})
        page.goto(live_server.url + url)
        settled(page)
        return page

    yield go
    for (
        context
    ) in opened:  # a page that is left may still save its draft: let it, before the tables are emptied
        for page in context.pages:
            page.goto("about:blank")
    time.sleep(0.3)
