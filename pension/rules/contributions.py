"""Contributions to the pension fund and what of them goes to the account (PEN-2 to PEN-7, PEN-19, PEN-24)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import InputError, NotApplicable, refuse_division_by_zero
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import Count, Date, ListOf, Month, Multiple, Number, Period, Rate, Row, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.trace import Trace


def held_between(value: Fraction, floor: Fraction, cap: Fraction) -> Fraction:
    """A contribution base: the value, not under the floor and not over the cap (PEN-4)."""
    return min(max(value, floor), cap)


@calculator(
    "pension.unit_contribution",
    title=_("Employer's pension contribution of a month"),
    rules=("PEN-2", "PEN-3"),
    inputs={"month": Month(), "contribution_wages": Yuan(), "retiree_cost": Yuan()},
    outputs={"rate": Number(), "sum_of_two": Yuan(), "unit_contribution": Yuan()},
)
def unit_contribution(
    policy: Policy, trace: Trace, *, month: date, contribution_wages: Fraction, retiree_cost: Fraction
) -> Outputs:
    """The employer owes the month's rate on wages and retiree cost together (两项和), in yuan (PEN-2, PEN-3)."""
    rate = trace.use(policy.get("pension.unit_rate", month), "rate")
    sum_of_two = trace.yuan(
        "sum_of_two", "contribution_wages + retiree_cost", contribution_wages + retiree_cost, rule="GEN-4"
    )
    due = trace.yuan("unit_contribution", "rate × sum_of_two", rate * sum_of_two)
    return {"rate": rate, "sum_of_two": sum_of_two, "unit_contribution": due}


@calculator(
    "pension.back_assessment",
    title=_("Pension contribution assessed afterwards"),
    rules=("PEN-2", "COL-2"),
    inputs={"period": Period(), "paid_on": Date(), "contribution_wages": Yuan(), "retiree_cost": Yuan()},
    outputs={"rate": Number(), "unit_contribution": Yuan()},
)
def back_assessment(
    policy: Policy,
    trace: Trace,
    *,
    period: date,
    paid_on: date,
    contribution_wages: Fraction,
    retiree_cost: Fraction,
) -> Outputs:
    """An old month is assessed at the old month's rate; the day of payment changes nothing (PEN-2, COL-2, GEN-5)."""
    rate = trace.use(policy.get("pension.unit_rate", period), "rate")
    sum_of_two = trace.yuan(
        "sum_of_two", "contribution_wages + retiree_cost", contribution_wages + retiree_cost, rule="GEN-4"
    )
    return {
        "rate": rate,
        "unit_contribution": trace.yuan("unit_contribution", "rate × sum_of_two", rate * sum_of_two),
    }


@calculator(
    "pension.annual_instalments",
    title=_("A year's contribution in twelve instalments"),
    rules=("PEN-3",),
    inputs={"annual_wages": Yuan(), "annual_retiree_cost": Yuan(), "rate": Rate()},
    outputs={
        "annual_due": Yuan(),
        "months_1_to_11_each": Yuan(),
        "month_12": Yuan(signed=True),
        "total": Yuan(),
    },
)
def annual_instalments(
    policy: Policy, trace: Trace, *, annual_wages: Fraction, annual_retiree_cost: Fraction, rate: Fraction
) -> Outputs:
    """The year's due in twelve equal instalments; December takes the rest (PEN-3, GEN-2)."""
    due = trace.yuan(
        "annual_due",
        "rate × (annual_wages + annual_retiree_cost)",
        rate * (annual_wages + annual_retiree_cost),
    )
    each = trace.yuan("months_1_to_11_each", "annual_due ÷ 12", due / 12)
    last = trace.yuan("month_12", "annual_due − 11 × months_1_to_11_each", due - 11 * each, rule="GEN-2")
    total = trace.yuan("total", "11 × months_1_to_11_each + month_12", 11 * each + last)
    return {"annual_due": due, "months_1_to_11_each": each, "month_12": last, "total": total}


