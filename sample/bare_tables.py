"""Filling a big registry table bare: what costs a look-up a row is taken off before and put back on after the rows.

Checks and the primary key stay. Foreign keys, unique and exclusion constraints, indexes and row triggers come back
exactly as they were, all in the caller's transaction: whatever happens, a table is never left without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg2 import sql


@contextmanager
def bare(tables: list[str], say: Callable[[str], None] = lambda line: None) -> Iterator[None]:
    """Take constraints, indexes and triggers off these tables meanwhile. Must be inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        put_back: list[tuple[str, str]] = []
        for table in tables:
            put_back += _take_off(cursor, table)
        yield
        for what, statement in put_back:
            say(what)
            cursor.execute(statement)


def _take_off(cursor, table: str) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    """Drop what can be put back; returns what to say and the statement for each, indexes before foreign keys."""
    cursor.execute(sql.SQL("alter table {} disable trigger user").format(sql.Identifier(table)))
    cursor.execute(
        "select conname, contype, pg_get_constraintdef(oid) from pg_constraint c"
        " where conrelid = %s::regclass and contype in ('f', 'u', 'x') and (contype = 'f' or not exists"
        "  (select from pg_constraint other where other.contype = 'f' and other.conindid = c.conindid))"
        " order by contype = 'f', conname",
        [table],
    )
    constraints = cursor.fetchall()
    for name, _kind, _definition in constraints:
        cursor.execute(
            sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(name))
        )
    cursor.execute(
        "select i.relname, pg_get_indexdef(i.oid) from pg_index x join pg_class i on i.oid = x.indexrelid"
        " where x.indrelid = %s::regclass and not exists (select from pg_constraint c where c.conindid = i.oid)"
        " order by 1",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))

    def add(name: str, definition: str) -> str:
        statement = sql.SQL("alter table {} add constraint {} ").format(
            sql.Identifier(table), sql.Identifier(name)
        )
        return str(statement.as_string(cursor.connection)) + definition

    enable = sql.SQL("alter table {} enable trigger user").format(sql.Identifier(table))
    return [
        *((name, add(name, definition)) for name, kind, definition in constraints if kind != "f"),
        *indexes,
        *((name, add(name, definition)) for name, kind, definition in constraints if kind == "f"),
        (f"{table}: triggers", str(enable.as_string(cursor.connection))),
    ]
