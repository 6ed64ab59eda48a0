"""The bills of a county's month: one statement, every line and employer, over the spells or what did not change.

Each worker's parts are rounded by themselves and summed per employer. In the first month of a fee year, and wherever
a rate of a line with workers' parts changed, every spell is read. In the other months an employer about whose workers
nothing changed since the month before has the same sums as then: they are taken from that month's bill, and only the
others' spells are read. ``verify`` works all of them out again from the spells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from jilin_si.jobs.units import ANY_JOIN, HASH_ONLY
from jilin_si.periods import add_months

# Beyond this share of changed employers looking each one up costs more than reading the county's spells in one go.
FEW = 0.2


@dataclass(frozen=True)
class LineSum:
    """What one line's bills of a county and month add up to, in fen; the checksum is over all of them."""

    line: str
    bills: int
    own: int
    unit: int
    takes_back: bool
    checksum: str


def _worker_level_lines(cursor: Any, county_id: int, period: date) -> list[dict[str, Any]]:
    """Lines that have a part of their own for each worker in this month, with its frozen rates."""
    cursor.execute(
        "select line, floor_fen, cap_fen, own_ppm, transfer_ppm, average_part_fen from collection_assessmentparameter"
        " where county_id = %s and due_period = %s and own_ppm + transfer_ppm + average_part_fen > 0"
        " and trade_class = 0 order by line",
        [county_id, period],
    )
    names = ("line", "floor", "cap", "own", "transfer", "average")
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _changed_employers(
    cursor: Any, county_id: int, period: date, lines: list[dict[str, Any]]
) -> list[int] | None:
    """The employers about whose workers something changed since the month before; None: read every spell.

    Changed is who has a spell that was recorded now, begins now or ended with the last month, and who is covered now,
    in a line that has rates this month, without a bill of that line for the last month.
    """
    before = add_months(period, -1)
    if before.year != period.year or _worker_level_lines(cursor, county_id, before) != lines:
        return None
    arguments = {"county": county_id, "year": period.year, "period": period, "before": before}
    cursor.execute(
        """
        select employer_id from collection_spell
        where fee_year = %(year)s and county_id = %(county)s
          and (recorded_in > first_period or extract(month from first_period) > 1
               or extract(month from last_period) < 12)
          and (recorded_in = %(period)s or first_period = %(period)s or last_period = %(before)s)
        union
        select c.employer_id from enrollment_coverage c
        left join collection_bill b on b.employer_id = c.employer_id and b.line = c.line and b.county_id = %(county)s
          and b.due_period = %(before)s and b.recorded_in = %(before)s
        where c.county_id = %(county)s and c.first_period <= %(period)s
          and coalesce(c.last_period, 'infinity') >= %(period)s and b.bill_id is null
          and c.line in (select line from collection_assessmentparameter
                         where county_id = %(county)s and due_period = %(period)s)
        """,
        arguments,
    )
    changed = [employer_id for (employer_id,) in cursor.fetchall()]
    cursor.execute(
        "select count(distinct employer_id) from collection_bill"
        " where county_id = %(county)s and due_period = %(before)s",
        arguments,
    )
    (employers,) = cursor.fetchone()
    return changed if len(changed) <= FEW * employers else None


def _bases(lines: list[dict[str, Any]], floor: str, cap: str) -> str:
    """Select columns: a worker's base for each worker-level line, worked out once a row."""
    return "".join(
        f", base_of(wage_fen, {floor.format(i)}, {cap.format(i)}) as base_{i}"
        for i, _line in enumerate(lines)
    )


def _sums(lines: list[dict[str, Any]], own: str, transfer: str, average: str) -> str:
    """Select columns: for each worker-level line the sums of base, own part and credit; each part rounded by itself."""
    columns = []
    for i, _line in enumerate(lines):
        columns += [
            f"sum(sign * base_{i})::bigint as base_{i}",
            f"sum(sign * share(base_{i}, {own.format(i)}))::bigint as own_{i}",
            f"sum(sign * (share(base_{i}, {transfer.format(i)}) + {average.format(i)}))::bigint as credit_{i}",
        ]
    return "".join(f",\n               {column}" for column in columns)


def _case(lines: list[dict[str, Any]], column: str, otherwise: str) -> str:
    """Choose a worker-level line's own sum, or what holds for a line without workers' parts."""
    whens = " ".join(f"when %(line_{i})s then m.{column}_{i}" for i in range(len(lines)))
    return f"case p.line {whens} else {otherwise} end" if whens else otherwise


