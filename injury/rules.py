"""The rules of the injury line (INJ), as calculators.

``avg_monthly_wage`` is everywhere the provincial average of last year, ``own_monthly_wage`` the own average of the
twelve months before.
"""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import Bool, Choice, Count, ListOf, Number, Optional, OrNull, Rate, Row, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import add_terms
from jilin_si.policy.trace import Trace

add_terms(
    {
        "industry_rate": _("Industry rate"),
        "floating": _("Experience rating"),
        "grade": _("Grade of disability"),
        "care": _("Need of care"),
        "lump_table": _("Months of the grant by grade"),
        "lump_months": _("Months of the grant"),
        "allowance_table": _("Percentages of the allowance by grade"),
        "allowance_pct": _("Percentage of the allowance"),
        "monthly_allowance": _("Disability pension"),
        "care_table": _("Percentages by need of care"),
        "care_pct": _("Percentage for care"),
        "care_monthly": _("Care allowance"),
        "compensation_months": _("Months of compensation"),
        "compensation": _("Death compensation"),
        "share_table": _("Shares of dependants"),
        "lone_addition": _("Addition for orphans and lone elders"),
        "dependant_share": _("Share of the dependant"),
        "before_cap": _("Before the limit"),
        "sum_before_cap": _("Sum before the limit"),
        "dependant_paid": _("Paid to the dependant"),
        "dependants_before_cap": _("Dependants, before the limit"),
        "dependants_paid": _("Survivors' pension"),
        "capped": _("Limited to own wage"),
        "death_on_allowance_share": _("Share at a death on allowance"),
        "last_12_month_wages": _("Wages of the last 12 months"),
        "months_off": _("Months off work"),
        "old_wage": _("Wage before"),
        "new_wage": _("Wage after"),
        "drop": _("Drop"),
        "pension_fund": _("The pension fund pays"),
        "injury_top_up": _("Top-up from the injury fund"),
        "resettlement_months": _("Months of the resettlement grant"),
        "injury_funeral_months": _("Months of the funeral grant at a work death"),
    }
)

DEPENDANTS = ListOf(Row(Choice("spouse", "child", "parent"), Bool()))


def _mode(policy: Policy) -> str:
    """How the office rounds monthly injury benefits (GEN-1)."""
    return str(policy.get("rounding.injury_benefit").value)


@calculator(
    "injury.contribution",
    title=_("Injury contribution"),
    rules=("INJ-2",),
    inputs={"wages": Yuan(), "industry_rate": Rate(), "floating": Rate(signed=True)},
    outputs={"rate": Number(places=5, signed=True), "due": Yuan(signed=True)},
)
def contribution(
    policy: Policy, trace: Trace, *, wages: Fraction, industry_rate: Fraction, floating: Fraction
) -> Outputs:
    """The employer pays its industry's rate, raised or lowered by its accidents; the employee nothing (INJ-2)."""
    lowest, highest = policy.get("inj.float_min").exact, policy.get("inj.float_max").exact
    if floating != 0 and not lowest <= abs(floating) <= highest:
        trace.warn(
            _(
                "the experience rating %(given)s lies outside what is laid down: %(lowest)s to %(highest)s up or down"
            ),
            given=exact_text(floating),
            lowest=exact_text(lowest),
            highest=exact_text(highest),
        )
    rate = trace.ratio("rate", "industry_rate × (1 + floating)", industry_rate * (1 + floating), places=5)
    return {"rate": rate, "due": trace.yuan("due", "wages × rate", wages * rate)}


@calculator(
    "injury.disability",
    title=_("Disability: grant, pension and care"),
    rules=("INJ-4", "INJ-5", "INJ-5a"),
    inputs={
        "grade": Count(1, 10),
        "own_monthly_wage": Yuan(),
        "avg_monthly_wage": Yuan(),
        "care": OrNull(Choice("full", "most", "part")),
    },
    outputs={
        "lump_months": Count(),
        "lump_sum": Yuan(),
        "monthly_allowance": Optional(Yuan()),
        "care_monthly": Optional(Yuan()),
    },
)
def disability(
    policy: Policy,
    trace: Trace,
    *,
    grade: int,
    own_monthly_wage: Fraction,
    avg_monthly_wage: Fraction,
    care: str | None,
) -> Outputs:
    """A grant of months of own wage by grade; a pension for grades 1 to 6; care by need, of the average wage."""
    months = dict(trace.use(policy.get("inj.lump_months"), "lump_table"))[grade]
    trace.find("lump_months", "lump_table[grade]", months, put_in=f"{grade} → {months}")
    found: Outputs = {
        "lump_months": months,
        "lump_sum": trace.yuan("lump_sum", "lump_months × own_monthly_wage", months * own_monthly_wage),
    }
    pct = dict(trace.use(policy.get("inj.allowance_pct"), "allowance_table")).get(grade)
    if pct is not None:
        trace.ratio(
            "allowance_pct", "allowance_table[grade]", pct, rule="INJ-5", put_in=lambda: exact_text(pct)
        )
        found["monthly_allowance"] = trace.yuan(
            "monthly_allowance",
            "allowance_pct × own_monthly_wage",
            pct * own_monthly_wage,
            rule="INJ-5",
            mode=_mode(policy),
        )
    if care is not None:
        of_care = dict(trace.use(policy.get("inj.care_pct"), "care_table"))[care]
        trace.ratio(
            "care_pct", "care_table[care]", of_care, rule="INJ-5a", put_in=lambda: exact_text(of_care)
        )
        found["care_monthly"] = trace.yuan(
            "care_monthly",
            "care_pct × avg_monthly_wage",
            of_care * avg_monthly_wage,
            rule="INJ-5a",
            mode=_mode(policy),
        )
    return found


