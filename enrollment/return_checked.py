"""What a return says once it was read: each row with its faults, and the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from enrollment.hooks import WageRules
from enrollment.identity_numbers import IdentityNumber
from enrollment.return_rows import Person


@dataclass(frozen=True)
class Leaving:
    """How an answer ends an employment: the first month without it, and why."""

    effective_period: date
    reason: str


@dataclass(frozen=True)
class Fault:
    """Something to mend or to look at: the cell, a code, and the message in the language active now."""

    cell: str
    code: str
    text: str


@dataclass
class CheckedRow:
    """A row as it was read. Amounts in fen; None where the row is not complete.

    ``leaving`` is what the answer says about the end of the employment, ``first_period`` when a new person joins.
    """

    place: int
    row: Mapping[str, str]
    person: Person | None = None
    number: IdentityNumber | None = None
    name: str = ""
    values: dict[str, str] = field(default_factory=dict)
    year_wages_fen: int | None = None
    months: int | None = None
    average_fen: int | None = None
    answer: str = ""
    leaving: Leaving | None = None
    first_period: date | None = None
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.person is None

    @property
    def reason(self) -> str:
        return self.row.get("reason", "").strip()

    @property
    def has_wages(self) -> bool:
        """Whether the row declares wages: also where somebody leaves later than the return begins."""
        return not self.answer or self.average_fen is not None

    @property
    def open_faults(self) -> list[Fault]:
        """What keeps the row from being handed in: errors, and warnings without a reason."""
        return self.errors or ([] if self.reason else self.warnings)

    @property
    def good(self) -> bool:
        return not self.open_faults


@dataclass
class CheckedDeclaration:
    """The whole return as it was read."""

    rows: list[CheckedRow]
    rules: WageRules
    retirees: int = 0
    retiree_cost_fen: int = 0
    errors: list[Fault] = field(default_factory=list)

    @property
    def good_rows(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.good and row.average_fen is not None]

    @property
    def declared(self) -> list[CheckedRow]:
        """The rows with wages."""
        return [row for row in self.rows if row.has_wages]

    @property
    def answered(self) -> list[CheckedRow]:
        """The rows of people who are answered for."""
        return [row for row in self.rows if row.answer]

    @property
    def wages_fen(self) -> int:
        return sum(row.average_fen or 0 for row in self.good_rows)

    @property
    def own_fen(self) -> int:
        return sum(
            rule.own_fen(row.average_fen or 0)
            for rule in self.rules.lines
            if rule.own_ppm
            for row in self.good_rows
        )

    @property
    def unit_fen(self) -> int:
        return sum(rule.unit_fen(self.wages_fen, self.retiree_cost_fen) for rule in self.rules.lines)

    @property
    def faults(self) -> int:
        return len(self.errors) + sum(1 for row in self.rows if not row.good)

    @property
    def may_be_handed_in(self) -> bool:
        return not self.faults
