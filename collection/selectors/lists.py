"""Lists of a county: the bills of a month, who owes, the periods, the vouchers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Min, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from collection.models import Bill, OpenItem, Receipt, Summary
from collection.selectors.receipts import money_sum
from collection.takeovers import Payers, payers
from enrollment.models import Employer
from jilin_si.agencies.models import Agency
from jilin_si.ledger.models import Journal, Period, Posting
from jilin_si.money import ZERO

Row = dict[str, Any]


def recorded_in(period: date) -> Q:
    """Assessments recorded in a period, in the two parts that the indexes know: the month's own, and supplements."""
    return Q(due_period=period, recorded_in=period) | Q(recorded_in=period, recorded_in__gt=F("due_period"))


def county_month(
    county_id: int, period: date, line: str = "", ownership: str = "", text: str = ""
) -> list[Row]:
    """The bills of a county's month, an employer a row: lines, workers, due, paid and owed (yuan).

    Supplements recorded in the month are in it. Who owes most comes first.
    """
    bills = Bill.objects.filter(recorded_in(period), county_id=county_id)
    if line:
        bills = bills.filter(line=line)
    own = Q(recorded_in=F("due_period"))
    summed = (
        bills.order_by()
        .values("employer_id")
        .annotate(
            lines=Count("bill_id", filter=own),
            supplements=Count("bill_id", filter=~own),
            workers=Coalesce(Max("workers", filter=own), 0),
            due=Sum(money_sum("own_due", "unit_due")),
            owed=Sum(money_sum("open_item__own", "open_item__unit")),
        )
    )
    rows = _with_employers(summed, county_id, ownership, text)
    for row in rows:
        row["paid"] = row["due"] - row["owed"]
    return rows


def paid_state(rows: Iterable[Row], state: str) -> list[Row]:
    """Of a county's month only who paid all, part or nothing."""
    wanted = {
        "paid": lambda row: row["owed"] == 0,
        "partly_paid": lambda row: 0 < row["owed"] < row["due"],
        "unpaid": lambda row: row["owed"] > 0 and row["owed"] >= row["due"],
    }.get(state)
    return [row for row in rows if wanted is None or wanted(row)]


def _with_employers(summed: Iterable[Row], county_id: int, ownership: str, text: str) -> list[Row]:
    """Sums with the names of their employers, who owes most first; of the employers that fit the filter only.

    Two plain reads put together here: joined in the database, row-level security makes of it a look-up a row.
    """
    employers = Employer.objects.filter(county_id=county_id)
    if ownership:
        employers = employers.filter(ownership=ownership)
    text = text.strip()
    if text[:1].isdigit():
        employers = employers.filter(number__startswith=text)
    elif text:
        employers = employers.filter(Q(name__contains=text) | Q(pinyin__startswith=text.lower()))
    known = {pk: rest for pk, *rest in employers.order_by().values_list("id", "number", "name", "ownership")}
    rows = []
    for row in summed:
        found = known.get(row["employer_id"])
        if found:
            rows.append(row | dict(zip(("number", "name", "ownership"), found, strict=True)))
    rows.sort(key=lambda row: (-row["owed"], row["number"]))
    return rows


def totals(rows: Sequence[Row], *names: str) -> Row:
    """The sums of a list over all its rows, whatever the page shows."""
    return {name: sum((row[name] for row in rows), ZERO) for name in names} | {"count": len(rows)}


def arrears(
    county_id: int, line: str = "", ownership: str = "", text: str = "", on: date | None = None
) -> list[Row]:
    """Who owes in a county, most first: an employer a row with the months owed, since when, and the parts (yuan).

    ``on`` is the first period not counted: what is due in it is not late yet. What was taken over stands with who pays
    it (REST-5).
    """
    items = OpenItem.objects.filter(county_id=county_id).filter(Q(own__gt=0) | Q(unit__gt=0))
    if on:
        items = items.filter(recorded_in__lt=on)
    if line:
        items = items.filter(line=line)
    found = payers()
    involved = {s.employer_id for s in found.stretches} | {s.payer_id for s in found.stretches}
    summed = (
        items.order_by()
        .exclude(employer_id__in=involved)
        .values("employer_id")
        .annotate(
            months=Count("due_period", distinct=True),
            since=Min("due_period"),
            own_owed=Sum(money_sum("own")),
            unit_owed=Sum(money_sum("unit")),
            owed=Sum(money_sum("own", "unit")),
        )
    )
    taken_over = _by_payer(items.filter(employer_id__in=involved), found) if involved else []
    return _with_employers([*summed, *taken_over], county_id, ownership, text)


def _by_payer(items: Any, found: Payers) -> list[Row]:
    """The few open items of employers that pay for one another, each with who pays it."""
    pools: dict[int, list[Any]] = {}
    for item in items:
        pools.setdefault(found.payer_of(item.employer_id, item.due_period), []).append(item)
    return [
        {
            "employer_id": payer,
            "months": len({item.due_period for item in mine}),
            "since": min(item.due_period for item in mine),
            "own_owed": sum((item.own for item in mine), ZERO),
            "unit_owed": sum((item.unit for item in mine), ZERO),
            "owed": sum((item.own + item.unit for item in mine), ZERO),
        }
        for payer, mine in pools.items()
    ]


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


def receipts_of_journal(journal: Journal) -> QuerySet[Receipt]:
    """The receipts that a voucher books; they are of its unit and month."""
    receipts: QuerySet[Receipt] = (
        Receipt.objects.filter(county_id=journal.agency_id, period=journal.period, journal_id=journal.pk)
        .select_related("employer", "bank_line", "credit_of")
        .order_by("receipt_id")
    )
    return receipts
