"""The individual account goes along with its worker (rules PEN-23, ACC-4): out of one unit's books, into another's.

What was credited up to the month goes with the interest that it earned by then (PEN-8a). In each unit's books it
passes through the clearing account (I1): owed by the unit that sends, claimed by the one that takes in, so that over
the province the clearing account holds exactly what is under way. Between units no cash moves with one person: the
claims are settled with what the units remit. Out of the province the money is paid.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from collection.accounts import account_line
from collection.transfer_sheets import history_of
from enrollment.hooks import MoneyOf
from enrollment.refusals import Refusal
from enrollment.standing import person_records
from jilin_si.agencies.clock import today
from jilin_si.jobs.units import lock_county
from jilin_si.ledger.services import (
    EXPENDITURE_BANK,
    JournalRow,
    NoMoneyError,
    book_many,
    booking_period,
    fund_expenditure,
)
from jilin_si.money import from_fen
from jilin_si.periods import format_period
from jilin_si.policy.database import database_policy

if TYPE_CHECKING:
    from enrollment.models import Transfer

CLEARING = "2021"
TRANSFERS_IN, TRANSFERS_OUT = "4104", "5101"
POOLED, ACCOUNTS = "3001.01", "3001.02"
SENT, TAKEN, RETURNED, PAID_OUT = "account_sent", "account_taken", "account_returned", "account_paid_out"


@dataclass(frozen=True)
class Standing:
    """What stands in a unit's account of one record with the interest up to a month; fen, own part and unit part."""

    worker_id: int
    opening: tuple[int, int]
    product: tuple[int, int]
    credited: tuple[int, int]
    interest: tuple[int, int]
    months: int

    @property
    def own(self) -> int:
        return self.opening[0] + self.credited[0] + self.interest[0]

    @property
    def unit(self) -> int:
        return self.opening[1] + self.credited[1] + self.interest[1]


def account_standings(
    records: Sequence[int], county_id: int, period: date, rate_ppm: int
) -> dict[int, Standing]:
    """What a unit's accounts of these records come to at the end of a month, interest included (PEN-8a)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from collection_accounts_now(%s, %s, %s, %s, %s) order by worker_id",
            [account_line().line, list(records), county_id, period, rate_ppm],
        )
        return {
            row[0]: Standing(row[0], row[1:3], row[3:5], row[5:7], row[7:9], row[9])
            for row in cursor.fetchall()
        }


def send_account(transfer: Transfer) -> None:
    """Take the account out of the sending unit's books, into the clearing account (registered with enrollment)."""
    county_id = transfer.county_id
    lock_county(county_id)
    period = booking_period(county_id, today())
    records = person_records(transfer.worker_id)
    refuse_unclosed_year(records, county_id, period)
    _refuse_months_being_taken_out(records, county_id)
    rate_ppm = last_book_rate(county_id, period)
    leaving = []
    for worker_id, standing in account_standings(records, county_id, period, rate_ppm).items():
        if min(standing.own, standing.unit) < 0:
            raise Refusal(
                "",
                "negative",
                _("More was taken back from this account than it holds. Clear the corrections first."),
            )
        if standing.own + standing.unit or standing.months or worker_id == transfer.worker_id:
            leaving.append(Leaving(transfer, standing, history_of(worker_id, county_id, period)))
    take_out(leaving, county_id, period, rate_ppm)


@dataclass(frozen=True)
class Leaving:
    """What of a record goes along with a transfer, and what its form tells besides."""

    transfer: Transfer
    standing: Standing
    history: Mapping[str, Any]


