"""The desk (工作台): counts that lead to lists, the queue, what is due. Apps register their cards.

A *count* answers a ``Count`` and gets a number key in the order of registration. A *panel* names a template and what
it needs; the ones in the ``main`` column stand left, the others right. A card is asked only for its roles.
"""

from __future__ import annotations

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


def remembered(name: str, units: Collection[int], find: Callable[[int], Any]) -> dict[int, Any]:
    """What reading a whole unit gives, by unit, remembered for a short time: ``settings.DESK_SECONDS``, 0 never.

    Numbers only, nobody's name: it is kept outside the database. The list behind it is always read anew.
    """
    if not settings.DESK_SECONDS:
        return {unit: find(unit) for unit in units}
    keys = {f"desk:{name}:{today()}:{unit}": unit for unit in units}
    known: dict[str, Any] = {}
    with suppress(RedisError):  # a desk without Redis reads each time
        known = cache.get_many(keys)
    fresh = {key: find(unit) for key, unit in keys.items() if key not in known}
    if fresh:
        with suppress(RedisError):
            cache.set_many(fresh, settings.DESK_SECONDS)
    return {keys[key]: found for key, found in (known | fresh).items()}


def over_units(request: HttpRequest, name: str, count: Callable[[int], int]) -> int:
    """A count summed over the units of who asks, each remembered for a short time."""
    units = sorted(request.scope.units)  # type: ignore[attr-defined]
    return sum(remembered(name, units, count).values())


def forget_count(name: str, unit: int) -> None:
    """Count a unit anew: an act changed what is counted."""
    if settings.DESK_SECONDS:
        with suppress(RedisError):
            cache.delete(f"desk:{name}:{today()}:{unit}")
