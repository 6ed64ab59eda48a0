"""An employer asks on line for a correction: the office takes it up, another person decides, the employer looks on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from collection.corrections.models import Correction
from collection.corrections.services import (
    approve_correction,
    ask_correction,
    enter_correction,
    refuse_correction,
    take_up_correction,
    withdraw_correction,
)
from enrollment.models import Employer, Employment
from enrollment.refusals import Refusal
from jilin_si.access.models import Role, User
from tests.collection import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, DECEMBER = make.JANUARY, make.FEBRUARY, make.DECEMBER


@dataclass
class Office:
    clerk: User
    reviewer: User
    works: Employer
    theirs: User
    other: Employer
    others: User


@pytest.fixture
def office(db: None) -> Office:
    """Two works of one county with a user each; two months are assessed."""
    make.open_year()
    works, other = make.employer(retirees=2, retiree_cost="410.35"), make.employer()
    make.assess(JANUARY, FEBRUARY)
    make.on(date(1996, 3, 6))
    clerk, reviewer = make.person(Role.CLERK), make.person(Role.REVIEWER)
    return Office(clerk, reviewer, works, make.employer_user(works), other, make.employer_user(other))


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


WAGE: dict[str, Any] = {"wage": Decimal("600"), "first_period": JANUARY, "last_period": DECEMBER}
TAKEN: dict[str, Any] = {"evidence_no": "工资表1995-12", "evidence": "少报奖金"}


def _place(office: Office) -> Employment:
    found: Employment = (
        Employment.objects.filter(employer=office.works).select_related("worker", "employer").earliest("id")
    )
    return found


def _ask(office: Office, about: str = "wage", **asked: Any) -> Correction:
    with make.as_user(office.theirs):
        return ask_correction(
            employer=Employer.objects.get(pk=office.works.pk),
            employment=_place(office) if about == "wage" else None,
            about=about,
            asked=asked or WAGE,
            request="工资总额登记簿第12页",
            by=office.theirs,
        )


def test_what_is_asked_for_changes_nothing_until_it_is_taken_up_and_decided(office: Office) -> None:
    case = _ask(office)
    assert (case.state, case.entered_by, case.requested["wage"]) == ("asked", None, "600")
    with make.as_user(office.reviewer), _refused("decided"):
        approve_correction(case=case, by=office.reviewer)
    assert make.charged(office.works, JANUARY)[0][1] == 49833
    with make.as_user(office.clerk):
        taken = take_up_correction(case=case, asked=WAGE | {"wage": Decimal("610")}, by=office.clerk, **TAKEN)
        assert (taken.state, taken.asked["wage"], taken.requested["wage"]) == ("waiting", "610", "600")
        with _refused("taken_up"):
            take_up_correction(case=case, asked=WAGE, by=office.clerk, **TAKEN)
        with pytest.raises(PermissionDenied):
            approve_correction(case=case, by=office.clerk)
    with make.as_user(office.theirs), _refused("taken_up"):
        withdraw_correction(case=case, by=office.theirs)
    with make.as_user(office.reviewer):
        approve_correction(case=case, by=office.reviewer)
    assert make.charged(office.works, JANUARY)[0][1] == 61000


@pytest.mark.parametrize(
    ("about", "asked"),
    [
        (
            "retirees",
            {"retirees": 3, "cost": Decimal("700"), "first_period": JANUARY, "last_period": DECEMBER},
        ),
        ("trade_class", {"trade_class": 5, "first_period": JANUARY}),
        ("employer_name", {"value": "九台市机械总厂"}),
        ("organisation_code", {"value": "12345678-8"}),
        ("ownership", {"value": "collective"}),
        ("industry", {"value": "chemicals"}),
    ],
)
def test_each_kind_about_the_employer_is_asked_taken_up_and_approved(
    office: Office, about: str, asked: dict[str, Any]
) -> None:
    case = _ask(office, about, **asked)
    with make.as_user(office.clerk):
        take_up_correction(case=case, asked=asked, by=office.clerk, **TAKEN)
    with make.as_user(office.reviewer):
        done = approve_correction(case=case, by=office.reviewer)
    assert bool(done.effect) == (about in ("retirees", "trade_class"))


def test_it_is_refused_with_a_reason_or_withdrawn(office: Office) -> None:
    case = _ask(office)
    with _refused("waits"):
        _ask(office)
    with make.as_user(office.theirs):
        withdrawn = withdraw_correction(case=case, by=office.theirs)
    assert (withdrawn.state, withdrawn.decided_by) == ("withdrawn", None)
    again = _ask(office)
    with make.as_user(office.reviewer):
        refused = refuse_correction(case=again, reason="无原始凭证", by=office.reviewer)
    assert (refused.state, refused.refusal) == ("refused", "无原始凭证")


def test_without_words_and_for_others_nothing_is_asked(office: Office) -> None:
    with make.as_user(office.theirs):
        works = Employer.objects.get(pk=office.works.pk)
        with _refused("evidence_missing"):
            ask_correction(
                employer=works,
                about="ownership",
                asked={"value": "collective"},
                request=" ",
                by=office.theirs,
            )
    with make.as_user(office.clerk):
        place = _place(office)
    with make.as_user(office.others):
        other = Employer.objects.get(pk=office.other.pk)
        for employer, employment in ((works, None), (other, place)):
            with pytest.raises(PermissionDenied):
                ask_correction(
                    employer=employer, employment=employment, about="ownership" if employment is None else "wage",
                    asked={"value": "collective"} if employment is None else WAGE, request="x", by=office.others,
                )  # fmt: skip
    with pytest.raises(PermissionDenied):
        withdraw_correction(case=_ask(office), by=office.others)


def test_an_employer_sees_its_own_requests_and_no_others(office: Office) -> None:
    """Nor what its worker asked the office for: by the application's filter, and by the database under it."""
    mine = _ask(office)
    with make.as_user(office.clerk):
        of_worker = enter_correction(
            employment=_place(office), about="name", asked_by="worker", asked={"value": "陈国福"},
            evidence_no="户口簿", evidence="姓名有误", by=office.clerk,
        )  # fmt: skip

    def seen() -> tuple[list[int], list[int]]:
        with connection.cursor() as cursor:
            cursor.execute("select id from collection_correction order by 1")
            below = [number for (number,) in cursor.fetchall()]
        return sorted(Correction.objects.values_list("pk", flat=True)), below

    with make.as_user(office.theirs):
        assert seen() == ([mine.pk], [mine.pk])
    with make.as_user(office.others):
        assert seen() == ([], [])
    with make.as_user(office.clerk):
        assert seen() == ([mine.pk, of_worker.pk], [mine.pk, of_worker.pk])


