"""PostgreSQL decides again who sees what: asked below the application, as the role that serves requests."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from jilin_si.access.rls import APP_ROLE, APPEND_ONLY
from jilin_si.access.scope import Scope, UnscopedQuery, acting_as
from jilin_si.ledger.models import Journal
from jilin_si.ledger.services import open_periods
from jilin_si.periods import month
from tests.collection import facts as make
from tests.roles import as_owner

JIUTAI, YUSHU = 220181, 220182
# Tables with a place that anybody may read: the tree itself, who is assigned where, dated parameters, frozen rates.
OPEN_TO_ALL = {
    "access_assignment",
    "policy_parametervalue",
    "policy_parametervalueevent",
    "collection_assessmentparameter",
}


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_role_is_no_owner_and_binds(db: None) -> None:
    [(name, is_super, bypasses)] = rows(
        "select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user"
    )
    assert (name, is_super, bypasses) == (APP_ROLE, False, False)
    assert rows("select relname from pg_class where pg_get_userbyid(relowner) = current_user") == []


def test_every_table_that_belongs_to_a_place_is_protected(db: None) -> None:
    unprotected = {
        name
        for (name,) in rows(
            "select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace"
            " and a.attname in ('county_id', 'agency_id', 'employer_id') and not c.relrowsecurity"
        )
    }
    assert unprotected == OPEN_TO_ALL & unprotected


def test_leaves_are_out_of_reach(owner: None) -> None:
    """Row-level security of a partitioned table binds only who comes through it: nobody else may come at all."""
    make.make_partitions(JIUTAI, 1996)
    assert (
        rows(
            "select relname from pg_class where relispartition and relkind in ('r', 'p')"
            f" and has_table_privilege('{APP_ROLE}', oid, 'select')"
        )
        == []
    )


@pytest.fixture
def two_counties(db: None) -> dict[int, int]:
    with as_owner():
        open_periods([JIUTAI, YUSHU], [month(1996, 1)])
        employers = {county: make.employer(county, ["pension"]) for county in (JIUTAI, YUSHU)}
        for county, employer in employers.items():
            make.make_partitions(county, 1996)
            worker = make.worker(employer, county)
            make.spell(worker, employer, county, 40_000, month(1996, 1), month(1996, 12), month(1996, 1))
            make.bank_line(employer, county, 100, month(1996, 1))
    return employers


SEEN = (
    "select count(*) from enrollment_employer",
    "select count(*) from enrollment_worker",
    "select count(*) from enrollment_employment",
    "select count(*) from enrollment_coverage",
    "select count(*) from collection_spell",
    "select count(*) from collection_bankline",
    "select count(*) from ledger_period",
)


@pytest.mark.parametrize("question", SEEN)
def test_without_a_scope_nothing_is_there(two_counties: dict[int, int], question: str) -> None:
    assert rows(question) == [(0,)]


@pytest.mark.parametrize("question", SEEN)
def test_a_county_sees_its_own(two_counties: dict[int, int], question: str) -> None:
    with acting_as(Scope(units=frozenset({JIUTAI}))):
        assert rows(question) == [(1,)]
    with acting_as(Scope(units=frozenset({JIUTAI, YUSHU}))):
        assert rows(question) == [(2,)]


def test_an_employer_sees_itself(two_counties: dict[int, int]) -> None:
    with acting_as(Scope(employers=frozenset({two_counties[JIUTAI]}))):
        for question in SEEN[:-1]:
            assert rows(question) == [(1,)]


def test_nobody_writes_where_he_does_not_see(two_counties: dict[int, int]) -> None:
    with acting_as(Scope(units=frozenset({JIUTAI}))):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            make.bank_line(None, YUSHU, 100, month(1996, 1))
        with connection.cursor() as cursor:
            cursor.execute("update enrollment_employer set name = 'x' where county_id = %s", [YUSHU])
            assert cursor.rowcount == 0


def test_a_scope_ends_with_its_transaction(two_counties: dict[int, int]) -> None:
    with acting_as(Scope(units=frozenset({JIUTAI}))):
        assert rows("select count(*) from enrollment_employer") == [(1,)]
    with acting_as(Scope()):  # the next user of the same connection
        assert rows("select count(*) from enrollment_employer") == [(0,)]


def test_facts_books_and_history_are_only_added_to(db: None) -> None:
    for table in sorted(APPEND_ONLY):
        for right in ("update", "delete", "truncate"):
            assert rows(f"select has_table_privilege('{APP_ROLE}', '{table}', '{right}')") == [(False,)], (
                table,
                right,
            )


def test_a_scoped_table_is_not_read_without_a_scope() -> None:
    with pytest.raises(UnscopedQuery):
        Journal.objects.all()
