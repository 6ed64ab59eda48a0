"""What a new database is filled with, kept beside it: after a test that commits it is copied back, not loaded anew.

So are facts that many tests of a process begin with (``made_once``).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeVar

from django.core.management import call_command, get_commands
from django.db import connection, transaction
from psycopg2 import sql

from jilin_si.servers.upkeep import AFTER_MIGRATE
from tests.roles import as_owner

# What migrations themselves put in place.
_STAY = ["django_migrations", "django_content_type", "auth_permission"]
_MANY = 2000  # rows from which on new files are quicker than deleting: each index is a file too
_TABLES = """
select c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and c.relname <> all (%s)
"""
_COLUMNS = """
select array_agg(attname::text order by attnum) from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
"""
_NAMED_BY = """
select distinct conrelid::regclass::text, confrelid::regclass::text from pg_constraint
where contype = 'f' and conrelid <> confrelid and connamespace = 'public'::regnamespace
"""
# The keys of each table begin elsewhere: who takes the key of one table for that of another finds nothing.
_APART = """
select setval(format('%I.%I', schemaname, sequencename)::regclass,
  coalesce(last_value, 0) + 10000 * row_number() over (order by sequencename))
from pg_sequences where schemaname = 'public' and data_type <> 'smallint'::regtype
"""
Made = TypeVar("Made")
_order: list[str] = []
_reference: dict[str, sql.Composed] = {}
_made: dict[str, tuple[Any, dict[str, sql.Composed]]] = {}


def load() -> None:
    """Fill the database as the first command does, and keep a copy of what it then holds."""
    for name in AFTER_MIGRATE:
        if name in get_commands():
            call_command(name, verbosity=0)
    with connection.cursor() as cursor:
        _order[:] = _in_order(cursor)
        cursor.execute(_APART)
    _reference.clear()
    _reference.update(_keep("kept"))


def empty() -> None:
    """Empty the tables that hold anything, as their owner, and put back what belongs there."""
    _replace_by(_reference)


def made_once(name: str, make: Callable[[], Made]) -> Made:
    """What ``make`` stores and returns: made by the first test of this process that asks, copied for the others."""
    if name in _made:
        made, kept = _made[name]
        _replace_by(kept)
        return deepcopy(made)
    made = make()
    with as_owner():
        _made[name] = deepcopy(made), _keep(f"kept_{name}")
    return made


def _keep(schema: str) -> dict[str, sql.Composed]:
    """Copy what the tables hold; returns, by table, how it is put back."""
    kept = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("drop schema if exists {s} cascade; create schema {s}").format(s=sql.Identifier(schema))
        )
        for table, _rows in _full(cursor):
            cursor.execute(_COLUMNS, [table])
            (columns,) = cursor.fetchone()
            names = {
                "t": sql.Identifier(table),
                "copy": sql.Identifier(schema, table),
                "c": sql.SQL(", ").join(map(sql.Identifier, columns)),
            }
            cursor.execute(sql.SQL("create table {copy} as select {c} from {t}").format(**names))
            kept[table] = sql.SQL(
                "insert into {t} ({c}) overriding system value select {c} from {copy}"
            ).format(**names)
    return kept


def _replace_by(kept: dict[str, sql.Composed]) -> None:
    """Let the tables hold this and nothing else. No trigger hears of it."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        full = dict(_full(cursor))
        touched = [table for table in _order if table in full or table in kept]
        steps = [_of("alter table {} disable trigger user", table) for table in touched]
        if many := [table for table in touched if full.get(table, 0) > _MANY]:
            tables = sql.SQL(", ").join(map(sql.Identifier, many))
            steps.append(sql.SQL("truncate {} cascade").format(tables))
        steps += [_of("delete from {}", table) for table in reversed(touched) if table not in many]
        steps += [kept[table] for table in touched if table in kept]
        steps.append(sql.SQL("set constraints all immediate"))
        steps += [_of("alter table {} enable trigger user", table) for table in touched]
        cursor.execute(sql.SQL("; ").join(steps))


def _of(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))


def _full(cursor: Any) -> list[tuple[str, int]]:
    """The tables that hold anything, each with how many rows, as far as counting is worth it."""
    asked = sql.SQL(" union all ").join(
        sql.SQL("select {}, (select count(*) from (select from {} limit {}) rows)").format(
            sql.Literal(name), sql.Identifier(name), sql.Literal(_MANY + 1)
        )
        for name in _order
    )
    cursor.execute(asked)
    return [(name, rows) for name, rows in cursor.fetchall() if rows]


def _in_order(cursor: Any) -> list[str]:
    """All tables, each after those that it names."""
    cursor.execute(_TABLES, [_STAY])
    needs: dict[str, set[str]] = {name: set() for (name,) in cursor.fetchall()}
    cursor.execute(_NAMED_BY)
    for table, named in cursor.fetchall():
        if table in needs and named in needs:
            needs[table].add(named)
    ordered: list[str] = []
    while needs:
        ready = sorted(table for table, named in needs.items() if not named) or sorted(needs)[:1]
        ordered += ready
        needs = {table: named - set(ready) for table, named in needs.items() if table not in ready}
    return ordered
