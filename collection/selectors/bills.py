"""An employer's months (应缴、实缴、欠缴) and one bill of all lines with arrears and late fee (缴费单).

A bill is what was recorded in a period: that month's assessments and the supplements to earlier months that became
known in it. A month is what is due *for* it, supplements included. Paid = due − owed: what a negative supplement took
back is money of the employer and no payment of that month any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min, OuterRef, Q, Subquery, Sum

from collection.models import Allocation, Bill, OpenItem, Unapplied
from collection.names import line_name, line_order, percent_of_ppm
from collection.selectors.fees import FeeInterval, due_day, late_fees
from collection.takeovers import Stretch, payers
from jilin_si.agencies.clock import today
from jilin_si.money import ZERO
from jilin_si.periods import year_periods

PAID, PARTLY_PAID, DUE, OVERDUE = "paid", "partly_paid", "due", "overdue"


@dataclass(frozen=True)
class BillRow:
    """One assessment with what is still owed of it; yuan. ``unit_owed`` and ``own_owed`` are never negative."""

    bill_id: int
    line: str
    county_id: int
    employer_id: int
    due_period: date
    recorded_in: date
    parameter_id: int
    workers: int
    wages: Decimal
    base: Decimal
    retiree_cost: Decimal
    unit_due: Decimal
    own_due: Decimal
    unit_credit: Decimal
    unit_owed: Decimal
    own_owed: Decimal
    paid_in: date | None
    received_on: date | None
    unit_ppm: int
    own_ppm: int
    includes_retiree_cost: bool

    @property
    def is_supplement(self) -> bool:
        return self.recorded_in > self.due_period

    @property
    def due(self) -> Decimal:
        return self.unit_due + self.own_due

    @property
    def owed(self) -> Decimal:
        return self.unit_owed + self.own_owed

    @property
    def paid(self) -> Decimal:
        return self.due - self.owed

    @property
    def line_name(self) -> str:
        return line_name(self.line)

    @property
    def unit_rate(self) -> str:
        """The employer's rate as shown: ``21.5%``."""
        return percent_of_ppm(self.unit_ppm)

    @property
    def own_rate(self) -> str:
        return percent_of_ppm(self.own_ppm)


@dataclass(frozen=True)
class Sums:
    """Amounts of several assessments added up; yuan."""

    unit_due: Decimal = ZERO
    own_due: Decimal = ZERO
    unit_owed: Decimal = ZERO
    own_owed: Decimal = ZERO

    @classmethod
    def of(cls, rows: Iterable[BillRow | Sums]) -> Sums:
        total = [ZERO, ZERO, ZERO, ZERO]
        for row in rows:
            for place, amount in enumerate((row.unit_due, row.own_due, row.unit_owed, row.own_owed)):
                total[place] += amount
        return cls(*total)

    @property
    def due(self) -> Decimal:
        return self.unit_due + self.own_due

    @property
    def owed(self) -> Decimal:
        return self.unit_owed + self.own_owed

    @property
    def paid(self) -> Decimal:
        return self.due - self.owed


@dataclass(frozen=True)
class LineMonth(Sums):
    """One line of a month: its assessment and the supplements to it."""

    line: str = ""
    bills: Sequence[BillRow] = ()

    @property
    def name(self) -> str:
        return line_name(self.line)

    @property
    def first(self) -> BillRow:
        """The assessment of the month itself; a month known only by supplements has its first one."""
        return self.bills[0]

    @property
    def workers(self) -> int:
        return sum(bill.workers for bill in self.bills)

    @property
    def wages(self) -> Decimal:
        return sum((bill.wages for bill in self.bills), ZERO)

    @property
    def base(self) -> Decimal:
        return sum((bill.base for bill in self.bills), ZERO)

    @property
    def retiree_cost(self) -> Decimal:
        return sum((bill.retiree_cost for bill in self.bills), ZERO)

    @property
    def supplements(self) -> list[BillRow]:
        return [bill for bill in self.bills if bill.is_supplement]

    @property
    def received_on(self) -> date | None:
        """The last day on which money for it came in."""
        return max((bill.received_on for bill in self.bills if bill.received_on), default=None)

    @property
    def is_credited(self) -> bool:
        """Whether everything about the month is settled, so that it counts in the individual accounts."""
        return all(bill.paid_in for bill in self.bills)


