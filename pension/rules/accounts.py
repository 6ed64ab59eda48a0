"""The individual account: a year with interest, the statement, what becomes of it at death (PEN-8, PEN-10, PEN-22)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import InputError, refuse_division_by_zero
from jilin_si.policy.exact import exact_text
from jilin_si.policy.kinds import Count, MapOf, Number, Rate, Record, Text, Yuan
from jilin_si.policy.lookup import Policy
from jilin_si.policy.trace import Trace

ACCOUNT_YEAR = {
    "month_product": Yuan(),
    "interest_on_opening": Yuan(),
    "interest_on_current": Yuan(),
    "year_principal": Yuan(),
    "closing": Yuan(),
}


def year_with_interest(
    trace: Trace, opening: Fraction, credited: Mapping[int, Fraction], book_rate: Fraction, part: str = ""
) -> dict[str, Fraction]:
    """A year of an account by month products (月积数法): a credit of month m earns interest for 13 − m months (PEN-8).

    ``credited`` are yuan by month number. The two interests are rounded separately, once a year. ``part`` marks the
    symbols of a sub-ledger.
    """
    mark = f"[{part}]" if part else ""
    product = sum(((13 - month) * amount for month, amount in credited.items()), Fraction(0))
    trace.yuan(
        f"month_product{mark}",
        f"Σ credits{mark} × (13 − month_number)",
        product,
        put_in=lambda: " + ".join(f"{exact_text(a)} × {13 - m}" for m, a in sorted(credited.items())) or "0",
    )
    on_opening = trace.yuan(f"interest_on_opening{mark}", f"opening{mark} × book_rate", opening * book_rate)
    on_current = trace.yuan(
        f"interest_on_current{mark}", f"month_product{mark} × book_rate ÷ 12", product * book_rate / 12
    )
    principal = trace.yuan(
        f"year_principal{mark}",
        f"Σ credits{mark}",
        sum(credited.values(), Fraction(0)),
        put_in=lambda: " + ".join(exact_text(a) for _m, a in sorted(credited.items())) or "0",
    )
    closing = trace.yuan(
        f"closing{mark}",
        f"opening{mark} + year_principal{mark} + interest_on_opening{mark} + interest_on_current{mark}",
        opening + principal + on_opening + on_current,
    )
    return {
        "month_product": trace.values[f"month_product{mark}"],
        "interest_on_opening": on_opening,
        "interest_on_current": on_current,
        "year_principal": principal,
        "closing": closing,
    }


@calculator(
    "pension.account_year",
    title=_("A year of the individual account"),
    rules=("PEN-8",),
    inputs={
        "opening": Yuan(),
        "credits": MapOf(
            Yuan(), keys="[1-9]|1[0-2]", allowed=_('an object of months "1" to "12" and amounts')
        ),
        "book_rate": Rate(),
    },
    outputs=ACCOUNT_YEAR,
)
def account_year(
    policy: Policy,
    trace: Trace,
    *,
    opening: Fraction,
    credits: dict[str, Fraction],  # noqa: A002 - the input's name
    book_rate: Fraction,
) -> Outputs:
    """Opening balance, credits by month and the year's book rate give the closing balance (PEN-8)."""
    return year_with_interest(trace, opening, {int(month): a for month, a in credits.items()}, book_rate)


@calculator(
    "pension.account_year_level",
    title=_("A year of the individual account, equal credits"),
    rules=("PEN-8",),
    inputs={
        "opening": Yuan(),
        "monthly_credit": Yuan(),
        "months": Text(
            "([1-9]|1[0-2])-([1-9]|1[0-2])",
            allowed=_('first and last month joined by a hyphen, such as "7-12"'),
        ),
        "book_rate": Rate(),
    },
    outputs=ACCOUNT_YEAR,
)
def account_year_level(
    policy: Policy,
    trace: Trace,
    *,
    opening: Fraction,
    monthly_credit: Fraction,
    months: str,
    book_rate: Fraction,
) -> Outputs:
    """The same credit in each month from the first to the last (PEN-8)."""
    first, last = (int(month) for month in months.split("-"))
    if first > last:
        raise InputError("months", months, _("a last month not before the first"), "order")
    return year_with_interest(
        trace, opening, dict.fromkeys(range(first, last + 1), monthly_credit), book_rate
    )


@calculator(
    "pension.account_year_annual_method",
    title=_("A year of the individual account, annual method"),
    rules=("PEN-8",),
    inputs={"opening": Yuan(), "year_principal": Yuan(), "book_rate": Rate()},
    outputs={"interest_on_opening": Yuan(), "interest_on_current": Yuan(), "closing": Yuan()},
)
def account_year_annual_method(
    policy: Policy, trace: Trace, *, opening: Fraction, year_principal: Fraction, book_rate: Fraction
) -> Outputs:
    """The annual method (年度计算法): the year's principal earns 1.083 of half the rate (PEN-8)."""
    factor = trace.use(policy.get("account.annual_method_factor"), "annual_method_factor")
    on_opening = trace.yuan("interest_on_opening", "opening × book_rate", opening * book_rate)
    on_current = trace.yuan(
        "interest_on_current",
        "year_principal × book_rate × annual_method_factor ÷ 2",
        year_principal * book_rate * factor / 2,
    )
    closing = trace.yuan(
        "closing",
        "opening + year_principal + interest_on_opening + interest_on_current",
        opening + year_principal + on_opening + on_current,
    )
    return {"interest_on_opening": on_opening, "interest_on_current": on_current, "closing": closing}


