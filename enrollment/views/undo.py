"""An act is taken back from the page where it shows: what it takes, what depends on it, why."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrollment.acts.forms import UndoForm
from enrollment.acts.undoing import roles_for
from enrollment.models import Employer, Worker
from enrollment.permissions import holds
from enrollment.refusals import Refusal
from enrollment.selectors.history import entry_words
from enrollment.services.undo import plan_undo, undo_act
from enrollment.views.access import staff_page, tell_refusal, who
from jilin_si.access.audit import AuditEntry
from jilin_si.access.once import new_key, once


@staff_page
@require_http_methods(["GET", "POST"])
@once
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an act back, after a look at what depends on it."""
    entry = AuditEntry.objects.filter(pk=pk).select_related("user").first() if pk < 2**63 else None
    if entry is None:
        raise Http404
    if not holds(who(request), entry.county_id or 0, *roles_for(entry.act)):
        raise PermissionDenied
    back = _page_of(entry)
    try:
        planned = plan_undo(entry)
        if planned.plan.case_url:
            return HttpResponseRedirect(planned.plan.case_url)
        form = UndoForm(planned.plan.ways, request.POST or None)
        if request.method == "POST" and form.is_valid():
            undo_act(entry=entry, by=who(request), **form.cleaned_data)
            messages.success(request, _("It is taken back: %(what)s.") % {"what": entry_words(entry)})
            # the record itself may be gone with the act
            return HttpResponseRedirect(_page_of(entry))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return HttpResponseRedirect(back)
    context = {
        "entry": entry,
        "what": entry_words(entry),
        "planned": planned,
        "form": form,
        "back": back,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "enrollment/undo.html", context, status=422 if form.errors else 200)


def _page_of(entry: AuditEntry) -> str:
    """The page of the record that an act was about, as far as it is there."""
    if entry.object_kind == "worker" and Worker.objects.filter(pk=entry.object_id).exists():
        return reverse("enrollment:worker", args=[entry.object_id])
    if entry.employer_id and Employer.objects.filter(pk=entry.employer_id).exists():
        return reverse("enrollment:employer", args=[entry.employer_id])
    return reverse("enrollment:workers")
