"""The sample's employers: as many, as large, of the kinds and in the lines that the benchmarks name (BMK-1 to BMK-6)."""

from __future__ import annotations

from collections import Counter

import pytest

from enrollment.models import Ownership, System
from enrollment.rules import organisation_check
from sample.plan import Plan, plan_province
from sample.shares import apportion

pytestmark = pytest.mark.django_db

SHARES = {2201: 30, 2202: 21, 2203: 9, 2204: 4, 2205: 9, 2206: 6, 2207: 6, 2208: 6, 2224: 9}


@pytest.fixture
def hundredth() -> Plan:
    return plan_province(100, 1996)


def share_of_prefectures(plan: Plan) -> dict[int, float]:
    heads: Counter[int] = Counter()
    for employer in plan.employers:
        heads[employer.unit.prefecture] += employer.workers
    return {prefecture: 100 * heads[prefecture] / plan.workers for prefecture in SHARES}


def test_a_hundredth_is_about_300_employers_and_33_000_workers(hundredth: Plan) -> None:
    assert 290 <= len(hundredth.employers) <= 330
    assert 32_500 <= hundredth.workers <= 33_600


def test_every_unit_has_at_least_two_employers_with_a_pension(hundredth: Plan) -> None:
    employers = Counter(e.unit.id for e in hundredth.employers if "pension" in e.lines)
    assert len(employers) == 52
    assert min(employers.values()) >= 2


def test_people_live_where_the_shares_say(hundredth: Plan) -> None:
    for prefecture, share in share_of_prefectures(hundredth).items():
        assert abs(share - SHARES[prefecture]) < 2.5, prefecture


def test_all_eleven_systems_are_there_and_none_of_them_is_billed_for_pensions(hundredth: Plan) -> None:
    assert {e.system for e in hundredth.employers if e.system} == set(System.values)
    assert not [e.name for e in hundredth.employers if e.system and "pension" in e.lines]


def test_pensions_are_billed_for_the_state_owned_and_the_self_funded_only(hundredth: Plan) -> None:
    billed = {e.group.ownership for e in hundredth.employers if "pension" in e.lines}
    assert billed == {Ownership.STATE, Ownership.SELF_FUNDED_INSTITUTION}


def test_who_pays_alone_is_an_employer_of_one(hundredth: Plan) -> None:
    households = [e for e in hundredth.employers if e.group.ownership == Ownership.SELF_EMPLOYED_HOUSEHOLD]
    assert households
    assert {e.workers for e in households} == {1}


def test_numbers_names_and_codes_are_their_own_and_right(hundredth: Plan) -> None:
    employers = hundredth.employers
    assert len({e.number for e in employers}) == len({e.name for e in employers}) == len(employers)
    codes = [e.organisation_code for e in employers if e.organisation_code]
    assert len(set(codes)) == len(codes) > len(employers) // 2
    assert all(code == f"{code[:8]}-{organisation_check(code[:8])}" for code in codes)
    assert all(e.number.startswith(f"{e.unit.id}-") and len(e.number) == 11 for e in employers)


def test_the_employer_of_the_pictures_is_there(hundredth: Plan) -> None:
    (found,) = [e for e in hundredth.employers if e.number == "220181-0417"]
    assert (found.name, found.workers, found.retirees) == ("九台市机械配件厂", 46, 11)
    assert set(found.lines) == {"pension", "unemployment", "injury"}


def test_the_whole_province_has_the_heads_of_the_benchmarks() -> None:
    plan = plan_province(1, 1996)
    state = [e for e in plan.employers if e.group.key == "state"]
    assert (len(plan.employers), plan.workers) == (30_000, 3_306_000)
    assert (len(state), sum(e.workers for e in state)) == (15_690, 2_050_000)
    assert abs(sum(e.retirees for e in state) - 516_000) < 100
    lines = Counter(line for e in plan.employers for line in e.lines)
    assert lines["unemployment"] == 27_000
    assert (lines["medical"], lines["maternity"]) == (5_458, 6_707)
    assert abs(lines["injury"] - 7_673) <= 1
    for prefecture, share in share_of_prefectures(plan).items():
        assert abs(share - SHARES[prefecture]) < 0.2, prefecture
    assert sum(1 for e in plan.employers if e.workers > 10_000) >= 8


def test_about_twenty_units_have_more_than_their_pensions_cost(hundredth: Plan) -> None:
    left: Counter[int] = Counter()
    for employer in hundredth.employers:
        if "pension" in employer.lines:
            wages, cost = employer.workers * employer.wage_fen, employer.retiree_cost_fen
            due = (215 * (wages + cost) + 20 * wages) // 1000
            left[employer.unit.id] += due * 92 // 100 * 968 // 1000 - cost
    assert 15 <= sum(1 for fen in left.values() if fen > 0) <= 26


def test_the_same_seed_draws_the_same_province() -> None:
    first, again, other = (plan_province(500, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_parts_add_up_to_the_whole() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(7, [5, 0, 5], minimum=1) == [3, 1, 3]
    assert apportion(2, [3, 3, 3], minimum=1) == [1, 1, 1]
    assert apportion(0, []) == []
