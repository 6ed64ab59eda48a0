"""The settlement of a county's money within a month: receive, allocate, credit, post.

Asked as often as wanted until the period is closed; it works on open items and unapplied receipts only, so that a
month does not grow with history, and a second run finds nothing to do. (清算, the year-end squaring, is another act.)
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from collection.assess import MEMO_CONTRA, MEMO_DUE, SUSPENSE
from collection.lines import all_lines, get_line
from jilin_si.jobs.units import UnitResult
from jilin_si.ledger.services import JournalRow, LedgerError, book_many, post_legs
from jilin_si.money import from_fen

BANK = "1002"
POOLED, INDIVIDUAL = "3001.01", "3001.02"


def settle_month(county_id: int, period: date, until: date) -> UnitResult:
    """Take the matched bank lines up to the day ``until`` into this period and let money meet debt (rule COL-7).

    Must run inside a transaction that holds the county's lock. Raises LedgerError where the period is closed.
    """
    figures = {
        "receipts": 0,
        "received": 0,
        "allocated": 0,
        "bills_paid": 0,
        "credited": 0,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "select state from ledger_period where agency_id = %s and period = %s for update",
            [county_id, period],
        )
        row = cursor.fetchone()
        if row is None or row[0] == "closed":
            raise LedgerError(
                _("%(period)s of county %(county)s is closed.")
                % {"period": f"{period:%Y-%m}", "county": county_id}
            )
        # The steps of these statements have no statistics: by equality they are to be hashed, never looped over.
        cursor.execute("set local enable_nestloop = off")
        _apply_unapplied(cursor, county_id, period, until, figures)
        # One bank line an employer at a time, oldest first: each is split by what is open when its turn comes.
        while _receive(cursor, county_id, period, until, figures):
            pass
        cursor.execute("set local enable_nestloop = on")
        _credit(cursor, county_id, period, until, figures)
        cursor.execute(
            "select md5(concat_ws(',', coalesce(sum(own_fen), 0), coalesce(sum(unit_fen), 0), count(*)))"
            " from collection_openitem where county_id = %s",
            [county_id],
        )
        (checksum,) = cursor.fetchone()
    money = ("received", "allocated", "credited")
    return UnitResult(
        checksum=checksum,
        figures={key: str(from_fen(value)) if key in money else value for key, value in figures.items()},
    )


_MEET = """
        debt as (                 -- oldest month first; in a month the workers' part, then the employer's (COL-7)
          select bill_id, part, employer_id, line, fen,
                 sum(fen) over w - fen as lo, sum(fen) over w as hi
          from (
            select bill_id, 0 as part, employer_id, line, due_period, recorded_in, own_fen as fen
            from collection_openitem where county_id = %(county)s and own_fen > 0
            union all
            select bill_id, 1, employer_id, line, due_period, recorded_in, unit_fen
            from collection_openitem where county_id = %(county)s and unit_fen > 0
          ) o
          window w as (partition by employer_id, line order by due_period, part, recorded_in)
        ),
        ruler as (                -- the money of an employer and line, laid end to end
          select receipt_id, employer_id, line, fen, sum(fen) over w - fen as lo, sum(fen) over w as hi
          from money window w as (partition by employer_id, line order by receipt_id)
        ),
        meeting as (              -- where the two rulers overlap, money meets debt
          select d.bill_id, r.receipt_id, d.employer_id, d.part,
                 (least(r.hi, d.hi) - greatest(r.lo, d.lo))::bigint as fen
          from ruler r join debt d on d.employer_id = r.employer_id and d.line = r.line
          where r.lo < d.hi and d.lo < r.hi
        ),
        new_allocation as (
          insert into collection_allocation (bill_id, receipt_id, county_id, employer_id, period, own_fen, unit_fen)
          select bill_id, receipt_id, %(county)s, employer_id, %(period)s,
                 coalesce(sum(fen) filter (where part = 0), 0), coalesce(sum(fen) filter (where part = 1), 0)
          from meeting group by bill_id, receipt_id, employer_id
          returning bill_id, receipt_id, own_fen, unit_fen
        ),
        less as (                 -- what is open shrinks by what was met
          update collection_openitem o set own_fen = o.own_fen - a.own_fen, unit_fen = o.unit_fen - a.unit_fen
          from (select bill_id, sum(own_fen)::bigint as own_fen, sum(unit_fen)::bigint as unit_fen
                from new_allocation group by bill_id) a
          where o.bill_id = a.bill_id and o.county_id = %(county)s
        ),
        used as (
          select receipt_id, sum(own_fen)::bigint as own_fen, sum(unit_fen)::bigint as unit_fen
          from new_allocation group by receipt_id
        )"""


def _receive(cursor: Any, county_id: int, period: date, until: date, figures: dict[str, int]) -> bool:
    """Take at most one bank line an employer, the oldest; returns whether there was any."""
    cursor.execute(
        "select received_on, count(*) from (select distinct on (employer_id) employer_id, received_on"
        " from collection_bankline where county_id = %s and taken_in is null and employer_id is not null"
        " and not returned and received_on <= %s order by employer_id, received_on, id) b group by 1 order by 1",
        [county_id, until],
    )
    days = cursor.fetchall()
    if not days:
        return False
    lines = all_lines()
    journal_keys = [(line.line, day) for day, _count in days for line in lines]
    journals = _reserve_journals(cursor, len(journal_keys))
    cursor.execute(
        f"""
        with bank as (            -- the oldest line of each employer that was not taken yet
          select distinct on (employer_id) id, employer_id, line, received_on, amount_fen
          from collection_bankline
          where county_id = %(county)s and taken_in is null and employer_id is not null and not returned
            and received_on <= %(until)s
          order by employer_id, received_on, id
        ),
        open_sum as (
          select employer_id, line, sum(own_fen + unit_fen)::bigint as fen from collection_openitem
          where county_id = %(county)s group by 1, 2 having sum(own_fen + unit_fen) > 0
        ),
        wanted as (               -- the lines that a payment is split over: one where named, else what is open
          select b.id, b.employer_id, b.received_on, b.amount_fen, b.line, coalesce(s.fen, 0) as fen, 1 as place
          from bank b left join open_sum s on s.employer_id = b.employer_id and s.line = b.line
          where b.line is not null
          union all
          select b.id, b.employer_id, b.received_on, b.amount_fen, s.line, s.fen, o.place
          from bank b join open_sum s on s.employer_id = b.employer_id
          join unnest(%(lines)s::text[]) with ordinality o(line, place) on o.line = s.line
          where b.line is null
          union all               -- nothing open: kept for the first line that covers the employer
          select b.id, b.employer_id, b.received_on, b.amount_fen,
                 coalesce((select c.line from enrollment_coverage c
                           join unnest(%(lines)s::text[]) with ordinality o(line, place) on o.line = c.line
                           where c.employer_id = b.employer_id order by o.place limit 1), %(first_line)s), 0, 1
          from bank b
          where b.line is null and not exists (select 1 from open_sum s where s.employer_id = b.employer_id)
        ),
        weighed as (
          select w.*, sum(fen) over p as total, count(*) over p as parts,
                 row_number() over (partition by id order by place) as n
          from wanted w window p as (partition by id)
        ),
        rounded as (              -- all parts but the last by formula, running total never above the payment
          select w.*, least(amount_fen, sum(
                   case when total <= 0 then 0 when amount_fen >= total then fen
                        else div(2 * amount_fen::numeric * fen + total, 2 * total::numeric) end)
                   over (partition by id order by n)) as upto
          from weighed w
        ),
        part as (                 -- the last takes the rest; a surplus stays with the first line
          select id, employer_id, received_on, line, n, parts, amount_fen, total,
                 (case when n = parts and amount_fen < total then amount_fen else upto end
                  - coalesce(lag(upto) over (partition by id order by n), 0)
                  + case when n = 1 and amount_fen >= total then amount_fen - total else 0 end)::bigint as fen
          from rounded
        ),
        voucher as (
          select * from unnest(%(journal_lines)s::text[], %(journal_funds)s::text[], %(journal_days)s::date[],
                               %(journals)s::bigint[]) v(line, fund, day, journal_id)
        ),
        new_journal as (          -- one a line and bank day
          insert into ledger_journal (journal_id, agency_id, fund, period, kind, booked_on)
          select journal_id, %(county)s, fund, %(period)s, 'received', day from voucher v
          where exists (select 1 from part p where p.line = v.line and p.received_on = v.day and p.fen > 0)
        ),
        new_receipt as (
          insert into collection_receipt (bank_line_id, county_id, employer_id, line, period, received_on, amount_fen, journal_id)
          select p.id, %(county)s, p.employer_id, p.line, %(period)s, p.received_on, p.fen, v.journal_id
          from part p join voucher v on v.line = p.line and v.day = p.received_on
          where p.fen > 0 order by p.employer_id, p.n
          returning receipt_id, employer_id, line, amount_fen as fen, journal_id
        ),
        taken as (update collection_bankline b set taken_in = %(period)s from bank
                  where b.id = bank.id and b.county_id = %(county)s and b.taken_in is null),
        money as (select receipt_id, employer_id, line, fen from new_receipt),
        {_MEET},
        rest as (                 -- what met no debt waits (2011)
          insert into collection_unapplied (receipt_id, line, county_id, employer_id, fen)
          select m.receipt_id, m.line, %(county)s, m.employer_id, m.fen - coalesce(u.own_fen + u.unit_fen, 0)
          from money m left join used u using (receipt_id) where m.fen > coalesce(u.own_fen + u.unit_fen, 0)
        )
        select r.line, r.journal_id, count(*), sum(r.fen), coalesce(sum(u.own_fen), 0), coalesce(sum(u.unit_fen), 0)
        from new_receipt r left join used u using (receipt_id) group by 1, 2
        """,
        {
            "county": county_id,
            "period": period,
            "until": until,
            "lines": [line.line for line in lines],
            "first_line": lines[0].line,
            "journal_lines": [line for line, _day in journal_keys],
            "journal_funds": [get_line(line).fund for line, _day in journal_keys],
            "journal_days": [day for _line, day in journal_keys],
            "journals": journals,
        },
    )
    legs: list[tuple[int, str, int]] = []
    for line, journal, count, fen, own, unit in cursor.fetchall():
        legs += _receipt_legs(int(journal), line, BANK, int(fen), int(own), int(unit))
        _add_to_summary(
            cursor,
            county_id,
            line,
            period,
            received=int(fen),
            own=int(own),
            unit=int(unit),
        )
        figures["receipts"] += count
        figures["received"] += int(fen)
        figures["allocated"] += int(own + unit)
    post_legs(legs)
    return True


def _apply_unapplied(cursor: Any, county_id: int, period: date, until: date, figures: dict[str, int]) -> None:
    """Let money that waited (and credit notes) meet what is open now."""
    cursor.execute(
        "select 1 from collection_unapplied u where county_id = %s and exists (select 1 from collection_openitem o"
        " where o.employer_id = u.employer_id and o.line = u.line and o.own_fen + o.unit_fen > 0) limit 1",
        [county_id],
    )
    if cursor.fetchone() is None:
        return
    cursor.execute(
        f"""
        with money as (select receipt_id, employer_id, line, fen from collection_unapplied where county_id = %(county)s),
        {_MEET},
        spent as (
          delete from collection_unapplied u using used
          where u.receipt_id = used.receipt_id and u.fen = used.own_fen + used.unit_fen
        ),
        lessened as (
          update collection_unapplied u set fen = u.fen - used.own_fen - used.unit_fen from used
          where u.receipt_id = used.receipt_id and u.fen > used.own_fen + used.unit_fen
        )
        select m.line, sum(u.own_fen), sum(u.unit_fen) from used u join money m using (receipt_id) group by 1 order by 1
        """,
        {"county": county_id, "period": period},
    )
    rows = cursor.fetchall()
    book_many(
        agency_id=county_id,
        period=period,
        rows=[
            JournalRow(
                fund=get_line(line).fund,
                kind="suspense_applied",
                booked_on=until,
                legs=_merge(_receipt_legs(0, line, SUSPENSE, int(own + unit), int(own), int(unit))),
            )
            for line, own, unit in rows
        ],
    )
    for line, own, unit in rows:
        _add_to_summary(cursor, county_id, line, period, own=int(own), unit=int(unit))
        figures["allocated"] += int(own + unit)


def _receipt_legs(
    journal: int, line: str, source: str, fen: int, own: int, unit: int
) -> list[tuple[int, str, int]]:
    """The legs of money received: income by part, the rest to suspense, and the memorandum taken back (ACC-4)."""
    contribution = get_line(line)
    by_account: dict[str, int] = {}
    for account, amount in (
        (source, fen),
        (contribution.income_own_account, -own),
        (contribution.income_unit_account, -unit),
        (SUSPENSE, own + unit - fen),
        (MEMO_CONTRA, own + unit),
        (MEMO_DUE, -own - unit),
    ):
        by_account[account] = by_account.get(account, 0) + amount
    return [(journal, account, amount) for account, amount in by_account.items()]


def _merge(legs: list[tuple[int, str, int]]) -> dict[str, int]:
    return {account: fen for _journal, account, fen in legs}


def _reserve_journals(cursor: Any, count: int) -> list[int]:
    """Numbers for vouchers that are written in the statement which finds out what the money met."""
    cursor.execute(
        "select nextval(pg_get_serial_sequence('ledger_journal', 'journal_id')) from generate_series(1, %s)",
        [count],
    )
    return [number for (number,) in cursor.fetchall()]


def _credit(cursor: Any, county_id: int, period: date, until: date, figures: dict[str, int]) -> None:
    """Settle the bills that are paid in full; their months count in the individual accounts from now (COL-9).

    A bill waits while anything recorded no later about the same month is still open.
    """
    cursor.execute(
        """
        with paid as (
          delete from collection_openitem o
          where o.county_id = %(county)s and o.own_fen = 0 and o.unit_fen = 0
            and not exists (
              select 1 from collection_openitem w
              where w.county_id = %(county)s and w.employer_id = o.employer_id and w.line = o.line
                and w.due_period = o.due_period and w.recorded_in <= o.recorded_in and w.own_fen + w.unit_fen > 0)
          returning o.bill_id, o.employer_id
        ),
        noted as (
          insert into collection_paidbill (bill_id, county_id, employer_id, paid_in)
          select bill_id, %(county)s, employer_id, %(period)s from paid
        )
        select b.line, count(*),
               sum(b.own_due_fen + b.unit_credit_fen) filter (where p.transfer_ppm + p.average_part_fen > 0)
        from paid join collection_bill b using (bill_id)
        join collection_assessmentparameter p on p.id = b.parameter_id
        group by 1 order by 1
        """,
        {"county": county_id, "period": period},
    )
    rows = cursor.fetchall()
    credited = [(line, int(fen)) for line, _count, fen in rows if fen]
    book_many(
        agency_id=county_id,
        period=period,
        rows=[
            JournalRow(
                fund=get_line(line).fund,
                kind="credited",
                booked_on=until,
                legs={POOLED: fen, INDIVIDUAL: -fen},
            )
            for line, fen in credited
        ],
    )
    for line, fen in credited:
        _add_to_summary(cursor, county_id, line, period, credited=fen)
        figures["credited"] += fen
    figures["bills_paid"] += sum(count for _line, count, _fen in rows)


def _add_to_summary(
    cursor: Any,
    county_id: int,
    line: str,
    period: date,
    *,
    received: int = 0,
    own: int = 0,
    unit: int = 0,
    credited: int = 0,
) -> None:
    cursor.execute(
        "insert into collection_summary as s (county_id, line, period, received_fen, own_paid_fen, unit_paid_fen,"
        " credited_fen) values (%s, %s, %s, %s, %s, %s, %s) on conflict (county_id, line, period) do update"
        " set received_fen = s.received_fen + excluded.received_fen, own_paid_fen = s.own_paid_fen + excluded.own_paid_fen,"
        " unit_paid_fen = s.unit_paid_fen + excluded.unit_paid_fen, credited_fen = s.credited_fen + excluded.credited_fen",
        [county_id, line, period, received, own, unit, credited],
    )
