"""What a correction changes in the months of a worker: the wages charged month by month, before and after.

Facts are only added. From the first month that differs on, what lives is reversed to its end and written anew, both
recorded in the first period not assessed; the next assessment bills the difference as supplements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.db import connection

from collection.classes import Classes
from collection.models import AssessmentParameter
from collection.opening import record_leavers
from enrollment.hooks import PeopleMoved, share_fen
from enrollment.models import Coverage, Employer
from jilin_si.ledger.services import LedgerError, recording_period
from jilin_si.periods import add_months

T = TypeVar("T")


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


def differences(county_id: int, employer: Employer, before: Months, after: Months) -> list[Difference]:
    """What the assessed months are billed more or less for a worker, by the rates frozen for each, line by line.

    A worker's part is the difference of two parts, each rounded by itself; the employer's is its rate on the
    difference of wages, over what waits to be billed with it (as ``collection.bills`` works them out).
    """
    changed = sorted(p for p in {*before, *after} if before.get(p) != after.get(p))
    found = []
    waiting = waiting_for_assessment(county_id, employer.pk)
    for rate in rates_of(employer, changed):
        old, new = before.get(rate.due_period), after.get(rate.due_period)
        wages = (new.fen if new else 0) - (old.fen if old else 0)
        found.append(
            Difference(
                rate.due_period,
                rate.line,
                own=_own(rate, new) - _own(rate, old),
                unit=waiting.more(rate, wages=wages),
                credit=_credit(rate, new) - _credit(rate, old),
            )
        )
    return found


def rates_of(employer: Employer, periods: Iterable[date]) -> list[AssessmentParameter]:
    """The frozen rates by which these months of an employer were billed: of the lines that cover it, for its class."""
    covered = list(Coverage.objects.filter(employer=employer))
    classes = Classes.of(employer)
    return [
        rate
        for rate in AssessmentParameter.objects.filter(
            county_id=employer.county_id, due_period__in=list(periods)
        ).order_by("due_period", "line", "trade_class")
        if rate.trade_class in (0, classes.on(rate.due_period))
        and any(
            c.line == rate.line
            and c.first_period <= rate.due_period
            and (c.last_period is None or c.last_period >= rate.due_period)
            for c in covered
        )
    ]


@dataclass(frozen=True)
class Waiting:
    """What is recorded about assessed months and not billed yet: wages and retiree cost by month (fen).

    The next assessment takes it together with what a case adds, and rounds the employer's part of both once.
    """

    wages: Mapping[date, int] = field(default_factory=dict)
    costs: Mapping[date, int] = field(default_factory=dict)

    def more(self, rate: Any, wages: int = 0, cost: int = 0) -> int:
        """What the employer's part of the supplement grows by."""
        now = self.wages.get(rate.due_period, 0)
        then = now + wages
        if rate.includes_retiree_cost:
            known = self.costs.get(rate.due_period, 0)
            now, then = now + known, then + known + cost
        return share_signed(then, rate.unit_ppm) - share_signed(now, rate.unit_ppm)


def waiting_for_assessment(county_id: int, employer_id: int) -> Waiting:
    """What the next assessment would bill for earlier months anyhow."""
    try:
        recorded = recording_period(county_id)
    except LedgerError:
        return Waiting()
    found: list[dict[date, int]] = []
    with connection.cursor() as cursor:
        for table, amount in (("collection_spell", "wage_fen"), ("collection_retireecost", "cost_fen")):
            cursor.execute(
                f"""
                select m.month::date, sum(t.sign * t.{amount})::bigint from {table} t
                cross join lateral generate_series(t.first_period::timestamp,
                  least(t.last_period, (%(recorded)s::date - interval '1 month')::date)::timestamp,
                  interval '1 month') m(month)
                where t.county_id = %(county)s and t.employer_id = %(employer)s
                  and t.recorded_in = %(recorded)s and t.recorded_in > t.first_period
                group by 1
                """,
                {"county": county_id, "employer": employer_id, "recorded": recorded},
            )
            found.append(dict(cursor.fetchall()))
    return Waiting(*found)


def share_signed(fen: int, ppm: int) -> int:
    """A share rounded half up, the magnitude first and then the sign."""
    return share_fen(abs(fen), ppm) * (1 if fen >= 0 else -1)


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


def runs(months: Mapping[date, T]) -> Sequence[tuple[date, date, T]]:
    """Months as spells: first and last month of a stretch charged alike, none over a year's end."""
    found: list[tuple[date, date, T]] = []
    for period in sorted(months):
        charge = months[period]
        if found:
            start, end, last = found[-1]
            if last == charge and add_months(end, 1) == period and period.year == start.year:
                found[-1] = (start, period, charge)
                continue
        found.append((period, period, charge))
    return found