def take_out(leaving: Sequence[Leaving], county_id: int, period: date, rate_ppm: int) -> None:
    """Book accounts out of a unit's books and keep what was sent, however many: three statements."""
    journals = _book(
        [(row.transfer, row.standing.own + row.standing.unit) for row in leaving],
        county_id,
        period,
        SENT,
        TRANSFERS_OUT,
        by_id=leaving[0].transfer.sent_by_id if leaving else None,
    )
    rows = [
        {
            "transfer_id": row.transfer.pk,
            "person_id": row.transfer.worker_id,
            "worker_id": row.standing.worker_id,
            "county_id": county_id,
            "to_county_id": row.transfer.to_county_id,
            "sent_in": period.isoformat(),
            "sent_journal_id": journal,
            "rate_ppm": rate_ppm,
            "own_fen": row.standing.own,
            "unit_fen": row.standing.unit,
            "opening_own_fen": row.standing.opening[0],
            "opening_unit_fen": row.standing.opening[1],
            "product_own_fen": row.standing.product[0],
            "product_unit_fen": row.standing.product[1],
            "interest_own_fen": row.standing.interest[0],
            "interest_unit_fen": row.standing.interest[1],
            "months": max(row.standing.months, 0),
            "history": row.history,
        }
        for row, journal in zip(leaving, journals, strict=True)
    ]
    columns = ", ".join(rows[0]) if rows else "worker_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into collection_accountmove ({columns}) select {columns}"
            " from jsonb_populate_recordset(null::collection_accountmove, %s) order by transfer_id, worker_id",
            [json.dumps(rows)],
        )


def receive_account(transfer: Transfer) -> None:
    """Let the account arrive: in the new unit's books, or paid to an office outside (registered with enrollment)."""
    if transfer.leaves_the_province:
        _arrive([transfer], transfer.county_id, None, PAID_OUT, EXPENDITURE_BANK)
    else:
        _arrive([transfer], transfer.to_county_id or 0, transfer.to_county_id, TAKEN, TRANSFERS_IN)


def take_account_back(transfer: Transfer) -> None:
    """Let the account stand again where it stood (registered with enrollment)."""
    take_accounts_back([transfer])


def take_accounts_back(transfers: Sequence[Transfer]) -> None:
    """Let what one unit sent stand again where it stood, all of it finished by the same person."""
    county_id = transfers[0].county_id
    _arrive(transfers, county_id, county_id, RETURNED, TRANSFERS_OUT)


def _arrive(transfers: Sequence[Transfer], books: int, arrived: int | None, kind: str, account: str) -> None:
    lock_county(books)
    known = {transfer.pk: transfer for transfer in transfers}
    with connection.cursor() as cursor:
        cursor.execute(
            "select move_id, transfer_id, own_fen + unit_fen, sent_in from collection_accountmove"
            " where transfer_id = any (%s) and arrived_in is null order by move_id for update",
            [list(known)],
        )
        by_month: dict[date, list[tuple[int, Transfer, int]]] = {}
        for move_id, transfer_id, fen, sent_in in cursor.fetchall():
            by_month.setdefault(max(today(), sent_in), []).append((move_id, known[transfer_id], fen))
        for day, moves in by_month.items():
            period = booking_period(books, day)
            if account == EXPENDITURE_BANK:
                _fund(transfers[0], books, period, from_fen(sum(fen for _move, _transfer, fen in moves)))
            journals = _book(
                [(transfer, -fen) for _move, transfer, fen in moves],
                books,
                period,
                kind,
                account,
                by_id=transfers[0].done_by_id,
            )
            cursor.execute(
                "update collection_accountmove m set arrived_county_id = %s, arrived_in = %s,"
                " arrived_journal_id = t.journal_id from unnest(%s::bigint[], %s::bigint[]) t(move_id, journal_id)"
                " where m.move_id = t.move_id",
                [arrived, period, [move_id for move_id, _transfer, _fen in moves], journals],
            )


def _book(
    moved: Sequence[tuple[Transfer, int]],
    agency_id: int,
    period: date,
    kind: str,
    account: str,
    by_id: int | None,
) -> list[int | None]:
    """One voucher a move: fen into clearing (arrivals negative), and the account fund against the pooled one.

    No voucher for nothing. Money paid out of the province leaves the account fund when it is sent, not again when it
    is paid.
    """
    rows = []
    for transfer, fen in moved:
        legs = {account: fen, CLEARING: -fen}
        if account != EXPENDITURE_BANK:
            legs |= {ACCOUNTS: fen, POOLED: -fen}
        rows.append(JournalRow(account_line().fund, kind, today(), legs, transfer.number))
    booked = [row for row, (_transfer, fen) in zip(rows, moved, strict=True) if fen]
    numbers = iter(book_many(agency_id=agency_id, period=period, rows=booked, user_id=by_id))
    return [next(numbers) if fen else None for _transfer, fen in moved]


