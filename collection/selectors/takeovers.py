"""What of arrears went over between employers (REST-5): taken over, handed over, jointly liable; what met across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from collection.models import Allocation
from collection.selectors.bills import BillRow, owed_rows
from collection.selectors.fees import late_fees
from collection.takeovers import payers
from enrollment.acts.models import EmployerChange
from enrollment.hooks import MetAcross
from jilin_si.agencies.clock import today
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import format_period, period_of

SHOWN = 5


def met_across(change_id: int) -> list[MetAcross]:
    """The money that met debt across an event, the oldest first: it has to be named before the event is taken back."""
    with connection.cursor() as cursor:
        cursor.execute("select bill_id, receipt_id, period from collection_met_across(%s)", [change_id])
        found = set(cursor.fetchall())
    allocations = (
        Allocation.objects.filter(
            bill_id__in=[bill for bill, _r, _p in found], receipt_id__in=[r for _b, r, _p in found]
        )
        .select_related("bill__employer", "receipt__employer", "receipt__credit_of")
        .order_by("receipt__received_on", "receipt_id", "bill__due_period")
    )
    return [_told(each) for each in allocations if (each.bill_id, each.receipt_id, each.period) in found][
        :SHOWN
    ]


def _told(allocation: Allocation) -> MetAcross:
    receipt, bill = allocation.receipt, allocation.bill
    note = receipt.credit_of
    words = {
        "amount": format_yuan(allocation.own + allocation.unit),
        "day": receipt.received_on.isoformat(),
        "payer": receipt.employer.name,
        "period": format_period(bill.due_period),
        "employer": bill.employer.name,
    }
    text = _("%(amount)s of the money of %(payer)s of %(day)s met %(period)s of %(employer)s") % words
    if note is None:
        return MetAcross(text, reverse("collection:receipt", args=[receipt.bank_line_id]))
    period = format_period(note.recorded_in)
    return MetAcross(text, reverse("collection:bill", args=[receipt.employer_id, period]))


@dataclass(frozen=True)
class Owed:
    """What is open between two employers: the other one, the months, principal and late fee to today (yuan)."""

    employer_id: int
    name: str
    number: str
    months: Sequence[date]
    amount: Decimal
    fee: Decimal


@dataclass(frozen=True)
class Takeovers:
    """``taken`` this employer pays for others, ``handed`` others pay for it; for ``joint`` it answers besides who pays.

    ``whole``: everything went over, also its money; from then on it pays nothing itself.
    """

    taken: Sequence[Owed] = ()
    handed: Sequence[Owed] = ()
    joint: Sequence[Owed] = ()
    whole: bool = False

    def __bool__(self) -> bool:
        return bool(self.taken or self.handed or self.joint)


def takeovers_of(employer_id: int) -> Takeovers:
    """What an employer took over, what was taken over from it, and what it is jointly liable for (REST-5)."""
    found, on = payers(), today()
    taken = [
        _owed(s.employer_id, s.employer_name, s.employer_number, owed_rows(s.months()), on)
        for s in found.by(employer_id)
    ]
    handed = [
        _owed(s.payer_id, s.payer_name, s.payer_number, owed_rows(s.months()), on)
        for s in found.of(employer_id)
    ]
    joint = []
    for split in EmployerChange.objects.filter(
        Q(employer_id=employer_id) | Q(successor_id=employer_id),
        kind=EmployerChange.Kind.SPLIT,
        state=EmployerChange.State.DONE,
        effective_period__lte=period_of(on),
    ).select_related("employer", "successor"):
        before = Q(employer_id=split.employer_id, due_period__lt=split.effective_period)
        rows = [r for r in owed_rows(before) if found.payer_of(r.employer_id, r.due_period) != employer_id]
        other = split.successor if split.employer_id == employer_id else split.employer
        if rows and other is not None:
            joint.append(_owed(other.pk, other.name, other.number, rows, on))
    return Takeovers(taken, handed, joint, any(s.is_whole for s in found.of(employer_id)))


def _owed(employer_id: int, name: str, number: str, rows: Sequence[BillRow], on: date) -> Owed:
    return Owed(
        employer_id,
        name,
        number,
        sorted({row.due_period for row in rows}),
        sum((row.owed for row in rows), ZERO),
        sum((interval.fee for interval in late_fees(rows, on)), ZERO),
    )
