"""Names of employers as they stood on the office's lists: place, trade name or ordinal, trade."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from enrollment.models import Industry, System
from sample.names import rows_of, table

if TYPE_CHECKING:
    from sample.groups import Group
    from sample.plan import Unit

_ORDINALS = "一二三四五六七八九"

_NEEDS_A_PLACE = {"乡政府", "镇政府", "街道办事处", "卫生院"}

# What the eleven systems keep in a county seat: name, industry, system.
_SYSTEM_KINDS = (
    ("邮电局", Industry.SERVICES, System.POST_TELECOM),
    ("电业局", Industry.ENERGY, System.POWER),
    ("火车站", Industry.TRANSPORT, System.RAILWAY),
    ("公路管理段", Industry.TRANSPORT, System.TRANSPORT),
    ("水库管理局", Industry.AGRICULTURE, System.WATER),
    ("农业银行支行", Industry.FINANCE, System.BANKING),
    ("建设银行支行", Industry.FINANCE, System.BANKING),
    ("保险公司支公司", Industry.FINANCE, System.BANKING),
)
_SYSTEM_COLLECTIVES = (
    ("铁路劳动服务公司", Industry.SERVICES, System.RAILWAY),
    ("电业劳动服务公司", Industry.SERVICES, System.POWER),
    ("邮电器材厂", Industry.MACHINERY, System.POST_TELECOM),
    ("矿务局劳动服务公司", Industry.SERVICES, System.COAL),
)


class EmployerNames:
    """Draws names and never gives one twice."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._given: set[str] = set()
        self._trade_names = [row["word"] for row in rows_of("trade_names.csv")]
        self._kinds: dict[str, list[tuple[str, str]]] = {}
        for row in rows_of("employer_kinds.csv"):
            for letter in row["owners"]:
                self._kinds.setdefault(letter, []).append((row["kind"], row["industry"]))

    def take(self, name: str) -> str:
        """Give this very name."""
        self._given.add(name)
        return name

    def draw(self, group: Group, unit: Unit) -> tuple[str, str, str]:
        """Name, industry and system of an ordinary employer of this group in this unit."""
        if group.key == "household":
            return self._household(unit), str(Industry.TRADE), ""
        if group.in_system:
            kinds = _SYSTEM_COLLECTIVES if group.key == "system_collective" else _SYSTEM_KINDS
            kind, trade, pool = self._chance.choice(kinds)
            return self._free(unit.name, kind, bare=False), str(trade), str(pool)
        kind, industry = self._chance.choice(self._kinds[group.kinds])
        bare = group.kinds in {"s", "i", "o"} and kind not in _NEEDS_A_PLACE
        return self._free(unit.name, kind, bare), industry, ""

    def _free(self, place: str, kind: str, bare: bool) -> str:
        """九台市造纸厂, 九台市第二造纸厂, 九台市振兴造纸厂, 九台市振兴第二造纸厂: the first that is free."""
        numbered = ["", *(f"第{ordinal}" for ordinal in _ORDINALS[1:4])] if bare else []
        for middle in numbered:
            if (name := f"{place}{middle}{kind}") not in self._given:
                return self.take(name)
        words = self._chance.sample(self._trade_names, len(self._trade_names))
        for ordinal in ("", *(f"第{ordinal}" for ordinal in _ORDINALS[1:])):
            for word in words:
                if (name := f"{place}{word}{ordinal}{kind}") not in self._given:
                    return self.take(name)
        raise AssertionError(f"no name is left for {place}{kind}")

    def _household(self, unit: Unit) -> str:
        while True:
            ((surname, given),) = table(self._chance.choice(("older_men", "younger_women"))).draw(
                self._chance, 1
            )
            if (name := f"{unit.name}个体户{surname[0]}{given[0]}") not in self._given:
                return self.take(name)
