"""Money that came in (到账), where it went (分配), and what still waits for its employer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from collection.models import Allocation, BankLine, Receipt
from collection.names import line_name
from collection.takeovers import payers
from enrollment.models import Employer
from jilin_si.money import ZERO, MoneyField

# What has become of a bank line.
UNMATCHED, WAITING, TAKEN, RETURNED = "unmatched", "unsettled", "booked", "gone_back"
STATES = {
    UNMATCHED: Q(employer__isnull=True, returned=False),
    WAITING: Q(employer__isnull=False, taken_in__isnull=True, returned=False),
    TAKEN: Q(taken_in__isnull=False),
    RETURNED: Q(returned=True),
}


def state_of(line: BankLine) -> str:
    """Whether a bank line was returned, is taken into the books, waits for the settlement, or for its employer."""
    if line.returned:
        return RETURNED
    if line.taken_in:
        return TAKEN
    return WAITING if line.employer_id else UNMATCHED


def money_sum(*names: str) -> Any:
    """The sum of amounts of a row as an expression; nothing counts as 0.00."""
    zero = Value(0, output_field=MoneyField())
    total: Any = Coalesce(F(names[0]), zero)
    for name in names[1:]:
        total = total + Coalesce(F(name), zero)
    return ExpressionWrapper(total, output_field=MoneyField())


def bank_lines(condition: Q) -> QuerySet[BankLine]:
    """Bank lines of the scope, newest first, with their employers."""
    lines: QuerySet[BankLine] = (
        BankLine.objects.filter(condition)
        .select_related("employer", "county")
        .order_by("-received_on", "-id")
    )
    return lines


def counts(county_ids: Sequence[int]) -> dict[str, int]:
    """How many lines of these units wait for their employer, and for the settlement; few at any time."""
    open_lines = BankLine.objects.filter(county_id__in=county_ids, taken_in__isnull=True, returned=False)
    told = open_lines.aggregate(
        unmatched=Count("id", filter=Q(employer__isnull=True)),
        waiting=Count("id", filter=Q(employer__isnull=False)),
    )
    return {UNMATCHED: told["unmatched"], WAITING: told["waiting"]}


@dataclass(frozen=True)
class Met:
    """A part of a receipt that met a bill; yuan. ``employer`` is named where the bill is another's (REST-5)."""

    bill_id: int
    employer_id: int
    employer: str
    line: str
    due_period: date
    recorded_in: date
    period: date
    own: Decimal
    unit: Decimal

    @property
    def amount(self) -> Decimal:
        return self.own + self.unit

    @property
    def line_name(self) -> str:
        return line_name(self.line)

    @property
    def is_supplement(self) -> bool:
        return self.recorded_in > self.due_period


@dataclass(frozen=True)
class Share:
    """A line's share of a bank line: its receipt, what it met and what waits (暂收)."""

    receipt: Receipt
    met: Sequence[Met]
    waiting: Decimal

    @property
    def line_name(self) -> str:
        return line_name(self.receipt.line)

    @property
    def allocated(self) -> Decimal:
        return sum((part.amount for part in self.met), ZERO)


def shares_of(condition: Q) -> list[Share]:
    """Receipts that fit with what each met, in the order in which they were made."""
    receipts = list(
        Receipt.objects.filter(condition)
        .select_related("unapplied", "bank_line", "credit_of", "journal")
        .order_by("receipt_id")
    )
    found: dict[int, list[Met]] = {}
    allocations = list(
        Allocation.objects.filter(receipt_id__in=[r.receipt_id for r in receipts])
        .select_related("bill")
        .order_by("receipt_id", "bill__due_period", "bill__recorded_in", "period")
    )
    payer = {r.receipt_id: r.employer_id for r in receipts}
    names = names_of({a.employer_id for a in allocations if a.employer_id != payer[a.receipt_id]})
    for a in allocations:
        other = names[a.employer_id] if a.employer_id != payer[a.receipt_id] else ""
        bill = a.bill
        found.setdefault(a.receipt_id, []).append(
            Met(
                a.bill_id,
                a.employer_id,
                other,
                bill.line,
                bill.due_period,
                bill.recorded_in,
                a.period,
                a.own,
                a.unit,
            )
        )
    return [
        Share(r, found.get(r.receipt_id, []), r.unapplied.amount if hasattr(r, "unapplied") else ZERO)
        for r in receipts
    ]


