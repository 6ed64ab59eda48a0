"""Who may retire when and under which scheme (PEN-1, PEN-11, PEN-13, PEN-18)."""

from __future__ import annotations

import calendar
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.periods import add_months, period_of
from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import InputError, NotApplicable, ParameterMissing
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import Bool, Choice, Count, Date, Number, OrNull, Period, Years, Yuan
from jilin_si.policy.lookup import ParameterVersion, Policy
from jilin_si.policy.trace import Trace

REGIMES = ("OLD_104", "PLAN1_1995", "UNIFIED_1997")


@calculator(
    "pension.regime",
    title=_("Scheme by the start of the pension"),
    rules=("PEN-1",),
    inputs={"pension_start": Date(), "plan1_from": Date(), "unified_from": Date()},
    outputs={"regime": Choice(*REGIMES)},
)
def regime(
    policy: Policy, trace: Trace, *, pension_start: date, plan1_from: date, unified_from: date
) -> Outputs:
    """The month in which the pension starts decides the scheme; each holds from its date on (PEN-1)."""
    if unified_from < plan1_from:
        raise InputError(
            "unified_from", unified_from, _("a day not before the start of the 1995 scheme"), "order"
        )
    if pension_start >= unified_from:
        answer, formula = "UNIFIED_1997", "pension_start ≥ unified_from"
    elif pension_start >= plan1_from:
        answer, formula = "PLAN1_1995", "plan1_from ≤ pension_start < unified_from"
    else:
        answer, formula = "OLD_104", "pension_start < plan1_from"
    return {"regime": trace.find("regime", formula, answer)}


@calculator(
    "pension.retirement_age",
    title=_("Pensionable age and first month of pension"),
    rules=("PEN-11", "PEN-11a"),
    inputs={
        "birth": Date(),
        "sex": Choice("M", "F"),
        "identity": Choice("worker", "cadre"),
        "category": Choice("normal", "special", "disability"),
    },
    outputs={"age": Count(), "reaches_age_on": Date(), "first_pension_month": Period()},
)
def retirement_age(
    policy: Policy, trace: Trace, *, birth: date, sex: str, identity: str, category: str
) -> Outputs:
    """Age by sex, for women in normal work by identity, and by category; pension from the month after (PEN-11)."""
    version = _ages_when_reached(policy, birth, sex, identity, category)
    trace.use(version, "retirement_ages")
    age = _age(version, sex, identity, category)
    trace.find(
        "age", "retirement_ages[sex, identity, category]", age, put_in=f"{sex}, {identity}, {category}"
    )
    reached = birthday(birth, age)
    trace.find("reaches_age_on", "birth + age", reached)
    delay = trace.use(policy.get("pension.first_month_after", reached), "first_month_after")
    first = add_months(period_of(reached), delay)
    trace.find("first_pension_month", "month_of(reaches_age_on) + first_month_after", f"{first:%Y-%m}")
    return {"age": age, "reaches_age_on": reached, "first_pension_month": first}


