"""Plan and money of every unit, month by month: what fell due, how much of it is paid by now, what is still owed.

Money counts for the oldest month first: what a county remits covers what it owes longest, so that "owed since" is a
month and the months of a span add up to what was paid and what is owed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Max, Min, Q, Sum

from jilin_si.access.scope import current
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.ledger.services import EXPENDITURE_BANK, INCOME_BANK
from jilin_si.money import ZERO, from_fen
from jilin_si.periods import add_months, month, periods
from jilin_si.policy.calculators import calculate
from pooling.models import PoolingMonth
from pooling.services.common import FUND, RESERVE


@dataclass(frozen=True)
class Span:
    """The months that a page is about, both included."""

    first: date
    last: date

    def __contains__(self, period: date) -> bool:
        return self.first <= period <= self.last

    @property
    def periods(self) -> list[date]:
        return list(periods(self.first, self.last))

    @property
    def key(self) -> str:
        """``1996-01_1996-05``, as addresses and traces carry it."""
        return f"{self.first:%Y-%m}_{self.last:%Y-%m}"


def covered(dues: Sequence[Decimal], money: Decimal) -> list[Decimal]:
    """How much of each month's due is paid when money goes to the oldest first."""
    parts = []
    for due in dues:
        part = min(due, max(money, ZERO))
        parts.append(part)
        money -= part
    return parts


@dataclass
class Ruler:
    """One way of the money over some months: what was planned, what of it is covered, what moved in each month."""

    planned: list[Decimal]
    covered: list[Decimal]
    moved: list[Decimal]
    over: Decimal = ZERO

    @classmethod
    def of(cls, before: Decimal, planned: list[Decimal], money: Decimal, moved: list[Decimal]) -> Ruler:
        parts = covered([before, *planned], money)
        return cls(planned, parts[1:], moved, max(money - before - sum(planned, ZERO), ZERO))

    def plus(self, other: Ruler) -> Ruler:
        """Two units as one."""
        return Ruler(
            [a + b for a, b in zip(self.planned, other.planned, strict=True)],
            [a + b for a, b in zip(self.covered, other.covered, strict=True)],
            [a + b for a, b in zip(self.moved, other.moved, strict=True)],
            self.over + other.over,
        )

    def cut(self, first: int, last: int) -> Ruler:
        """The months from one place to another, both included."""
        slot = slice(first, last + 1)
        return Ruler(self.planned[slot], self.covered[slot], self.moved[slot], self.over)

    @cached_property
    def due(self) -> Decimal:
        return sum(self.planned, ZERO)

    @cached_property
    def paid(self) -> Decimal:
        return sum(self.covered, ZERO)

    @property
    def owed(self) -> Decimal:
        return self.due - self.paid

    @cached_property
    def rate(self) -> Decimal | None:
        """Paid in percent of due with one decimal (rule POOL-6); None where nothing is due."""
        if not self.due:
            return None
        return Decimal(
            str(
                calculate("pooling.remittance_rate", {"planned": str(self.due), "remitted": str(self.paid)})[
                    "rate_pct"
                ]
            )
        )

    @property
    def squares(self) -> list[Decimal | None]:
        """Paid in percent of due, month by month."""
        return [
            part * 100 / due if due else None for due, part in zip(self.planned, self.covered, strict=True)
        ]

    def since(self, months: Sequence[date]) -> date | None:
        """The first month not paid in full."""
        for period, due, part in zip(months, self.planned, self.covered, strict=True):
            if part < due:
                return period
        return None