@calculator(
    "pension.contribution_base",
    title=_("Personal contribution base"),
    rules=("PEN-4", "GEN-7"),
    inputs={
        "last_year_wages": Yuan(),
        "months_worked": Count(0, 12),
        "local_avg_monthly_wage": Yuan(),
        "cap_multiple": Multiple(),
        "floor_multiple": Multiple(),
    },
    outputs={"own_avg": Yuan(), "floor": Yuan(), "cap": Yuan(), "base": Yuan()},
)
def contribution_base(
    policy: Policy,
    trace: Trace,
    *,
    last_year_wages: Fraction,
    months_worked: int,
    local_avg_monthly_wage: Fraction,
    cap_multiple: Fraction,
    floor_multiple: Fraction,
) -> Outputs:
    """Last year's average monthly wage, held between floor and cap, multiples of the local average (PEN-4, GEN-7)."""
    if months_worked == 0:
        raise refuse_division_by_zero(_("months worked"))
    if floor_multiple > cap_multiple:
        raise InputError("floor_multiple", floor_multiple, _("at most the multiple of the cap"), "order")
    own = trace.yuan("own_avg", "last_year_wages ÷ months_worked", last_year_wages / months_worked)
    floor = trace.yuan(
        "floor",
        "floor_multiple × local_avg_monthly_wage",
        floor_multiple * local_avg_monthly_wage,
        rule="GEN-7",
    )
    cap = trace.yuan(
        "cap", "cap_multiple × local_avg_monthly_wage", cap_multiple * local_avg_monthly_wage, rule="GEN-7"
    )
    base = trace.yuan("base", "min(max(own_avg, floor), cap)", held_between(own, floor, cap))
    return {"own_avg": own, "floor": floor, "cap": cap, "base": base}


@calculator(
    "pension.account_credit",
    title=_("Monthly credit to the individual account"),
    rules=("PEN-6",),
    inputs={
        "base": Yuan(),
        "local_avg_monthly_wage": Yuan(),
        "own_rate": Rate(),
        "transfer_rate": Rate(),
        "local_avg_rate": Rate(),
    },
    outputs={
        "own_part": Yuan(),
        "unit_part_on_base": Yuan(),
        "unit_part_on_local_avg": Yuan(),
        "total_credit": Yuan(),
        "pct_of_base": Number(places=2),
    },
)
def account_credit(
    policy: Policy,
    trace: Trace,
    *,
    base: Fraction,
    local_avg_monthly_wage: Fraction,
    own_rate: Fraction,
    transfer_rate: Fraction,
    local_avg_rate: Fraction,
) -> Outputs:
    """Own contribution, a part of the employer's on the own base and one on the local average, each rounded (PEN-6)."""
    own = trace.yuan("own_part", "own_rate × base", own_rate * base)
    on_base = trace.yuan("unit_part_on_base", "transfer_rate × base", transfer_rate * base)
    on_average = trace.yuan(
        "unit_part_on_local_avg",
        "local_avg_rate × local_avg_monthly_wage",
        local_avg_rate * local_avg_monthly_wage,
    )
    total = trace.yuan(
        "total_credit", "own_part + unit_part_on_base + unit_part_on_local_avg", own + on_base + on_average
    )
    if base == 0:
        raise refuse_division_by_zero(_("the contribution base"))
    share = trace.ratio("pct_of_base", "total_credit ÷ base × 100", total / base * 100, places=2)
    return {
        "own_part": own,
        "unit_part_on_base": on_base,
        "unit_part_on_local_avg": on_average,
        "total_credit": total,
        "pct_of_base": share,
    }


@calculator(
    "pension.account_credit_1997",
    title=_("Monthly credit to the account, unified scheme of 1997"),
    rules=("PEN-24",),
    inputs={"base": Yuan(), "own": Rate(), "transfer": Rate()},
    outputs={"own_part": Yuan(), "unit_part": Yuan(), "total": Yuan()},
)
def account_credit_1997(
    policy: Policy, trace: Trace, *, base: Fraction, own: Fraction, transfer: Fraction
) -> Outputs:
    """Own contribution and the employer's part on the own base, each rounded; 11 % together (PEN-24)."""
    own_part = trace.yuan("own_part", "own × base", own * base)
    unit_part = trace.yuan("unit_part", "transfer × base", transfer * base)
    total = trace.yuan("total", "own_part + unit_part", own_part + unit_part)
    return {"own_part": own_part, "unit_part": unit_part, "total": total}