def _dependants(
    policy: Policy,
    trace: Trace,
    avg_monthly_wage: Fraction,
    own_monthly_wage: Fraction,
    dependants: list[tuple[str, bool]],
) -> tuple[list[Fraction], list[Fraction], Fraction, bool]:
    """Each dependant's monthly amount before and after the limit of own wage, their sum, and whether it limited.

    Over the limit each gets share × own wage ÷ sum, the last the rest (INJ-7, GEN-2).
    """
    shares = dict(trace.use(policy.get("inj.dependant_share"), "share_table"))
    addition = trace.use(policy.get("inj.lone_addition"), "lone_addition")
    before = []
    for place, (kind, alone) in enumerate(dependants, 1):
        share = trace.ratio(
            f"dependant_share[{place}]",
            f"share_table[{kind}] + lone_addition" if alone else f"share_table[{kind}]",
            shares[kind] + (addition if alone else 0),
            detail=kind,
            put_in=_added(shares[kind], addition if alone else None),
        )
        before.append(
            trace.yuan(
                f"before_cap[{place}]",
                f"dependant_share[{place}] × avg_monthly_wage",
                share * avg_monthly_wage,
                detail=kind,
                mode=_mode(policy),
            )
        )
    whole = " + ".join(f"before_cap[{place}]" for place in range(1, len(before) + 1)) or "0"
    total = trace.yuan("sum_before_cap", whole, sum(before, Fraction(0)))
    capped = trace.find("capped", "sum_before_cap > own_monthly_wage", total > own_monthly_wage)
    if not capped:
        return before, before, trace.yuan("monthly_total", "sum_before_cap", total), False
    paid: list[Fraction] = []
    for place, amount in enumerate(before, 1):
        if place < len(before):
            formula = f"before_cap[{place}] × own_monthly_wage ÷ sum_before_cap"
            part = amount * own_monthly_wage / total
        else:
            formula = " − ".join(["own_monthly_wage", *(f"dependant_paid[{n}]" for n in range(1, place))])
            part = own_monthly_wage - sum(paid, Fraction(0))
        paid.append(trace.yuan(f"dependant_paid[{place}]", formula, part, detail=dependants[place - 1][0]))
    whole = " + ".join(f"dependant_paid[{place}]" for place in range(1, len(paid) + 1))
    return before, paid, trace.yuan("monthly_total", whole, sum(paid, Fraction(0))), True


def _added(share: Fraction, addition: Fraction | None) -> str:
    return exact_text(share) if addition is None else f"{exact_text(share)} + {exact_text(addition)}"


@calculator(
    "injury.death",
    title=_("Work death"),
    rules=("INJ-7",),
    inputs={
        "avg_monthly_wage": Yuan(),
        "compensation_months": Count(0, 1200),
        "own_monthly_wage": Yuan(),
        "dependants": DEPENDANTS,
    },
    outputs={
        "funeral": Yuan(),
        "compensation": Yuan(),
        "dependants_before_cap": ListOf(Yuan()),
        "dependants_paid": ListOf(Yuan()),
        "monthly_total": Yuan(),
        "capped": Bool(),
    },
)
def death(
    policy: Policy,
    trace: Trace,
    *,
    avg_monthly_wage: Fraction,
    compensation_months: int,
    own_monthly_wage: Fraction,
    dependants: list[tuple[str, bool]],
) -> Outputs:
    """Funeral and compensation in months of the average wage; dependants monthly, together at most own wage (INJ-7)."""
    _warn_of_months(policy, trace, compensation_months)
    funeral_months = trace.use(policy.get("inj.funeral_months"), "injury_funeral_months")
    funeral = trace.yuan(
        "funeral", "injury_funeral_months × avg_monthly_wage", funeral_months * avg_monthly_wage
    )
    compensation = trace.yuan(
        "compensation", "compensation_months × avg_monthly_wage", compensation_months * avg_monthly_wage
    )
    before, paid, total, capped = _dependants(policy, trace, avg_monthly_wage, own_monthly_wage, dependants)
    return {
        "funeral": funeral,
        "compensation": compensation,
        "dependants_before_cap": before,
        "dependants_paid": paid,
        "monthly_total": total,
        "capped": capped,
    }


