"""Monthly pensions under the three schemes: 1978 (PEN-12 to PEN-14), 1995 (PEN-15 to PEN-17), 1997 (PEN-25, PEN-26)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import InputError, NotApplicable, refuse_division_by_zero
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import Choice, Date, ListOf, Multiple, Number, OrNull, Rate, Record, Years, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.trace import Trace
from pension.rules.eligibility import percent_by_service


def _mode(policy: Policy) -> str:
    """How the office rounds a monthly pension (GEN-1)."""
    return str(policy.get("rounding.pension").value)


@calculator(
    "pension.benefit_1978",
    title=_("Monthly pension, rules of 1978"),
    rules=("PEN-12",),
    inputs={
        "standard_wage": Yuan(),
        "service_years": Years(),
        "special_contribution_add": Rate(),
        "subsidies": ListOf(Yuan()),
        "revolution_period": OrNull(Choice("war_of_resistance", "liberation_war")),
        "minimum": Yuan(),
    },
    outputs={
        "percent": Number(places=2),
        "base_pension": Yuan(),
        "subsidies": Yuan(),
        "monthly_total": Yuan(),
    },
)
def benefit_1978(
    policy: Policy,
    trace: Trace,
    *,
    standard_wage: Fraction,
    service_years: Fraction,
    special_contribution_add: Fraction,
    subsidies: list[Fraction],
    revolution_period: str | None,
    minimum: Fraction,
) -> Outputs:
    """The standard wage times a percentage by service, not under the minimum, plus flat subsidies (PEN-12).

    Who took part in the revolution has the percentage of that period; a special contribution adds to either.
    """
    if revolution_period is None:
        by_service = percent_by_service(policy, trace, service_years)
        if by_service is None:
            raise NotApplicable(
                _("not eligible because %(years)s years of service give no monthly pension"),
                years=exact_text(service_years),
            )
        starting = by_service
    else:
        table = trace.use(policy.get("old104.revolution_percent"), "revolution_percent")
        starting = dict(table)[revolution_period]
        trace.ratio("percent", "revolution_percent[revolution_period]", starting, put_in=revolution_period)
    trace.let("starting_percent", starting)
    highest = trace.use(policy.get("old104.percent_cap"), "percent_cap")
    percent = trace.ratio(
        "percent",
        "min(starting_percent + special_contribution_add, percent_cap)",
        min(starting + special_contribution_add, highest),
        places=2,
    )
    trace.let("percent_applied", percent)
    base = trace.yuan(
        "base_pension",
        "max(standard_wage × percent_applied, minimum)",
        max(standard_wage * percent, minimum),
        mode=_mode(policy),
    )
    extra = trace.yuan(
        "subsidies_total",
        "Σ subsidies",
        sum(subsidies, Fraction(0)),
        put_in=lambda: " + ".join(exact_text(s) for s in subsidies) or "0",
    )
    total = trace.yuan("monthly_total", "base_pension + subsidies_total", base + extra)
    return {"percent": percent, "base_pension": base, "subsidies": extra, "monthly_total": total}


@calculator(
    "pension.resignation_allowance",
    title=_("Living allowance after resignation, rules of 1978"),
    rules=("PEN-12",),
    inputs={"standard_wage": Yuan()},
    outputs={"monthly": Yuan()},
)
def resignation_allowance(policy: Policy, trace: Trace, *, standard_wage: Fraction) -> Outputs:
    """退职生活费: a share of the standard wage, at least the minimum (PEN-12)."""
    share = trace.use(policy.get("old104.resignation_pct"), "resignation_pct")
    minimum = trace.use(policy.get("old104.resignation_minimum"), "resignation_minimum")
    monthly = trace.yuan(
        "monthly",
        "max(resignation_pct × standard_wage, resignation_minimum)",
        max(share * standard_wage, minimum),
        mode=_mode(policy),
    )
    return {"monthly": monthly}


@calculator(
    "pension.retired_cadre",
    title=_("Retired cadre"),
    rules=("PEN-14",),
    inputs={"original_wage": Yuan(), "joined": Date()},
    outputs={"monthly": Yuan(), "annual_living_subsidy_months": Number(), "annual_living_subsidy": Yuan()},
)
def retired_cadre(policy: Policy, trace: Trace, *, original_wage: Fraction, joined: date) -> Outputs:
    """离休: the whole original wage, and a yearly subsidy of months of wage by when the cadre joined (PEN-14)."""
    last_day = trace.use(policy.get("retired_cadre.joined_until"), "joined_until")
    if joined > last_day:
        raise NotApplicable(
            _("not a retired cadre because %(joined)s is after %(last)s"), joined=joined, last=last_day
        )
    table = trace.use(policy.get("retired_cadre.living_subsidy"), "living_subsidy_table")
    months = next(months for until, months in table if joined <= until)
    trace.ratio(
        "annual_living_subsidy_months",
        "living_subsidy_table[joined]",
        months,
        put_in=lambda: f"{joined} → {exact_text(months)}",
    )
    monthly = trace.yuan("monthly", "original_wage", original_wage, mode=_mode(policy))
    subsidy = trace.yuan(
        "annual_living_subsidy", "original_wage × annual_living_subsidy_months", original_wage * months
    )
    return {"monthly": monthly, "annual_living_subsidy_months": months, "annual_living_subsidy": subsidy}


@calculator(
    "pension.benefit_1995_new",
    title=_("Monthly pension of new entrants, 1995 scheme"),
    rules=("PEN-15",),
    inputs={"account_balance": Yuan()},
    outputs={"monthly": Yuan()},
)
def benefit_1995_new(policy: Policy, trace: Trace, *, account_balance: Fraction) -> Outputs:
    """The account at retirement divided by 120 months; paid for life (PEN-15)."""
    months = trace.use(policy.get("account.annuity_months"), "annuity_months")
    monthly = trace.yuan(
        "monthly", "account_balance ÷ annuity_months", account_balance / months, mode=_mode(policy)
    )
    return {"monthly": monthly}


@calculator(
    "pension.benefit_1995_projected",
    title=_("Monthly pension in transition, 1995 scheme: projected account"),
    rules=("PEN-16",),
    inputs={"balance": Yuan(), "account_years": Years(), "deemed_years": Years(), "coefficient": Multiple()},
    outputs={"multiplier": Number(places=6), "projected_balance": Yuan(), "monthly": Yuan()},
)
def benefit_1995_projected(
    policy: Policy,
    trace: Trace,
    *,
    balance: Fraction,
    account_years: Fraction,
    deemed_years: Fraction,
    coefficient: Fraction,
) -> Outputs:
    """Variant A: the account is projected over the whole working life and divided by 120 (PEN-16)."""
    if account_years == 0:
        raise refuse_division_by_zero(_("the years with an account"))
    multiplier = trace.ratio(
        "multiplier",
        "(account_years + deemed_years) ÷ account_years",
        (account_years + deemed_years) / account_years,
        places=6,
    )
    projected = balance * multiplier * coefficient
    shown = trace.yuan("projected_balance", "balance × multiplier × coefficient", projected)
    months = trace.use(policy.get("account.annuity_months"), "annuity_months")
    monthly = trace.yuan(
        "monthly",
        "balance × multiplier × coefficient ÷ annuity_months",
        projected / months,
        mode=_mode(policy),
    )
    return {"multiplier": multiplier, "projected_balance": shown, "monthly": monthly}


@calculator(
    "pension.benefit_1995_indexed",
    title=_("Monthly pension in transition, 1995 scheme: indexed wage"),
    rules=("PEN-16",),
    inputs={
        "balance": Yuan(),
        "local_avg_monthly_wage": Yuan(),
        "avg_index": Multiple(),
        "pre_account_years": Years(),
        "coefficient": Rate(),
    },
    outputs={"account_pension": Yuan(), "transitional": Yuan(), "monthly": Yuan()},
)
def benefit_1995_indexed(
    policy: Policy,
    trace: Trace,
    *,
    balance: Fraction,
    local_avg_monthly_wage: Fraction,
    avg_index: Fraction,
    pre_account_years: Fraction,
    coefficient: Fraction,
) -> Outputs:
    """Variant B: account divided by 120, and indexed wage × years before the account × coefficient (PEN-16)."""
    account = _account_pension(policy, trace, balance)
    transitional = _transitional(
        policy,
        trace,
        "local_avg_monthly_wage",
        local_avg_monthly_wage,
        avg_index,
        pre_account_years,
        coefficient,
    )
    monthly = trace.yuan("monthly", "account_pension + transitional", account + transitional)
    return {"account_pension": account, "transitional": transitional, "monthly": monthly}


def _account_pension(policy: Policy, trace: Trace, balance: Fraction) -> Fraction:
    months = trace.use(policy.get("account.annuity_months"), "annuity_months")
    return trace.yuan("account_pension", "balance ÷ annuity_months", balance / months, mode=_mode(policy))


def _transitional(
    policy: Policy,
    trace: Trace,
    wage_symbol: str,
    wage: Fraction,
    index: Fraction,
    years: Fraction,
    coefficient: Fraction,
) -> Fraction:
    lowest, highest = policy.get("transition.coef_min").exact, policy.get("transition.coef_max").exact
    if not lowest <= coefficient <= highest:
        trace.warn(
            _("the coefficient %(given)s lies outside what is laid down: %(lowest)s to %(highest)s"),
            given=exact_text(coefficient),
            lowest=exact_text(lowest),
            highest=exact_text(highest),
        )
    return trace.yuan(
        "transitional",
        f"{wage_symbol} × avg_index × pre_account_years × coefficient",
        wage * index * years * coefficient,
        mode=_mode(policy),
    )


@calculator(
    "pension.transition_guarantee",
    title=_("Protection in the transition to the 1995 scheme"),
    rules=("PEN-17",),
    inputs={
        "new_monthly": Yuan(),
        "old_standard_wage": Yuan(),
        "old_percent": Rate(),
        "old_subsidies": Yuan(),
    },
    outputs={"old_monthly": Yuan(), "paid": Yuan(), "top_up": Yuan()},
)
def transition_guarantee(
    policy: Policy,
    trace: Trace,
    *,
    new_monthly: Fraction,
    old_standard_wage: Fraction,
    old_percent: Fraction,
    old_subsidies: Fraction,
) -> Outputs:
    """Who would have had more under the old formula is paid that; the pool bears the difference (PEN-17)."""
    old = trace.yuan(
        "old_monthly",
        "old_standard_wage × old_percent + old_subsidies",
        old_standard_wage * old_percent + old_subsidies,
    )
    paid = trace.yuan("paid", "max(new_monthly, old_monthly)", max(new_monthly, old))
    top_up = trace.yuan("top_up", "paid − new_monthly", paid - new_monthly)
    return {"old_monthly": old, "paid": paid, "top_up": top_up}


@calculator(
    "pension.benefit_1997",
    title=_("Monthly pension, unified scheme of 1997"),
    rules=("PEN-25",),
    inputs={
        "provincial_avg_monthly_wage": Yuan(),
        "balance": Yuan(),
        "avg_index": OrNull(Multiple()),
        "pre_account_years": OrNull(Years()),
        "coefficient": OrNull(Rate()),
    },
    outputs={"base_pension": Yuan(), "account_pension": Yuan(), "transitional": Yuan(), "monthly": Yuan()},
)
def benefit_1997(
    policy: Policy,
    trace: Trace,
    *,
    provincial_avg_monthly_wage: Fraction,
    balance: Fraction,
    avg_index: Fraction | None,
    pre_account_years: Fraction | None,
    coefficient: Fraction | None,
) -> Outputs:
    """Base pension, account divided by 120, and for those who worked before the account a third part (PEN-25)."""
    of_transition: dict[str, Any] = {
        "avg_index": avg_index,
        "pre_account_years": pre_account_years,
        "coefficient": coefficient,
    }
    absent = [name for name, value in of_transition.items() if value is None]
    if 0 < len(absent) < 3:
        raise InputError(
            absent[0], None, _("index, years and coefficient together, or null for all three"), "missing"
        )
    share = trace.use(policy.get("unified.base_pct"), "base_pct")
    base = trace.yuan(
        "base_pension",
        "base_pct × provincial_avg_monthly_wage",
        share * provincial_avg_monthly_wage,
        mode=_mode(policy),
    )
    account = _account_pension(policy, trace, balance)
    if avg_index is None or pre_account_years is None or coefficient is None:
        transitional = trace.yuan("transitional", "0", Fraction(0))
    else:
        transitional = _transitional(
            policy,
            trace,
            "provincial_avg_monthly_wage",
            provincial_avg_monthly_wage,
            avg_index,
            pre_account_years,
            coefficient,
        )
    monthly = trace.yuan(
        "monthly", "base_pension + account_pension + transitional", base + account + transitional
    )
    return {
        "base_pension": base,
        "account_pension": account,
        "transitional": transitional,
        "monthly": monthly,
    }


@calculator(
    "pension.average_index",
    title=_("Average contribution index"),
    rules=("PEN-26",),
    inputs={"years": ListOf(Record({"own_annual_base": Yuan(), "prev_year_avg_wage": Yuan()}))},
    outputs={"avg_index": Number(places=4)},
)
def average_index(policy: Policy, trace: Trace, *, years: list[dict[str, Fraction]]) -> Outputs:
    """The mean over the years of own contribution wage divided by the average wage of the year before (PEN-26)."""
    if not years:
        raise refuse_division_by_zero(_("the number of years"))
    ratios = []
    for place, year in enumerate(years, 1):
        if year["prev_year_avg_wage"] == 0:
            raise refuse_division_by_zero(_("an average wage"))
        trace.let(f"own_annual_base[{place}]", year["own_annual_base"])
        trace.let(f"prev_year_avg_wage[{place}]", year["prev_year_avg_wage"])
        ratios.append(
            trace.ratio(
                f"index[{place}]",
                f"own_annual_base[{place}] ÷ prev_year_avg_wage[{place}]",
                year["own_annual_base"] / year["prev_year_avg_wage"],
                places=4,
            )
        )
    whole = " + ".join(f"index[{place}]" for place in range(1, len(years) + 1))
    mean = sum(ratios, Fraction(0)) / len(ratios)
    return {"avg_index": trace.ratio("avg_index", f"({whole}) ÷ {len(ratios)}", mean, places=4)}
