"""What upper floors add to the acts of the registry: registered by them when the application starts.

The registry knows no line of insurance and no bill. ``collection`` registers here what is to happen when a
declaration is approved or an employment ends, and the rules by which a declared wage will be charged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from enrollment.models import Employer
    from jilin_si.policy.lookup import ParameterVersion


class Hook:
    """Functions that are called, in the transaction of the act, with what the act was about."""

    def __init__(self, about: str) -> None:
        self.about = about
        self._functions: dict[str, Callable[[Any], None]] = {}

    def register(self, function: Callable[[Any], None]) -> Callable[[Any], None]:
        """Add a function; the same one again replaces itself."""
        self._functions[f"{function.__module__}.{function.__qualname__}"] = function
        return function

    def call(self, what: Any) -> None:
        for function in self._functions.values():
            function(what)


on_declaration_approved = Hook("a declaration, just approved")
on_employment_ended = Hook("an employment whose last period was set")
on_transfer_sent = Hook("a transfer that was just sent: the account leaves")
on_transfer_arrived = Hook("a transfer that was taken in, or left the province: the account arrives")
on_transfer_back = Hook("a transfer that was taken back: the account stands where it stood")
on_people_left = Hook("people of one employer who left it together: PeopleMoved")
on_people_back = Hook("people of one employer whose leaving was taken back: PeopleMoved")
on_people_taken_over = Hook("people with whom another employer goes on: PeopleTakenOver")


@dataclass(frozen=True)
class PeopleMoved:
    """Workers of one employer, and the first month without it; ``retirees``: what its retirees cost goes too."""

    employer_id: int
    county_id: int
    workers: Sequence[int]
    first_period: date
    retirees: bool = False


@dataclass(frozen=True)
class PeopleTakenOver:
    """Whom an employer takes over from a month on. ``wages`` as ``running_wages`` gave them; the cost a month."""

    employer_id: int
    county_id: int
    first_period: date
    wages: Mapping[int, Mapping[str, Any]]
    retirees: int = 0
    retiree_cost: Decimal = Decimal(0)


@dataclass(frozen=True)
class EmployerSums:
    """What an employer owes today by line (yuan, without late fee), and its retirees in a month."""

    arrears: Mapping[str, Decimal] = field(default_factory=dict)
    retirees: int = 0
    retiree_cost: Decimal = Decimal(0)

    @property
    def owed(self) -> Decimal:
        return sum(self.arrears.values(), Decimal(0))


@dataclass(frozen=True)
class Charged:
    """What was charged for workers with an employer from a month on.

    ``ever`` has a spell, be it taken back; ``living`` how many spells count now; ``billed`` the billed months.
    """

    ever: frozenset[int] = frozenset()
    living: int = 0
    billed: Sequence[date] = ()


ChargedProvider = Callable[[int, int, Sequence[int], date], Charged]
_charged: list[ChargedProvider] = []
on_declaration_taken_back = Hook("an approved declaration that is taken back")


def register_charged(provider: ChargedProvider) -> None:
    """Say who knows what was charged."""
    _charged[:] = [provider]


def charged(employer_id: int, county_id: int, workers: Sequence[int], first_period: date) -> Charged:
    """What was charged for workers with an employer from a month on; nothing where nobody charges."""
    return _charged[0](employer_id, county_id, workers, first_period) if _charged else Charged()


@dataclass(frozen=True)
class Payment:
    """Money of an employer in the bank: the day, and yuan."""

    on: date
    amount: Decimal


_payments: list[Callable[[int], list[Payment]]] = []


def register_payments(provider: Callable[[int], list[Payment]]) -> None:
    """Say who knows what an employer paid."""
    _payments[:] = [provider]


def payments(employer_id: int) -> list[Payment]:
    """What an employer paid, the first first; nothing where nobody takes money."""
    return _payments[0](employer_id) if _payments else []


@dataclass(frozen=True)
class MetAcross:
    """What another act hangs on, in words, be it money that met debt of another employer; ``url`` leads there."""

    text: str
    url: str = ""


_across: list[Callable[[int], Sequence[MetAcross]]] = []


def register_met_across(provider: Callable[[int], Sequence[MetAcross]]) -> None:
    """Say who knows which money followed an event."""
    _across[:] = [provider]


def met_across(change_id: int) -> Sequence[MetAcross]:
    """The money that followed an event to another's debt: while there is any, the event stays."""
    return _across[0](change_id) if _across else ()


