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
from collection.selectors.receipts import names_of, payments_of
from collection.takeovers import ANY_MONTH, FOREVER, Payers, payers
from collection.traces.common import (
    amount_part,
    bill_link,
    bill_or_404,
    number_of,
    page_link,
    path_of,
    sees,
    trace_link,
    voucher_link,
)
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import add_months, format_period
from jilin_si.policy.calculators import Result, calculate
from jilin_si.policy.database import database_policy
from jilin_si.web.traces import Fact, Step, TracePage

OWN, UNIT = "own", "unit"


@dataclass(frozen=True)
class OpenPart:
    """A part of a bill as it stood open when the money came; yuan. ``employer`` is named where it is another's."""

    bill_id: int
    employer_id: int
    employer: str
    part: str
    due_period: date
    recorded_in: date
    amount: Decimal

    @property
    def label(self) -> str:
        word = _("workers' part") if self.part == OWN else _("employer part")
        more = _(" (supplement)") if self.recorded_in > self.due_period else ""
        return " ".join(filter(None, (f"{format_period(self.due_period)}{more}", self.employer, word)))


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
    allocations. After a merger it is one pool of money and debt (REST-5). An event can be entered in a month whose
    money was applied before: then the own debts came first, and the pool's after them.
    """
    debts = _Debts(receipt)
    found, left = [], receipt.amount
    for period in debts.periods:
        pool, booked = debts.pool(period), debts.booked(period)
        ways = [debts.open_parts(period, pool)]
        earlier = debts.pool(add_months(period, -1))
        if earlier != pool:
            first = debts.open_parts(period, earlier)
            met = {(part.bill_id, part.part) for part in first}
            ways.append([*first, *(part for part in ways[0] if (part.bill_id, part.part) not in met)])
        rounds = [_round(period, left, parts, booked) for parts in ways]
        found.append(next((each for each in rounds if each.is_equal), rounds[0]))
        left = found[-1].left
    return found


def _round(
    period: date, left: Decimal, parts: Sequence[OpenPart], booked: dict[tuple[int, str], Decimal]
) -> Round:
    result = calculate(
        "collection.allocate",
        {"amount": left, "open_items": [[part.label, part.amount] for part in parts]},
        policy=database_policy(),
    )
    return Round(period, left, parts, booked, result)


class _Debts:
    """The bills that a receipt could meet in its line, with what each receipt took of them, period by period."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.pools: dict[date, Payers] = {}
        everything = payers(FOREVER)
        payer = everything.payer_of(receipt.employer_id, self._month)
        members = {
            receipt.employer_id,
            *everything.members(payer),
            *(s.payer_id for s in everything.of(receipt.employer_id)),
        }
        self.bills = list(Bill.objects.filter(employer_id__in=members, line=receipt.line))
        self.names = names_of({bill.employer_id for bill in self.bills} - {receipt.employer_id})
        self.taken = list(
            Allocation.objects.filter(bill_id__in=[bill.bill_id for bill in self.bills]).values_list(
                "bill_id", "receipt_id", "period", "own", "unit"
            )
        )

    @property
    def _month(self) -> date:
        """The month that the money is about: that of a credit note, any of a payment."""
        return self.receipt.credit_of.due_period if self.receipt.credit_of else ANY_MONTH

    @property
    def periods(self) -> list[date]:
        mine = {when for _b, number, when, _o, _u in self.taken if number == self.receipt.receipt_id}
        return sorted(mine | {self.receipt.period})

    def pool(self, period: date) -> Payers:
        if period not in self.pools:
            self.pools[period] = payers(period)
        return self.pools[period]

    def booked(self, period: date) -> dict[tuple[int, str], Decimal]:
        found: dict[tuple[int, str], Decimal] = {}
        for bill_id, number, when, own, unit in self.taken:
            if number == self.receipt.receipt_id and when == period:
                found |= {(bill_id, OWN): own, (bill_id, UNIT): unit}
        return found

    def open_parts(self, period: date, pool: Payers) -> list[OpenPart]:
        """What was open, oldest month first; in a month the workers' part, then the employer's (COL-7)."""
        before: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
        for bill_id, number, when, own, unit in self.taken:
            if (when, number) < (period, self.receipt.receipt_id):
                before[bill_id, OWN] += own
                before[bill_id, UNIT] += unit
        payer = pool.payer_of(self.receipt.employer_id, self._month)
        parts = []
        for bill in self.bills:
            if bill.recorded_in > period or pool.payer_of(bill.employer_id, bill.due_period) != payer:
                continue
            for part, due in ((OWN, bill.own_due), (UNIT, bill.unit_due)):
                amount = max(due, ZERO) - before[bill.bill_id, part]
                if amount > 0:
                    name = self.names.get(bill.employer_id, "")
                    parts.append(
                        OpenPart(
                            bill.bill_id,
                            bill.employer_id,
                            name,
                            part,
                            bill.due_period,
                            bill.recorded_in,
                            amount,
                        )
                    )
        return sorted(
            parts, key=lambda p: (p.due_period, p.part != OWN, p.recorded_in, p.employer_id, p.bill_id)
        )


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
    steps = [step for each in rounds for step in _round_steps(found.county_id, each, len(rounds) > 1)]
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


def _round_steps(county_id: int, each: Round, several: bool) -> list[Step]:
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
                link=trace_link("bill_paid", part.bill_id, format_yuan(amount))
                if sees(county_id, part.employer_id)
                else None,
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
            symbols=" · ".join(filter(None, (payment.paid_by, _("workers %(own)s, employer %(unit)s") % {
                "own": format_yuan(payment.own), "unit": format_yuan(payment.unit),
            }))),
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