def names_of(employer_ids: set[int]) -> dict[int, str]:
    """Names of employers that pay for one another: an employer's own people see no other, but these."""
    if not employer_ids:
        return {}
    names = dict.fromkeys(employer_ids, "")
    names |= dict(Employer.objects.filter(pk__in=employer_ids).values_list("pk", "name"))
    found = payers() if not all(names.values()) else None
    return {pk: name or (found.name_of(pk)[1] if found else "") for pk, name in names.items()}


@dataclass(frozen=True)
class Payment:
    """Money that met one bill: when it came in, how much of it, under which receipt and voucher.

    ``paid_by`` is named where it was another employer's money (REST-5).
    """

    receipt_id: int
    line: str
    received_on: date
    period: date
    own: Decimal
    unit: Decimal
    journal_id: int
    is_credit_note: bool
    paid_by: str = ""

    @property
    def amount(self) -> Decimal:
        return self.own + self.unit

    @property
    def line_name(self) -> str:
        return line_name(self.line)


def payments_of(bill_ids: Sequence[int]) -> dict[int, list[Payment]]:
    """What each of these bills was paid with, in the order of the days."""
    found: dict[int, list[Payment]] = {number: [] for number in bill_ids}
    allocations = list(
        Allocation.objects.filter(bill_id__in=bill_ids)
        .select_related("receipt")
        .order_by("receipt__received_on", "receipt_id", "period")
    )
    names = names_of({a.receipt.employer_id for a in allocations if a.employer_id != a.receipt.employer_id})
    for a in allocations:
        receipt = a.receipt
        found[a.bill_id].append(
            Payment(
                receipt_id=a.receipt_id,
                line=receipt.line,
                received_on=receipt.received_on,
                period=a.period,
                own=a.own,
                unit=a.unit,
                journal_id=receipt.journal_id,
                is_credit_note=receipt.credit_of_id is not None,
                paid_by=names[receipt.employer_id] if receipt.employer_id != a.employer_id else "",
            )
        )
    return found


def received_sum(employer_id: int, first: date, last: date) -> Decimal:
    """Bank money of an employer received from one day to another, returned lines left out."""
    total: Decimal | None = BankLine.objects.filter(
        employer_id=employer_id, received_on__gte=first, received_on__lte=last, returned=False
    ).aggregate(sum=Sum("amount"))["sum"]
    return total or ZERO


@dataclass(frozen=True)
class PaymentLine:
    """A bank line of an employer as its list shows it; yuan."""

    line: BankLine
    shares: Sequence[Share]

    @property
    def state(self) -> str:
        return state_of(self.line)

    @property
    def months(self) -> list[date]:
        """The months that the money met, oldest first."""
        return sorted({part.due_period for share in self.shares for part in share.met})

    @property
    def waiting(self) -> Decimal:
        return sum((share.waiting for share in self.shares), ZERO)


def payment_list(employer_id: int, year: int) -> list[PaymentLine]:
    """The money that an employer paid in a year, latest first, with the months it met."""
    lines = list(
        BankLine.objects.filter(employer_id=employer_id, received_on__year=year).order_by(
            "-received_on", "-id"
        )
    )
    by_line: dict[int, list[Share]] = {}
    for share in shares_of(Q(bank_line_id__in=[line.pk for line in lines])):
        by_line.setdefault(share.receipt.bank_line_id or 0, []).append(share)
    return [PaymentLine(line, by_line.get(line.pk, [])) for line in lines]


@dataclass(frozen=True)
class DayPayment:
    """Money of one day that met a bill, over its lines; yuan."""

    received_on: date
    payments: Sequence[Payment]

    @property
    def amount(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), ZERO)


def by_day(payments: dict[int, list[Payment]]) -> list[DayPayment]:
    """Payments of several bills day by day, oldest first."""
    days: dict[date, list[Payment]] = {}
    for found in payments.values():
        for payment in found:
            days.setdefault(payment.received_on, []).append(payment)
    return [DayPayment(day, found) for day, found in sorted(days.items())]
