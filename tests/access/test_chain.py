"""The audit trail's chain: computed by the database whoever writes, and what was done to it afterwards is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from jilin_si.access import chain
from jilin_si.access.audit import AuditEntry, record
from jilin_si.access.chain import AuditSeal
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.jobs.invariants import all_invariants
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def rows(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchall() if cursor.description else []


def broken() -> dict[str, list[int]]:
    """What ``verify`` names of the trail: invariant → numbers of entries or seals."""
    wanted = {i.name: i.sql for i in all_invariants() if i.name.startswith("access.")}
    return {name: numbers for name, sql in wanted.items() if (numbers := [row[0] for row in rows(sql)])}


@pytest.fixture
def trail(owner: None) -> Iterator[list[int]]:
    """Three entries, sealed, two more, sealed, and one that waits."""
    with acting_as(everything()):
        for number in range(6):
            record("act", by=None, about="thing", number=number, reason="因由", details={"fen": number})
            if number in (2, 4):
                assert chain.seal() in (2, 3)
        yield list(AuditEntry.objects.order_by("id").values_list("id", flat=True))


def tamper(sql: str, *arguments: Any) -> None:
    """What only somebody can do who owns the tables, past the trigger that refuses it."""
    rows("set constraints all immediate")
    for table in ("access_auditentry", "access_auditseal"):
        rows(f"alter table {table} disable trigger user")
    rows(sql, *arguments)
    for table in ("access_auditentry", "access_auditseal"):
        rows(f"alter table {table} enable trigger user")


def test_whatever_way_it_is_written_it_has_its_digest(trail: list[int]) -> None:
    rows(
        "insert into access_auditentry (act, object_kind, reason, details, digest) values ('x', 'y', '', '{}', 'forged')"
    )
    AuditEntry.objects.bulk_create([AuditEntry(act="bulk", object_kind="y", digest=b"forged")])
    assert broken() == {}
    assert {len(digest) for (digest,) in rows("select digest from access_auditentry")} == {32}


def test_seals_follow_each_other(trail: list[int]) -> None:
    first, second = AuditSeal.objects.all()
    assert (first.entries, second.entries) == (3, 2)
    assert bytes(second.previous) == bytes(first.digest)
    assert second.last_id == trail[4]
    assert chain.seal() == 1
    assert chain.seal() == 0
    assert broken() == {}


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("update access_auditentry set reason = '别的' where id = %s", {"access.digests"}),
        ("update access_auditentry set user_id = null, act = 'other' where id = %s", {"access.digests"}),
        ("delete from access_auditentry where id = %s", {"access.seals"}),
    ],
)
def test_what_was_changed_or_taken_away_is_found(trail: list[int], what: str, named: set[str]) -> None:
    tamper(what, trail[1])
    assert set(broken()) == named
    if "access.digests" in named:
        assert broken()["access.digests"] == [trail[1]]


def test_who_works_out_the_digest_too_is_found_by_the_seal(trail: list[int]) -> None:
    tamper("update access_auditentry set act = 'other' where id = %s", trail[3])
    tamper("update access_auditentry e set digest = audit_digest(e) where id = %s", trail[3])
    second = AuditSeal.objects.last()
    assert second is not None
    assert broken() == {"access.seals": [second.pk]}


def test_an_entry_put_in_between_is_found(trail: list[int]) -> None:
    tamper("delete from access_auditentry where id = %s", trail[1])
    rows(
        "insert into access_auditentry (id, act, object_kind, reason, details) values (%s, 'x', 'y', '', '{}')",
        trail[1],
    )
    assert set(broken()) == {"access.seals"}


def test_a_seal_that_was_made_anew_breaks_the_next(trail: list[int]) -> None:
    tamper("update access_auditentry set act = 'other' where id = %s", trail[1])
    tamper("update access_auditentry e set digest = audit_digest(e) where id = %s", trail[1])
    first, second = AuditSeal.objects.all()
    tamper(
        "update access_auditseal set digest = (select sha256(string_agg(digest, ''::bytea order by id))"
        " from access_auditentry where id <= %s) where id = %s",
        first.last_id,
        first.pk,
    )
    assert broken() == {"access.seals": [second.pk]}


def test_the_application_neither_seals_nor_breaks_seals(trail: list[int]) -> None:
    rows("set role jsi_app")
    for statement in (
        (
            "insert into access_auditseal (day, first_id, last_id, entries, previous, digest)"
            " values (now(), 1, 99, 1, '', '')"
        ),
        "update access_auditseal set entries = 1",
        "delete from access_auditseal",
        "update access_auditentry set digest = ''",
        "truncate access_auditseal",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows(statement)
    rows("set role none")


def test_the_owner_is_refused_as_well_unless_it_takes_the_guard_away(trail: list[int]) -> None:
    for statement in ("update access_auditseal set entries = 1", "delete from access_auditseal"):
        with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
            rows(statement)


def test_it_knows_who_wrote_as_the_application_does(db: None) -> None:
    with as_owner():
        user = User.objects.create_user("somebody", password="of-the-tests-1996")
    rows("select set_config('app.user', %s, true)", str(user.pk))
    record("act", by=user, about="thing")
    assert rows("select octet_length(digest), user_id from access_auditentry") == [(32, user.pk)]
