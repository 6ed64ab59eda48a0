"""Cases about what an employer is billed on: its injury risk class, its retirees and their cost.

Both are dated facts that are only added to. A class counts from a month on; the next assessment reverses the bills of
assessed months under the wrong class and replaces them. Retirees' cost is reversed to its end and written anew, as a
declaration does it; the next assessment bills the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from collection.classes import Classes
from collection.corrections.models import Correction, TradeClass
from collection.corrections.months import (
    Difference,
    rates_of,
    runs,
    share_signed,
    waiting_for_assessment,
)
from collection.models import AssessmentParameter, Bill
from collection.opening import reverse_retiree_cost
from enrollment.models import Coverage, Employer
from enrollment.refusals import Refusal
from jilin_si.agencies.clock import today
from jilin_si.ledger.services import LedgerError, recording_period
from jilin_si.money import from_fen, to_fen
from jilin_si.periods import format_period, parse_period, period_of, periods

if TYPE_CHECKING:
    from decimal import Decimal

CLASSES = range(1, 6)
# A month before all others: the class that an employer had until the first case said otherwise.
ALWAYS = date(1900, 1, 1)


# ── the risk class ───────────────────────────────────────────────────────────────────────────────────────────────
def read_class(employer: Employer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The right class and the month from which it was right. Raises Refusal."""
    number, first = int(asked["trade_class"]), asked["first_period"]
    if number not in CLASSES:
        raise Refusal("trade_class", "trade_class", _("A risk class is 1 to 5."))
    try:
        recorded = recording_period(employer.county_id)
    except LedgerError:  # whoever asks on line does not see the books: the office looks again
        recorded = period_of(today())
    if first > recorded:
        raise Refusal(
            "first_period", "not_yet",
            _("A wrong class is corrected from %(first)s at the latest: it holds for the months to come by itself."),
            first=format_period(recorded),
        )  # fmt: skip
    if all(known == number for _first, known in Classes.of(employer).steps(first)):
        raise Refusal("trade_class", "no_change", _("The record stands so already."))
    return {"trade_class": number, "first_period": format_period(first)}


def stood_class(employer: Employer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The classes that stand from the month on."""
    steps = Classes.of(employer).steps(parse_period(asked["first_period"]))
    return {"steps": [[format_period(first), number] for first, number in steps]}


def steps_asked(asked: Mapping[str, Any]) -> list[tuple[date, int]]:
    """From which months on which class is to stand: one step, or those that a counter-case restores."""
    if "steps" in asked:
        return [(parse_period(first), int(number)) for first, number in asked["steps"]]
    return [(parse_period(asked["first_period"]), int(asked["trade_class"]))]


def class_differences(employer: Employer, steps: list[tuple[date, int]]) -> list[Difference]:
    """What each bill that stands, and each change of wages that waits, comes to under the class of the steps.

    Raises Refusal where no rate of the class was frozen for an assessed month.
    """
    now = Classes.of(employer)
    then = Classes(steps[-1][1], tuple((number, first) for first, number in reversed(steps)))
    rates = {
        (rate.line, rate.due_period, rate.trade_class): rate
        for rate in AssessmentParameter.objects.filter(
            county_id=employer.county_id, due_period__gte=steps[0][0], trade_class__gt=0
        )
    }
    standing = Bill.objects.filter(
        employer=employer,
        due_period__gte=steps[0][0],
        parameter__trade_class__gt=0,
        reverses__isnull=True,
        reversals__isnull=True,
    )
    found: dict[tuple[date, str], int] = {}

    def moves(line: str, period: date, fen: int) -> None:
        old, new = (rates.get((line, period, classes.on(period))) for classes in (now, then))
        if old is None or new is None:
            raise Refusal(
                "trade_class", "no_rate",
                _("No rate of this class was in force in %(period)s: correct from a later month."),
                period=format_period(period),
            )  # fmt: skip
        more = share_signed(fen, new.unit_ppm) - share_signed(fen, old.unit_ppm)
        found[period, line] = found.get((period, line), 0) + more

    for bill in standing.select_related("parameter"):
        cost = bill.retiree_cost if bill.parameter.includes_retiree_cost else 0
        moves(bill.line, bill.due_period, to_fen(bill.wages + cost))
    waiting = waiting_for_assessment(employer.county_id, employer.pk).wages
    for rate in rates_of(employer, [period for period in waiting if period >= steps[0][0]]):
        if rate.trade_class:
            moves(rate.line, rate.due_period, waiting[rate.due_period])
    return [
        Difference(period, line, own=0, unit=fen, credit=0)
        for (period, line), fen in sorted(found.items())
        if fen
    ]


def write_class(case: Correction, steps: list[tuple[date, int]]) -> date:
    """Note the class from each month on; the record shows that of now. Returns the period of recording."""
    recorded = recording_period(case.county_id)
    employer = Employer.objects.select_for_update().get(pk=case.employer_id)
    rows = list(steps)
    if not TradeClass.objects.filter(employer=employer).exists():
        rows.insert(0, (ALWAYS, employer.trade_class))
    for first, number in rows:
        TradeClass.objects.create(
            employer=employer,
            county_id=case.county_id,
            trade_class=number,
            first_period=first,
            recorded_in=recorded,
            correction=case,
        )
    employer.trade_class = steps[-1][1]
    employer.save(update_fields=["trade_class"])
    return recorded


# ── retirees ─────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Retired:
    """A month's retirees: heads and cost in fen, and whether it goes on provisionally."""

    heads: int
    fen: int
    provisional: bool = False


Retirees = Mapping[date, Retired]
NOBODY = Retired(0, 0)


def retirees_by_month(employer_id: int) -> dict[date, Retired]:
    """The months in which an employer is charged for retirees now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select m.month::date, sum(r.sign * r.retirees)::int, sum(r.sign * r.cost_fen)::bigint,
                   bool_or(r.provisional and r.sign = 1)
            from collection_retireecost r
            cross join lateral generate_series(r.first_period::timestamp, r.last_period::timestamp, interval '1 month')
              m(month)
            where r.employer_id = %s
            group by 1 having sum(r.sign) = 1 order by 1
            """,
            [employer_id],
        )
        return {period: Retired(heads, fen, given) for period, heads, fen, given in cursor.fetchall()}


