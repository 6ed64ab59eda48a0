"""Twelve months of pooling over random facts: county parts add up to the province, and no money is made or lost."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from django.db.models import Sum

from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.ledger.services import close_period
from jilin_si.money import ZERO
from jilin_si.periods import last_day, month, year_periods
from pooling import services
from pooling.models import PensionPayment, PoolingMonth, Redistribution, Remittance
from tests.pooling import facts
from tests.pooling.facts import JANUARY, JIUTAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

FEBRUARY = month(1996, 2)


class TestPensions:
    @pytest.fixture(autouse=True)
    def _plan(self, books: None) -> None:
        set_today(last_day(JANUARY))
        facts.year_plan({JIUTAI: ("733333.33", "120833.33")})

    def test_are_paid_up_to_the_cash_and_the_rest_is_carried_on(self) -> None:
        facts.collected(JIUTAI, "100000.00")
        january = services.book_pensions(JIUTAI, JANUARY)
        assert (january.paid, january.unpaid) == (Decimal("100000.00"), Decimal("20833.33"))
        facts.assessed({JIUTAI: ("733333.33", "120833.33")}, FEBRUARY)
        facts.collected(JIUTAI, "500000.00", FEBRUARY)
        february = services.book_pensions(JIUTAI, FEBRUARY)
        assert february.brought_forward == Decimal("20833.33")
        assert february.paid == Decimal("141666.66")
        assert february.unpaid == 0
        assert not facts.offences()

    def test_are_booked_once(self) -> None:
        facts.collected(JIUTAI, "900000.00")
        services.book_pensions(JIUTAI, JANUARY)
        before = facts.rows_of(*facts.POOLING_TABLES)
        services.book_pensions(JIUTAI, JANUARY)
        assert facts.rows_of(*facts.POOLING_TABLES) == before

    def test_wait_for_the_assessment(self) -> None:
        with pytest.raises(services.PoolingError):
            services.book_pensions(JIUTAI, FEBRUARY)

    def test_without_money_nothing_is_booked_and_all_is_owed(self) -> None:
        payment = services.book_pensions(JIUTAI, JANUARY)
        assert (payment.paid, payment.unpaid, payment.journal_id) == (0, Decimal("120833.33"), None)


def _a_month(period: month, dice: random.Random, first: int, second: int, finances: dict[int, int]) -> None:  # type: ignore[valid-type]
    for county_id in finances:
        facts.collected(
            county_id, f"{dice.randint(0, 260) * 1000 + dice.randint(1, 99999) / 100:.2f}", period
        )
        services.propose_remittance(county_id, period)
    for remittance in Remittance.objects.filter(state="proposed"):
        if dice.random() < 0.8:
            services.confirm_remittance(remittance.pk, finances[remittance.county_id])
    for remittance in Remittance.objects.filter(state="confirmed"):
        if dice.random() < 0.8:
            services.receive_remittance(remittance.pk, first)
    proposal = services.propose_redistribution(period, first)
    if proposal:
        services.approve_redistribution(proposal.pk, second)
    for county_id in finances:
        services.book_pensions(county_id, period)
        close_period(agency_id=county_id, period=period, user_id=finances[county_id])


@pytest.mark.parametrize("seed", [1996, 1997])
def test_a_year_adds_up(seed: int) -> None:
    dice = random.Random(seed)
    counties = list(Agency.objects.units().values_list("id", flat=True))[:12]
    figures = {
        county_id: (f"{dice.randint(300, 1200)}000.11", f"{dice.randint(40, 330)}000.07")
        for county_id in counties
    }
    set_today(last_day(JANUARY))
    first, second = facts.year_plan(figures)
    facts.assessed(figures, FEBRUARY, month(1996, 12))
    finances = {county_id: facts.finance(county_id).pk for county_id in counties}
    for period in year_periods(1996):
        set_today(last_day(period))
        _a_month(period, dice, first.pk, second.pk, finances)
        services.close_province(period, first.pk)
        services.close_province(period, first.pk)
    assert not facts.offences()
    total = PoolingMonth.objects.aggregate(
        up=Sum("received"), down=Sum("redistributed"), reserve=Sum("to_reserve"), transit=Sum("remitted")
    )
    assert total["up"] - total["down"] == services.cash(PROVINCE)
    assert total["reserve"] == services.reserve()
    approved = Redistribution.objects.filter(state="approved").aggregate(total=Sum("total"))["total"]
    assert approved == total["down"] > 0
    paid = PensionPayment.objects.aggregate(paid=Sum("paid"))["paid"] or ZERO
    money = sum((services.cash(county_id) for county_id in counties), ZERO)
    with_transit = money + services.cash(PROVINCE) + (total["transit"] - total["up"])
    assert with_transit + paid == _collected()


def _collected() -> Decimal:
    rows = facts.rows_of("ledger_balance")["ledger_balance"]
    return Decimal(sum(row[5] - row[4] for row in rows if row[2] == "4001.01")) / 100
