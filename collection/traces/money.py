"""Where money went (COL-7): what a receipt met, worked out again; and what a bill was paid with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collection.models import Allocation, Bill, Receipt
from collection.names import line_name
from collection.selectors.receipts import payments_of
from collection.traces.common import (
    amount_part,
    bill_link,
    bill_or_404,
    number_of,
    page_link,
    path_of,
    trace_link,
    voucher_link,
)
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import format_period
from jilin_si.policy.calculators import Result, calculate
from jilin_si.policy.database import database_policy
from jilin_si.web.traces import Fact, Step, TracePage

OWN, UNIT = "own", "unit"


@dataclass(frozen=True)
class OpenPart:
    """A part of a bill as it stood open when the money came; yuan."""

    bill_id: int
    part: str
    due_period: date
    recorded_in: date
    amount: Decimal

    @property
    def label(self) -> str:
        word = _("workers' part") if self.part == OWN else _("employer part")
        more = _(" (supplement)") if self.recorded_in > self.due_period else ""
        return f"{format_period(self.due_period)}{more} {word}"


@dataclass(frozen=True)
class Round:
    """One application of a receipt: in a period, with what it held, what was open, and what it met by the books."""

    period: date
    amount: Decimal
    open_parts: Sequence[OpenPart]
    booked: dict[tuple[int, str], Decimal]
    result: Result

    @property
    def is_equal(self) -> bool:
        """Whether the rule gives what the books have, part by part."""
        applied = dict(
            zip(((p.bill_id, p.part) for p in self.open_parts), _amounts(self.result), strict=True)
        )
        return {key: fen for key, fen in applied.items() if fen} == {
            k: v for k, v in self.booked.items() if v
        }

    @property
    def left(self) -> Decimal:
        return Decimal(self.result["unallocated_to_suspense"])


def _amounts(result: Result) -> list[Decimal]:
    return [Decimal(amount) for _label, amount in result["applied"]]


def rounds_of(receipt: Receipt) -> list[Round]:
    """The receipt applied again, period by period, to what stood open before it in its line.

    Money meets debts in the order of receipts; what was left over met later debts in the periods of its further
    allocations.
    """
    bills = list(Bill.objects.filter(employer_id=receipt.employer_id, line=receipt.line))
    taken = list(
        Allocation.objects.filter(bill_id__in=[bill.bill_id for bill in bills]).values_list(
            "bill_id", "receipt_id", "period", "own", "unit"
        )
    )
    periods = sorted(
        {period for _b, number, period, _o, _u in taken if number == receipt.receipt_id} | {receipt.period}
    )
    found, left = [], receipt.amount
    for period in periods:
        before: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
        booked: dict[tuple[int, str], Decimal] = {}
        for bill_id, number, when, own, unit in taken:
            if number == receipt.receipt_id and when == period:
                booked |= {(bill_id, OWN): own, (bill_id, UNIT): unit}
            elif (when, number) < (period, receipt.receipt_id):
                before[bill_id, OWN] += own
                before[bill_id, UNIT] += unit
        open_parts = _open_parts([b for b in bills if b.recorded_in <= period], before)
        result = calculate(
            "collection.allocate",
            {"amount": left, "open_items": [[part.label, part.amount] for part in open_parts]},
            policy=database_policy(),
        )
        found.append(Round(period, left, open_parts, booked, result))
        left = found[-1].left
    return found


def _open_parts(bills: Sequence[Bill], before: dict[tuple[int, str], Decimal]) -> list[OpenPart]:
    """What was open, oldest month first; in a month the workers' part, then the employer's (COL-7)."""
    parts = []
    for bill in bills:
        for part, due in ((OWN, bill.own_due), (UNIT, bill.unit_due)):
            amount = max(due, ZERO) - before[bill.bill_id, part]
            if amount > 0:
                parts.append(OpenPart(bill.bill_id, part, bill.due_period, bill.recorded_in, amount))
    return sorted(parts, key=lambda part: (part.due_period, part.part != OWN, part.recorded_in, part.bill_id))


def receipt(request: HttpRequest, key: str) -> TracePage:
    """A receipt's way: how the payment was split over lines, and which months of its line it met."""
    found = (
        Receipt.objects.filter(receipt_id=number_of(key))
        .select_related("employer", "bank_line", "credit_of", "unapplied")
        .first()
    )
    if found is None:
        raise Http404
    rounds = rounds_of(found)
    waiting = found.unapplied.amount if hasattr(found, "unapplied") else ZERO
    steps = [step for each in rounds for step in _round_steps(each, len(rounds) > 1)]
    line = found.bank_line
    facts = _facts(request, found)
    path = []
    if line is not None:
        text = _("%(day)s received %(amount)s") % {
            "day": line.received_on.isoformat(), "amount": format_yuan(line.amount),
        }  # fmt: skip
        path.append(page_link(request, text, "collection:receipt", args=[line.pk]))
    else:
        text = _("credit note of %(period)s") % {"period": format_period(found.period)}
        path.append(bill_link(request, text, found.employer_id, found.credit_of.recorded_in))
    path.append(voucher_link(request, found.journal_id))
    return TracePage(
        title=_("Where did %(amount)s yuan go?") % {"amount": format_yuan(found.amount)},
        amount=format_yuan(found.amount),
        crumbs=[found.employer.name, found.received_on.isoformat(), line_name(found.line)],
        steps=steps,
        total=Step(label=_("waits for later dues (suspense)"), rounded=format_yuan(waiting)),
        facts=facts,
        facts_title=_("The payment and its split"),
        path=path,
        rules=("COL-7", "COL-10"),
        recomputed=all(each.is_equal for each in rounds) and rounds[-1].left == waiting,
    )


