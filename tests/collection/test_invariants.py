"""``verify`` finds what was broken by hand: each sabotage is told by the invariant that is there for it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from collection.assess import assess_month
from collection.settle import settle_month
from jilin_si.jobs.invariants import all_invariants
from jilin_si.jobs.units import run_unit
from jilin_si.periods import last_day, month
from tests.collection import facts as make
from tests.roles import as_owner

COUNTY = 220181
JANUARY, FEBRUARY, DECEMBER = month(1996, 1), month(1996, 2), month(1996, 12)


def broken() -> set[str]:
    """The names of the invariants that do not hold."""
    names = set()
    with connection.cursor() as cursor:
        for invariant in all_invariants():
            cursor.execute(invariant.sql)
            if cursor.fetchone():
                names.add(invariant.name)
    return names


def sound() -> None:
    """Every invariant holds; a month that a test assesses by itself has no unit."""
    with as_owner():
        assert broken() - {"collection.assessed_months_have_their_unit"} == set()


@pytest.fixture
def worked_month(owner: None) -> int:
    """An employer of two workers whose January is assessed and half paid, with a correction recorded in February."""
    make.open_books(1996)
    make.make_partitions(COUNTY, 1996)
    employer = make.employer(COUNTY, ["pension", "unemployment"])
    for wage in (49_833, 17_500):
        worker = make.worker(employer, COUNTY)
        spell = make.spell(worker, employer, COUNTY, wage, JANUARY, DECEMBER, JANUARY)
    make.retiree_cost(employer, COUNTY, 1, 32_300, JANUARY, JANUARY)
    run_unit("assess", JANUARY, COUNTY, lambda: assess_month(COUNTY, JANUARY))
    make.bank_line(employer, COUNTY, 15_000, date(1996, 1, 12))
    run_unit("settle", JANUARY, COUNTY, lambda: settle_month(COUNTY, JANUARY, last_day(JANUARY)), key="1")
    make.spell(worker, employer, COUNTY, 17_500, JANUARY, DECEMBER, FEBRUARY, reverses=spell)
    run_unit("assess", FEBRUARY, COUNTY, lambda: assess_month(COUNTY, FEBRUARY))
    run_unit("settle", FEBRUARY, COUNTY, lambda: settle_month(COUNTY, FEBRUARY, last_day(FEBRUARY)), key="1")
    assert broken() == set()
    return employer


SABOTAGE = {
    "a bill's own part is a fen too high": (
        "collection_bill",
        "update collection_bill set own_due_fen = own_due_fen + 1 where bill_id = (select min(bill_id) from collection_bill)",
        "collection.bills_from_spells",
    ),
    "a bill names another county's parameters": (
        "collection_bill",
        "update collection_bill set parameter_id = -1 where bill_id = (select min(bill_id) from collection_bill)",
        "collection.bills_from_spells",
    ),
    "a worker's spell is there twice": (
        "collection_spell",
        """insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in, fee_year,
             county_id)
           select worker_id, employer_id, wage_fen, first_period, last_period, '1996-03-01', fee_year, county_id
           from collection_spell where spell_id = (select min(spell_id) from collection_spell)""",
        "collection.one_spell_a_month",
    ),
    "a spell belongs to no employment": (
        "collection_spell",
        "update collection_spell set worker_id = -1 where spell_id = (select min(spell_id) from collection_spell)",
        "collection.spells_have_employments",
    ),
    "a reversal carries another wage": (
        "collection_spell",
        "update collection_spell set wage_fen = wage_fen + 1 where sign = -1",
        "collection.reversals_name_their_spell",
    ),
    "an open item lost a fen": (
        "collection_openitem",
        """update collection_openitem set unit_fen = unit_fen - 1
           where bill_id = (select min(bill_id) from collection_openitem where unit_fen > 0)""",
        "collection.assessed_is_collected_and_owed",
    ),
    "an allocation gives a fen more": (
        "collection_allocation",
        "update collection_allocation set own_fen = own_fen + 1 where bill_id = (select min(bill_id) from collection_allocation)",
        "collection.assessed_is_collected_and_owed",
    ),
    "a receipt is larger than what it paid": (
        "collection_receipt",
        "update collection_receipt set amount_fen = amount_fen + 1",
        "collection.receipts_are_spent_or_wait",
    ),
    "a bank line counts for another sum": (
        "collection_bankline",
        "update collection_bankline set amount_fen = amount_fen + 1",
        "collection.bank_lines_are_taken_whole",
    ),
    "a receipt is another line's": (
        "collection_receipt",
        "update collection_receipt set line = 'medical' where line = 'pension' and credit_of is null",
        "collection.allocations_stay_in_their_line",
    ),
    "a summary is a fen off": (
        "collection_summary",
        "update collection_summary set own_paid_fen = own_paid_fen + 1 where line = 'pension'",
        "collection.summary_is_its_rows",
    ),
    "the books miss a credit": (
        "ledger_journal",
        "update ledger_journal set kind = 'forgotten' where kind = 'received'",
        "collection.books_say_the_same",
    ),
    "a balance is a fen off": (
        "ledger_balance",
        "update ledger_balance set debit_fen = debit_fen + 1 where account = '1002'",
        "ledger.balances_are_postings",
    ),
    "a voucher lost a leg": (
        "ledger_posting",
        "delete from ledger_posting where account = '1002'",
        "ledger.journals_balance",
    ),
    "a month is assessed without its unit": (
        "jobs_jobunit",
        "delete from jobs_jobunit where job = 'assess' and period = '1996-02-01'",
        "collection.assessed_months_have_their_unit",
    ),
}


@pytest.mark.parametrize("what", SABOTAGE)
def test_verify_tells(worked_month: int, what: str) -> None:
    table, statement, name = SABOTAGE[what]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(statement)
        assert cursor.rowcount
    assert name in broken()


def test_a_missing_bill_is_told(worked_month: int) -> None:
    with connection.cursor() as cursor:
        for table in ("openitem", "paidbill", "allocation", "bill"):
            cursor.execute(f"alter table collection_{table} disable trigger user")
        cursor.execute(
            "select max(bill_id) from collection_bill b where line = 'unemployment'"
            " and not exists (select from collection_receipt r where r.credit_of = b.bill_id)"
        )
        (bill,) = cursor.fetchone()
        for table in ("openitem", "paidbill", "allocation", "bill"):
            cursor.execute(f"delete from collection_{table} where bill_id = %s", [bill])
    assert "collection.bills_from_spells" in broken()