@calculator(
    "pension.retiree_account_year",
    title=_("A year of a retiree's account"),
    rules=("PEN-8b",),
    inputs={
        "opening": Yuan(),
        "monthly_account_pension": Yuan(),
        "months_paid": Count(0, 12),
        "book_rate": Rate(),
    },
    outputs={"paid": Yuan(), "interest": Yuan(signed=True), "closing": Yuan(signed=True)},
)
def retiree_account_year(
    policy: Policy,
    trace: Trace,
    *,
    opening: Fraction,
    monthly_account_pension: Fraction,
    months_paid: int,
    book_rate: Fraction,
) -> Outputs:
    """Interest on the opening less that on what was paid out, as one amount rounded once (PEN-8b).

    With fewer than twelve payments they are the year's last ones.
    """
    weight = months_paid * (months_paid + 1) // 2
    trace.find("payment_weight", "months_paid × (months_paid + 1) ÷ 2", weight)
    paid = trace.yuan("paid", "monthly_account_pension × months_paid", monthly_account_pension * months_paid)
    interest = trace.yuan(
        "interest",
        "opening × book_rate − monthly_account_pension × payment_weight × book_rate ÷ 12",
        opening * book_rate - monthly_account_pension * weight * book_rate / 12,
    )
    closing = trace.yuan("closing", "opening − paid + interest", opening - paid + interest)
    return {"paid": paid, "interest": interest, "closing": closing}


@calculator(
    "pension.account_statement",
    title=_("Annual statement of the individual account"),
    rules=("PEN-10", "PEN-8c"),
    inputs={
        "opening_own": Yuan(),
        "opening_unit": Yuan(),
        "monthly_own": Yuan(),
        "monthly_unit": Yuan(),
        "book_rate": Rate(),
    },
    outputs={"own": Record(ACCOUNT_YEAR), "unit": Record(ACCOUNT_YEAR), "total_closing": Yuan()},
)
def account_statement(
    policy: Policy,
    trace: Trace,
    *,
    opening_own: Fraction,
    opening_unit: Fraction,
    monthly_own: Fraction,
    monthly_unit: Fraction,
    book_rate: Fraction,
) -> Outputs:
    """Own and employer's sub-ledgers, twelve equal credits in each, interest in each by itself (PEN-10, PEN-8c)."""
    trace.let("opening[own]", opening_own)
    trace.let("opening[unit]", opening_unit)
    own = year_with_interest(trace, opening_own, dict.fromkeys(range(1, 13), monthly_own), book_rate, "own")
    unit = year_with_interest(
        trace, opening_unit, dict.fromkeys(range(1, 13), monthly_unit), book_rate, "unit"
    )
    total = trace.yuan(
        "total_closing", "closing[own] + closing[unit]", own["closing"] + unit["closing"], rule="PEN-8c"
    )
    return {"own": own, "unit": unit, "total_closing": total}


@calculator(
    "pension.inheritance_in_service",
    title=_("Account of a person who died in service"),
    rules=("PEN-22",),
    inputs={"own_subaccount": Yuan(), "unit_subaccount": Yuan()},
    outputs={"inheritable": Yuan(), "returned_to_pool": Yuan()},
)
def inheritance_in_service(
    policy: Policy, trace: Trace, *, own_subaccount: Fraction, unit_subaccount: Fraction
) -> Outputs:
    """The heirs get the own part with its interest; the employer's part stays in the pool (PEN-22)."""
    return {
        "inheritable": trace.yuan("inheritable", "own_subaccount", own_subaccount),
        "returned_to_pool": trace.yuan("returned_to_pool", "unit_subaccount", unit_subaccount),
    }


@calculator(
    "pension.inheritance_after_retirement",
    title=_("Account of a person who died after retirement"),
    rules=("PEN-22",),
    inputs={"own_at_retirement": Yuan(), "total_at_retirement": Yuan(), "remaining_at_death": Yuan()},
    outputs={"own_share": Number(places=6), "inheritable": Yuan(), "returned_to_pool": Yuan()},
)
def inheritance_after_retirement(
    policy: Policy,
    trace: Trace,
    *,
    own_at_retirement: Fraction,
    total_at_retirement: Fraction,
    remaining_at_death: Fraction,
) -> Outputs:
    """The heirs get the share that the own part had at retirement of what remains, the pool the rest (PEN-22)."""
    if total_at_retirement == 0:
        raise refuse_division_by_zero(_("the account at retirement"))
    if own_at_retirement > total_at_retirement:
        raise InputError(
            "own_at_retirement", own_at_retirement, _("at most the whole account at retirement"), "order"
        )
    share = trace.ratio(
        "own_share",
        "own_at_retirement ÷ total_at_retirement",
        own_at_retirement / total_at_retirement,
        places=6,
    )
    heirs = trace.yuan("inheritable", "remaining_at_death × own_share", remaining_at_death * share)
    pool = trace.yuan(
        "returned_to_pool", "remaining_at_death − inheritable", remaining_at_death - heirs, rule="GEN-2"
    )
    return {"own_share": share, "inheritable": heirs, "returned_to_pool": pool}
