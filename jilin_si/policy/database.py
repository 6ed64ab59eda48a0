"""The parameters in force, read from the database once a process and again when they have changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from django.db import connection, transaction

from jilin_si.agencies.models import Agency
from jilin_si.policy.lookup import Policy
from jilin_si.policy.models import LegalDocument, Parameter, ParameterValue, PolicyStamp, ValueState
from jilin_si.policy.parameter_files import ParameterSet, agency_codes, policy_of, read_all

# A change made elsewhere is seen at the latest after this many seconds.
SECONDS_BETWEEN_LOOKS = 1.0

# The lock that an approval holds alone and a job that freezes parameters holds with others.
_LOCK_KEYS = (1992, 1)

_lock = threading.Lock()
_snapshots: dict[str, tuple[Policy, float]] = {}


def database_policy(*, fresh: bool = False) -> Policy:
    """The snapshot of all approved values, cached by the process.

    Whether it is still good is asked of the stamp row at most once a second; ``fresh`` asks now, as a job does that
    freezes what it assesses by: inside a transaction no approval then comes between until that ends.
    """
    if fresh and connection.in_atomic_block:
        _lock_parameters("pg_advisory_xact_lock_shared")
    if _in_a_change():
        return _read_policy(_stamp())
    key = str(connection.settings_dict["NAME"])
    cached = _snapshots.get(key)
    if cached is not None and not fresh and time.monotonic() - cached[1] < SECONDS_BETWEEN_LOOKS:
        return cached[0]
    with _lock:
        stamp = _stamp()
        cached = _snapshots.get(key)
        if cached is None or cached[0].stamp != stamp:
            cached = (_read_policy(stamp), 0.0)
        _snapshots[key] = (cached[0], time.monotonic())
        return cached[0]


def hold_parameters() -> None:
    """Let nobody freeze parameters until this transaction, which changes some, has ended; wait for those who do."""
    _lock_parameters("pg_advisory_xact_lock")


def _lock_parameters(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}(%s, %s)", _LOCK_KEYS)


def forget_policy() -> None:
    """Tell this process that its transaction changes parameters: it sees its own change at once, others at commit.

    Until then nothing is cached, because the change may still be rolled back.
    """
    _snapshots.clear()
    if connection.in_atomic_block:
        transaction.on_commit(_snapshots.clear)


def _in_a_change() -> bool:
    """Whether the open transaction has changed parameters: what it left to do at its commit goes with a rollback."""
    return any(waiting[1] == _snapshots.clear for waiting in connection.run_on_commit)


def file_policy() -> Policy:
    """The parameters as the apps' files have them; no database is asked."""
    return policy_of(read_all(), agency_codes())


def read_set(values: Iterable[ParameterValue] | None = None) -> ParameterSet:
    """Documents, parameters and approved values (or those given) of the database."""
    documents = {row.pk: row.snapshot() for row in LegalDocument.objects.all()}
    infos = {row.pk: row.info() for row in Parameter.objects.all()}
    rows = ParameterValue.objects.filter(state=ValueState.APPROVED) if values is None else values
    versions = [row.snapshot(infos[row.parameter_id], documents[row.document_id]) for row in rows]
    return ParameterSet(
        documents={document.code: document for document in documents.values()},
        infos={info.code: info for info in infos.values()},
        versions=versions,
    )


def _stamp() -> str:
    found = PolicyStamp.objects.filter(id=1).values_list("stamp", flat=True).first()
    return str(found or "")


def _read_policy(stamp: str) -> Policy:
    found = read_set()
    agencies = frozenset(Agency.objects.values_list("id", flat=True))
    return policy_of(found, agencies, stamp)
