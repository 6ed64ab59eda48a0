"""What the office may rely on when the province passes money down."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from jilin_si.access.models import User
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE
from jilin_si.ledger.models import Posting
from jilin_si.ledger.services import book
from jilin_si.money import ZERO, from_fen
from jilin_si.periods import last_day, month
from pooling import services
from pooling.models import PoolingMonth, Redistribution, RedistributionShare
from pooling.services.redistribution import share_out
from tests.pooling import facts
from tests.pooling.facts import DONGFENG, JANUARY, JIUTAI, LIAOYUAN, YUSHU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

FEBRUARY = month(1996, 2)
FIGURES = facts.FIGURES | {DONGFENG: ("1000000.00", "500000.00")}
NEEDY = (YUSHU, LIAOYUAN, DONGFENG)


@pytest.fixture
def planners(books: None) -> tuple[User, User]:
    set_today(last_day(JANUARY))
    return facts.year_plan(FIGURES)


def _held(amount: str, account: str = "3001.04") -> None:
    """Money in the province's bank from before."""
    book(
        agency_id=PROVINCE,
        fund="pension",
        kind="opening",
        booked_on=JANUARY,
        period=JANUARY,
        legs={"1002": Decimal(amount), account: -Decimal(amount)},
    )


def _needs() -> dict[int, Decimal]:
    rows = PoolingMonth.objects.filter(period=JANUARY, plan_down__gt=0)
    return dict(rows.values_list("county_id", "plan_down"))


class TestTheShares:
    @settings(max_examples=80, deadline=None)
    @given(
        st.integers(1, 10**14),
        st.dictionaries(st.integers(220101, 222499), st.integers(1, 10**13), min_size=1, max_size=32),
    )
    def test_add_up_to_the_fen_whatever_there_is(self, there_is: int, wanted: dict[int, int]) -> None:
        needs = {county_id: from_fen(fen) for county_id, fen in wanted.items()}
        available = from_fen(there_is)
        shares = share_out(available, needs)
        assert sum(shares.values(), ZERO) == min(available, sum(needs.values(), ZERO))
        assert set(shares) == set(needs)
        assert all(ZERO <= shares[county_id] <= needs[county_id] for county_id in needs)

    def test_a_fen_is_not_multiplied(self) -> None:
        needs = {county_id: Decimal("100.00") for county_id in (220181, 220182, 220183, 220400)}
        shares = share_out(Decimal("0.02"), needs)
        assert sum(shares.values()) == Decimal("0.02")
        assert min(shares.values()) == 0

    def test_the_worked_example(self) -> None:
        needs = {220181: Decimal("1520000.00"), 220182: Decimal("640000.00"), 220400: Decimal("333333.33")}
        assert list(share_out(Decimal("1700000.00"), needs).values()) == [
            Decimal("1036363.64"),
            Decimal("436363.64"),
            Decimal("227272.72"),
        ]

    def test_nothing_there_is_nothing_given(self) -> None:
        assert share_out(ZERO, {220181: Decimal(1)}) == {}
        assert share_out(Decimal(5), {}) == {}


@pytest.mark.usefixtures("planners")
class TestProposing:
    def test_what_there_is_is_shared_by_what_the_plans_say(self) -> None:
        _held("100000.00")
        proposal = services.propose_redistribution(JANUARY, facts.province().pk)
        assert proposal is not None
        assert proposal.available == proposal.total == Decimal("100000.00")
        assert dict(proposal.shares.values_list("county_id", "need")) == _needs()
        assert set(_needs()) == set(NEEDY)

    def test_enough_gives_each_its_need(self) -> None:
        _held("90000000.00")
        proposal = services.propose_redistribution(JANUARY)
        assert proposal is not None
        assert proposal.total == proposal.need == sum(_needs().values())

    def test_the_reserve_is_not_passed_down(self) -> None:
        _held("100000.00")
        _held("70000.00", "3001.03")
        proposal = services.propose_redistribution(JANUARY)
        assert proposal is not None
        assert (proposal.holdings, proposal.reserve) == (Decimal("170000.00"), Decimal("70000.00"))
        assert proposal.total == Decimal("100000.00")

    def test_nothing_there_proposes_nothing(self) -> None:
        assert services.propose_redistribution(JANUARY) is None

    def test_again_changes_nothing_and_new_money_makes_it_anew(self) -> None:
        _held("100000.00")
        first = services.propose_redistribution(JANUARY)
        before = facts.rows_of(*facts.POOLING_TABLES)
        services.propose_redistribution(JANUARY)
        assert facts.rows_of(*facts.POOLING_TABLES) == before
        _held("1000.00")
        second = services.propose_redistribution(JANUARY)
        assert first is not None
        assert second is not None
        assert second.total == first.total + 1000
        assert Redistribution.objects.count() == 1

    def test_a_later_month_replaces_one_that_still_waits(self) -> None:
        _held("100000.00")
        january = services.propose_redistribution(JANUARY)
        february = services.propose_redistribution(FEBRUARY)
        assert january is not None
        assert february is not None
        january.refresh_from_db()
        assert january.state == "replaced"
        with pytest.raises(services.PoolingConflict):
            services.approve_redistribution(january.pk, facts.province().pk)
        with pytest.raises(services.PoolingConflict):
            services.propose_redistribution(JANUARY)
        assert not facts.offences()


