"""The rules of the medical line (MED), as calculators."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import InputError
from jilin_si.policy.kinds import Bool, ListOf, OrNull, Rate, Record, Row, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import add_terms
from jilin_si.policy.trace import Trace

add_terms(
    {
        "bill": _("Medical bill"),
        "deductible": _("Deductible"),
        "bands": _("Bands"),
        "band_from": _("Band begins at"),
        "band_to": _("Band ends at"),
        "band_share": _("Fund's share in the band"),
        "segment": _("Part of the bill"),
        "segments": _("Parts of the bill"),
        "fund": _("Fund pays"),
        "fund_pays": _("The fund pays"),
        "others_pay": _("Others pay"),
        "year_bill": _("Bills of the year"),
        "annual_wage": _("Wage of the year"),
        "copay_rates": _("Co-payment rates"),
        "copay_rate": _("Co-payment rate"),
        "copay": _("Co-payment"),
        "retiree_half": _("Retiree: half"),
        "retiree_share": _("Share that retirees pay"),
        "account_pays": _("The account pays"),
        "expense_after_account": _("Expense after the account"),
        "self_pay_pct": _("Self-pay share of the annual wage"),
        "self_pay_line": _("Self-pay line"),
        "self_pay": _("Self-pay"),
        "person_total_cash": _("The person pays in cash"),
        "pool_pays": _("The pooled fund pays"),
        "person_pays": _("The person pays"),
        "unit_to_account": _("Share of the employer part for the account"),
        "unit_part_to_account": _("Employer part for the account"),
        "local_annual_avg_wage": _("Local average wage of a year"),
        "deductible_share": _("Deductible, share of the average wage"),
        "ceiling_multiple": _("Ceiling, multiple of the average wage"),
        "ceiling": _("Ceiling"),
        "eligible": _("Eligible expense"),
        "pool_share": _("Share of the pooled fund"),
    }
)


@calculator(
    "medical.contribution",
    title=_("Contribution to serious-illness pooling"),
    rules=("MED-2",),
    inputs={"wages": Yuan(), "rate": Rate()},
    outputs={"due": Yuan(), "employee": Yuan()},
)
def contribution(policy: Policy, trace: Trace, *, wages: Fraction, rate: Fraction) -> Outputs:
    """The employer pays a rate on its wages; the employee nothing (MED-2)."""
    due = trace.yuan("due", "wages × rate", wages * rate)
    return {"due": due, "employee": trace.yuan("employee", "0", Fraction(0))}


@calculator(
    "medical.serious_illness",
    title=_("Serious-illness pooling: who pays a bill"),
    rules=("MED-3",),
    inputs={
        "bill": Yuan(),
        "deductible": Yuan(),
        "bands": ListOf(Row(OrNull(Yuan()), Rate()), at_least=1),
    },
    outputs={
        "rows": ListOf(Record({"segment": Yuan(), "fund": Yuan()})),
        "fund_pays": Yuan(),
        "others_pay": Yuan(),
    },
)
def serious_illness(
    policy: Policy,
    trace: Trace,
    *,
    bill: Fraction,
    deductible: Fraction,
    bands: list[tuple[Fraction | None, Fraction]],
) -> Outputs:
    """The fund pays in each band of the bill above the deductible its share, unit and employee the rest (MED-3).

    A band is its upper limit, in yuan of the whole bill, and the fund's share; null is no limit, for the last band.
    """
    rows, lower = [], deductible
    previous = Fraction(-1)
    for place, (upper, share) in enumerate(bands, 1):
        if upper is None and place < len(bands):
            raise InputError(
                f"bands[{place}][1]", None, _("an upper limit: only the last band may have none"), "order"
            )
        if upper is not None and upper <= previous:
            raise InputError(f"bands[{place}][1]", upper, _("upper limits in ascending order"), "order")
        reach = bill if upper is None else min(bill, upper)
        trace.let(f"band_from[{place}]", lower)
        trace.let(f"band_share[{place}]", share)
        if upper is not None:
            trace.let(f"band_to[{place}]", upper)
        until = "bill" if upper is None else f"min(bill, band_to[{place}])"
        segment = trace.yuan(
            f"segment[{place}]", f"max({until} − band_from[{place}], 0)", max(reach - lower, Fraction(0))
        )
        fund = trace.yuan(f"fund[{place}]", f"segment[{place}] × band_share[{place}]", segment * share)
        rows.append({"segment": segment, "fund": fund})
        if upper is not None:
            previous, lower = upper, max(lower, upper)
    whole = " + ".join(f"fund[{place}]" for place in range(1, len(rows) + 1))
    fund_pays = trace.yuan("fund_pays", whole, sum((row["fund"] for row in rows), Fraction(0)))
    others = trace.yuan("others_pay", "bill − fund_pays", bill - fund_pays, rule="GEN-2")
    return {"rows": rows, "fund_pays": fund_pays, "others_pay": others}


@calculator(
    "medical.three_stages",
    title=_("Three stages of paying, pilots of 1996"),
    rules=("MED-5",),
    inputs={
        "year_bill": Yuan(),
        "account": Yuan(),
        "annual_wage": Yuan(),
        "copay_rates": ListOf(Rate(), length=3),
        "retiree_half": Bool(),
    },
    outputs={
        "account_pays": Yuan(),
        "self_pay": Yuan(),
        "segments": ListOf(Yuan()),
        "copay": ListOf(Yuan()),
        "person_total_cash": Yuan(),
        "pool_pays": Yuan(),
    },
)
def three_stages(
    policy: Policy,
    trace: Trace,
    *,
    year_bill: Fraction,
    account: Fraction,
    annual_wage: Fraction,
    copay_rates: list[Fraction],
    retiree_half: bool,
) -> Outputs:
    """First the account, then own cash up to a share of the year's wage, then the pool with co-payments (MED-5).

    The bands are of the year's expense after the account.
    """
    account_pays = trace.yuan("account_pays", "min(year_bill, account)", min(year_bill, account))
    expense = trace.yuan("expense_after_account", "year_bill − account_pays", year_bill - account_pays)
    line_share = trace.use(policy.get("med96.self_pay_pct"), "self_pay_pct")
    line = trace.yuan("self_pay_line", "self_pay_pct × annual_wage", line_share * annual_wage)
    self_pay = trace.yuan("self_pay", "min(expense_after_account, self_pay_line)", min(expense, line))
    retirees_pay = (
        trace.use(policy.get("med96.retiree_share"), "retiree_share") if retiree_half else Fraction(1)
    )
    limits = [limit for (limit,) in trace.use(policy.get("med96.band_limits"), "bands")]
    segments, copay = [], []
    for place, rate in enumerate(copay_rates, 1):
        lower = limits[place - 2] if place > 1 else Fraction(0)
        trace.let(f"copay_rate[{place}]", rate)
        trace.let(f"band_from[{place}]", lower)
        reach, until = expense, "expense_after_account"
        if place <= len(limits):
            reach = min(expense, limits[place - 1])
            until = f"min(expense_after_account, band_to[{place}])"
            trace.let(f"band_to[{place}]", limits[place - 1])
        segments.append(
            trace.yuan(
                f"segment[{place}]",
                f"max({until} − max(band_from[{place}], self_pay_line), 0)",
                max(reach - max(lower, line), Fraction(0)),
            )
        )
        copay.append(
            trace.yuan(
                f"copay[{place}]",
                f"segment[{place}] × copay_rate[{place}]" + (" × retiree_share" if retiree_half else ""),
                segments[-1] * rate * retirees_pay,
            )
        )
    cash = trace.yuan(
        "person_total_cash", "self_pay + copay[1] + copay[2] + copay[3]", self_pay + sum(copay, Fraction(0))
    )
    pool = trace.yuan(
        "pool_pays",
        "year_bill − account_pays − person_total_cash",
        year_bill - account_pays - cash,
        rule="GEN-2",
    )
    return {
        "account_pays": account_pays,
        "self_pay": self_pay,
        "segments": segments,
        "copay": copay,
        "person_total_cash": cash,
        "pool_pays": pool,
    }


def _split_unit_part(
    trace: Trace,
    wage_symbol: str,
    wage: Fraction,
    unit_rate: Fraction,
    own_rate: Fraction,
    to_account: Fraction,
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Employer's part, own part, what of both goes to the account, and the account in all."""
    unit = trace.yuan("unit", f"{wage_symbol} × unit_rate", wage * unit_rate)
    own = trace.yuan("own", f"{wage_symbol} × own_rate", wage * own_rate)
    moved = trace.yuan(
        "unit_part_to_account", f"{wage_symbol} × unit_rate × unit_to_account", wage * unit_rate * to_account
    )
    return unit, own, moved, trace.yuan("account", "own + unit_part_to_account", own + moved)


