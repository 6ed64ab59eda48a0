"""Data for ``charts.js``: amounts leave as text in 万元, so that what the chart says is what the table says.

The text goes into a ``json_script`` block; JavaScript turns it into lengths, never into another figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jilin_si.periods import format_period
from jilin_si.web.formats import WAN, percent, rate_class, wan

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class UnitOnMap:
    """A unit on the map, joined by its six-digit code. ``rate`` in percent, None where it has no plan."""

    code: str
    name: str
    rate: Decimal | None
    note: str
    href: str = ""
    short: str = ""
    nudge: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Amount:
    """A length and the words for it: both come from the same yuan."""

    yuan: Decimal | None

    def as_data(self) -> dict[str, str] | None:
        if self.yuan is None:
            return None
        return {"value": f"{Decimal(self.yuan) / WAN:f}", "text": wan(self.yuan)}


def unit_map(
    units: Iterable[UnitOnMap], words: str, selected: str = "", label_below: int = 90
) -> dict[str, Any]:
    """The remittance map: five named classes; names are written where the rate is below ``label_below``."""
    return {
        "words": str(words),
        "selected": selected,
        "units": [
            {
                "code": unit.code,
                "name": unit.name,
                "short": unit.short or unit.name,
                "klass": rate_class(unit.rate),
                "text": percent(unit.rate),
                "whole": None if unit.rate is None else percent(unit.rate, 0).rstrip("%"),
                "labelled": unit.rate is not None and unit.rate < label_below,
                "note": unit.note,
                "href": unit.href,
                "nudge": list(unit.nudge),
            }
            for unit in units
        ],
    }


def month_bars(
    periods: Sequence[date],
    due: Sequence[Decimal],
    got: Sequence[Decimal],
    words: tuple[StrOrPromise, StrOrPromise, StrOrPromise],
    hrefs: Sequence[str] = (),
) -> dict[str, Any]:
    """Bars of what came and what is owed under a line of what is due. ``words``: due, remitted, owed."""
    owed = [max(d - g, Decimal(0)) for d, g in zip(due, got, strict=True)]
    return {
        "months": [format_period(month) for month in periods],
        "words": [str(word) for word in words],
        "due": [Amount(value).as_data() for value in due],
        "got": [Amount(value).as_data() for value in got],
        "owed": [Amount(value).as_data() for value in owed],
        "hrefs": list(hrefs),
    }


@dataclass(frozen=True)
class Flow:
    """One stream into the middle or out of it. ``tone``: up, late, down, keep."""

    key: str
    name: str
    yuan: Decimal
    tone: str = "up"
    href: str = ""


def flows(
    hub: StrOrPromise,
    incoming: Sequence[Flow],
    outgoing: Sequence[Flow],
    rest_in: str,
    rest_out: str,
    top: int = 5,
) -> dict[str, Any]:
    """Where the money goes: the largest ``top`` on each side, the others as one stream, totals conserved.

    Streams whose tone is ``keep`` are never folded into the rest. ``rest_in`` and ``rest_out`` hold one ``%d``.
    """
    shown_in = _largest(incoming, top, "rest-in", rest_in, "up")
    shown_out = _largest(outgoing, top, "rest-out", rest_out, "down")
    total = sum((flow.yuan for flow in incoming), Decimal(0))
    nodes = [_node(flow) for flow in shown_in] + [
        {"key": "hub", "name": str(hub), "tone": "hub", "text": wan(total), "href": ""}
    ]
    nodes += [_node(flow) for flow in shown_out]
    links = [{"source": f.key, "target": "hub", "value": str(f.yuan), "text": wan(f.yuan)} for f in shown_in]
    links += [
        {"source": "hub", "target": f.key, "value": str(f.yuan), "text": wan(f.yuan)} for f in shown_out
    ]
    return {"nodes": nodes, "links": links}


def _largest(streams: Sequence[Flow], top: int, key: str, rest_name: str, tone: str) -> list[Flow]:
    kept = [flow for flow in streams if flow.tone == "keep" and flow.yuan]
    others = sorted((f for f in streams if f.tone != "keep" and f.yuan), key=lambda f: (-f.yuan, f.key))
    shown, rest = others[:top], others[top:]
    if rest:
        shown = [*shown, Flow(key, rest_name % len(rest), sum((f.yuan for f in rest), Decimal(0)), tone)]
    return [*shown, *kept]


def _node(flow: Flow) -> dict[str, str]:
    return {"key": flow.key, "name": flow.name, "tone": flow.tone, "text": wan(flow.yuan), "href": flow.href}
