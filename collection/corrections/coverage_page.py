"""The page on which a coverage with billed months is taken back: what depends on it, then the paper that proves it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from collection.corrections.coverages import dependents_of, in_words
from collection.corrections.entering import entered
from collection.corrections.forms import EvidenceForm
from collection.corrections.models import Correction
from collection.corrections.services import enter_coverage_case
from enrollment.acts.coverages import coverage_months
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.selectors.history import entry_words
from enrollment.services.undo import plan_undo
from enrollment.views.access import employer_or_404, staff_page, tell_refusal, who
from jilin_si.access.audit import AuditEntry
from jilin_si.access.once import new_key, once


@staff_page
@require_http_methods(["GET", "POST"])
@once
def coverage_case(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Enter the case; where one waits about this act already, it is shown."""
    entry = (
        AuditEntry.objects.filter(pk=entry_id, act="set_coverage").select_related("user").first()
        if entry_id < 2**63
        else None
    )
    if entry is None or entry.object_id is None:
        raise Http404
    employer = employer_or_404(entry.object_id)
    require(who(request), employer.county_id, *MAY_ENTER)
    waiting = Correction.objects.filter(
        employer=employer,
        about=Correction.About.COVERAGE,
        state=Correction.State.WAITING,
        asked__entry=entry.pk,
    ).first()
    if waiting is not None:
        return HttpResponseRedirect(reverse("collection:correction", args=[waiting.pk]))
    form = EvidenceForm(request.POST or None)
    del form.fields["asked_by"]
    try:
        planned = plan_undo(entry)
        months = coverage_months(entry)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return HttpResponseRedirect(reverse("enrollment:employer", args=[employer.pk]))
    if not planned.plan.case_url:
        return HttpResponseRedirect(reverse("enrollment:undo", args=[entry.pk]))
    if (done := entered(request, form, lambda told: enter_coverage_case(entry=entry, **told))) is not None:
        return done
    found = dependents_of(employer, months, planned.recorded_in)
    context = {
        "entry": entry,
        "what": entry_words(entry),
        "employer": employer,
        "planned": planned,
        "months": months,
        "found": found,
        "follows": in_words(found, months, planned.recorded_in),
        "form": form,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(
        request, "collection/corrections/coverage.html", context, status=422 if form.errors else 200
    )