@calculator(
    "medical.pilot_funding",
    title=_("Funding of the medical pilots of 1996"),
    rules=("MED-4",),
    inputs={"own_monthly_wage": Yuan(), "unit_rate": Rate(), "own_rate": Rate(), "unit_to_account": Rate()},
    outputs={"unit": Yuan(), "own": Yuan(), "account": Yuan(), "pool": Yuan()},
)
def pilot_funding(
    policy: Policy,
    trace: Trace,
    *,
    own_monthly_wage: Fraction,
    unit_rate: Fraction,
    own_rate: Fraction,
    unit_to_account: Fraction,
) -> Outputs:
    """The account gets the own part and a share of the employer's; the pool the rest of the employer's (MED-4)."""
    unit, own, moved, account = _split_unit_part(
        trace, "own_monthly_wage", own_monthly_wage, unit_rate, own_rate, unit_to_account
    )
    pool = trace.yuan("pool", "unit − unit_part_to_account", unit - moved, rule="GEN-2")
    return {"unit": unit, "own": own, "account": account, "pool": pool}


@calculator(
    "medical.funding_1998",
    title=_("Funding of basic medical insurance, 1998"),
    rules=("MED-6",),
    inputs={"wage": Yuan()},
    outputs={"unit": Yuan(), "own": Yuan(), "account": Yuan()},
)
def funding_1998(policy: Policy, trace: Trace, *, wage: Fraction) -> Outputs:
    """Both pay rates on the wage; the account gets the own part and a share of the employer's (MED-6)."""
    unit_rate = trace.use(policy.get("med98.unit_rate"), "unit_rate")
    own_rate = trace.use(policy.get("med98.own_rate"), "own_rate")
    to_account = trace.use(policy.get("med98.unit_to_account"), "unit_to_account")
    unit, own, _moved, account = _split_unit_part(trace, "wage", wage, unit_rate, own_rate, to_account)
    return {"unit": unit, "own": own, "account": account}