@dataclass(frozen=True)
class EmployerMonth(Sums):
    """A month of an employer in all lines."""

    period: date = date.min
    lines: Sequence[LineMonth] = ()
    due_on: date = date.min
    status: str = PAID

    @property
    def supplements(self) -> list[BillRow]:
        return [bill for line in self.lines for bill in line.supplements]

    @property
    def received_on(self) -> date | None:
        return max((line.received_on for line in self.lines if line.received_on), default=None)

    @property
    def workers(self) -> int:
        return max((line.workers for line in self.lines), default=0)

    def line(self, code: str) -> LineMonth | None:
        return next((line for line in self.lines if line.line == code), None)


def status_of(due: Decimal, owed: Decimal, due_on: date, on: date) -> str:
    """``paid``, ``partly_paid``, ``due`` (not late yet) or ``overdue``."""
    if owed == 0:
        return PAID
    if owed < due:
        return PARTLY_PAID
    return OVERDUE if on > due_on else DUE


def bill_rows(condition: Q) -> list[BillRow]:
    """The assessments that fit, in the order of due month, line and recording."""
    last_money = (
        Allocation.objects.filter(bill_id=OuterRef("bill_id"))
        .values("bill_id")
        .annotate(day=Max("receipt__received_on"))
        .values("day")
    )
    bills = (
        Bill.objects.filter(condition)
        .select_related("open_item", "paid", "parameter")
        .annotate(received_on=Subquery(last_money))
    )
    order = line_order()
    rows = [_row(bill) for bill in bills]
    rows.sort(key=lambda row: (row.due_period, order.get(row.line, 99), row.line, row.recorded_in))
    return rows


def _row(bill: Any) -> BillRow:
    open_item = getattr(bill, "open_item", None)
    paid = getattr(bill, "paid", None)
    return BillRow(
        bill_id=bill.bill_id,
        line=bill.line,
        county_id=bill.county_id,
        employer_id=bill.employer_id,
        due_period=bill.due_period,
        recorded_in=bill.recorded_in,
        parameter_id=bill.parameter_id,
        workers=bill.workers,
        wages=bill.wages,
        base=bill.base,
        retiree_cost=bill.retiree_cost,
        unit_due=bill.unit_due,
        own_due=bill.own_due,
        unit_credit=bill.unit_credit,
        unit_owed=open_item.unit if open_item else ZERO,
        own_owed=open_item.own if open_item else ZERO,
        paid_in=paid.paid_in if paid else None,
        received_on=bill.received_on,
        unit_ppm=bill.parameter.unit_ppm,
        own_ppm=bill.parameter.own_ppm,
        includes_retiree_cost=bill.parameter.includes_retiree_cost,
    )


def employer_months(employer_id: int, first: date, last: date) -> list[EmployerMonth]:
    """The months of an employer from ``first`` to ``last`` for which something is due, oldest first."""
    rows = bill_rows(Q(employer_id=employer_id, due_period__gte=first, due_period__lte=last))
    on = today()
    months = []
    for period in sorted({row.due_period for row in rows}):
        mine = [row for row in rows if row.due_period == period]
        lines = []
        for code in dict.fromkeys(row.line for row in mine):
            bills = [row for row in mine if row.line == code]
            sums = Sums.of(bills)
            lines.append(
                LineMonth(sums.unit_due, sums.own_due, sums.unit_owed, sums.own_owed, line=code, bills=bills)
            )
        total = Sums.of(lines)
        due_on = due_day(mine[0].county_id, period)
        months.append(
            EmployerMonth(
                total.unit_due, total.own_due, total.unit_owed, total.own_owed,
                period=period, lines=lines, due_on=due_on, status=status_of(total.due, total.owed, due_on, on),
            )
        )  # fmt: skip
    return months


