"""An employer's wrong record: what a case shows before the approval is what the next assessment bills, to the fen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from collection.corrections.models import Correction
from collection.corrections.services import (
    approve_correction,
    effect_of,
    enter_correction,
    enter_counter_case,
    enter_employer_correction,
)
from enrollment.models import Employer, Employment
from enrollment.refusals import Refusal
from jilin_si.access.models import Assignment, Role, User
from tests.collection import factories as make
from tests.collection.test_invariants import broken
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH, DECEMBER = make.JANUARY, make.FEBRUARY, make.MARCH, make.DECEMBER


@dataclass
class Office:
    clerk: User
    reviewer: User
    works: Employer


@pytest.fixture
def office(db: None) -> Iterator[Office]:
    """A works of class 3 with two retirees whose January and February are assessed; another beside it."""
    make.open_year()
    works = make.employer(retirees=2, retiree_cost="410.35")
    make.employer(trade_class=2)
    make.assess(JANUARY, FEBRUARY)
    make.on(date(1996, 3, 6))
    clerk, reviewer = make.person(Role.CLERK), make.person(Role.REVIEWER)
    with make.as_user(clerk):
        yield Office(clerk, reviewer, Employer.objects.get(pk=works.pk))


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def _enter(office: Office, about: str, **asked: Any) -> Correction:
    return enter_employer_correction(
        employer=Employer.objects.get(pk=office.works.pk),
        about=about,
        asked=asked,
        evidence_no="吉劳险〔1996〕7号",
        evidence="核定表与登记不符",
        by=office.clerk,
    )


def _approve(office: Office, case: Correction) -> Correction:
    with make.as_user(office.reviewer):
        return approve_correction(case=case, by=office.reviewer)


def _class(office: Office, number: int, first: date = JANUARY) -> Correction:
    return _enter(office, "trade_class", trade_class=number, first_period=first)


def _retirees(
    office: Office, heads: int, cost: str, first: date = JANUARY, last: date = DECEMBER
) -> Correction:
    return _enter(
        office, "retirees", retirees=heads, cost=Decimal(cost), first_period=first, last_period=last
    )


def _counter(office: Office, case: Correction) -> Correction:
    return enter_counter_case(
        case=case, asked_by="employer", evidence_no="撤1", evidence="原更正有误", by=office.clerk
    )


Sums = dict[tuple[date, str], int]


def _told(*cases: Correction) -> Sums:
    """What the cases say is billed, together (fen)."""
    sums: Sums = {}
    for case in cases:
        for told in case.effect:
            key = (date.fromisoformat(f"{told['period']}-01"), told["line"])
            sums[key] = sums.get(key, 0) + told["own"] + told["unit"]
    return {key: fen for key, fen in sums.items() if fen}


def _billed(period: date = MARCH) -> Sums:
    """What an assessment bills for the months before it, and that every invariant holds afterwards."""
    make.assess(period)
    found = make.rows(
        "select due_period, line, sum(own_due_fen + unit_due_fen)::bigint from collection_bill"
        " where recorded_in = %s and due_period < recorded_in group by 1, 2",
        [period],
    )
    with as_owner():
        assert broken() - {"collection.assessed_months_have_their_unit"} == set()
    return {(due, line): fen for due, line, fen in found if fen}


# ── the risk class ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("number", "first"), [(5, JANUARY), (1, date(1990, 1, 1)), (4, FEBRUARY)])
def test_a_wrong_risk_class_is_billed_anew_from_its_month(office: Office, number: int, first: date) -> None:
    case = _class(office, number, first)
    effect = effect_of(case)
    months = {d.period for d in effect.differences}
    assert months == ({JANUARY, FEBRUARY} if first <= JANUARY else {FEBRUARY})
    assert {d.line for d in effect.differences} == {"injury"}
    assert (effect.total > 0) == (number > 3)
    done = _approve(office, case)
    assert (done.state, done.recorded_in) == ("approved", MARCH)
    assert Employer.objects.get(pk=office.works.pk).trade_class == number
    assert _billed() == _told(done) == {(d.period, d.line): d.unit for d in effect.differences}


def test_a_wrong_class_is_reversed_by_its_own_rate_and_replaced(office: Office) -> None:
    _approve(office, _class(office, 4))
    _billed()
    rows = make.rows(
        "select b.unit_due_fen, p.trade_class, b.reverses is not null, b.replaces is not null, o.unit_due_fen"
        " from collection_bill b join collection_assessmentparameter p on p.id = b.parameter_id"
        " join collection_bill o on o.bill_id = coalesce(b.reverses, b.replaces)"
        " where b.due_period = %s and b.recorded_in = %s order by 3 desc",
        [JANUARY, MARCH],
    )
    (back, klass, reverses, _no, was), (anew, right, _no2, replaces, _was) = rows
    assert (back, klass, reverses) == (-was, 3, True)
    assert (right, replaces) == (4, True)
    assert anew > was
    with (
        as_owner(),
        pytest.raises(DatabaseError, match="collection_tradeclass"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("update collection_tradeclass set trade_class = 1")


def test_money_settles_what_a_corrected_class_leaves_open(office: Office) -> None:
    make.pay(office.works, "500.00", date(1996, 3, 7), line="injury")
    _approve(office, _class(office, 5))
    assert _billed()
    make.settled(MARCH, date(1996, 3, 20))
    owed = make.rows("select own_fen + unit_fen from collection_openitem where line = 'injury'"
                     " and employer_id = %s and own_fen + unit_fen > 0", [office.works.pk])  # fmt: skip
    assert owed == []
    with as_owner():
        assert broken() - {"collection.assessed_months_have_their_unit"} == set()


def test_wages_that_are_corrected_with_the_class_are_billed_by_the_right_one(office: Office) -> None:
    employment = Employment.objects.filter(employer=office.works).select_related("worker").earliest("id")
    wage = _approve(
        office,
        enter_correction(
            employment=employment, about="wage", asked_by="worker",
            asked={"wage": Decimal("777.77"), "first_period": JANUARY, "last_period": DECEMBER},
            evidence_no="工资表", evidence="少报", by=office.clerk,
        ),
    )  # fmt: skip
    klass = _approve(office, _class(office, 5))
    cost = _approve(office, _retirees(office, 3, "612.04"))
    assert _billed() == _told(wage, klass, cost)


def test_a_class_is_corrected_twice_and_the_later_case_counts(office: Office) -> None:
    first = _approve(office, _class(office, 5, FEBRUARY))
    second = _approve(office, _class(office, 1, JANUARY))
    assert _billed() == _told(first, second)
    third = _approve(office, _class(office, 2, JANUARY))
    assert _billed(make.month(1996, 4)) == _told(third)


def test_later_wages_of_an_old_month_go_by_its_old_class(office: Office) -> None:
    _approve(office, _class(office, 5, FEBRUARY))
    _billed()
    make.on(date(1996, 4, 3))
    employment = Employment.objects.filter(employer=office.works).select_related("worker").earliest("id")
    wage = _approve(
        office,
        enter_correction(
            employment=employment, about="wage", asked_by="worker",
            asked={"wage": Decimal("900"), "first_period": JANUARY, "last_period": FEBRUARY},
            evidence_no="工资表", evidence="少报", by=office.clerk,
        ),
    )  # fmt: skip
    april = make.month(1996, 4)
    assert _billed(april) == _told(wage)
    classes = make.rows(
        "select b.due_period, p.trade_class from collection_bill b join collection_assessmentparameter p"
        " on p.id = b.parameter_id where b.line = 'injury' and b.recorded_in = %s and b.due_period < %s"
        " order by 1",
        [april, MARCH],
    )
    assert classes == [(JANUARY, 3), (FEBRUARY, 5)]


# ── retirees ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("heads", "cost", "first", "last"),
    [
        (3, "615.77", JANUARY, DECEMBER),
        (1, "205.00", JANUARY, DECEMBER),
        (4, "999.99", FEBRUARY, FEBRUARY),
        (0, "0", JANUARY, FEBRUARY),
    ],
)
def test_the_effect_of_retirees_is_what_is_billed(
    office: Office, heads: int, cost: str, first: date, last: date
) -> None:
    case = _retirees(office, heads, cost, first, last)
    effect = effect_of(case)
    assert {d.line for d in effect.differences} == {"pension"}
    done = _approve(office, case)
    assert _billed() == _told(done) == {(d.period, d.line): d.unit for d in effect.differences}


def test_retirees_are_corrected_twice_in_one_month(office: Office) -> None:
    first = _approve(office, _retirees(office, 3, "615.77"))
    second = _approve(office, _retirees(office, 2, "410.35"))
    assert _billed() == _told(first, second) == {}


# ── particulars, refusals ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("about", "value", "stored"),
    [
        ("employer_name", " 九台市 机械  总厂 ", "九台市 机械 总厂"),
        ("organisation_code", "12345678-8", "12345678-8"),
        ("ownership", "collective", "collective"),
        ("industry", "chemicals", "chemicals"),
    ],
)
def test_a_particular_of_an_employer_changes_the_record_and_no_bill(
    office: Office, about: str, value: str, stored: str
) -> None:
    case = _enter(office, about, value=value)
    assert effect_of(case).differences == []
    _approve(office, case)
    field = "name" if about == "employer_name" else about
    works = Employer.objects.get(pk=office.works.pk)
    assert (getattr(works, field), works.trade_class) == (stored, 3)
    back = _approve(office, _counter(office, case))
    assert getattr(Employer.objects.get(pk=office.works.pk), field) == getattr(office.works, field)
    assert back.counter_of_id == case.pk


@pytest.mark.parametrize(
    ("about", "asked", "code"),
    [
        ("trade_class", {"trade_class": 3, "first_period": JANUARY}, "no_change"),
        ("trade_class", {"trade_class": 6, "first_period": JANUARY}, "trade_class"),
        ("trade_class", {"trade_class": 4, "first_period": make.month(1996, 4)}, "not_yet"),
        ("retirees", {"retirees": 2, "cost": Decimal("410.35"), "first_period": JANUARY,
                      "last_period": DECEMBER}, "no_change"),
        ("retirees", {"retirees": 0, "cost": Decimal("5"), "first_period": JANUARY,
                      "last_period": FEBRUARY}, "heads_and_cost"),
        ("retirees", {"retirees": 1, "cost": Decimal("5"), "first_period": FEBRUARY,
                      "last_period": JANUARY}, "span"),
        ("retirees", {"retirees": 1, "cost": Decimal("5"), "first_period": date(1995, 1, 1),
                      "last_period": date(1995, 2, 1)}, "not_charged"),
        ("organisation_code", {"value": "12345678-0"}, "code_check"),
        ("organisation_code", {"value": ""}, "code_missing"),
        ("employer_name", {"value": "  "}, "name_missing"),
        ("ownership", {"value": "state"}, "no_change"),
        ("industry", {"value": "witchcraft"}, "choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(office: Office, about: str, asked: dict[str, Any], code: str) -> None:
    with _refused(code):
        _enter(office, about, **asked)


def test_of_one_kind_one_case_of_an_employer_waits_and_another_person_decides(office: Office) -> None:
    case = _class(office, 4)
    with _refused("waits"):
        _class(office, 5)
    with as_owner():
        Assignment.objects.create(user=office.clerk, role=Role.REVIEWER, agency_id=make.JIUTAI)
    with _refused("two_persons"):
        approve_correction(case=case, by=office.clerk)


# ── taking back ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_counter_case_restores_every_month_and_bills_the_effect_back(office: Office) -> None:
    employment = Employment.objects.filter(employer=office.works).select_related("worker").earliest("id")
    cases = [
        _class(office, 5, FEBRUARY),
        _retirees(office, 1, "100.01", FEBRUARY, make.month(1996, 6)),
        enter_correction(
            employment=employment, about="wage", asked_by="worker",
            asked={"wage": Decimal("600"), "first_period": FEBRUARY, "last_period": make.month(1996, 5)},
            evidence_no="工资表", evidence="少报", by=office.clerk,
        ),
    ]  # fmt: skip
    before = (make.charged(office.works, FEBRUARY), make.charged(office.works, DECEMBER))
    done = [_approve(office, case) for case in cases]
    assert _billed() == _told(*done)
    make.on(date(1996, 4, 3))
    back = [_approve(office, _counter(office, case)) for case in done]
    assert (make.charged(office.works, FEBRUARY), make.charged(office.works, DECEMBER)) == before
    assert Employer.objects.get(pk=office.works.pk).trade_class == 3
    assert _billed(make.month(1996, 4)) == _told(*back)
    with _refused("countered"):
        _counter(office, done[0])


def test_what_was_changed_since_is_not_taken_back_by_a_counter_case(office: Office) -> None:
    first = _approve(office, _class(office, 5))
    _approve(office, _class(office, 2, FEBRUARY))
    with _refused("changed_since"):
        _counter(office, first)
    first = _approve(office, _retirees(office, 1, "100"))
    _approve(office, _retirees(office, 1, "120", MARCH, MARCH))
    with _refused("changed_since"):
        _counter(office, first)
    waiting = _enter(office, "ownership", value="collective")
    with _refused("not_approved"):
        _counter(office, waiting)


def test_both_supplements_of_a_corrected_class_explain_themselves(office: Office, client: Client) -> None:
    _approve(office, _class(office, 5))
    _billed()
    client.force_login(office.clerk)
    ids = make.rows("select bill_id from collection_bill where reverses is not null or replaces is not null")
    assert len(ids) == 4
    for (bill_id,) in ids:
        told = client.get(reverse("trace", args=["bill_unit", bill_id]) + "?format=json").json()
        assert told["recomputed"] is True
        told = client.get(reverse("trace", args=["bill_wages", bill_id]) + "?format=json").json()
        assert told["recomputed"] is True
    page = client.get(reverse("collection:bill", args=[office.works.pk, "1996-03"]))
    assert page.status_code == 200


def test_the_pages_lead_from_the_employer_to_the_decision_and_back(office: Office, client: Client) -> None:
    client.force_login(office.clerk)
    employer = reverse("enrollment:employer", args=[office.works.pk])
    first = reverse("collection:employer_correction_new", args=[office.works.pk, "retirees"])
    url = reverse("collection:employer_correction_new", args=[office.works.pk, "trade_class"])
    assert first in client.get(employer).content.decode()
    page = client.get(url)
    given = {"_once": page.context["once_key"], "trade_class": "5", "first_period": "1996-01"}
    assert client.post(url, given).status_code == 422
    made = client.post(url, given | {"evidence_no": "7号", "evidence": "工种目录"})
    page = client.get(made.headers["Location"])
    assert (page.context["sum"] > 0, page.context["may_decide"]) == (True, False)
    assert Correction.objects.get().code in client.get(employer).content.decode()
    client.force_login(office.reviewer)
    page = client.get(made.headers["Location"])
    client.post(made.headers["Location"], {"_once": page.context["once_key"], "approve": "yes"})
    client.force_login(office.clerk)
    counter = reverse("collection:correction_counter", args=[Correction.objects.get().pk])
    assert counter in client.get(made.headers["Location"]).content.decode()
    page = client.get(counter)
    given = {
        "_once": page.context["once_key"], "asked_by": "employer", "evidence_no": "8号", "evidence": "原目录有误",
    }  # fmt: skip
    made = client.post(counter, given)
    page = client.get(made.headers["Location"])
    assert page.context["sum"] < 0
    listed = client.get(reverse("collection:corrections"), {"employer": office.works.number})
    assert len(listed.context["table"].rows) == 2
    file = client.get(reverse("collection:corrections"), {"export": "csv", "sort": "-code"})
    told = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert [line.startswith("GZ-") for line in told[-2:]] == [True, True]
    assert told[-2] > told[-1]
