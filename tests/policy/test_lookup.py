"""Parameters are looked up by day and place; a what-if changes nothing but its own snapshot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import file_policy
from jilin_si.policy.errors import InputError, NotApplicable, ParameterMissing
from jilin_si.policy.lookup import PROVINCE, Policy, What, to_ppm
from tests import pace

JIUTAI, CHANGCHUN, YUSHU = 220181, 220100, 220182


@pytest.fixture(scope="module")
def policy() -> Policy:
    return file_policy()


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(1992, 1, 1), "0.16"),
        (date(1992, 12, 31), "0.16"),
        (date(1993, 1, 1), "0.186"),
        (date(1993, 12, 31), "0.186"),
        (date(1994, 1, 1), "0.215"),
        (date(1997, 12, 1), "0.215"),
    ],
)
def test_the_day_picks_the_version(day: date, rate: str, policy: Policy) -> None:
    assert policy.value("pension.unit_rate", day) == Decimal(rate)


def test_before_the_first_day_there_is_none(policy: Policy) -> None:
    with pytest.raises(ParameterMissing) as caught:
        policy.get("pension.unit_rate", date(1991, 12, 31))
    assert caught.value.first == date(1992, 1, 1)
    assert policy.find("pension.unit_rate", date(1991, 12, 31)) is None


def test_after_the_last_day_there_is_none(policy: Policy) -> None:
    assert policy.find("pension.contract_unit_rate", date(1991, 12, 31)) is not None
    assert policy.find("pension.contract_unit_rate", date(1992, 1, 1)) is None


def test_a_unit_has_its_own_else_its_prefectures_else_the_provinces(policy: Policy) -> None:
    day = date(1994, 5, 1)
    own = policy.get("collective.tiers", day, JIUTAI)
    assert own.agency_id == JIUTAI
    for other in (YUSHU, CHANGCHUN, PROVINCE):
        assert policy.get("collective.tiers", day, other).agency_id == PROVINCE
    assert policy.get("collective.tiers", date(1996, 1, 1), JIUTAI).agency_id == PROVINCE
    tried = Policy(policy.infos, [*policy.versions(), _at(own, CHANGCHUN)], policy.agencies)
    assert tried.get("collective.tiers", day, YUSHU).agency_id == CHANGCHUN
    assert tried.get("collective.tiers", day, JIUTAI).agency_id == JIUTAI
    assert tried.get("collective.tiers", day, 220221).agency_id == PROVINCE


def _at(version, agency_id: int):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(version, agency_id=agency_id)


def test_the_average_wage_in_force_is_that_of_the_year_before(policy: Policy) -> None:
    for year in range(1992, 1999):
        annual = policy.value("avg_wage.annual", date(year - 1, 6, 1))
        monthly = policy.value("local_avg_wage", date(year, 1, 1))
        assert monthly == (annual / 12).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_a_rule_without_a_date_takes_the_value_it_names(policy: Policy) -> None:
    assert policy.value("col.provisional_multiple") == Decimal("1.10")
    assert policy.value("col.provisional_multiple", date(1996, 1, 1)) == Decimal("1.00")
    inputs = {"previous_month_due": "100"}
    assert calculate("collection.provisional", inputs, policy=policy)["provisional"] == Decimal("110.00")
    in_1996 = calculate("collection.provisional", inputs, policy=policy, on=date(1996, 1, 1))
    assert in_1996["provisional"] == Decimal("100.00")


def test_a_rule_not_in_force_on_the_day_is_refused(policy: Policy) -> None:
    with pytest.raises(NotApplicable):
        calculate("unemployment.months_1999", {"contribution_years": "5"}, policy=policy, on=date(1996, 1, 1))


def test_a_what_if_changes_the_result_and_not_the_snapshot(policy: Policy) -> None:
    inputs = {"month": "1996-03-01", "contribution_wages": "100000", "retiree_cost": "0"}
    tried = policy.override({"pension.unit_rate": "0.25"})
    assert calculate("pension.unit_contribution", inputs, policy=tried)["unit_contribution"] == Decimal(
        "25000.00"
    )
    assert calculate("pension.unit_contribution", inputs, policy=policy)["unit_contribution"] == Decimal(
        "21500.00"
    )
    assert tried.get("pension.unit_rate", date(1996, 1, 1)).confidence == "what_if"


def test_a_what_if_may_have_days_and_a_place(policy: Policy) -> None:
    tried = policy.override(
        {"pension.unit_rate": What("0.25", date(1996, 7, 1), date(1996, 12, 31), agency_id=JIUTAI)}
    )
    assert tried.value("pension.unit_rate", date(1996, 6, 30), JIUTAI) == Decimal("0.215")
    assert tried.value("pension.unit_rate", date(1996, 7, 1), JIUTAI) == Decimal("0.25")
    assert tried.value("pension.unit_rate", date(1996, 7, 1), YUSHU) == Decimal("0.215")
    assert tried.value("pension.unit_rate", date(1997, 1, 1), JIUTAI) == Decimal("0.215")


@pytest.mark.parametrize(
    ("code", "value"),
    [("pension.unit_rat", "0.2"), ("pension.unit_rate", "20 %"), ("pension.unit_rate", "0.9"),
     ("fee_year_start_month", "7"), ("col.credit_policy", "PROPORTIONAL")],
)  # fmt: skip
def test_a_what_if_is_held_to_the_unit_the_bounds_and_the_choices(
    code: str, value: str, policy: Policy
) -> None:
    with pytest.raises(InputError):
        policy.override({code: value})


def test_a_rate_is_whole_parts_per_million(policy: Policy) -> None:
    assert to_ppm(policy.get("pension.unit_rate", date(1993, 1, 1))) == 186_000


def test_a_look_up_is_quick(policy: Policy) -> None:
    from time import process_time

    begun = process_time()
    for _ in range(10_000):
        policy.get("pension.unit_rate", date(1996, 1, 1), JIUTAI)
    spent = process_time() - begun
    assert spent < pace.seconds(0.5)
