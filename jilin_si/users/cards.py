"""What is held off, on the desk and in the bell of who looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jilin_si.access.granting import MAY_MANAGE
from jilin_si.access.held_off import HeldOff
from jilin_si.users import selectors
from jilin_si.users.tables import who_of
from jilin_si.users.who import granter
from jilin_si.web.desk import PanelCard, register_panel
from jilin_si.web.navigation import roles_of
from jilin_si.web.shell import Notice, register_notices

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST = 8


def register_cards() -> None:
    """List the panel and the notices (called when the app starts)."""
    roles = tuple(str(role) for role in MAY_MANAGE)
    register_panel(PanelCard("held_off", roles, 5, "users/_held_off.html", _panel, "main"))
    register_notices("held_off", _notices)


def _held(request: HttpRequest) -> list[HeldOff]:
    """What is held off now; the names that nobody has stand together in one line at the end."""
    live = selectors.live_holds().filter(selectors.released_to(granter(request)))
    return list(selectors.with_tries(live.select_related("user", "unit")).order_by("-since"))


def _panel(request: HttpRequest) -> Mapping[str, Any] | None:
    """Names held off one by one, unknown ones as counts; nothing where nothing is held off."""
    held = _held(request)
    if not held:
        return None
    known = [one for one in held if one.user_id]
    nobody = [one for one in held if not one.user_id]
    return {
        "known": [(one, who_of(one)) for one in known[:MOST]],
        "more": max(len(known) - MOST, 0),
        "nobody": len(nobody),
        "nobody_tries": max((int(one.tries) for one in nobody), default=0),
        "nobody_addresses": len({one.address for one in nobody}),
        "count": len(held),
    }


def _notices(request: HttpRequest) -> list[Notice]:
    """The same in the bell."""
    if not roles_of(request) & {str(role) for role in MAY_MANAGE}:
        return []
    held = _held(request)
    told = [
        Notice(
            text=ngettext(
                "Sign-in held off: %(name)s, %(tries)s try",
                "Sign-in held off: %(name)s, %(tries)s tries",
                one.tries,
            )
            % {"name": who_of(one), "tries": one.tries},
            url=reverse("users:release", args=[one.pk]),
            tone="warn",
            when=f"{timezone.localtime(one.since):%H:%M}",
        )
        for one in held
        if one.user_id
    ]
    nobody = sum(1 for one in held if not one.user_id)
    if nobody:
        told.append(
            Notice(
                text=_("Sign-ins under names that nobody has are held off: %(count)s") % {"count": nobody},
                url=reverse("users:held_off") + "?state=live",
                tone="warn",
            )
        )
    return told
