"""Panels of record pages: what upper floors add to a page of a lower one.

A page (``worker``, ``employer``) names itself and its record; an app registers what it shows there, left (``main``)
or right (``side``). A panel that answers None has nothing to say about this record.

    register_panel("worker", 10, months_strip)              # in AppConfig.ready
    panels_for(request, "worker", worker, column="main")    # in the page's view: safe strings, in order
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

Panel = Callable[["HttpRequest", Any], str | None]
_panels: dict[str, list[tuple[int, str, str, Panel]]] = {}


def register_panel(page: str, order: int, render: Panel, column: str = "main") -> None:
    """List a panel of a page; the same function again replaces itself. ``render`` gives safe HTML, or None."""
    name = f"{render.__module__}.{render.__qualname__}"
    kept = [panel for panel in _panels.get(page, []) if panel[1] != name]
    _panels[page] = sorted([*kept, (order, name, column, render)], key=lambda panel: panel[:2])


def panels_for(request: HttpRequest, page: str, record: Any, column: str = "main") -> list[str]:
    """The panels of a record's page in a column, in order."""
    mine = [render for _order, _name, place, render in _panels.get(page, []) if place == column]
    return [html for render in mine if (html := render(request, record)) is not None]
