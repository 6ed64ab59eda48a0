"""More wage, more years, more days, more dependants: where the rule says so, never less money or fewer months."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jilin_si.policy.calculators import get_calculator
from jilin_si.policy.kinds import Count, Kind, OrNull, Rate, Years
from tests.properties.answers import Facts
from tests.properties.asking import rates, wages, years
from tests.properties.test_answers import ask

MIDDLE = {"avg_index": "1.2", "pre_account_years": "10", "coefficient": "0.012"}
BANDS = {"deductible": "500", "bands": [["2000", "0.7"], ["5000", "0.8"], [None, "0.9"]]}
STAGES = {
    "account": "300",
    "annual_wage": "6000",
    "copay_rates": ["0.15", "0.1", "0.02"],
    "retiree_half": False,
}
LEVEL = {"opening": "1000.00", "months": "3-11", "book_rate": "0.0747"}

# calculator, what grows, what then does not shrink, and the facts that stay
MORE: list[tuple[str, str, tuple[str, ...], Facts]] = [
    ("collection.late_fee", "principal", ("late_fee",), {}),
    ("collection.provisional", "previous_month_due", ("provisional",), {}),
    ("collection.collection_rate", "collected", ("rate_pct",), {}),
    ("pension.unit_contribution", "retiree_cost", ("unit_contribution", "sum_of_two"), {}),
    ("pension.account_credit_1997", "base", ("own_part", "unit_part", "total"), {}),
    ("pension.account_year_level", "monthly_credit", ("closing", "interest_on_current"), LEVEL),
    ("pension.account_year_level", "opening", ("closing", "interest_on_opening"), LEVEL),
    ("pension.account_year_annual_method", "year_principal", ("closing",), {}),
    ("pension.self_employed", "local_avg_monthly_wage", ("due", "account"), {}),
    ("pension.contract_worker_1986", "standard_wage", ("individual",), {}),
    ("pension.minimum_service_1978", "service_years", ("eligible_monthly",), {}),
    ("pension.ten_year_rule", "service_years", ("eligible_monthly",), {}),
    ("pension.benefit_1978", "standard_wage", ("base_pension", "monthly_total"), {"service_years": "16"}),
    (
        "pension.benefit_1978",
        "special_contribution_add",
        ("percent", "monthly_total"),
        {"service_years": "16"},
    ),
    ("pension.resignation_allowance", "standard_wage", ("monthly",), {}),
    ("pension.retired_cadre", "original_wage", ("monthly", "annual_living_subsidy"), {}),
    ("pension.benefit_1995_new", "account_balance", ("monthly",), {}),
    ("pension.benefit_1995_projected", "balance", ("projected_balance", "monthly"), {}),
    ("pension.benefit_1995_projected", "deemed_years", ("multiplier", "monthly"), {}),
    ("pension.benefit_1995_indexed", "local_avg_monthly_wage", ("transitional", "monthly"), {}),
    ("pension.benefit_1995_indexed", "pre_account_years", ("transitional", "monthly"), {}),
    (
        "pension.benefit_1997",
        "provincial_avg_monthly_wage",
        ("base_pension", "transitional", "monthly"),
        MIDDLE,
    ),
    ("pension.benefit_1997", "balance", ("account_pension", "monthly"), MIDDLE),
    ("pension.benefit_1997", "pre_account_years", ("transitional", "monthly"), MIDDLE),
    ("pension.transition_guarantee", "old_standard_wage", ("old_monthly", "paid", "top_up"), {}),
    ("pension.adjustment", "pension", ("new_pension",), {}),
    ("pension.adjustment", "avg_wage_after", ("growth_pct", "adjust_pct", "new_pension"), {}),
    ("pension.death_grant", "own_monthly_wage", ("relief",), {}),
    ("pension.retiree_reserve", "months", ("reserve",), {}),
    ("unemployment.contribution", "wages", ("due",), {}),
    ("unemployment.contribution_1999", "wages", ("unit", "employee"), {}),
    ("unemployment.months_again_1999", "unused_months", ("months",), {}),
    ("unemployment.benefit_1986_long", "standard_wage", ("month_1_12", "month_13_24", "total_24"), {}),
    ("unemployment.benefit_1986_short", "standard_wage", ("monthly",), {}),
    ("medical.contribution", "wages", ("due",), {}),
    ("medical.serious_illness", "bill", ("fund_pays", "others_pay"), BANDS),
    (
        "medical.three_stages",
        "year_bill",
        ("account_pays", "self_pay", "person_total_cash", "pool_pays"),
        STAGES,
    ),
    ("medical.three_stages", "account", ("account_pays",), STAGES),
    ("medical.funding_1998", "wage", ("unit", "own", "account"), {}),
    ("medical.pool_1998", "bill", ("eligible", "pool_pays", "person_pays"), {}),
    ("injury.contribution", "wages", ("due",), {}),
    ("injury.disability", "own_monthly_wage", ("lump_sum", "monthly_allowance"), {"grade": 4}),
    ("injury.disability", "avg_monthly_wage", ("care_monthly",), {"care": "most"}),
    ("injury.death", "avg_monthly_wage", ("funeral", "compensation", "monthly_total"), {}),
    ("injury.death", "own_monthly_wage", ("monthly_total",), {}),
    ("injury.leave_pay", "months_off", ("total",), {}),
    ("injury.wage_drop", "old_wage", ("monthly",), {}),
    ("injury.pension_top_up", "allowance", ("injury_top_up",), {}),
    ("maternity.contribution", "wages", ("due",), {}),
    ("maternity.allowance_days", "days", ("allowance",), {}),
    ("maternity.allowance_days", "unit_prev_year_avg_monthly_wage", ("allowance",), {}),
    ("pooling.remittance_rate", "remitted", ("rate_pct",), {}),
]


def _values(kind: Kind) -> st.SearchStrategy[Any]:
    if isinstance(kind, OrNull):
        return _values(kind.kind)
    if isinstance(kind, Count):
        return st.integers(kind.minimum, kind.maximum)
    return years if isinstance(kind, Years) else rates if isinstance(kind, Rate) else wages


@pytest.mark.parametrize(("name", "field", "outputs", "facts"), MORE)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_more_never_means_less(
    name: str, field: str, outputs: tuple[str, ...], facts: Facts, data: st.DataObject
) -> None:
    values = _values(get_calculator(name).inputs[field])
    less, more = (ask(name, facts | {field: v}) for v in sorted((data.draw(values), data.draw(values))))
    for output in outputs:
        assert more[output] >= less[output]