@pytest.mark.usefixtures("planners")
class TestApproving:
    def test_the_money_goes_down_and_arrives(self) -> None:
        _held("100000.00")
        proposal = services.propose_redistribution(JANUARY, facts.province().pk)
        assert proposal is not None
        done = services.approve_redistribution(proposal.pk, facts.province().pk, proposal.total)
        legs = dict(
            Posting.objects.filter(journal_id=done.province_journal_id).values_list("account_id", "amount")
        )
        assert legs == {"5102": proposal.total, "1003": -proposal.total}
        for share in done.shares.all():
            assert services.cash(share.county_id) == share.amount
            row = PoolingMonth.objects.get(county_id=share.county_id, period=JANUARY)
            assert row.redistributed == share.amount
        assert services.cash(PROVINCE) == 0
        assert not facts.offences()

    def test_a_second_provincial_person_approves(self) -> None:
        _held("100000.00")
        first = facts.province()
        proposal = services.propose_redistribution(JANUARY, first.pk)
        assert proposal is not None
        for who in (first, facts.finance(YUSHU), facts.person("auditor", PROVINCE)):
            with pytest.raises(services.PoolingError):
                services.approve_redistribution(proposal.pk, who.pk)

    def test_approving_again_changes_nothing(self) -> None:
        _held("100000.00")
        second = facts.province()
        proposal = services.propose_redistribution(JANUARY)
        assert proposal is not None
        services.approve_redistribution(proposal.pk, second.pk)
        before = facts.rows_of(*facts.POOLING_TABLES)
        services.approve_redistribution(proposal.pk, second.pk)
        assert services.propose_redistribution(JANUARY) is None
        assert facts.rows_of(*facts.POOLING_TABLES) == before

    def test_what_is_no_longer_there_is_not_passed_down(self) -> None:
        _held("100000.00")
        proposal = services.propose_redistribution(JANUARY)
        assert proposal is not None
        _held("-1.00")
        with pytest.raises(services.PoolingConflict):
            services.approve_redistribution(proposal.pk, facts.province().pk)
        assert not Posting.objects.filter(account_id="5102").exists()

    def test_what_a_month_left_open_is_needed_the_next(self) -> None:
        _held("100000.00")
        proposal = services.propose_redistribution(JANUARY)
        assert proposal is not None
        services.approve_redistribution(proposal.pk, facts.province().pk)
        set_today(last_day(FEBRUARY))
        _held("90000000.00")
        february = services.propose_redistribution(FEBRUARY)
        assert february is not None
        assert february.need == 2 * proposal.need - proposal.total


@pytest.mark.usefixtures("planners")
class TestTheDatabaseHolds:
    def _proposal(self) -> Redistribution:
        _held("100000.00")
        proposal = services.propose_redistribution(JANUARY)
        assert proposal is not None
        return proposal

    def test_shares_to_what_there_is(self) -> None:
        proposal = self._proposal()
        with pytest.raises(IntegrityError), transaction.atomic():
            RedistributionShare.objects.create(
                redistribution=proposal, county_id=JIUTAI, period=JANUARY, need=1, amount=Decimal("0.01")
            )
        share = proposal.shares.first()
        with pytest.raises(IntegrityError), transaction.atomic():
            RedistributionShare.objects.filter(pk=share.pk).update(amount=share.amount + Decimal("0.01"))
        with pytest.raises(IntegrityError), transaction.atomic():
            RedistributionShare.objects.filter(pk=share.pk).update(amount=Decimal("-0.01"))

    def test_the_total_to_what_there_is(self) -> None:
        proposal = self._proposal()
        with pytest.raises(IntegrityError), transaction.atomic():
            Redistribution.objects.filter(pk=proposal.pk).update(total=proposal.available + 1)

    def test_the_approval_to_two_persons_and_to_booked_shares(self) -> None:
        proposal = self._proposal()
        first = facts.province()
        Redistribution.objects.filter(pk=proposal.pk).update(proposed_by=first.pk)
        journal = Posting.objects.first().journal_id  # type: ignore[union-attr]
        for who in (first, facts.province()):
            with pytest.raises(IntegrityError), transaction.atomic():
                Redistribution.objects.filter(pk=proposal.pk).update(
                    state="approved",
                    approved_by=who.pk,
                    approved_at="1996-02-01T00:00Z",
                    booked_on=JANUARY,
                    province_journal=journal,
                )

    def test_one_proposal_at_a_time(self) -> None:
        self._proposal()
        with pytest.raises(IntegrityError), transaction.atomic():
            Redistribution.objects.create(
                period=FEBRUARY, holdings=1, reserve=0, available=1, need=1, total=1, state="proposed"
            )

    def test_an_approved_one_stands(self) -> None:
        proposal = self._proposal()
        services.approve_redistribution(proposal.pk, facts.province().pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Redistribution.objects.filter(pk=proposal.pk).update(run=7)
        with pytest.raises(IntegrityError), transaction.atomic():
            RedistributionShare.objects.filter(redistribution=proposal).update(need=Decimal(10**9))
        with pytest.raises(IntegrityError), transaction.atomic():
            RedistributionShare.objects.filter(redistribution=proposal).delete()


@pytest.mark.usefixtures("planners")
def test_a_benefiting_county_sees_its_own_share_only() -> None:
    _held("100000.00")
    services.propose_redistribution(JANUARY)
    with facts.as_user(facts.finance(YUSHU)):
        assert [share.county_id for share in RedistributionShare.objects.all()] == [YUSHU]
        assert not Redistribution.objects.exists()