def test_the_database_lets_an_employer_ask_and_withdraw_and_nothing_else(office: Office) -> None:
    case = _ask(office)
    with make.as_user(office.theirs):
        for values in (
            {"state": "waiting", "entered_on": date(1996, 3, 6), "evidence_no": "1", "evidence": "1"},
            {"state": "refused", "decided_by": office.theirs, "decided_on": date(1996, 3, 6), "refusal": "1"},
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                Correction.objects.filter(pk=case.pk).update(**values)
    with as_owner(), pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Correction._base_manager.filter(pk=case.pk).update(request="other")


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_portal_asks_and_shows_where_it_is_and_the_office_takes_it_up(
    office: Office, client: Client
) -> None:
    worker = make.workers_of(office.works)[0]
    url = reverse("portal:correction_of_worker", args=[worker, "wage"])
    client.force_login(office.theirs)
    assert url in client.get(reverse("portal:people")).content.decode()
    page = client.get(url)
    given = {
        "_once": page.context["once_key"], "wage": "600", "first_period": "1996-01", "last_period": "1996-12",
    }  # fmt: skip
    assert client.post(url, given).status_code == 422
    made = client.post(url, given | {"request": "工资总额登记簿第12页"})
    case = Correction._base_manager.get()
    shown = reverse("portal:correction", args=[case.pk])
    assert made.headers["Location"] == shown
    assert client.get(shown).context["may_withdraw"]
    listed = client.get(reverse("portal:corrections"))
    ((_case, standing),) = listed.context["rows"]
    assert standing.due_on is not None

    client.force_login(office.others)
    assert client.get(shown).status_code == 404
    assert client.get(reverse("portal:corrections")).context["rows"] == []
    assert client.get(reverse("portal:correction_of_worker", args=[worker, "wage"])).status_code == 404

    client.force_login(office.clerk)
    take_up = reverse("collection:correction_take_up", args=[case.pk])
    assert f"?state={case.state}" in client.get(reverse("desk")).content.decode()
    assert take_up in client.get(reverse("collection:correction", args=[case.pk])).content.decode()
    page = client.get(take_up)
    assert page.context["form"]["wage"].value() == "600.00"
    assert client.post(take_up, given | {"_once": page.context["once_key"]}).status_code == 422
    made = client.post(take_up, given | {"_once": page.context["once_key"]} | TAKEN)
    assert made.headers["Location"] == reverse("collection:correction", args=[case.pk])

    client.force_login(office.reviewer)
    page = client.get(made.headers["Location"])
    assert page.context["may_decide"]
    client.post(made.headers["Location"], {"_once": page.context["once_key"], "approve": "yes"})
    client.force_login(office.theirs)
    page = client.get(shown)
    assert (page.context["case"].state, page.context["sum"] > 0) == ("approved", True)
    assert case.code in client.get(reverse("notices")).content.decode()


def test_the_portal_asks_about_its_own_record_and_withdraws(office: Office, client: Client) -> None:
    client.force_login(office.theirs)
    for about in ("retirees", "trade_class", "employer_name", "organisation_code", "ownership", "industry"):
        assert client.get(reverse("portal:correction_new", args=[about])).status_code == 200
    url = reverse("portal:correction_new", args=["ownership"])
    key = client.get(url).context["once_key"]
    made = client.post(url, {"_once": key, "value": "collective", "request": "营业执照"})
    page = client.get(made.headers["Location"])
    client.post(made.headers["Location"], {"_once": page.context["once_key"]})
    assert Correction._base_manager.get().state == "withdrawn"
    assert client.get(reverse("portal:correction_new", args=["wage"])).status_code == 404


def test_months_without_a_charge_are_refused_to_the_employer_at_once(office: Office) -> None:
    with _refused("not_charged"):
        _ask(office, wage=Decimal("600"), first_period=date(1997, 1, 1), last_period=date(1997, 12, 1))
    assert not Correction._base_manager.exists()
