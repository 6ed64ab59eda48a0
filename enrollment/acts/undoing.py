"""How acts are taken back (撤销): what each brought, what depends on it, and what its counter-act writes.

An act is taken back whole. What was charged for it is reversed in the first month not assessed: directly where nothing
of it was assessed yet, else as a counter-act whose bills are supplements. What later acts depend on is refused,
naming them. Each kind of act registers an ``Undoing`` under the name that the trail knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _

from enrollment.permissions import MAY_ENTER
from jilin_si.periods import format_period

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from enrollment.hooks import Charged
    from jilin_si.access.audit import AuditEntry
    from jilin_si.access.models import User


@dataclass(frozen=True)
class Point:
    """One line of what the page lists; ``url`` leads to the record."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class UndoPlan:
    """What taking an act back does. ``blocks`` are later acts that depend on it: while there are any it is refused.

    ``ways`` are the states to which it can go back, the usual one first, where there is more than one: name and words.
    ``case_url``: bills hang on it, so a second person decides; the page on which the case about it is entered.
    """

    takes: Sequence[Point]
    depends: Sequence[Point] = ()
    blocks: Sequence[Point] = ()
    first_period: date | None = None
    direct: bool = True
    ways: Sequence[tuple[str, StrOrPromise]] = ()
    case_url: str = ""


@dataclass(frozen=True)
class How:
    """How an act is taken back: why, to which of the plan's ways, by whom."""

    reason: str
    way: str = ""
    by: User | None = None


class Undoing(Protocol):
    """One kind of act: what it did, and how it is undone in the transaction of the service."""

    @property
    def roles(self) -> Sequence[str]: ...

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan: ...

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]: ...


_kinds: dict[str, Undoing] = {}


def register(act: str, undoing: Undoing) -> None:
    """Say how an act is taken back; the same name again replaces it."""
    _kinds[act] = undoing


def undoing_of(act: str) -> Undoing | None:
    """How an act is taken back; None: it is not."""
    return _kinds.get(act)


def roles_for(act: str) -> Sequence[str]:
    """Who takes an act back."""
    undoing = _kinds.get(act)
    return undoing.roles if undoing else MAY_ENTER


def charged_points(charged: Charged) -> list[Point]:
    """What was charged, in words."""
    points = []
    if charged.living:
        points.append(Point(_("%(count)s contribution spells are reversed") % {"count": charged.living}))
    if charged.billed:
        months = ", ".join(format_period(period) for period in charged.billed[:6])
        more = " …" if len(charged.billed) > 6 else ""
        points.append(
            Point(
                _("billed already: %(months)s; the next assessment takes it back as supplements")
                % {"months": months + more}
            )
        )
    return points
