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
from collection.names import percent_of_ppm
from enrollment.hooks import MoneyOf
from enrollment.refusals import Refusal
from enrollment.standing import person_records
from jilin_si.agencies.clock import today
from jilin_si.jobs.units import lock_county
from jilin_si.ledger.services import EXPENDITURE_BANK, NoMoneyError, book, booking_period, fund_expenditure
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


def account_standing(worker_id: int, county_id: int, period: date, rate_ppm: int) -> Standing:
    """What a unit's account of a record comes to at the end of a month, interest included (PEN-8a)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from collection_account_now(%s, %s, %s, %s, %s)",
            [account_line().line, worker_id, county_id, period, rate_ppm],
        )
        (*pairs, months) = cursor.fetchone()
    opening, product, rest, interest = (
        (int(pairs[place]), int(pairs[place + 1])) for place in range(0, 8, 2)
    )
    return Standing(worker_id, opening, product, rest, interest, int(months))


def send_account(transfer: Transfer) -> None:
    """Take the account out of the sending unit's books, into the clearing account (registered with enrollment)."""
    county_id = transfer.county_id
    lock_county(county_id)
    period = booking_period(county_id, today())
    _refuse_unclosed_year(transfer.worker_id, county_id, period)
    rate_ppm = last_book_rate(county_id, period)
    for worker_id in person_records(transfer.worker_id):
        standing = account_standing(worker_id, county_id, period, rate_ppm)
        if min(standing.own, standing.unit) < 0:
            raise Refusal(
                "",
                "negative",
                _("More was taken back from this account than it holds. Clear the corrections first."),
            )
        total = from_fen(standing.own + standing.unit)
        journal = _book(transfer, county_id, period, SENT, total, TRANSFERS_OUT, into_clearing=True)
        if journal or standing.months or worker_id == transfer.worker_id:
            _write_move(transfer, standing, period, journal, rate_ppm)


def _write_move(
    transfer: Transfer, standing: Standing, period: date, journal: int | None, rate_ppm: int
) -> None:
    columns: dict[str, Any] = {
        "transfer_id": transfer.pk,
        "person_id": transfer.worker_id,
        "worker_id": standing.worker_id,
        "county_id": transfer.county_id,
        "to_county_id": transfer.to_county_id,
        "sent_in": period,
        "sent_journal_id": journal,
        "rate_ppm": rate_ppm,
        "own_fen": standing.own,
        "unit_fen": standing.unit,
        "opening_own_fen": standing.opening[0],
        "opening_unit_fen": standing.opening[1],
        "product_own_fen": standing.product[0],
        "product_unit_fen": standing.product[1],
        "interest_own_fen": standing.interest[0],
        "interest_unit_fen": standing.interest[1],
        "months": max(standing.months, 0),
        "history": json.dumps(_history(standing.worker_id, transfer.county_id)),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into collection_accountmove ({', '.join(columns)})"
            f" values ({', '.join(['%s'] * len(columns))})",
            list(columns.values()),
        )


def _history(worker_id: int, county_id: int) -> dict[str, Any]:
    """Bases and months of a record in a unit, by year, and the months that are not paid: the form tells them."""
    line = account_line().line
    with connection.cursor() as cursor:
        cursor.execute(
            "select fee_year, due_period, sum(sign)::int,"
            " (array_agg(base_fen order by recorded_in desc, sign desc))[1], bool_and(paid_in is not null)"
            " from collection_workermonth where worker_id = %s and county_id = %s and line = %s"
            " and bill_id is not null group by 1, 2 order by 2",
            [worker_id, county_id, line],
        )
        years: dict[int, list[int]] = {}
        unpaid: list[str] = []
        for year, period, living, base, paid in cursor.fetchall():
            if living <= 0:
                continue
            told = years.setdefault(year, [base, 0, 0])
            told[0], told[1], told[2] = base, told[1] + 1, told[2] + int(paid)
            if not paid:
                unpaid.append(format_period(period))
    return {"years": [[year, *told] for year, told in years.items()], "unpaid": unpaid}


@dataclass(frozen=True)
class Sheet:
    """What a transfer form says of the account; fen, own part and unit part. All records of the person added up."""

    own: int = 0
    unit: int = 0
    opening: tuple[int, int] = (0, 0)
    credited: tuple[int, int] = (0, 0)
    interest: tuple[int, int] = (0, 0)
    months: int = 0
    sent_in: str = ""
    rate: str = ""
    years: Sequence[tuple[int, int, int, int]] = ()
    unpaid: Sequence[str] = ()


