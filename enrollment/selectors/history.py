"""What happened to a record: the acts of the audit trail, and each row's own versions, newest first."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enrollment.acts.models import UndoneAct
from enrollment.acts.undoing import undoing_of
from enrollment.acts.words import act_words
from enrollment.gaps.models import FollowUp
from enrollment.imports.models import RosterImport
from enrollment.lines import line_name
from enrollment.models import (
    Declaration,
    DeclarationLine,
    Employer,
    Employment,
    Identity,
    LeaveReason,
    Worker,
)
from enrollment.standing import person_records
from enrollment.words import CATEGORY, IDENTITY
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import User
from jilin_si.money import format_yuan
from jilin_si.periods import parse_period
from jilin_si.web.formats import masked_id
from jilin_si.web.models import BulkRun

MOST = 50
# what the approval of a return enters at each person; the return's own entry tells of all of them
BY_RETURN = ("join_by_return", "leave_by_return", "undo_join_by_return", "undo_leave_by_return")


@dataclass(frozen=True)
class Happened:
    """One thing that happened: the business day, who, what; ``before`` is struck out before ``what``."""

    on: date
    at: datetime | None
    who: str
    what: str
    before: str = ""
    after: str = ""
    url: str = ""
    entry: int = 0
    act: str = ""
    undone: bool = False


def worker_history(worker: Worker, most: int = MOST) -> list[Happened]:
    """Enrolments, ends, looks at the whole number, and each approved wage."""
    told = _told(
        AuditEntry.objects.filter(
            object_kind="worker", object_id__in=person_records(worker.pk)
        ).select_related("user")[:most]
    )
    told += _wages(worker) + _versions(worker) + _ended_together(worker)
    return sorted(told, key=_order, reverse=True)[:most]


def _ended_together(worker: Worker) -> list[Happened]:
    """Where the worker left with everybody of a list: the run has one entry of the trail for all of them."""
    employments = list(Employment.objects.filter(worker=worker).values_list("pk", "county_id"))
    named = Q()
    for number, _county in employments:
        named |= Q(ids__contains=[number])
    runs = BulkRun.objects.filter(
        named, act="end_employments", unit_id__in={county for _number, county in employments}
    )
    return [
        Happened(
            on=run.day,
            at=run.at,
            who=str(run.user),
            what=_("Left from %(period)s: %(leave_reason)s")
            % {
                "period": _month(run.details.get("effective_period", "")),
                "leave_reason": dict(LeaveReason.choices).get(run.details.get("reason", ""), ""),
            },
            url=reverse("bulk_run", args=[run.pk]),
            undone=run.undone_at is not None,
        )
        for run in (runs.select_related("user")[:MOST] if employments else [])
    ]


def employer_history(employer: Employer, most: int = MOST) -> list[Happened]:
    """What was done about an employer itself and its returns."""
    entries = (
        AuditEntry.objects.filter(
            Q(object_kind="employer", object_id=employer.pk) | Q(employer_id=employer.pk)
        )
        .exclude(act__in=["type_declaration", "enrol_worker", "end_employment", "show_number", *BY_RETURN])
        .select_related("user")[:most]
    )
    return _told(entries)


def declaration_history(declaration: Declaration) -> list[Happened]:
    """Who typed, handed in, sent back, approved."""
    entries = AuditEntry.objects.filter(object_kind="declaration", object_id=declaration.pk).select_related(
        "user"
    )
    return _told(entries[:MOST])


def roster_act(roster: RosterImport) -> tuple[Happened | None, AuditEntry | None]:
    """The act that stored a roster, and the entry of its taking back; nothing where it stored nobody.

    A file stored before its act knew its page is found by its employer, its day's figures and its wages.
    """
    acts = AuditEntry.objects.filter(
        act="import_roster", employer_id=roster.employer_id, object_kind="employer"
    ).select_related("user")
    entry = acts.filter(details__roster=roster.pk).first() or (
        acts.filter(
            details__roster__isnull=True,
            details__rows=roster.figures.get("stored"),
            details__wages=roster.figures.get("wages"),
            details__first_period=roster.first_period.isoformat(),
            at__gte=roster.made_at,
        ).last()
        if roster.figures.get("stored")
        else None
    )
    if entry is None:
        return None, None
    undone = (
        AuditEntry.objects.filter(
            act="undo_act", employer_id=roster.employer_id, object_kind="employer", details__entry=entry.pk
        )
        .select_related("user")
        .first()
    )
    return replace(_of_entry(entry), undone=undone is not None), undone


def _wages(worker: Worker) -> list[Happened]:
    lines = (
        DeclarationLine.objects.filter(
            worker_id__in=person_records(worker.pk), declaration__state=Declaration.State.APPROVED
        )
        .select_related("declaration__employer", "declaration__reviewed_by")
        .order_by("fee_year", "declaration_id")
    )
    told, before = [], ""
    for line in lines:
        declaration, wage = line.declaration, format_yuan(line.wage)
        when = declaration.reviewed_at
        told.append(
            Happened(
                on=timezone.localtime(when).date() if when else declaration.first_period,
                at=when,
                who=str(declaration.reviewed_by or ""),
                what=_("%(document)s approved: wage") % {"document": declaration.code},
                before=before,
                after=wage,
            )
        )
        before = wage
    return told


_SHOWN = {
    "identity_number": gettext_lazy("Identity number"),
    "name": pgettext_lazy("person", "Name"),
    "category": gettext_lazy("Employed as"),
    "identity": gettext_lazy("Identity"),
    "first_work_date": gettext_lazy("Started work"),
    "deemed_months": gettext_lazy("Deemed months"),
}


def _versions(worker: Worker) -> list[Happened]:
    """What was changed in the worker's own row, from which value to which, by whom."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select v.pgh_created_at, c.metadata, {", ".join(f"v.{name}" for name in _SHOWN)}
            from enrollment_workerevent v left join pghistory_context c on c.id = v.pgh_context_id
            where v.pgh_obj_id = %s order by v.pgh_id
            """,
            [worker.pk],
        )
        rows = [(at, json.loads(told) if told else None, *values) for at, told, *values in cursor.fetchall()]
    names = dict(
        User.objects.filter(pk__in={row[1]["user"] for row in rows if row[1]}).values_list(
            "pk", "display_name"
        )
    )
    told = []
    for before, after in itertools.pairwise(rows):
        at, context = after[0], after[1] or {}
        day = date.fromisoformat(context["day"]) if context.get("day") else timezone.localtime(at).date()
        for field, old, new in zip(_SHOWN, before[2:], after[2:], strict=True):
            if old != new:
                told.append(
                    Happened(
                        on=day,
                        at=at,
                        who=names.get(context.get("user", 0), "") or _("System"),
                        what=str(_SHOWN[field]),
                        before=_value(field, old) or "—",
                        after=_value(field, new) or "—",
                    )
                )
    return told


def _value(field: str, value: Any) -> str:
    if value is None:
        return ""
    if field == "identity_number":
        return masked_id(value)
    return str({"category": CATEGORY, "identity": IDENTITY}.get(field, {}).get(value, value))


def _order(happened: Happened) -> tuple[date, float]:
    return happened.on, happened.at.timestamp() if happened.at else 0.0


def _of_entry(entry: AuditEntry) -> Happened:
    return Happened(
        on=entry.day or timezone.localtime(entry.at).date(),
        at=entry.at,
        who=str(entry.user) if entry.user else _("System"),
        what=_words(entry),
        entry=entry.pk if undoing_of(entry.act) else 0,
        act=entry.act,
    )


def _told(entries: Iterable[AuditEntry]) -> list[Happened]:
    """Entries of the trail in words, but for halves of an act; which were taken back is asked once for all."""
    kept = [entry for entry in entries if not (entry.details or {}).get("part_of")]
    undone = set(
        UndoneAct.objects.filter(
            entry_id__in=[entry.pk for entry in kept if undoing_of(entry.act)]
        ).values_list("entry_id", flat=True)
    ) | set(_by_return_undone(kept))
    return [replace(_of_entry(entry), undone=entry.pk in undone) for entry in kept]


def _by_return_undone(entries: Sequence[AuditEntry]) -> Iterator[int]:
    """Joinings and leavings by a return that were taken back with its approval: the next such entry says so."""
    taken_back: set[tuple[str, Any]] = set()
    for entry in sorted(entries, key=lambda entry: entry.pk, reverse=True):
        if entry.act not in BY_RETURN:
            continue
        mark = (entry.act.removeprefix("undo_"), (entry.details or {}).get("employment"))
        if entry.act.startswith("undo_"):
            taken_back.add(mark)
        elif mark in taken_back:
            taken_back.remove(mark)
            yield entry.pk


def entry_words(entry: AuditEntry) -> str:
    """One act in words, as the history tells it."""
    return _words(entry)


def _words(entry: AuditEntry) -> str:
    """The act in words."""
    details: dict[str, Any] = entry.details or {}
    values = {
        "period": _month(details.get("first_period") or details.get("effective_period") or ""),
        "reason": entry.reason,
        "line": line_name(details.get("line", "")) if details.get("line") else "",
        "last": _month(details.get("last_period") or ""),
        "workers": details.get("workers", ""),
        "year": details.get("fee_year", ""),
        "rows": details.get("rows", ""),
        "employer": details.get("employer", ""),
        "transfer": details.get("transfer", ""),
        "identity": str(dict(Identity.choices).get(details.get("identity", ""), "")),
        "months": details.get("months", ""),
        "document": details.get("document", ""),
        "how": str(dict(FollowUp.How.choices).get(details.get("how", ""), "")),
        "leave_reason": str(
            dict(LeaveReason.choices).get(details.get("reason", ""), details.get("reason", ""))
        ),
    }
    words = {
        "enrol_worker": _("Joined from %(period)s"),
        "join_by_return": _("Joined from %(period)s, named in %(document)s"),
        "undo_join_by_return": _("Joining by %(document)s taken back: %(reason)s"),
        "leave_by_return": _("Left from %(period)s: %(leave_reason)s, by %(document)s"),
        "undo_leave_by_return": _("Leaving by %(document)s taken back: %(reason)s"),
        "end_employment": _("Left from %(period)s: %(leave_reason)s"),
        "transfer_inside": _("Transferred to %(employer)s from %(period)s"),
        "send_transfer": _("Transfer %(transfer)s sent, from %(period)s"),
        "take_in_transfer": _("Transfer %(transfer)s taken in"),
        "let_go_transfer": _("Transfer %(transfer)s out of the province let go"),
        "return_transfer": _("Transfer %(transfer)s sent back: %(reason)s"),
        "take_back_transfer": _("Transfer %(transfer)s taken back: %(reason)s"),
        "tell_apart": _("Told apart from a likely duplicate: %(reason)s"),
        "propose_merge": _("Merge proposed: %(reason)s"),
        "merge_workers": _("Another record merged into this one: %(reason)s"),
        "refuse_merge": _("Merge refused: %(reason)s"),
        "undo_merge": _("Merge taken apart: %(reason)s"),
        "set_category": _("Employed otherwise"),
        "set_identity": _("Identity from %(period)s: %(identity)s"),
        "special_work": _("Special work from %(period)s noted"),
        "special_work_ended": _("Special work ended with %(period)s"),
        "settle_deemed": _("Deemed months %(months)s on %(document)s"),
        "show_number": _("Whole number shown: %(reason)s"),
        "register_employer": _("Registered"),
        "follow_up": _("Followed up: %(how)s %(reason)s"),
        "set_coverage": _("Coverage: %(line)s from %(period)s"),
        "start_declaration": _("Declaration %(year)s begun"),
        "type_declaration": _("Declaration %(year)s typed"),
        "submit_declaration": _("Declaration %(year)s handed in: %(workers)s people"),
        "withdraw_declaration": _("Declaration %(year)s taken back"),
        "return_declaration": _("Declaration %(year)s returned: %(reason)s"),
        "approve_declaration": _("Declaration %(year)s approved"),
        "import_roster": _("Roster imported: %(rows)s people"),
        "take_sheet": _("Workbook taken over: %(rows)s rows"),
    }
    if entry.act == "approve_declaration":
        more = {
            "left": _("%(count)s employments ended with it"),
            "joined": _("%(count)s people joined with it"),
        }
        told = [words[entry.act] % values]
        told += [text % {"count": details[name]} for name, text in more.items() if details.get(name)]
        return "; ".join(told) if len(told) > 1 else told[0]
    if entry.act == "set_coverage" and values.get("last"):
        return _("Coverage: %(line)s from %(period)s to %(last)s") % values
    if entry.act == "undo_act":
        undone = AuditEntry(act=details.get("act", ""), details=details.get("told", {}))
        return _("Taken back: %(what)s. %(reason)s") % {"what": _words(undone), "reason": entry.reason}
    return words[entry.act] % values if entry.act in words else act_words(entry) or entry.act


def _month(text: str) -> str:
    try:
        return f"{parse_period(text[:7]):%Y-%m}"
    except Exception:
        return text
