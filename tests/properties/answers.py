"""Facts that a rule refuses, warns of or rounds as the office does, and what it must say of them; by hand from the law.

The first of a row is the calculator, the second what is changed in the facts of its first worked example.
"""

from __future__ import annotations

from datetime import date
from typing import Any

Facts = dict[str, Any]


def _outside(given: object, lowest: object, highest: object) -> Facts:
    return {"given": given, "lowest": lowest, "highest": highest}


# field and value that the refusal names
WRONG: list[tuple[str, Facts, str, str]] = [
    (
        "collection.late_fee_steps",
        {"payments": [["1996-03-02", "10"], ["1996-03-01", "20"]]},
        "payments[2][1]",
        "1996-03-01",
    ),
    ("enrollment.identity_number", {"id15": "220104490231001"}, "id15", "220104490231001"),
    ("pension.account_year_level", {"months": "7-6"}, "months", "7-6"),
    (
        "pension.inheritance_after_retirement",
        {"own_at_retirement": "100.01", "total_at_retirement": "100"},
        "own_at_retirement",
        "100.01",
    ),
    (
        "pension.benefit_1997",
        {"avg_index": None, "pre_account_years": "5", "coefficient": "0.012"},
        "avg_index",
        "None",
    ),
    (
        "pension.benefit_1997",
        {"avg_index": "1", "pre_account_years": None, "coefficient": None},
        "pre_account_years",
        "None",
    ),
    (
        "pension.benefit_1997",
        {"avg_index": "1", "pre_account_years": "5", "coefficient": None},
        "coefficient",
        "None",
    ),
    (
        "pension.contribution_base",
        {"cap_multiple": "0.60", "floor_multiple": "0.61"},
        "floor_multiple",
        "0.61",
    ),
    ("pension.self_employed", {"rate": "0.18", "account": "0.181"}, "account", "0.181"),
    (
        "pension.collective_contribution",
        {"tiers": [["0.1", "0.15"], ["0.3", "0.18"], ["0.3", "0.20"], ["99", "0.215"]]},
        "tiers[3]",
        "0.3",
    ),
    (
        "pension.collective_contribution",
        {"tiers": [["0.1", "0.15"], ["0.3", "0.18"], ["0.2", "0.20"], ["0.1", "0.215"]]},
        "tiers[3]",
        "0.2",
    ),
    ("pension.collective_contribution", {"tiers": [["0.2", "0.15"], ["0.1", "0.2"]]}, "tiers[2]", "0.1"),
    ("pension.collective_contribution", {"tiers": []}, "tiers", "[]"),
    (
        "pension.regime",
        {"plan1_from": "1995-07-01", "unified_from": "1995-06-30"},
        "unified_from",
        "1995-06-30",
    ),
    ("pension.retirement_age", {"birth": "9990-01-01"}, "birth", "9990-01-01"),
    ("pension.retirement_age", {"birth": "1880-01-01"}, "birth", "1880-01-01"),
    ("maternity.allowance", {"miscarriage_months": None, "miscarriage_days": 15}, "miscarriage_days", "15"),
    ("medical.serious_illness", {"bands": [[None, "0.7"], [None, "0.9"]]}, "bands[1][1]", "None"),
    (
        "medical.serious_illness",
        {"bands": [["2000", "0.7"], [None, "0.8"], ["9000", "0.9"]]},
        "bands[2][1]",
        "None",
    ),
    (
        "medical.serious_illness",
        {"bands": [["2000", "0.7"], ["2000", "0.8"], [None, "0.9"]]},
        "bands[2][1]",
        "2000",
    ),
    (
        "medical.serious_illness",
        {"bands": [["2000", "0.7"], ["5000", "0.8"], ["4000", "0.9"]]},
        "bands[3][1]",
        "4000",
    ),
]

# what decided that the rule does not apply
NOT_APPLICABLE: list[tuple[str, Facts, Facts]] = [
    ("pension.benefit_1978", {"service_years": "9.9", "revolution_period": None}, {"years": "9.9"}),
    (
        "pension.retired_cadre",
        {"joined": "1949-10-01"},
        {"joined": date(1949, 10, 1), "last": date(1949, 9, 30)},
    ),
    ("pension.lump_sum_1995", {"contribution_years": "15"}, {"years": "15", "minimum": "15"}),
    ("pension.lump_sum_1997", {"contribution_years": "20.5"}, {"years": "20.5", "minimum": "15"}),
    (
        "pension.collective_contribution",
        {"wages": "300", "retiree_cost": "100", "tiers": [["0.1", "0.15"], ["0.3", "0.18"]]},
        {"burden": "0.3333…"},
    ),
    ("unemployment.benefit_1986_long", {"service_years": "4.99"}, {"years": "4.99", "least": "5"}),
    ("unemployment.benefit_1986_short", {"service_years": "5"}, {"years": "5", "least": "5"}),
    ("unemployment.benefit_1986_short", {"service_years": "7.5"}, {"years": "7.5", "least": "5"}),
]