def transfer_sheet(transfer_id: int) -> Sheet:
    """The figures of a transfer's form, to both units."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select own_fen, unit_fen, opening_own_fen, opening_unit_fen, interest_own_fen, interest_unit_fen, months,"
            " sent_in, rate_ppm, history from collection_accountmove where transfer_id = %s order by move_id",
            [transfer_id],
        )
        rows = cursor.fetchall()
    if not rows:
        return Sheet()
    own, unit, opening_own, opening_unit, interest_own, interest_unit, months = (
        sum(row[place] for row in rows) for place in range(7)
    )
    told = [json.loads(row[9]) if isinstance(row[9], str) else row[9] for row in rows]
    return Sheet(
        own=own,
        unit=unit,
        opening=(opening_own, opening_unit),
        credited=(own - opening_own - interest_own, unit - opening_unit - interest_unit),
        interest=(interest_own, interest_unit),
        months=months,
        sent_in=format_period(rows[0][7]),
        rate=percent_of_ppm(rows[0][8]),
        years=sorted((year, base, due, paid) for each in told for year, base, due, paid in each["years"]),
        unpaid=sorted({period for each in told for period in each["unpaid"]}),
    )


def receive_account(transfer: Transfer) -> None:
    """Let the account arrive: in the new unit's books, or paid to an office outside (registered with enrollment)."""
    if transfer.leaves_the_province:
        _arrive(transfer, transfer.county_id, None, PAID_OUT, EXPENDITURE_BANK)
    else:
        _arrive(transfer, transfer.to_county_id or 0, transfer.to_county_id, TAKEN, TRANSFERS_IN)


def take_account_back(transfer: Transfer) -> None:
    """Let the account stand again where it stood (registered with enrollment)."""
    _arrive(transfer, transfer.county_id, transfer.county_id, RETURNED, TRANSFERS_OUT)


def _arrive(transfer: Transfer, books: int, arrived: int | None, kind: str, account: str) -> None:
    lock_county(books)
    with connection.cursor() as cursor:
        cursor.execute(
            "select move_id, own_fen + unit_fen, sent_in from collection_accountmove"
            " where transfer_id = %s and arrived_in is null order by move_id for update",
            [transfer.pk],
        )
        for move_id, fen, sent_in in cursor.fetchall():
            period = booking_period(books, max(today(), sent_in))
            total = from_fen(fen)
            if account == EXPENDITURE_BANK:
                _fund(transfer, books, period, total)
            journal = _book(transfer, books, period, kind, total, account, into_clearing=False)
            cursor.execute(
                "update collection_accountmove set arrived_county_id = %s, arrived_in = %s, arrived_journal_id = %s"
                " where move_id = %s",
                [arrived, period, journal, move_id],
            )


def _book(
    transfer: Transfer,
    agency_id: int,
    period: date,
    kind: str,
    total: Decimal,
    account: str,
    into_clearing: bool,
) -> int | None:
    """One voucher: the account against clearing, and the account fund against the pooled one; None for nothing.

    Money paid out of the province leaves the account fund when it is sent, not again when it is paid.
    """
    if not total:
        return None
    sign = 1 if into_clearing else -1
    legs = {account: sign * total, CLEARING: -sign * total}
    if account != EXPENDITURE_BANK:
        legs |= {ACCOUNTS: sign * total, POOLED: -sign * total}
    return book(
        agency_id=agency_id,
        fund=account_line().fund,
        kind=kind,
        booked_on=today(),
        period=period,
        legs=legs,
        narrative=transfer.number,
        user_id=transfer.sent_by_id if into_clearing else transfer.done_by_id,
    )


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


def _refuse_unclosed_year(worker_id: int, county_id: int, period: date) -> None:
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
            [records := person_records(worker_id), county_id, year, records, county_id, year],
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
    return _moves("select * from collection_account_moves(%s)", [worker_id])


def moves_of(transfer_id: int) -> list[Move]:
    """What one transfer took along, to both units: nothing, or one move (merged records added up)."""
    return _moves(
        "select transfer_id, county_id, to_county_id, sent_in, sum(own_fen), sum(unit_fen), sum(interest_own_fen),"
        " sum(interest_unit_fen), sum(months), arrived_county_id, arrived_in from collection_accountmove"
        " where transfer_id = %s group by 1, 2, 3, 4, 10, 11",
        [transfer_id],
    )


def _moves(sql: str, arguments: Sequence[Any]) -> list[Move]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(arguments))
        return [
            Move(
                transfer_id,
                county_id,
                to_county_id,
                sent_in,
                from_fen(own),
                from_fen(unit),
                from_fen(interest_own),
                from_fen(interest_unit),
                int(months),
                arrived_county_id,
                arrived_in,
            )
            for (
                transfer_id,
                county_id,
                to_county_id,
                sent_in,
                own,
                unit,
                interest_own,
                interest_unit,
                months,
                arrived_county_id,
                arrived_in,
            ) in cursor.fetchall()
        ]


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
