"""The rules of the maternity line (MAT), as calculators."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import InputError
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import Bool, Count, OrNull, Rate, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import add_terms
from jilin_si.policy.trace import Trace

add_terms(
    {
        "unit_prev_year_avg_monthly_wage": _("Unit's average monthly wage of last year"),
        "difficult": _("Difficult birth"),
        "children": _("Children born"),
        "miscarriage_months": _("Miscarriage in month"),
        "miscarriage_days": _("Days by the doctor"),
        "miscarriage_from_month": _("Late miscarriage from month"),
        "miscarriage_days_late": _("Days at a late miscarriage"),
        "miscarriage_days_early": _("Days at an early miscarriage"),
        "leave_days": _("Days of leave"),
        "difficult_days": _("Days for a difficult birth"),
        "extra_child_days": _("Days for each further child"),
        "days_per_month": _("Days of a month"),
    }
)


@calculator(
    "maternity.contribution",
    title=_("Maternity contribution"),
    rules=("MAT-1",),
    inputs={"wages": Yuan(), "rate": Rate()},
    outputs={"due": Yuan(), "employee": Yuan()},
)
def contribution(policy: Policy, trace: Trace, *, wages: Fraction, rate: Fraction) -> Outputs:
    """The employer pays a rate, at most 1 %, on its wages; the employee nothing (MAT-1)."""
    highest = policy.get("mat.rate_maximum").exact
    if rate > highest:
        trace.warn(
            _("the rate %(given)s is above the highest laid down, %(highest)s"),
            given=exact_text(rate),
            highest=exact_text(highest),
        )
    due = trace.yuan("due", "wages × rate", wages * rate)
    return {"due": due, "employee": trace.yuan("employee", "0", Fraction(0))}


@calculator(
    "maternity.allowance",
    title=_("Maternity benefit"),
    rules=("MAT-2", "MAT-3"),
    inputs={
        "unit_prev_year_avg_monthly_wage": Yuan(),
        "difficult": Bool(),
        "children": Count(0, 10),
        "miscarriage_months": OrNull(Count(0, 10)),
        "miscarriage_days": OrNull(Count(0, 90)),
    },
    outputs={"days": Count(), "allowance": Yuan()},
)
def allowance(
    policy: Policy,
    trace: Trace,
    *,
    unit_prev_year_avg_monthly_wage: Fraction,
    difficult: bool,
    children: int,
    miscarriage_months: int | None,
    miscarriage_days: int | None,
) -> Outputs:
    """Days of leave by birth or miscarriage, times the unit's average wage of last year over 30 (MAT-2, MAT-3)."""
    if miscarriage_months is None:
        if miscarriage_days is not None:
            raise InputError(
                "miscarriage_days",
                miscarriage_days,
                _("null where no month of a miscarriage is given"),
                "range",
            )
        days = _birth_days(policy, trace, difficult, children)
    else:
        days = _miscarriage_days(policy, trace, miscarriage_months, miscarriage_days)
    return {"days": days, "allowance": _for_days(policy, trace, unit_prev_year_avg_monthly_wage, days)}


def _birth_days(policy: Policy, trace: Trace, difficult: bool, children: int) -> int:
    days = trace.use(policy.get("mat.leave_days"), "leave_days")
    formula = "leave_days"
    if difficult:
        days += trace.use(policy.get("mat.difficult_days"), "difficult_days")
        formula += " + difficult_days"
    if children > 1:
        days += trace.use(policy.get("mat.extra_child_days"), "extra_child_days") * (children - 1)
        formula += " + extra_child_days × (children − 1)"
    trace.find("days", formula, days, rule="MAT-2")
    return int(days)


def _miscarriage_days(policy: Policy, trace: Trace, month: int, by_doctor: int | None) -> int:
    late_from = trace.use(policy.get("mat.miscarriage_from_month"), "miscarriage_from_month")
    if month >= late_from:
        days = trace.use(policy.get("mat.miscarriage_days_late"), "miscarriage_days_late")
        trace.find("days", "miscarriage_days_late", days, rule="MAT-2")
    elif by_doctor is None:
        days = trace.use(policy.get("mat.miscarriage_days_early"), "miscarriage_days_early")
        trace.find("days", "miscarriage_days_early", days, rule="MAT-2")
    else:
        days = by_doctor
        trace.find("days", "miscarriage_days", days, rule="MAT-2")
        least = policy.get("mat.miscarriage_days_early").value
        most = policy.get("mat.miscarriage_days_early_max").value
        if not least <= by_doctor <= most:
            trace.warn(
                _("%(given)s days lie outside what is laid down: %(lowest)s to %(highest)s"),
                given=by_doctor,
                lowest=least,
                highest=most,
            )
    return int(days)


def _for_days(policy: Policy, trace: Trace, wage: Fraction, days: int) -> Fraction:
    of_month = trace.use(policy.get("mat.days_per_month"), "days_per_month")
    return trace.yuan(
        "allowance",
        "unit_prev_year_avg_monthly_wage × days ÷ days_per_month",
        wage * days / of_month,
        rule="MAT-3",
        mode=str(policy.get("rounding.maternity_allowance").value),
    )


@calculator(
    "maternity.allowance_days",
    title=_("Maternity benefit for days"),
    rules=("MAT-3",),
    inputs={"unit_prev_year_avg_monthly_wage": Yuan(), "days": Count(0, 366)},
    outputs={"allowance": Yuan()},
)
def allowance_days(
    policy: Policy, trace: Trace, *, unit_prev_year_avg_monthly_wage: Fraction, days: int
) -> Outputs:
    """The unit's average monthly wage of last year over 30, for each day of leave (MAT-3)."""
    return {"allowance": _for_days(policy, trace, unit_prev_year_avg_monthly_wage, days)}