@dataclass
class UnitMonths:
    """A unit, or several as one, over a window of months. Money in yuan."""

    agency: Agency
    periods: list[date]
    up: Ruler
    down: Ruler
    in_transit: Decimal = ZERO
    to_confirm: Decimal = ZERO
    received: list[Decimal] = field(default_factory=list)
    to_reserve: list[Decimal] = field(default_factory=list)
    pensions: list[Decimal] = field(default_factory=list)
    pensions_paid: list[Decimal] = field(default_factory=list)
    pensions_unpaid: Decimal = ZERO
    last_received_on: date | None = None
    cash: Decimal = ZERO
    year_up: Decimal = ZERO
    year_down: Decimal = ZERO
    members: int = 1

    @property
    def code(self) -> str:
        return self.agency.code

    @property
    def since(self) -> date | None:
        return self.up.since(self.periods)

    @property
    def gap_since(self) -> date | None:
        return self.down.since(self.periods)

    @property
    def kind(self) -> str:
        """Which list it stands in: owed, paid (remitting counties), benefiting, none (no plan)."""
        if self.up.due or self.year_up:
            return "owed" if self.up.owed else "paid"
        return "benefiting" if self.down.due or self.year_down else "none"

    def cut(self, span: Span) -> UnitMonths:
        """The same over fewer months."""
        first, last = self.periods.index(span.first), self.periods.index(span.last)
        slot = slice(first, last + 1)
        return UnitMonths(
            **{
                **self.__dict__,
                "periods": self.periods[slot],
                "up": self.up.cut(first, last),
                "down": self.down.cut(first, last),
                "received": self.received[slot],
                "to_reserve": self.to_reserve[slot],
                "pensions": self.pensions[slot],
                "pensions_paid": self.pensions_paid[slot],
            }
        )


def together(agency: Agency, units: Iterable[UnitMonths]) -> UnitMonths:
    """Several units as one: a prefecture, or all."""
    rows = list(units)
    total = UnitMonths(**{**rows[0].__dict__, "agency": agency})
    for row in rows[1:]:
        total.up, total.down = total.up.plus(row.up), total.down.plus(row.down)
        for name in (
            "in_transit",
            "to_confirm",
            "pensions_unpaid",
            "cash",
            "year_up",
            "year_down",
            "members",
        ):
            setattr(total, name, getattr(total, name) + getattr(row, name))
        for name in ("received", "to_reserve", "pensions", "pensions_paid"):
            pairs = zip(getattr(total, name), getattr(row, name), strict=True)
            setattr(total, name, [a + b for a, b in pairs])
        days = [day for day in (total.last_received_on, row.last_received_on) if day]
        total.last_received_on = max(days, default=None)
    return total


_MOVED = ("plan_up", "plan_down", "proposed", "remitted", "received", "redistributed")
_SHOWN = ("to_reserve", "pension_cost", "pension_paid", "pension_unpaid", "last_received_on")


def unit_months(
    span: Span, back_to: date | None = None, money: dict[int, dict[str, Decimal]] | None = None
) -> list[UnitMonths]:
    """Every unit in scope over the span's months (and those before it, back to ``back_to``), as known at its end.

    ``money``: what ``bank`` told of the span's end, where it was asked already.
    """
    window = Span(min(back_to or span.first, span.first), span.last)
    months = window.periods
    year_end = month(span.last.year, 12)
    before = {
        row["county_id"]: row
        for row in PoolingMonth.objects.filter(period__lt=window.first)
        .values("county_id")
        .annotate(
            last=Max("last_received_on"),
            **{f"all_{name}": Sum(name) for name in _MOVED},
        )
    }
    rows: dict[int, dict[date, Any]] = {}
    # a year's months of the province are some 600 rows: named tuples cost a third of whole objects
    for row in PoolingMonth.objects.filter(period__gte=window.first, period__lte=year_end).values_list(
        "county_id", "period", *_MOVED, *_SHOWN, named=True
    ):
        rows.setdefault(row.county_id, {})[row.period] = row
    money = bank(span.last) if money is None else money
    found = []
    for agency in units_in_scope():
        mine = [rows.get(agency.pk, {}).get(period) for period in months]
        year = [row for row in rows.get(agency.pk, {}).values() if row.period.year == span.last.year]
        old = before.get(agency.pk, {})
        remitted, redistributed = _column(mine, "remitted"), _column(mine, "redistributed")
        days = [old.get("last"), *(row.last_received_on for row in mine if row)]
        found.append(
            UnitMonths(
                agency=agency,
                periods=months,
                up=Ruler.of(
                    old.get("all_plan_up") or ZERO,
                    _column(mine, "plan_up"),
                    (old.get("all_remitted") or ZERO) + sum(remitted, ZERO),
                    remitted,
                ),
                down=Ruler.of(
                    old.get("all_plan_down") or ZERO,
                    _column(mine, "plan_down"),
                    (old.get("all_redistributed") or ZERO) + sum(redistributed, ZERO),
                    redistributed,
                ),
                in_transit=_left(old, mine, "remitted", "received"),
                to_confirm=_left(old, mine, "proposed", "remitted"),
                received=_column(mine, "received"),
                to_reserve=_column(mine, "to_reserve"),
                pensions=_column(mine, "pension_cost"),
                pensions_paid=_column(mine, "pension_paid"),
                pensions_unpaid=next(
                    (row.pension_unpaid for row in reversed(mine) if row and row.pension_cost), ZERO
                ),
                last_received_on=max((day for day in days if day), default=None),
                cash=money.get(agency.pk, {}).get("cash", ZERO),
                year_up=sum((row.plan_up for row in year), ZERO),
                year_down=sum((row.plan_down for row in year), ZERO),
            )
        )
    return found


