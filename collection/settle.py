"""The settlement of a county's money within a month: receive, allocate, credit, post.

Asked as often as wanted until the period is closed; it works on open items and unapplied receipts only, so that a
month does not grow with history, and a second run finds nothing to do. (清算, the year-end squaring, is another act.)
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from collection.assess import MEMO_CONTRA, MEMO_DUE, SUSPENSE
from collection.lines import all_lines, get_line
from collection.takeovers import PAYER, arrays, payers_of_county
from jilin_si.jobs.units import ANY_JOIN, HASH_ONLY, UnitResult
from jilin_si.ledger.services import JournalRow, LedgerError, book_many, post_legs
from jilin_si.money import from_fen

BANK = "1002"
POOLED, INDIVIDUAL = "3001.01", "3001.02"


@dataclass
class Tally:
    """What a settlement did in one line; money in fen."""

    receipts: int = 0
    received: int = 0
    own_paid: int = 0
    unit_paid: int = 0
    bills_paid: int = 0
    credited: int = 0


def settle_month(county_id: int, period: date, until: date) -> UnitResult:
    """Take the matched bank lines up to the day ``until`` into this period and let money meet debt (rule COL-7).

    Must run inside a transaction that holds the county's lock. Raises LedgerError where the period is closed.
    """
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
        settlement = _Settlement(cursor, county_id, period, until)
        cursor.execute(HASH_ONLY)
        settlement.apply_what_waited()
        # One bank line an employer at a time, oldest first: each is split by what is open when its turn comes.
        while settlement.receive():
            pass
        settlement.settle_the_rest()
        cursor.execute(ANY_JOIN)
        settlement.book_credits()
        settlement.write_summary()
        cursor.execute(
            "select md5(concat_ws(',', coalesce(sum(own_fen), 0), coalesce(sum(unit_fen), 0), count(*)))"
            " from collection_openitem where county_id = %s",
            [county_id],
        )
        (checksum,) = cursor.fetchone()
    return UnitResult(checksum=checksum, figures=settlement.figures())


_MEET = """
        debt as (                 -- oldest month first; in a month the workers' part, then the employer's (COL-7)
          select bill_id, part, payer_id, employer_id, line, fen,
                 sum(fen) over w - fen as lo, sum(fen) over w as hi
          from (
            select bill_id, 0 as part, payer_id, employer_id, line, due_period, recorded_in, own_fen as fen
            from owed where own_fen > 0
            union all
            select bill_id, 1, payer_id, employer_id, line, due_period, recorded_in, unit_fen
            from owed where unit_fen > 0
          ) o
          window w as (partition by payer_id, line order by due_period, part, recorded_in, employer_id, bill_id)
        ),
        ruler as (                -- the money of who pays, in a line, laid end to end
          select receipt_id, payer_id, line, fen, sum(fen) over w - fen as lo, sum(fen) over w as hi
          from money window w as (partition by payer_id, line order by receipt_id)
        ),
        meeting as (              -- where the two rulers overlap, money meets debt
          select d.bill_id, r.receipt_id, d.employer_id, d.part,
                 (least(r.hi, d.hi) - greatest(r.lo, d.lo))::bigint as fen
          from ruler r join debt d on d.payer_id = r.payer_id and d.line = r.line
          where r.lo < d.hi and d.lo < r.hi
        ),
        new_allocation as (
          insert into collection_allocation (bill_id, receipt_id, county_id, employer_id, period, own_fen, unit_fen)
          select bill_id, receipt_id, %(county)s, employer_id, %(period)s,
                 coalesce(sum(fen) filter (where part = 0), 0), coalesce(sum(fen) filter (where part = 1), 0)
          from meeting group by bill_id, receipt_id, employer_id
          returning bill_id, receipt_id, own_fen, unit_fen
        ),
        met as (
          select bill_id, sum(own_fen)::bigint as own_fen, sum(unit_fen)::bigint as unit_fen
          from new_allocation group by bill_id
        ),
        paid as (                 -- a month's first bill met in full is settled: nothing was recorded before it
          delete from collection_openitem o using met
          where o.bill_id = met.bill_id and o.county_id = %(county)s and o.recorded_in = o.due_period
            and o.own_fen = met.own_fen and o.unit_fen = met.unit_fen
          returning o.bill_id, o.employer_id, o.line, o.credit_fen
        ),
        less as (                 -- what else is open shrinks by what was met
          update collection_openitem o set own_fen = o.own_fen - met.own_fen, unit_fen = o.unit_fen - met.unit_fen
          from met
          where o.bill_id = met.bill_id and o.county_id = %(county)s
            and (o.recorded_in > o.due_period or o.own_fen > met.own_fen or o.unit_fen > met.unit_fen)
        ),
        noted as (
          insert into collection_paidbill (bill_id, county_id, employer_id, paid_in)
          select bill_id, %(county)s, employer_id, %(period)s from paid
        ),
        used as (
          select receipt_id, sum(own_fen)::bigint as own_fen, sum(unit_fen)::bigint as unit_fen
          from new_allocation group by receipt_id
        )"""


class _Settlement:
    """One run over one county: the cursor, what it is about, and what it has done so far a line."""

    def __init__(self, cursor: Any, county_id: int, period: date, until: date) -> None:
        self.cursor = cursor
        self.county_id = county_id
        self.period = period
        self.until = until
        self.done: dict[str, Tally] = defaultdict(Tally)
        self.payers = arrays(payers_of_county(county_id, period))

    def figures(self) -> dict[str, Any]:
        """The figures for the job's record; money in yuan."""
        tallies = list(self.done.values())
        return {
            "receipts": sum(t.receipts for t in tallies),
            "received": str(from_fen(sum(t.received for t in tallies))),
            "allocated": str(from_fen(sum(t.own_paid + t.unit_paid for t in tallies))),
            "bills_paid": sum(t.bills_paid for t in tallies),
            "credited": str(from_fen(sum(t.credited for t in tallies))),
        }

    def receive(self) -> bool:
        """Take at most one bank line of each who pays, the oldest; returns whether there was any."""
        self.cursor.execute(
            f"with {PAYER} select distinct received_on from (select distinct on (coalesce(p.payer_id, b.employer_id))"
            " b.received_on from collection_bankline b left join pooled p on p.employer_id = b.employer_id"
            " where b.county_id = %(county)s and b.taken_in is null and b.employer_id is not null"
            " and not b.returned and b.received_on <= %(until)s"
            " order by coalesce(p.payer_id, b.employer_id), b.received_on, b.id) b order by 1",
            {"county": self.county_id, "until": self.until, **self.payers},
        )
        days = [day for (day,) in self.cursor.fetchall()]
        if not days:
            return False
        lines = all_lines()
        vouchers = [(line, day) for day in days for line in lines]
        self.cursor.execute(
            f"""
            with {PAYER},
            bank as (                 -- the oldest line of each who pays that was not taken yet
              select distinct on (coalesce(p.payer_id, b.employer_id)) b.id, b.employer_id,
                     coalesce(p.payer_id, b.employer_id) as payer_id, b.line, b.received_on, b.amount_fen
              from collection_bankline b left join pooled p on p.employer_id = b.employer_id
              where b.county_id = %(county)s and b.taken_in is null and b.employer_id is not null and not b.returned
                and b.received_on <= %(until)s
              order by coalesce(p.payer_id, b.employer_id), b.received_on, b.id
            ),
            open_sum as (
              select payer_id, line, sum(own_fen + unit_fen)::bigint as fen from owed
              group by 1, 2 having sum(own_fen + unit_fen) > 0
            ),
            wanted as (               -- the lines that a payment is split over: one where named, else what is open
              select b.id, b.employer_id, b.received_on, b.amount_fen, b.line, coalesce(s.fen, 0) as fen, 1 as place
              from bank b left join open_sum s on s.payer_id = b.payer_id and s.line = b.line
              where b.line is not null
              union all
              select b.id, b.employer_id, b.received_on, b.amount_fen, s.line, s.fen, o.place
              from bank b join open_sum s on s.payer_id = b.payer_id
              join unnest(%(lines)s::text[]) with ordinality o(line, place) on o.line = s.line
              where b.line is null
              union all               -- nothing open: kept for the first line that covers the employer
              select b.id, b.employer_id, b.received_on, b.amount_fen,
                     coalesce((select c.line from enrollment_coverage c
                               join unnest(%(lines)s::text[]) with ordinality o(line, place) on o.line = c.line
                               where c.employer_id = b.employer_id order by o.place limit 1), %(first_line)s), 0, 1
              from bank b
              where b.line is null and not exists (select 1 from open_sum s where s.payer_id = b.payer_id)
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
              insert into collection_receipt (bank_line_id, county_id, employer_id, line, period, received_on,
                amount_fen, journal_id)
              select p.id, %(county)s, p.employer_id, p.line, %(period)s, p.received_on, p.fen, v.journal_id
              from part p join voucher v on v.line = p.line and v.day = p.received_on
              where p.fen > 0 order by p.employer_id, p.n
              returning receipt_id, employer_id, line, amount_fen as fen, journal_id
            ),
            taken as (update collection_bankline b set taken_in = %(period)s from bank
                      where b.id = bank.id and b.county_id = %(county)s and b.taken_in is null),
            money as (
              select r.receipt_id, r.employer_id, coalesce(p.payer_id, r.employer_id) as payer_id, r.line, r.fen
              from new_receipt r left join pooled p on p.employer_id = r.employer_id
            ),
            {_MEET},
            rest as (                 -- what met no debt waits (2011)
              insert into collection_unapplied (receipt_id, line, county_id, employer_id, fen)
              select m.receipt_id, m.line, %(county)s, m.employer_id, m.fen - coalesce(u.own_fen + u.unit_fen, 0)
              from money m left join used u using (receipt_id) where m.fen > coalesce(u.own_fen + u.unit_fen, 0)
            )
            select r.line, r.journal_id, count(*), sum(r.fen), coalesce(sum(u.own_fen), 0), coalesce(sum(u.unit_fen), 0)
            from new_receipt r left join used u using (receipt_id) group by 1, 2
            union all                 -- and, without a voucher, what was settled and is to be credited
            select line, null, count(*), coalesce(sum(credit_fen), 0), 0, 0 from paid group by 1
            """,
            {
                "county": self.county_id,
                "period": self.period,
                "until": self.until,
                "lines": [line.line for line in lines],
                "first_line": lines[0].line,
                "journal_lines": [line.line for line, _day in vouchers],
                "journal_funds": [line.fund for line, _day in vouchers],
                "journal_days": [day for _line, day in vouchers],
                "journals": self._reserve_journals(len(vouchers)),
                **self.payers,
            },
        )
        legs: list[tuple[int, str, int]] = []
        for line, journal, count, fen, own, unit in self.cursor.fetchall():
            if journal is None:
                self._note_paid(line, count, fen)
                continue
            legs += [
                (int(journal), account, amount)
                for account, amount in _receipt_legs(line, BANK, int(fen), int(own), int(unit)).items()
            ]
            tally = self.done[line]
            tally.receipts += count
            tally.received += int(fen)
            tally.own_paid += int(own)
            tally.unit_paid += int(unit)
        post_legs(legs)
        return True

    def apply_what_waited(self) -> None:
        """Let money that waited (and credit notes) meet what is open now."""
        self.cursor.execute(
            "select 1 from collection_unapplied u where county_id = %s and (employer_id = any(%s) or exists ("
            "select 1 from collection_openitem o where o.county_id = u.county_id and o.employer_id = u.employer_id"
            " and o.line = u.line and o.own_fen + o.unit_fen > 0)) limit 1",
            [self.county_id, self.payers["debtors"] + self.payers["payers"]],
        )
        if self.cursor.fetchone() is None:
            return
        self.cursor.execute(
            f"""
            with {PAYER},
            note as (                 -- a credit note belongs to who pays the month that it is about
              select r.receipt_id, b.due_period
              from collection_receipt r join collection_bill b on b.bill_id = r.credit_of
              where r.employer_id = any(%(debtors)s) and b.employer_id = any(%(debtors)s) and r.credit_of is not null
            ),
            money as (
              select u.receipt_id, u.employer_id, coalesce(p.payer_id, u.employer_id) as payer_id, u.line, u.fen
              from collection_unapplied u left join note n on n.receipt_id = u.receipt_id
              left join payer p on p.employer_id = u.employer_id
                and coalesce(n.due_period, date '9999-12-01') >= p.since
                and coalesce(n.due_period, date '9999-12-01') < p.until
              where u.county_id = %(county)s
            ),
            {_MEET},
            spent as (
              delete from collection_unapplied u using used
              where u.receipt_id = used.receipt_id and u.fen = used.own_fen + used.unit_fen
            ),
            lessened as (
              update collection_unapplied u set fen = u.fen - used.own_fen - used.unit_fen from used
              where u.receipt_id = used.receipt_id and u.fen > used.own_fen + used.unit_fen
            )
            select m.line, false, count(*), sum(u.own_fen), sum(u.unit_fen)
            from used u join money m using (receipt_id) group by 1
            union all
            select line, true, count(*), coalesce(sum(credit_fen), 0), 0 from paid group by 1 order by 1
            """,
            {"county": self.county_id, "period": self.period, **self.payers},
        )
        rows = []
        for line, settled, count, first, second in self.cursor.fetchall():
            if settled:
                self._note_paid(line, count, first)
            else:
                rows.append((line, int(first), int(second)))
        book_many(
            agency_id=self.county_id,
            period=self.period,
            rows=[
                JournalRow(
                    fund=get_line(line).fund,
                    kind="suspense_applied",
                    booked_on=self.until,
                    legs=_receipt_legs(line, SUSPENSE, own + unit, own, unit),
                )
                for line, own, unit in rows
            ],
        )
        for line, own, unit in rows:
            self.done[line].own_paid += own
            self.done[line].unit_paid += unit

    def settle_the_rest(self) -> None:
        """Settle what is open with nothing owed any more: supplements, and bills over nothing (COL-9).

        A bill waits while anything recorded no later about the same month is still open.
        """
        self.cursor.execute(
            """
            with paid as (
              delete from collection_openitem o
              where o.county_id = %(county)s and o.own_fen = 0 and o.unit_fen = 0
                and not exists (
                  select 1 from collection_openitem w
                  where w.county_id = %(county)s and w.employer_id = o.employer_id and w.line = o.line
                    and w.due_period = o.due_period and w.recorded_in <= o.recorded_in and w.own_fen + w.unit_fen > 0)
              returning o.bill_id, o.employer_id, o.line, o.credit_fen
            ),
            noted as (
              insert into collection_paidbill (bill_id, county_id, employer_id, paid_in)
              select bill_id, %(county)s, employer_id, %(period)s from paid
            )
            select line, count(*), sum(credit_fen) from paid group by 1
            """,
            {"county": self.county_id, "period": self.period},
        )
        for line, count, fen in self.cursor.fetchall():
            self._note_paid(line, count, fen)

    def book_credits(self) -> None:
        """Book what moves from the pooled fund to the individual accounts (ACC-4)."""
        book_many(
            agency_id=self.county_id,
            period=self.period,
            rows=[
                JournalRow(
                    fund=get_line(line).fund,
                    kind="credited",
                    booked_on=self.until,
                    legs={POOLED: tally.credited, INDIVIDUAL: -tally.credited},
                )
                for line, tally in sorted(self.done.items())
                if tally.credited
            ],
        )

    def write_summary(self) -> None:
        """Keep what dashboards read in step."""
        rows = [
            (line, t.received, t.own_paid, t.unit_paid, t.credited) for line, t in sorted(self.done.items())
        ]
        self.cursor.execute(
            "insert into collection_summary as s (county_id, period, line, received_fen, own_paid_fen, unit_paid_fen,"
            " credited_fen) select %s, %s, * from unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[],"
            " %s::bigint[]) on conflict (county_id, line, period) do update"
            " set received_fen = s.received_fen + excluded.received_fen,"
            " own_paid_fen = s.own_paid_fen + excluded.own_paid_fen,"
            " unit_paid_fen = s.unit_paid_fen + excluded.unit_paid_fen,"
            " credited_fen = s.credited_fen + excluded.credited_fen",
            [
                self.county_id,
                self.period,
                *([list(c) for c in zip(*rows, strict=True)] if rows else [[], [], [], [], []]),
            ],
        )

    def _note_paid(self, line: str, bills: int, credit_fen: Any) -> None:
        self.done[line].bills_paid += bills
        self.done[line].credited += int(credit_fen)

    def _reserve_journals(self, count: int) -> list[int]:
        """Numbers for vouchers that are written in the statement which finds out what the money met."""
        self.cursor.execute(
            "select nextval(pg_get_serial_sequence('ledger_journal', 'journal_id')) from generate_series(1, %s)",
            [count],
        )
        return [number for (number,) in self.cursor.fetchall()]


def _receipt_legs(line: str, source: str, fen: int, own: int, unit: int) -> dict[str, int]:
    """The legs of money received: income by part, the rest to suspense, and the memorandum taken back (ACC-4)."""
    contribution = get_line(line)
    legs: dict[str, int] = defaultdict(int)
    legs[source] += fen
    legs[contribution.income_own_account] -= own
    legs[contribution.income_unit_account] -= unit
    legs[SUSPENSE] -= fen - own - unit
    legs[MEMO_CONTRA] += own + unit
    legs[MEMO_DUE] -= own + unit
    return dict(legs)
