"""A month's work in pooling: what was run, what waits for whom, what can be done next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from jilin_si.agencies.models import PROVINCE
from jilin_si.money import ZERO, from_fen
from pooling.models import PensionPayment, Redistribution, RedistributionShare, Remittance
from pooling.services.common import LINE


@dataclass(frozen=True)
class Books:
    """In which state the books of the units in scope are for a month, and those of the province."""

    open: int
    assessed: int
    closed: int
    province: str
    without_declaration: int
    """Covered employers with no approved return of the year: last year's wages go on for them."""

    @property
    def units(self) -> int:
        return self.open + self.assessed + self.closed


def books(period: date) -> Books:
    """The books of a month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select state, count(*) filter (where agency_id <> %s), count(*) filter (where agency_id = %s)"
            " from ledger_period where period = %s group by state",
            [PROVINCE, PROVINCE, period],
        )
        units: dict[str, int] = {}
        province = ""
        for state, count, ours in cursor.fetchall():
            units[state] = count
            province = state if ours else province
        without = 0
        if period.month == 1 and units.get("open"):
            cursor.execute(
                "select count(*) from enrollment_coverage c where c.line = %s and c.first_period <= %s"
                " and coalesce(c.last_period, 'infinity') >= %s and not exists (select from enrollment_declaration d"
                " where d.employer_id = c.employer_id and d.fee_year = %s and d.state = 'approved')",
                [LINE, period, period, period.year],
            )
            (without,) = cursor.fetchone()
    return Books(units.get("open", 0), units.get("assessed", 0), units.get("closed", 0), province, without)


def remittances(period: date) -> QuerySet[Remittance]:
    """The month's remittances, and those of earlier months that are still on their way."""
    rows: QuerySet[Remittance] = Remittance.objects.filter(period__lte=period).exclude(
        period__lt=period, state=Remittance.State.RECEIVED
    )
    return rows.select_related("county", "confirmed_by", "received_by").order_by("period", "county_id")


def redistributions(period: date) -> list[Redistribution]:
    """The month's redistributions, latest first; empty for who does not see the province."""
    rows = Redistribution.objects.filter(period=period).select_related("proposed_by", "approved_by")
    return list(rows.order_by("-run"))


def waiting_redistribution() -> Redistribution | None:
    """The one that waits for approval, of whatever month."""
    return (
        Redistribution.objects.filter(state=Redistribution.State.PROPOSED)
        .select_related("proposed_by")
        .first()
    )


def shares(redistribution: Redistribution) -> list[RedistributionShare]:
    """Its shares, in order of code."""
    return list(redistribution.shares.select_related("county").order_by("county_id"))


def find_redistribution(redistribution_id: int) -> Redistribution | None:
    return (
        Redistribution.objects.filter(pk=redistribution_id)
        .select_related("proposed_by", "approved_by")
        .first()
    )


@dataclass(frozen=True)
class Pensions:
    """A month's pensions over the units in scope, in yuan."""

    cost: Decimal
    paid: Decimal
    unpaid: Decimal
    units: int
    short: list[PensionPayment]


def pensions(period: date) -> Pensions:
    """What was paid, and where it was short."""
    rows = list(PensionPayment.objects.filter(period=period).select_related("county"))
    return Pensions(
        cost=sum((row.cost for row in rows), ZERO),
        paid=sum((row.paid for row in rows), ZERO),
        unpaid=sum((row.unpaid for row in rows), ZERO),
        units=len(rows),
        short=sorted((row for row in rows if row.unpaid), key=lambda row: -row.unpaid),
    )


def pension_forecast(period: date) -> tuple[Decimal, Decimal]:
    """What a month's pensions would cost, with what is unpaid of earlier months; and the cash there is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(retiree_cost_fen), 0) from collection_summary where line = %s and period = %s",
            [LINE, period],
        )
        (cost,) = cursor.fetchone()
        cursor.execute(
            "select coalesce(sum(unpaid_fen), 0) from (select distinct on (county_id) unpaid_fen"
            " from pooling_pensionpayment where period < %s order by county_id, period desc) p",
            [period],
        )
        (before,) = cursor.fetchone()
        cursor.execute(
            "select coalesce(sum(debit_fen - credit_fen), 0) from ledger_balance"
            " where fund = %s and account in ('1002', '1003') and agency_id <> %s",
            [LINE, PROVINCE],
        )
        (cash,) = cursor.fetchone()
    return from_fen(cost + before), from_fen(cash)


def known_periods() -> list[date]:
    """The months that the units' books know, latest first."""
    with connection.cursor() as cursor:
        cursor.execute("select distinct period from ledger_period order by 1 desc")
        return [period for (period,) in cursor.fetchall()]


def current_period() -> date | None:
    """The month at work: the first that is not closed everywhere in scope."""
    with connection.cursor() as cursor:
        cursor.execute("select min(period) from ledger_period where state <> 'closed'")
        found: date | None = cursor.fetchone()[0]
    return found
