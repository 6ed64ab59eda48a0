"""What the office claims from the liquidator of an employer that was closed or went bankrupt (REST-2, REST-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from collection.names import line_name, lines_in_order
from collection.selectors.bills import BillRow, owed_rows
from collection.selectors.fees import FeeInterval, late_fees
from collection.selectors.receipts import names_of
from collection.takeovers import payers
from enrollment import hooks
from enrollment.acts.models import EmployerChange
from enrollment.hooks import Claim, ClaimLine, EmployerSums
from enrollment.models import Employer
from jilin_si.agencies.clock import today
from jilin_si.money import ZERO
from jilin_si.periods import period_of

ENDS = (EmployerChange.Kind.CLOSURE, EmployerChange.Kind.BANKRUPTCY)


def claim(employer: Employer, period: date, sums: EmployerSums) -> Claim:
    """The claim as it would be with an end in this month: registered with enrollment for the plan of the event."""
    rows, fees = _owed(employer)
    return _claim(rows, fees, today(), employer, period, sums.retirees, sums.retiree_cost)


@dataclass(frozen=True)
class Filed:
    """A claim with what it rests on: the bills, the late fee's intervals and the event (None before it is entered)."""

    claim: Claim
    rows: Sequence[BillRow]
    fees: Sequence[FeeInterval]
    event: EmployerChange | None
    others: dict[int, str] = field(default_factory=dict)  # from whom arrears were taken over, by employer

    def fee_of(self, bill_id: int) -> Decimal:
        return sum((interval.fee for interval in self.fees if interval.bill_id == bill_id), ZERO)


def claim_of(employer: Employer) -> Filed:
    """The claim of today: arrears as they stand, also those taken over, the retirees as the event kept them."""
    event = EmployerChange.objects.filter(
        employer=employer, kind__in=ENDS, state=EmployerChange.State.DONE
    ).first()
    rows, fees = _owed(employer)
    if event:
        period, retirees, monthly = event.effective_period, event.retirees, event.retiree_cost
    else:
        period = period_of(today())
        sums = hooks.employer_sums(employer.pk, period)
        retirees, monthly = sums.retirees, sums.retiree_cost
    others = names_of({row.employer_id for row in rows} - {employer.pk})
    return Filed(_claim(rows, fees, today(), employer, period, retirees, monthly), rows, fees, event, others)


def _owed(employer: Employer) -> tuple[list[BillRow], list[FeeInterval]]:
    rows = owed_rows(payers().owed_by(employer.pk))
    return rows, late_fees(rows, today())


def _claim(
    rows: Sequence[BillRow],
    fees: Sequence[FeeInterval],
    on: date,
    employer: Employer,
    period: date,
    retirees: int,
    monthly: Decimal,
) -> Claim:
    return Claim(
        on,
        [
            ClaimLine(
                line,
                line_name(line),
                sum((row.owed for row in rows if row.line == line), ZERO),
                sum((interval.fee for interval in fees if interval.line == line), ZERO),
            )
            for line in lines_in_order({row.line for row in rows})
        ],
        hooks.retiree_reserve(employer.county_id, period, retirees, monthly),
    )
