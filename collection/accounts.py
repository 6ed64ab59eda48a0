"""The year's close of the individual accounts (个人账户年度结息): one row an account, a county at a time.

What a worker is credited with is a function of the spells and of the months that the employer settled. A ruler an
employer tells, for every month of the year, how many months were settled up to it and with what weight for the
interest (rule PEN-8: 13 less the month in which the credit came); a spell reads two places of it.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from collection.lines import Contribution, all_lines
from jilin_si.jobs.units import UnitResult
from jilin_si.ledger.services import LedgerError
from jilin_si.periods import month
from jilin_si.policy.lookup import database_policy

LEAF_COLUMNS = (
    "fee_year, county_id, worker_id, opening_own_fen, opening_unit_fen, credit_own_fen, credit_unit_fen,"
    " interest_own_fen, interest_unit_fen, moved_own_fen, moved_unit_fen, closing_own_fen, closing_unit_fen,"
    " months_due, months_credited, total_months"
)


def account_line() -> Contribution:
    """The line that keeps individual accounts. Raises LookupError where none is registered."""
    for line in all_lines():
        if getattr(line, "keeps_accounts", False):
            return line
    raise LookupError("no registered line keeps individual accounts")


def close_accounts(county_id: int, fee_year: int) -> UnitResult:
    """Close a county's accounts of one year with the book rate then in force; December's books must be closed.

    Must run inside a transaction that holds the county's lock. A closed year never reopens: a month paid later counts
    when it is paid (COL-9).
    """
    line = account_line()
    leaf = f"collection_accountyear_{int(fee_year)}_{int(county_id)}"
    with connection.cursor() as cursor:
        cursor.execute(
            "select state from ledger_period where agency_id = %s and period = %s for share",
            [county_id, month(fee_year, 12)],
        )
        row = cursor.fetchone()
        if row is None or row[0] != "closed":
            raise LedgerError(_("The books of December %(year)s are not closed yet.") % {"year": fee_year})
        cursor.execute("select has_table(%s)", [leaf])
        if cursor.fetchone()[0]:
            raise LedgerError(_("The accounts of this year were closed before."))
        cursor.execute("select make_year_partition('collection_accountyear', %s)", [fee_year])
        (year_table,) = cursor.fetchone()
        cursor.execute(
            f'create table "{leaf}" (like collection_accountyear including defaults including constraints)'
        )
        rate_ppm = line.book_rate_ppm(database_policy(), fee_year, county_id)  # type: ignore[attr-defined]
        accounts = _write_accounts(cursor, leaf, line.line, county_id, fee_year, rate_ppm)
        cursor.execute(f'alter table "{leaf}" add primary key (fee_year, county_id, worker_id)')
        cursor.execute(f'create index on "{leaf}" (worker_id)')
        cursor.execute(f'analyze "{leaf}"')
        cursor.execute(
            f'alter table "{year_table}" attach partition "{leaf}" for values in ({int(county_id)})'
        )
        cursor.execute(
            f"select md5(concat_ws(',', count(*), sum(closing_own_fen), sum(closing_unit_fen), sum(interest_own_fen),"
            f' sum(interest_unit_fen))) from "{leaf}"'
        )
        (checksum,) = cursor.fetchone()
    return UnitResult(checksum=checksum, figures={"accounts": accounts, "book_rate_ppm": rate_ppm})


def _write_accounts(cursor: Any, leaf: str, line: str, county_id: int, fee_year: int, rate_ppm: int) -> int:
    cursor.execute("set local enable_nestloop = off")
    cursor.execute(
        f"""
        insert into "{leaf}" ({LEAF_COLUMNS})
        with level as (           -- months whose parts go to accounts; those of equal rates share a stretch
          select due_period, extract(year from due_period)::smallint as fee_year, floor_fen, cap_fen, own_ppm,
                 transfer_ppm, average_part_fen, min(due_period) over same as stretch
          from collection_assessmentparameter
          where line = %(line)s and county_id = %(county)s and trade_class = 0 and transfer_ppm + average_part_fen > 0
            and due_period <= %(december)s
          window same as (partition by extract(year from due_period), floor_fen, cap_fen, own_ppm, transfer_ppm,
                          average_part_fen)
        ),
        stretch as (
          select distinct on (stretch) stretch, fee_year, floor_fen, cap_fen, own_ppm, transfer_ppm, average_part_fen
          from level order by stretch
        ),
        settled as (              -- the employers' months that were settled in this year, and reversed ones
          select b.employer_id, b.due_period, coalesce(b.spells_of, b.recorded_in) as recorded_in,
                 sum(k.sign)::int as times, sum(k.sign * (13 - extract(month from p.paid_in)::int))::int as weight
          from collection_paidbill p join collection_bill b using (bill_id)
          cross join lateral (select case when b.reverses is null then 1 else -1 end as sign) k
          where p.county_id = %(county)s and b.county_id = %(county)s and b.line = %(line)s
            and p.paid_in between %(january)s and %(december)s
          group by 1, 2, 3
        ),
        told as (                 -- when spells of these employers were recorded
          select distinct s.employer_id, s.fee_year, s.recorded_in
          from collection_spell s
          where s.county_id = %(county)s
            and (s.employer_id, s.fee_year) in (
              select employer_id, extract(year from due_period)::smallint from settled)
        ),
        marked as (
          select t.employer_id, t.fee_year, t.recorded_in, l.stretch, extract(month from l.due_period)::int as m,
                 coalesce(z.times, 0) as settled, coalesce(z.weight, 0) as weight
          from told t join level l on l.fee_year = t.fee_year
          left join settled z on z.employer_id = t.employer_id and z.due_period = l.due_period
            and z.recorded_in = greatest(t.recorded_in, l.due_period::date)
        ),
        ruler as (                -- up to each month of the year: months settled, and their weight
          select employer_id, fee_year, recorded_in, stretch,
                 array_agg(upto order by n) as settled, array_agg(weight order by n) as weight
          from (
            select k.employer_id, k.fee_year, k.recorded_in, k.stretch, n,
                   coalesce(sum(m.settled) over w, 0)::int as upto, coalesce(sum(m.weight) over w, 0)::int as weight
            from (select distinct employer_id, fee_year, recorded_in, stretch from marked) k
            cross join generate_series(0, 12) n
            left join marked m on m.employer_id = k.employer_id and m.fee_year = k.fee_year
              and m.recorded_in = k.recorded_in and m.stretch = k.stretch and m.m = n
            window w as (partition by k.employer_id, k.fee_year, k.recorded_in, k.stretch order by n)
          ) x group by 1, 2, 3, 4
        ),
        part as (                 -- a spell in a stretch: months settled between its first and last, and their weight
          select s.worker_id, s.sign, base_of(s.wage_fen, t.floor_fen, t.cap_fen) as base, t.own_ppm, t.transfer_ppm,
                 t.average_part_fen,
                 r.settled[l.upto + 1] - r.settled[l.before + 1] as months,
                 r.weight[l.upto + 1] - r.weight[l.before + 1] as weight
          from collection_spell s
          join ruler r on r.employer_id = s.employer_id and r.fee_year = s.fee_year and r.recorded_in = s.recorded_in
          join stretch t on t.stretch = r.stretch
          cross join lateral (select extract(month from s.last_period)::int as upto,
                                     extract(month from s.first_period)::int - 1 as before) l
          where s.county_id = %(county)s
          offset 0
        ),
        credit as (
          select worker_id,
                 sum(sign * months * own)::bigint as own, sum(sign * months * unit)::bigint as unit,
                 sum(sign * weight * own)::bigint as own_product, sum(sign * weight * unit)::bigint as unit_product,
                 sum(sign * months)::int as months
          from (select worker_id, sign, months, weight, share(base, own_ppm) as own,
                       share(base, transfer_ppm) + average_part_fen as unit from part
                where months <> 0 or weight <> 0 offset 0) p
          group by worker_id
        ),
        due as (                  -- months of this year for which the worker stood with an employer of the line
          select s.worker_id,
                 sum(s.sign * (extract(month from s.last_period)
                               - extract(month from s.first_period) + 1))::int as months
          from collection_spell s
          where s.county_id = %(county)s and s.fee_year = %(year)s
            and exists (select 1 from enrollment_coverage c where c.county_id = %(county)s and c.line = %(line)s
                        and c.employer_id = s.employer_id)
          group by s.worker_id
        ),
        last as (
          select worker_id, closing_own_fen as own, closing_unit_fen as unit, total_months
          from collection_accountyear where fee_year = %(year)s - 1 and county_id = %(county)s
        ),
        moved as (                -- accounts that left, with the interest settled by that, and accounts that arrived
          select worker_id, sum(own)::bigint as own, sum(unit)::bigint as unit,
                 sum(opening_own)::bigint as opening_own, sum(opening_unit)::bigint as opening_unit,
                 sum(product_own)::bigint as product_own, sum(product_unit)::bigint as product_unit,
                 sum(interest_own)::bigint as interest_own, sum(interest_unit)::bigint as interest_unit,
                 sum(months)::int as months
          from (
            select worker_id, -own_fen as own, -unit_fen as unit, -opening_own_fen as opening_own,
                   -opening_unit_fen as opening_unit, -product_own_fen as product_own,
                   -product_unit_fen as product_unit, interest_own_fen as interest_own,
                   interest_unit_fen as interest_unit, -months as months
            from collection_accountmove
            where county_id = %(county)s and sent_in between %(january)s and %(december)s
            union all
            select person_id, own_fen, unit_fen, 0, 0, own_fen * months_to_december(sent_in, %(year)s),
                   unit_fen * months_to_december(sent_in, %(year)s), 0, 0, months
            from collection_accountmove
            where arrived_county_id = %(county)s and arrived_in between %(january)s and %(december)s
          ) m group by worker_id
        ),
        account as (
          select worker_id, coalesce(l.own, 0) as opening_own, coalesce(l.unit, 0) as opening_unit,
                 coalesce(c.own, 0) as own, coalesce(c.unit, 0) as unit,
                 interest(coalesce(l.own, 0) + coalesce(m.opening_own, 0),
                          coalesce(c.own_product, 0) + coalesce(m.product_own, 0), %(rate)s)
                   + coalesce(m.interest_own, 0) as interest_own,
                 interest(coalesce(l.unit, 0) + coalesce(m.opening_unit, 0),
                          coalesce(c.unit_product, 0) + coalesce(m.product_unit, 0), %(rate)s)
                   + coalesce(m.interest_unit, 0) as interest_unit,
                 coalesce(m.own, 0) as moved_own, coalesce(m.unit, 0) as moved_unit,
                 coalesce(d.months, 0) as months_due, coalesce(c.months, 0) as months,
                 coalesce(l.total_months, 0) + coalesce(c.months, 0) + coalesce(m.months, 0) as total_months
          from last l full join credit c using (worker_id) full join due d using (worker_id)
          full join moved m using (worker_id)
        )
        select %(year)s, %(county)s, worker_id, opening_own, opening_unit, own, unit, interest_own, interest_unit,
               moved_own, moved_unit, opening_own + own + interest_own + moved_own,
               opening_unit + unit + interest_unit + moved_unit, months_due, months, greatest(total_months, 0)
        from account
        """,
        {
            "line": line,
            "county": county_id,
            "year": fee_year,
            "january": month(fee_year, 1),
            "december": month(fee_year, 12),
            "rate": rate_ppm,
        },
    )
    accounts = int(cursor.rowcount)
    cursor.execute("set local enable_nestloop = on")
    return accounts