@dataclass(frozen=True)
class LineMonths:
    """Months of an employer, ``last`` None: and all to come, in which it was in a line after all, or was not."""

    line: str
    first: date
    last: date | None
    covered: bool


@dataclass(frozen=True)
class LineEffect:
    """Whether bills of the line change with that, and what stands against it."""

    billed: bool = False
    blocks: Sequence[MetAcross] = ()


# an employer, the months, and the first period that is not assessed
LineEffectProvider = Callable[["Employer", LineMonths, date], LineEffect]
_line_effect: list[LineEffectProvider] = []
_coverage_case: list[Callable[[int], str]] = []


def register_line_effect(provider: LineEffectProvider, page: Callable[[int], str]) -> None:
    """Say who knows the bills of a line, and the page on which a case about an entry of the trail is entered."""
    _line_effect[:] = [provider]
    _coverage_case[:] = [page]


def line_effect(employer: Employer, months: LineMonths, recorded: date) -> LineEffect:
    """What hangs on the coverage of months; nothing where nobody bills."""
    return _line_effect[0](employer, months, recorded) if _line_effect else LineEffect()


def coverage_case(entry: int) -> str:
    """The address of the page on which a case about a coverage is entered."""
    return _coverage_case[0](entry) if _coverage_case else ""


EmployerSumsProvider = Callable[[int, date], EmployerSums]
RunningWages = Callable[[int, int, Sequence[int], date], dict[int, dict[str, Any]]]
_sums: list[EmployerSumsProvider] = []
_running: list[RunningWages] = []


def register_employer_sums(sums: EmployerSumsProvider, running: RunningWages) -> None:
    """Say who knows what an employer owes, and which wages go on with it."""
    _sums[:] = [sums]
    _running[:] = [running]


def employer_sums(employer_id: int, period: date) -> EmployerSums:
    """What an employer owes, and its retirees in this month."""
    return _sums[0](employer_id, period) if _sums else EmployerSums()


def running_wages(
    employer_id: int, county_id: int, workers: Sequence[int], first_period: date
) -> dict[int, dict[str, Any]]:
    """The wages charged for workers from a month on: worker → fee year → ``{"fen": …, "provisional": …}``."""
    return _running[0](employer_id, county_id, workers, first_period) if _running else {}


@dataclass(frozen=True)
class LineRule:
    """What one line will charge on a declared wage in one month: rates in parts per million, amounts in fen."""

    line: str
    name: StrOrPromise
    unit_ppm: int
    own_ppm: int = 0
    floor_fen: int = 0
    cap_fen: int = 2**53
    transfer_ppm: int = 0
    average_part_fen: int = 0
    includes_retiree_cost: bool = False

    def base_fen(self, wage_fen: int) -> int:
        """The contribution base: the wage held between floor and cap (PEN-4)."""
        return min(max(wage_fen, self.floor_fen), self.cap_fen)

    def own_fen(self, wage_fen: int) -> int:
        """The worker's part of a month, rounded half up (PEN-5)."""
        return share_fen(self.base_fen(wage_fen), self.own_ppm)

    def credit_fen(self, wage_fen: int) -> int:
        """What a paid month brings to the individual account: each part rounded by itself (PEN-6)."""
        base = self.base_fen(wage_fen)
        return share_fen(base, self.own_ppm) + share_fen(base, self.transfer_ppm) + self.average_part_fen

    def unit_fen(self, wages_fen: int, retiree_cost_fen: int) -> int:
        """The employer's part of a month on the wage total, and the retiree cost where the line counts it (PEN-2)."""
        return share_fen(wages_fen + (retiree_cost_fen if self.includes_retiree_cost else 0), self.unit_ppm)


@dataclass(frozen=True)
class WageRules:
    """How an employer's declared wages are charged from a month on, in every line that covers it."""

    period: date
    lines: tuple[LineRule, ...] = ()
    average: Decimal | None = None
    floor_multiple: Decimal | None = None
    cap_multiple: Decimal | None = None

    @property
    def personal(self) -> LineRule | None:
        """The line in which workers pay a part of their own, with floor and cap."""
        return next((rule for rule in self.lines if rule.own_ppm), None)


@dataclass(frozen=True)
class WageCalculation:
    """A call of a calculator that explains an amount of a declared wage."""

    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    versions: tuple[ParameterVersion, ...] = ()


WageRulesProvider = Callable[["Employer", date], WageRules]
WageExplainer = Callable[["Employer", date, Decimal], list[WageCalculation]]

