"""The rules of provincial pooling (POOL), as calculators."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import refuse_division_by_zero
from jilin_si.policy.kinds import Choice, Count, MapOf, Number, Rate, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import add_terms
from jilin_si.policy.trace import Trace

add_terms(
    {
        "planned_pension_payments": _("Planned pension payments"),
        "collection_rate": _("Planned collection rate"),
        "management_fee_rate": _("Rate of the management fee"),
        "accumulation_rate": _("Rate of the reserve"),
        "province_share_of_accumulation": _("Province's share of the reserve"),
        "due_total": _("Due in all"),
        "planned_collection": _("Planned collection"),
        "management_fee": _("Management fee"),
        "accumulation": _("Transfer to the reserve"),
        "accumulation_to_province": _("Reserve, to the province"),
        "accumulation_kept": _("Reserve, kept"),
        "type": _("Kind of county"),
        "planned_remit_up": _("Planned remittance"),
        "planned_allocation_down": _("Planned redistribution"),
        "net_remit_up": _("Net remittance"),
        "planned": _("Planned"),
        "planned_total": _("Planned in all"),
        "remitted": _("Remitted"),
        "arrears": _("Arrears"),
        "available": _("Available"),
        "allocation": _("Redistribution"),
        "pensions_via_unit": _("Pensions paid by the unit"),
        "pensions": _("Pensions"),
        "gross_due": _("Due, gross"),
        "gross_payable": _("Payable, gross"),
        "net": _("Net"),
        "direction": _("Who pays"),
        "unit_pays": _("The unit pays"),
        "agency_pays_retirees": _("The agency pays the retirees"),
        "delta_wages": _("Change of wages"),
        "delta_retiree_cost": _("Change of retiree cost"),
        "individual_contribution": _("Individual contribution"),
        "payments_avoided": _("Payments avoided"),
        "total_without_individual": _("Total without the individual part"),
        "total_with_individual": _("Total with the individual part"),
        "reported_monthly_wages": _("Wages a month, reported"),
        "audited_monthly_wages": _("Wages a month, audited"),
        "reported_monthly_retiree_cost": _("Retiree cost a month, reported"),
        "audited_monthly_retiree_cost": _("Retiree cost a month, audited"),
        "monthly_unit_diff": _("Employer contribution short a month"),
        "unit_diff_total": _("Employer contribution short in all"),
        "overpaid_pension_to_recover": _("Overpaid pensions to recover"),
    }
)

TYPES = ("remitting", "benefiting", "balanced")
DIRECTIONS = ("employer_pays", "agency_pays", "nil")


def _by_sign(value: Fraction, positive: str, negative: str, zero: str) -> str:
    return positive if value > 0 else negative if value < 0 else zero


@calculator(
    "pooling.county_plan",
    title=_("Yearly plan of a county"),
    rules=("POOL-3", "POOL-4", "POOL-5"),
    inputs={
        "wages": Yuan(),
        "retiree_cost": Yuan(),
        "planned_pension_payments": Yuan(),
        "unit_rate": Rate(),
        "individual_rate": Rate(),
        "collection_rate": Rate(),
        "management_fee_rate": Rate(),
        "accumulation_rate": Rate(),
        "province_share_of_accumulation": Rate(),
    },
    outputs={
        "due_unit": Yuan(),
        "due_individual": Yuan(),
        "due_total": Yuan(),
        "planned_collection": Yuan(),
        "management_fee": Yuan(),
        "accumulation": Yuan(),
        "accumulation_to_province": Yuan(),
        "accumulation_kept": Yuan(),
        "balance": Yuan(signed=True),
        "type": Choice(*TYPES),
        "planned_remit_up": Yuan(),
        "planned_allocation_down": Yuan(),
        "net_remit_up": Yuan(signed=True),
    },
)
def county_plan(
    policy: Policy,
    trace: Trace,
    *,
    wages: Fraction,
    retiree_cost: Fraction,
    planned_pension_payments: Fraction,
    unit_rate: Fraction,
    individual_rate: Fraction,
    collection_rate: Fraction,
    management_fee_rate: Fraction,
    accumulation_rate: Fraction,
    province_share_of_accumulation: Fraction,
) -> Outputs:
    """What a county collects, keeps, remits and receives in a year, each step from the rounded one before (POOL-3).

    A balance above 0 is remitted, one below 0 allocated down; the province's share of the reserve goes up either way.
    """
    yuan = trace.yuan
    due_unit = yuan("due_unit", "unit_rate × (wages + retiree_cost)", unit_rate * (wages + retiree_cost))
    due_individual = yuan("due_individual", "individual_rate × wages", individual_rate * wages)
    due_total = yuan("due_total", "due_unit + due_individual", due_unit + due_individual)
    collection = yuan("planned_collection", "due_total × collection_rate", due_total * collection_rate)
    fee = yuan("management_fee", "planned_collection × management_fee_rate", collection * management_fee_rate)
    reserve = yuan("accumulation", "planned_collection × accumulation_rate", collection * accumulation_rate)
    to_province = yuan(
        "accumulation_to_province",
        "accumulation × province_share_of_accumulation",
        reserve * province_share_of_accumulation,
        rule="POOL-5",
    )
    kept = yuan(
        "accumulation_kept", "accumulation − accumulation_to_province", reserve - to_province, rule="POOL-5"
    )
    balance = yuan(
        "balance",
        "planned_collection − planned_pension_payments − management_fee − accumulation",
        collection - planned_pension_payments - fee - reserve,
    )
    kind = trace.find("type", "balance", _by_sign(balance, *TYPES), rule="POOL-4")
    up = yuan(
        "planned_remit_up",
        "max(balance, 0) + accumulation_to_province",
        max(balance, Fraction(0)) + to_province,
        rule="POOL-4",
    )
    down = yuan("planned_allocation_down", "max(−balance, 0)", max(-balance, Fraction(0)), rule="POOL-4")
    net = yuan("net_remit_up", "planned_remit_up − planned_allocation_down", up - down, rule="POOL-4")
    return {
        "due_unit": due_unit,
        "due_individual": due_individual,
        "due_total": due_total,
        "planned_collection": collection,
        "management_fee": fee,
        "accumulation": reserve,
        "accumulation_to_province": to_province,
        "accumulation_kept": kept,
        "balance": balance,
        "type": kind,
        "planned_remit_up": up,
        "planned_allocation_down": down,
        "net_remit_up": net,
    }


@calculator(
    "pooling.remittance_rate",
    title=_("Remittance rate"),
    rules=("POOL-6",),
    inputs={"planned": Yuan(), "remitted": Yuan()},
    outputs={"rate_pct": Number(places=1), "arrears": Yuan(signed=True)},
)
def remittance_rate(policy: Policy, trace: Trace, *, planned: Fraction, remitted: Fraction) -> Outputs:
    """上解率: what was remitted over what was planned, in percent (POOL-6)."""
    if planned == 0:
        raise refuse_division_by_zero(_("the planned remittance"))
    rate = trace.ratio("rate_pct", "remitted ÷ planned × 100", remitted / planned * 100, places=1)
    return {"rate_pct": rate, "arrears": trace.yuan("arrears", "planned − remitted", planned - remitted)}


@calculator(
    "pooling.redistribute",
    title=_("Redistribution to counties"),
    rules=("POOL-7",),
    inputs={
        "available": Yuan(),
        "planned": MapOf(Yuan(), allowed=_("an object of county codes and amounts")),
    },
    outputs={"ratio": Number(places=6), "allocation": MapOf(Yuan(signed=True)), "sum": Yuan()},
)
def redistribute(
    policy: Policy, trace: Trace, *, available: Fraction, planned: dict[str, Fraction]
) -> Outputs:
    """下拨: each county its plan where the money suffices, else pro rata; the last by code takes the rest (POOL-7)."""
    codes = sorted(planned)
    total = sum(planned.values(), Fraction(0))
    for place, code in enumerate(codes, 1):
        trace.let(f"planned[{place}]", planned[code])
    trace.yuan("planned_total", _sum_of("planned", len(codes)), total)
    enough = available >= total
    if enough:
        ratio = trace.ratio("ratio", "1", Fraction(1), places=6)
    else:
        ratio = trace.ratio("ratio", "available ÷ planned_total", available / total, places=6)
    shares: dict[str, Fraction] = {}
    for place, code in enumerate(codes, 1):
        if enough:
            formula, share = f"planned[{place}]", planned[code]
        elif place < len(codes):
            formula, share = (
                f"planned[{place}] × available ÷ planned_total",
                planned[code] * available / total,
            )
        else:
            formula = " − ".join(["available", *(f"allocation[{n}]" for n in range(1, place))])
            share = available - sum(shares.values(), Fraction(0))
        shares[code] = trace.yuan(f"allocation[{place}]", formula, share, detail=code)
    whole = trace.yuan("sum", _sum_of("allocation", len(codes)), sum(shares.values(), Fraction(0)))
    return {"ratio": ratio, "allocation": shares, "sum": whole}


def _sum_of(symbol: str, count: int) -> str:
    return " + ".join(f"{symbol}[{place}]" for place in range(1, count + 1)) or "0"


@calculator(
    "pooling.differential_settlement",
    title=_("Net settlement with a unit"),
    rules=("POOL-8",),
    inputs={"due_unit": Yuan(), "due_individual": Yuan(), "pensions_via_unit": Yuan()},
    outputs={
        "gross_due": Yuan(),
        "gross_payable": Yuan(),
        "net": Yuan(signed=True),
        "direction": Choice(*DIRECTIONS),
    },
)
def differential_settlement(
    policy: Policy, trace: Trace, *, due_unit: Fraction, due_individual: Fraction, pensions_via_unit: Fraction
) -> Outputs:
    """差额缴拨: the unit pays what it owes less the pensions it paid out; below 0 the agency pays it (POOL-8)."""
    due = trace.yuan("gross_due", "due_unit + due_individual", due_unit + due_individual)
    payable = trace.yuan("gross_payable", "pensions_via_unit", pensions_via_unit)
    net = trace.yuan("net", "gross_due − gross_payable", due - payable)
    direction = trace.find("direction", "net", _by_sign(net, *DIRECTIONS))
    return {"gross_due": due, "gross_payable": payable, "net": net, "direction": direction}


@calculator(
    "pooling.full_settlement",
    title=_("Gross settlement with a unit"),
    rules=("POOL-8",),
    inputs={"due_unit": Yuan(), "due_individual": Yuan(), "pensions": Yuan()},
    outputs={"unit_pays": Yuan(), "agency_pays_retirees": Yuan()},
)
def full_settlement(
    policy: Policy, trace: Trace, *, due_unit: Fraction, due_individual: Fraction, pensions: Fraction
) -> Outputs:
    """全额缴拨: the unit pays all it owes, the agency pays all pensions (POOL-8)."""
    return {
        "unit_pays": trace.yuan("unit_pays", "due_unit + due_individual", due_unit + due_individual),
        "agency_pays_retirees": trace.yuan("agency_pays_retirees", "pensions", pensions),
    }


@calculator(
    "pooling.base_audit_effect",
    title=_("Effect of a base audit on the fund"),
    rules=("POOL-9",),
    inputs={
        "delta_wages": Yuan(signed=True),
        "delta_retiree_cost": Yuan(signed=True),
        "unit_rate": Rate(),
        "individual_rate": Rate(),
    },
    outputs={
        "unit_contribution": Yuan(signed=True),
        "individual_contribution": Yuan(signed=True),
        "payments_avoided": Yuan(signed=True),
        "total_without_individual": Yuan(signed=True),
        "total_with_individual": Yuan(signed=True),
    },
)
def base_audit_effect(
    policy: Policy,
    trace: Trace,
    *,
    delta_wages: Fraction,
    delta_retiree_cost: Fraction,
    unit_rate: Fraction,
    individual_rate: Fraction,
) -> Outputs:
    """More wages bring contributions, less retiree cost brings fewer contributions and fewer payments (POOL-9)."""
    unit = trace.yuan(
        "unit_contribution",
        "unit_rate × (delta_wages + delta_retiree_cost)",
        unit_rate * (delta_wages + delta_retiree_cost),
    )
    individual = trace.yuan(
        "individual_contribution", "individual_rate × delta_wages", individual_rate * delta_wages
    )
    avoided = trace.yuan("payments_avoided", "−delta_retiree_cost", -delta_retiree_cost)
    without = trace.yuan("total_without_individual", "unit_contribution + payments_avoided", unit + avoided)
    with_own = trace.yuan(
        "total_with_individual", "total_without_individual + individual_contribution", without + individual
    )
    return {
        "unit_contribution": unit,
        "individual_contribution": individual,
        "payments_avoided": avoided,
        "total_without_individual": without,
        "total_with_individual": with_own,
    }


@calculator(
    "pooling.audit_finding",
    title=_("Finding of a base audit at one unit"),
    rules=("POOL-9",),
    inputs={
        "reported_monthly_wages": Yuan(),
        "audited_monthly_wages": Yuan(),
        "reported_monthly_retiree_cost": Yuan(),
        "audited_monthly_retiree_cost": Yuan(),
        "months": Count(0, 1200),
        "unit_rate": Rate(),
    },
    outputs={
        "monthly_unit_diff": Yuan(signed=True),
        "unit_diff_total": Yuan(signed=True),
        "overpaid_pension_to_recover": Yuan(signed=True),
    },
)
def audit_finding(
    policy: Policy,
    trace: Trace,
    *,
    reported_monthly_wages: Fraction,
    audited_monthly_wages: Fraction,
    reported_monthly_retiree_cost: Fraction,
    audited_monthly_retiree_cost: Fraction,
    months: int,
    unit_rate: Fraction,
) -> Outputs:
    """The rate on what the audited sum exceeds the reported one; over-reported retiree cost is recovered (POOL-9)."""
    short = (audited_monthly_wages + audited_monthly_retiree_cost) - (
        reported_monthly_wages + reported_monthly_retiree_cost
    )
    monthly = trace.yuan(
        "monthly_unit_diff",
        "unit_rate × (audited_monthly_wages + audited_monthly_retiree_cost"
        " − reported_monthly_wages − reported_monthly_retiree_cost)",
        unit_rate * short,
    )
    total = trace.yuan("unit_diff_total", "monthly_unit_diff × months", monthly * months)
    overpaid = trace.yuan(
        "overpaid_pension_to_recover",
        "(reported_monthly_retiree_cost − audited_monthly_retiree_cost) × months",
        (reported_monthly_retiree_cost - audited_monthly_retiree_cost) * months,
    )
    return {"monthly_unit_diff": monthly, "unit_diff_total": total, "overpaid_pension_to_recover": overpaid}