def employer_year(employer_id: int, year: int) -> list[EmployerMonth]:
    """The year's months that have a bill."""
    periods = year_periods(year)
    return employer_months(employer_id, periods[0], periods[-1])


def bill_years(employer_id: int) -> list[int]:
    """The years for which the employer has bills, latest first."""
    span = Bill.objects.filter(employer_id=employer_id).aggregate(
        first=Min("due_period"), last=Max("due_period")
    )
    if span["first"] is None:
        return []
    return list(range(span["last"].year, span["first"].year - 1, -1))


def latest_period(employer_id: int) -> date | None:
    """The period of the employer's newest bill; None before the first."""
    newest: date | None = Bill.objects.filter(employer_id=employer_id).aggregate(last=Max("recorded_in"))[
        "last"
    ]
    return newest


@dataclass(frozen=True)
class BillLine(Sums):
    """A line of a bill: the month's own assessment, or a supplement to an earlier month."""

    row: BillRow = field(default=None)  # type: ignore[assignment]

    @property
    def name(self) -> str:
        return self.row.line_name


@dataclass(frozen=True)
class Arrears:
    """What an earlier month still owes in one line. ``other``: from whom it was taken over, or who pays it now."""

    line: str
    due_period: date
    bill_id: int
    unit: Decimal
    own: Decimal
    since: date
    employer_id: int = 0
    other: str = ""

    @property
    def name(self) -> str:
        return line_name(self.line)

    @property
    def amount(self) -> Decimal:
        return self.unit + self.own


@dataclass(frozen=True)
class BillSheet:
    """A bill: what was recorded in a period, what is owed from before, and the late fee to a day.

    After a merger or a split (REST-5) ``arrears`` holds what was taken over, and ``handed`` what another pays now, of
    this bill and of those before; whoever pays has the late fee too.
    """

    employer_id: int
    county_id: int
    period: date
    due_on: date
    on: date
    rows: Sequence[BillRow]
    arrears: Sequence[Arrears]
    fees: Sequence[FeeInterval]
    past_fees: Sequence[FeeInterval]
    later: Sequence[BillRow]
    unapplied: Decimal
    status: str
    handed: Sequence[Arrears] = ()

    @property
    def sums(self) -> Sums:
        return Sums.of(self.rows)

    @property
    def taken(self) -> list[Arrears]:
        """What of the arrears arose with another employer."""
        return [item for item in self.arrears if item.employer_id != self.employer_id]

    @property
    def handed_here(self) -> list[Arrears]:
        """What of this very bill another pays."""
        mine = {row.bill_id for row in self.rows}
        return [item for item in self.handed if item.bill_id in mine]

    @property
    def handed_sum(self) -> Decimal:
        return sum((item.amount for item in self.handed_here), ZERO)

    @property
    def handed_to(self) -> list[tuple[str, Decimal]]:
        """Who pays for this employer now, and how much of this bill and of those before."""
        found: dict[str, Decimal] = {}
        for item in self.handed:
            found[item.other] = found.get(item.other, ZERO) + item.amount
        return list(found.items())

    @property
    def key(self) -> str:
        """The bill as traces name it."""
        return f"{self.employer_id}-{self.period:%Y%m}"

    @property
    def own_months(self) -> list[BillRow]:
        return [row for row in self.rows if not row.is_supplement]

    @property
    def supplements(self) -> list[BillRow]:
        return [row for row in self.rows if row.is_supplement]

    @property
    def supplement_months(self) -> list[date]:
        """The earlier months that this bill changes."""
        return sorted({row.due_period for row in self.supplements})

    @property
    def arrears_sum(self) -> Decimal:
        return sum((item.amount for item in self.arrears), ZERO)

    @property
    def paid_shown(self) -> Decimal:
        """What was paid of the bill, as it is taken off."""
        return -self.sums.paid

    @property
    def fee_sum(self) -> Decimal:
        return sum((interval.fee for interval in self.fees), ZERO)

    @property
    def fee_a_day(self) -> Decimal:
        """What one more day costs now: the running intervals' day."""
        return sum((interval.a_day for interval in self.fees if interval.is_running), ZERO)

    @property
    def past_fee_sum(self) -> Decimal:
        return sum((interval.fee for interval in self.past_fees), ZERO)

    @property
    def to_pay(self) -> Decimal:
        """What settles everything on this day."""
        return self.sums.owed - self.handed_sum + self.arrears_sum + self.fee_sum

    @property
    def workers(self) -> int:
        return max((row.workers for row in self.own_months), default=0)

    @property
    def days_left(self) -> int:
        """Days until it is due; negative: days late."""
        return (self.due_on - self.on).days

    @property
    def months_in_arrears(self) -> list[date]:
        return sorted({item.due_period for item in self.arrears})


