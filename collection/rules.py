"""The rules of collection (COL, REST-3), as calculators."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import InputError, refuse_division_by_zero
from jilin_si.policy.kinds import (
    Bool,
    Choice,
    Count,
    Date,
    ListOf,
    Number,
    Optional,
    Rate,
    Record,
    Row,
    Text,
    Yuan,
)
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import add_terms
from jilin_si.policy.trace import Trace

add_terms(
    {
        "principal": _("Principal"),
        "daily": _("Late fee a day"),
        "days_late": _("Days late"),
        "late_fee": _("Late fee"),
        "payments": _("Payments"),
        "payment": _("Payment"),
        "paid_day": _("Day of payment"),
        "fee_from": _("Late fee runs from"),
        "unpaid": _("Unpaid before the payment"),
        "fee_first": _("Late fee until the first payment"),
        "fee_second": _("Late fee until the second payment"),
        "amount": _("Amount"),
        "open_items": _("Open items"),
        "open_item": _("Open item"),
        "money_left": _("Money left"),
        "applied": _("Applied"),
        "unallocated_to_suspense": _("Not allocated: to suspense"),
        "previous_month_due": _("Due of the month before"),
        "provisional_multiple": _("Multiple for a provisional assessment"),
        "provisional": _("Provisional assessment"),
        "policy": _("Crediting rule"),
        "paid_total": _("Paid in all"),
        "credited": _("Credited"),
        "collected": _("Collected"),
        "assets": _("Assets realised"),
        "bankruptcy_costs": _("Costs of the bankruptcy"),
        "rank1": _("Claims of the first rank"),
        "rank1_claims": _("Claims of the first rank in all"),
        "rank1_paid": _("Paid in the first rank"),
        "rank1_ratio": _("Ratio of the first rank"),
        "rank2_tax": _("Taxes, second rank"),
        "distributable": _("To be distributed"),
        "social_insurance_arrears": _("Social insurance arrears"),
        "retiree_reserve": _("Retiree reserve"),
        "claim": _("Creditor’s claim"),
    }
)

CREDIT_POLICIES = ("ALL_OR_NOTHING", "OWN_PART_WHEN_PAID", "PROPORTIONAL")


def _daily(policy: Policy, trace: Trace, daily: Fraction | None, due: date) -> Fraction:
    if daily is not None:
        return daily
    value: Fraction = trace.use(policy.get("col.late_fee_daily", due), "daily")
    return value


@calculator(
    "collection.late_fee",
    title=_("Late fee"),
    rules=("COL-5",),
    inputs={
        "principal": Yuan(),
        "due": Date(),
        "paid": Date(),
        "daily": Optional(Rate(), default_from="col.late_fee_daily"),
    },
    outputs={"days": Count(), "late_fee": Yuan()},
)
def late_fee(
    policy: Policy, trace: Trace, *, principal: Fraction, due: date, paid: date, daily: Fraction | None
) -> Outputs:
    """Unpaid principal × a daily rate × days from the day after the due date to the payment; simple (COL-5)."""
    rate = _daily(policy, trace, daily, due)
    days = trace.find(
        "days", "max(days_between(due, paid), 0)", max((paid - due).days, 0), put_in=f"{due} → {paid}"
    )
    fee = trace.yuan("late_fee", "principal × daily × days", principal * rate * days)
    return {"days": days, "late_fee": fee}


@calculator(
    "collection.late_fee_steps",
    title=_("Late fee over two payments"),
    rules=("COL-5", "COL-7"),
    inputs={
        "principal": Yuan(),
        "due": Date(),
        "payments": ListOf(Row(Date(), Yuan()), length=2),
        "daily": Optional(Rate(), default_from="col.late_fee_daily"),
    },
    outputs={"fee_first": Yuan(), "fee_second": Yuan(), "total": Yuan()},
)
def late_fee_steps(
    policy: Policy,
    trace: Trace,
    *,
    principal: Fraction,
    due: date,
    payments: list[tuple[date, Fraction]],
    daily: Fraction | None,
) -> Outputs:
    """Until each payment the fee runs on what was unpaid before it; principal is settled first (COL-5, COL-7)."""
    if payments[1][0] < payments[0][0]:
        raise InputError("payments[2][1]", payments[1][0], _("a day not before the first payment"), "order")
    rate = _daily(policy, trace, daily, due)
    unpaid, since, fees = principal, due, []
    trace.let("unpaid[1]", principal)
    for place, (symbol, (day, _amount)) in enumerate(
        zip(("fee_first", "fee_second"), payments, strict=True), 1
    ):
        if place > 1:
            trace.let("payment[1]", payments[0][1])
            unpaid = trace.yuan(
                "unpaid[2]", "max(principal − payment[1], 0)", max(unpaid - payments[0][1], Fraction(0))
            )
        days = max((day - since).days, 0)
        trace.find(
            f"days_late[{place}]",
            f"max(days_between(fee_from[{place}], paid_day[{place}]), 0)",
            days,
            put_in=f"{since} → {day}",
        )
        fees.append(trace.yuan(symbol, f"unpaid[{place}] × daily × days_late[{place}]", unpaid * rate * days))
        since = max(since, day)
    total = trace.yuan("total", "fee_first + fee_second", fees[0] + fees[1])
    return {"fee_first": fees[0], "fee_second": fees[1], "total": total}


@calculator(
    "collection.allocate",
    title=_("Allocation of a payment"),
    rules=("COL-7", "COL-10"),
    inputs={"amount": Yuan(), "open_items": ListOf(Row(Text(), Yuan()))},
    outputs={"applied": ListOf(Row(Text(), Yuan())), "unallocated_to_suspense": Yuan()},
)
def allocate(
    policy: Policy, trace: Trace, *, amount: Fraction, open_items: list[tuple[str, Fraction]]
) -> Outputs:
    """Money meets the open items in their order; what is left over goes to suspense (COL-7, COL-10)."""
    left, applied = amount, []
    trace.let("money_left[0]", amount)
    for place, (label, open_amount) in enumerate(open_items, 1):
        trace.let(f"open_item[{place}]", open_amount)
        part = trace.yuan(
            f"applied[{place}]",
            f"min(money_left[{place - 1}], open_item[{place}])",
            min(left, open_amount),
            detail=label,
        )
        left -= part
        trace.let(f"money_left[{place}]", left)
        applied.append((label, part))
    rest = trace.yuan("unallocated_to_suspense", f"money_left[{len(open_items)}]", left, rule="COL-10")
    return {"applied": applied, "unallocated_to_suspense": rest}


@calculator(
    "collection.provisional",
    title=_("Provisional assessment"),
    rules=("COL-8",),
    inputs={"previous_month_due": Yuan()},
    outputs={"provisional": Yuan()},
)
def provisional(policy: Policy, trace: Trace, *, previous_month_due: Fraction) -> Outputs:
    """Who does not report is assessed at a multiple of the month before (COL-8)."""
    multiple = trace.use(policy.get("col.provisional_multiple"), "provisional_multiple")
    amount = trace.yuan(
        "provisional", "previous_month_due × provisional_multiple", previous_month_due * multiple
    )
    return {"provisional": amount}


@calculator(
    "collection.creditable",
    title=_("Whether a month is credited to the accounts"),
    rules=("COL-9",),
    inputs={
        "policy": Choice(*CREDIT_POLICIES),
        "due_unit": Yuan(),
        "due_individual": Yuan(),
        "paid_total": Yuan(),
    },
    outputs={"credited": Bool()},
)
def creditable(
    parameters: Policy,
    trace: Trace,
    *,
    policy: str,
    due_unit: Fraction,
    due_individual: Fraction,
    paid_total: Fraction,
) -> Outputs:
    """A month is credited when all, the individual part or anything of it is paid, as the policy says (COL-9)."""
    if policy == "ALL_OR_NOTHING":
        formula, credited = "paid_total ≥ due_unit + due_individual", paid_total >= due_unit + due_individual
    elif policy == "OWN_PART_WHEN_PAID":
        formula, credited = "paid_total ≥ due_individual", paid_total >= due_individual
    else:
        formula, credited = "paid_total > 0", paid_total > 0
    return {"credited": trace.find("credited", formula, credited)}


@calculator(
    "collection.collection_rate",
    title=_("Collection rate"),
    rules=("STAT-2", "COL-11"),
    inputs={"due": Yuan(), "collected": Yuan()},
    outputs={"rate_pct": Number(places=1)},
)
def collection_rate(policy: Policy, trace: Trace, *, due: Fraction, collected: Fraction) -> Outputs:
    """收缴率: what was collected over what was due, in percent (STAT-2, COL-11)."""
    if due == 0:
        raise refuse_division_by_zero(_("what was due"))
    return {"rate_pct": trace.ratio("rate_pct", "collected ÷ due × 100", collected / due * 100, places=1)}


RANK1 = ("wages", "social_insurance_arrears", "retiree_reserve")


@calculator(
    "collection.bankruptcy",
    title=_("Distribution in a bankruptcy"),
    rules=("REST-3",),
    inputs={
        "assets": Yuan(),
        "bankruptcy_costs": Yuan(),
        "rank1": Record({name: Yuan() for name in RANK1}),
        "rank2_tax": Yuan(),
    },
    outputs={
        "distributable": Yuan(),
        "rank1_ratio": Number(places=4),
        "wages": Yuan(),
        "social_insurance_arrears": Yuan(),
        "retiree_reserve": Yuan(),
        "rank2_tax": Yuan(),
    },
)
def bankruptcy(
    policy: Policy,
    trace: Trace,
    *,
    assets: Fraction,
    bankruptcy_costs: Fraction,
    rank1: dict[str, Fraction],
    rank2_tax: Fraction,
) -> Outputs:
    """After the costs the first rank (wages, social insurance) pro rata, then taxes from the rest (REST-3, GEN-2)."""
    nothing = Fraction(0)
    distributable = trace.yuan(
        "distributable", "max(assets − bankruptcy_costs, 0)", max(assets - bankruptcy_costs, nothing)
    )
    claims = sum(rank1.values(), nothing)
    if claims == 0:
        raise refuse_division_by_zero(_("the sum of the first rank's claims"))
    for name, claim in rank1.items():
        trace.let(f"claim[{name}]", claim)
    trace.yuan("rank1_claims", " + ".join(f"claim[{name}]" for name in RANK1), claims)
    ratio = trace.ratio(
        "rank1_ratio",
        "min(distributable ÷ rank1_claims, 1)",
        min(distributable / claims, Fraction(1)),
        places=4,
    )
    to_rank1 = trace.yuan("rank1_paid", "min(distributable, rank1_claims)", min(distributable, claims))
    paid = {
        name: trace.yuan(name, f"claim[{name}] × rank1_ratio", rank1[name] * ratio) for name in RANK1[:-1]
    }
    paid[RANK1[-1]] = trace.yuan(
        RANK1[-1],
        "rank1_paid − wages − social_insurance_arrears",
        to_rank1 - sum(paid.values(), nothing),
        rule="GEN-2",
    )
    trace.let("claim[tax]", rank2_tax)
    tax = trace.yuan(
        "rank2_tax", "min(claim[tax], distributable − rank1_paid)", min(rank2_tax, distributable - to_rank1)
    )
    return {"distributable": distributable, "rank1_ratio": ratio, **paid, "rank2_tax": tax}
