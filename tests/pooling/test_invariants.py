"""What ``verify`` proves of pooling: each invariant names the rows once they are spoilt behind the guards' back."""

from __future__ import annotations

import pytest
from django.db import connection

from jilin_si.agencies.clock import set_today
from jilin_si.periods import last_day, month
from pooling import services
from pooling.invariants import invariants
from tests.pooling import facts
from tests.pooling.facts import CHANGCHUN, FIGURES, JANUARY, JIUTAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

FEBRUARY = month(1996, 2)
TABLES = (
    *("pooling_countyplan", "pooling_remittance", "pooling_redistribution", "pooling_redistributionshare"),
    *("pooling_pensionpayment", "pooling_poolingmonth", "ledger_journal", "ledger_posting"),
)
SPOILT = {
    "pooling.within_holdings": "update ledger_balance set debit_fen = 0 where agency_id = 220000 and account = '1002'",
    "pooling.shares_add_up": "update pooling_redistributionshare set amount_fen = amount_fen - 1 where amount_fen > 1",
    "pooling.up_equals_received_and_in_transit": (
        "update ledger_posting set amount_fen = amount_fen + 1 where account = '4106'"
    ),
    "pooling.down_equals_received": "update ledger_posting set amount_fen = amount_fen - 1 where account = '4105'",
    "pooling.acts_are_booked": "update ledger_journal set agency_id = 220182 where kind = 'remitted_up'",
    "pooling.plans_follow_the_formula": (
        "update pooling_countyplan set due_unit_fen = due_unit_fen + 1 where county_id = 220181"
    ),
    "pooling.never_more_than_due": "update pooling_poolingmonth set proposed_fen = plan_up_fen + 1",
    "pooling.pensions_carried_on": (
        "update pooling_pensionpayment set brought_forward_fen = brought_forward_fen + 1, unpaid_fen = unpaid_fen + 1"
    ),
    "pooling.summary_is_the_facts": "update pooling_poolingmonth set remitted_fen = remitted_fen + 1",
}


@pytest.fixture
def month_done(books: None) -> None:
    """January and February with money up and down and pensions; then the guards look away."""
    set_today(last_day(JANUARY))
    first, second = facts.year_plan(FIGURES)
    facts.assessed(FIGURES, FEBRUARY)
    for period in (JANUARY, FEBRUARY):
        set_today(last_day(period))
        for county_id in FIGURES:
            facts.collected(county_id, "1500000.00", period)
        for county_id in (CHANGCHUN, JIUTAI):
            facts.remitted(county_id, period)
        proposal = services.propose_redistribution(period, first.pk)
        assert proposal is not None
        services.approve_redistribution(proposal.pk, second.pk)
        for county_id in FIGURES:
            services.book_pensions(county_id, period)
    assert not facts.offences()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")


def test_every_invariant_is_spoilt_once() -> None:
    assert set(SPOILT) == {invariant.name for invariant in invariants()}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_spoilt_is_found(month_done: None, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SPOILT[name])
        assert cursor.rowcount
    assert facts.offences(name)
