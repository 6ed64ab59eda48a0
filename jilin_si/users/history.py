"""What was done about a sign-in: who, when, from what to what, why; from the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jilin_si.access.audit import AuditEntry
from jilin_si.access.held_off import HeldOff
from jilin_si.access.models import Role, User
from jilin_si.agencies.models import Agency

MOST = 100


@dataclass(frozen=True)
class Happened:
    """One change: the business day, the moment, who, what, from what to what, why."""

    on: date
    at: datetime
    who: str
    what: str
    before: str = ""
    after: str = ""
    reason: str = ""


def user_history(user: User) -> list[Happened]:
    """Every change of a sign-in, the newest first."""
    entries = AuditEntry.objects.filter(object_kind="user", object_id=user.pk).select_related("user")[:MOST]
    return [line for entry in entries for line in _told(entry)]


def _told(entry: AuditEntry) -> list[Happened]:
    details: dict[str, Any] = entry.details or {}
    lines: list[tuple[str, str, str]]
    if entry.act == "name_user":
        lines = [
            (str(_FIELDS[name]()), _value(name, before) or "—", _value(name, after) or "—")
            for name, (before, after) in details.items()
            if name in _FIELDS
        ]
    else:
        lines = [(_words(entry.act, details), _days(details.get("before")), _days(details.get("days")))]
    return [
        Happened(
            on=entry.day or timezone.localtime(entry.at).date(),
            at=entry.at,
            who=str(entry.user) if entry.user else _("System"),
            what=what,
            before=before,
            after=after,
            reason=entry.reason,
        )
        for what, before, after in lines
    ]


_FIELDS = {"name": lambda: _("Full name"), "unit": lambda: pgettext("agency", "Unit")}


def _value(field: str, value: Any) -> str:
    if field == "unit" and value:
        agency = Agency.objects.filter(pk=value).first()
        return agency.unit_name if agency else str(value)
    return str(value or "")


def _words(act: str, details: dict[str, Any]) -> str:
    roles = dict(Role.choices)
    values = {
        "role": str(roles.get(details.get("role", ""), "")),
        "at": details.get("at", ""),
        "roles": ", ".join(
            [str(roles.get(role, role)) for role in details.get("roles", [])] + details.get("employers", [])
        ),
        "kind": str(dict(HeldOff.Kind.choices).get(details.get("kind", ""), "")),
        "tries": details.get("tries", 0),
    }
    words = {
        "make_user": _("Made: %(roles)s"),
        "give_role": _("Role given: %(role)s %(at)s"),
        "change_days": _("Days of a role: %(role)s %(at)s"),
        "take_role": _("Role taken away: %(role)s %(at)s"),
        "close_user": _("Closed"),
        "open_user": _("Opened again"),
        "new_password": _("New starting password"),
        "forget_second_factor": _("Second factor forgotten"),
        "second_factor_on": _("Second factor set up"),
        "second_factor_off": _("Second factor switched off"),
        "end_sessions": _("All sessions ended"),
        "release_held_off": _("Let try again: %(kind)s, %(tries)s tries"),
    }
    return words[act] % values if act in words else act


def _days(days: Any) -> str:
    """The days of a role: ``1996-02-01 – 1996-03-31``, open where there is none."""
    if not days:
        return ""
    first, last = (str(day) if day else "" for day in days)
    if not first and not last:
        return _("without end")
    return f"{first or '…'} – {last or '…'}"