_rules: list[WageRulesProvider] = []
_explainer: list[WageExplainer] = []


def register_wage_rules(provider: WageRulesProvider, explainer: WageExplainer) -> None:
    """Say who knows the rules for declared wages, and who explains an amount of them."""
    _rules[:] = [provider]
    _explainer[:] = [explainer]


def wage_rules(employer: Employer, period: date) -> WageRules:
    """The rules for an employer's wages from a month on; no lines where nobody knows any."""
    return _rules[0](employer, period) if _rules else WageRules(period)


def explain_wage(employer: Employer, period: date, wage: Decimal) -> list[WageCalculation]:
    """The calculations of a worker's base, own part and credit, in that order."""
    return _explainer[0](employer, period, wage) if _explainer else []


def share_fen(amount_fen: int, ppm: int) -> int:
    """A share in parts per million of an amount of 0 or more, rounded half up to the fen (GEN-1)."""
    return (amount_fen * ppm + 500_000) // 1_000_000


@dataclass(frozen=True)
class Reserve:
    """The lump sum for the pensions of an employer's retirees (REST-4); yuan, with the calculation that gives it."""

    retirees: int
    monthly: Decimal
    months: int
    amount: Decimal
    calculation: WageCalculation


@dataclass(frozen=True)
class ClaimLine:
    """What is owed in one line, and its late fee to the day of the claim; yuan."""

    line: str
    name: str
    arrears: Decimal
    late_fee: Decimal

    @property
    def total(self) -> Decimal:
        return self.arrears + self.late_fee


@dataclass(frozen=True)
class Claim:
    """What the office files with the liquidator of an employer that ended (申报债权, REST-2)."""

    on: date
    lines: Sequence[ClaimLine] = ()
    reserve: Reserve | None = None

    @property
    def arrears(self) -> Decimal:
        return sum((line.arrears for line in self.lines), Decimal(0))

    @property
    def late_fee(self) -> Decimal:
        return sum((line.late_fee for line in self.lines), Decimal(0))

    @property
    def reserved(self) -> Decimal:
        return self.reserve.amount if self.reserve else Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.arrears + self.late_fee + self.reserved


# a unit, the month of the event, retirees and what they get a month together
ReserveProvider = Callable[[int, date, int, Decimal], "Reserve | None"]
ClaimProvider = Callable[["Employer", date, EmployerSums], Claim]
_reserve: list[ReserveProvider] = []
_claim: list[ClaimProvider] = []


def register_retiree_reserve(provider: ReserveProvider) -> None:
    """Say who knows what is set aside for the retirees of an employer that ended."""
    _reserve[:] = [provider]


def retiree_reserve(county_id: int, period: date, retirees: int, monthly: Decimal) -> Reserve | None:
    """What is set aside for retirees; None where there are none, or nobody pays pensions."""
    return _reserve[0](county_id, period, retirees, monthly) if _reserve and monthly else None


def register_claim(provider: ClaimProvider) -> None:
    """Say who knows what is claimed from a liquidator."""
    _claim[:] = [provider]


def claim(employer: Employer, period: date, sums: EmployerSums) -> Claim | None:
    """What is claimed of an employer that ends with this month; None where nobody collects."""
    return _claim[0](employer, period, sums) if _claim else None


# a unit's area code → employments without a contribution in its last assessed month, each with the first month missed
MonthGaps = Callable[[int], list[tuple[int, date]]]
_month_gaps: list[MonthGaps] = []


def register_month_gaps(provider: MonthGaps) -> None:
    """Say who knows which employed people were left out of the last assessment."""
    _month_gaps[:] = [provider]


def months_without_spell(unit: int) -> list[tuple[int, date]]:
    """Employments of a unit without a contribution in its last assessed month; none where nobody assesses."""
    return _month_gaps[0](unit) if _month_gaps else []


@dataclass(frozen=True)
class MoneyOf:
    """What of money hangs on a worker's record: charged spells, and the account's last closing in fen."""

    spells: int = 0
    balance_fen: int = 0

    @property
    def touched(self) -> bool:
        return bool(self.spells or self.balance_fen)


_money: list[Callable[[int], MoneyOf]] = []


def register_money_of(provider: Callable[[int], MoneyOf]) -> None:
    """Say who knows what money hangs on a worker's record."""
    _money[:] = [provider]


def money_of(worker_id: int) -> MoneyOf:
    """What money hangs on a record; none where nobody keeps any."""
    return _money[0](worker_id) if _money else MoneyOf()
