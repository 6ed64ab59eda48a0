"""What the office may rely on when a county remits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from jilin_si.access.models import User
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE
from jilin_si.ledger.models import Posting
from jilin_si.money import round_fen
from jilin_si.periods import last_day, month
from pooling import services
from pooling.models import CountyPlan, PoolingMonth, Remittance
from pooling.services.remittance import planned, reserve_share
from tests.pooling import facts
from tests.pooling.facts import JANUARY, JIUTAI, YUSHU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

FEBRUARY, MARCH = month(1996, 2), month(1996, 3)
FIGURES = {JIUTAI: ("7333333.33", "1208333.33"), YUSHU: ("3416666.67", "1266666.67")}


@pytest.fixture
def planners(books: None) -> tuple[User, User]:
    set_today(last_day(JANUARY))
    return facts.year_plan(FIGURES)


def _due(months: int = 1) -> Decimal:
    net = CountyPlan.objects.get(county_id=JIUTAI).net
    return round_fen(net / 12) * months


def _legs(journal_id: int | None) -> dict[str, Decimal]:
    return dict(Posting.objects.filter(journal_id=journal_id).values_list("account_id", "amount"))


@pytest.mark.usefixtures("planners")
class TestProposing:
    def test_what_is_due_so_far_is_proposed(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        proposal = services.propose_remittance(JIUTAI, JANUARY)
        assert proposal is not None
        assert proposal.amount == _due()
        assert proposal.pensions_first == Decimal("1208333.33")

    def test_pensions_come_first(self) -> None:
        facts.collected(JIUTAI, "1300000.00")
        proposal = services.propose_remittance(JIUTAI, JANUARY)
        assert proposal is not None
        assert proposal.amount == Decimal("1300000.00") - Decimal("1208333.33")

    def test_without_money_above_pensions_nothing_is_proposed(self) -> None:
        facts.collected(JIUTAI, "1208333.33")
        assert services.propose_remittance(JIUTAI, JANUARY) is None
        assert not Remittance.objects.exists()

    def test_a_benefiting_county_proposes_nothing(self) -> None:
        facts.collected(YUSHU, "9000000.00")
        assert services.propose_remittance(YUSHU, JANUARY) is None

    def test_what_was_short_is_proposed_with_the_next_month(self) -> None:
        facts.collected(JIUTAI, "1300000.00")
        facts.remitted(JIUTAI, JANUARY)
        services.book_pensions(JIUTAI, JANUARY)
        facts.collected(JIUTAI, "9000000.00", FEBRUARY)
        proposal = services.propose_remittance(JIUTAI, FEBRUARY)
        assert proposal is not None
        assert proposal.amount + proposal.remitted_before == _due(2)

    def test_more_money_raises_a_proposal_and_less_takes_it_back(self) -> None:
        facts.collected(JIUTAI, "1300000.00")
        first = services.propose_remittance(JIUTAI, JANUARY)
        facts.collected(JIUTAI, "100000.00")
        second = services.propose_remittance(JIUTAI, JANUARY)
        assert first is not None
        assert second is not None
        assert second.pk == first.pk
        assert second.amount == first.amount + 100000
        facts.collected(JIUTAI, "-200000.00")
        assert services.propose_remittance(JIUTAI, JANUARY) is None
        assert not facts.offences()

    def test_proposing_again_changes_nothing(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        services.propose_remittance(JIUTAI, JANUARY)
        before = facts.rows_of(*facts.POOLING_TABLES)
        services.propose_remittance(JIUTAI, JANUARY)
        assert facts.rows_of(*facts.POOLING_TABLES) == before

    def test_money_of_a_waiting_proposal_is_spoken_for(self) -> None:
        facts.collected(JIUTAI, "1400000.00")
        first = services.propose_remittance(JIUTAI, JANUARY)
        second = services.propose_remittance(JIUTAI, FEBRUARY)
        assert first is not None
        assert second is None or second.amount + first.amount <= Decimal("1400000.00")


@pytest.mark.usefixtures("planners")
class TestTheWayUp:
    def test_confirmed_is_in_transit_and_received_is_there(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        proposal = services.propose_remittance(JIUTAI, JANUARY)
        assert proposal is not None
        confirmed = services.confirm_remittance(proposal.pk, facts.finance(JIUTAI).pk)
        assert _legs(confirmed.county_journal_id) == {"5103": proposal.amount, "1003": -proposal.amount}
        row = PoolingMonth.objects.get(county_id=JIUTAI, period=JANUARY)
        assert (row.remitted, row.received) == (proposal.amount, 0)
        assert services.cash(PROVINCE) == 0
        assert not facts.offences()

        received = services.receive_remittance(proposal.pk, facts.province().pk)
        assert _legs(received.province_journal_id) == {"1002": proposal.amount, "4106": -proposal.amount}
        row.refresh_from_db()
        assert (row.remitted, row.received) == (proposal.amount, proposal.amount)
        assert services.cash(PROVINCE) == proposal.amount
        assert services.cash(JIUTAI) == Decimal("9000000.00") - proposal.amount
        assert not facts.offences()

    def test_the_reserve_takes_its_planned_part(self) -> None:
        planned_in, planned_out = planned(1996)
        assert planned_in > planned_out > 0
        facts.collected(JIUTAI, "9000000.00")
        received = facts.remitted(JIUTAI, JANUARY)
        assert received.to_reserve == round_fen(received.amount * (planned_in - planned_out) / planned_in)
        assert services.reserve() == received.to_reserve

    def test_each_step_is_done_once(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        county, above = facts.finance(JIUTAI), facts.province()
        proposal = facts.remitted(JIUTAI, JANUARY, county, above)
        before = facts.rows_of(*facts.POOLING_TABLES)
        services.propose_remittance(JIUTAI, JANUARY)
        services.confirm_remittance(proposal.pk, county.pk)
        services.receive_remittance(proposal.pk, above.pk)
        assert facts.rows_of(*facts.POOLING_TABLES) == before

    def test_only_the_countys_finance_confirms_and_only_the_province_receives(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        proposal = services.propose_remittance(JIUTAI, JANUARY)
        assert proposal is not None
        for who in (facts.finance(YUSHU), facts.person("head", JIUTAI), facts.province()):
            with pytest.raises(services.PoolingError):
                services.confirm_remittance(proposal.pk, who.pk)
        with pytest.raises(services.PoolingConflict):
            services.receive_remittance(proposal.pk, facts.province().pk)
        services.confirm_remittance(proposal.pk, facts.finance(JIUTAI).pk)
        with pytest.raises(services.PoolingError):
            services.receive_remittance(proposal.pk, facts.finance(JIUTAI).pk)

    def test_nobody_confirms_and_receives(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        both = facts.finance(JIUTAI)
        both.assignments.create(role="province", agency_id=PROVINCE)
        proposal = services.propose_remittance(JIUTAI, JANUARY)
        assert proposal is not None
        services.confirm_remittance(proposal.pk, both.pk)
        with pytest.raises(services.PoolingError):
            services.receive_remittance(proposal.pk, both.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Remittance.objects.update(
                state="received", received_by=both.pk, received_on=JANUARY, province_journal_id=1
            )

    def test_who_saw_another_amount_does_not_confirm_it(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        proposal = services.propose_remittance(JIUTAI, JANUARY)
        assert proposal is not None
        with pytest.raises(services.PoolingConflict):
            services.confirm_remittance(proposal.pk, facts.finance(JIUTAI).pk, proposal.amount - 1)

    def test_money_that_is_gone_is_not_remitted(self) -> None:
        facts.collected(JIUTAI, "1300000.00")
        proposal = services.propose_remittance(JIUTAI, JANUARY)
        assert proposal is not None
        services.book_pensions(JIUTAI, JANUARY)
        facts.collected(JIUTAI, "-90000.00")
        with pytest.raises(services.PoolingConflict):
            services.confirm_remittance(proposal.pk, facts.finance(JIUTAI).pk)

    def test_what_was_confirmed_neither_changes_nor_goes_back(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        proposal = facts.remitted(JIUTAI, JANUARY)
        for change in ({"amount": Decimal("1.00")}, {"state": "confirmed"}, {"to_reserve": Decimal(0)}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Remittance.objects.filter(pk=proposal.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            proposal.delete()

    def test_a_county_remits_once_a_month(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        proposal = services.propose_remittance(JIUTAI, JANUARY)
        assert proposal is not None
        proposal.pk = None
        proposal._state.adding = True
        with pytest.raises(IntegrityError), transaction.atomic():
            proposal.save()

    def test_a_county_sees_its_own_remittances_only(self) -> None:
        facts.collected(JIUTAI, "9000000.00")
        services.propose_remittance(JIUTAI, JANUARY)
        with facts.as_user(facts.finance(YUSHU)):
            assert not Remittance.objects.exists()
            assert not PoolingMonth.objects.exclude(county_id=YUSHU).exists()
        with facts.as_user(facts.person("prefecture", 220100)):
            assert Remittance.objects.count() == 1


def test_no_reserve_where_more_goes_out_than_comes_in(books: None) -> None:
    facts.year_plan({JIUTAI: ("733333.33", "120833.33"), YUSHU: ("3416666.67", "1266666.67")})
    assert reserve_share(1996) == 0