def bill_sheet(employer_id: int, period: date) -> BillSheet | None:
    """The bill that an employer got in a period, as it stands today; None where nothing was recorded in it."""
    rows = bill_rows(Q(employer_id=employer_id, recorded_in=period))
    if not rows:
        return None
    on, county_id, found = today(), rows[0].county_id, payers()
    before = owed_rows(Q(employer_id=employer_id, recorded_in__lt=period))
    handed = [
        (row, stretch)
        for row in [*before, *rows]
        if row.owed and (stretch := found.stretch_of(employer_id, row.due_period))
    ]
    elsewhere = {row.bill_id for row, _stretch in handed}
    arrears: list[tuple[BillRow, Stretch | None]] = [
        (row, None) for row in before if row.bill_id not in elsewhere
    ]
    for taken in found.by(employer_id):
        arrears += [(row, taken) for row in owed_rows(taken.months() & Q(recorded_in__lte=period))]
    arrears.sort(key=lambda pair: pair[0].due_period)
    mine = [row for row in rows if row.owed and row.bill_id not in elsewhere]
    waiting = Unapplied.objects.filter(employer_id__in=found.purses(employer_id)).aggregate(fen=Sum("amount"))
    sums, due_on = Sums.of(rows), due_day(county_id, period)
    return BillSheet(
        employer_id=employer_id,
        county_id=county_id,
        period=period,
        due_on=due_on,
        on=on,
        rows=rows,
        arrears=[_arrears(row, taken.employer_name if taken else "") for row, taken in arrears],
        fees=late_fees([*(row for row, _taken in arrears), *mine], on),
        past_fees=late_fees([row for row in rows if not row.owed and row.due > 0], on),
        later=bill_rows(Q(employer_id=employer_id, due_period=period, recorded_in__gt=period)),
        unapplied=waiting["fen"] or ZERO,
        status=status_of(sums.due, sums.owed, due_on, on),
        handed=[_arrears(row, stretch.payer_name) for row, stretch in handed],
    )


def owed_rows(condition: Q) -> list[BillRow]:
    """The rows of bills that are open still."""
    return [row for row in bill_rows(condition & Q(open_item__isnull=False)) if row.owed]


def _arrears(row: BillRow, other: str) -> Arrears:
    since = due_day(row.county_id, row.recorded_in)
    return Arrears(
        row.line, row.due_period, row.bill_id, row.unit_owed, row.own_owed, since, row.employer_id, other
    )


def owed_now(employer_id: int) -> Decimal:
    """All that an employer has to pay today, without late fee: also what it took over, not what it handed over."""
    items = OpenItem.objects.filter(payers().owed_by(employer_id))
    sums = items.aggregate(own_sum=Sum("own"), unit_sum=Sum("unit"))
    return (sums["own_sum"] or ZERO) + (sums["unit_sum"] or ZERO)