# what would divide by 0
ZEROS: list[tuple[str, Facts]] = [
    ("collection.collection_rate", {"due": "0"}),
    (
        "collection.bankruptcy",
        {"rank1": {"wages": "0", "social_insurance_arrears": "0", "retiree_reserve": "0"}},
    ),
    ("pension.inheritance_after_retirement", {"own_at_retirement": "0", "total_at_retirement": "0"}),
    ("pension.benefit_1995_projected", {"account_years": "0"}),
    ("pension.average_index", {"years": []}),
    ("pension.average_index", {"years": [{"own_annual_base": "1", "prev_year_avg_wage": "0"}]}),
    ("pension.contribution_base", {"months_worked": 0}),
    ("pension.account_credit", {"base": "0"}),
    ("pension.collective_contribution", {"wages": "0"}),
    ("pension.adjustment", {"avg_wage_before": "0"}),
    ("pooling.remittance_rate", {"planned": "0"}),
]

# what the warning tells; None: no warning
WARNED: list[tuple[str, Facts, Facts | None]] = [
    ("unemployment.contribution", {"rate": "0.01"}, None),
    ("unemployment.contribution", {"rate": "0.006"}, None),
    ("unemployment.contribution", {"rate": "0.0101"}, {"given": "0.0101", "highest": "0.01"}),
    ("maternity.contribution", {"rate": "0.01"}, None),
    ("maternity.contribution", {"rate": "0.008"}, None),
    ("maternity.contribution", {"rate": "0.0101"}, {"given": "0.0101", "highest": "0.01"}),
    ("maternity.allowance", {"miscarriage_months": 3, "miscarriage_days": 15}, None),
    ("maternity.allowance", {"miscarriage_months": 3, "miscarriage_days": 20}, None),
    ("maternity.allowance", {"miscarriage_months": 3, "miscarriage_days": 30}, None),
    ("maternity.allowance", {"miscarriage_months": 3, "miscarriage_days": 14}, _outside(14, 15, 30)),
    ("maternity.allowance", {"miscarriage_months": 3, "miscarriage_days": 31}, _outside(31, 15, 30)),
    ("pension.benefit_1995_indexed", {"coefficient": "0.01"}, None),
    ("pension.benefit_1995_indexed", {"coefficient": "0.012"}, None),
    ("pension.benefit_1995_indexed", {"coefficient": "0.014"}, None),
    ("pension.benefit_1995_indexed", {"coefficient": "0.0099"}, _outside("0.0099", "0.01", "0.014")),
    ("pension.benefit_1995_indexed", {"coefficient": "0.0141"}, _outside("0.0141", "0.01", "0.014")),
    ("pension.adjustment", {"ratio": "0.4"}, None),
    ("pension.adjustment", {"ratio": "0.5"}, None),
    ("pension.adjustment_flat", {"ratio": "0.6"}, None),
    ("pension.adjustment", {"ratio": "0.39"}, _outside("0.39", "0.4", "0.6")),
    ("pension.adjustment_flat", {"ratio": "0.61"}, _outside("0.61", "0.4", "0.6")),
    ("injury.contribution", {"floating": "0"}, None),
    ("injury.contribution", {"floating": "0.05"}, None),
    ("injury.contribution", {"floating": "-0.2"}, None),
    ("injury.contribution", {"floating": "-0.4"}, None),
    ("injury.contribution", {"floating": "0.04"}, _outside("0.04", "0.05", "0.4")),
    ("injury.contribution", {"floating": "-0.41"}, _outside("-0.41", "0.05", "0.4")),
    ("injury.contribution", {"floating": "1"}, _outside("1", "0.05", "0.4")),
    ("injury.contribution", {"floating": "-1"}, _outside("-1", "0.05", "0.4")),
    ("injury.death", {"compensation_months": 48}, None),
    ("injury.death", {"compensation_months": 54}, None),
    ("injury.death", {"compensation_months": 60}, None),
    ("injury.death_on_allowance", {"compensation_months": 47}, _outside(47, 48, 60)),
    ("injury.death", {"compensation_months": 61}, _outside(61, 48, 60)),
    ("injury.leave_pay", {"months_off": 24}, None),
    ("injury.leave_pay", {"months_off": 36}, None),
    ("injury.leave_pay", {"months_off": 37}, {"given": 37, "longest": 36}),
]

