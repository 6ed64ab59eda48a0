"""The sample loaded and run for two months by the application's own acts; afterwards everything holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from enrollment.models import Declaration, Employer, Worker
from jilin_si.access.models import Assignment, User
from jilin_si.agencies.clock import today
from jilin_si.jobs.invariants import check
from sample.crew import crew
from sample.cycle import Cycle
from sample.load import NotEmptyError, load_province
from sample.models import SampleProvince
from sample.plan import Plan, plan_province
from sample.reference import REFERENCE
from sample.users import sample_signins
from tests.sample.database import drop_years, quietly, rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("books")]

SCALE, SEED = 2000, 1996


@pytest.fixture
def plan() -> Iterator[Plan]:
    drop_years()  # emptying the tables after another test leaves them
    yield plan_province(SCALE, SEED)
    drop_years()


def counts() -> dict[str, int]:
    """How much there is of what a month writes."""
    tables = (
        "ledger_journal",
        "collection_bill",
        "collection_bankline",
        "collection_receipt",
        "jobs_jobunit",
    )
    return {table: rows(f"select count(*) from {table}")[0][0] for table in tables}


def registry_guards() -> list[tuple[Any, ...]]:
    """Every constraint, index and trigger of the tables that are filled bare."""
    return rows(
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid::regclass::text ~ '^enrollment_(worker|employment|employer|coverage)$'"
        " union all select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
        " where indrelid::regclass::text ~ '^enrollment_(worker|employment|employer|coverage)$'"
        " union all select tgrelid::regclass::text, tgname, tgenabled::text from pg_trigger"
        " where tgrelid::regclass::text ~ '^enrollment_(worker|employment|employer|coverage)$' and not tgisinternal"
        " order by 1, 2, 3"
    )


def test_two_months_of_the_sample(plan: Plan) -> None:
    guards = registry_guards()
    load_province(plan, quietly)

    # what was loaded
    assert registry_guards() == guards  # nothing that guards the registry was lost by the load
    assert Employer.objects.count() == len(plan.employers)
    assert Worker.objects.count() == plan.workers
    assert rows("select count(*) from enrollment_workerevent") == [(0,)]  # a bulk act adds one audit entry
    assert rows("select count(*) from access_auditentry where act = 'load_sample'") == [(1,)]
    stated = rows(
        "select d.workers, d.wages_fen, l.workers, l.wages_fen from enrollment_declaration d"
        " join (select declaration_id, count(*) workers, sum(wage_fen) wages_fen from enrollment_declarationline"
        "       group by 1) l on l.declaration_id = d.id"
    )
    assert stated
    assert all(row[:2] == row[2:] for row in stated)
    states = set(Declaration.objects.filter(fee_year=1997).values_list("state", flat=True))
    assert states == {"approved", "submitted", "returned", "draft"}
    assert not Declaration.objects.filter(fee_year=1997, employer__number=REFERENCE.number).exists()
    for signin in sample_signins_of_database():
        assert User.objects.get(username=signin).assignments.count() == 1
    with pytest.raises(NotEmptyError):
        load_province(plan, quietly)

    # the months
    with crew() as pool:
        Cycle(pool, quietly).run(months=2)
        assert f"{today():%Y-%m}" == "1996-02"
        assert [f"{f.invariant.name}: {f.rows[:3]}" for f in check() if f.count] == []
        ((due, paid),) = rows(
            "select sum(own_due_fen + unit_due_fen),"
            " (select sum(own_fen + unit_fen) from collection_allocation) from collection_bill"
        )
        assert 0.75 < paid / due <= 1
        assert rows("select count(*) from pooling_countyplan where state = 'approved'") == [(52,)]
        assert rows("select count(*) from ledger_period where state = 'closed'") == [(2 * 53,)]
        bill = rows(
            "select own_due_fen + unit_due_fen from collection_bill b join enrollment_employer e on e.id = b.employer_id"
            " where e.number = %s and line = 'pension' and due_period = '1996-01-01'",
            REFERENCE.number,
        )
        assert bill == [(576_958,)]  # as the pictures show it
        assert not rows("select 1 from pooling_redistribution where proposed_by_id = approved_by_id")

        # again: nothing changes
        before = counts()
        Cycle(pool, quietly).run(months=2)
        assert counts() == before
    assert SampleProvince.objects.get().finished_at is None


def sample_signins_of_database() -> list[str]:
    """The sign-ins that the demo shows, those without a fixed name of their own included."""
    names = [signin.username for signin in sample_signins()]
    assert Assignment.objects.filter(user__username__in=names).count() == len(names)
    return names


def test_a_database_with_other_employers_is_left_alone(plan: Plan) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into enrollment_employer (county_id, number, organisation_code, name, pinyin, ownership, industry,"
            " system, trade_class, status, bank_name, bank_account, contact_name, contact_phone, registered_on) values"
            " (220181, '220181-0001', '', '九台市造纸厂', '', 'state', 'paper', '', 3, 'active', '', '', '', '', '1992-01-01')"
        )
    with pytest.raises(NotEmptyError):
        load_province(plan, quietly)
    assert Employer.objects.count() == 1
    assert not SampleProvince.objects.exists()
