"""What the fund ledger holds to, whoever writes to it and by whatever way."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from jilin_si.ledger.services import LedgerError, book, booking_period, close_period, open_periods
from jilin_si.periods import month
from tests.roles import as_owner

JIUTAI = 220181
JANUARY, FEBRUARY = month(1996, 1), month(1996, 2)
HUNDRED = Decimal("100.00")


@pytest.fixture
def books(owner: None) -> None:
    open_periods([JIUTAI], [JANUARY, FEBRUARY])


def receive(amount: Decimal = HUNDRED, day: date = date(1996, 1, 12), **more: object) -> int:
    legs = {"1002": amount, "4001.01": -amount}
    return book(agency_id=JIUTAI, fund="pension", kind="entered", booked_on=day, legs=legs, **more)  # type: ignore[arg-type]


def ask(sql: str, *arguments: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchone()[0] if cursor.description else cursor.rowcount


def assess(period: date) -> None:
    ask(
        "update ledger_period set state = 'assessed', assessed_at = now() where agency_id = %s and period = %s",
        JIUTAI,
        period,
    )


def test_balances_follow_what_is_booked(books: None) -> None:
    receive()
    receive(Decimal("0.01"))
    assert ask("select debit_fen from ledger_balance where account = '1002'") == 10_001
    assert ask("select credit_fen from ledger_balance where account = '4001.01'") == 10_001


def test_a_journal_must_balance(books: None) -> None:
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        book(
            agency_id=JIUTAI,
            fund="pension",
            kind="entered",
            booked_on=JANUARY,
            legs={"1002": HUNDRED, "4001.01": Decimal("-99.99")},
        )


def test_a_leg_is_not_slipped_in_later(books: None) -> None:
    journal = receive()
    with pytest.raises(DatabaseError, match="has its legs already"), transaction.atomic():
        ask("insert into ledger_posting values (%s, '2011', 5), (%s, '4001.02', -5)", journal, journal)


@pytest.mark.parametrize("table", ["ledger_journal", "ledger_posting"])
@pytest.mark.parametrize("act", ["delete from {}", "update {} set journal_id = journal_id"])
def test_the_books_are_only_added_to(books: None, table: str, act: str) -> None:
    receive()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ask(act.format(table))


def test_nothing_is_booked_in_a_closed_period(books: None) -> None:
    assess(JANUARY)
    close_period(agency_id=JIUTAI, period=JANUARY, user_id=None)
    with pytest.raises(DatabaseError, match="is closed"), transaction.atomic():
        receive(period=JANUARY)
    assert booking_period(JIUTAI, date(1996, 1, 12)) == FEBRUARY


def test_a_correction_names_what_it_reverses_and_does_so_once(books: None) -> None:
    journal = receive()
    receive(-HUNDRED, reverses_id=journal)
    with pytest.raises(IntegrityError), transaction.atomic():
        receive(-HUNDRED, reverses_id=journal)
    assert ask("select debit_fen - credit_fen from ledger_balance where account = '1002'") == 0


def test_periods_close_in_order_and_never_open_again(books: None) -> None:
    with pytest.raises(LedgerError):
        close_period(agency_id=JIUTAI, period=JANUARY, user_id=None)
    assess(JANUARY)
    assess(FEBRUARY)
    with pytest.raises(DatabaseError, match="not yet closed"), transaction.atomic():
        ask("update ledger_period set state = 'closed', closed_at = now() where period = %s", FEBRUARY)
    close_period(agency_id=JIUTAI, period=JANUARY, user_id=None)
    close_period(agency_id=JIUTAI, period=JANUARY, user_id=None)  # asked again, it changes nothing
    with pytest.raises(DatabaseError, match="does not go back"), transaction.atomic():
        ask("update ledger_period set state = 'open' where period = %s", JANUARY)


@pytest.mark.django_db(transaction=True)
def test_posting_and_closing_exclude_one_another() -> None:
    """Who books holds the period; who closes waits, and finds the entry in it."""
    with as_owner():
        open_periods([JIUTAI], [JANUARY])
        assess(JANUARY)
        booked, order = threading.Event(), []

        def close_it() -> None:
            booked.wait(10)
            close_period(agency_id=JIUTAI, period=JANUARY, user_id=None)
            order.append("closed")
            connection.close()

        closer = threading.Thread(target=close_it)
        closer.start()
        with transaction.atomic():
            receive()
            booked.set()
            closer.join(0.7)
            assert closer.is_alive(), "closing must wait for who books"
            order.append("booked")
        closer.join(10)
        assert order == ["booked", "closed"]


def test_the_applications_role_cannot_rewrite_the_books(db: None) -> None:
    for table in ("ledger_journal", "ledger_posting"):
        for act in ("update {} set journal_id = 1", "delete from {}", "truncate {}"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                ask(act.format(table))
