"""Every form by keyboard: Enter moves on, Ctrl Enter hands in the form one types in, a grid is begun where one stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from enrollment.models import Duplicate
from jilin_si.access.scope import acting_as, everything
from tests.e2e.county import County, county_fixture, sound, type_in  # noqa: F401
from tests.e2e.looking import settled
from tests.e2e.office import jiutai_fixture, open_as_fixture  # noqa: F401
from tests.enrollment import factories as make
from tests.enrollment.works_of_jiutai import JiutaiWorks
from tests.roles import as_owner

Open = Callable[..., Any]


def _focused(page: Any) -> str:
    return page.evaluate("document.activeElement.name || document.activeElement.tagName")


def test_a_return_is_opened_at_the_first_wage_that_is_missing(jiutai: JiutaiWorks, open_as: Open) -> None:
    with transaction.atomic(), make.as_user(jiutai.clerk):
        make.typed(jiutai.declaration, jiutai.clerk, {}, rows={3: {"year_wages": ""}, 5: {"year_wages": ""}})
    page = open_as(jiutai.clerk, reverse("enrollment:declaration", args=[jiutai.declaration.pk]))
    assert _focused(page) == "rows-3-year_wages"
    type_in(page, "4962.4", "Enter", "Enter")
    assert page.locator('[name="rows-3-year_wages"]').input_value() == "4,962.40"
    # the keys of the buttons work where the eye is on the page and not in a cell, too
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("F8")
    expect(page.locator("[data-grid-summary]")).to_contain_text("第 6 行")
    expect(page.locator('[name="rows-5-year_wages"]')).to_be_focused()


def test_the_same_fault_of_many_rows_is_told_once(jiutai: JiutaiWorks, open_as: Open) -> None:
    with transaction.atomic(), make.as_user(jiutai.clerk):
        rows = {place: {"year_wages": ""} for place in (3, 5, 7)}
        make.typed(jiutai.declaration, jiutai.clerk, {}, rows=rows)
    page = open_as(jiutai.clerk, reverse("enrollment:declaration", args=[jiutai.declaration.pk]))
    page.keyboard.press("F8")
    summary = page.locator("[data-grid-summary]")
    expect(summary).to_contain_text("第 4、6、8 行")
    summary.get_by_role("link", name="8", exact=True).press("Enter")
    assert _focused(page) == "rows-7-year_wages"


@pytest.mark.parametrize("where", ["event", "correction"])
def test_enter_moves_on_and_hands_nothing_in(county: County, open_as: Open, where: str) -> None:
    url = {
        "event": reverse("enrollment:event_new", args=[county.works.pk, "closure"]),
        "correction": reverse("collection:correction_new", args=[county.chen.worker_id, "wage"]),
    }[where]
    page = open_as(county.clerk, url)
    fields = page.evaluate(
        "[...document.querySelectorAll('main form .field :is(input, select)')].filter(e => e.offsetParent).map(e => e.name)"
    )
    page.locator(f"main [name={fields[0]}]").focus()
    page.keyboard.press("Enter")
    assert _focused(page) == fields[1]
    assert page.locator("[data-error-summary]").count() == 0


def test_ctrl_enter_hands_in_the_form_one_types_in(county: County, open_as: Open) -> None:
    born = date(1965, 6, 17)
    for number in (make.identity_number(born, "F"), make.identity_number(born, "F", area="220182")):
        county.worker(name="陈桂香", identity_number=number)
    with as_owner(), acting_as(everything()):
        pair = Duplicate.objects.get()
    page = open_as(county.clerk, reverse("enrollment:duplicate", args=[pair.pk]))
    sound(page)
    page.locator("#apart-reason").focus()
    type_in(page, "两人同名，见户口簿", "Control+Enter")
    settled(page)
    expect(page.locator(".note.good")).to_contain_text("两人")
    with as_owner(), acting_as(everything()):
        pair.refresh_from_db()
        assert (pair.state, pair.merges.count()) == (Duplicate.State.OTHERS, 0)


def test_a_transfer_asks_only_for_what_its_way_needs(county: County, open_as: Open) -> None:
    page = open_as(county.clerk, reverse("enrollment:transfer", args=[county.chen.worker_id]), "en")
    sound(page)
    expect(page.locator("#id_employer")).to_be_visible()
    expect(page.locator("#id_to_county")).to_be_hidden()
    page.locator("#id_kind").select_option("across")
    expect(page.locator("#id_employer")).to_be_hidden()
    page.locator("#id_kind").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#id_to_county")).to_be_focused()
    page.locator("#id_kind").select_option("away")
    expect(page.locator("#id_destination")).to_be_visible()
    expect(page.locator("#id_to_county")).to_be_hidden()


def test_an_organisation_code_is_shown_with_its_check_character_apart(county: County, open_as: Open) -> None:
    page = open_as(county.clerk, reverse("enrollment:employer_new"))
    type_in(page, "１０２８２６４８ ７", "Enter")
    assert page.locator("#id_organisation_code").input_value() == "10282648-7"
