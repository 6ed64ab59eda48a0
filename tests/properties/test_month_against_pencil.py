"""The month's statements against a dumb ledger kept worker by worker, over random years of facts."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.db import connection

from collection.accounts import account_line, close_accounts
from collection.assess import assess_month
from collection.lines import all_lines
from collection.settle import settle_month
from jilin_si.jobs.invariants import all_invariants
from jilin_si.jobs.units import run_unit
from jilin_si.ledger.services import close_period
from jilin_si.periods import add_months, last_day, month, year_periods
from jilin_si.policy.lookup import database_policy
from tests.collection import facts as make
from tests.collection.oracle import Fact, Ledger, Rates

COUNTY = 220181
YEAR = 1996
DECEMBER = month(YEAR, 12)


class Office:
    """A county's year, entered into the database and into the pencil's ledger at once."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines = [line.line for line in all_lines()]
        make.open_books(YEAR)
        make.make_partitions(COUNTY, YEAR)
        self.trade_class: dict[int, int] = {}
        self.living: dict[int, tuple[int, int, int, date]] = {}  # worker: spell, employer, wage, first
        self.ledger = Ledger(self.lines, {})
        for _number in range(4):
            covered = [
                "pension",
                *self.random.sample(self.lines[1:], self.random.randint(0, len(self.lines) - 1)),
            ]
            trade_class = self.random.randint(1, 5)
            employer = make.employer(COUNTY, covered, trade_class)
            self.ledger.coverage[employer], self.trade_class[employer] = covered, trade_class
            for _worker in range(self.random.randint(1, 6)):
                self.join(employer, month(YEAR, 1), month(YEAR, 1))
            if self.random.random() < 0.7:
                heads = self.random.randint(1, 9)
                cost = heads * self.random.randint(10_000, 40_000)
                make.retiree_cost(employer, COUNTY, heads, cost, month(YEAR, 1), month(YEAR, 1))
                self.note(employer, None, cost, month(YEAR, 1), DECEMBER, month(YEAR, 1), 1)

    def note(
        self, employer: int, worker: int | None, fen: int, first: date, last: date, recorded: date, sign: int
    ) -> None:
        self.ledger.facts.append(Fact(employer, worker, fen, first, last, recorded, sign))

    def wage(self) -> int:
        edges = [22_149, 22_150, 22_151, 110_750, 110_751, 110_752, 25, 50_025, 27_045]
        return self.random.choice(
            [*edges, self.random.randint(5_000, 200_000), self.random.randint(20_000, 60_000)]
        )

    def join(self, employer: int, first: date, recorded: date, worker: int | None = None) -> None:
        worker = worker or make.worker(employer, COUNTY)
        wage = self.wage()
        number = make.spell(worker, employer, COUNTY, wage, first, DECEMBER, recorded)
        self.living[worker] = (number, employer, wage, first)
        self.note(employer, worker, wage, first, DECEMBER, recorded, 1)

    def leave(self, worker: int, since: date, recorded: date) -> int:
        number, employer, wage, first = self.living.pop(worker)
        since = max(since, first)
        make.spell(worker, employer, COUNTY, wage, since, DECEMBER, recorded, reverses=number)
        self.note(employer, worker, wage, since, DECEMBER, recorded, -1)
        return employer

    def change_something(self, period: date) -> None:
        """Movements and corrections recorded in this period, some reaching back."""
        back = add_months(period, -self.random.randint(0, 3))
        since = max(back, month(YEAR, 1))
        act = self.random.choice(["join", "leave", "correct", "nothing"])
        workers = list(self.living)
        if act == "join":
            self.join(self.random.choice(list(self.ledger.coverage)), since, period)
        elif act == "leave" and workers:
            self.leave(self.random.choice(workers), since, period)
        elif act == "correct" and workers:
            worker = self.random.choice(workers)
            since = max(since, self.living[worker][3])
            employer = self.leave(worker, since, period)
            self.join(employer, since, period, worker)

    def pay(self, period: date) -> None:
        payments: list[tuple[int, int]] = []
        for employer in self.ledger.coverage:
            owed = sum(self.ledger.owed(employer, line) for line in self.lines)
            for _payment in range(self.random.choice([0, 1, 1, 1, 2])):
                fen = self.random.choice([owed, owed, owed // 2, owed // 3 + 1, owed + 777, 5])
                if fen > 0:
                    make.bank_line(
                        employer, COUNTY, fen, period.replace(day=self.random.randint(5, 9) + _payment)
                    )
                    payments.append((employer, fen))
        self.payments = payments

    def assess(self, period: date) -> None:
        assert run_unit("assess", period, COUNTY, lambda: assess_month(COUNTY, period)) == "done"
        with connection.cursor() as cursor:
            cursor.execute(
                "select line, trade_class, unit_ppm, own_ppm, floor_fen, cap_fen, transfer_ppm, average_part_fen,"
                " includes_retiree_cost from collection_assessmentparameter where county_id = %s and due_period = %s",
                [COUNTY, period],
            )
            for line, trade_class, *rates in cursor.fetchall():
                self.ledger.rates[line, period, trade_class] = Rates(*rates)
        self.ledger.assess(period, self.trade_class)

    def settle(self, period: date, key: str = "") -> str:
        return run_unit(
            "settle", period, COUNTY, lambda: settle_month(COUNTY, period, last_day(period)), key=key
        )


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def interest(product: int, rate_ppm: int) -> int:
    """A year's interest on a month product, half up."""
    rounded = (2 * abs(product) * rate_ppm + 12_000_000) // 24_000_000
    return -rounded if product < 0 else rounded


def assert_same_bills(ledger: Ledger) -> None:
    kept = {
        (employer, line, due, recorded): figures
        for employer, line, due, recorded, *figures in rows(
            "select b.employer_id, b.line, b.due_period, b.recorded_in, b.workers, b.own_due_fen, b.unit_due_fen,"
            " b.unit_credit_fen, coalesce(o.own_fen, 0), coalesce(o.unit_fen, 0), p.paid_in from collection_bill b"
            " left join collection_openitem o using (bill_id) left join collection_paidbill p using (bill_id)"
        )
    }
    expected = {
        key: [b.workers, b.own, b.unit, b.credit, b.open_own, b.open_unit, b.paid_in]
        for key, b in ledger.bills.items()
    }
    assert kept == expected


def assert_money_waits_alike(ledger: Ledger) -> None:
    waiting: dict[tuple[int, str], int] = {}
    for employer, line, fen in ledger.waiting:
        waiting[employer, line] = waiting.get((employer, line), 0) + fen
    kept = rows("select employer_id, line, sum(fen)::bigint from collection_unapplied group by 1, 2")
    assert {(employer, line): fen for employer, line, fen in kept} == waiting


def assert_invariants_hold() -> None:
    for invariant in all_invariants():
        assert rows(invariant.sql) == [], invariant.name


@pytest.mark.parametrize("seed", range(6))
def test_a_year_equals_the_pencils(owner: None, seed: int) -> None:
    office = Office(seed)
    for period in year_periods(YEAR):
        if period.month > 1:
            for _change in range(office.random.randint(0, 3)):
                office.change_something(period)
        office.assess(period)
        office.pay(period)
        assert office.settle(period) == "done"
        # Each employer's payments in the order of the bank; employers do not touch one another.
        office.ledger.settle(period, office.payments)
        assert_same_bills(office.ledger)
        assert_money_waits_alike(office.ledger)
        close_period(agency_id=COUNTY, period=period, user_id=None)
    assert_invariants_hold()

    close_accounts(COUNTY, YEAR)
    accounts = rows(
        "select worker_id, credit_own_fen, credit_unit_fen, interest_own_fen, interest_unit_fen,"
        " closing_own_fen + closing_unit_fen from collection_accountyear where fee_year = 1996"
    )
    rate = account_line().book_rate_ppm(database_policy(), YEAR, COUNTY)
    for worker, own, unit, interest_own, interest_unit, closing in accounts:
        expected = office.ledger.account(worker, "pension", YEAR)
        assert (own, unit) == expected[:2]
        assert (interest_own, interest_unit) == tuple(interest(product, rate) for product in expected[2:])
        assert closing == own + unit + interest_own + interest_unit
    assert len(accounts) == len({f.worker for f in office.ledger.facts if f.worker})
    assert_invariants_hold()


def test_a_month_done_again_changes_nothing(owner: None) -> None:
    office = Office(99)
    january = month(YEAR, 1)
    office.assess(january)
    office.pay(january)
    office.settle(january, key="1996-01-31")
    before = (
        rows("select * from collection_bill order by 1"),
        rows("select * from ledger_posting order by 1, 2"),
    )
    assert run_unit("assess", january, COUNTY, lambda: assess_month(COUNTY, january)) == "already"
    assert office.settle(january, key="1996-01-31") == "already"
    assert office.settle(january, key="asked again") == "done"  # nothing is left to work on
    after = (
        rows("select * from collection_bill order by 1"),
        rows("select * from ledger_posting order by 1, 2"),
    )
    assert before == after
    assert_invariants_hold()
