"""The clerk's pages in a browser: no fault of accessibility, nothing refused by the security policy, both languages.

``JSI_PICTURES=folder`` keeps a picture of each page, to be looked at beside the reference.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.imports.models import RosterImport
from enrollment.imports.opening import open_path
from enrollment.models import Employment
from jilin_si.access.scope import acting_as, everything
from tests.e2e.looking import faults_of, picture, settled
from tests.e2e.office import jiutai_fixture, open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.enrollment.works_of_jiutai import JiutaiWorks
from tests.roles import as_owner


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
        "nothing_found": reverse("enrollment:search") + "?q=xyz",
        "event": reverse("enrollment:event_new", args=[works.employer.pk, "closure"]),
        "alone": reverse("enrollment:alone"),
        "particulars": reverse("enrollment:particulars", args=[worker]),
        "transfer": reverse("enrollment:transfer", args=[worker]),
        "transfers": reverse("enrollment:transfers"),
        "moves": reverse("enrollment:moves"),
        "duplicates": reverse("enrollment:duplicates"),
        "silent": reverse("enrollment:silent"),
        "silent_case": reverse("enrollment:silent_case", args=[works.employer.pk]),
        "broken": reverse("enrollment:broken"),
        "excel": reverse("enrollment:declaration_excel", args=[works.declaration.pk]),
        "bulk_runs": reverse("bulk_runs"),
        "drafts": reverse("drafts"),
        "import": reverse("enrollment:import_roster", args=[works.employer.pk]),
        "roster": reverse("enrollment:roster", args=[_roster(works).pk]),
        "columns": reverse("enrollment:roster", args=[_roster(works, "月平均工资额").pk]),
    }


def _roster(works: JiutaiWorks, head: str = "") -> RosterImport:
    """A sample roster, read and waiting for the word to store it."""
    sheet = open_path(Path("tests/data/rosters/roster_state_enterprise.xlsx").resolve())
    if head:
        sheet.rows[2][7] = f"s{head}"
    with transaction.atomic(), make.as_user(works.clerk):
        return RosterImport.objects.create(
            employer=works.employer,
            county_id=works.employer.county_id,
            made_by=works.clerk,
            file_name="roster_state_enterprise.xlsx",
            kind=sheet.kind,
            first_period=make.JANUARY,
            table=sheet.rows,
        )


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
        settled(page)
        picture(page, f"{name}-{language}")
        told[name] = faults_of(page, colours=language == "zh-hans")
        if page.evaluate("document.documentElement.scrollWidth") > 1366:
            told[name].append("wider than the window")
    assert {name: faults for name, faults in told.items() if faults} == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_review_has_no_fault(jiutai: JiutaiWorks, open_as: Callable[..., Any], language: str) -> None:
    url = reverse("enrollment:declaration", args=[jiutai.declaration.pk])
    make.mended(jiutai.declaration, jiutai.clerk)
    page = open_as(jiutai.reviewer, url, language)
    picture(page, f"review-{language}")
    assert faults_of(page) == []
    page.goto(page.url.split("?")[0].replace(url, reverse("desk")))
    settled(page)
    picture(page, f"desk-reviewer-{language}")
    assert faults_of(page) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_refused_form_says_what_to_mend(
    jiutai: JiutaiWorks, open_as: Callable[..., Any], language: str
) -> None:
    page = open_as(jiutai.clerk, reverse("enrollment:enrol", args=[jiutai.employer.pk]), language)
    page.locator("#id_identity_number").fill("220104550815001")
    page.locator("#id_name").fill("陈国富")
    page.locator("#id_wage").fill("-5")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    picture(page, f"enrol-refused-{language}")
    assert faults_of(page) == []
    expect(page.locator("#id_name")).to_have_value("陈国富")
