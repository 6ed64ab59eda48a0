"""Acts of the fund ledger: book a journal, reverse one, close a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jilin_si.money import ZERO, from_fen, to_fen
from jilin_si.periods import period_of

# Income and expenditure account of a fund at the bank (收入户, 支出户).
INCOME_BANK, EXPENDITURE_BANK = "1002", "1003"


class LedgerError(ValueError):
    """The books refuse this act; the message says why."""


class NoMoneyError(LedgerError):
    """There is less money in the bank than an act takes."""


def open_periods(agency_ids: list[int], periods: list[date]) -> None:
    """Open these months for these agencies where they are not there yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_period (agency_id, period)"
            " select a, p from unnest(%s::int[]) a, unnest(%s::date[]) p on conflict do nothing",
            [agency_ids, periods],
        )


def recording_period(agency_id: int) -> date:
    """The period in which a fact is recorded now: the unit's first that is not assessed.

    Locks it against assessment until the transaction ends. Raises LedgerError where none is open.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select period from ledger_period where agency_id = %s and state = 'open' order by period limit 1"
            " for share",
            [agency_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise LedgerError(_("No period of this county is open."))
    return row[0]


def booking_period(agency_id: int, day: date) -> date:
    """The period in which money of this day is booked: the first that is not closed, the day's own or a later one.

    Raises LedgerError where no such period is open.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(period) from ledger_period where agency_id = %s and state <> 'closed' and period >= %s",
            [agency_id, period_of(day)],
        )
        (period,) = cursor.fetchone()
    if period is None:
        raise LedgerError(_("No period from %(day)s on is open.") % {"day": day})
    return period


def book(
    *,
    agency_id: int,
    fund: str,
    kind: str,
    booked_on: date,
    legs: Mapping[str, Decimal],
    period: date | None = None,
    narrative: str = "",
    user_id: int | None = None,
    reverses_id: int | None = None,
) -> int:
    """Book one journal; ``legs`` maps account to yuan, debit positive. Returns its number.

    The database refuses legs that do not add up to nothing and a closed period.
    """
    legs = {account: amount for account, amount in legs.items() if amount}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_journal"
            " (agency_id, fund, period, kind, booked_on, narrative, made_by_id, reverses_id)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s) returning journal_id",
            [
                agency_id,
                fund,
                period or booking_period(agency_id, booked_on),
                kind,
                booked_on,
                narrative,
                user_id,
                reverses_id,
            ],
        )
        (journal_id,) = cursor.fetchone()
        cursor.execute(
            "insert into ledger_posting (journal_id, account, amount_fen)"
            " select %s, a, f from unnest(%s::text[], %s::bigint[]) t(a, f)",
            [journal_id, list(legs), [to_fen(amount) for amount in legs.values()]],
        )
    return journal_id


def fund_expenditure(
    *,
    agency_id: int,
    fund: str,
    amount: Decimal,
    booked_on: date,
    period: date,
    narrative: str,
    user_id: int | None,
) -> None:
    """Move to the expenditure account what it lacks for an amount in yuan, from the income account (ACC-4).

    Raises NoMoneyError where both together hold less.
    """
    missing = amount - max(_on_account(agency_id, fund, EXPENDITURE_BANK), ZERO)
    if missing > _on_account(agency_id, fund, INCOME_BANK):
        raise NoMoneyError
    if missing > 0:
        book(
            agency_id=agency_id,
            fund=fund,
            kind="funding",
            booked_on=booked_on,
            period=period,
            legs={EXPENDITURE_BANK: missing, INCOME_BANK: -missing},
            narrative=narrative,
            user_id=user_id,
        )


def _on_account(agency_id: int, fund: str, account: str) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(debit_fen - credit_fen), 0) from ledger_balance"
            " where agency_id = %s and fund = %s and account = %s",
            [agency_id, fund, account],
        )
        return from_fen(cursor.fetchone()[0])


def close_period(*, agency_id: int, period: date, user_id: int | None) -> None:
    """Close a month's books (关账). Raises LedgerError where it is not assessed yet or an earlier one is not closed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select state from ledger_period where agency_id = %s and period = %s for update",
            [agency_id, period],
        )
        row = cursor.fetchone()
        if row is None or row[0] == "open":
            raise LedgerError(_("%(period)s has not been assessed yet.") % {"period": f"{period:%Y-%m}"})
        if row[0] == "closed":
            return
        cursor.execute(
            "select min(period) from ledger_period where agency_id = %s and period < %s and state <> 'closed'",
            [agency_id, period],
        )
        (earlier,) = cursor.fetchone()
        if earlier:
            raise LedgerError(_("Close %(period)s first.") % {"period": f"{earlier:%Y-%m}"})
        cursor.execute(
            "update ledger_period set state = 'closed', closed_at = now(), closed_by_id = %s"
            " where agency_id = %s and period = %s",
            [user_id, agency_id, period],
        )


@dataclass(frozen=True)
class JournalRow:
    """One journal of a set job: legs map account to fen, debit positive; a leg of 0 is left out."""

    fund: str
    kind: str
    booked_on: date
    legs: Mapping[str, int]
    narrative: str = ""


def book_many(
    *, agency_id: int, period: date, rows: Sequence[JournalRow], user_id: int | None = None
) -> list[int]:
    """Book several journals of one agency and period in two statements; returns their numbers in order."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_journal (agency_id, fund, period, kind, booked_on, narrative, made_by_id)"
            " select %s, f, %s, k, d, n, %s"
            " from unnest(%s::text[], %s::text[], %s::date[], %s::text[]) with ordinality t(f, k, d, n, i) order by i"
            " returning journal_id",
            [
                agency_id,
                period,
                user_id,
                [row.fund for row in rows],
                [row.kind for row in rows],
                [row.booked_on for row in rows],
                [row.narrative for row in rows],
            ],
        )
        numbers = [number for (number,) in cursor.fetchall()]
        post_legs(
            [
                (number, account, fen)
                for number, row in zip(numbers, rows, strict=True)
                for account, fen in row.legs.items()
            ]
        )
    return numbers


def post_legs(legs: Sequence[tuple[int, str, int]]) -> None:
    """Write the legs (journal, account, fen) of one or more journals, all in one statement."""
    legs = [leg for leg in legs if leg[2]]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_posting (journal_id, account, amount_fen)"
            " select * from unnest(%s::bigint[], %s::text[], %s::bigint[])",
            [
                [leg[0] for leg in legs],
                [leg[1] for leg in legs],
                [leg[2] for leg in legs],
            ],
        )
