"""Who reaches pensionable age, on the desk: a count and the next few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jilin_si.web.desk import (
    Count,
    CountCard,
    PanelCard,
    register_count,
    register_panel,
    register_reckoning,
    remembered,
)
from pension.retiring.selectors import count_and_next, named, window

if TYPE_CHECKING:
    from django.http import HttpRequest

ROLES = ("clerk", "reviewer", "head", "prefecture")


def register_cards() -> None:
    """List the count and the panel (called when the app starts)."""
    register_reckoning("retiring", count_and_next)
    register_count(CountCard("retiring", ROLES, 45, _count))
    register_panel(PanelCard("retiring", ("clerk", "head"), 20, "pension/_retiring.html", _panel))


def _found(request: HttpRequest) -> dict[int, Any]:
    units = sorted(request.scope.units)  # type: ignore[attr-defined]
    return remembered("retiring", units)


def _count(request: HttpRequest) -> Count:
    number = sum(count for count, _next in _found(request).values())
    _first, last = window()
    hint = _("until %(day)s") % {"day": f"{last:%m-%d}"}
    return Count(_("Near retirement"), number, reverse("pension:retiring"), hint)


def _panel(request: HttpRequest) -> Mapping[str, Any] | None:
    """The next few, for who works in one unit: what is still missing stands beside each."""
    found = _found(request)
    if len(found) != 1:
        return None
    rows = named(next(iter(found.values()))[1])
    return {"rows": rows} if rows else None
