"""The rules of the unemployment line (UNE), as calculators."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import NotApplicable
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import Count, ListOf, Multiple, Rate, Years, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import add_terms
from jilin_si.policy.trace import Trace

add_terms(
    {
        "employee_rate": _("Employee rate"),
        "months_table": _("Months by years"),
        "new_contribution_years": _("New contribution years"),
        "unused_months": _("Unused months"),
        "new_months": _("Months newly earned"),
        "months_cap": _("Most months"),
        "social_relief": _("Social relief amount"),
        "pct_list": _("Percentages"),
        "benefits": _("Benefits"),
        "benefit": _("Benefit"),
        "pct_first": _("Percentage, months 1 to 12"),
        "pct_second": _("Percentage, months 13 to 24"),
        "month_1_12": _("Months 1 to 12, each"),
        "month_13_24": _("Months 13 to 24, each"),
        "total_24": _("24 months in all"),
        "long_service_from": _("Years of long service"),
        "max_months": _("Most months of benefit"),
        "last_year_collection": _("Collected last year"),
        "retraining_pct": _("Share for retraining"),
        "selfhelp_pct": _("Share for production self-help"),
        "retraining": _("Retraining funds"),
        "selfhelp": _("Self-help funds"),
    }
)


@calculator(
    "unemployment.contribution",
    title=_("Unemployment contribution"),
    rules=("UNE-2",),
    inputs={"wages": Yuan(), "rate": Rate()},
    outputs={"due": Yuan()},
)
def contribution(policy: Policy, trace: Trace, *, wages: Fraction, rate: Fraction) -> Outputs:
    """The employer pays a rate on its wages, the employee nothing (UNE-2)."""
    highest = policy.get("une.rate_maximum").exact
    if rate > highest:
        trace.warn(
            _("the rate %(given)s is above the highest laid down, %(highest)s"),
            given=exact_text(rate),
            highest=exact_text(highest),
        )
    return {"due": trace.yuan("due", "wages × rate", wages * rate)}


@calculator(
    "unemployment.contribution_1999",
    title=_("Unemployment contribution, rules of 1999"),
    rules=("UNE-9",),
    inputs={"wages": Yuan()},
    outputs={"unit": Yuan(), "employee": Yuan()},
)
def contribution_1999(policy: Policy, trace: Trace, *, wages: Fraction) -> Outputs:
    """Employer and employee each pay a rate on wages (UNE-9)."""
    day = _rules_of_1999(policy)
    unit_rate = trace.use(policy.get("une.rate", day), "unit_rate")
    employee_rate = trace.use(policy.get("une.employee_rate", day), "employee_rate")
    return {
        "unit": trace.yuan("unit", "wages × unit_rate", wages * unit_rate),
        "employee": trace.yuan("employee", "wages × employee_rate", wages * employee_rate),
    }


def _rules_of_1999(policy: Policy) -> date:
    """The day asked about, but not before the rules of 1999 began."""
    start: date = policy.get("une.rules_1999_from").value
    return max(policy.on or start, start)


def _months(
    policy: Policy, trace: Trace, code: str, years: Fraction, years_symbol: str, symbol: str = "months"
) -> int:
    table = trace.use(policy.get(code), "months_table")
    months = max((months for least, months in table if years >= least), default=0)
    trace.find(
        symbol, f"months_table[{years_symbol}]", months, put_in=lambda: f"{exact_text(years)} → {months}"
    )
    return int(months)


@calculator(
    "unemployment.months_1993",
    title=_("Most months of benefit, rules of 1993"),
    rules=("UNE-4",),
    inputs={"service_years": Years()},
    outputs={"months": Count()},
)
def months_1993(policy: Policy, trace: Trace, *, service_years: Fraction) -> Outputs:
    """Months by continuous service; none under a year (UNE-4)."""
    return {"months": _months(policy, trace, "une.months_1993", service_years, "service_years")}


@calculator(
    "unemployment.months_1999",
    title=_("Most months of benefit, rules of 1999"),
    rules=("UNE-9",),
    inputs={"contribution_years": Years()},
    outputs={"months": Count()},
)
def months_1999(policy: Policy, trace: Trace, *, contribution_years: Fraction) -> Outputs:
    """Months by contribution years; none under a year (UNE-9)."""
    return {"months": _months(policy, trace, "une.months_1999", contribution_years, "contribution_years")}


@calculator(
    "unemployment.months_again_1999",
    title=_("Months of benefit when unemployed again, rules of 1999"),
    rules=("UNE-9",),
    inputs={"new_contribution_years": Years(), "unused_months": Count(0, 1200)},
    outputs={"months": Count()},
)
def months_again_1999(
    policy: Policy, trace: Trace, *, new_contribution_years: Fraction, unused_months: int
) -> Outputs:
    """What is newly earned and what was left over, up to the most there may be (UNE-9)."""
    new = _months(
        policy, trace, "une.months_1999", new_contribution_years, "new_contribution_years", "new_months"
    )
    cap = trace.use(policy.get("une.months_cap"), "months_cap")
    months = trace.find(
        "months", "min(new_months + unused_months, months_cap)", min(new + unused_months, cap)
    )
    return {"months": months}


@calculator(
    "unemployment.benefit_1993",
    title=_("Monthly benefit, rules of 1993"),
    rules=("UNE-5",),
    inputs={"social_relief": Yuan(), "pct_list": ListOf(Multiple())},
    outputs={"benefits": ListOf(Yuan())},
)
def benefit_1993(
    policy: Policy, trace: Trace, *, social_relief: Fraction, pct_list: list[Fraction]
) -> Outputs:
    """A percentage, 120 to 150, of the local social relief amount, one amount for each given (UNE-5)."""
    mode = str(policy.get("rounding.une_benefit").value)
    benefits = []
    for place, pct in enumerate(pct_list, 1):
        trace.let(f"pct[{place}]", pct)
        benefits.append(
            trace.yuan(f"benefit[{place}]", f"social_relief × pct[{place}]", social_relief * pct, mode=mode)
        )
    return {"benefits": benefits}


@calculator(
    "unemployment.benefit_1986_long",
    title=_("Benefit after long service, rules of 1986"),
    rules=("UNE-6",),
    inputs={"standard_wage": Yuan(), "service_years": Years(), "pct_first": Rate(), "pct_second": Rate()},
    outputs={"month_1_12": Yuan(), "month_13_24": Yuan(), "total_24": Yuan()},
)
def benefit_1986_long(
    policy: Policy,
    trace: Trace,
    *,
    standard_wage: Fraction,
    service_years: Fraction,
    pct_first: Fraction,
    pct_second: Fraction,
) -> Outputs:
    """After five years of service: twelve months at one percentage of the standard wage, twelve at another (UNE-6)."""
    least = trace.use(policy.get("une.long_service_1986"), "long_service_from")
    if service_years < least:
        raise NotApplicable(
            _("%(years)s years of service are fewer than the %(least)s of long service"),
            years=exact_text(service_years),
            least=exact_text(least),
        )
    mode = str(policy.get("rounding.une_benefit").value)
    first = trace.yuan("month_1_12", "standard_wage × pct_first", standard_wage * pct_first, mode=mode)
    second = trace.yuan("month_13_24", "standard_wage × pct_second", standard_wage * pct_second, mode=mode)
    total = trace.yuan("total_24", "12 × month_1_12 + 12 × month_13_24", 12 * first + 12 * second)
    return {"month_1_12": first, "month_13_24": second, "total_24": total}


@calculator(
    "unemployment.benefit_1986_short",
    title=_("Benefit after short service, rules of 1986"),
    rules=("UNE-6",),
    inputs={"standard_wage": Yuan(), "service_years": Years(), "pct": Rate()},
    outputs={"monthly": Yuan(), "max_months": Count()},
)
def benefit_1986_short(
    policy: Policy, trace: Trace, *, standard_wage: Fraction, service_years: Fraction, pct: Fraction
) -> Outputs:
    """Under five years of service: a percentage of the standard wage for at most twelve months (UNE-6)."""
    least = trace.use(policy.get("une.long_service_1986"), "long_service_from")
    if service_years >= least:
        raise NotApplicable(
            _("%(years)s years of service are long service, which begins at %(least)s"),
            years=exact_text(service_years),
            least=exact_text(least),
        )
    mode = str(policy.get("rounding.une_benefit").value)
    months = trace.use(policy.get("une.months_1986_short"), "max_months")
    return {
        "monthly": trace.yuan("monthly", "standard_wage × pct", standard_wage * pct, mode=mode),
        "max_months": months,
    }


@calculator(
    "unemployment.training_funds",
    title=_("Retraining and self-help funds"),
    rules=("UNE-7",),
    inputs={"last_year_collection": Yuan(), "retraining_pct": Rate(), "selfhelp_pct": Rate()},
    outputs={"retraining": Yuan(), "selfhelp": Yuan()},
)
def training_funds(
    policy: Policy,
    trace: Trace,
    *,
    last_year_collection: Fraction,
    retraining_pct: Fraction,
    selfhelp_pct: Fraction,
) -> Outputs:
    """Shares of last year's collection for retraining and for production self-help (UNE-7)."""
    return {
        "retraining": trace.yuan(
            "retraining", "last_year_collection × retraining_pct", last_year_collection * retraining_pct
        ),
        "selfhelp": trace.yuan(
            "selfhelp", "last_year_collection × selfhelp_pct", last_year_collection * selfhelp_pct
        ),
    }
