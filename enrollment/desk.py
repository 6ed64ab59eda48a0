"""The registry's part of the desk: what waits, in counts that lead to lists, and the queue of returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Min, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Declaration, Employer
from enrollment.selectors.declarations import declarations, watch_for
from enrollment.tables import DeclarationTable
from jilin_si.agencies.clock import today
from jilin_si.web.desk import Count, CountCard, PanelCard, register_count, register_panel
from jilin_si.web.navigation import roles_of
from jilin_si.web.shell import Notice, register_notices

if TYPE_CHECKING:
    from django.http import HttpRequest

OFFICE = ("clerk", "reviewer", "head", "prefecture", "auditor")
QUEUE = 15


def register_cards() -> None:
    """List this app's counts and panels (called when it starts)."""
    register_count(CountCard("to_review", OFFICE, 10, _to_review))
    register_count(CountCard("returned", ("clerk", "head"), 20, _returned))
    register_count(CountCard("typed", ("clerk", "head"), 25, _typed))
    register_count(CountCard("not_declared", OFFICE, 30, _not_declared))
    register_panel(PanelCard("declarations", OFFICE, 10, "enrollment/_queue.html", _queue, "main"))
    register_notices("declarations", _notices)


def _yearly(**filters: Any) -> Any:
    return Declaration.objects.filter(**filters)


def _to_review(request: HttpRequest) -> Count:
    waiting = _yearly(state=Declaration.State.SUBMITTED)
    count = waiting.count()
    oldest = waiting.aggregate(oldest=Min("submitted_at"))["oldest"]
    hint, tone = "", ""
    if oldest is not None:
        day = timezone.localtime(oldest).date()
        days = (today() - day).days
        hint, tone = _("since %(day)s") % {"day": f"{day:%m-%d}"}, "bad" if days > 2 else ""
    return Count(_("To review"), count, f"{reverse('enrollment:declarations')}?state=submitted", hint, tone)


def _returned(request: HttpRequest) -> Count:
    back = _yearly(state=Declaration.State.RETURNED)
    oldest = back.aggregate(oldest=Min("reviewed_at"))["oldest"]
    hint = _("since %(day)s") % {"day": f"{timezone.localtime(oldest):%m-%d}"} if oldest else ""
    return Count(
        _("Returned, to mend"), back.count(), f"{reverse('enrollment:declarations')}?state=returned", hint
    )


def _typed(request: HttpRequest) -> Count:
    count = _yearly(state=Declaration.State.DRAFT).count()
    return Count(_("Being typed"), count, f"{reverse('enrollment:declarations')}?state=draft")


def _not_declared(request: HttpRequest) -> Count:
    year = today().year
    there = Declaration.objects.filter(employer=OuterRef("pk"), fee_year=year, kind=Declaration.Kind.YEARLY)
    count = Employer.objects.filter(~Exists(there), status=Employer.Status.ACTIVE).count()
    hint = _("fee year %(year)s") % {"year": year}
    return Count(
        _("Not declared"),
        count,
        f"{reverse('enrollment:employers')}?declared=missing",
        hint,
        "warn" if count else "",
    )


def _queue(request: HttpRequest) -> Mapping[str, Any]:
    """The returns that wait for review, oldest first."""
    kind = request.GET.get("kind", "")
    waiting = declarations(
        {"state": Declaration.State.SUBMITTED, "kind": kind if kind in Declaration.Kind.values else ""}
    )
    rows = list(waiting.order_by("submitted_at", "pk")[:QUEUE])
    table = DeclarationTable(
        rows, watches=watch_for(rows, request.user.pk), exclude=("state",), orderable=False, request=request
    )
    counts = {
        name: _yearly(state=Declaration.State.SUBMITTED, kind=name).count()
        for name in Declaration.Kind.values
    }
    return {
        "table": table,
        "rows": rows,
        "kind": kind,
        "may_declare": "clerk" in roles_of(request),
        "total": sum(counts.values()),
        "kinds": [(name, word, counts[name]) for name, word in Declaration.Kind.choices],
        "shown": len(rows),
    }


def _notices(request: HttpRequest) -> list[Notice]:
    """Returns of one's own that were sent back."""
    back = (
        Declaration.objects.filter(state=Declaration.State.RETURNED, entered_by_id=request.user.pk)
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