def _fund(transfer: Transfer, agency_id: int, period: date, total: Decimal) -> None:
    """Have the expenditure account hold what is paid. Raises Refusal where the money is not there."""
    try:
        fund_expenditure(
            agency_id=agency_id,
            fund=account_line().fund,
            amount=total,
            booked_on=today(),
            period=period,
            narrative=transfer.number,
            user_id=transfer.done_by_id,
        )
    except NoMoneyError as error:
        raise Refusal(
            "", "no_money", _("There is less money in the bank than this transfer takes.")
        ) from error


def last_book_rate(county_id: int, period: date) -> int:
    """The last published book rate, in parts per million: this year's is not known yet (PEN-8a)."""
    rate: int = account_line().book_rate_ppm(database_policy(), period.year - 1, county_id)  # type: ignore[attr-defined]
    return rate


def _refuse_months_being_taken_out(records: Sequence[int], county_id: int) -> None:
    """A coverage that a case has taken back leaves the accounts with the next assessment: until then they do not go."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select l.recorded_in from collection_linechange l
            join enrollment_employment e on e.employer_id = l.employer_id and e.worker_id = any(%s)
              and e.first_period <= coalesce(l.last_period, 'infinity')
              and coalesce(e.last_period, 'infinity') >= l.first_period
            join ledger_period p on p.agency_id = l.county_id and p.period = l.recorded_in and p.state = 'open'
            where l.county_id = %s and l.line = %s and not l.covered
            limit 1
            """,
            [list(records), county_id, account_line().line],
        )
        waiting = cursor.fetchone()
    if waiting:
        raise Refusal(
            "",
            "months_taken_out",
            _(
                "Months of this account were taken out of the line. Send it after the assessment of %(month)s."
            ),
            month=format_period(waiting[0]),
        )


def refuse_unclosed_year(records: Sequence[int], county_id: int, period: date) -> None:
    """Last year's closing is this year's opening: without it the balance is not known."""
    year = period.year - 1
    with connection.cursor() as cursor:
        cursor.execute("select has_table(%s)", [f"collection_accountyear_{year}_{county_id}"])
        if cursor.fetchone()[0]:
            return
        cursor.execute(
            "select exists (select 1 from collection_spell where worker_id = any(%s) and county_id = %s"
            " and fee_year <= %s) or exists (select 1 from collection_accountyear where worker_id = any(%s)"
            " and county_id = %s and fee_year < %s)",
            [list(records), county_id, year, list(records), county_id, year],
        )
        if cursor.fetchone()[0]:
            raise Refusal(
                "",
                "year_not_closed",
                _("The accounts of %(year)s are not closed yet: what this account holds is not known."),
                year=year,
            )


@dataclass(frozen=True)
class Move:
    """An account that moved, over all records of the person; yuan. ``arrived_in`` None: under way."""

    transfer_id: int
    county_id: int
    to_county_id: int | None
    sent_in: date
    own: Decimal
    unit: Decimal
    interest_own: Decimal
    interest_unit: Decimal
    months: int
    arrived_county_id: int | None
    arrived_in: date | None
    supplement: bool = False

    @property
    def total(self) -> Decimal:
        return self.own + self.unit

    @property
    def left_the_province(self) -> bool:
        return self.to_county_id is None and self.arrived_in is not None and self.arrived_county_id is None

    @property
    def sent(self) -> str:
        return format_period(self.sent_in)


def account_moves(worker_id: int) -> list[Move]:
    """The moves of a person's account, oldest first, to whoever sees the person."""
    with connection.cursor() as cursor:
        cursor.execute("select * from collection_account_moves(%s)", [worker_id])
        return [Move(*row[:4], *map(from_fen, row[4:8]), *row[8:]) for row in cursor.fetchall()]


def money_of(worker_id: int) -> MoneyOf:
    """What money hangs on a worker's record, wherever it is (registered with enrollment)."""
    with connection.cursor() as cursor:
        cursor.execute("select charged, balance from collection_money_of(%s)", [worker_id])
        return MoneyOf(*cursor.fetchone())


JOURNAL_KINDS: Mapping[str, Any] = {
    SENT: _("Account sent to another unit"),
    TAKEN: _("Account taken in from another unit"),
    RETURNED: _("Account taken back"),
    PAID_OUT: _("Account paid out of the province"),
}