def read_retirees(employer: Employer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Heads and monthly cost over months of one fee year. Raises Refusal."""
    heads, cost = int(asked["retirees"]), asked["cost"]
    first, last = asked["first_period"], asked["last_period"]
    if not 0 <= heads <= 1_000_000:
        raise Refusal("retirees", "retirees", _("Give the number of retirees."))
    if cost < 0 or cost > 1_000_000_000:
        raise Refusal("cost", "cost", _("The cost is 0 or more."))
    if bool(heads) != bool(cost):
        raise Refusal("cost", "heads_and_cost", _("Retirees have a cost, and a cost has retirees."))
    if last < first or last.year != first.year:
        raise Refusal("last_period", "span", _("The months lie in one fee year, the first before the last."))
    covered = Coverage.objects.filter(employer=employer)
    if not covered.exists():
        raise Refusal("first_period", "not_covered", _("The employer is in no line of insurance."))
    if not _declared(employer, first.year):
        raise Refusal(
            "first_period", "not_charged",
            _("Nothing is charged to this employer in %(year)s: its return comes first."), year=first.year,
        )  # fmt: skip
    plain = {
        "retirees": heads,
        "cost": str(cost),
        "first_period": format_period(first),
        "last_period": format_period(last),
    }
    before = retirees_by_month(employer.pk)
    if before == retirees_after(plain, before):
        raise Refusal("cost", "no_change", _("The record stands so already."))
    return plain


def _declared(employer: Employer, year: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from collection_spell where fee_year = %(year)s and county_id = %(county)s"
            " and employer_id = %(employer)s) or exists (select from collection_retireecost"
            " where employer_id = %(employer)s and extract(year from first_period) = %(year)s)",
            {"year": year, "county": employer.county_id, "employer": employer.pk},
        )
        return bool(cursor.fetchone()[0])


def stood_retirees(employer: Employer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Heads and cost that stand in the months asked about, each different pair once."""
    charged = retirees_by_month(employer.pk)
    span = periods(parse_period(asked["first_period"]), parse_period(asked["last_period"]))
    known = dict.fromkeys((month.heads, month.fen) for month in (charged.get(p, NOBODY) for p in span))
    return {"retirees": [[heads, str(from_fen(fen))] for heads, fen in known]}


def retirees_after(asked: Mapping[str, Any], before: Retirees) -> dict[date, Retired]:
    """The months as the case wants them."""
    first, last = parse_period(asked["first_period"]), parse_period(asked["last_period"])
    right = Retired(int(asked["retirees"]), to_fen(_yuan(asked["cost"])))
    after = dict(before)
    for period in periods(first, last):
        if right.heads or right.fen:
            after[period] = right
        else:
            after.pop(period, None)
    return dict(sorted(after.items()))


def _yuan(text: str) -> Decimal:
    from decimal import Decimal

    return Decimal(text)


def retiree_differences(employer: Employer, before: Retirees, after: Retirees) -> list[Difference]:
    """What the assessed months are billed more or less for retirees, in the lines that charge their cost (PEN-2)."""
    changed = sorted(p for p in {*before, *after} if before.get(p) != after.get(p))
    waiting = waiting_for_assessment(employer.county_id, employer.pk)
    return [
        Difference(
            rate.due_period,
            rate.line,
            own=0,
            unit=waiting.more(
                rate,
                cost=after.get(rate.due_period, NOBODY).fen - before.get(rate.due_period, NOBODY).fen,
            ),
            credit=0,
        )
        for rate in (rates_of(employer, changed) if changed else [])
        if rate.includes_retiree_cost
    ]


def rewrite_retirees(case: Correction, before: Retirees, after: Retirees) -> date | None:
    """Let the months be charged as ``after`` says. Returns the period of recording; None where nothing changes."""
    changed = sorted(p for p in {*before, *after} if before.get(p) != after.get(p))
    if not changed:
        return None
    recorded = recording_period(case.county_id)
    Employer.objects.select_for_update().get(pk=case.employer_id)
    first = changed[0]
    with connection.cursor() as cursor:
        reverse_retiree_cost(cursor, {"employer": case.employer_id, "first": first, "recorded": recorded})
        for start, end, month in runs({p: month for p, month in after.items() if p >= first}):
            cursor.execute(
                "insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period,"
                " last_period, recorded_in, provisional) values (%s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    case.employer_id,
                    case.county_id,
                    month.heads,
                    month.fen,
                    start,
                    end,
                    recorded,
                    month.provisional,
                ],
            )
    return recorded
