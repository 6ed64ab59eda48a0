"""What the office may rely on in the year's plan."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from pooling import services
from pooling.models import CountyPlan, PoolingMonth
from tests.pooling import facts
from tests.pooling.facts import JIUTAI, YUSHU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

# two counties of the worked examples POOL-3.1 and POOL-3.2, a twelfth of their year
RICH = ("7333333.33", "1208333.33")
POOR = ("3416666.67", "1266666.67")


def _plan(county_id: int) -> CountyPlan:
    return CountyPlan.objects.get(county_id=county_id, fee_year=1996)


@pytest.fixture
def january(books: None) -> None:
    facts.open_books([JIUTAI, YUSHU])
    facts.assessed({JIUTAI: RICH, YUSHU: POOR})


def test_a_plan_is_worked_out_from_january_times_twelve(january: None) -> None:
    services.propose_plan(1996, facts.province().pk)
    plan = _plan(JIUTAI)
    assert plan.wages == Decimal("87999999.96")
    assert plan.planned_pension_payments == plan.retiree_cost == Decimal("14499999.96")
    assert plan.unit_rate == Decimal("0.215")
    assert plan.kind == "remitting"
    assert plan.net == plan.net_remit_up == Decimal("6693101.62")
    assert set(plan.versions) == {
        *("pension.unit_rate", "pension.individual_rate", "pool.collection_rate_plan"),
        *("pool.mgmt_fee", "pool.accumulation", "pool.accumulation_prov_share"),
    }
    assert _plan(YUSHU).kind == "benefiting"
    assert _plan(YUSHU).net < 0


def test_no_plan_before_january_is_assessed_everywhere(books: None) -> None:
    facts.open_books([JIUTAI, YUSHU])
    facts.assessed({JIUTAI: RICH})
    with pytest.raises(services.PoolingError):
        services.propose_plan(1996, facts.province().pk)
    assert not CountyPlan.objects.exists()


def test_proposing_again_changes_nothing_and_keeps_an_adjustment(january: None) -> None:
    first, second = facts.province(), facts.province()
    services.propose_plan(1996, first.pk)
    services.adjust_plan(JIUTAI, 1996, Decimal("-1000000.00"), "调剂政策：大额县适当调减", second.pk)
    before = facts.rows_of(*facts.POOLING_TABLES)
    services.propose_plan(1996, first.pk)
    assert facts.rows_of(*facts.POOLING_TABLES) == before
    assert _plan(JIUTAI).net == _plan(JIUTAI).net_remit_up - 1000000


def test_an_adjustment_needs_a_reason(january: None) -> None:
    services.propose_plan(1996, facts.province().pk)
    with pytest.raises(services.PoolingError):
        services.adjust_plan(JIUTAI, 1996, Decimal("-1.00"), "  ", facts.province().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        CountyPlan.objects.filter(county_id=JIUTAI).update(adjustment=Decimal(1), net=_plan(JIUTAI).net + 1)


def test_a_second_provincial_person_approves(january: None) -> None:
    first, second, third = facts.province(), facts.province(), facts.province()
    services.propose_plan(1996, first.pk)
    services.adjust_plan(YUSHU, 1996, Decimal("10.00"), "调剂政策", third.pk)
    for who in (first, third, facts.finance(JIUTAI), facts.person("prefecture", 220100)):
        with pytest.raises(services.PoolingError):
            services.approve_plan(1996, who.pk)
    assert services.approve_plan(1996, second.pk) == 2
    assert services.approve_plan(1996, second.pk) == 0
    assert services.approve_plan(1996, first.pk) == 0


def test_the_database_holds_to_two_persons_and_to_what_was_approved(january: None) -> None:
    first = facts.province()
    services.propose_plan(1996, first.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        CountyPlan.objects.update(state="approved", approved_by=first.pk, approved_at="1996-02-01T00:00Z")
    services.approve_plan(1996, facts.province().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        CountyPlan.objects.filter(county_id=JIUTAI).update(adjustment_reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        CountyPlan.objects.filter(county_id=JIUTAI).delete()
    with pytest.raises(services.PoolingConflict):
        services.adjust_plan(JIUTAI, 1996, Decimal("5.00"), "later", first.pk)


def test_who_saw_another_total_does_not_approve_it(january: None) -> None:
    first, second = facts.province(), facts.province()
    services.propose_plan(1996, first.pk)
    with pytest.raises(services.PoolingConflict):
        services.approve_plan(1996, second.pk, Decimal("1.00"))
    assert not PoolingMonth.objects.exists()


def test_a_year_falls_due_a_twelfth_a_month_and_december_takes_the_rest(january: None) -> None:
    services.propose_plan(1996, facts.province().pk)
    services.approve_plan(1996, facts.province().pk)
    for county_id in (JIUTAI, YUSHU):
        months = PoolingMonth.objects.filter(county_id=county_id).order_by("period")
        dues = [m.plan_up - m.plan_down for m in months]
        assert len(dues) == 12
        assert len(set(dues[:11])) == 1
        assert sum(dues) == _plan(county_id).net
        assert months[11].due_to_date - months[11].need_to_date == _plan(county_id).net
    assert not facts.offences()


def test_a_county_sees_its_own_plan_only(january: None) -> None:
    services.propose_plan(1996, facts.province().pk)
    with facts.as_user(facts.finance(YUSHU)):
        assert [p.county_id for p in CountyPlan.objects.all()] == [YUSHU]
