"""Correction requests: the effect in fen before the approval is what the next assessment bills, to the fen."""

from __future__ import annotations

from collections.abc import Iterator
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
    effect_of,
    enter_correction,
    refuse_correction,
)
from enrollment.models import Employer, Employment, Worker
from enrollment.refusals import Refusal
from jilin_si.access.models import Role, User
from jilin_si.agencies.clock import set_today
from tests.collection import factories as make
from tests.collection.test_invariants import broken
from tests.enrollment.factories import identity_number
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = make.FEBRUARY, make.MARCH


@dataclass
class Office:
    clerk: User
    reviewer: User
    works: Employer
    employment: Employment


@pytest.fixture
def office(db: None) -> Iterator[Office]:
    """A works of three whose January and February are assessed; a clerk acts."""
    make.open_year()
    works = make.employer()
    make.assess(make.JANUARY, FEBRUARY)
    with as_owner():
        set_today(date(1996, 3, 6))
    clerk, reviewer = make.person(Role.CLERK), make.person(Role.REVIEWER)
    with make.as_user(clerk):
        first = Employment.objects.filter(employer=works).select_related("worker", "employer").earliest("id")
        yield Office(clerk, reviewer, works, first)


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def _enter(office: Office, about: str, **asked: Any) -> Correction:
    return enter_correction(
        employment=office.employment,
        about=about,
        asked_by="worker",
        asked=asked,
        evidence_no="工资表1995-12",
        evidence="原工资表与申报不符",
        by=office.clerk,
    )


def _wage(
    office: Office, wage: str = "600.00", first: date = make.JANUARY, last: date = make.DECEMBER
) -> Correction:
    return _enter(office, "wage", wage=Decimal(wage), first_period=first, last_period=last)


def _approve(office: Office, case: Correction) -> Correction:
    with make.as_user(office.reviewer):
        return approve_correction(case=case, by=office.reviewer)


def _supplements() -> dict[tuple[date, str], tuple[int, int, int]]:
    """What March's assessment billed for the months before it (fen): own and unit part, and the credit."""
    make.assess(MARCH)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select due_period, line, own_due_fen, unit_due_fen, unit_credit_fen from collection_bill"
            " where recorded_in = '1996-03-01' and due_period < recorded_in"
        )
        found = {(due, line): (own, unit, own + credit) for due, line, own, unit, credit in cursor.fetchall()}
        assert broken() - {"collection.assessed_months_have_their_unit"} == set()
    return found


@pytest.mark.parametrize(
    ("wage", "first", "last"),
    [
        ("600.00", make.JANUARY, make.DECEMBER),
        ("150.00", make.JANUARY, make.DECEMBER),
        ("1999.99", FEBRUARY, FEBRUARY),
        ("455.55", FEBRUARY, make.DECEMBER),
    ],
)
def test_the_effect_of_a_wage_is_what_is_billed(office: Office, wage: str, first: date, last: date) -> None:
    case = _wage(office, wage, first, last)
    effect = effect_of(case)
    told = {(d.period, d.line): (d.own, d.unit, d.credit) for d in effect.differences}
    assert told
    done = _approve(office, case)
    assert (done.state, done.recorded_in, len(done.effect)) == ("approved", MARCH, len(told))
    billed = _supplements()
    assert {key: value[:2] for key, value in told.items()} == {
        key: value[:2] for key, value in billed.items()
    }
    pension = {key: value for key, value in told.items() if key[1] == "pension"}
    assert pension == {key: value for key, value in billed.items() if key[1] == "pension"}


def test_months_that_were_forgotten_are_billed_and_wrong_ones_taken_back(office: Office) -> None:
    case = _enter(office, "months", first_period=FEBRUARY, last_period=None, wage=None)
    effect = effect_of(case)
    assert ([f"{p:%m}" for p in effect.changed], effect.total < 0) == (["01"], True)
    _approve(office, case)
    office.employment.refresh_from_db()
    assert office.employment.first_period == FEBRUARY
    back = _enter(office, "months", first_period=date(1990, 1, 1), last_period=None, wage=None)
    assert effect_of(back).total == -effect.total
    _approve(office, back)
    assert set(_supplements().values()) <= {(0, 0, 0)}


@pytest.mark.parametrize(
    ("about", "value", "field", "stored"),
    [
        ("name", "陈国福", "name", "陈国福"),
        ("birth_date", date(1961, 2, 3), "birth_date", date(1961, 2, 3)),
        ("first_work_date", date(1980, 7, 1), "first_work_date", date(1980, 7, 1)),
    ],
)
def test_a_particular_changes_the_record_and_no_contribution(
    office: Office, about: str, value: Any, field: str, stored: Any
) -> None:
    case = _enter(office, about, value=value)
    assert effect_of(case).differences == []
    _approve(office, case)
    assert getattr(Worker.objects.get(pk=office.employment.worker_id), field) == stored


