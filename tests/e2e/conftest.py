"""Browser tests: a page that complains in the console, breaks its security policy or opens a dialog fails its test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, WebError, expect

from jilin_si.servers.places import default_places
from tests.browser import find_browser

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's own loop runs in the thread of the test

PATIENCE_MS = 15_000  # what comes is not waited for; on a busy machine it may come late
expect.set_options(timeout=PATIENCE_MS)
# A form that is refused answers 422, an act on a county under assessment 409: the page shows why.
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of (409|422) ")
REPORT_POLICY = (
    "document.addEventListener('securitypolicyviolation', event => console.error("
    "`security policy: ${event.violatedDirective} refused ${event.blockedURI || event.sample}`))"
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = find_browser()
    scratch = default_places().var / "browser" / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    return browser_type_launch_args | {
        "executable_path": str(found.program),
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"],
        "env": os.environ | found.environment | {"TMPDIR": str(scratch), "HOME": str(scratch)},
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1366, "height": 900},
    }


@pytest.fixture
def complaints() -> list[str]:
    """What the pages of this test have complained of. A test that provokes one takes it out of the list."""
    return []


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], complaints: list[str]
) -> Iterator[Callable[..., BrowserContext]]:
    """Every browser context is watched."""

    def watch(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_POLICY)

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error" and not EXPECTED.match(message.text):
                complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

        def failed(error: WebError) -> None:
            complaints.append(f"script: {error.error}")

        def asked(dialog: Dialog) -> None:
            complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        context.on("console", heard)
        context.on("weberror", failed)
        context.on("dialog", asked)
        return context

    yield watch
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)
