"""Tests run as ``jsi_app``, under row-level security, as requests do. Who needs the owner says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from jilin_si.servers.connections import role_options


def use_role(role: str) -> None:
    """Make every connection of this process one of this role, from its next opening on."""
    options = role_options(role)
    connection.settings_dict["OPTIONS"] = {"options": options} if options else {}
    connection.close()


@contextmanager
def as_owner() -> Iterator[None]:
    """Be the owner of the tables meanwhile, as set jobs and commands are: row-level security does not bind it."""
    if not connection.in_atomic_block:
        before = connection.settings_dict["OPTIONS"]
        use_role("owner")
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["OPTIONS"] = before
        return
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role'), current_setting('statement_timeout')")
        role, timeout = cursor.fetchone()
        cursor.execute("set role none; set statement_timeout = 0")
    try:
        yield
    finally:
        if not connection.needs_rollback:  # else the rollback takes it back
            with connection.cursor() as cursor:
                cursor.execute("select set_config('role', %s, false)", [role])
                cursor.execute("select set_config('statement_timeout', %s, false)", [timeout])