# the least and the most that an input takes
COUNTS: list[tuple[str, str, int, int]] = [
    ("unemployment.months_again_1999", "unused_months", 0, 1200),
    ("injury.disability", "grade", 1, 10),
    ("injury.death", "compensation_months", 0, 1200),
    ("injury.death_on_allowance", "compensation_months", 0, 1200),
    ("injury.leave_pay", "months_off", 0, 1200),
    ("maternity.allowance", "children", 0, 10),
    ("maternity.allowance", "miscarriage_months", 0, 10),
    ("maternity.allowance_days", "days", 0, 366),
    ("pension.contribution_base", "months_worked", 1, 12),
    ("pension.retiree_account_year", "months_paid", 0, 12),
    ("pension.death_grant", "dependants", 0, 100),
    ("pension.retiree_reserve", "months", 0, 1200),
    ("pension.retiree_reserve_by_age", "terminal_age", 0, 150),
    ("pension.retiree_reserve_by_age", "min_months", 0, 1200),
    ("pooling.audit_finding", "months", 0, 1200),
]

# what comes out where an office pays whole yuan, rounded up
BY_THE_OFFICE: list[tuple[str, Facts, Facts]] = [
    (
        "pension.benefit_1978",
        {
            "standard_wage": "100.10",
            "service_years": "15",
            "special_contribution_add": "0",
            "subsidies": ["17.00"],
            "revolution_period": None,
            "minimum": "25",
        },
        {"base_pension": "71", "subsidies": "17", "monthly_total": "88"},
    ),
    ("pension.resignation_allowance", {"standard_wage": "60.10"}, {"monthly": "25"}),
    (
        "pension.retired_cadre",
        {"original_wage": "100.50", "joined": "1945-01-01"},
        {"monthly": "101", "annual_living_subsidy": "100.50"},
    ),
    ("pension.benefit_1995_new", {"account_balance": "12012"}, {"monthly": "101"}),
    (
        "pension.benefit_1995_projected",
        {"balance": "12012", "account_years": "10", "deemed_years": "0", "coefficient": "1"},
        {"projected_balance": "12012", "monthly": "101"},
    ),
    (
        "pension.benefit_1995_indexed",
        {
            "balance": "12012",
            "local_avg_monthly_wage": "500",
            "avg_index": "1",
            "pre_account_years": "10",
            "coefficient": "0.0121",
        },
        {"account_pension": "101", "transitional": "61", "monthly": "162"},
    ),
    (
        "pension.benefit_1997",
        {
            "provincial_avg_monthly_wage": "500.50",
            "balance": "12012",
            "avg_index": None,
            "pre_account_years": None,
            "coefficient": None,
        },
        {"base_pension": "101", "account_pension": "101", "monthly": "202"},
    ),
    (
        "pension.adjustment",
        {"pension": "100", "ratio": "0.5", "avg_wage_before": "1000", "avg_wage_after": "1002"},
        {"new_pension": "101"},
    ),
    (
        "unemployment.benefit_1993",
        {"social_relief": "100.10", "pct_list": ["1.20", "1.50"]},
        {"benefits": ["121", "151"]},
    ),
    (
        "unemployment.benefit_1986_long",
        {"standard_wage": "100.10", "service_years": "6", "pct_first": "0.60", "pct_second": "0.50"},
        {"month_1_12": "61", "month_13_24": "51", "total_24": "1344"},
    ),
    (
        "unemployment.benefit_1986_short",
        {"standard_wage": "100.10", "service_years": "3", "pct": "0.60"},
        {"monthly": "61"},
    ),
    (
        "injury.disability",
        {"grade": 1, "own_monthly_wage": "100.10", "avg_monthly_wage": "200.10", "care": "full"},
        {"lump_sum": "2402.40", "monthly_allowance": "91", "care_monthly": "101"},
    ),
    (
        "injury.death",
        {
            "avg_monthly_wage": "100.10",
            "compensation_months": 48,
            "own_monthly_wage": "500",
            "dependants": [["spouse", False]],
        },
        {"funeral": "600.60", "dependants_before_cap": ["41"], "monthly_total": "41"},
    ),
    (
        "injury.leave_pay",
        {"last_12_month_wages": "1201.20", "months_off": 2},
        {"monthly": "101", "total": "202"},
    ),
    ("injury.wage_drop", {"old_wage": "300.10", "new_wage": "200", "pct": "0.90"}, {"monthly": "91"}),
    (
        "maternity.allowance_days",
        {"unit_prev_year_avg_monthly_wage": "100.10", "days": 30},
        {"allowance": "101"},
    ),
]
