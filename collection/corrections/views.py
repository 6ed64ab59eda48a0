"""The office's pages of correction requests: the list, entering one, taking one up, deciding it, taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collection.corrections.coverages import what_follows
from collection.corrections.entering import entered
from collection.corrections.forms import (
    FACTS,
    KINDS_OF_EMPLOYER,
    KINDS_OF_WORKER,
    CorrectionFilter,
    EvidenceForm,
    RefusalForm,
    TakeUpEvidence,
    as_given,
    form_for,
    kinds,
)
from collection.corrections.models import Correction
from collection.corrections.services import (
    approve_correction,
    enter_correction,
    enter_counter_case,
    enter_employer_correction,
    refuse_correction,
    take_up_correction,
)
from collection.corrections.showing import effect_context, in_words, standing_of
from collection.corrections.subjects import Subject
from collection.corrections.tables import CorrectionTable
from enrollment.models import Employment
from enrollment.permissions import MAY_ENTER, MAY_REVIEW, may_enter, may_review, require
from enrollment.refusals import Refusal
from enrollment.terms import Terms
from enrollment.views.access import employer_or_404, staff_page, tell_refusal, who, worker_or_404
from jilin_si.access.once import new_key, once
from jilin_si.web.tables import export_for, table_for

State = Correction.State


@staff_page
@require_safe
def correction_list(request: HttpRequest) -> HttpResponseBase:
    """Cases of the scope: where each is, with whom, since when, by which day it is to be done."""
    form = CorrectionFilter(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    cases = Correction.objects.select_related(
        "worker", "employer", "entered_by", "decided_by", "requested_by"
    )
    for name in ("state", "about"):
        if filters.get(name):
            cases = cases.filter(**{name: filters[name]})
    if text := filters.get("employer"):
        cases = cases.filter(Q(employer__name__startswith=text) | Q(employer__number__startswith=text))
    table = table_for(request, CorrectionTable, cases)
    return export_for(request, table, "corrections", _("Correction requests")) or render(
        request, "collection/corrections/list.html", {"form": form, "table": table}
    )


# ── entering ─────────────────────────────────────────────────────────────────────────────────────────────────────
@staff_page
@require_http_methods(["GET", "POST"])
@once
def correction_new(request: HttpRequest, worker_id: int, about: str) -> HttpResponse:
    """Enter a case about a worker."""
    worker = worker_or_404(worker_id)
    employment = (
        Employment.objects.filter(worker=worker)
        .select_related("employer", "worker")
        .order_by("-first_period", "-pk")
        .first()
    )
    if employment is None or about not in KINDS_OF_WORKER:
        raise Http404
    require(who(request), employment.county_id, *MAY_ENTER)
    form = form_for(about, EvidenceForm)(Subject.of_employment(employment), about, request.POST or None)
    tabs = [
        (reverse("collection:correction_new", args=[worker.pk, k]), w, k) for k, w in kinds(KINDS_OF_WORKER)
    ]
    return _entering(
        request,
        form,
        lambda told: enter_correction(employment=employment, about=about, asked=form.asked, **told),
        {"worker": worker, "employer": employment.employer, "about": about, "kinds": tabs},
    )


@staff_page
@require_http_methods(["GET", "POST"])
@once
def employer_correction_new(request: HttpRequest, employer_id: int, about: str) -> HttpResponse:
    """Enter a case about an employer's own record."""
    employer = employer_or_404(employer_id)
    if about not in KINDS_OF_EMPLOYER:
        raise Http404
    require(who(request), employer.county_id, *MAY_ENTER)
    initial = {"asked_by": Correction.AskedBy.EMPLOYER}
    form = form_for(about, EvidenceForm)(Subject(employer), about, request.POST or None, initial=initial)
    del form.fields["asked_by"]
    tabs = [
        (reverse("collection:employer_correction_new", args=[employer.pk, k]), w, k)
        for k, w in kinds(KINDS_OF_EMPLOYER)
    ]
    return _entering(
        request,
        form,
        lambda told: enter_employer_correction(employer=employer, about=about, asked=form.asked, **told),
        {"employer": employer, "about": about, "kinds": tabs},
    )


