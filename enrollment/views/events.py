"""Events of an employer: entered with a look at what they change; an employer that moved is taken in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment import hooks
from enrollment.acts.forms import EventForm
from enrollment.acts.models import EmployerChange
from enrollment.acts.words import EFFECTS
from enrollment.hooks import Claim
from enrollment.lines import line_name
from enrollment.models import Employer
from enrollment.permissions import MAY_ENTER, may_enter, require
from enrollment.refusals import Refusal
from enrollment.services import plan_event, record_event, take_in
from enrollment.services.events import Event, EventPlan
from enrollment.views.access import employer_or_404, staff_page, tell_refusal, who
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today

Kind = EmployerChange.Kind
NAMES_SHOWN = 8


@staff_page
@require_http_methods(["GET", "POST"])
@once
def event_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Enter an event: the first sending shows what it will change, the second does it."""
    employer = employer_or_404(pk)
    require(who(request), employer.county_id, *MAY_ENTER)
    if kind not in Kind.values:
        raise Http404
    form = EventForm(employer, kind, request.POST or None)
    plan = None
    if request.method == "POST" and form.is_valid():
        try:
            if "done" in request.POST:
                change = record_event(employer=employer, event=form.event, by=who(request))
                messages.success(
                    request,
                    _("%(event)s is entered; %(people)s people are concerned.")
                    % {"event": change.get_kind_display(), "people": change.people},
                )
                return HttpResponseRedirect(reverse("enrollment:employer", args=[employer.pk]))
            plan = plan_event(employer, form.event)
        except Refusal as refusal:
            form.take_refusal(refusal)
    context = {
        "employer": employer,
        "kind": kind,
        "kind_name": Kind(kind).label,
        "kinds": Kind.choices,
        "form": form,
        "plan": _shown(plan, form.event) if plan else None,
        "successor": form.cleaned_data.get("successor") if plan else None,
        "claim": _claim(employer, form.event, plan) if plan else None,
        "effect": EFFECTS[kind],
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "enrollment/event_new.html", context, status=422 if form.errors else 200)


@staff_page
@require_safe
def moves(request: HttpRequest) -> HttpResponse:
    """Employers that move to a county of this scope and wait to be taken in."""
    waiting = (
        EmployerChange.objects.filter(state=EmployerChange.State.WAITING)
        .select_related("county", "to_county", "made_by")
        .order_by("made_on", "pk")
    )
    rows = [
        {"change": change, "may": may_enter(who(request), change.to_county_id or 0)} for change in waiting
    ]
    return render(request, "enrollment/moves.html", {"rows": rows, "once_key": new_key(), "on": today()})


@staff_page
@require_POST
@once
def move_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in an employer that moved here."""
    change = EmployerChange.objects.filter(pk=pk, kind=Kind.MOVE).first()
    if change is None:
        raise Http404
    if not may_enter(who(request), change.to_county_id or 0):
        raise PermissionDenied
    try:
        made = take_in(change=change, by=who(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return HttpResponseRedirect(reverse("enrollment:moves"))
    messages.success(
        request, _("%(name)s is registered here as %(number)s.") % {"name": made.name, "number": made.number}
    )
    return HttpResponseRedirect(reverse("enrollment:employer", args=[made.pk]))


def events_panel(request: HttpRequest, employer: Employer) -> str | None:
    """The events of an employer, and of whom it goes on with: a panel of its page."""
    own = list(
        EmployerChange.objects.filter(employer=employer).select_related("successor", "to_county", "made_by")
    )
    before = list(
        EmployerChange.objects.filter(successor=employer)
        .exclude(state=EmployerChange.State.UNDONE)
        .select_related("employer", "county")
    )
    ended = any(change.kind in EmployerChange.ENDING for change in own if change.state != "undone")
    may = may_enter(who(request), employer.county_id)
    if not own and not before and not may:
        return None
    context = {
        "employer": employer,
        "changes": own,
        "before": before,
        "may_enter": may and not ended,
        "first_kind": Kind.RESUMPTION if employer.status == "suspended" else Kind.SUSPENSION,
    }
    return render_to_string("enrollment/_events.html", context, request)


def _claim(employer: Employer, event: Event, plan: EventPlan) -> Claim | None:
    """What the office will claim from the liquidator; nothing where the event is no end of that kind (REST-2)."""
    if event.kind not in (Kind.CLOSURE, Kind.BANKRUPTCY):
        return None
    return hooks.claim(employer, event.effective_period, plan.sums)


def _shown(plan: EventPlan, event: Event) -> dict[str, Any]:
    """The plan as the page tells it."""
    return {
        "plan": plan,
        "names": [e.worker.name for e in plan.people[:NAMES_SHOWN]],
        "others": max(len(plan.people) - NAMES_SHOWN, 0),
        "coverages": [line_name(c.line) for c in plan.coverages],
        "lost": [line_name(line) for line in plan.lost_lines],
        "arrears_taken": event.arrears_taken,
        "arrears": [(line_name(line), owed) for line, owed in plan.sums.arrears.items() if owed],
    }
