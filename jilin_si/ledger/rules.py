"""The rules of the fund ledger (ACC), as calculators."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import MapOf, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import add_terms
from jilin_si.policy.trace import Trace

add_terms(
    {
        "county_paid": _("Remitted by the county"),
        "province_received": _("Received by the province"),
        "in_transit": _("In transit"),
        "opening_fund": _("Opening fund"),
        "income": _("Income"),
        "expense": _("Expenditure"),
        "total_income": _("Income in all"),
        "total_expense": _("Expenditure in all"),
        "surplus": _("Surplus"),
        "closing_fund": _("Closing fund"),
    }
)


@calculator(
    "ledger.in_transit",
    title=_("Money in transit between levels"),
    rules=("ACC-6",),
    inputs={"county_paid": Yuan(), "province_received": Yuan()},
    outputs={"in_transit": Yuan(signed=True)},
)
def in_transit(
    policy: Policy, trace: Trace, *, county_paid: Fraction, province_received: Fraction
) -> Outputs:
    """What counties remitted and the province has not yet received (ACC-6)."""
    rest = trace.yuan("in_transit", "county_paid − province_received", county_paid - province_received)
    return {"in_transit": rest}


@calculator(
    "ledger.year_end",
    title=_("Year-end closing of a fund"),
    rules=("ACC-5",),
    inputs={
        "opening_fund": Yuan(signed=True),
        "income": MapOf(Yuan(signed=True)),
        "expense": MapOf(Yuan(signed=True)),
    },
    outputs={
        "total_income": Yuan(signed=True),
        "total_expense": Yuan(signed=True),
        "surplus": Yuan(signed=True),
        "closing_fund": Yuan(signed=True),
    },
)
def year_end(
    policy: Policy,
    trace: Trace,
    *,
    opening_fund: Fraction,
    income: dict[str, Fraction],
    expense: dict[str, Fraction],
) -> Outputs:
    """Closing fund = opening + income − expenditure; a reversal stands as a negative entry (ACC-5)."""
    came = trace.yuan(
        "total_income", "Σ income", sum(income.values(), Fraction(0)), put_in=lambda: _added(income)
    )
    went = trace.yuan(
        "total_expense", "Σ expense", sum(expense.values(), Fraction(0)), put_in=lambda: _added(expense)
    )
    surplus = trace.yuan("surplus", "total_income − total_expense", came - went)
    closing = trace.yuan("closing_fund", "opening_fund + surplus", opening_fund + surplus)
    return {"total_income": came, "total_expense": went, "surplus": surplus, "closing_fund": closing}


def _added(entries: dict[str, Fraction]) -> str:
    texts = (exact_text(amount) for amount in entries.values())
    return " + ".join(f"({text})" if text.startswith("-") else text for text in texts) or "0"