def _warn_of_months(policy: Policy, trace: Trace, months: int) -> None:
    lowest, highest = policy.get("inj.death_months_min").value, policy.get("inj.death_months_max").value
    if not lowest <= months <= highest:
        trace.warn(
            _("%(given)s months of compensation lie outside what is laid down: %(lowest)s to %(highest)s"),
            given=months,
            lowest=lowest,
            highest=highest,
        )


@calculator(
    "injury.death_on_allowance",
    title=_("Death of the injury while on allowance"),
    rules=("INJ-7",),
    inputs={"avg_monthly_wage": Yuan(), "compensation_months": Count(0, 1200)},
    outputs={"compensation": Yuan()},
)
def death_on_allowance(
    policy: Policy, trace: Trace, *, avg_monthly_wage: Fraction, compensation_months: int
) -> Outputs:
    """Who dies of the injury while on the allowance of grades 1 to 4 leaves half the compensation (INJ-7)."""
    _warn_of_months(policy, trace, compensation_months)
    share = trace.use(policy.get("inj.death_on_allowance_share"), "death_on_allowance_share")
    compensation = trace.yuan(
        "compensation",
        "compensation_months × avg_monthly_wage × death_on_allowance_share",
        compensation_months * avg_monthly_wage * share,
    )
    return {"compensation": compensation}


@calculator(
    "injury.orphan",
    title=_("Monthly amount of orphans and other dependants"),
    rules=("INJ-7",),
    inputs={"avg_monthly_wage": Yuan(), "own_monthly_wage": Yuan(), "dependants": DEPENDANTS},
    outputs={"monthly": Yuan()},
)
def orphan(
    policy: Policy,
    trace: Trace,
    *,
    avg_monthly_wage: Fraction,
    own_monthly_wage: Fraction,
    dependants: list[tuple[str, bool]],
) -> Outputs:
    """The monthly total of all dependants, as at a work death (INJ-7)."""
    total = _dependants(policy, trace, avg_monthly_wage, own_monthly_wage, dependants)[2]
    return {"monthly": trace.yuan("monthly", "monthly_total", total)}


@calculator(
    "injury.leave_pay",
    title=_("Pay during treatment"),
    rules=("INJ-3",),
    inputs={"last_12_month_wages": Yuan(), "months_off": Count(0, 1200)},
    outputs={"monthly": Yuan(), "total": Yuan()},
)
def leave_pay(policy: Policy, trace: Trace, *, last_12_month_wages: Fraction, months_off: int) -> Outputs:
    """工伤津贴: the average wage of the twelve months before, for each month of treatment (INJ-3)."""
    longest = policy.get("inj.leave_months_max").value
    if months_off > longest:
        trace.warn(
            _("%(given)s months are more than the longest treatment, %(longest)s"),
            given=months_off,
            longest=longest,
        )
    monthly = trace.yuan("monthly", "last_12_month_wages ÷ 12", last_12_month_wages / 12, mode=_mode(policy))
    return {"monthly": monthly, "total": trace.yuan("total", "monthly × months_off", monthly * months_off)}


@calculator(
    "injury.wage_drop",
    title=_("Compensation of a wage that fell"),
    rules=("INJ-6",),
    inputs={"old_wage": Yuan(), "new_wage": Yuan(), "pct": Rate()},
    outputs={"monthly": Yuan()},
)
def wage_drop(
    policy: Policy, trace: Trace, *, old_wage: Fraction, new_wage: Fraction, pct: Fraction
) -> Outputs:
    """在职伤残补助金: a share of what the wage fell by after reassignment (INJ-6)."""
    drop = trace.yuan("drop", "max(old_wage − new_wage, 0)", max(old_wage - new_wage, Fraction(0)))
    return {"monthly": trace.yuan("monthly", "drop × pct", drop * pct, mode=_mode(policy))}


@calculator(
    "injury.pension_top_up",
    title=_("Top-up of a pension by the injury fund"),
    rules=("INJ-5",),
    inputs={"allowance": Yuan(), "pension": Yuan()},
    outputs={"pension_fund": Yuan(), "injury_top_up": Yuan()},
)
def pension_top_up(policy: Policy, trace: Trace, *, allowance: Fraction, pension: Fraction) -> Outputs:
    """At pension age the pension fund pays the pension, the injury fund what it lacks to the allowance (INJ-5)."""
    return {
        "pension_fund": trace.yuan("pension_fund", "pension", pension),
        "injury_top_up": trace.yuan(
            "injury_top_up", "max(allowance − pension, 0)", max(allowance - pension, Fraction(0))
        ),
    }


@calculator(
    "injury.resettlement",
    title=_("Resettlement grant"),
    rules=("INJ-5a",),
    inputs={"avg_monthly_wage": Yuan()},
    outputs={"grant": Yuan()},
)
def resettlement(policy: Policy, trace: Trace, *, avg_monthly_wage: Fraction) -> Outputs:
    """易地安家补助费: months of the average wage (INJ-5a)."""
    months = trace.use(policy.get("inj.resettlement_months"), "resettlement_months")
    return {"grant": trace.yuan("grant", "resettlement_months × avg_monthly_wage", months * avg_monthly_wage)}
