"""The words for the symbols in formulas, inputs and outputs, in the language of the page.

Each app adds the symbols of its own rules with ``add_terms``; this module knows those that several share.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_TERMS: dict[str, str | Promise] = {}


def add_terms(terms: Mapping[str, str | Promise]) -> None:
    """Register words for symbols. A symbol has one meaning: one that two apps use stands in this module."""
    for symbol in terms:
        if symbol in _TERMS:
            raise ValueError(f"the symbol {symbol} has its words already")
    _TERMS.update(terms)


def has_term(symbol: str) -> bool:
    return symbol.partition("[")[0] in _TERMS


def term(symbol: str) -> str:
    """The words for a symbol; an entry of a list keeps its place: ``segment[2]`` is “Segment 2”."""
    name, bracket, rest = symbol.partition("[")
    words = str(_TERMS.get(name, name.replace("_", " ")))
    inner = rest.rstrip("]")
    return f"{words} {_TERMS.get(inner, inner)}".strip() if bracket else words


add_terms(
    {
        "value": _("Amount"),
        "mode": _("Rounding"),
        "rounded": _("Rounded amount"),
        "month": _("Month"),
        "period": _("Period"),
        "wages": _("Wages"),
        "wage": _("Wage"),
        "retiree_cost": _("Retiree cost"),
        "rate": _("Rate"),
        "due": _("Due"),
        "due_unit": _("Employer part due"),
        "due_individual": _("Individual part due"),
        "unit": _("Employer part"),
        "employee": _("Employee part"),
        "own": _("Own part"),
        "account": _("To the account"),
        "pool": _("To the pooled fund"),
        "monthly": _("Monthly amount"),
        "months": _("Months"),
        "days": _("Days"),
        "total": _("Total"),
        "sum": _("Sum"),
        "sex": _("Sex"),
        "birth": _("Date of birth"),
        "paid": _("Paid"),
        "unit_contribution": _("Employer contribution"),
        "monthly_total": _("Monthly total"),
        "lump_sum": _("Paid once"),
        "dependants": _("Dependants"),
        "rows": _("Rows"),
        "allowance": _("Allowance"),
        "service_years": _("Years of service"),
        "contribution_years": _("Contribution years"),
        "standard_wage": _("Standard wage"),
        "own_monthly_wage": _("Own monthly wage"),
        "local_avg_monthly_wage": _("Local average monthly wage"),
        "provincial_avg_monthly_wage": _("Provincial average monthly wage"),
        "avg_monthly_wage": _("Provincial average monthly wage of last year"),
        "unit_rate": _("Employer rate"),
        "individual_rate": _("Individual rate"),
        "own_rate": _("Own rate"),
        "rate_pct": _("Rate in percent"),
        "ratio": _("Ratio"),
        "balance": _("Balance"),
        "funeral": _("Funeral grant"),
        "percent": _("Percentage"),
        "pct": _("Percentage"),
        "pension": _("Pension"),
        "grant": _("Grant"),
    }
)
