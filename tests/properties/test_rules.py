"""What a rule promises for all facts, not only for those of the worked examples; pension has a file of its own."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.properties.asking import ask, fen, quick, rates, some_fen, some_wages, wages, years


@quick
@given(years, years, st.integers(0, 60))
def test_more_service_never_means_fewer_months_of_benefit(a: Decimal, b: Decimal, unused: int) -> None:
    fewer, more = sorted((a, b))
    for name, field in (("months_1993", "service_years"), ("months_1999", "contribution_years")):
        assert (
            ask(f"unemployment.{name}", **{field: more})["months"]
            >= ask(f"unemployment.{name}", **{field: fewer})["months"]
        )
    again = ask("unemployment.months_again_1999", new_contribution_years=more, unused_months=unused)["months"]
    assert again <= 24
    assert again >= min(24, unused)


@quick
@given(fen, wages, st.lists(st.tuples(some_wages, rates), min_size=1, max_size=5), rates)
def test_a_bill_is_shared_to_the_last_fen(
    bill: Decimal, ded: Decimal, steps: list[Any], last: Decimal
) -> None:
    limit, bands = Decimal(0), []
    for width, share in steps:
        limit += width
        bands.append([limit, share])
    got = ask("medical.serious_illness", bill=bill, deductible=ded, bands=[*bands, [None, last]])
    assert got["fund_pays"] + got["others_pay"] == bill
    assert sum(row["fund"] for row in got["rows"]) == got["fund_pays"]
    assert sum(row["segment"] for row in got["rows"]) == max(bill - ded, 0)
    assert len(got["rows"]) == len(bands) + 1


@quick
@given(fen, fen, fen, st.lists(rates, min_size=3, max_size=3), st.booleans())
def test_account_person_and_pool_pay_the_bill(
    b: Decimal, acc: Decimal, w: Decimal, r: list[Decimal], h: bool
) -> None:
    got = ask("medical.three_stages", year_bill=b, account=acc, annual_wage=w, copay_rates=r, retiree_half=h)
    assert got["account_pays"] + got["person_total_cash"] + got["pool_pays"] == b
    assert got["account_pays"] + got["self_pay"] + sum(got["segments"]) == b
    assert got["account_pays"] <= acc
    assert all(0 <= copay <= segment for copay, segment in zip(got["copay"], got["segments"], strict=True))
    if h:
        worker = ask(
            "medical.three_stages", year_bill=b, account=acc, annual_wage=w, copay_rates=r, retiree_half=False
        )
        assert got["person_total_cash"] <= worker["person_total_cash"]


@quick
@given(fen, some_fen, rates)
def test_the_pool_of_1998_pays_nothing_above_the_ceiling(
    bill: Decimal, wage: Decimal, share: Decimal
) -> None:
    got = ask("medical.pool_1998", bill=bill, local_annual_avg_wage=wage, pool_share=share)
    assert got["pool_pays"] + got["person_pays"] == bill
    assert 0 <= got["eligible"] <= got["ceiling"] - got["deductible"]


@quick
@given(wages, rates, rates, rates)
def test_account_and_pool_are_the_contributions(
    w: Decimal, unit: Decimal, own: Decimal, share: Decimal
) -> None:
    got = ask(
        "medical.pilot_funding", own_monthly_wage=w, unit_rate=unit, own_rate=own, unit_to_account=share
    )
    assert got["account"] + got["pool"] == got["unit"] + got["own"]


@quick
@given(wages, wages, st.sampled_from([None, "part", "most", "full"]))
def test_a_worse_grade_never_means_less_money(own: Decimal, avg: Decimal, care: str | None) -> None:
    grades = [
        ask("injury.disability", grade=grade, own_monthly_wage=own, avg_monthly_wage=avg, care=care)
        for grade in range(1, 11)
    ]
    for worse, better in pairwise(grades):
        assert worse["lump_sum"] >= better["lump_sum"]
        assert worse.get("monthly_allowance", 0) >= better.get("monthly_allowance", 0)
    assert ["monthly_allowance" in grade for grade in grades] == [True] * 6 + [False] * 4
    assert all(("care_monthly" in grade) == (care is not None) for grade in grades)


dependants = st.lists(st.tuples(st.sampled_from(["spouse", "child", "parent"]), st.booleans()), max_size=8)


@quick
@given(wages, wages, dependants)
def test_dependants_together_never_get_more_than_own_wage(avg: Decimal, own: Decimal, who: list[Any]) -> None:
    got = ask(
        "injury.death", avg_monthly_wage=avg, compensation_months=48, own_monthly_wage=own, dependants=who
    )
    assert got["monthly_total"] == sum(got["dependants_paid"], Decimal(0))
    whole = sum(got["dependants_before_cap"], Decimal(0))
    assert got["monthly_total"] == min(whole, own)
    assert got["capped"] == (whole > own)
    orphan = ask("injury.orphan", avg_monthly_wage=avg, own_monthly_wage=own, dependants=who)
    assert orphan["monthly"] == got["monthly_total"]
    half = ask("injury.death_on_allowance", avg_monthly_wage=avg, compensation_months=48)["compensation"]
    assert abs(2 * half - got["compensation"]) <= Decimal("0.01")


@quick
@given(wages, st.booleans(), st.integers(1, 10))
def test_a_harder_birth_or_one_more_child_never_means_less(
    w: Decimal, difficult: bool, children: int
) -> None:
    def days(hard: bool, born: int) -> dict[str, Any]:
        return ask(
            "maternity.allowance",
            unit_prev_year_avg_monthly_wage=w,
            difficult=hard,
            children=born,
            miscarriage_months=None,
            miscarriage_days=None,
        )

    got = days(difficult, children)
    assert got["days"] == 90 + 15 * difficult + 15 * (children - 1)
    assert days(True, children)["allowance"] >= got["allowance"]
    same = ask("maternity.allowance_days", unit_prev_year_avg_monthly_wage=w, days=got["days"])
    assert same["allowance"] == got["allowance"]


@quick
@given(fen, st.dates(date(1992, 1, 1), date(1997, 12, 31)), st.integers(-60, 800), st.integers(0, 400))
def test_a_late_fee_grows_by_the_day_and_is_never_below_zero(
    p: Decimal, due: date, late: int, more: int
) -> None:
    got = ask("collection.late_fee", principal=p, due=due, paid=due + timedelta(days=late))
    assert got["days"] == max(late, 0)
    assert got["late_fee"] >= 0
    later = ask("collection.late_fee", principal=p, due=due, paid=due + timedelta(days=late + more))
    assert later["late_fee"] >= got["late_fee"]


@quick
@given(fen, st.integers(0, 200), st.integers(0, 200), fen, fen)
def test_two_steps_never_cost_more_than_paying_all_at_the_end(
    p: Decimal, a: int, b: int, x: Decimal, y: Decimal
) -> None:
    due = date(1996, 1, 15)
    first, last = due + timedelta(days=a), due + timedelta(days=a + b)
    got = ask(
        "collection.late_fee_steps", principal=p, due=due, payments=[[first, x], [last, y]], daily="0.002"
    )
    whole = ask("collection.late_fee", principal=p, due=due, paid=last, daily="0.002")["late_fee"]
    assert got["fee_first"] + got["fee_second"] == got["total"] <= whole + Decimal("0.01")


@quick
@given(fen, st.lists(st.tuples(st.text(max_size=10), fen), max_size=12))
def test_an_allocation_conserves_the_money(amount: Decimal, items: list[tuple[str, Decimal]]) -> None:
    got = ask("collection.allocate", amount=amount, open_items=items)
    assert sum(part for _label, part in got["applied"]) + got["unallocated_to_suspense"] == amount
    assert [label for label, _part in got["applied"]] == [label for label, _owed in items]
    seen_short = False
    for (_label, part), (_same, owed) in zip(got["applied"], items, strict=True):
        assert 0 <= part <= owed
        assert not (seen_short and part > 0), "a later item got money before an earlier one was settled"
        seen_short = seen_short or part < owed
    assert not seen_short or got["unallocated_to_suspense"] == 0


@quick
@given(fen, fen, fen, fen, fen, fen)
def test_a_bankruptcy_gives_out_no_more_than_there_is(
    assets: Decimal, costs: Decimal, w: Decimal, a: Decimal, r: Decimal, tax: Decimal
) -> None:
    assume(w + a + r > 0)
    claims = {"wages": w, "social_insurance_arrears": a, "retiree_reserve": r}
    got = ask("collection.bankruptcy", assets=assets, bankruptcy_costs=costs, rank1=claims, rank2_tax=tax)
    paid = [got[name] for name in claims]
    assert sum(paid) == min(got["distributable"], w + a + r)
    assert sum(paid) + got["rank2_tax"] <= got["distributable"]
    assert got["rank2_tax"] == min(tax, got["distributable"] - sum(paid))


plans = st.dictionaries(st.integers(220100, 222426).map(str), fen, max_size=52)


@quick
@given(fen, plans)
def test_a_redistribution_gives_out_what_there_is_and_no_more(
    available: Decimal, planned: dict[str, Decimal]
) -> None:
    got = ask("pooling.redistribute", available=available, planned=planned)
    total = sum(planned.values(), Decimal(0))
    assert got["sum"] == sum(got["allocation"].values(), Decimal(0)) == min(available, total)
    assert set(got["allocation"]) == set(planned)
    if available >= total:
        assert got["allocation"] == planned
    else:
        slack = Decimal("0.01") * len(planned)
        for code, part in got["allocation"].items():
            assert part <= planned[code] + slack


@quick
@given(fen, fen, fen, rates, rates, rates, rates, rates, rates)
def test_a_county_plan_adds_up(
    w: Decimal, r: Decimal, p: Decimal, u: Decimal, i: Decimal, c: Decimal, m: Decimal, a: Decimal, s: Decimal
) -> None:
    got = ask(
        "pooling.county_plan",
        wages=w,
        retiree_cost=r,
        planned_pension_payments=p,
        unit_rate=u,
        individual_rate=i,
        collection_rate=c,
        management_fee_rate=m,
        accumulation_rate=a,
        province_share_of_accumulation=s,
    )
    assert got["due_unit"] + got["due_individual"] == got["due_total"]
    assert got["accumulation_to_province"] + got["accumulation_kept"] == got["accumulation"]
    assert got["balance"] == got["planned_collection"] - p - got["management_fee"] - got["accumulation"]
    assert got["net_remit_up"] == got["planned_remit_up"] - got["planned_allocation_down"]
    assert got["net_remit_up"] == got["balance"] + got["accumulation_to_province"]
    assert (got["type"] == "remitting") == (got["balance"] > 0)
    assert (got["type"] == "benefiting") == (got["balance"] < 0)


@quick
@given(fen, fen, fen)
def test_net_and_gross_settlement_tell_the_same(unit: Decimal, own: Decimal, pensions: Decimal) -> None:
    net = ask(
        "pooling.differential_settlement", due_unit=unit, due_individual=own, pensions_via_unit=pensions
    )
    gross = ask("pooling.full_settlement", due_unit=unit, due_individual=own, pensions=pensions)
    assert net["net"] == gross["unit_pays"] - gross["agency_pays_retirees"]
    assert (net["direction"] == "nil") == (net["net"] == 0)


signed = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 100)


@quick
@given(signed, st.dictionaries(st.text(max_size=8), signed), st.dictionaries(st.text(max_size=8), signed))
def test_a_year_end_balances(
    opening: Decimal, income: dict[str, Decimal], expense: dict[str, Decimal]
) -> None:
    got = ask("ledger.year_end", opening_fund=opening, income=income, expense=expense)
    assert got["closing_fund"] == opening + sum(income.values(), Decimal(0)) - sum(
        expense.values(), Decimal(0)
    )
    assert got["surplus"] == got["total_income"] - got["total_expense"]


@quick
@given(st.integers(-(10**9), 10**9), st.sampled_from(["FEN_HALF_UP", "JIAO_UP", "YUAN_UP", "YUAN_HALF_UP"]))
def test_rounding_stays_within_its_step_and_is_done_once(thousandths: int, mode: str) -> None:
    value = Decimal(thousandths) / 1000
    got = ask("policy.round", value=value, mode=mode)["rounded"]
    step = {"FEN_HALF_UP": "0.005", "JIAO_UP": "0.1", "YUAN_UP": "1", "YUAN_HALF_UP": "0.5"}[mode]
    assert abs(got - value) <= Decimal(step)
    assert ask("policy.round", value=got, mode=mode)["rounded"] == got
    assert ask("policy.round", value=-value, mode=mode)["rounded"] == -got


@quick
@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8), st.integers(0, 7))
def test_an_organisation_code_notices_one_wrong_character(body: str, place: int) -> None:
    got = ask("enrollment.organisation_code", body=body)
    assert got["code"] == f"{body}-{got['check']}"
    other = "0" if body[place] != "0" else "1"
    changed = ask("enrollment.organisation_code", body=body[:place] + other + body[place + 1 :])
    weights, characters = (3, 7, 9, 10, 5, 8, 4, 2), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    change = (characters.index(body[place]) - characters.index(other)) * weights[place]
    assert (changed["check"] == got["check"]) == (change % 11 == 0)


@quick
@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(1, 995))
def test_a_number_of_15_and_its_18_are_one_person(birth: date, sequence: int) -> None:
    number = f"220104{birth:%y%m%d}{sequence:03d}"
    got = ask("enrollment.identity_number", id15=number)
    assert got["birth"] == birth.isoformat()
    assert got["sex"] == ("M" if sequence % 2 else "F")
    assert got["id18"][:6] + got["id18"][8:17] == number
    assert ask("enrollment.identity_valid", ids=[number, got["id18"]])["valid"] == [True, True]
    wrong = got["id18"][:17] + ("0" if got["id18"][17] != "0" else "1")
    assert ask("enrollment.identity_valid", ids=[wrong])["valid"] == [False]


@pytest.mark.parametrize("wage", ["0.005", "0.015", "0.025", "1.005", "2.675", "10.135"])
def test_half_a_fen_goes_up_however_binary_numbers_see_it(wage: str) -> None:
    got = ask("policy.round", value=wage, mode="FEN_HALF_UP")["rounded"]
    assert got == Decimal(wage) + Decimal("0.005")
