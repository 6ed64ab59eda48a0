"""What the remittance dashboard shows: figures, the units behind and ahead, months, and where the money went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.money import ZERO
from pooling.selectors.months import (
    Span,
    UnitMonths,
    back_a_year,
    bank,
    sees_province,
    together,
    unit_months,
)

TABS = ("owed", "paid", "benefiting")
COUNTY, PREFECTURE = "county", "prefecture"

_LAST = date(9999, 12, 1)
_UP: dict[str, Callable[[UnitMonths], Any]] = {
    "unit": lambda row: row.agency.pk,
    "due": lambda row: row.up.due,
    "paid": lambda row: row.up.paid,
    "rate": lambda row: row.up.rate or ZERO,
    "owed": lambda row: row.up.owed,
    "since": lambda row: row.since or _LAST,
    "last": lambda row: row.last_received_on or date.min,
}
_DOWN: dict[str, Callable[[UnitMonths], Any]] = {
    "unit": lambda row: row.agency.pk,
    "due": lambda row: row.down.due,
    "paid": lambda row: row.down.paid,
    "rate": lambda row: row.down.rate or ZERO,
    "owed": lambda row: row.down.owed,
    "since": lambda row: row.gap_since or _LAST,
    "pensions": lambda row: row.pensions_unpaid,
    "cash": lambda row: row.cash,
}


@dataclass
class Dashboard:
    """One reader's remittances over a span of months; money in yuan."""

    span: Span
    level: str
    prefecture: Agency | None
    window: list[UnitMonths]
    province_bank: dict[str, Decimal] | None

    @cached_property
    def units(self) -> list[UnitMonths]:
        """Every unit over the span."""
        return [unit.cut(self.span) for unit in self.window]

    @cached_property
    def rows(self) -> list[UnitMonths]:
        """What the table lists: units, or prefectures with all of their units as one."""
        if self.level == COUNTY:
            return self.units
        return [together(*group) for group in self._groups(self.units)]

    @cached_property
    def all(self) -> UnitMonths:
        """Everything as one."""
        return together(self.units[0].agency, self.units)

    @cached_property
    def year(self) -> UnitMonths:
        """Everything as one over the twelve months that end with the span."""
        return together(self.window[0].agency, self.window)

    @property
    def is_whole_province(self) -> bool:
        return self.province_bank is not None and self.prefecture is None

    def of_tab(self, tab: str) -> list[UnitMonths]:
        """The rows of a list. A prefecture with counties of both kinds stands in two of them."""
        if tab == "benefiting":
            return [row for row in self.rows if row.kind in ("benefiting", "none") or row.down.due]
        return [row for row in self.rows if row.kind == tab]

    @cached_property
    def counts(self) -> dict[str, int]:
        return {tab: len(self.of_tab(tab)) for tab in TABS}

    @cached_property
    def paid_in_full(self) -> int:
        """How many units have remitted all that is due."""
        return sum(1 for unit in self.units if unit.kind == "paid")

    @cached_property
    def benefiting(self) -> int:
        return sum(1 for unit in self.units if unit.kind in ("benefiting", "none"))

    @cached_property
    def remitting(self) -> int:
        """How many units have a remittance to make."""
        return sum(1 for unit in self.units if unit.kind in ("owed", "paid"))

    @cached_property
    def owing(self) -> int:
        return sum(1 for unit in self.units if unit.kind == "owed")

    @cached_property
    def earliest(self) -> date | None:
        """Since when the longest arrears last."""
        return min((unit.since for unit in self.units if unit.since), default=None)

    def listed(self, tab: str, sort: str) -> list[UnitMonths]:
        """The rows of a tab, sorted as the address asks (``-owed``: most first)."""
        rows = self.of_tab(tab)
        keys = _DOWN if tab == "benefiting" else _UP
        name = sort.lstrip("-")
        key = keys.get(name, keys["owed"])
        rows.sort(key=lambda row: row.agency.pk)
        rows.sort(key=key, reverse=sort.startswith("-") or name not in keys)
        return rows

    @cached_property
    def reserved(self) -> Decimal:
        """What of the span's remittances went to the reserve."""
        return sum(self.all.to_reserve, ZERO)

    def _groups(self, units: list[UnitMonths]) -> list[tuple[Agency, list[UnitMonths]]]:
        groups: dict[int, tuple[Agency, list[UnitMonths]]] = {}
        for unit in units:
            prefecture = unit.agency if unit.agency.is_prefecture else unit.agency.parent
            assert prefecture is not None
            groups.setdefault(prefecture.pk, (prefecture, []))[1].append(unit)
        return [groups[key] for key in sorted(groups)]

    @cached_property
    def prefecture_rates(self) -> dict[int, Decimal | None]:
        """Each unit's prefecture's rate, by unit: what the map shows at the level of prefectures."""
        rates: dict[int, Decimal | None] = {}
        for prefecture, units in self._groups(self.units):
            rate = together(prefecture, units).up.rate
            rates.update(dict.fromkeys((unit.agency.pk for unit in units), rate))
        return rates


def dashboard(
    span: Span, level: str = COUNTY, prefecture_id: int | None = None, first: date | None = None
) -> Dashboard | None:
    """The dashboard of who asks; ``prefecture_id`` narrows it to one prefecture. None where nothing is in scope.

    ``first`` is the first month known: with it the bars go back a year, else they show the span.
    """
    money = bank(span.last)
    back_to = max(first, back_a_year(span.last)) if first else span.first
    window = unit_months(span, back_to, money)
    prefecture = None
    if prefecture_id is not None:
        window = [unit for unit in window if prefecture_id in (unit.agency.pk, unit.agency.parent_id)]
        prefecture = next((unit.agency for unit in window if unit.agency.pk == prefecture_id), None)
    if not window:
        return None
    held = money.get(PROVINCE, {"cash": ZERO, "reserve": ZERO}) if sees_province() else None
    return Dashboard(span, level, prefecture, window, held)