@calculator(
    "medical.pool_1998",
    title=_("What the pooled fund pays of a bill, 1998"),
    rules=("MED-6",),
    inputs={"bill": Yuan(), "local_annual_avg_wage": Yuan(), "pool_share": Rate()},
    outputs={
        "deductible": Yuan(),
        "ceiling": Yuan(),
        "eligible": Yuan(),
        "pool_pays": Yuan(),
        "person_pays": Yuan(),
    },
)
def pool_1998(
    policy: Policy, trace: Trace, *, bill: Fraction, local_annual_avg_wage: Fraction, pool_share: Fraction
) -> Outputs:
    """Between a deductible and a ceiling, both by the average wage, the pool pays its share (MED-6)."""
    share = trace.use(policy.get("med98.deductible_share"), "deductible_share")
    multiple = trace.use(policy.get("med98.ceiling_multiple"), "ceiling_multiple")
    deductible = trace.yuan(
        "deductible", "deductible_share × local_annual_avg_wage", share * local_annual_avg_wage
    )
    ceiling = trace.yuan(
        "ceiling", "ceiling_multiple × local_annual_avg_wage", multiple * local_annual_avg_wage
    )
    eligible = trace.yuan(
        "eligible",
        "max(min(bill, ceiling) − deductible, 0)",
        max(min(bill, ceiling) - deductible, Fraction(0)),
    )
    pays = trace.yuan("pool_pays", "eligible × pool_share", eligible * pool_share)
    person = trace.yuan("person_pays", "bill − pool_pays", bill - pays, rule="GEN-2")
    return {
        "deductible": deductible,
        "ceiling": ceiling,
        "eligible": eligible,
        "pool_pays": pays,
        "person_pays": person,
    }