def _round_steps(each: Round, several: bool) -> list[Step]:
    steps = []
    for part, amount in zip(each.open_parts, _amounts(each.result), strict=True):
        if not amount:
            continue
        steps.append(
            Step(
                label=part.label,
                values=_("open %(open)s") % {"open": format_yuan(part.amount)},
                symbols=_("applied in %(period)s") % {"period": format_period(each.period)}
                if several
                else "",
                rounded=format_yuan(amount),
                rule="COL-7",
                link=trace_link("bill_paid", part.bill_id, format_yuan(amount)),
            )
        )
    return steps


def _facts(request: HttpRequest, found: Receipt) -> list[Fact]:
    if found.bank_line is None:
        bill = found.credit_of
        assert bill is not None  # a receipt is of a bank line or of a bill: a constraint holds it
        return [
            Fact(
                _("Taken back by a supplement to %(period)s") % {"period": format_period(bill.due_period)},
                format_yuan(found.amount),
                trace_link("bill_unit", bill.bill_id, format_yuan(found.amount)),
            )
        ]
    line = found.bank_line
    facts = [Fact(_("Payment"), format_yuan(line.amount))]
    if line.line:
        facts.append(Fact(_("Named by the payer for"), line_name(line.line)))
    else:
        shares = Receipt.objects.filter(bank_line=line).order_by("receipt_id")
        facts += [
            Fact(
                _("%(line)s, by its share of what was open") % {"line": line_name(share.line)},
                format_yuan(share.amount),
                None
                if share.pk == found.pk
                else trace_link("receipt", share.receipt_id, format_yuan(share.amount)),
            )
            for share in shares
        ]
    return facts


def bill_paid(request: HttpRequest, key: str) -> TracePage:
    """What was paid of a bill: the receipts that met it, and what a supplement took back."""
    bill = bill_or_404(key)
    open_item = getattr(bill, "open_item", None)
    owed = open_item.own + open_item.unit if open_item else ZERO
    paid = bill.own_due + bill.unit_due - owed
    payments = payments_of([bill.bill_id])[bill.bill_id]
    parts = [
        amount_part(
            _("%(day)s received") % {"day": payment.received_on.isoformat()},
            payment.amount,
            trace_link("receipt", payment.receipt_id, format_yuan(payment.amount)),
            symbols=_("workers %(own)s, employer %(unit)s") % {
                "own": format_yuan(payment.own), "unit": format_yuan(payment.unit),
            },
        )
        for payment in payments
    ]  # fmt: skip
    total = sum((payment.amount for payment in payments), ZERO)
    for note in Receipt.objects.filter(Q(credit_of=bill)):
        total -= note.amount
        parts.append(
            amount_part(
                _("taken back, now money of the employer"),
                -note.amount,
                trace_link("receipt", note.receipt_id, format_yuan(-note.amount)),
            )
        )
    facts: list[Any] = [
        Fact(pgettext("amount", "Due"), format_yuan(bill.own_due + bill.unit_due)),
        Fact(pgettext("amount", "Owed"), format_yuan(owed)),
    ]
    return TracePage(
        title=_("What was paid: %(amount)s yuan") % {"amount": format_yuan(paid)},
        amount=format_yuan(paid),
        crumbs=[
            bill.employer.name,
            format_period(bill.due_period),
            line_name(bill.line),
            pgettext("amount", "paid"),
        ],
        parts=parts,
        facts=facts,
        facts_title=_("Due and owed"),
        path=path_of(request, bill),
        rules=("COL-7",),
        recomputed=total == paid,
    )
