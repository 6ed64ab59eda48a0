"""The assessment of a county's month (应缴核定): every line, every employer, one transaction.

Each worker's parts are rounded by themselves, as the rules say, and summed per employer in one pass over the
spells; earlier months that became known only now are billed as supplements with the parameters frozen for them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from collection.lines import all_lines, get_line
from jilin_si.jobs.units import UnitResult
from jilin_si.ledger.services import JournalRow, LedgerError, book_many
from jilin_si.money import from_fen
from jilin_si.policy.lookup import database_policy

MEMO_DUE, MEMO_CONTRA = "9001", "9002"
SUSPENSE = "2011"


@dataclass(frozen=True)
class LineSum:
    """What one line's bills of a county and month add up to, in fen; the checksum is over all of them."""

    line: str
    bills: int
    own: int
    unit: int
    takes_back: bool
    checksum: str


def assess_month(county_id: int, period: date) -> UnitResult:
    """Assess one county's month for all lines. Must run inside a transaction that holds the county's lock.

    Raises LedgerError where the period is not open. Returns a checksum over the bills made.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select state from ledger_period where agency_id = %s and period = %s for update",
            [county_id, period],
        )
        row = cursor.fetchone()
        if row is None or row[0] != "open":
            raise LedgerError(
                _("%(period)s of county %(county)s is not open for assessment.")
                % {"period": f"{period:%Y-%m}", "county": county_id}
            )
        freeze_parameters(county_id, period)
        if period.month == 1:
            continue_without_declaration(county_id, period)
        sums = _make_bills(cursor, county_id, period)
        _book_memorandum(county_id, period, sums)
        takes_back = any(line.takes_back for line in sums)
        credit_notes = _make_credit_notes(cursor, county_id, period) if takes_back else 0
        cursor.execute(
            "update ledger_period set state = 'assessed', assessed_at = now() where agency_id = %s and period = %s",
            [county_id, period],
        )
    figures = {
        "bills": sum(line.bills for line in sums),
        "due": str(from_fen(sum(line.own + line.unit for line in sums))),
        "credit_notes": credit_notes,
    }
    checksum = hashlib.sha256("".join(f"{line.line}:{line.checksum};" for line in sums).encode()).hexdigest()
    return UnitResult(checksum=checksum, figures=figures)


def freeze_parameters(county_id: int, period: date) -> None:
    """Write down the rates of every line for this county and month; a line before its first parameter has none."""
    policy = database_policy(fresh=True)
    rows = [
        (
            contribution.line,
            rate.trade_class,
            rate.unit_ppm,
            rate.own_ppm,
            rate.floor_fen,
            rate.cap_fen,
            rate.transfer_ppm,
            rate.average_part_fen,
            rate.includes_retiree_cost,
            json.dumps(dict(rate.parameter_ids), sort_keys=True),
        )
        for contribution in all_lines()
        for rate in contribution.rates(policy, period, county_id)
    ]
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * 10
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_assessmentparameter (county_id, due_period, line, trade_class, unit_ppm, own_ppm,"
            " floor_fen, cap_fen, transfer_ppm, average_part_fen, includes_retiree_cost, versions)"
            " select %s, %s, line, trade_class, unit_ppm, own_ppm, floor_fen, cap_fen, transfer_ppm, average_part_fen,"
            " includes_retiree_cost, versions::jsonb from unnest(%s::text[], %s::int[], %s::int[], %s::int[],"
            " %s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::bool[], %s::text[]) t(line, trade_class,"
            " unit_ppm, own_ppm, floor_fen, cap_fen, transfer_ppm, average_part_fen, includes_retiree_cost, versions)"
            " on conflict (line, county_id, due_period, trade_class) do nothing",
            [county_id, period, *columns],
        )


def continue_without_declaration(county_id: int, period: date) -> int:
    """Let last year's spells go on, provisionally, for covered employers with no spell of the new fee year (COL-8).

    They are reversed when a declaration is approved. Returns how many spells were written.
    """
    arguments: dict[str, Any] = {
        "county": county_id,
        "period": period,
        "year": period.year,
        "last_year": period.year - 1,
        "december": date(period.year - 1, 12, 1),
        "end": date(period.year, 12, 1),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "select make_county_partition('collection_spell', %(year)s, %(county)s)",
            arguments,
        )
        cursor.execute(
            """
            insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
                                          fee_year, county_id, provisional)
            select s.worker_id, s.employer_id, (sum(s.sign * s.wage_fen))::bigint, %(period)s, %(end)s, %(period)s,
                   %(year)s, %(county)s, true
            from collection_spell s
            where s.fee_year = %(last_year)s and s.county_id = %(county)s
              and %(december)s between s.first_period and s.last_period
              and not exists (select 1 from collection_spell n
                              where n.fee_year = %(year)s and n.county_id = %(county)s
                                and n.employer_id = s.employer_id)
              and exists (select 1 from enrollment_coverage c
                          where c.employer_id = s.employer_id and c.first_period <= %(period)s
                            and coalesce(c.last_period, 'infinity') >= %(period)s)
            group by s.worker_id, s.employer_id having sum(s.sign) = 1
            """,
            arguments,
        )
        spells = cursor.rowcount
        cursor.execute(
            """
            insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period, last_period,
                                                recorded_in, provisional)
            select r.employer_id, r.county_id, sum(r.sign * r.retirees), (sum(r.sign * r.cost_fen))::bigint,
                   %(period)s, %(end)s, %(period)s, true
            from collection_retireecost r
            where r.county_id = %(county)s and %(december)s between r.first_period and r.last_period
              and not exists (select 1 from collection_retireecost n
                              where n.employer_id = r.employer_id and n.first_period >= %(period)s)
              and exists (select 1 from enrollment_coverage c
                          where c.employer_id = r.employer_id and c.first_period <= %(period)s
                            and coalesce(c.last_period, 'infinity') >= %(period)s)
            group by 1, 2 having sum(r.sign) = 1
            """,
            arguments,
        )
    return spells


def _worker_level_lines(cursor: Any, county_id: int, period: date) -> list[dict[str, Any]]:
    """Lines that have a part of their own for each worker in this month, with this month's frozen rates."""
    cursor.execute(
        "select line, floor_fen, cap_fen, own_ppm, transfer_ppm, average_part_fen from collection_assessmentparameter"
        " where county_id = %s and due_period <= %s and own_ppm + transfer_ppm + average_part_fen > 0"
        " and trade_class = 0 order by line, due_period desc",
        [county_id, period],
    )
    names = ("line", "floor", "cap", "own", "transfer", "average")
    latest: dict[str, dict[str, Any]] = {}
    for row in cursor.fetchall():
        latest.setdefault(row[0], dict(zip(names, row, strict=True)))
    return list(latest.values())


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


