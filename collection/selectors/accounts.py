"""A person's individual account (个人账户): its years over all units and records, what counts in it, what moved.

A person has one account: whoever sees the person is told its sums, wherever they stand in the books.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from collection.account_moves import Move, account_moves
from jilin_si.agencies.clock import today
from jilin_si.money import ZERO, from_fen


@dataclass(frozen=True)
class Credit:
    """What one month brought to the account in the year in which it was paid; yuan."""

    period: date
    county_id: int
    line: str
    paid_in: date
    own: Decimal
    transfer: Decimal
    average_part: Decimal

    @property
    def unit(self) -> Decimal:
        return self.transfer + self.average_part

    @property
    def amount(self) -> Decimal:
        return self.own + self.unit


@dataclass(frozen=True)
class ClosedYear:
    """A year of an account that is closed, or was taken over with its closing only; yuan."""

    fee_year: int
    taken_over: bool
    opening_own: Decimal
    opening_unit: Decimal
    credit_own: Decimal
    credit_unit: Decimal
    interest_own: Decimal
    interest_unit: Decimal
    moved_own: Decimal
    moved_unit: Decimal
    closing_own: Decimal
    closing_unit: Decimal
    months_due: int
    months_credited: int
    total_months: int

    @property
    def credited(self) -> Decimal:
        return self.credit_own + self.credit_unit

    @property
    def interest(self) -> Decimal:
        return self.interest_own + self.interest_unit

    @property
    def closing(self) -> Decimal:
        return self.closing_own + self.closing_unit


SHOWN_YEARS = 4


@dataclass(frozen=True)
class Account:
    """A worker's account in a year: closed, or as it stands today. Interest comes at the year's end (PEN-8)."""

    worker_id: int
    year: int
    opening_own: Decimal
    opening_unit: Decimal
    credits: Sequence[Credit]
    closed: ClosedYear | None
    years: Sequence[ClosedYear]
    moves: Sequence[Move] = ()

    @property
    def key(self) -> str:
        """The account as traces name it."""
        return f"{self.worker_id}-{self.year}"

    @property
    def past(self) -> Sequence[ClosedYear]:
        """The last years before this one."""
        return [row for row in self.years if row.fee_year < self.year][-SHOWN_YEARS:]

    @property
    def opening(self) -> Decimal:
        return self.opening_own + self.opening_unit

    @property
    def credit_own(self) -> Decimal:
        return self.closed.credit_own if self.closed else sum((c.own for c in self.credits), ZERO)

    @property
    def credit_unit(self) -> Decimal:
        return self.closed.credit_unit if self.closed else sum((c.unit for c in self.credits), ZERO)

    @property
    def interest_own(self) -> Decimal | None:
        """The year's interest; in a year that runs, what a transfer settled of it (PEN-8a)."""
        return self.closed.interest_own if self.closed else self._settled("interest_own")

    @property
    def interest_unit(self) -> Decimal | None:
        return self.closed.interest_unit if self.closed else self._settled("interest_unit")

    def _settled(self, part: str) -> Decimal | None:
        sent = [getattr(move, part) for move in self.moves if move.sent_in.year == self.year]
        return sum(sent, ZERO) if sent else None

    @property
    def moved_own(self) -> Decimal:
        """What arrived less what was sent, in this year: nothing where both are of one year."""
        return self.closed.moved_own if self.closed else self._moved("own")

    @property
    def moved_unit(self) -> Decimal:
        return self.closed.moved_unit if self.closed else self._moved("unit")

    @property
    def moved(self) -> Decimal:
        return self.moved_own + self.moved_unit

    def _moved(self, part: str) -> Decimal:
        arrived = [getattr(m, part) for m in self.moves if m.arrived_in and m.arrived_in.year == self.year
                   and m.arrived_county_id]  # fmt: skip
        sent = [getattr(m, part) for m in self.moves if m.sent_in.year == self.year]
        return sum(arrived, ZERO) - sum(sent, ZERO)

    @property
    def under_way(self) -> Decimal:
        """What was sent and has not arrived yet."""
        return sum((move.total for move in self.moves if move.arrived_in is None), ZERO)

    @property
    def balance_own(self) -> Decimal:
        if self.closed:
            return self.closed.closing_own
        return self.opening_own + self.credit_own + (self.interest_own or ZERO) + self.moved_own

    @property
    def balance_unit(self) -> Decimal:
        if self.closed:
            return self.closed.closing_unit
        return self.opening_unit + self.credit_unit + (self.interest_unit or ZERO) + self.moved_unit

    @property
    def balance(self) -> Decimal:
        return self.balance_own + self.balance_unit

    @property
    def credit(self) -> Decimal:
        return self.credit_own + self.credit_unit

    @property
    def interest(self) -> Decimal | None:
        return None if self.interest_own is None else self.interest_own + (self.interest_unit or ZERO)

    @property
    def months_credited(self) -> int:
        """Months that counted in the year; one that was corrected counts once."""
        if self.closed:
            return self.closed.months_credited
        return len({(c.line, c.period) for c in self.credits if c.amount})


def account_years(worker_id: int) -> list[ClosedYear]:
    """The closed and taken-over years of a person's account, oldest first: over all units and records added up."""
    with connection.cursor() as cursor:
        cursor.execute("select * from collection_account_years(%s)", [worker_id])
        return [
            ClosedYear(year, taken_over, *[from_fen(fen) for fen in rest[:-3]], *rest[-3:])  # type: ignore[arg-type]
            for year, taken_over, *rest in cursor.fetchall()
        ]


def credits_of(worker_id: int, year: int) -> list[Credit]:
    """What counted in the account in a year, by the month it belongs to; also for months with other employers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select due_period, county_id, line, paid_in, own_fen, transfer_fen, average_fen"
            " from collection_account_credits(%s, %s) order by due_period, line, paid_in",
            [worker_id, year],
        )
        return [
            Credit(period, county, line, paid_in, *(from_fen(fen) for fen in amounts))
            for period, county, line, paid_in, *amounts in cursor.fetchall()
        ]


def account_of(worker_id: int, year: int | None = None) -> Account:
    """The account of a worker in a year, by default the year of the business date."""
    year = year or today().year
    years = account_years(worker_id)
    before = next((row for row in years if row.fee_year == year - 1), None)
    closed = next((row for row in years if row.fee_year == year), None)
    return Account(
        worker_id=worker_id,
        year=year,
        opening_own=closed.opening_own if closed else before.closing_own if before else ZERO,
        opening_unit=closed.opening_unit if closed else before.closing_unit if before else ZERO,
        credits=[] if closed and closed.taken_over else credits_of(worker_id, year),
        closed=closed,
        years=[row for row in years if row.fee_year <= year],
        moves=[move for move in account_moves(worker_id) if move.sent_in.year <= year],
    )
