"""Lists of a county: the bills of a month, who owes, the periods, the vouchers. Sorted and cut by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, ExpressionWrapper, F, IntegerField, Max, Min, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from collection.models import Bill, OpenItem, Receipt, Summary
from collection.selectors.receipts import money_sum
from jilin_si.agencies.models import Agency
from jilin_si.ledger.models import Journal, Period, Posting
from jilin_si.money import ZERO, MoneyField

Rows = QuerySet[Any]


def county_month(county_id: int, period: date, line: str = "", ownership: str = "", text: str = "") -> Rows:
    """The bills of a county's month, an employer a row: lines, workers, due, paid and owed (yuan), ``share`` paid in ‰.

    Supplements recorded in the month are in it.
    """
    bills = Bill.objects.filter(county_id=county_id, recorded_in=period)
    if line:
        bills = bills.filter(line=line)
    if ownership:
        bills = bills.filter(employer__ownership=ownership)
    bills = bills.filter(_named(text))
    due, owed = money_sum("own_due", "unit_due"), money_sum("open_item__own", "open_item__unit")
    rows: Rows = bills.values(
        "employer_id",
        number=F("employer__number"),
        name=F("employer__name"),
        ownership=F("employer__ownership"),
    ).annotate(
        lines=Count("line", distinct=True),
        supplements=Count("bill_id", filter=Q(recorded_in__gt=F("due_period"))),
        workers=Coalesce(Max("workers", filter=Q(recorded_in=F("due_period"))), 0),
        due=Sum(due),
        owed=Sum(owed),
        paid=ExpressionWrapper(Sum(due) - Sum(owed), output_field=MoneyField()),
    )
    return rows


def paid_state(rows: Rows, state: str) -> Rows:
    """Of a county's month only who paid all, part or nothing."""
    if state == "paid":
        return rows.filter(owed=0)
    if state == "partly_paid":
        return rows.filter(owed__gt=0, owed__lt=F("due"))
    if state == "unpaid":
        return rows.filter(owed__gt=0, owed__gte=F("due"))
    return rows


def _named(text: str) -> Q:
    """Employers whose number or name holds the text."""
    text = text.strip()
    if not text:
        return Q()
    if text[:1].isdigit():
        return Q(employer__number__startswith=text)
    return Q(employer__name__contains=text) | Q(employer__pinyin__startswith=text.lower())


def totals(rows: Rows, *names: str) -> dict[str, Any]:
    """The sums of a list over all its rows, whatever the page shows."""
    told: dict[str, Any] = rows.order_by().aggregate(
        **{f"sum_{name}": Sum(name) for name in names}, count=Count("employer_id")
    )
    return {name: told[f"sum_{name}"] or ZERO for name in names} | {"count": told["count"]}


def arrears(
    county_id: int, line: str = "", ownership: str = "", text: str = "", on: date | None = None
) -> Rows:
    """Who owes in a county: an employer a row with the months owed, since when, and how much by age (STAT-8; yuan).

    ``on`` is the first period not counted: what is due in it is not late yet.
    """
    items = OpenItem.objects.filter(county_id=county_id).filter(Q(own__gt=0) | Q(unit__gt=0))
    if on:
        items = items.filter(recorded_in__lt=on)
    if line:
        items = items.filter(line=line)
    if ownership:
        items = items.filter(employer__ownership=ownership)
    items = items.filter(_named(text))
    owed = money_sum("own", "unit")
    rows: Rows = items.values(
        "employer_id",
        number=F("employer__number"),
        name=F("employer__name"),
        ownership=F("employer__ownership"),
    ).annotate(
        months=Count("due_period", distinct=True),
        since=Min("due_period"),
        until=Max("due_period"),
        own_owed=Sum(money_sum("own")),
        unit_owed=Sum(money_sum("unit")),
        owed=Sum(owed),
    )
    return rows


@dataclass(frozen=True)
class UnitPeriod:
    """A unit's month with its figures over all lines; yuan."""

    agency: Agency
    period: date
    state: str
    closed_at: Any
    closed_by: str
    due: Decimal
    paid: Decimal
    received: Decimal
    employers: int

    @property
    def owed_change(self) -> Decimal:
        """What the month's dues exceed the money applied in it."""
        return self.due - self.paid


def unit_periods(county_id: int, year: int) -> list[UnitPeriod]:
    """The months of a unit's year, latest first, with what became due and what came in."""
    sums = {
        row["period"]: row
        for row in Summary.objects.filter(county_id=county_id, period__year=year)
        .values("period")
        .annotate(
            due=Sum(money_sum("own_due", "unit_due")),
            paid=Sum(money_sum("own_paid", "unit_paid")),
            received_sum=Sum("received"),
            most=Max("employers"),
        )
    }
    agency = Agency.objects.get(pk=county_id)
    return [
        UnitPeriod(
            agency=agency,
            period=period.period,
            state=period.state,
            closed_at=period.closed_at,
            closed_by=str(period.closed_by or ""),
            due=(sums.get(period.period) or {}).get("due") or ZERO,
            paid=(sums.get(period.period) or {}).get("paid") or ZERO,
            received=(sums.get(period.period) or {}).get("received_sum") or ZERO,
            employers=(sums.get(period.period) or {}).get("most") or 0,
        )
        for period in Period.objects.filter(agency_id=county_id, period__year=year)
        .select_related("closed_by")
        .order_by("-period")
    ]


def vouchers(county_id: int, period: date, fund: str = "", kind: str = "") -> QuerySet[Journal]:
    """The vouchers of a unit's month, in the order of their numbers; ``amount`` is what the debits add up to."""
    journals: QuerySet[Journal] = Journal.objects.filter(agency_id=county_id, period=period)
    if fund:
        journals = journals.filter(fund=fund)
    if kind:
        journals = journals.filter(kind=kind)
    return journals.select_related("made_by").annotate(
        amount=Sum("postings__amount", filter=Q(postings__amount__gt=0)), legs=Count("postings")
    )


@dataclass(frozen=True)
class Leg:
    """A leg of a voucher: an account debited or credited; yuan."""

    account: Any
    debit: Decimal | None
    credit: Decimal | None


def legs_of(journal_id: int) -> list[Leg]:
    """The legs of a voucher, debits first, the memorandum pair last."""
    postings = (
        Posting.objects.filter(journal_id=journal_id)
        .select_related("account")
        .annotate(
            memo=Case(When(account__kind="memo", then=1), default=0, output_field=IntegerField()),
            side=Case(When(amount__gt=0, then=0), default=1, output_field=IntegerField()),
        )
        .order_by("memo", "side", "account_id")
    )
    return [
        Leg(p.account, p.amount if p.amount > 0 else None, -p.amount if p.amount < 0 else None)
        for p in postings
    ]


def receipts_of_journal(journal_id: int) -> QuerySet[Receipt]:
    """The receipts that a voucher books."""
    receipts: QuerySet[Receipt] = (
        Receipt.objects.filter(journal_id=journal_id)
        .select_related("employer", "bank_line", "credit_of")
        .order_by("receipt_id")
    )
    return receipts
