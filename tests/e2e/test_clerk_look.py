"""The clerk's pages in a browser: no fault of accessibility, nothing refused by the security policy, both languages.

``JSI_PICTURES=folder`` keeps a picture of each page, to be looked at beside the reference.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from enrollment.models import Employment
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from tests.e2e.test_web_look import faults_of, picture
from tests.enrollment.works_of_jiutai import JiutaiWorks, jiutai_works
from tests.roles import as_owner


@pytest.fixture
def jiutai(live_server: Any) -> JiutaiWorks:
    return jiutai_works()


@pytest.fixture
def open_as(live_server: Any, new_context: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """A page of the application, opened by a person who is signed in."""

    opened: list[Any] = []

    def go(user: User, url: str, language: str = "zh-hans", width: int = 1366) -> Any:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        context = new_context()
        opened.append(context)
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                },
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url},
            ]
        )
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 768})
        page.goto(live_server.url + url)
        page.wait_for_load_state("networkidle")
        return page

    yield go
    for (
        context
    ) in opened:  # a page that is left may still save its draft: let it, before the tables are emptied
        for page in context.pages:
            page.goto("about:blank")
    time.sleep(0.3)


def _pages(works: JiutaiWorks) -> dict[str, str]:
    with as_owner(), acting_as(everything()):
        worker = Employment.objects.filter(worker__name="陈国富").values_list("worker_id", flat=True).get()
    return {
        "desk": reverse("desk"),
        "employers": reverse("enrollment:employers"),
        "employer": reverse("enrollment:employer", args=[works.employer.pk]),
        "employer_new": reverse("enrollment:employer_new"),
        "coverage": reverse("enrollment:coverage", args=[works.employer.pk]),
        "enrol": reverse("enrollment:enrol", args=[works.employer.pk]),
        "workers": reverse("enrollment:workers"),
        "worker": reverse("enrollment:worker", args=[worker]),
        "leave": reverse("enrollment:leave", args=[worker]),
        "declarations": reverse("enrollment:declarations"),
        "grid": reverse("enrollment:declaration", args=[works.declaration.pk]),
        "found": reverse("enrollment:search") + "?q=w",
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_clerks_pages_have_no_fault(
    jiutai: JiutaiWorks, open_as: Callable[..., Any], language: str
) -> None:
    pages = _pages(jiutai)
    page = open_as(jiutai.clerk, pages["desk"], language)
    site = page.evaluate("location.origin")
    told = {}
    for name, url in pages.items():
        page.goto(site + url)
        page.wait_for_load_state("networkidle")
        picture(page, f"{name}-{language}")
        told[name] = faults_of(page)
        if page.evaluate("document.documentElement.scrollWidth") > 1366:
            told[name].append("wider than the window")
    assert {name: faults for name, faults in told.items() if faults} == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_review_has_no_fault(jiutai: JiutaiWorks, open_as: Callable[..., Any], language: str) -> None:
    url = reverse("enrollment:declaration", args=[jiutai.declaration.pk])
    with as_owner(), acting_as(everything()):
        from django.db import transaction

        from enrollment.models import Declaration
        from enrollment.services import save_declaration_draft, submit_declaration
        from tests.enrollment import factories as make

    with transaction.atomic(), make.as_user(jiutai.clerk):
        rows = {8: {"months": "5"}, 11: {"reason": "承包奖"}, 45: {"number": "220181730305213"}}
        kept = save_declaration_draft(
            declaration=jiutai.declaration, rows=rows, retirees=None, retiree_cost=None,
            version=jiutai.declaration.version, page="x", by=jiutai.clerk,
        )  # fmt: skip
        submit_declaration(declaration=kept, version=kept.version, by=jiutai.clerk)
        assert Declaration.objects.get(pk=kept.pk).state == "submitted"
    page = open_as(jiutai.reviewer, url, language)
    picture(page, f"review-{language}")
    assert faults_of(page) == []
    page.goto(page.url.split("?")[0].replace(url, reverse("desk")))
    page.wait_for_load_state("networkidle")
    picture(page, f"desk-reviewer-{language}")
    assert faults_of(page) == []
