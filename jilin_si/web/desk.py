"""The desk (工作台): counts that lead to lists, the queue, what is due. Apps register their cards.

A *count* answers a ``Count`` and gets a number key in the order of registration. A *panel* names a template and what
it needs; the ones in the ``main`` column stand left, the others right. A card is asked only for its roles.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from redis import RedisError

from jilin_si.agencies.clock import today

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Count:
    """``3 declarations``: what waits, how many, where the list is; ``hint`` says what is pressing, in its tone."""

    label: StrOrPromise
    value: int
    href: str
    hint: StrOrPromise = ""
    tone: str = ""


@dataclass(frozen=True)
class Step:
    """One day of the month's calendar: ``state`` is done, now or empty."""

    text: StrOrPromise
    state: str = ""
    day: date | None = None


@dataclass(frozen=True)
class CountCard:
    name: str
    roles: Collection[str]
    order: int
    count: Callable[[HttpRequest], Count | None]


@dataclass(frozen=True)
class PanelCard:
    name: str
    roles: Collection[str]
    order: int
    template: str
    context: Callable[[HttpRequest], Mapping[str, Any] | None]
    column: str = "side"


@dataclass(frozen=True)
class ShownPanel:
    """A panel with what it needs: the template finds its own context as ``card``."""

    template: str
    card: Mapping[str, Any]


_counts: dict[str, CountCard] = {}
_panels: dict[str, PanelCard] = {}
_reckonings: dict[str, Callable[[int], Any]] = {}
_cycle: list[Callable[[HttpRequest], list[Step]]] = []


def register_count(card: CountCard) -> CountCard:
    _counts[card.name] = card
    return card


def register_panel(card: PanelCard) -> PanelCard:
    _panels[card.name] = card
    return card


def register_cycle(provider: Callable[[HttpRequest], list[Step]]) -> None:
    """Say who knows the month's calendar (declare, assess, pay, credit, report)."""
    _cycle[:] = [provider]


def cards() -> list[CountCard | PanelCard]:
    """Every registered card."""
    return sorted([*_counts.values(), *_panels.values()], key=lambda card: (card.order, card.name))


def counts_for(request: HttpRequest, roles: Collection[str]) -> list[Count]:
    """The counts of these roles. A card that answers None has nothing to say here."""
    mine = [card for card in _counts.values() if set(card.roles) & set(roles)]
    mine.sort(key=lambda card: (card.order, card.name))
    return [count for card in mine if (count := card.count(request)) is not None]


def panels_for(request: HttpRequest, roles: Collection[str], column: str) -> list[ShownPanel]:
    """The panels of these roles in a column."""
    mine = [card for card in _panels.values() if card.column == column and set(card.roles) & set(roles)]
    mine.sort(key=lambda card: (card.order, card.name))
    answers = ((card, card.context(request)) for card in mine)
    return [ShownPanel(card.template, answer) for card, answer in answers if answer is not None]


def cycle_for(request: HttpRequest) -> list[Step]:
    return _cycle[0](request) if _cycle else []


def register_reckoning(name: str, find: Callable[[int], Any]) -> None:
    """Say how something of a whole unit is reckoned that the desk remembers (numbers only, nobody's name)."""
    _reckonings[name] = find


def remembered(name: str, units: Collection[int]) -> dict[int, Any]:
    """What reading a whole unit gives, by unit, as it was reckoned last; ``settings.DESK_SECONDS`` of 0 reckons anew.

    Nobody waits for it where it is known: what is older than ``DESK_SECONDS`` is shown and marked, so that the queue
    reckons it again (``reckon_again``). It is kept outside the database; the list behind it is always read anew.
    """
    find = _reckonings[name]
    if not settings.DESK_SECONDS:
        return {unit: find(unit) for unit in units}
    kept = _kept(name, units)
    old = [unit for unit, (at, _found) in kept.items() if time.time() - at > settings.DESK_SECONDS]
    if old:
        with suppress(RedisError):
            cache.set_many({f"{_key(name, unit)}:asked": True for unit in old}, settings.DESK_KEPT_SECONDS)
    return {unit: kept[unit][1] if unit in kept else _reckon(name, unit) for unit in units}


def known(name: str, units: Collection[int]) -> dict[int, Any]:
    """What of it was reckoned already, by unit: nobody waits for the others."""
    return {unit: found for unit, (_at, found) in _kept(name, units).items()}


def _kept(name: str, units: Collection[int]) -> dict[int, tuple[float, Any]]:
    """What the cache holds, by unit, and since when; nothing without Redis: a desk without it reads each time."""
    keys = {_key(name, unit): unit for unit in units}
    with suppress(RedisError):
        return {keys[key]: kept for key, kept in cache.get_many(keys).items()}
    return {}


def reckon_again(unit: int) -> int:
    """Reckon of a unit what is not known, what somebody looked at when it was old, and what will soon be too old.

    Returns how many were. Runs in the queue (``web.reckon_desk``), so that no desk waits for it.
    """
    done = 0
    for name in _reckonings:
        key = _key(name, unit)
        known = cache.get_many([key, f"{key}:asked"])
        age = time.time() - known[key][0] if key in known else None
        if age is None or age > settings.DESK_KEPT_SECONDS / 2 or f"{key}:asked" in known:
            _reckon(name, unit)
            done += 1
    return done


def _key(name: str, unit: int) -> str:
    return f"desk:{name}:{today()}:{unit}"


def _reckon(name: str, unit: int) -> Any:
    found, key = _reckonings[name](unit), _key(name, unit)
    with suppress(RedisError):
        cache.set(key, (time.time(), found), settings.DESK_KEPT_SECONDS)
        cache.delete(f"{key}:asked")
    return found


def over_units(request: HttpRequest, name: str) -> int:
    """A remembered count summed over the units of who asks."""
    units = sorted(request.scope.units)  # type: ignore[attr-defined]
    return sum(remembered(name, units).values())


def forget_count(name: str, unit: int) -> None:
    """Count a unit anew: an act changed what is counted."""
    if settings.DESK_SECONDS:
        with suppress(RedisError):
            cache.delete(_key(name, unit))
