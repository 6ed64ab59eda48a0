"""A dumb ledger: the month worked out worker by worker in plain Python, to hold the set statements against.

It knows the rules and nothing of the statements: every worker-month is expanded, every yuan is walked from its
receipt to the debt it pays. All amounts are fen.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from jilin_si.periods import add_months, periods


def share(fen: int, ppm: int) -> int:
    """Half up on the magnitude, then the sign."""
    rounded = (abs(fen) * ppm * 2 + 1_000_000) // 2_000_000
    return -rounded if fen < 0 else rounded


@dataclass(frozen=True)
class Fact:
    """A spell (wage) or a retirees' cost, as recorded."""

    employer: int
    worker: int | None
    fen: int
    first: date
    last: date
    recorded: date
    sign: int


@dataclass(frozen=True)
class Rates:
    unit_ppm: int
    own_ppm: int
    floor: int
    cap: int
    transfer_ppm: int
    average: int
    with_retirees: bool


@dataclass
class Bill:
    employer: int
    line: str
    due: date
    recorded: date
    workers: int = 0
    own: int = 0
    unit: int = 0
    credit: int = 0
    open_own: int = 0
    open_unit: int = 0
    paid_in: date | None = None
    keeps_accounts: bool = False

    @property
    def key(self) -> tuple[int, str, date, date]:
        return (self.employer, self.line, self.due, self.recorded)


@dataclass
class Ledger:
    """One county's books as a clerk with a pencil would keep them."""

    lines: list[str]
    coverage: dict[int, list[str]]
    facts: list[Fact] = field(default_factory=list)
    bills: dict[tuple[int, str, date, date], Bill] = field(default_factory=dict)
    waiting: list[tuple[int, str, int]] = field(default_factory=list)
    rates: dict[tuple[str, date, int], Rates] = field(default_factory=dict)

    def assess(self, period: date, trade_class: dict[int, int]) -> None:
        """Bill every month that became due or changed: worker by worker, each part rounded by itself."""
        months: dict[tuple[int, date], list[Fact]] = defaultdict(list)
        for fact in self.facts:
            if fact.recorded > period:
                continue
            for due in periods(fact.first, fact.last):
                if due > period:
                    break
                if max(fact.recorded, due) == period:
                    months[fact.employer, due].append(fact)
        for (employer, due), facts in sorted(months.items()):
            for line in self.lines:
                if line not in self.coverage[employer]:
                    continue
                rates = self.rates.get((line, due, trade_class[employer])) or self.rates.get((line, due, 0))
                if rates is None:
                    continue
                bill = Bill(
                    employer, line, due, period, keeps_accounts=rates.transfer_ppm + rates.average > 0
                )
                wages = cost = 0
                for fact in facts:
                    if fact.worker is None:
                        cost += fact.sign * fact.fen
                        continue
                    base = max(rates.floor, min(fact.fen, rates.cap))
                    wages += fact.sign * fact.fen
                    bill.workers += fact.sign
                    if rates.own_ppm + rates.transfer_ppm + rates.average:
                        bill.own += fact.sign * share(base, rates.own_ppm)
                        bill.credit += fact.sign * (share(base, rates.transfer_ppm) + rates.average)
                bill.unit = share(wages + (cost if rates.with_retirees else 0), rates.unit_ppm)
                if due == period and not (bill.workers or wages or cost):
                    continue
                bill.open_own, bill.open_unit = max(bill.own, 0), max(bill.unit, 0)
                self.bills[bill.key] = bill
                taken_back = max(-bill.own, 0) + max(-bill.unit, 0)
                if taken_back:
                    self.waiting.append((employer, line, taken_back))

    def _debts(self, employer: int, line: str) -> list[tuple[Bill, str]]:
        mine = [b for b in self.bills.values() if b.employer == employer and b.line == line]
        ordered = sorted(mine, key=lambda b: (b.due, b.recorded))
        return sorted(
            [(b, "own") for b in ordered] + [(b, "unit") for b in ordered],
            key=lambda debt: (debt[0].due, debt[1] == "unit", debt[0].recorded),
        )

    def _pay(self, employer: int, line: str, fen: int) -> int:
        """Walk the money from debt to debt, oldest first; returns what is left of it."""
        for bill, part in self._debts(employer, line):
            owed = bill.open_own if part == "own" else bill.open_unit
            met = min(owed, fen)
            if part == "own":
                bill.open_own -= met
            else:
                bill.open_unit -= met
            fen -= met
        return fen

    def owed(self, employer: int, line: str) -> int:
        return sum(
            b.open_own + b.open_unit for b in self.bills.values() if (b.employer, b.line) == (employer, line)
        )

    def settle(self, period: date, payments: list[tuple[int, int]]) -> None:
        """Money that waits first, then each payment in turn, split over what is open; then see what is settled."""
        before, self.waiting = self.waiting, []
        for employer, line, fen in before:
            if rest := self._pay(employer, line, fen):
                self.waiting.append((employer, line, rest))
        for employer, fen in payments:
            for line, part in self._split(employer, fen):
                if rest := self._pay(employer, line, part):
                    self.waiting.append((employer, line, rest))
        for bill in self.bills.values():
            if bill.paid_in is None and not any(
                b.open_own + b.open_unit
                for b in self.bills.values()
                if (b.employer, b.line, b.due) == (bill.employer, bill.line, bill.due)
                and b.recorded <= bill.recorded
            ):
                bill.paid_in = period

    def _split(self, employer: int, fen: int) -> list[tuple[str, int]]:
        """By the open sums in fixed order; the last takes the rest; a surplus goes to the first line."""
        owed = [(line, self.owed(employer, line)) for line in self.lines if self.owed(employer, line)]
        if not owed:
            return [(next(line for line in self.lines if line in self.coverage[employer]), fen)]
        total = sum(amount for _line, amount in owed)
        if fen >= total:
            parts = [amount for _line, amount in owed]
            parts[0] += fen - total
        else:
            parts, given = [], 0
            for _line, amount in owed[:-1]:
                part = min((2 * fen * amount + total) // (2 * total), fen - given)
                parts.append(part)
                given += part
            parts.append(fen - given)
        return [(line, part) for (line, _amount), part in zip(owed, parts, strict=True) if part]

    def account(self, worker: int, line: str, year: int) -> tuple[int, int, int, int]:
        """A worker's year: own and unit part credited, and their month products (13 less the month of crediting)."""
        own = unit = own_product = unit_product = 0
        for fact in self.facts:
            if fact.worker != worker:
                continue
            for due in periods(fact.first, fact.last):
                bill = self.bills.get((fact.employer, line, due, max(fact.recorded, due)))
                if (
                    bill is None
                    or not bill.keeps_accounts
                    or bill.paid_in is None
                    or bill.paid_in.year != year
                ):
                    continue
                rates = self.rates[line, due, 0]
                base = max(rates.floor, min(fact.fen, rates.cap))
                weight = 13 - bill.paid_in.month
                own_part = fact.sign * share(base, rates.own_ppm)
                unit_part = fact.sign * (share(base, rates.transfer_ppm) + rates.average)
                own, unit = own + own_part, unit + unit_part
                own_product += weight * own_part
                unit_product += weight * unit_part
        return own, unit, own_product, unit_product


def following(period: date) -> date:
    return add_months(period, 1)
