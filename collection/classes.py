"""The injury risk class of an employer in past months, and what a corrected one changes in bills (更正核定).

A bill is made by the class of its month. Where a case says that the class was another, the next assessment reverses
each bill under the wrong class whole and replaces it by one under the right class: both are supplements that name the
bill, each by the rate frozen for the month, so that either can be worked out again from its own parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from collection.bills import LineSum

if TYPE_CHECKING:
    from enrollment.models import Employer


@dataclass(frozen=True)
class Classes:
    """The classes of one employer: (class, from which month), the later row before the earlier; and that of now."""

    now: int
    rows: Sequence[tuple[int, date]] = ()

    @classmethod
    def of(cls, employer: Employer) -> Classes:
        from collection.corrections.models import TradeClass

        rows = TradeClass.objects.filter(employer=employer).order_by("-id")
        return cls(employer.trade_class, tuple(rows.values_list("trade_class", "first_period")))

    def on(self, period: date) -> int:
        """The class of a month."""
        return next((number for number, first in self.rows if first <= period), self.now)

    def steps(self, first: date) -> list[tuple[date, int]]:
        """From a month on: its class, and each month from which it is another."""
        months = sorted({first, *(start for _number, start in self.rows if start > first)})
        found: list[tuple[date, int]] = []
        for period in months:
            if not found or found[-1][1] != self.on(period):
                found.append((period, self.on(period)))
        return found


# What follows ``new_bill``, the bills that a correction writes: their open items, the summary, and the sums a line.
BOOKED = """new_item as (
  insert into collection_openitem (bill_id, line, county_id, employer_id, due_period, recorded_in, own_fen, unit_fen,
    credit_fen)
  select b.bill_id, b.line, b.county_id, b.employer_id, b.due_period, b.recorded_in, greatest(b.own_due_fen, 0),
         greatest(b.unit_due_fen, 0),
         case when p.transfer_ppm + p.average_part_fen > 0 then b.own_due_fen + b.unit_credit_fen else 0 end
  from new_bill b join collection_assessmentparameter p on p.id = b.parameter_id
),
total as (
  select line, count(*) as bills, sum(own_due_fen) as own, sum(unit_due_fen) as unit,
         bool_or(own_due_fen < 0 or unit_due_fen < 0) as takes_back,
         md5(string_agg(concat_ws(',', employer_id, due_period, workers, base_fen, own_due_fen, unit_due_fen, reverses,
                                  replaces, spells_of),
                        ';' order by employer_id, due_period, reverses, replaces, spells_of)) as checksum
  from new_bill group by line
),
new_summary as (
  insert into collection_summary as s (county_id, line, period, own_due_fen, unit_due_fen)
  select %(county)s, line, %(period)s, own, unit from total
  on conflict (county_id, line, period) do update
    set own_due_fen = s.own_due_fen + excluded.own_due_fen, unit_due_fen = s.unit_due_fen + excluded.unit_due_fen
)
select line, bills, own, unit, takes_back, checksum from total order by line
"""

# Bills that stand, of an employer's lines with classes: neither reverse another nor are reversed.
_CORRECTED = f"""
with stands as (
  select b.*, p.unit_ppm as wrong_ppm, n.id as right_id, n.unit_ppm as right_ppm, p.includes_retiree_cost
  from collection_bill b
  join collection_assessmentparameter p on p.id = b.parameter_id and p.county_id = b.county_id and p.trade_class > 0
  join enrollment_employer e on e.id = b.employer_id
  join collection_assessmentparameter n on n.county_id = b.county_id and n.line = b.line
    and n.due_period = b.due_period and n.trade_class = class_in(e.id, b.due_period, e.trade_class)
  where b.county_id = %(county)s and b.employer_id = any(%(employers)s::int[]) and b.recorded_in < %(period)s
    and b.reverses is null and n.id <> p.id
    and not exists (select from collection_bill r where r.reverses = b.bill_id)
),
new_bill as (
  insert into collection_bill (line, county_id, employer_id, due_period, recorded_in, parameter_id, workers, wage_fen,
    base_fen, retiree_cost_fen, own_due_fen, unit_due_fen, unit_credit_fen, reverses, replaces)
  select line, county_id, employer_id, due_period, %(period)s, parameter_id, -workers, -wage_fen, -base_fen,
         -retiree_cost_fen, -own_due_fen, -unit_due_fen, -unit_credit_fen, bill_id, null from stands
  union all
  select line, county_id, employer_id, due_period, %(period)s, right_id, workers, wage_fen, base_fen, retiree_cost_fen,
         own_due_fen,
         sign(two_sum) * share(abs(two_sum), right_ppm), unit_credit_fen, null, bill_id
  from stands cross join lateral (
    select wage_fen + case when includes_retiree_cost then retiree_cost_fen else 0 end as two_sum) sums
  returning *
),
{BOOKED}"""


def bill_corrected_classes(cursor: Any, county_id: int, period: date) -> list[LineSum]:
    """Reverse and replace what was billed under a class that a case decided since the last assessment corrects.

    Runs after the month's own bills, which are by the right class already. Mostly there is nothing to do.
    """
    cursor.execute(
        "select array_agg(distinct employer_id) from collection_tradeclass"
        " where county_id = %s and recorded_in = %s",
        [county_id, period],
    )
    (employers,) = cursor.fetchone()
    if not employers:
        return []
    cursor.execute(_CORRECTED, {"county": county_id, "period": period, "employers": employers})
    return line_sums(cursor)


def line_sums(cursor: Any) -> list[LineSum]:
    """The sums a line that a statement with ``BOOKED`` gives."""
    return [
        LineSum(line, int(bills), int(own), int(unit), takes_back, checksum)
        for line, bills, own, unit, takes_back, checksum in cursor.fetchall()
    ]


def together(sums: Sequence[LineSum], more: Sequence[LineSum]) -> list[LineSum]:
    """What a line's bills add up to, those of corrected classes with them."""
    found = {each.line: each for each in sums}
    for each in more:
        had = found.get(each.line)
        found[each.line] = (
            each
            if had is None
            else LineSum(
                each.line,
                had.bills + each.bills,
                had.own + each.own,
                had.unit + each.unit,
                had.takes_back or each.takes_back,
                f"{had.checksum}+{each.checksum}",
            )
        )
    return [found[line] for line in sorted(found)]
