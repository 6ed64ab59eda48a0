"""The part of a contribution statement about arrears that went over between employers (REST-5): sums, nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from collection.names import line_order
from collection.selectors.bills import BillRow, owed_rows
from collection.selectors.fees import late_fees
from collection.takeovers import payers
from jilin_si.agencies.clock import today
from jilin_si.money import to_fen
from jilin_si.periods import format_period


@dataclass
class TakenFigures:
    """What is open of another employer's month in one line, paid by this one; fen. The fee runs to ``on``."""

    number: str
    name: str
    period: str
    line: str
    principal: int
    late_fee: int
    on: str


@dataclass
class HandedFigures:
    """What of the months of the span another employer pays; fen."""

    number: str
    name: str
    owed: int


def taken_figures(employer_id: int) -> list[TakenFigures]:
    """All that is open today of what an employer took over, whatever the span: by whom, month and line."""
    on, found = today(), []
    for stretch in payers().by(employer_id):
        rows = owed_rows(stretch.months())
        found += _by_month(stretch.employer_number, stretch.employer_name, rows, on)
    return found


def _by_month(number: str, name: str, rows: Sequence[BillRow], on: date) -> list[TakenFigures]:
    fees: dict[int, int] = {}
    for interval in late_fees(rows, on):
        fees[interval.bill_id] = fees.get(interval.bill_id, 0) + to_fen(interval.fee)
    sums: dict[tuple[date, str], tuple[int, int]] = {}
    for row in rows:
        owed, fee = sums.get((row.due_period, row.line), (0, 0))
        sums[row.due_period, row.line] = owed + to_fen(row.owed), fee + fees.get(row.bill_id, 0)
    order = line_order()
    return [
        TakenFigures(number, name, format_period(period), line, *sums[period, line], on.isoformat())
        for period, line in sorted(sums, key=lambda key: (key[0], order.get(key[1], len(order))))
    ]


def handed_figures(employer_id: int, first: date, last: date) -> list[HandedFigures]:
    """Who pays what is open of an employer's months from ``first`` to ``last``, where it is another."""
    span = Q(due_period__gte=first, due_period__lte=last)
    found = [
        (stretch, sum(to_fen(row.owed) for row in owed_rows(stretch.months() & span)))
        for stretch in payers().of(employer_id)
    ]
    return [HandedFigures(stretch.payer_number, stretch.payer_name, owed) for stretch, owed in found if owed]
