"""The charts of the remittance dashboard: map, months, streams of money; each has a table with the same figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from jilin_si.money import ZERO
from jilin_si.periods import format_period
from jilin_si.web.charts import Flow, UnitOnMap, flows, month_bars, unit_map
from jilin_si.web.formats import percent, wan
from pooling.selectors.dashboard import PREFECTURE, Dashboard
from pooling.selectors.months import Span, UnitMonths

# Units without an area of their own: they stand beside the map.
WITHOUT_AREA = (220800, 222400)
# Where a name would lie over its neighbour's.
_NUDGES = {
    220200: (18, 6),
    220100: (-14, 12),
    220181: (12, -4),
    220381: (-6, 4),
    220700: (-4, 6),
    222401: (0, 6),
}


# The unit that carries its prefecture's name, where prefectures are shown.
_PREFECTURE_NUDGES = {
    220100: (-26, -12),
    220200: (14, 10),
    220300: (0, 14),
    220881: (0, 0),
    222424: (0, 0),
    **dict.fromkeys((220400, 220500, 220600, 220700), (0, 0)),
}


def unit_address(unit: UnitMonths, span: Span) -> str:
    """The page of a unit over the same months."""
    return _address(unit.agency.pk, span.first, span.last)


@lru_cache(maxsize=2048)  # asked for three times a unit on every dashboard
def _address(unit_id: int, first: date, last: date) -> str:
    query = urlencode({"from": format_period(first), "to": format_period(last)})
    return f"{reverse('pooling:unit', args=[unit_id])}?{query}"


def remark(unit: UnitMonths) -> str:
    """What the map says of a unit."""
    if unit.up.due or unit.year_up:
        return _("Remittance rate %(rate)s, owed %(owed)s") % {
            "rate": percent(unit.up.rate),
            "owed": wan(unit.up.owed),
        }
    if unit.down.due or unit.year_down:
        return _("Benefiting county, redistributed %(down)s of %(planned)s") % {
            "down": wan(unit.down.paid),
            "planned": wan(unit.down.due),
        }
    return _("No plan")


def map_data(board: Dashboard, selected: str) -> dict[str, Any]:
    """The units with their rate; at the level of prefectures each with its prefecture's."""
    by_prefecture = board.level == PREFECTURE
    nudges = _PREFECTURE_NUDGES if by_prefecture else _NUDGES
    shown = [
        UnitOnMap(
            code=unit.code,
            name=unit.agency.unit_name,
            rate=board.prefecture_rates[unit.agency.pk] if by_prefecture else unit.up.rate,
            note=remark(unit),
            href=unit_address(unit, board.span),
            short=_name_of(unit) if by_prefecture else unit.agency.name,
            nudge=nudges.get(unit.agency.pk, (0, 0)),
        )
        for unit in board.units
        if unit.agency.pk not in WITHOUT_AREA
    ]
    data = unit_map(shown, _("Remittance rate"), selected, label_below=90)
    if by_prefecture:
        for unit in data["units"]:
            unit["labelled"] = unit["labelled"] and int(unit["code"]) in _PREFECTURE_NUDGES
    return data


def _name_of(unit: UnitMonths) -> str:
    """The prefecture that a unit belongs to."""
    agency = unit.agency
    return agency.name if agency.is_prefecture or agency.parent is None else agency.parent.name


def months_data(unit: UnitMonths) -> dict[str, Any]:
    """What fell due in each month, what of it is paid by now and what is still owed."""
    benefiting = not unit.up.due and bool(unit.down.due)
    ruler = unit.down if benefiting else unit.up
    if benefiting:
        words = (_("Planned"), _("Redistributed"), _("Short"))
    else:
        words = (pgettext("pooling", "Due"), _("Remitted"), pgettext("pooling", "Owed"))
    hrefs = [reverse("pooling:month", args=[format_period(period)]) for period in unit.periods]
    return month_bars(unit.periods, ruler.planned, ruler.covered, words, hrefs)


@dataclass(frozen=True)
class MonthRow:
    """A month of the table beside the bars."""

    period: object
    due: Decimal
    paid: Decimal
    owed: Decimal
    moved: Decimal


def months_rows(unit: UnitMonths) -> list[MonthRow]:
    ruler = unit.down if not unit.up.due and unit.down.due else unit.up
    columns = zip(unit.periods, ruler.planned, ruler.covered, ruler.moved, strict=True)
    return [MonthRow(period, due, paid, due - paid, moved) for period, due, paid, moved in columns]


def streams(board: Dashboard) -> tuple[list[Flow], list[Flow]]:
    """Where the money of the span came from and where it went; both sides add up to the same."""
    came = [
        Flow(
            key=unit.code,
            name=unit.agency.unit_name,
            yuan=sum(unit.received, ZERO),
            tone="late" if unit.up.owed else "up",
            href=unit_address(unit, board.span),
        )
        for unit in board.units
    ]
    went = [
        Flow(
            key=f"{unit.code}-down",
            name=unit.agency.unit_name,
            yuan=sum(unit.down.moved, ZERO),
            tone="down",
            href=unit_address(unit, board.span),
        )
        for unit in board.units
    ]
    reserve = board.reserved if board.is_whole_province else ZERO
    if reserve:
        went.append(Flow("keep", _("Kept as reserve"), reserve, "keep"))
    rest = sum((flow.yuan for flow in came), ZERO) - sum((flow.yuan for flow in went), ZERO)
    whole = board.is_whole_province
    if rest > 0:
        went.append(Flow("rest", _("Not passed down yet") if whole else _("To the province"), rest, "keep"))
    elif rest < 0:
        came.append(Flow("rest", _("Held before") if whole else _("From the province"), -rest, "keep"))
    return [flow for flow in came if flow.yuan], [flow for flow in went if flow.yuan]


def flows_data(came: list[Flow], went: list[Flow]) -> dict[str, Any]:
    """The five largest on each side, the others as one."""
    data = flows(_("Equalization fund"), came, went, _rest(came), _rest(went))
    for node in data["nodes"]:
        if node["key"] == "rest" and any(flow.key == "rest" for flow in came):
            node["tone"] = "up"
    return data


def _rest(streams: list[Flow]) -> str:
    folded = sum(1 for flow in streams if flow.tone != "keep") - 5
    return ngettext("%d other", "%d others", max(folded, 1))
