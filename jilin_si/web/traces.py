"""Every figure explains itself: what the trace drawer shows, and who can tell it.

An app registers a provider under a kind: ``register("bill_unit", explain)``. A figure links to
``/trace/<kind>/<key>/``; the same address is the drawer's content, a page of its own, a sheet to print, and JSON.
The provider answers a ``TracePage`` or raises ``Http404`` where the key is unknown or outside the reader's scope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class Link:
    """Where something is to be seen: ``text`` with an address; ``trace`` links stay inside the drawer."""

    text: str
    url: str = ""
    trace: bool = False


@dataclass(frozen=True)
class Step:
    """One line of the formula. ``symbols`` says it in words or symbols, ``values`` with the figures put in."""

    label: str
    values: str = ""
    unrounded: str = ""
    rounded: str = ""
    symbols: str = ""
    rounding: str = ""
    rule: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class Fact:
    """Where an input comes from: ``own average wage = 5,980.00 ÷ 12``, its figure, and the document it stands in."""

    label: str
    value: str
    link: Link | None = None


@dataclass(frozen=True)
class Parameter:
    """A parameter in force: value as shown, since when, version, legal document, confidence (sourced, inferred…)."""

    name: str
    value: str
    since: date | None = None
    version: str = ""
    document: str = ""
    confidence: str = ""
    url: str = ""
    code: str = ""


@dataclass(frozen=True)
class Document:
    """A legal source: its title, what it orders, and what is assumed (said openly)."""

    title: str
    says: str = ""
    assumption: str = ""
    link: Link | None = None


@dataclass
class TracePage:
    """All that the drawer shows of one figure.

    ``amount`` is the figure asked about, as shown; ``total`` the last line of the formula. A sum lists its ``parts``
    as steps with links instead. ``recomputed`` is the amount worked out just now: equal, different, or None where
    there is no formula to recompute.
    """

    title: str
    amount: str
    crumbs: Sequence[str] = ()
    unit: str = ""
    steps: Sequence[Step] = ()
    total: Step | None = None
    parts: Sequence[Step] = ()
    facts: Sequence[Fact] = ()
    facts_title: str = ""
    parameters: Sequence[Parameter] = ()
    on: date | None = None
    documents: Sequence[Document] = ()
    path: Sequence[Link] = ()
    rules: Sequence[str] = ()
    recomputed: bool | None = None
    actions: Sequence[Link] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same figures for a program; amounts are strings, dates ISO."""
        return _plain(asdict(self))


Provider = Callable[["HttpRequest", str], TracePage]
_providers: dict[str, Provider] = {}


def register(kind: str, provider: Provider) -> None:
    """List who explains figures of this kind."""
    _providers[kind] = provider


def kinds() -> list[str]:
    """Every registered kind."""
    return sorted(_providers)


def explain(request: HttpRequest, kind: str, key: str) -> TracePage:
    """The explanation of a figure. Raises Http404 for an unknown kind."""
    try:
        provider = _providers[kind]
    except KeyError:
        raise Http404 from None
    return provider(request, key)


def trace_url(kind: str, key: object) -> str:
    """The address of a figure's explanation."""
    return reverse("trace", args=[kind, str(key)])


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) or not isinstance(value, str | int | bool | None):
        return str(value)
    return value
