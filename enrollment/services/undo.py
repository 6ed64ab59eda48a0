"""An act is taken back whole, with a reason (撤销)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.acts.models import UndoneAct
from enrollment.acts.undoing import How, UndoPlan, undoing_of
from enrollment.permissions import require
from enrollment.refusals import Refusal
from enrollment.services.events import first_open
from enrollment.services.workers import UNIQUE_VIOLATION, sqlstate
from jilin_si.access.audit import AuditEntry, record

if TYPE_CHECKING:
    from jilin_si.access.models import User


@dataclass(frozen=True)
class PlannedUndo:
    """An act with what taking it back does, and the month in which its counter-act is recorded."""

    entry: AuditEntry
    plan: UndoPlan
    recorded_in: date


def plan_undo(entry: AuditEntry) -> PlannedUndo:
    """What taking an act back would do, and what stands against it. Raises Refusal where it is none to be undone."""
    undoing = undoing_of(entry.act)
    if undoing is None or entry.county_id is None:
        raise Refusal("", "not_undoable", _("This act is not taken back here."))
    if UndoneAct.objects.filter(entry_id=entry.pk).exists():
        raise Refusal("", "undone", _("This act was taken back already."))
    period = first_open(entry.county_id)
    return PlannedUndo(entry, undoing.plan(entry, period), period)


def undo_act(*, entry: AuditEntry, reason: str, by: User | None, way: str = "", case: str = "") -> UndoneAct:
    """Take an act back. ``way``: to which state, where the kind of act knows several; without it the usual one.

    ``case``: the code of the case about it that ``by`` has just approved, where bills hang on the act.

    Raises PermissionDenied, and Refusal where it was taken back or a later act depends on it.
    """
    undoing = undoing_of(entry.act)
    if undoing is None:
        raise Refusal("", "not_undoable", _("This act is not taken back here."))
    if not case:
        require(by, entry.county_id or 0, *undoing.roles)
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Refusal("reason", "reason_missing", _("Say why the act is taken back."))
    with transaction.atomic():
        _hold(entry)
        planned = plan_undo(entry)
        if way and way not in dict(planned.plan.ways):
            raise Refusal("way", "way", _("Choose one from the list."))
        if planned.plan.blocks:
            raise Refusal(
                "",
                "depends",
                _("Later acts depend on it: %(what)s. Take those back first."),
                what="; ".join(point.text for point in planned.plan.blocks[:3]),
            )
        if planned.plan.case_url and not case:
            raise Refusal(
                "", "needs_case", _("Bills hang on it: enter a case, which a second person decides.")
            )
        details = undoing.undo(entry, planned.plan, How(reason, way, by))
        if case:
            details |= {"case": case}
        try:
            with transaction.atomic():
                undone = UndoneAct.objects.create(
                    entry_id=entry.pk,
                    act=entry.act,
                    county_id=entry.county_id,
                    employer_id=entry.employer_id,
                    reason=reason,
                    direct=planned.plan.direct,
                    recorded_in=planned.recorded_in,
                    details=details,
                    made_by=by,
                )
        except IntegrityError as error:
            if sqlstate(error) != UNIQUE_VIOLATION:
                raise
            raise Refusal("", "undone", _("This act was taken back already.")) from error
        record(
            "undo_act",
            by=by,
            about=entry.object_kind,
            number=entry.object_id,
            county_id=entry.county_id,
            employer_id=entry.employer_id,
            reason=reason,
            details={
                "entry": entry.pk,
                "act": entry.act,
                "told": {k: v for k, v in (entry.details or {}).items() if isinstance(v, str | int)},
                "direct": planned.plan.direct,
                "recorded_in": planned.recorded_in,
                **details,
            },
        )
    return undone


def _hold(entry: AuditEntry) -> None:
    """Two persons who take the same act back at the same moment come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('enrollment.undo'), %s)", [entry.pk % 2**31])