@calculator(
    "pension.self_employed",
    title=_("Contribution of the self-employed"),
    rules=("PEN-7",),
    inputs={"local_avg_monthly_wage": Yuan(), "rate": Rate(), "account": Rate()},
    outputs={"due": Yuan(), "account": Yuan(), "pool": Yuan(signed=True)},
)
def self_employed(
    policy: Policy, trace: Trace, *, local_avg_monthly_wage: Fraction, rate: Fraction, account: Fraction
) -> Outputs:
    """A rate on the local average wage; a share of the wage goes to the account, the rest to the pool (PEN-7)."""
    if account > rate:
        raise InputError("account", account, _("a share of the wage not above the rate"), "order")
    trace.let("account_share", account)
    due = trace.yuan("due", "rate × local_avg_monthly_wage", rate * local_avg_monthly_wage)
    credited = trace.yuan(
        "account", "account_share × local_avg_monthly_wage", account * local_avg_monthly_wage
    )
    pool = trace.yuan("pool", "due − account", due - credited, rule="GEN-2")
    return {"due": due, "account": credited, "pool": pool}


@calculator(
    "pension.contract_worker_1986",
    title=_("Contract workers before 1992"),
    rules=("PEN-5", "PEN-19"),
    inputs={"contract_wage_bill": Yuan(), "standard_wage": Yuan()},
    outputs={"unit": Yuan(), "individual": Yuan()},
)
def contract_worker_1986(
    policy: Policy, trace: Trace, *, contract_wage_bill: Fraction, standard_wage: Fraction
) -> Outputs:
    """1986-10 to 1991-12: the employer pays on the contract workers' wage bill, each of them on the standard wage."""
    unit_rate = trace.use(policy.get("pension.contract_unit_rate"), "unit_rate")
    own_rate = trace.use(policy.get("pension.contract_individual_rate"), "individual_rate")
    return {
        "unit": trace.yuan(
            "unit", "unit_rate × contract_wage_bill", unit_rate * contract_wage_bill, rule="PEN-5"
        ),
        "individual": trace.yuan("individual", "individual_rate × standard_wage", own_rate * standard_wage),
    }


@calculator(
    "pension.collective_contribution",
    title=_("Pension contribution of a collective enterprise by tiers"),
    rules=("POOL-11",),
    inputs={
        "wages": Yuan(),
        "retiree_cost": Yuan(),
        "tiers": ListOf(Row(Multiple(), Rate()), at_least=1),
    },
    outputs={"burden": Number(places=4), "rate": Number(), "due": Yuan()},
)
def collective_contribution(
    policy: Policy,
    trace: Trace,
    *,
    wages: Fraction,
    retiree_cost: Fraction,
    tiers: list[tuple[Fraction, Fraction]],
) -> Outputs:
    """The tier of the burden, retiree cost over wages, gives the rate on both together (POOL-11).

    ``tiers`` are upper limits (exclusive) with rates, ascending; the first limit above the burden counts.
    """
    for place in range(1, len(tiers)):
        if tiers[place][0] <= tiers[place - 1][0]:
            raise InputError(
                f"tiers[{place + 1}]", tiers[place][0], _("upper limits in ascending order"), "order"
            )
    if wages == 0:
        raise refuse_division_by_zero(_("the wage total"))
    burden = trace.ratio("burden", "retiree_cost ÷ wages", retiree_cost / wages, places=4)
    reached = next((tier for tier in tiers if burden < tier[0]), None)
    if reached is None:
        raise NotApplicable(
            _("retiree cost is %(burden)s of the wages: no tier reaches that far"),
            burden=exact_text(burden, 4),
        )
    limit, rate = reached
    trace.let("tier_rate", rate)
    trace.ratio("rate", "tier_rate", rate, detail=f"{exact_text(burden, 4)} < {exact_text(limit)}")
    sum_of_two = trace.yuan("sum_of_two", "wages + retiree_cost", wages + retiree_cost, rule="GEN-4")
    return {"burden": burden, "rate": rate, "due": trace.yuan("due", "rate × sum_of_two", rate * sum_of_two)}