def _kept(lines: list[dict[str, Any]]) -> str:
    """Where nothing changed the sums are those of the month before, as its bills have them."""
    columns = "".join(
        f""",
                 coalesce(max(base_fen) filter (where line = %(line_{i})s), 0),
                 coalesce(max(own_due_fen) filter (where line = %(line_{i})s), 0),
                 coalesce(max(unit_credit_fen) filter (where line = %(line_{i})s), 0)"""
        for i in range(len(lines))
    )
    return f"""
          union all
          select employer_id, %(period)s::date, max(workers), max(wage_fen), 0{columns}
          from collection_bill
          where county_id = %(county)s and due_period = %(before)s and recorded_in = %(before)s
            and employer_id <> all(%(changed)s::int[])
          group by employer_id"""


def make_bills(cursor: Any, county_id: int, period: date) -> list[LineSum]:
    """Write this month's bills and supplements with their open items, and the summary; returns the sums a line."""
    lines = _worker_level_lines(cursor, county_id, period)
    arguments: dict[str, Any] = {
        "county": county_id,
        "period": period,
        "year": period.year,
    }
    for i, line in enumerate(lines):
        arguments |= {f"{name}_{i}": value for name, value in line.items()}
    cursor.execute(HASH_ONLY)
    changed = _changed_employers(cursor, county_id, period, lines)
    only_changed, kept = "", ""
    if changed is not None:
        arguments |= {"changed": changed, "before": add_months(period, -1)}
        only_changed, kept = "and employer_id = any(%(changed)s::int[])", _kept(lines)
    now = _sums(lines, "%(own_{0})s", "%(transfer_{0})s", "%(average_{0})s")
    then = _sums(lines, "own_ppm_{0}", "transfer_ppm_{0}", "average_part_{0}")
    now_bases = _bases(lines, "%(floor_{0})s", "%(cap_{0})s")
    then_bases = _bases(lines, "p{0}.floor_fen", "p{0}.cap_fen") + "".join(
        f", p{i}.own_ppm as own_ppm_{i}, p{i}.transfer_ppm as transfer_ppm_{i}"
        f", p{i}.average_part_fen as average_part_{i}"
        for i in range(len(lines))
    )
    joins = "".join(
        f"""
        left join collection_assessmentparameter p{i} on p{i}.line = %(line_{i})s and p{i}.county_id = %(county)s
          and p{i}.due_period = d.due_period::date and p{i}.trade_class = 0"""
        for i in range(len(lines))
    )
    level = "".join(
        f", sum(base_{i}) as base_{i}, sum(own_{i}) as own_{i}, sum(credit_{i}) as credit_{i}"
        for i in range(len(lines))
    )
    nothing = "".join(", 0, 0, 0" for _line in lines)
    two_sum = "m.wage + case when p.includes_retiree_cost then m.retiree_cost else 0 end"
    cursor.execute(
        f"""
        with living as (          -- this month of every spell known by now
          select employer_id, sign, wage_fen{now_bases} from collection_spell
          where fee_year = %(year)s and county_id = %(county)s
            and first_period <= %(period)s and last_period >= %(period)s and recorded_in <= %(period)s {only_changed}
          offset 0                -- a fence: the base is worked out once a row
        ),
        late as (                 -- earlier months of spells recorded only now, by those months' rates
          select s.employer_id, s.sign, s.wage_fen, d.due_period::date as due_period{then_bases}
          from collection_spell s
          cross join lateral generate_series(s.first_period::timestamp,
            least(s.last_period, (%(period)s::date - interval '1 month')::date)::timestamp,
            interval '1 month') d(due_period){joins}
          where s.county_id = %(county)s and s.recorded_in = %(period)s and s.recorded_in > s.first_period
        ),
        retired as (              -- the same two of the retirees' cost
          select employer_id, %(period)s::date as due_period, sign * cost_fen as cost_fen from collection_retireecost
          where county_id = %(county)s
            and first_period <= %(period)s and last_period >= %(period)s and recorded_in <= %(period)s
          union all
          select r.employer_id, d.due_period::date, r.sign * r.cost_fen
          from collection_retireecost r
          cross join lateral generate_series(r.first_period::timestamp,
            least(r.last_period, (%(period)s::date - interval '1 month')::date)::timestamp,
            interval '1 month') d(due_period)
          where r.county_id = %(county)s and r.recorded_in = %(period)s and r.recorded_in > r.first_period
        ),
        summed as (               -- an employer and month: each worker's parts, each rounded by itself
          select employer_id, %(period)s::date as due_period, sum(sign)::int as workers,
                 sum(sign * wage_fen)::bigint as wage, 0::bigint as retiree_cost{now}
          from living group by employer_id{kept}
          union all
          select f.employer_id, f.due_period, sum(sign)::int, sum(sign * wage_fen)::bigint, 0{then}
          from late f group by f.employer_id, f.due_period
          union all
          select employer_id, due_period, 0, 0, sum(cost_fen)::bigint{nothing} from retired group by 1, 2
        ),
        employer_month as (
          select employer_id, due_period, sum(workers) as workers, sum(wage)::bigint as wage,
                 sum(retiree_cost)::bigint as retiree_cost{level}
          from summed group by 1, 2
          having due_period < %(period)s or sum(workers) <> 0 or sum(wage) <> 0 or sum(retiree_cost) <> 0
        ),
        new_bill as (             -- for each line that covers the employer in that month
          insert into collection_bill (line, county_id, employer_id, due_period, recorded_in, parameter_id, workers,
            wage_fen, base_fen, retiree_cost_fen, own_due_fen, unit_due_fen, unit_credit_fen)
          select p.line, %(county)s, m.employer_id, m.due_period, %(period)s, p.id, m.workers, m.wage,
                 {_case(lines, "base", "m.wage")},
                 case when p.includes_retiree_cost then m.retiree_cost else 0 end,
                 {_case(lines, "own", "0")},
                 sign({two_sum}) * share(abs({two_sum}), p.unit_ppm),
                 {_case(lines, "credit", "0")}
          from employer_month m
          join enrollment_employer e on e.id = m.employer_id and e.county_id = %(county)s
          join enrollment_coverage c on c.employer_id = m.employer_id and c.county_id = %(county)s
            and c.first_period <= m.due_period and coalesce(c.last_period, 'infinity') >= m.due_period
          join collection_assessmentparameter p on p.county_id = %(county)s and p.line = c.line
            and p.due_period = m.due_period and p.trade_class in (0, case
              when m.due_period < %(period)s then class_in(e.id, m.due_period, e.trade_class) else e.trade_class end)
          returning *
        ),
        new_item as (
          insert into collection_openitem (bill_id, line, county_id, employer_id, due_period, recorded_in, own_fen,
            unit_fen, credit_fen)
          select b.bill_id, b.line, b.county_id, b.employer_id, b.due_period, b.recorded_in,
                 greatest(b.own_due_fen, 0), greatest(b.unit_due_fen, 0),
                 case when p.transfer_ppm + p.average_part_fen > 0 then b.own_due_fen + b.unit_credit_fen else 0 end
          from new_bill b join collection_assessmentparameter p on p.id = b.parameter_id and p.county_id = %(county)s
        ),
        total as (
          select line, count(*) as bills, count(*) filter (where due_period = recorded_in) as employers,
                 coalesce(sum(workers) filter (where due_period = recorded_in), 0) as workers,
                 coalesce(sum(wage_fen) filter (where due_period = recorded_in), 0) as wage,
                 coalesce(sum(retiree_cost_fen) filter (where due_period = recorded_in), 0) as retiree_cost,
                 sum(own_due_fen) as own, sum(unit_due_fen) as unit,
                 bool_or(own_due_fen < 0 or unit_due_fen < 0) as takes_back,
                 md5(string_agg(concat_ws(',', employer_id, due_period, workers, base_fen, retiree_cost_fen,
                                          own_due_fen, unit_due_fen, unit_credit_fen),
                                ';' order by employer_id, due_period)) as checksum
          from new_bill group by line
        ),
        new_summary as (
          insert into collection_summary as s (county_id, line, period, employers, workers, wage_fen, retiree_cost_fen,
            own_due_fen, unit_due_fen)
          select %(county)s, line, %(period)s, employers, workers, wage, retiree_cost, own, unit from total
          on conflict (county_id, line, period) do update
            set employers = excluded.employers, workers = excluded.workers, wage_fen = excluded.wage_fen,
                retiree_cost_fen = excluded.retiree_cost_fen, own_due_fen = excluded.own_due_fen,
                unit_due_fen = excluded.unit_due_fen
        )
        select line, bills, own, unit, takes_back, checksum from total order by line
        """,
        arguments,
    )
    sums = [
        LineSum(line, int(bills), int(own), int(unit), takes_back, checksum)
        for line, bills, own, unit, takes_back, checksum in cursor.fetchall()
    ]
    cursor.execute(ANY_JOIN)
    return sums
