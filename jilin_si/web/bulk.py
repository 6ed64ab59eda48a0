"""An act over all rows of a list (批量办理): says first what it will change, runs as one, is taken back as one.

An app registers its acts when it starts. An act plans from the list's own filter, so that what it changes is what the
list shows; the plan is made anew when it is carried out, and a list that has changed meanwhile is shown again. All of
an act is one transaction with one audit entry that names the records; its form counts once.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils.translation import gettext as _

from jilin_si.access.audit import record
from jilin_si.access.desks import units_held
from jilin_si.agencies.clock import today
from jilin_si.web.lists import kept_query
from jilin_si.web.models import BulkRun

if TYPE_CHECKING:
    from django import forms
    from django_stubs_ext import StrOrPromise

    from jilin_si.access.models import User

MOST_ROWS = 20_000


class BulkRefused(ValueError):
    """The act over a list was not done, or not taken back; the text says why, in the reader's language."""


@dataclass(frozen=True)
class Plan:
    """What an act will change: the records by number, a few of them in words, and what it leaves out and why."""

    unit: int
    ids: Sequence[int]
    lines: Sequence[tuple[str, str]] = ()
    """The first records: a name and what becomes of it."""
    left_out: Sequence[tuple[StrOrPromise, int]] = ()
    """Rows of the list that the act does not touch: why, and how many."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What carrying it out needs besides."""

    @property
    def mark(self) -> str:
        """The plan in short: another set of records has another."""
        return hashlib.sha256(",".join(map(str, sorted(self.ids))).encode()).hexdigest()[:16]


class BulkAct(ABC):
    """One kind of act over one list."""

    name: str
    table: str
    """The list (``OfficeTable.list_key``)."""
    title: StrOrPromise
    what: StrOrPromise
    """One sentence: what happens to each record."""
    roles: Collection[str]

    @abstractmethod
    def form(self, data: Any) -> forms.Form:
        """What is asked besides: a reason, a month. May have no fields."""

    @abstractmethod
    def plan(self, unit: int, query: QueryDict, user: User, values: Mapping[str, Any]) -> Plan:
        """What would change in a unit, by the list's filter. Raises BulkRefused."""

    @abstractmethod
    def carry_out(self, plan: Plan, values: Mapping[str, Any], run: BulkRun, user: User) -> Mapping[str, Any]:
        """Change the records, in the run's transaction; gives what taking it back needs. Raises BulkRefused."""

    @abstractmethod
    def take_back(self, run: BulkRun, user: User) -> None:
        """Undo all of a run, for its ``undo_reason``. Raises BulkRefused where something stands in the way."""


_acts: dict[str, BulkAct] = {}


def register_act(act: BulkAct) -> BulkAct:
    """List an act under its name; the same one again replaces it."""
    _acts[act.name] = act
    return act


def act_named(name: str) -> BulkAct | None:
    return _acts.get(name)


def acts_for(table: str, roles: Collection[str]) -> list[BulkAct]:
    """The acts over a list that one of these roles may do."""
    return [act for act in _acts.values() if act.table == table and set(act.roles) & set(roles)]


def unit_of(act: BulkAct, user: User) -> int:
    """The unit at which this person may do the act. Raises PermissionDenied where there is none."""
    held = units_held(user.pk, act.roles)
    if not held:
        raise PermissionDenied
    return held[0]


def run_act(act: BulkAct, plan: Plan, query: QueryDict, values: Mapping[str, Any], user: User) -> BulkRun:
    """Carry a plan out, within the caller's transaction. Raises BulkRefused."""
    if not plan.ids:
        raise BulkRefused(_("No row of the list is left to be changed."))
    run: BulkRun = BulkRun.objects.create(
        act=act.name,
        table=act.table,
        query=kept_query(query)[:1000],
        unit_id=plan.unit,
        user=user,
        day=today(),
        ids=list(plan.ids),
        count=len(plan.ids),
    )
    run.details = dict(act.carry_out(plan, values, run, user))
    run.save(update_fields=["details"])
    record(
        act.name,
        by=user,
        about="bulk_run",
        number=run.pk,
        county_id=plan.unit,
        reason=str(values.get("said") or values.get("note") or ""),
        details={"count": run.count, "ids": run.ids, "list": run.table, "filter": run.query},
    )
    return run


def take_back(act: BulkAct, run: BulkRun, reason: str, user: User) -> BulkRun:
    """Undo a run whole, within the caller's transaction, for a reason. Raises BulkRefused, PermissionDenied."""
    if run.unit_id not in units_held(user.pk, act.roles):
        raise PermissionDenied
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise BulkRefused(_("Say why this is taken back."))
    held: BulkRun = BulkRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.undone_at is not None:
        raise BulkRefused(_("This was taken back already."))
    held.undo_reason = reason
    act.take_back(held, user)
    BulkRun.objects.filter(pk=held.pk).update(undone_at=Now(), undone_by=user, undo_reason=reason)
    record(
        f"undo_{act.name}"[:40],
        by=user,
        about="bulk_run",
        number=held.pk,
        county_id=held.unit_id,
        reason=reason,
        details={"count": held.count, "ids": held.ids},
    )
    return held