def _left(old: dict[str, Decimal], rows: Sequence[Any], came: str, went: str) -> Decimal:
    """What came and did not go on yet: remitted and not received, proposed and not remitted."""
    before = (old.get(f"all_{came}") or ZERO) - (old.get(f"all_{went}") or ZERO)
    return before + sum(_column(rows, came), ZERO) - sum(_column(rows, went), ZERO)


def _column(rows: Sequence[Any], name: str) -> list[Decimal]:
    return [getattr(row, name) if row else ZERO for row in rows]


def units_in_scope() -> list[Agency]:
    """The units that the reader sees, in order of code."""
    scope = current()
    units = Agency.objects.units().select_related("parent").order_by("id")
    return list(units if scope.everything else units.filter(pk__in=scope.units))


def sees_province() -> bool:
    """Whether the reader sees the province's own books."""
    return current().sees_unit(PROVINCE)


def bank(last: date) -> dict[int, dict[str, Decimal]]:
    """Money in the bank and reserve of every agency in scope at the end of a month, from the ledger's balances."""
    scope = current()
    with connection.cursor() as cursor:
        cursor.execute(
            "select agency_id,"
            " coalesce(sum(debit_fen - credit_fen) filter (where account <> %s), 0),"
            " coalesce(sum(credit_fen - debit_fen) filter (where account = %s), 0)"
            " from ledger_balance where fund = %s and account = any(%s) and period <= %s"
            " and (%s or agency_id = any(%s)) group by agency_id",
            [
                *(RESERVE, RESERVE, FUND),
                *([INCOME_BANK, EXPENDITURE_BANK, RESERVE], last),
                *(scope.everything, sorted(scope.units)),
            ],
        )
        return {
            agency_id: {"cash": from_fen(cash), "reserve": from_fen(kept)}
            for agency_id, cash, kept in cursor.fetchall()
        }


def known_months() -> tuple[Span, date]:
    """The fee year so far (January to the last month in which anything moved in scope), and the first month known."""
    moved = Q(proposed__gt=0) | Q(pension_cost__gt=0) | Q(redistributed__gt=0)
    known = PoolingMonth.objects.aggregate(
        first=Min("period"), planned=Max("period"), moved=Max("period", filter=moved)
    )
    last = known["moved"] or month((known["planned"] or today()).year, 1)
    span = Span(month(last.year, 1), last)
    return span, known["first"] or span.first


def default_span() -> Span:
    """The fee year so far."""
    return known_months()[0]


def back_a_year(last: date) -> date:
    """The first of the twelve months that end with this one."""
    return add_months(last, -11)
