"""The pages of correction requests: the list, entering one, deciding one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collection.corrections.forms import FORMS, CorrectionFilter, RefusalForm
from collection.corrections.models import Correction
from collection.corrections.services import (
    PARTICULARS,
    Effect,
    approve_correction,
    effect_of,
    enter_correction,
    refuse_correction,
)
from collection.names import line_name
from enrollment.models import Employment, Worker
from enrollment.permissions import MAY_ENTER, MAY_REVIEW, may_enter, may_review, require
from enrollment.refusals import Refusal
from enrollment.terms import Terms
from enrollment.views.access import staff_page, tell_refusal, who, worker_or_404
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.money import from_fen
from jilin_si.periods import parse_period
from jilin_si.web.desk import Count, CountCard, register_count
from jilin_si.web.formats import masked_id
from jilin_si.web.panels import register_panel

PER_PAGE = 20
TERM = "correction"  # its row in the parameter desk.service_terms


@staff_page
@require_safe
def correction_list(request: HttpRequest) -> HttpResponse:
    """Cases of the scope: where each is, with whom, since when."""
    form = CorrectionFilter(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    cases = Correction.objects.select_related("worker", "employer", "entered_by", "decided_by")
    for name in ("state", "about"):
        if filters.get(name):
            cases = cases.filter(**{name: filters[name]})
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"case": case, **_days(case)} for case in page.object_list]
    return render(request, "collection/corrections/list.html", {"form": form, "page": page, "rows": rows})


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
    if employment is None or about not in FORMS:
        raise Http404
    require(who(request), employment.county_id, *MAY_ENTER)
    form = FORMS[about](employment, about, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            case = enter_correction(
                employment=employment,
                about=about,
                asked_by=form.cleaned_data["asked_by"],
                asked=form.asked,
                evidence_no=form.cleaned_data["evidence_no"],
                evidence=form.cleaned_data["evidence"],
                by=who(request),
            )
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(
                request, _("Case %(code)s is entered; a second person decides it.") % {"code": case.code}
            )
            return HttpResponseRedirect(reverse("collection:correction", args=[case.pk]))
    context = {
        "worker": worker,
        "employment": employment,
        "about": about,
        "about_name": Correction.About(about).label,
        "kinds": Correction.About.choices,
        "form": form,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "collection/corrections/new.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "POST"])
@once
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: what stood, what is to stand, the effect in fen by month and line; deciding it."""
    case = (
        Correction.objects.select_related("worker", "employer", "entered_by", "decided_by")
        .filter(pk=pk)
        .first()
        if pk < 2**63
        else None
    )
    if case is None:
        raise Http404
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
    waiting = case.state == Correction.State.WAITING
    own = case.entered_by_id == who(request).pk
    context = {
        "case": case,
        **_days(case),
        "stood": _told(case, case.stood),
        "asked": _told(case, case.asked),
        "form": form,
        "may_decide": waiting and not own and may_review(who(request), case.county_id),
        "own": waiting and own,
        "once_key": request.POST.get("_once") or new_key(),
        **_effect(case),
    }
    return render(request, "collection/corrections/case.html", context, status=422 if form.errors else 200)


def _days(case: Correction) -> dict[str, Any]:
    """How long a case has waited, and whether longer than its term."""
    days = ((case.decided_on or today()) - case.entered_on).days
    waiting = case.state == Correction.State.WAITING
    return {"days": days, "late": waiting and Terms().of(TERM, case.entered_on).late}


def _effect(case: Correction) -> dict[str, Any]:
    """The effect as it would be now, or as the approval wrote it; in yuan."""
    fault, effect = "", Effect()
    if case.state == Correction.State.WAITING:
        try:
            effect = effect_of(case)
        except Refusal as refusal:
            fault = refusal.message
        told = [(d.period, d.line, d.own, d.unit, d.credit) for d in effect.differences]
    else:
        told = [(parse_period(d["period"]), d["line"], d["own"], d["unit"], d["credit"]) for d in case.effect]
    rows = [
        {
            "period": period,
            "line": line_name(line),
            "own": from_fen(own),
            "unit": from_fen(unit),
            "sum": from_fen(own + unit),
        }
        for period, line, own, unit, _credit in told
    ]
    return {
        "rows": rows,
        "own_sum": from_fen(sum(row[2] for row in told)),
        "unit_sum": from_fen(sum(row[3] for row in told)),
        "sum": from_fen(sum(row[2] + row[3] for row in told)),
        "credit": from_fen(sum(row[4] for row in told)),
        "open_months": [p for p in effect.changed if p not in {row["period"] for row in rows}],
        "fault": fault,
        "particulars": case.about in PARTICULARS,
    }


def _told(case: Correction, values: dict[str, Any]) -> str:
    """What stands, or is to stand, in words."""
    if case.about == Correction.About.IDENTITY_NUMBER:
        return masked_id(values.get("value", ""))
    if case.about in PARTICULARS:
        return str(values.get("value") or "—")
    span = ""
    if "first_period" in values:
        span = f"{values['first_period']} – {values['last_period'] or _('to now')}"
    return " ".join(part for part in (values.get("wage", ""), span) if part) or "—"


# ── on other pages ───────────────────────────────────────────────────────────────────────────────────────────────
def correction_action(request: HttpRequest, worker: Worker) -> str | None:
    """The way to a new case, from the worker's page."""
    place = Employment.objects.filter(worker=worker).order_by("-first_period", "-pk").first()
    if place is None or not may_enter(who(request), place.county_id):
        return None
    return format_html(
        '<a class="btn" href="{}"><i class="ti ti-edit" aria-hidden="true"></i>{}</a>',
        reverse("collection:correction_new", args=[worker.pk, "wage"]),
        _("Correct a record"),
    )


def _waiting(request: HttpRequest) -> Count | None:
    waiting = Correction.objects.filter(state=Correction.State.WAITING)
    count = waiting.count()
    oldest = waiting.order_by("entered_on").values_list("entered_on", flat=True).first()
    hint = _("since %(day)s") % {"day": f"{oldest:%m-%d}"} if oldest else ""
    late = oldest is not None and Terms().of(TERM, oldest).late
    return Count(
        _("Corrections to decide"),
        count,
        f"{reverse('collection:corrections')}?state=waiting",
        hint,
        "bad" if late else "",
    )


def register_corrections() -> None:
    """List them (called when the app starts)."""
    register_panel("worker", 20, correction_action, column="actions")
    register_count(CountCard("corrections", ("clerk", "reviewer", "head"), 45, _waiting))
