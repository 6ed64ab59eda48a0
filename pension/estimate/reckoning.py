"""What a pension would be (养老金估算): when one may retire and why, and the amount under each of the three schemes.

Everything is worked out by the same calculators as pensions themselves. What lies ahead is reckoned in today's money:
wage, averages and rates stay as they are or as they are already ordered, and the account bears no interest. Nothing
is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _

from jilin_si.money import ZERO, round_fen
from jilin_si.periods import add_months, months_between, parse_period, period_of
from jilin_si.policy.calculators import Result, calculate
from jilin_si.policy.errors import NotApplicable
from jilin_si.policy.lookup import Policy
from pension.rules.eligibility import REGIMES

OLD, PLAN1, UNIFIED = REGIMES
HUNDREDTH = Decimal("0.01")
MORE_BASE = Decimal("1.10")


@dataclass(frozen=True)
class Person:
    """What somebody tells of himself, or the record tells; wages and account in yuan, years of work so far.

    ``months`` are the contribution months so far, deemed ones with them, where they are known to the month.
    """

    birth: date
    sex: str
    identity: str
    category: str
    years: Decimal
    wage: Decimal
    account: Decimal | None = None
    standard_wage: Decimal | None = None
    months: int | None = None

    @property
    def whole_months(self) -> int:
        return int(self.years * 12) if self.months is None else self.months

    def years_after(self, months: int) -> Decimal:
        """Years of work once so many months more have passed."""
        if self.months is None:
            return self.years + _years(months)
        return _years(self.months + months)


@dataclass(frozen=True)
class Amount:
    """A month's pension under one scheme: the sum and its parts, or the reason why there is none."""

    regime: str
    monthly: Decimal | None = None
    lump_sum: Decimal | None = None
    reason: str = ""
    parts: tuple[tuple[str, Decimal], ...] = ()
    results: tuple[Result, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """When, and how much under each scheme."""

    age: int
    reaches_age_on: date
    first_month: date
    late: bool
    service_years: Decimal
    account_years: Decimal
    earlier_years: Decimal
    account: Decimal
    account_is_guessed: bool
    base: Decimal
    average_wage: Decimal
    regime: str
    amounts: tuple[Amount, ...]
    retirement: Result = field(repr=False)

    def of(self, regime: str) -> Amount:
        return next(amount for amount in self.amounts if amount.regime == regime)


@dataclass(frozen=True)
class Change:
    """What something else would make of it: per scheme the new sum and its difference."""

    regime: str
    monthly: Decimal | None
    difference: Decimal | None


def estimate(person: Person, policy: Policy, today: date, postponed_months: int = 0) -> Estimate:
    """The whole estimate for somebody as of a business date; ``postponed_months`` later than one may.

    Raises InputError for what cannot be, NotApplicable where no rule knows an age.
    """
    retirement = calculate(
        "pension.retirement_age",
        {"birth": person.birth, "sex": person.sex, "identity": person.identity, "category": person.category},
        policy=policy,
    )
    may_from = parse_period(str(retirement["first_pension_month"]))
    next_month = add_months(period_of(today), 1)
    first_month = add_months(max(may_from, next_month), postponed_months)
    months_ahead = months_between(period_of(today), first_month) - 1
    service = person.years_after(months_ahead)
    base, average = _base(person.wage, policy, today)
    account_months = _account_months(person, policy, today, first_month, months_ahead)
    balance, guessed = _account(person, base, average, policy, today, first_month)
    account_years = min(_years(account_months), service)
    facts = _Facts(
        person=person,
        policy=policy,
        first_month=first_month,
        service=service,
        account_years=account_years,
        earlier=service - account_years,
        balance=balance,
        base=base,
        average=average,
    )
    regime = calculate(
        "pension.regime",
        {
            "pension_start": first_month,
            "plan1_from": policy.value("regime.plan1_from"),
            "unified_from": policy.value("regime.unified_from"),
        },
        policy=policy,
    )
    return Estimate(
        age=retirement["age"],
        reaches_age_on=date.fromisoformat(str(retirement["reaches_age_on"])),
        first_month=first_month,
        late=may_from < next_month,
        service_years=service,
        account_years=account_years,
        earlier_years=facts.earlier,
        account=balance,
        account_is_guessed=guessed,
        base=base,
        average_wage=average,
        regime=str(regime["regime"]),
        amounts=(_old(facts), _plan1(facts), _unified(facts)),
        retirement=retirement,
    )


def one_more_year(person: Person, found: Estimate, policy: Policy, today: date) -> list[Change]:
    """What a further year of work would change."""
    return _changes(found, estimate(person, policy, today, postponed_months=12))


def higher_base(person: Person, found: Estimate, policy: Policy, today: date) -> list[Change]:
    """What a wage a tenth higher would change, from now on."""
    more = replace(
        person,
        wage=round_fen(person.wage * MORE_BASE),
        account=found.account if person.account is None else person.account,
        standard_wage=None if person.standard_wage is None else round_fen(person.standard_wage * MORE_BASE),
    )
    if person.account is None:  # what is in the account already is not changed by a later wage
        more = replace(more, account=_so_far(person, found, policy, today))
    return _changes(found, estimate(more, policy, today))


def _changes(before: Estimate, after: Estimate) -> list[Change]:
    changes = []
    for old, new in zip(before.amounts, after.amounts, strict=True):
        both = old.monthly is not None and new.monthly is not None
        changes.append(Change(old.regime, new.monthly, new.monthly - old.monthly if both else None))  # type: ignore[operator]
    return changes


# ── what the schemes start from ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Facts:
    person: Person
    policy: Policy
    first_month: date
    service: Decimal
    account_years: Decimal
    earlier: Decimal
    balance: Decimal
    base: Decimal
    average: Decimal

    @property
    def index(self) -> Decimal:
        """The average index, as if the own wage had always stood to the average as it does today."""
        return (self.base / self.average).quantize(Decimal("0.0001"))

    def run(self, name: str, inputs: dict[str, Any]) -> Result:
        return calculate(name, inputs, policy=self.policy)


def _years(months: int) -> Decimal:
    return (Decimal(months) / 12).quantize(HUNDREDTH, rounding=ROUND_DOWN)


def _base(wage: Decimal, policy: Policy, today: date) -> tuple[Decimal, Decimal]:
    """The contribution base of today's wage, and the local average wage behind its floor and cap (PEN-4)."""
    average = policy.value("local_avg_wage", today)
    found = calculate(
        "pension.contribution_base",
        {
            "last_year_wages": wage * 12,
            "months_worked": 12,
            "local_avg_monthly_wage": average,
            "cap_multiple": policy.value("pension.base_cap", today),
            "floor_multiple": policy.value("pension.base_floor", today),
        },
        policy=policy,
    )
    return found["base"], average


def _account_months(person: Person, policy: Policy, today: date, first_month: date, ahead: int) -> int:
    """For how many months there is an account by then: since accounts began, and while one worked."""
    begun = period_of(policy.value("regime.plan1_from"))
    possible = max(0, months_between(begun, first_month) - 1)
    return min(possible, person.whole_months + ahead)


def _account(
    person: Person, base: Decimal, average: Decimal, policy: Policy, today: date, first_month: date
) -> tuple[Decimal, bool]:
    """What the account holds at retirement: what it holds now, or is guessed to, and the credits to come."""
    now = period_of(today)
    begun = period_of(policy.value("regime.plan1_from"))
    held = person.account
    if held is None:
        earliest = max(begun, add_months(now, -person.whole_months))
        held = _credits(base, average, policy, earliest, now) if earliest < now else ZERO
    coming = _credits(base, average, policy, max(now, begun), first_month)
    return held + coming, person.account is None


def _so_far(person: Person, found: Estimate, policy: Policy, today: date) -> Decimal:
    now = period_of(today)
    begun = period_of(policy.value("regime.plan1_from"))
    earliest = max(begun, add_months(now, -person.whole_months))
    return _credits(found.base, found.average_wage, policy, earliest, now) if earliest < now else ZERO


def _credits(base: Decimal, average: Decimal, policy: Policy, first: date, until: date) -> Decimal:
    """The credits of the months from ``first`` up to before ``until``, by the rates of each year (PEN-6)."""
    total = ZERO
    month = first
    while month < until:
        year_end = min(date(month.year + 1, 1, 1), until)
        months = months_between(month, year_end) - 1
        on_base = policy.find("account.transfer_on_base", month)
        on_average = policy.find("account.transfer_on_local_avg", month)
        if on_base is not None:
            credit = calculate(
                "pension.account_credit",
                {
                    "base": base,
                    "local_avg_monthly_wage": average,
                    "own_rate": policy.value("pension.individual_rate", month),
                    "transfer_rate": on_base.value,
                    "local_avg_rate": on_average.value if on_average is not None else ZERO,
                },
                policy=policy,
            )
            total += credit["total_credit"] * months
        month = year_end
    return total


# ── the three schemes ────────────────────────────────────────────────────────────────────────────────────────────
def _old(facts: _Facts) -> Amount:
    """The rules of 1978: a percentage of the standard wage, and the least living subsidy."""
    person, policy = facts.person, facts.policy
    subsidies = [row[1] for row in policy.value("old104.living_subsidy") if row[0] == "retired"]
    try:
        found = facts.run(
            "pension.benefit_1978",
            {
                "standard_wage": person.standard_wage or person.wage,
                "service_years": facts.service,
                "special_contribution_add": ZERO,
                "subsidies": subsidies,
                "revolution_period": None,
                "minimum": policy.value("old104.minimum"),
            },
        )
    except NotApplicable as refusal:
        return Amount(OLD, reason=refusal.message)
    parts = ((_("of the standard wage"), found["base_pension"]), (_("living subsidy"), found["subsidies"]))
    return Amount(OLD, found["monthly_total"], parts=parts, results=(found,))


def _has_years_enough(facts: _Facts) -> bool:
    """Fifteen years; ten for who started before the scheme (PEN-18)."""
    policy = facts.policy
    if facts.service >= policy.value("pension.min_years_new"):
        return True
    found = facts.run(
        "pension.ten_year_rule",
        {"service_years": facts.service, "started_before_scheme": facts.earlier > 0},
    )
    return bool(found["eligible_monthly"])


def _too_few(facts: _Facts, regime: str, calculator: str, inputs: dict[str, Any]) -> Amount:
    reason = _("%(years)s years are too few for a monthly pension: the account is paid out once.") % {
        "years": facts.service
    }
    found = facts.run(calculator, inputs)
    return Amount(regime, lump_sum=found["lump_sum"], reason=reason, results=(found,))


def _plan1(facts: _Facts) -> Amount:
    """The scheme of 1995: the account, projected over all years of work or with an indexed part."""
    policy = facts.policy
    if facts.account_years == 0:
        return Amount(PLAN1, reason=_("There is no account before the scheme of 1995."))
    if not _has_years_enough(facts):
        inputs = {"contribution_years": facts.service, "account_balance": facts.balance}
        return _too_few(facts, PLAN1, "pension.lump_sum_1995", inputs)
    if facts.earlier == 0:
        found = facts.run("pension.benefit_1995_new", {"account_balance": facts.balance})
        return Amount(
            PLAN1, found["monthly"], parts=((_("from the account"), found["monthly"]),), results=(found,)
        )
    if policy.value("plan1.variant") == "INDEXED":
        found = facts.run(
            "pension.benefit_1995_indexed",
            {
                "balance": facts.balance,
                "local_avg_monthly_wage": facts.average,
                "avg_index": facts.index,
                "pre_account_years": facts.earlier,
                "coefficient": policy.value("plan1.indexed_coef"),
            },
        )
        parts = (
            (_("from the account"), found["account_pension"]),
            (_("for the years before the account"), found["transitional"]),
        )
    else:
        found = facts.run(
            "pension.benefit_1995_projected",
            {
                "balance": facts.balance,
                "account_years": facts.account_years,
                "deemed_years": facts.earlier,
                "coefficient": policy.value("plan1.coef"),
            },
        )
        parts = ((_("from the account, projected over all years"), found["monthly"]),)  # type: ignore[assignment]
    return _protected(facts, Amount(PLAN1, found["monthly"], parts=parts, results=(found,)))


def _protected(facts: _Facts, amount: Amount) -> Amount:
    """During the transition no less than by the rules of 1978 (PEN-17)."""
    old = _old(facts)
    if old.monthly is None or facts.first_month > facts.policy.value("plan1.protection_until"):
        return amount
    (by_1978,) = old.results
    found = facts.run(
        "pension.transition_guarantee",
        {
            "new_monthly": amount.monthly,
            "old_standard_wage": facts.person.standard_wage or facts.person.wage,
            "old_percent": by_1978.outputs["percent"],
            "old_subsidies": by_1978.outputs["subsidies"],
        },
    )
    if not found["top_up"]:
        return amount
    parts = (*amount.parts, (_("made up to the rules of 1978, in the transition"), found["top_up"]))
    return replace(amount, monthly=found["paid"], parts=parts, results=(*amount.results, found))


def _unified(facts: _Facts) -> Amount:
    """The unified scheme of 1997: basic pension, account, and a part for the years before the account."""
    policy = facts.policy
    if not _has_years_enough(facts):
        inputs = {"contribution_years": facts.service, "balance": facts.balance}
        return _too_few(facts, UNIFIED, "pension.lump_sum_1997", inputs)
    middle = facts.earlier > 0
    found = facts.run(
        "pension.benefit_1997",
        {
            "provincial_avg_monthly_wage": facts.average,
            "balance": facts.balance,
            "avg_index": facts.index if middle else None,
            "pre_account_years": facts.earlier if middle else None,
            "coefficient": policy.value("unified.transition_coef") if middle else None,
        },
    )
    parts = [(_("basic pension"), found["base_pension"]), (_("from the account"), found["account_pension"])]
    if middle:
        parts.append((_("for the years before the account"), found["transitional"]))
    return Amount(UNIFIED, found["monthly"], parts=tuple(parts), results=(found,))