def _make_bills(cursor: Any, county_id: int, period: date) -> list[LineSum]:
    """Write this month's bills and supplements with their open items, and the summary; returns the sums a line."""
    lines = _worker_level_lines(cursor, county_id, period)
    arguments: dict[str, Any] = {
        "county": county_id,
        "period": period,
        "year": period.year,
    }
    for i, line in enumerate(lines):
        arguments |= {f"{name}_{i}": value for name, value in line.items()}
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
    # The steps of the statement have no statistics: by equality they are to be hashed, never looped over.
    cursor.execute("set local enable_nestloop = off")
    cursor.execute(
        f"""
        with living as (          -- this month of every spell known by now
          select employer_id, sign, wage_fen{now_bases} from collection_spell
          where fee_year = %(year)s and county_id = %(county)s
            and first_period <= %(period)s and last_period >= %(period)s and recorded_in <= %(period)s
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
          from living group by employer_id
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
            and p.due_period = m.due_period and p.trade_class in (0, e.trade_class)
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
    cursor.execute("set local enable_nestloop = on")
    return sums


def _book_memorandum(county_id: int, period: date, sums: list[LineSum]) -> None:
    """Book what became due off the balance sheet (ACC-4): the books are on a cash basis."""
    book_many(
        agency_id=county_id,
        period=period,
        rows=[
            JournalRow(
                fund=get_line(row.line).fund,
                kind="assessed",
                booked_on=period,
                legs={MEMO_DUE: row.own + row.unit, MEMO_CONTRA: -row.own - row.unit},
            )
            for row in sums
        ],
    )


def _make_credit_notes(cursor: Any, county_id: int, period: date) -> int:
    """Turn what a negative bill takes back into money of the employer that settles other bills of the same line."""
    cursor.execute(
        "select line, sum(greatest(-own_due_fen, 0)), sum(greatest(-unit_due_fen, 0)) from collection_bill"
        " where county_id = %s and recorded_in = %s and recorded_in > due_period"
        " and (own_due_fen < 0 or unit_due_fen < 0) group by line",
        [county_id, period],
    )
    notes = cursor.fetchall()
    if not notes:
        return 0
    journals = book_many(
        agency_id=county_id,
        period=period,
        rows=[
            JournalRow(
                fund=get_line(line).fund,
                kind="credit_note",
                booked_on=period,
                legs=_legs(
                    (get_line(line).income_own_account, int(own)),
                    (get_line(line).income_unit_account, int(unit)),
                    (SUSPENSE, -int(own) - int(unit)),
                ),
            )
            for line, own, unit in notes
        ],
    )
    cursor.execute(
        """
        with note as (
          insert into collection_receipt (credit_of, county_id, employer_id, line, period, received_on, amount_fen,
                                          journal_id)
          select b.bill_id, b.county_id, b.employer_id, b.line, %(period)s, %(period)s,
                 greatest(-b.own_due_fen, 0) + greatest(-b.unit_due_fen, 0), j.journal_id
          from collection_bill b
          join unnest(%(lines)s::text[], %(journals)s::bigint[]) j(line, journal_id) on j.line = b.line
          where b.county_id = %(county)s and b.recorded_in = %(period)s and b.recorded_in > b.due_period
            and (b.own_due_fen < 0 or b.unit_due_fen < 0)
          order by b.line, b.employer_id, b.due_period
          returning receipt_id, line, county_id, employer_id, amount_fen
        )
        insert into collection_unapplied (receipt_id, line, county_id, employer_id, fen) select * from note
        """,
        {
            "county": county_id,
            "period": period,
            "lines": [line for line, _own, _unit in notes],
            "journals": journals,
        },
    )
    return int(cursor.rowcount)


def _legs(*legs: tuple[str, int]) -> dict[str, int]:
    """Legs by account, amounts of one account added up."""
    summed: dict[str, int] = {}
    for account, fen in legs:
        summed[account] = summed.get(account, 0) + fen
    return summed
