"""What a coverage that is taken back, or given back, changes in the bills of its line (参保更正核定).

Spells carry no line, so what changes is the line's bills themselves. Where a case says that an employer was not in a
line in assessed months, the next assessment reverses each bill of that line that stands: each reversal names its bill.
Where a case says that the line never ended, the months are billed as they would have been: one bill for what was known
on time and one for each later recording. Either kind of bill says of which period's spells it is.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection

from collection.bills import LineSum
from collection.classes import BOOKED, line_sums
from collection.corrections.months import Difference
from jilin_si.periods import add_months

if TYPE_CHECKING:
    from enrollment.hooks import LineMonths
    from enrollment.models import Employer

# The months of the changes that are recorded in a period, and whether the line covers the employer in each now.
_RECORDED = """
  select distinct l.employer_id, l.line, m.period::date as due_period,
         exists (select from enrollment_coverage c where c.employer_id = l.employer_id and c.line = l.line
                 and c.first_period <= m.period and coalesce(c.last_period, 'infinity') >= m.period) as covered
  from collection_linechange l
  join ledger_period m on m.agency_id = l.county_id and m.period >= l.first_period
    and m.period <= coalesce(l.last_period, 'infinity') and m.period < %(period)s
  where l.county_id = %(county)s and l.recorded_in = %(period)s
"""
# The months that a case is about, as it wants them.
_WANTED = """
  select %(employer)s::int as employer_id, %(line)s::text as line, m.period::date as due_period,
         %(covered)s::boolean as covered
  from ledger_period m
  where m.agency_id = %(county)s and m.period >= %(first)s and m.period <= coalesce(%(last)s::date, 'infinity')
    and m.period < %(period)s
"""
_LEVEL = "p.own_ppm + p.transfer_ppm + p.average_part_fen > 0"


def _bills(touched: str) -> str:
    """The bills that bring the line of touched months to what is to stand, as rows of ``wanted``."""
    return f"""
with touched as ({touched}),
stands as (                -- bills of the line that neither reverse another nor are reversed
  select b.*, bill_spells_of(b) as told
  from touched t
  join collection_bill b on b.employer_id = t.employer_id and b.line = t.line and b.due_period = t.due_period
  where b.county_id = %(county)s and b.recorded_in < %(period)s and b.reverses is null
    and not exists (select from collection_bill r where r.reverses = b.bill_id)
),
rate as (                  -- months to be billed, by the rates that were frozen for them
  select t.employer_id, p.*
  from touched t join enrollment_employer e on e.id = t.employer_id
  join collection_assessmentparameter p on p.county_id = %(county)s and p.line = t.line
    and p.due_period = t.due_period and p.trade_class in (0, class_in(e.id, t.due_period, e.trade_class))
  where t.covered
),
part as (                  -- each worker's parts, each rounded by itself; and the retirees' cost
  select p.employer_id, p.id as parameter_id, greatest(s.recorded_in, p.due_period) as told, s.sign as workers,
         s.sign * s.wage_fen as wage,
         s.sign * case when {_LEVEL} then base_of(s.wage_fen, p.floor_fen, p.cap_fen) else s.wage_fen end as base,
         0::bigint as cost,
         s.sign * share(base_of(s.wage_fen, p.floor_fen, p.cap_fen), p.own_ppm) as own,
         s.sign * (share(base_of(s.wage_fen, p.floor_fen, p.cap_fen), p.transfer_ppm) + p.average_part_fen) as credit
  from rate p
  join collection_spell s on s.county_id = %(county)s and s.employer_id = p.employer_id
    and s.fee_year = extract(year from p.due_period)
    and s.first_period <= p.due_period and s.last_period >= p.due_period and s.recorded_in < %(upto)s
  union all
  select p.employer_id, p.id, greatest(r.recorded_in, p.due_period), 0, 0, 0, r.sign * r.cost_fen, 0, 0
  from rate p
  join collection_retireecost r on r.county_id = %(county)s and r.employer_id = p.employer_id
    and r.first_period <= p.due_period and r.last_period >= p.due_period and r.recorded_in < %(upto)s
  where p.includes_retiree_cost
),
recorded as (
  select employer_id, parameter_id, told, sum(workers)::int as workers, sum(wage)::bigint as wage,
         sum(base)::bigint as base, sum(cost)::bigint as cost, sum(own)::bigint as own, sum(credit)::bigint as credit
  from part group by 1, 2, 3
),
wanted as (
  select s.line, s.employer_id, s.due_period, s.parameter_id, -s.workers as workers, -s.wage_fen as wage,
         -s.base_fen as base, -s.retiree_cost_fen as cost, -s.own_due_fen as own, -s.unit_due_fen as unit,
         -s.unit_credit_fen as credit, s.bill_id as reverses, s.told
  from stands s join touched t using (employer_id, line, due_period) where not t.covered
  union all
  select p.line, r.employer_id, p.due_period, p.id, r.workers, r.wage, r.base, r.cost, r.own,
         sign(r.wage + r.cost)::int * share(abs(r.wage + r.cost), p.unit_ppm), r.credit, null, r.told
  from recorded r join collection_assessmentparameter p on p.id = r.parameter_id
  where (r.told > p.due_period or r.workers <> 0 or r.wage <> 0 or r.cost <> 0)
    and not exists (select from stands s where s.employer_id = r.employer_id and s.line = p.line
                    and s.due_period = p.due_period and s.told = r.told)
)"""


def bill_corrected_coverages(cursor: Any, county_id: int, period: date) -> list[LineSum]:
    """Reverse, or bill, the months of a line whose coverage a case changed since the last assessment.

    Runs after the month's own bills, which go by the coverage that stands. Mostly there is nothing to do.
    """
    cursor.execute(
        "select exists (select from collection_linechange where county_id = %s and recorded_in = %s)",
        [county_id, period],
    )
    if not cursor.fetchone()[0]:
        return []
    cursor.execute(
        f"""{_bills(_RECORDED)},
new_bill as (
  insert into collection_bill (line, county_id, employer_id, due_period, recorded_in, parameter_id, workers, wage_fen,
    base_fen, retiree_cost_fen, own_due_fen, unit_due_fen, unit_credit_fen, reverses, spells_of)
  select line, %(county)s, employer_id, due_period, %(period)s, parameter_id, workers, wage, base, cost, own, unit,
         credit, reverses, told from wanted
  returning *
),
{BOOKED}""",
        {"county": county_id, "period": period, "upto": period},
    )
    return line_sums(cursor)


def changes_of(employer: Employer, months: LineMonths, recorded: date) -> list[Difference]:
    """What the next assessment bills for such a change, a month each: by the very statement that it runs.

    With what was recorded about these months since the last assessment, which is billed by the line as well then.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_bills(_WANTED)}
            select w.due_period, sum(w.own)::bigint, sum(w.unit)::bigint,
                   coalesce(sum(w.own + w.credit) filter (where p.transfer_ppm + p.average_part_fen > 0), 0)::bigint
            from wanted w join collection_assessmentparameter p on p.id = w.parameter_id
            group by 1 order by 1
            """,
            {
                "county": employer.county_id,
                "employer": employer.pk,
                "line": months.line,
                "first": months.first,
                "last": months.last,
                "covered": months.covered,
                "period": recorded,
                "upto": add_months(recorded, 1),
            },
        )
        return [Difference(period, months.line, *fen) for period, *fen in cursor.fetchall()]
