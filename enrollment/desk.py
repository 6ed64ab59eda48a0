"""The registry's part of the desk: what waits, in counts that lead to lists, and the queue of returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count as RowCount
from django.db.models import Exists, Min, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.gaps.models import FollowUp
from enrollment.gaps.selectors import count_broken, count_silent, month_asked
from enrollment.models import Declaration
from enrollment.selectors.declarations import declarations, watch_for
from enrollment.tables import DeclarationTable
from enrollment.terms import Terms
from jilin_si.agencies.clock import today
from jilin_si.web.desk import (
    Count,
    CountCard,
    PanelCard,
    over_units,
    register_count,
    register_panel,
    register_reckoning,
)
from jilin_si.web.navigation import roles_of
from jilin_si.web.shell import Notice, register_notices

if TYPE_CHECKING:
    from django.http import HttpRequest

OFFICE = ("clerk", "reviewer", "head", "prefecture", "auditor")
UNIT = ("clerk", "reviewer", "head", "prefecture")
QUEUE = 15
ASKED_DAYS = 60


def register_cards() -> None:
    """List this app's counts and panels (called when it starts)."""
    register_reckoning("silent", count_silent)
    register_reckoning("broken", count_broken)
    register_count(CountCard("to_review", OFFICE, 10, _to_review))
    register_count(CountCard("returned", ("clerk", "head"), 20, _returned))
    register_count(CountCard("silent", UNIT, 30, _silent))
    register_count(CountCard("broken", UNIT, 35, _broken))
    register_panel(PanelCard("declarations", OFFICE, 10, "enrollment/_queue.html", _queue, "main"))
    register_notices("declarations", _notices)
    register_notices("asked", _asked)


@dataclass(frozen=True)
class Waiting:
    """Returns in one state: how many of each kind, and since when the oldest."""

    kinds: Mapping[str, int]
    since: datetime | None

    @property
    def count(self) -> int:
        return sum(self.kinds.values())


def _waiting(state: str, since: str) -> Waiting:
    """The returns in a state, asked once; ``since`` names the moment from which they wait."""
    rows = list(
        Declaration.objects.filter(state=state)
        .order_by()
        .values("kind")
        .annotate(count=RowCount("pk"), oldest=Min(since))
    )
    oldest = [row["oldest"] for row in rows if row["oldest"] is not None]
    return Waiting({row["kind"]: row["count"] for row in rows}, min(oldest, default=None))


def _to_review(request: HttpRequest) -> Count:
    waiting = _waiting(Declaration.State.SUBMITTED, "submitted_at")
    hint, tone = "", ""
    if waiting.since is not None:
        term = Terms().of("review", timezone.localtime(waiting.since).date())
        hint, tone = _("since %(day)s") % {"day": f"{term.since:%m-%d}"}, "bad" if term.late else ""
    href = f"{reverse('enrollment:declarations')}?state=submitted"
    return Count(_("To review"), waiting.count, href, hint, tone)


def _returned(request: HttpRequest) -> Count:
    back = _waiting(Declaration.State.RETURNED, "reviewed_at")
    hint = _("since %(day)s") % {"day": f"{timezone.localtime(back.since):%m-%d}"} if back.since else ""
    return Count(_("To mend"), back.count, f"{reverse('enrollment:declarations')}?state=returned", hint)


def _silent(request: HttpRequest) -> Count:
    count = over_units(request, "silent")
    hint = _("up to %(month)s") % {"month": f"{month_asked():%Y-%m}"}
    return Count(_("Silent employers"), count, reverse("enrollment:silent"), hint, "warn" if count else "")


def _broken(request: HttpRequest) -> Count:
    count = over_units(request, "broken")
    return Count(_("Broken months"), count, reverse("enrollment:broken"), "", "warn" if count else "")


def _queue(request: HttpRequest) -> Mapping[str, Any]:
    """The returns that wait for review, oldest first."""
    kind = request.GET.get("kind", "")
    waiting = declarations(
        {"state": Declaration.State.SUBMITTED, "kind": kind if kind in Declaration.Kind.values else ""}
    )
    rows = list(waiting.order_by("submitted_at", "pk")[:QUEUE])
    table = DeclarationTable(
        rows,
        watches=watch_for(rows, request.user.pk),
        exclude=("state", "period"),
        orderable=False,
        request=request,
    )
    all_waiting = _waiting(Declaration.State.SUBMITTED, "submitted_at")
    return {
        "table": table,
        "rows": rows,
        "kind": kind,
        "may_declare": "clerk" in roles_of(request),
        "total": all_waiting.count,
        "kinds": [(name, word, all_waiting.kinds.get(name, 0)) for name, word in Declaration.Kind.choices],
        "shown": len(rows),
    }


def _notices(request: HttpRequest) -> list[Notice]:
    """Returns of one's own that were sent back."""
    back = (
        Declaration.objects.filter(
            state=Declaration.State.RETURNED, entered_by_id=request.user.pk, from_employer=False
        )
        .select_related("employer")
        .defer("draft")
        .order_by("-reviewed_at")[:5]
    )
    return [
        Notice(
            text=_("%(employer)s: the return for %(year)s was sent back: %(reason)s")
            % {"employer": d.employer.name, "year": d.fee_year, "reason": d.return_reason},
            url=reverse("enrollment:declaration", args=[d.pk]),
            tone="warn",
            when=f"{timezone.localtime(d.reviewed_at):%m-%d}" if d.reviewed_at else "",
        )
        for d in back
    ]


def _asked(request: HttpRequest) -> list[Notice]:
    """What the office asks an employer in its portal, while the year's return is not handed in."""
    employers = request.scope.employers  # type: ignore[attr-defined]
    if not employers:
        return []
    year = month_asked().year
    handed_in = Declaration.objects.filter(
        employer=OuterRef("employer"),
        fee_year=year,
        kind=Declaration.Kind.YEARLY,
        state__in=(Declaration.State.SUBMITTED, Declaration.State.APPROVED),
    )
    asked = (
        FollowUp._base_manager.filter(  # the table shows an employer its own questions and nothing else
            ~Exists(handed_in),
            employer_id__in=employers,
            how=FollowUp.How.ASKED,
            taken_back_at=None,
            day__gte=today() - timedelta(days=ASKED_DAYS),
        )
        .select_related("employer")
        .order_by("-id")[:3]
    )
    return [
        Notice(
            text=_("%(employer)s: the agency asks for the return for %(year)s. %(said)s")
            % {"employer": step.employer.name, "year": year, "said": step.said},
            tone="warn",
            when=f"{step.day:%m-%d}",
        )
        for step in asked
    ]