def birthday(birth: date, age: int) -> date:
    """The day on which somebody reaches an age; born on 29 February: 28 February in common years (PEN-11)."""
    year = birth.year + age
    if year > date.max.year:
        raise InputError("birth", birth, _("a day on which somebody living can have been born"), "range")
    if (birth.month, birth.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return birth.replace(year=year)


def _ages_when_reached(
    policy: Policy, birth: date, sex: str, identity: str, category: str
) -> ParameterVersion:
    """The table of ages in force on the day on which the age it gives is reached."""
    version = policy.get("pension.retirement_age")
    for _again in range(5):
        reached = birthday(birth, _age(version, sex, identity, category))
        try:
            found = policy.get("pension.retirement_age", reached)
        except ParameterMissing as missing:
            raise InputError("birth", birth, _FirstTable(missing.first), "too_early") from missing
        if found == version:
            return version
        version = found
    return version


class _FirstTable:
    """“a birth whose pensionable age is reached on … or later”."""

    def __init__(self, first: date | None) -> None:
        self.first = first

    def __str__(self) -> str:
        return str(_("a birth after which the age is reached on %(first)s or later")) % {
            "first": self.first or "—"
        }


def _age(version: ParameterVersion, sex: str, identity: str, category: str) -> int:
    for of_sex, of_identity, of_category, age in version.value:
        if of_sex == sex and of_identity in (identity, "any") and of_category == category:
            return int(age)
    raise NotApplicable(
        _("no pensionable age is laid down for %(sex)s, %(identity)s, %(category)s"),
        sex=sex,
        identity=identity,
        category=category,
    )


@calculator(
    "pension.minimum_service_1978",
    title=_("Minimum service for a monthly pension, rules of 1978"),
    rules=("PEN-13", "PEN-12"),
    inputs={"service_years": Years()},
    outputs={"eligible_monthly": Bool(), "percent": OrNull(Number())},
)
def minimum_service_1978(policy: Policy, trace: Trace, *, service_years: Fraction) -> Outputs:
    """Ten years of continuous service give a monthly pension, at a percentage by service (PEN-13, PEN-12)."""
    minimum = trace.use(policy.get("pension.min_years_old"), "min_years_old")
    eligible = trace.find("eligible_monthly", "service_years ≥ min_years_old", service_years >= minimum)
    percent = percent_by_service(policy, trace, service_years) if eligible else None
    return {"eligible_monthly": eligible, "percent": percent}


def percent_by_service(policy: Policy, trace: Trace, service_years: Fraction) -> Fraction | None:
    """The percentage of the standard wage by continuous service; None under the shortest of the table (PEN-12)."""
    table = trace.use(policy.get("old104.percent_by_service"), "percent_by_service")
    reached = [percent for years, percent in table if service_years >= years]
    if not reached:
        return None
    return trace.ratio(
        "percent",
        "percent_by_service[service_years]",
        max(reached),
        put_in=lambda: f"{exact_text(service_years)} → {exact_text(max(reached))}",
    )


@calculator(
    "pension.ten_year_rule",
    title=_("Ten-year rule of the 1995 scheme"),
    rules=("PEN-18",),
    inputs={"service_years": Years(), "started_before_scheme": Bool()},
    outputs={"eligible_monthly": Bool()},
)
def ten_year_rule(
    policy: Policy, trace: Trace, *, service_years: Fraction, started_before_scheme: bool
) -> Outputs:
    """Who started work before the scheme needs ten years of service, contributions included (PEN-18)."""
    minimum = trace.use(policy.get("pension.ten_year_rule"), "ten_year_rule")
    eligible = started_before_scheme and service_years >= minimum
    trace.find("eligible_monthly", "started_before_scheme ∧ service_years ≥ ten_year_rule", eligible)
    return {"eligible_monthly": eligible}


@calculator(
    "pension.lump_sum_1995",
    title=_("Account paid out at once, 1995 scheme"),
    rules=("PEN-18",),
    inputs={"contribution_years": Years(), "account_balance": Yuan()},
    outputs={"lump_sum": Yuan(), "monthly": Yuan()},
)
def lump_sum_1995(
    policy: Policy, trace: Trace, *, contribution_years: Fraction, account_balance: Fraction
) -> Outputs:
    """With too few contribution years the whole account is paid once and the relationship ends (PEN-18)."""
    _refuse_enough_years(policy, trace, contribution_years)
    monthly = trace.yuan("monthly", "0", Fraction(0))
    return {"lump_sum": trace.yuan("lump_sum", "account_balance", account_balance), "monthly": monthly}


@calculator(
    "pension.lump_sum_1997",
    title=_("Account paid out at once, unified scheme of 1997"),
    rules=("PEN-25", "PEN-18"),
    inputs={"contribution_years": Years(), "balance": Yuan()},
    outputs={"base_pension": Yuan(), "lump_sum": Yuan()},
)
def lump_sum_1997(
    policy: Policy, trace: Trace, *, contribution_years: Fraction, balance: Fraction
) -> Outputs:
    """With too few contribution years there is no base pension; the account is paid once (PEN-25, PEN-18)."""
    _refuse_enough_years(policy, trace, contribution_years)
    base = trace.yuan("base_pension", "0", Fraction(0))
    return {"base_pension": base, "lump_sum": trace.yuan("lump_sum", "balance", balance)}


def _refuse_enough_years(policy: Policy, trace: Trace, contribution_years: Fraction) -> None:
    minimum = trace.use(policy.get("pension.min_years_new"), "min_years_new")
    if contribution_years >= minimum:
        raise NotApplicable(
            _("%(years)s contribution years are enough for a monthly pension, which %(minimum)s give"),
            years=exact_text(contribution_years),
            minimum=exact_text(minimum),
        )
    trace.find("eligible_monthly", "contribution_years ≥ min_years_new", False)
