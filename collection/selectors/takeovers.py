"""What of arrears went over between employers (REST-5): taken over, handed over, jointly liable; what met across."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from collection.models import Allocation
from enrollment.hooks import MetAcross
from jilin_si.money import format_yuan
from jilin_si.periods import format_period

if TYPE_CHECKING:
    pass

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
