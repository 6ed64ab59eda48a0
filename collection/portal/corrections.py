"""An employer asks the office for a correction of its own record or of a worker's, and sees where each case is."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collection.corrections.forms import KINDS_OF_EMPLOYER, KINDS_OF_WORKER, RequestForm, form_for, kinds
from collection.corrections.models import Correction
from collection.corrections.services import ask_correction, withdraw_correction
from collection.corrections.showing import effect_context, in_words, standing_of
from collection.corrections.subjects import Subject
from collection.portal.employer import employers_of, for_employer
from enrollment.models import TAKEN_BACK, Employer, Employment
from enrollment.refusals import Refusal
from enrollment.terms import Terms
from enrollment.views.access import tell_refusal, who
from jilin_si.access.once import new_key, once

SHOWN = 60


@require_safe
@for_employer
def corrections(request: HttpRequest, employer: Employer) -> HttpResponseBase:
    """What was asked for: where it is, with whom, since when, by which day."""
    cases = Correction.objects.filter(employer=employer, asked_by=Correction.AskedBy.EMPLOYER)
    terms = Terms()
    rows = [(case, standing_of(case, terms, portal=True)) for case in cases.select_related("worker")[:SHOWN]]
    return render(request, "collection/portal/corrections.html", {"employer": employer, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@for_employer
@once
def correction_new(
    request: HttpRequest, employer: Employer, about: str, worker_id: int | None = None
) -> HttpResponseBase:
    """Ask for a correction of the own record, or of one of its workers'."""
    employment = None
    if worker_id is not None:
        employment = (
            Employment.objects.filter(worker_id=worker_id, employer=employer)
            .exclude(leave_reason=TAKEN_BACK)
            .select_related("worker", "employer")
            .order_by("-first_period", "-pk")
            .first()
            if worker_id < 2**63
            else None
        )
    names = KINDS_OF_EMPLOYER if worker_id is None else KINDS_OF_WORKER
    if about not in names or (worker_id is not None and employment is None):
        raise Http404
    subject = Subject.of_employment(employment) if employment else Subject(employer)
    form = form_for(about, RequestForm)(subject, about, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            case = ask_correction(
                employer=employer,
                employment=employment,
                about=about,
                asked=form.asked,
                request=form.cleaned_data["request"],
                by=who(request),
            )
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(
                request,
                _("Case %(code)s lies at the office. Bring the paper that proves it.") % {"code": case.code},
            )
            return HttpResponseRedirect(reverse("portal:correction", args=[case.pk]))
    route, place = ("correction_of_worker", [worker_id]) if employment else ("correction_new", [])
    context = {
        "employer": employer,
        "worker": employment.worker if employment else None,
        "about": about,
        "kinds": [
            (reverse(f"portal:{route}", args=[*place, name]), word, name) for name, word in kinds(names)
        ],
        "form": form,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(
        request, "collection/portal/correction_new.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_employer
@once
def correction(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """One case as it stands, its effect and outcome. POST withdraws it, while nobody has taken it up."""
    case = (
        Correction.objects.filter(
            pk=pk, employer__in=employers_of(request), asked_by=Correction.AskedBy.EMPLOYER
        )
        .select_related("employer", "worker", "counter_of")
        .first()
        if pk < 2**63
        else None
    )
    if case is None:
        raise Http404
    if request.method == "POST":
        try:
            withdraw_correction(case=case, by=who(request))
            messages.success(request, _("Case %(code)s is withdrawn.") % {"code": case.code})
        except Refusal as refusal:
            tell_refusal(request, refusal)
        return HttpResponseRedirect(reverse("portal:correction", args=[case.pk]))
    context = {
        "case": case,
        "standing": standing_of(case, Terms(), portal=True),
        "stood": in_words(case, case.stood),
        "asked": in_words(case, case.asked or case.requested),
        "may_withdraw": case.state == Correction.State.ASKED,
        "once_key": new_key(),
        **effect_context(case, portal=True),
    }
    return render(request, "collection/portal/correction.html", context)
