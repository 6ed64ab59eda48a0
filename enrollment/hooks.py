"""What upper floors add to the acts of the registry: registered by them when the application starts.

The registry knows no line of insurance and no bill. ``collection`` registers here what is to happen when a
declaration is approved or an employment ends, and the rules by which a declared wage will be charged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
