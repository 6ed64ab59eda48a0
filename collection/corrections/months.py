"""What a correction changes in the months of a worker: the wages charged month by month, before and after.

Facts are only added. From the first month that differs on, what lives is reversed to its end and written anew, both
recorded in the first period not assessed; the next assessment bills the difference as supplements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from collection.models import AssessmentParameter
from collection.opening import record_leavers
from enrollment.hooks import PeopleMoved, share_fen
from enrollment.models import Coverage
from jilin_si.ledger.services import recording_period
from jilin_si.periods import add_months


@dataclass(frozen=True)
class Charge:
    """What one month is charged on: the wage in fen, and whether it goes on provisionally."""

    fen: int
    provisional: bool = False


Months = Mapping[date, Charge]


@dataclass(frozen=True)
class Difference:
    """What a line of an assessed month is charged more or less: own and employer's part, and the account (fen)."""

    period: date
    line: str
    own: int
    unit: int
    credit: int

    @property
    def together(self) -> int:
        return self.own + self.unit


def charged_months(county_id: int, employer_id: int, worker_id: int) -> dict[date, Charge]:
    """The months that are charged for a worker with an employer now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select m.month::date, sum(s.sign * s.wage_fen)::bigint, bool_or(s.provisional and s.sign = 1)
            from collection_spell s
            cross join lateral generate_series(s.first_period::timestamp, s.last_period::timestamp, interval '1 month')
              m(month)
            where s.county_id = %s and s.employer_id = %s and s.worker_id = %s
            group by 1 having sum(s.sign) = 1 order by 1
            """,
            [county_id, employer_id, worker_id],
        )
        return {period: Charge(fen, provisional) for period, fen, provisional in cursor.fetchall()}


def differences(county_id: int, employer: Any, before: Months, after: Months) -> list[Difference]:
    """What the assessed months are billed more or less, by the rates frozen for each, line by line.

    The employer's part of a supplement is its rate on the difference of wages; a worker's part is the difference of
    two parts, each rounded by itself (as ``collection.bills`` works them out).
    """
    changed = sorted(p for p in {*before, *after} if before.get(p) != after.get(p))
    if not changed:
        return []
    covered = list(Coverage.objects.filter(employer=employer))
    found = []
    for rate in AssessmentParameter.objects.filter(
        county_id=county_id, due_period__in=changed, trade_class__in=(0, employer.trade_class)
    ).order_by("due_period", "line", "trade_class"):
        period = rate.due_period
        if not any(
            c.line == rate.line
            and c.first_period <= period
            and (c.last_period is None or c.last_period >= period)
            for c in covered
        ):
            continue
        old, new = before.get(period), after.get(period)
        own = _own(rate, new) - _own(rate, old)
        wages = (new.fen if new else 0) - (old.fen if old else 0)
        unit = share_fen(abs(wages), rate.unit_ppm) * (1 if wages >= 0 else -1)
        credit = _credit(rate, new) - _credit(rate, old)
        found.append(Difference(period, rate.line, own, unit, credit))
    return found


def _base(rate: Any, charge: Charge) -> int:
    return int(min(max(charge.fen, int(rate.floor * 100)), int(rate.cap * 100)))


def _own(rate: Any, charge: Charge | None) -> int:
    return share_fen(_base(rate, charge), rate.own_ppm) if charge else 0


def _credit(rate: Any, charge: Charge | None) -> int:
    """What the month moves to the individual account: own part, and what comes from the employer's."""
    if charge is None or not rate.transfer_ppm + int(rate.average_part * 100):
        return 0
    return (
        _own(rate, charge) + share_fen(_base(rate, charge), rate.transfer_ppm) + int(rate.average_part * 100)
    )


def rewrite(county_id: int, employer_id: int, worker_id: int, before: Months, after: Months) -> date | None:
    """Let the months be charged as ``after`` says. Returns the period of recording; None where nothing changes."""
    changed = sorted(p for p in {*before, *after} if before.get(p) != after.get(p))
    if not changed:
        return None
    first = changed[0]
    recorded = recording_period(county_id)
    record_leavers(PeopleMoved(employer_id, county_id, [worker_id], first))
    rows = runs({period: charge for period, charge in after.items() if period >= first})
    with connection.cursor() as cursor:
        for year in sorted({start.year for start, _end, _charge in rows}):
            cursor.execute("select make_county_partition('collection_spell', %s, %s)", [year, county_id])
        for start, end, charge in rows:
            cursor.execute(
                "insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period,"
                " recorded_in, fee_year, county_id, provisional) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    worker_id,
                    employer_id,
                    charge.fen,
                    start,
                    end,
                    recorded,
                    start.year,
                    county_id,
                    charge.provisional,
                ],
            )
    return recorded


def runs(months: Months) -> Sequence[tuple[date, date, Charge]]:
    """Months as spells: first and last month of a stretch charged alike, none over a year's end."""
    found: list[tuple[date, date, Charge]] = []
    for period in sorted(months):
        charge = months[period]
        if found:
            start, end, last = found[-1]
            if last == charge and add_months(end, 1) == period and period.year == start.year:
                found[-1] = (start, period, charge)
                continue
        found.append((period, period, charge))
    return found
