"""What the bar tells: the agency, the open period, the notices. Apps on upper floors register who knows it.

Each provider takes the request and is asked at most once a page, and only by a page that shows the shell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

PERIOD_STATES = {"open": _("open"), "assessed": _("assessed"), "closed": _("closed")}


@dataclass(frozen=True)
class PeriodShown:
    """The period that the office works in, with its state: open, assessed or closed."""

    period: date
    state: str = "open"

    @property
    def word(self) -> StrOrPromise:
        return PERIOD_STATES.get(self.state, self.state)


@dataclass(frozen=True)
class Notice:
    """Something that happened for this person: a job that ended, a declaration sent back."""

    text: StrOrPromise
    url: str = ""
    tone: str = ""
    when: StrOrPromise = ""


@dataclass(frozen=True)
class EmployerShown:
    """An employer in the portal's bar; ``others`` are those the same person also acts for, as (name, address)."""

    name: str
    number: str
    others: list[tuple[str, str]] = field(default_factory=list)
    employer_id: int | None = None


PeriodProvider = Callable[["HttpRequest"], PeriodShown | None]
NoticeProvider = Callable[["HttpRequest"], Iterable[Notice]]
EmployerProvider = Callable[["HttpRequest"], EmployerShown | None]

_period: list[PeriodProvider] = []
_employer: list[EmployerProvider] = []
_notices: dict[str, NoticeProvider] = {}


def register_period(provider: PeriodProvider) -> None:
    """Say who knows the open period (the ledger); the last one registered is asked."""
    _period[:] = [provider]


def register_employer(provider: EmployerProvider) -> None:
    """Say who knows the employer that a portal user acts for (the registry)."""
    _employer[:] = [provider]


def register_notices(name: str, provider: NoticeProvider) -> None:
    """Add a source of notices under a name."""
    _notices[name] = provider


def period_for(request: HttpRequest) -> PeriodShown | None:
    return _period[0](request) if _period else None


def employer_for(request: HttpRequest) -> EmployerShown | None:
    return _employer[0](request) if _employer else None


def notices_for(request: HttpRequest) -> list[Notice]:
    """Every notice for who asks, source by source."""
    return [notice for provider in _notices.values() for notice in provider(request)]
