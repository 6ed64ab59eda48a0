"""Adjustments, death grants, and what is set aside for retirees of a closed unit (PEN-20, PEN-21, REST-4)."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import refuse_division_by_zero
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import Count, ListOf, Number, Rate, Record, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.trace import Trace


@calculator(
    "pension.adjustment",
    title=_("Yearly adjustment of a pension"),
    rules=("PEN-20",),
    inputs={"pension": Yuan(), "ratio": Rate(), "avg_wage_before": Yuan(), "avg_wage_after": Yuan()},
    outputs={
        "growth_pct": Number(signed=True, places=2),
        "adjust_pct": Number(signed=True, places=2),
        "new_pension": Yuan(signed=True),
    },
)
def adjustment(
    policy: Policy,
    trace: Trace,
    *,
    pension: Fraction,
    ratio: Fraction,
    avg_wage_before: Fraction,
    avg_wage_after: Fraction,
) -> Outputs:
    """A pension grows by a part of the growth of the average wage, unrounded throughout (PEN-20)."""
    if avg_wage_before == 0:
        raise refuse_division_by_zero(_("the average wage before"))
    _warn_of_ratio(policy, trace, ratio)
    growth = trace.ratio(
        "growth", "avg_wage_after ÷ avg_wage_before − 1", avg_wage_after / avg_wage_before - 1
    )
    growth_pct = trace.ratio("growth_pct", "growth × 100", growth * 100, places=2)
    adjust_pct = trace.ratio("adjust_pct", "growth × ratio × 100", growth * ratio * 100, places=2)
    new = trace.yuan(
        "new_pension",
        "pension × (1 + growth × ratio)",
        pension * (1 + growth * ratio),
        mode=str(policy.get("rounding.pension").value),
    )
    return {"growth_pct": growth_pct, "adjust_pct": adjust_pct, "new_pension": new}


@calculator(
    "pension.adjustment_flat",
    title=_("Yearly adjustment by a flat amount"),
    rules=("PEN-20",),
    inputs={"mean_pension": Yuan(), "growth": Rate(signed=True, maximum=None), "ratio": Rate()},
    outputs={"flat_increase": Yuan(signed=True)},
)
def adjustment_flat(
    policy: Policy, trace: Trace, *, mean_pension: Fraction, growth: Fraction, ratio: Fraction
) -> Outputs:
    """Everybody gets the same: the mean pension's part of the wage growth (PEN-20)."""
    _warn_of_ratio(policy, trace, ratio)
    flat = trace.yuan("flat_increase", "mean_pension × growth × ratio", mean_pension * growth * ratio)
    return {"flat_increase": flat}


def _warn_of_ratio(policy: Policy, trace: Trace, ratio: Fraction) -> None:
    lowest, highest = (
        policy.get("pension.adjust.ratio_min").exact,
        policy.get("pension.adjust.ratio_max").exact,
    )
    if not lowest <= ratio <= highest:
        trace.warn(
            _("the ratio %(given)s lies outside what is laid down: %(lowest)s to %(highest)s"),
            given=exact_text(ratio),
            lowest=exact_text(lowest),
            highest=exact_text(highest),
        )


@calculator(
    "pension.death_grant",
    title=_("Grants at a death not caused by work"),
    rules=("PEN-21",),
    inputs={"unit_avg_monthly_wage": Yuan(), "own_monthly_wage": Yuan(), "dependants": Count(0, 100)},
    outputs={"funeral": Yuan(), "relief_months": Count(), "relief": Yuan()},
)
def death_grant(
    policy: Policy,
    trace: Trace,
    *,
    unit_avg_monthly_wage: Fraction,
    own_monthly_wage: Fraction,
    dependants: int,
) -> Outputs:
    """Funeral: months of the unit's average wage. Relief: months of own wage by the number of dependants (PEN-21)."""
    funeral_months = trace.use(policy.get("death.funeral"), "funeral_months")
    funeral = trace.yuan(
        "funeral", "funeral_months × unit_avg_monthly_wage", funeral_months * unit_avg_monthly_wage
    )
    table = trace.use(policy.get("death.relief"), "relief_table")
    months = max((months for least, months in table if dependants >= least), default=0)
    trace.find("relief_months", "relief_table[dependants]", months, put_in=f"{dependants} → {months}")
    relief = trace.yuan("relief", "relief_months × own_monthly_wage", months * own_monthly_wage)
    return {"funeral": funeral, "relief_months": months, "relief": relief}


@calculator(
    "pension.retiree_reserve",
    title=_("Reserve for the retirees of a closed unit"),
    rules=("REST-4",),
    inputs={"retirees": Count(), "monthly_benefit": Yuan(), "months": Count(0, 1200)},
    outputs={"reserve": Yuan()},
)
def retiree_reserve(
    policy: Policy, trace: Trace, *, retirees: int, monthly_benefit: Fraction, months: int
) -> Outputs:
    """Heads × monthly benefit × months (REST-4)."""
    reserve = trace.yuan(
        "reserve", "retirees × monthly_benefit × months", retirees * monthly_benefit * months
    )
    return {"reserve": reserve}


@calculator(
    "pension.retiree_reserve_by_age",
    title=_("Reserve for the retirees of a closed unit, by age"),
    rules=("REST-4",),
    inputs={
        "terminal_age": Count(0, 150),
        "min_months": Count(0, 1200),
        "retirees": ListOf(Record({"age": Count(0, 150), "monthly": Yuan()})),
    },
    outputs={"rows": ListOf(Yuan()), "reserve": Yuan()},
)
def retiree_reserve_by_age(
    policy: Policy,
    trace: Trace,
    *,
    terminal_age: int,
    min_months: int,
    retirees: list[dict[str, int | Fraction]],
) -> Outputs:
    """For each the months to an assumed last age, at least a minimum, times the monthly benefit (REST-4)."""
    rows = []
    for place, retiree in enumerate(retirees, 1):
        age, monthly = int(retiree["age"]), Fraction(retiree["monthly"])
        trace.let(f"age[{place}]", age)
        trace.let(f"monthly[{place}]", monthly)
        months = max((terminal_age - age) * 12, min_months)
        trace.find(f"reserve_months[{place}]", f"max((terminal_age − age[{place}]) × 12, min_months)", months)
        rows.append(
            trace.yuan(f"reserve[{place}]", f"reserve_months[{place}] × monthly[{place}]", months * monthly)
        )
    whole = " + ".join(f"reserve[{place}]" for place in range(1, len(rows) + 1)) or "0"
    return {"rows": rows, "reserve": trace.yuan("reserve", whole, sum(rows, Fraction(0)))}