@staff_page
@require_http_methods(["GET", "POST"])
@once
def correction_take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up what an employer asked for: look at it, complete it, name the paper."""
    case = _case_or_404(pk)
    require(who(request), case.county_id, *MAY_ENTER)
    if case.state != State.ASKED:
        return HttpResponseRedirect(reverse("collection:correction", args=[case.pk]))
    form = form_for(case.about, TakeUpEvidence)(
        Subject.of_case(case),
        case.about,
        request.POST or None,
        given=as_given(case.requested) | {"evidence": case.request},
    )
    return _entering(
        request,
        form,
        lambda told: take_up_correction(case=case, asked=form.asked, **told),
        {"worker": case.worker, "employer": case.employer, "about": case.about, "case": case},
    )


@staff_page
@require_http_methods(["GET", "POST"])
@once
def correction_counter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the case that restores what an approved one changed."""
    case = _case_or_404(pk)
    require(who(request), case.county_id, *MAY_ENTER)
    form = EvidenceForm(request.POST or None, initial={"asked_by": case.asked_by})
    return _entering(
        request,
        form,
        lambda told: enter_counter_case(case=case, **told),
        {
            "worker": case.worker,
            "employer": case.employer,
            "about": case.about,
            "case": case,
            "counter": True,
            "asked": in_words(case, case.stood),
            "stood": in_words(case, case.asked),
        },
    )


def _entering(
    request: HttpRequest, form: Any, enter: Callable[[dict[str, Any]], Correction], context: dict[str, Any]
) -> HttpResponse:
    """The form of a case; once entered, the case itself."""
    if (done := entered(request, form, enter)) is not None:
        return done
    context |= {
        "form": form,
        "about_name": Correction.About(context["about"]).label,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "collection/corrections/new.html", context, status=422 if form.errors else 200)


# ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────
@staff_page
@require_http_methods(["GET", "POST"])
@once
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: what stood, what is to stand, the effect in fen by month and line; deciding it."""
    case = _case_or_404(pk)
    if request.method == "POST":
        require(who(request), case.county_id, *MAY_REVIEW)
    here = reverse("collection:correction", args=[case.pk])
    form = RefusalForm(request.POST if "refuse" in request.POST else None)
    try:
        if "approve" in request.POST:
            approve_correction(case=case, by=who(request))
            messages.success(
                request, _("Case %(code)s is approved; the record is changed.") % {"code": case.code}
            )
            return HttpResponseRedirect(here)
        if "refuse" in request.POST and form.is_valid():
            refuse_correction(case=case, reason=form.cleaned_data["reason"], by=who(request))
            messages.success(request, _("Case %(code)s is refused.") % {"code": case.code})
            return HttpResponseRedirect(here)
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return HttpResponseRedirect(here)
    waiting, asked = case.state == State.WAITING, case.state == State.ASKED
    own = case.entered_by_id == who(request).pk
    reviews, enters = (may(who(request), case.county_id) for may in (may_review, may_enter))
    counter = case.counter_cases.exclude(state=State.REFUSED).first()
    context = {
        "case": case,
        "standing": standing_of(case, Terms()),
        "stood": in_words(case, case.stood),
        "asked": in_words(case, case.asked or case.requested),
        "requested": in_words(case, case.requested) if case.requested else "",
        "form": form,
        "may_decide": waiting and not own and reviews,
        "may_refuse": (waiting or asked) and not own and reviews,
        "may_take_up": asked and enters,
        "may_counter": case.state == State.APPROVED and bool(case.written) and enters and counter is None,
        "counter": counter,
        "own": waiting and own,
        "follows": what_follows(case) if waiting and case.about == Correction.About.COVERAGE else [],
        "once_key": request.POST.get("_once") or new_key(),
        **effect_context(case),
    }
    return render(request, "collection/corrections/case.html", context, status=422 if form.errors else 200)


def _case_or_404(pk: int) -> Correction:
    case: Correction | None = (
        Correction.objects.select_related(
            "worker", "employer", "entered_by", "decided_by", "requested_by", "counter_of"
        )
        .filter(pk=pk)
        .first()
        if pk < 2**63
        else None
    )
    if case is None or case.about not in (*FACTS, Correction.About.COVERAGE):
        raise Http404
    return case
