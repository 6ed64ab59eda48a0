"""Late fees (滞纳金, rule COL-5) to a day, derived from bills and payments; nothing of them is stored.

The fee of an interval between payments depends only on what was unpaid in it, its days and their rate, and is rounded
once, so that asking twice or after a gap gives the same. A supplement is due on the due day of the month in which it
was recorded: before that nobody knew of it. The rate is that of the month the money belongs to (GEN-5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from collection.models import Allocation
from jilin_si.money import ZERO, round_fen
from jilin_si.policy.calculators import calculate
from jilin_si.policy.lookup import Policy

if TYPE_CHECKING:
    from collection.selectors.bills import BillRow

DUE_DAY, DAILY = "col.due_day", "col.late_fee_daily"


@dataclass(frozen=True)
class FeeInterval:
    """A stretch of days in which the same principal was unpaid; yuan."""

    bill_id: int
    line: str
    due_period: date
    principal: Decimal
    since: date
    until: date
    days: int
    daily: Decimal
    fee: Decimal
    is_running: bool

    @property
    def a_day(self) -> Decimal:
        return round_fen(self.principal * self.daily)


def _policy() -> Policy:
    from jilin_si.policy.database import database_policy

    return database_policy()


def due_day(county_id: int, period: date, policy: Policy | None = None) -> date:
    """The day by which a period's bill is to be paid (COL-1)."""
    day = (policy or _policy()).get(DUE_DAY, period, county_id).value
    return period.replace(day=int(day))


def late_fees(rows: Iterable[BillRow], on: date) -> list[FeeInterval]:
    """The intervals of these bills up to the day ``on``, oldest first; bills paid in time have none."""
    rows = list(rows)
    policy = _policy()
    payments: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    late = [row for row in rows if row.owed or row.received_on]
    for bill_id, day, own, unit in Allocation.objects.filter(
        bill_id__in=[row.bill_id for row in late]
    ).values_list("bill_id", "receipt__received_on", "own", "unit"):
        payments[bill_id].append((day, own + unit))
    return [interval for row in rows for interval in intervals(row, payments[row.bill_id], on, policy)]


def intervals(
    row: BillRow, payments: Iterable[tuple[date, Decimal]], on: date, policy: Policy
) -> list[FeeInterval]:
    """One bill's intervals: from its due day to each payment that came later, and to ``on`` for what is unpaid."""
    since = due_day(row.county_id, row.recorded_in, policy)
    daily: Any = policy.get(DAILY, row.due_period, row.county_id).value
    unpaid = max(row.unit_due, ZERO) + max(row.own_due, ZERO)
    found = []
    for day, amount in sorted(payments):
        if day > since:
            found.append(_interval(row, unpaid, since, day, daily, policy, running=False))
            since = day
        unpaid -= amount
    if unpaid > 0 and on > since:
        found.append(_interval(row, unpaid, since, on, daily, policy, running=True))
    return [interval for interval in found if interval.fee]


def _interval(
    row: BillRow,
    principal: Decimal,
    since: date,
    until: date,
    daily: Decimal,
    policy: Policy,
    *,
    running: bool,
) -> FeeInterval:
    result = calculate(
        "collection.late_fee",
        {"principal": principal, "due": since, "paid": until, "daily": daily},
        policy=policy,
        agency_id=row.county_id,
        on=row.due_period,
    )
    return FeeInterval(
        bill_id=row.bill_id,
        line=row.line,
        due_period=row.due_period,
        principal=principal,
        since=since,
        until=until,
        days=result["days"],
        daily=daily,
        fee=result["late_fee"],
        is_running=running,
    )
