"""Who pays for whom after a merger or a split (REST-5): read from the events, stored nowhere else.

Bills, open items and spells stay with the employer where they arose. From the event on another employer pays what is
open of them, and money of both is one pool: credit notes about months that were handed over belong to who pays those
months, bank money of an employer that was merged to its successor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Func, Q

from jilin_si.agencies.clock import today
from jilin_si.periods import period_of

FOREVER = date(9999, 12, 31)  # ``until`` of a merger: every month, also those that are billed later
ANY_MONTH = date(9999, 12, 1)  # the month of bank money: only who takes over everything gets it


@dataclass(frozen=True)
class Stretch:
    """The due months of an employer, from ``since`` to before ``until``, that another employer pays."""

    employer_id: int
    since: date
    until: date
    payer_id: int
    employer_name: str
    employer_number: str
    payer_name: str
    payer_number: str

    @property
    def is_whole(self) -> bool:
        """Whether everything went over, also money: a merger."""
        return self.until == FOREVER

    def holds(self, due_period: date) -> bool:
        return self.since <= due_period < self.until

    def months(self, employer: str = "employer_id", due: str = "due_period") -> Q:
        """The rows of these months."""
        return Q(**{employer: self.employer_id, f"{due}__gte": self.since, f"{due}__lt": self.until})


@dataclass(frozen=True)
class Payers:
    """Who pays for whom in what the asker sees, as of a period."""

    stretches: Sequence[Stretch] = ()

    def payer_of(self, employer_id: int, due_period: date = ANY_MONTH) -> int:
        """Who pays what is open of an employer's month; without a month: whose pool its money is in."""
        found = self.stretch_of(employer_id, due_period)
        return found.payer_id if found else employer_id

    def stretch_of(self, employer_id: int, due_period: date = ANY_MONTH) -> Stretch | None:
        return next((s for s in self.of(employer_id) if s.holds(due_period)), None)

    def of(self, employer_id: int) -> list[Stretch]:
        """What others pay for an employer."""
        return [s for s in self.stretches if s.employer_id == employer_id]

    def by(self, payer_id: int) -> list[Stretch]:
        """What an employer pays for others."""
        return [s for s in self.stretches if s.payer_id == payer_id]

    def owed_by(self, employer_id: int) -> Q:
        """Bills or open items that an employer pays: its own but those handed over, and those taken over."""
        rows = Q(employer_id=employer_id)
        for handed in self.of(employer_id):
            rows &= ~handed.months()
        for taken in self.by(employer_id):
            rows |= taken.months()
        return rows

    def members(self, payer_id: int) -> set[int]:
        """Whose bills or money may lie in the pool of who pays."""
        return {payer_id, *(s.employer_id for s in self.by(payer_id))}

    def purses(self, payer_id: int) -> list[int]:
        """Whose bank money lies in the pool of who pays: its own, and that of those merged into it."""
        own = [payer_id] if self.payer_of(payer_id) == payer_id else []
        return [*own, *(s.employer_id for s in self.by(payer_id) if s.is_whole)]

    def name_of(self, employer_id: int) -> tuple[str, str]:
        """Number and name of an employer on either side; nothing where it is on none."""
        for s in self.stretches:
            if s.employer_id == employer_id:
                return s.employer_number, s.employer_name
            if s.payer_id == employer_id:
                return s.payer_number, s.payer_name
        return "", ""


_COLUMNS = "employer_id, since, until, payer_id, employer_name, employer_number, payer_name, payer_number"


def payers(as_of: date | None = None) -> Payers:
    """Who pays for whom in what the asker sees, as of a period (today's): one small question to the events."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from collection_payers(%s) p order by employer_id, since",
            [as_of or period_of(today())],
        )
        return Payers(tuple(Stretch(*row) for row in cursor.fetchall()))


def payers_of_county(county_id: int, as_of: date) -> Payers:
    """The same for a county's settlement, which mostly finds that no employer of the county ever had an event."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from (select from enrollment_employerchange where county_id = %s"
            " and state = 'done' and kind in ('merger', 'split') limit 1) c cross join lateral collection_payers(%s) p"
            " where p.county_id = %s order by p.employer_id, p.since",
            [county_id, as_of, county_id],
        )
        return Payers(tuple(Stretch(*row) for row in cursor.fetchall()))


def arrays(found: Payers) -> dict[str, list[Any]]:
    """The stretches as the parameters of ``PAYER``."""
    return {
        "debtors": [s.employer_id for s in found.stretches],
        "since": [s.since for s in found.stretches],
        "before": [s.until for s in found.stretches],
        "payers": [s.payer_id for s in found.stretches],
    }


# The steps with which a statement knows who pays for whom: given as arrays, so that their size is known to the planner.
PAYER = """payer as (                -- who pays for whom (REST-5): a few rows, mostly none
              select * from unnest(%(debtors)s::int[], %(since)s::date[], %(before)s::date[], %(payers)s::int[])
                            p(employer_id, since, until, payer_id)
            ),
            owed as not materialized (
              select o.bill_id, coalesce(p.payer_id, o.employer_id) as payer_id, o.employer_id, o.line, o.due_period,
                     o.recorded_in, o.own_fen, o.unit_fen
              from collection_openitem o
              left join payer p on p.employer_id = o.employer_id and o.due_period >= p.since and o.due_period < p.until
              where o.county_id = %(county)s
            ),
            pooled as (               -- whose money is another's: all of an employer that was merged
              select employer_id, payer_id from payer where until = date '9999-12-31'
            )"""


class PaysFor(Func):
    """Whether one of the employers for which the asker acts pays the open part of a row (employer, due month)."""

    function = "collection_pays_for"
    output_field = BooleanField()
