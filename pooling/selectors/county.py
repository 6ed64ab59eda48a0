"""One unit: its months of pooling, and its employers with what is due, paid and owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from jilin_si.money import ZERO, from_fen
from pooling.models import CountyPlan, PensionPayment, RedistributionShare, Remittance
from pooling.selectors.months import Span, UnitMonths, unit_months
from pooling.services.common import LINE


@dataclass(frozen=True)
class UnitMonth:
    """A month of one unit; money in yuan."""

    period: date
    due: Decimal
    paid: Decimal
    remittance: Remittance | None
    planned_down: Decimal
    got: Decimal
    shares: list[RedistributionShare]
    payment: PensionPayment | None

    @property
    def owed(self) -> Decimal:
        return self.due - self.paid

    @property
    def short(self) -> Decimal:
        return self.planned_down - self.got

    @property
    def received_down(self) -> Decimal:
        """What arrived from the province in this month."""
        return sum((share.amount for share in self.shares if share.county_journal_id), ZERO)


@dataclass(frozen=True)
class EmployerRow:
    """An employer's pension dues of a span, in yuan."""

    employer_id: int
    number: str
    name: str
    workers: int
    due: Decimal
    owed: Decimal
    since: date | None

    @property
    def paid(self) -> Decimal:
        return self.due - self.owed

    @property
    def rate(self) -> Decimal | None:
        return self.paid * 100 / self.due if self.due else None


def unit(county_id: int, span: Span) -> UnitMonths:
    """The unit over the span. Raises StopIteration where it is not in scope."""
    return next(row for row in unit_months(span) if row.agency.pk == county_id).cut(span)


def months_of(row: UnitMonths, span: Span) -> list[UnitMonth]:
    """The unit's months, each with its remittance, shares and pensions."""
    window = {
        "county_id": row.agency.pk,
        "period__gte": span.first,
        "period__lte": span.last,
    }
    remittances = {
        r.period: r for r in Remittance.objects.filter(**window).select_related("confirmed_by", "received_by")
    }
    payments = {p.period: p for p in PensionPayment.objects.filter(**window)}
    shares: dict[date, list[RedistributionShare]] = {}
    for share in RedistributionShare.objects.filter(**window):
        shares.setdefault(share.period, []).append(share)
    return [
        UnitMonth(
            period=period,
            due=row.up.planned[place],
            paid=row.up.covered[place],
            remittance=remittances.get(period),
            planned_down=row.down.planned[place],
            got=row.down.covered[place],
            shares=shares.get(period, []),
            payment=payments.get(period),
        )
        for place, period in enumerate(row.periods)
    ]


def plan_of(county_id: int, fee_year: int) -> CountyPlan | None:
    """The unit's plan of a fee year, approved or not."""
    return CountyPlan.objects.filter(county_id=county_id, fee_year=fee_year).first()


def employers(county_id: int, span: Span, text: str = "", owing: bool = False) -> list[EmployerRow]:
    """The unit's employers in the pension line: due over the span, and what of it is open now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with due as (
              select employer_id, sum(own_due_fen + unit_due_fen) as fen,
                     max(workers) filter (where due_period = recorded_in) as workers
              from collection_bill
              where county_id = %(county)s and line = %(line)s and due_period between %(first)s and %(last)s
              group by 1
            ),
            owed as (
              select employer_id, sum(own_fen + unit_fen) as fen, min(due_period) as since
              from collection_openitem
              where county_id = %(county)s and line = %(line)s and due_period between %(first)s and %(last)s
                and own_fen + unit_fen > 0
              group by 1
            )
            select e.id, e.number, e.name, coalesce(due.workers, 0), due.fen, coalesce(owed.fen, 0), owed.since
            from due join enrollment_employer e on e.id = due.employer_id
            left join owed on owed.employer_id = due.employer_id
            where e.county_id = %(county)s and (not %(owing)s or owed.fen > 0)
              and (%(text)s = '' or e.number like %(prefix)s or e.name like %(within)s)
            order by e.number
            """,
            {
                "county": county_id,
                "line": LINE,
                "first": span.first,
                "last": span.last,
                "owing": owing,
                "text": text,
                "prefix": f"{_plain(text)}%",
                "within": f"%{_plain(text)}%",
            },
        )
        return [
            EmployerRow(number, code, name, workers, from_fen(due), from_fen(owed), since)
            for number, code, name, workers, due, owed, since in cursor.fetchall()
        ]


def _plain(text: str) -> str:
    """A text that is looked for as it is: wildcards lose their meaning."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
