"""Row-level security of the registry, asked in SQL as the application's role: past every filter of the application."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from enrollment.models import Employer
from enrollment.search import search
from enrollment.services import start_declaration
from enrollment.standing import organisation_code_taken, standing
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import Scope, acting_as
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

TABLES = [
    "enrollment_employer",
    "enrollment_coverage",
    "enrollment_worker",
    "enrollment_employment",
    "enrollment_declaration",
    "enrollment_declarationline",
    "enrollment_employerevent",
    "enrollment_workerevent",
    "enrollment_employmentevent",
    "enrollment_coverageevent",
    "access_auditentry",
]


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return cursor.fetchone()[0]


def _sql(statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


@pytest.fixture
def theirs(clerk_elsewhere: User) -> Employer:
    """An employer of another county with a worker, a return and its lines."""
    make.open_year(make.YUSHU)
    with make.as_user(clerk_elsewhere):
        employer = make.employer(clerk_elsewhere, make.YUSHU, name="榆树市机械厂")
        make.worker(clerk_elsewhere, employer, name="王秘密")
        make.handed_in(employer, clerk_elsewhere)
    return employer


@pytest.mark.parametrize("table", TABLES)
def test_another_countys_rows_are_not_there(theirs: Employer, clerk: User, table: str) -> None:
    with make.as_user(clerk):
        assert _count(table) == 0


@pytest.mark.parametrize("table", TABLES)
def test_without_a_scope_nothing_is_there(theirs: Employer, table: str) -> None:
    with acting_as(Scope()):
        assert _count(table) == 0


def test_the_other_county_sees_its_own(theirs: Employer, clerk_elsewhere: User) -> None:
    with make.as_user(clerk_elsewhere):
        assert all(_count(table) for table in TABLES)


def test_another_countys_rows_cannot_be_changed(theirs: Employer, clerk: User) -> None:
    with make.as_user(clerk):
        for table in TABLES[:5]:
            assert _sql(f"update {table} set id = id") == [(0,)]
            assert _sql(f"delete from {table}") == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        """
        insert into enrollment_coverage (employer_id, county_id, line, first_period)
        values (%s, 220182, 'medical', '1996-01-01')
        """,
        """
        insert into enrollment_employer (county_id, number, organisation_code, name, pinyin, ownership, industry,
          system, trade_class, status, bank_name, bank_account, contact_name, contact_phone, registered_on)
        values (220182, '220182-9' || mod(%s, 1000), '', 'x', '', 'state', 'mining', '', 1, 'active', '', '', '', '', '1996-01-01')
        """,
        """
        insert into access_auditentry (act, object_kind, user_id, reason, details)
        select 'x', 'x', max(id), '', '{}' from access_user where %s > 0 and username like 'clerk-220182%%'
        """,
    ],
)
def test_nothing_is_written_into_another_county_or_in_anothers_name(
    theirs: Employer, clerk: User, statement: str
) -> None:
    with (
        make.as_user(clerk),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        _sql(statement, theirs.pk)


def test_the_trail_is_never_changed(theirs: Employer, clerk_elsewhere: User) -> None:
    with make.as_user(clerk_elsewhere):
        for statement in (
            "update access_auditentry set act = 'x'",
            "delete from access_auditentry",
            "truncate access_auditentry",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                _sql(statement)


def test_an_employers_user_sees_the_own_employer_only(
    theirs: Employer, works: Employer, acting: User
) -> None:
    make.worker(acting, works)
    start_declaration(employer=works, fee_year=1996, by=acting)
    user = User.objects.create_user("factory", password=make.PASSWORD)
    with as_owner():
        Assignment.objects.create(user=user, role=Role.EMPLOYER, employer_id=works.pk)
    with make.as_user(user):
        assert _sql("select id from enrollment_employer") == [(works.pk,)]
        assert _count("enrollment_worker") == 1
        assert _count("enrollment_declaration") == 1
        assert list(Employer.objects.values_list("pk", flat=True)) == [works.pk]


def test_questions_beyond_the_scope_tell_no_more_than_they_may(
    theirs: Employer, clerk: User, clerk_elsewhere: User
) -> None:
    with make.as_user(clerk_elsewhere):
        worker = theirs.employments.get().worker
    with make.as_user(clerk):
        known = standing(worker.identity_key, "王秘密", make.JANUARY)
        assert known is not None
        assert (known.visible, known.insured, known.insured_by) == (False, True, None)
        assert not organisation_code_taken("12345678-9")
        for typed in (
            "王秘密",
            "wangmimi",
            "wmm",
            worker.identity_number[:10],
            "榆树市机械厂",
            theirs.number,
        ):
            found = search(typed)
            assert (found.workers, found.employers, found.declarations) == ([], [], [])
    with make.as_user(clerk_elsewhere):
        assert [hit.name for hit in search("wmm").workers] == ["王秘密"]


def test_the_trail_shows_a_county_its_own_acts(theirs: Employer, clerk: User, works: Employer) -> None:
    with make.as_user(clerk):
        assert {entry.county_id for entry in AuditEntry.objects.all()} == {make.JIUTAI}
