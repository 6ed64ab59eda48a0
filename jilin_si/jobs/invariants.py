"""What must never break, as SQL over the whole database; each app registers its own at start-up.

An invariant's statement returns the rows that offend against it, and nothing where all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any

from django.db import connection, transaction

from jilin_si.jobs.units import SET_JOB_SETTINGS

SHOWN_ROWS = 20


@dataclass(frozen=True)
class Invariant:
    """One thing that must hold. ``name`` is short, ``description`` says what the office would say."""

    name: str
    description: str
    sql: str
    order: int = 100


@dataclass(frozen=True)
class Finding:
    """What one invariant found: column names and at most SHOWN_ROWS offending rows; ``count`` of all of them."""

    invariant: Invariant
    columns: list[str]
    rows: list[tuple[Any, ...]]
    count: int


_providers: list[Callable[[], Iterable[Invariant]]] = []


def register(provider: Callable[[], Iterable[Invariant]]) -> None:
    """Add what ``provider`` returns (called from an app's ``ready``; asked only when every app has started)."""
    if provider not in _providers:
        _providers.append(provider)


def all_invariants() -> list[Invariant]:
    """Every registered invariant in order."""
    return sorted((i for provider in _providers for i in provider()), key=lambda i: (i.order, i.name))


def check(invariants: list[Invariant] | None = None, sessions: int = 2) -> list[Finding]:
    """Check invariants over one snapshot of the database, as the owner of the tables, in several sessions at once."""
    wanted = all_invariants() if invariants is None else invariants
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("select pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        waiting: Queue[Invariant] = Queue()
        for invariant in wanted:
            waiting.put(invariant)
        with ThreadPoolExecutor(max_workers=sessions) as pool:
            parts = list(pool.map(_check_in_session, [snapshot] * sessions, [waiting] * sessions))
    findings = {finding.invariant.name: finding for part in parts for finding in part}
    return [findings[invariant.name] for invariant in wanted]


def _check_in_session(snapshot: str, waiting: Queue[Invariant]) -> list[Finding]:
    """Take invariants from the queue until none is left; runs in a thread with a connection of its own."""
    findings: list[Finding] = []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            cursor.execute("set transaction snapshot %s", [snapshot])
            cursor.execute(SET_JOB_SETTINGS)
            # Steps of a statement have no statistics: joined by their whole key, in a hash, or not at all well.
            cursor.execute("set local enable_mergejoin = off; set local enable_nestloop = off")
            while True:
                try:
                    invariant = waiting.get_nowait()
                except Empty:
                    return findings
                cursor.execute(invariant.sql)
                columns = [column.name for column in cursor.description]
                findings.append(Finding(invariant, columns, cursor.fetchmany(SHOWN_ROWS), cursor.rowcount))
    finally:
        connection.close()
