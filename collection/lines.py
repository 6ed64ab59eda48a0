"""The lines of insurance, as the month sees them: each line's app registers its contribution at start-up.

Nothing here knows a particular line. The month takes, a county and period, the rates that each registered line asks
for, freezes them as assessment parameters, and bills every covered employer by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

UNLIMITED_FEN = 2**53


@dataclass(frozen=True)
class Rate:
    """What one line charges in one county and month; ppm are parts per million, fen a month.

    ``trade_class`` 0 holds for every employer, 1 to 5 for those of an injury risk class. ``parameter_ids`` names
    the version of each parameter used.
    """

    unit_ppm: int
    trade_class: int = 0
    own_ppm: int = 0
    floor_fen: int = 0
    cap_fen: int = UNLIMITED_FEN
    transfer_ppm: int = 0
    average_part_fen: int = 0
    includes_retiree_cost: bool = False
    parameter_ids: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Calculation:
    """A call of a registered calculator: its name and inputs. Traces of booked amounts are made of these."""

    name: str
    inputs: Mapping[str, Any]
    output: str


@dataclass(frozen=True)
class BillFacts:
    """What the unit's part of a bill was worked out from; money in yuan a month."""

    county_id: int
    due_period: date
    trade_class: int
    wages: Decimal
    retiree_cost: Decimal


@dataclass(frozen=True)
class WorkerFacts:
    """What a worker's part of a month was worked out from; the approved average wage in yuan a month."""

    county_id: int
    due_period: date
    wage: Decimal


class Contribution(Protocol):
    """What a line registers: who it is, its fund and accounts, its rates, and how to explain an amount."""

    line: str
    order: int
    name: Any
    fund: str
    income_unit_account: str
    income_own_account: str

    def rates(self, policy: Any, period: date, county_id: int) -> list[Rate]:
        """The rates of a county's month; empty before the line's first parameter: then nothing is billed."""

    def explain_unit(self, policy: Any, facts: BillFacts) -> Calculation:
        """The calculation of the employer's part of a bill."""

    def explain_worker(self, policy: Any, facts: WorkerFacts) -> list[Calculation]:
        """The calculations of a worker's base, own part and credit; empty where the line has no worker's part."""


_registered: dict[str, Contribution] = {}


def register(contribution: Contribution) -> None:
    """Add a line. Called once from the ``ready`` of the line's app."""
    if contribution.line in _registered:
        raise ValueError(f"line {contribution.line} is registered twice")
    _registered[contribution.line] = contribution


def all_lines() -> list[Contribution]:
    """The registered lines in the order in which money is split over them."""
    return sorted(_registered.values(), key=lambda c: c.order)


def get_line(line: str) -> Contribution:
    """One line. Raises KeyError where no app registered it."""
    return _registered[line]
