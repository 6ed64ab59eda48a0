"""A parameter is changed by two provincial persons, takes effect by its dates, and every change is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, scope_of
from jilin_si.policy import selectors, services
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import InputError
from jilin_si.policy.models import ParameterValue, ValueState
from jilin_si.policy.services import (
    ChangeRefusal,
    Proposal,
    Reach,
    approve_value,
    propose_value,
    withdraw_value,
)

JULY = date(1997, 7, 1)
HIGHER = Proposal("mat.rate", JULY, "0.009", "LBF-1994-504", "illustrative", note="试行")


def approve(proposal: Proposal, proposer: User, approver: User, reason: str = "") -> ParameterValue:
    with acting_as(scope_of(proposer)):
        row = propose_value(proposal, proposer)
    with acting_as(scope_of(approver)):
        return approve_value(row.pk, approver, reason)


def in_force(code: str = "mat.rate", agency_id: int = 220000) -> list[tuple[date, date | None, Any]]:
    found = database_policy().versions(code)
    return [(v.valid_from, v.valid_to, v.value) for v in found if v.agency_id == agency_id]


def test_a_proposed_value_is_not_in_force(as_proposer: User) -> None:
    before = in_force()
    propose_value(HIGHER, as_proposer)
    assert in_force() == before
    assert [row.value for row in selectors.proposals()] == ["0.009"]


def test_an_approved_value_takes_effect_by_its_date(proposer: User, approver: User) -> None:
    row = approve(HIGHER, proposer, approver)
    assert in_force() == [
        (date(1995, 1, 1), date(1997, 6, 30), Decimal("0.008")),
        (JULY, None, Decimal("0.009")),
    ]
    assert row.version == 2
    assert database_policy().value("mat.rate", date(1997, 6, 1)) == Decimal("0.008")
    assert database_policy().value("mat.rate", JULY) == Decimal("0.009")


def test_a_value_for_some_months_cuts_one_in_two(proposer: User, approver: User) -> None:
    approve(replace(HIGHER, valid_to=date(1997, 12, 31)), proposer, approver)
    assert in_force() == [
        (date(1995, 1, 1), date(1997, 6, 30), Decimal("0.008")),
        (JULY, date(1997, 12, 31), Decimal("0.009")),
        (date(1998, 1, 1), None, Decimal("0.008")),
    ]


def test_a_value_over_the_same_days_takes_the_place_of_the_old_one(proposer: User, approver: User) -> None:
    approve(HIGHER, proposer, approver)
    approve(replace(HIGHER, value="0.007"), proposer, approver)
    assert in_force()[-1] == (JULY, None, Decimal("0.007"))
    withdrawn = ParameterValue.objects.filter(parameter__code="mat.rate", state=ValueState.WITHDRAWN)
    assert [row.value for row in withdrawn] == ["0.009"]


def test_a_county_may_have_its_own(proposer: User, approver: User) -> None:
    approve(replace(HIGHER, agency_id=220181), proposer, approver)
    assert database_policy().value("mat.rate", JULY, 220181) == Decimal("0.009")
    assert database_policy().value("mat.rate", JULY, 220182) == Decimal("0.008")
    assert len(in_force()) == 1


def test_the_author_never_approves(as_proposer: User) -> None:
    row = propose_value(HIGHER, as_proposer)
    with pytest.raises(ChangeRefusal) as caught:
        approve_value(row.pk, as_proposer)
    assert caught.value.code == "person"


def test_the_database_refuses_the_author_too(as_proposer: User) -> None:
    row = propose_value(HIGHER, as_proposer)
    with pytest.raises(IntegrityError, match="parameter_value_two_persons"), transaction.atomic():
        ParameterValue.objects.filter(pk=row.pk).update(approved_by=as_proposer)


def test_the_database_refuses_an_overlap(as_proposer: User) -> None:
    row = propose_value(HIGHER, as_proposer)
    with pytest.raises(IntegrityError, match="parameter_value_no_overlap"), transaction.atomic():
        ParameterValue.objects.filter(pk=row.pk).update(state="approved", origin="file")


def test_a_county_s_clerk_proposes_nothing(clerk: User) -> None:
    with acting_as(scope_of(clerk)), pytest.raises(ChangeRefusal) as caught:
        propose_value(HIGHER, clerk)
    assert caught.value.code == "role"


def test_an_approved_value_is_not_approved_again(proposer: User, approver: User) -> None:
    row = approve(HIGHER, proposer, approver)
    with acting_as(scope_of(approver)), pytest.raises(ChangeRefusal) as caught:
        approve_value(row.pk, approver)
    assert caught.value.code == "state"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parameter": "mat.rat"}, "parameter"),
        ({"agency_id": 229999}, "agency"),
        ({"document": "X"}, "document"),
        ({"confidence": "sure"}, "confidence"),
        ({"valid_to": date(1997, 6, 30)}, "valid_to"),
        ({"value": "0.9 %"}, "value"),
        ({"value": "0.02"}, "value"),
        ({"value": 0.009}, "value"),
        ({"value": "0.0080001"}, "value"),
    ],
)
def test_a_wrong_proposal_names_its_field(change: dict[str, Any], field: str, as_proposer: User) -> None:
    with pytest.raises(InputError) as caught:
        propose_value(replace(HIGHER, **change), as_proposer)
    assert caught.value.field == field


@pytest.fixture
def assessed_until_june(monkeypatch: pytest.MonkeyPatch) -> None:
    def guard(reach: Reach) -> str | None:
        if reach.first < JULY:
            return "1997-06 is assessed; make a supplement."
        return None

    monkeypatch.setattr(services, "_guards", [guard])


def test_what_reaches_into_an_assessed_month_is_refused(
    assessed_until_june: None, proposer: User, approver: User
) -> None:
    with acting_as(scope_of(proposer)), pytest.raises(ChangeRefusal) as caught:
        propose_value(replace(HIGHER, valid_from=date(1997, 6, 1)), proposer)
    assert caught.value.code == "period"
    assert "supplement" in caught.value.message
    approve(HIGHER, proposer, approver)


def test_what_was_assessed_meanwhile_is_refused_at_approval(
    proposer: User, approver: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_as(scope_of(proposer)):
        row = propose_value(HIGHER, proposer)
    monkeypatch.setattr(services, "_guards", [lambda reach: "assessed"])
    with acting_as(scope_of(approver)), pytest.raises(ChangeRefusal):
        approve_value(row.pk, approver)


def test_an_example_that_would_fail_asks_for_a_reason(proposer: User, approver: User) -> None:
    wrong = Proposal("account.annuity_months", date(1995, 7, 1), "139", "GF-1995-6", "illustrative")
    with acting_as(scope_of(proposer)):
        row = propose_value(wrong, proposer)
    with acting_as(scope_of(approver)):
        with pytest.raises(ChangeRefusal) as caught:
            approve_value(row.pk, approver)
        assert caught.value.code == "examples"
        assert "PEN-15.1" in caught.value.message
        approve_value(row.pk, approver, "省里改为139个月")
    new = calculate("pension.benefit_1995_new", {"account_balance": "18360.00"}, policy=database_policy())
    assert new["monthly"] == Decimal("132.09")


def test_a_withdrawn_value_leaves_the_one_before_it_in_force(proposer: User, approver: User) -> None:
    row = approve(HIGHER, proposer, approver)
    with acting_as(scope_of(proposer)), pytest.raises(ChangeRefusal):
        withdraw_value(row.pk, proposer, "误录")
    with acting_as(scope_of(approver)):
        with pytest.raises(ChangeRefusal):
            withdraw_value(row.pk, approver)
        withdraw_value(row.pk, approver, "误录")
    assert in_force() == [(date(1995, 1, 1), None, Decimal("0.008"))]


def test_a_proposal_is_withdrawn_by_its_author(as_proposer: User) -> None:
    row = propose_value(HIGHER, as_proposer)
    withdraw_value(row.pk, as_proposer)
    assert not selectors.proposals().exists()
    with pytest.raises(ChangeRefusal):
        withdraw_value(row.pk, as_proposer)


def test_every_change_of_a_value_is_kept_and_cannot_be_altered(proposer: User, approver: User) -> None:
    row = approve(HIGHER, proposer, approver)
    events = selectors.changes(row.pk)
    assert [event.state for event in events] == ["proposed", "approved"]
    for statement in (
        "update policy_parametervalueevent set value = '\"0.5\"'",
        "delete from policy_parametervalueevent",
        "delete from policy_parametervalue",
    ):
        with (
            pytest.raises((InternalError, ProgrammingError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_change_stands_in_the_audit_trail(proposer: User, approver: User) -> None:
    from jilin_si.access.audit import AuditEntry

    row = approve(HIGHER, proposer, approver, reason="省政府批准")
    with acting_as(scope_of(approver)):
        entry = AuditEntry.objects.get(act="approve_parameter", object_id=row.pk)
    assert (entry.user_id, entry.reason, entry.details["parameter"]) == (
        approver.pk,
        "省政府批准",
        "mat.rate",
    )


def test_a_change_rolled_back_leaves_no_trace_in_the_snapshot(proposer: User, approver: User) -> None:
    before = in_force()
    try:
        with transaction.atomic():
            approve(HIGHER, proposer, approver)
            assert in_force() != before
            raise RuntimeError
    except RuntimeError:
        pass
    assert in_force() == before


def test_an_ordinary_write_elsewhere_is_seen_by_a_fresh_look(db: None) -> None:
    policy = database_policy(fresh=True)
    assert database_policy(fresh=True).stamp == policy.stamp
    with connection.cursor() as cursor:
        cursor.execute(
            "update policy_parametervalue set note = note || '.' where id = (select min(id) from policy_parametervalue)"
        )
    assert database_policy(fresh=True).stamp != policy.stamp