def test_a_number_changes_with_what_it_tells(office: Office) -> None:
    number = identity_number(date(1963, 8, 9), "F")
    _approve(office, _enter(office, "identity_number", value=number))
    worker = Worker.objects.get(pk=office.employment.worker_id)
    assert (worker.identity_key, worker.birth_date, worker.sex) == (number, date(1963, 8, 9), "F")
    other = Employment.objects.filter(employer=office.works).select_related("worker", "employer").latest("id")
    with _refused("taken"):
        enter_correction(
            employment=other,
            about="identity_number",
            asked_by="worker",
            asked={"value": number},
            evidence_no="1",
            evidence="x",
            by=office.clerk,
        )


def test_one_person_enters_and_another_decides_once(office: Office) -> None:
    case = _wage(office)
    with _refused("waits"):
        _wage(office, "610.00")
    with pytest.raises(PermissionDenied):
        approve_correction(case=case, by=office.clerk)
    with as_owner(), pytest.raises(DatabaseError, match="correction_two_persons"), transaction.atomic():
        Correction._base_manager.filter(pk=case.pk).update(
            state="approved", decided_by=office.clerk, decided_on=date(1996, 3, 6)
        )
    with make.as_user(office.reviewer):
        with _refused("reason_missing"):
            refuse_correction(case=case, reason=" ", by=office.reviewer)
        refuse_correction(case=case, reason="证据不足", by=office.reviewer)
        with _refused("decided"):
            approve_correction(case=case, by=office.reviewer)
    with as_owner(), pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Correction._base_manager.filter(pk=case.pk).update(refusal="other")


@pytest.mark.parametrize(
    ("about", "asked", "code"),
    [
        ("name", {"value": "陈国富"}, "no_change"),
        (
            "wage",
            {"wage": Decimal("0"), "first_period": make.JANUARY, "last_period": FEBRUARY},
            "wage_not_positive",
        ),
        (
            "wage",
            {"wage": Decimal("498.33"), "first_period": make.JANUARY, "last_period": FEBRUARY},
            "no_change",
        ),
        ("wage", {"wage": Decimal("500"), "first_period": FEBRUARY, "last_period": make.JANUARY}, "span"),
        (
            "wage",
            {"wage": Decimal("500"), "first_period": date(1995, 1, 1), "last_period": date(1995, 2, 1)},
            "not_charged",
        ),
        ("months", {"first_period": date(1990, 1, 1), "last_period": None}, "no_change"),
        ("months", {"first_period": date(1990, 1, 1), "last_period": FEBRUARY}, "still_there"),
        ("first_work_date", {"value": date(1960, 7, 1)}, "started_work_too_young"),
    ],
)
def test_what_cannot_be_is_refused(office: Office, about: str, asked: dict[str, Any], code: str) -> None:
    with _refused(code):
        _enter(office, about, **asked)


def test_without_evidence_there_is_no_case(office: Office) -> None:
    with _refused("evidence_missing"):
        enter_correction(
            employment=office.employment, about="name", asked_by="worker", asked={"value": "陈"},
            evidence_no=" ", evidence="x", by=office.clerk,
        )  # fmt: skip


def test_another_county_sees_no_case(office: Office) -> None:
    case = _wage(office)
    elsewhere = make.person(Role.CLERK, make.YUSHU)
    with make.as_user(elsewhere):
        assert not Correction.objects.filter(pk=case.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from collection_correction")
            assert cursor.fetchone()[0] == 0


def test_the_pages_lead_from_the_worker_to_the_decision(office: Office, client: Client) -> None:
    client.force_login(office.clerk)
    worker = reverse("enrollment:worker", args=[office.employment.worker_id])
    url = reverse("collection:correction_new", args=[office.employment.worker_id, "wage"])
    assert url in client.get(worker).content.decode()
    key = client.get(url).context["once_key"]
    given = {
        "_once": key,
        "asked_by": "worker",
        "wage": "600",
        "first_period": "1996-01",
        "last_period": "1996-12",
    }
    assert client.post(url, given).status_code == 422
    made = client.post(url, given | {"evidence_no": "工资表", "evidence": "少报"})
    page = client.get(made.headers["Location"])
    assert (page.context["sum"] > 0, page.context["may_decide"]) == (True, False)
    client.force_login(office.reviewer)
    page = client.get(made.headers["Location"])
    assert page.context["may_decide"]
    done = client.post(made.headers["Location"], {"_once": page.context["once_key"], "approve": "yes"})
    assert done.status_code == 302
    listed = client.get(reverse("collection:corrections") + "?state=approved")
    assert Correction.objects.get().code in listed.content.decode()
    assert Correction.objects.get().state == "approved"
