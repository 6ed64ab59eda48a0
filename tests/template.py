"""A migrated database to copy: the parts of ``make test`` and their processes need not migrate one each.

It is made anew where a migration, or what a migration runs, has changed; what is loaded after migrating is not in it.
"""

from __future__ import annotations

import fcntl
from hashlib import sha256

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2 import sql

from jilin_si.servers.places import BASE, default_places

PREFIX = "migrated_for_tests_"
_MADE_OF = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "*/sql/*.sql",
    "*/*/sql/*.sql",
    "jilin_si/access/rls.py",
)


def migrated_database() -> str:
    """The name of the database to copy, made now where there is none of these migrations."""
    name = PREFIX + _fingerprint()
    with (default_places().state / "tests" / "template").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process makes it, the others wait
        there = _databases()
        if name not in there:
            for old in there:
                _ask("drop database if exists {} with (force)", old)
            _migrate(making := f"{name}_making")
            _ask("alter database {} rename to {}", making, name)
    return name


def _fingerprint() -> str:
    seen = sha256((BASE / "requirements.txt").read_bytes())  # third-party apps bring migrations too
    for path in sorted(path for pattern in _MADE_OF for path in BASE.glob(pattern)):
        if "node_modules" not in path.parts and ".venv" not in path.parts:
            seen.update(f"\n{path.relative_to(BASE)}\n".encode() + path.read_bytes())
    return seen.hexdigest()[:16]


def _migrate(name: str) -> None:
    """Let Django make and migrate it, then forget that it did."""
    before = dict(connection.settings_dict), connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = before[0]["NAME"]
        connection.settings_dict["TEST"]["NAME"] = before[1]


def _databases() -> list[str]:
    return [
        name
        for (name,) in _ask("select datname from pg_database where datname like {}", literal=f"{PREFIX}%")
    ]


def _ask(statement: str, *names: str, literal: str = "") -> list[tuple[str]]:
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    given = psycopg2.connect(
        **{k: v for k, v in parameters.items() if k not in {"cursor_factory", "context"}}
    )
    given.autocommit = True
    try:
        with given.cursor() as cursor:
            parts = [sql.Literal(literal)] if literal else [sql.Identifier(name) for name in names]
            cursor.execute(sql.SQL(statement).format(*parts))
            return cursor.fetchall() if cursor.description else []
    finally:
        given.close()
