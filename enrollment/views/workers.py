"""Workers: the list, the page of one, enrolling, leaving, the whole number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import LazyPaginator

from enrollment.forms import EnrolForm, LeaveForm, UnmaskForm, WorkerFilter
from enrollment.identity_numbers import read_identity_number
from enrollment.models import Employer, Employment, LeaveReason, Worker
from enrollment.permissions import MAY_ENTER, may_enter, require
from enrollment.refusals import Refusal
from enrollment.selectors.history import worker_history
from enrollment.selectors.people import employments_of, person_facts
from enrollment.selectors.workers import (
    age_on,
    covered_lines,
    employments_listed,
    scope_is_small,
    time_lines,
    years_and_months,
)
from enrollment.services import end_employment, enrol_worker
from enrollment.services.declarations import NotReady
from enrollment.standing import standing
from enrollment.tables import WorkerTable
from enrollment.views.access import employer_or_404, staff_page, who, worker_or_404
from enrollment.views.employers import own_unit
from jilin_si.access.audit import record
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.periods import period_of
from jilin_si.web.forms import check_field
from jilin_si.web.panels import panels_for
from jilin_si.web.tables import export_for, table_for

PER_PAGE = 15


@staff_page
@require_safe
def workers(request: HttpRequest) -> HttpResponseBase:
    """Workers of the scope: by a question, or the latest to come. Nobody is counted, so that a page stays quick.

    They are sorted where a question or a unit makes them few: not three million at once.
    """
    form = WorkerFilter(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    few = bool(filters.get("q") or filters.get("employer")) or scope_is_small()
    table = table_for(
        request,
        WorkerTable,
        employments_listed(filters),
        PER_PAGE,
        LazyPaginator,
        orderable=few,
    )
    exported = export_for(request, table, "workers", _("Workers"))
    if exported is not None:
        return exported
    context = {
        "table": table,
        "form": form,
        "first": (table.page.number - 1) * PER_PAGE + 1,
        "last": (table.page.number - 1) * PER_PAGE + len(table.page.object_list),
        "asked": bool(filters.get("q")),
        "may_join_alone": own_unit(request) is not None,
    }
    return render(request, "enrollment/worker_list.html", context)


@staff_page
@require_safe
def worker(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: facts, months and account (from upper floors), employments and coverage, what happened."""
    shown = worker_or_404(pk)
    if shown.merged_into_id and Worker.objects.filter(pk=shown.merged_into_id).exists():
        return HttpResponseRedirect(reverse("enrollment:worker", args=[shown.merged_into_id]))
    employments = employments_of(shown)
    if not employments:
        raise Http404
    living = next((e for e in reversed(employments) if e.last_period is None), None)
    last = living or employments[-1]
    day = today()
    context = {
        "worker": shown,
        "employments": employments,
        "living": living,
        "employment": last,
        "lines": covered_lines(living) if living else [],
        "age": age_on(shown.birth_date, day),
        "deemed": years_and_months(shown.deemed_months),
        "lanes": time_lines(shown, employments),
        "history": worker_history(shown, 8),
        "main_panels": panels_for(request, "worker", shown),
        "side_panels": panels_for(request, "worker", shown, column="side"),
        "facts": panels_for(request, "worker", shown, column="facts"),
        "tags": panels_for(request, "worker", shown, column="tags"),
        "actions": panels_for(request, "worker", shown, column="actions"),
        "may_enter": may_enter(who(request), last.county_id) and not shown.merged_into_id,
        "may_transfer": may_enter(who(request), last.county_id)
        and not shown.merged_into_id
        and last.leave_reason != LeaveReason.DIED,
        "person": person_facts(shown),
        "unmask": UnmaskForm(),
    }
    return render(request, "enrollment/worker.html", context)


@staff_page
@require_POST
def whole_number(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole identity number, for a reason that is kept in the trail."""
    shown = worker_or_404(pk)
    form = UnmaskForm(request.POST)
    if not form.is_valid():
        return render(request, "enrollment/_unmask.html", {"worker": shown, "unmask": form}, status=422)
    place = Employment.objects.filter(worker=shown).order_by("-first_period").first()
    record(
        "show_number",
        by=who(request),
        about="worker",
        number=shown.pk,
        county_id=place.county_id if place else None,
        employer_id=place.employer_id if place else None,
        reason=form.cleaned_data["reason"],
    )
    return render(request, "enrollment/_whole_number.html", {"worker": shown})


@staff_page
@require_http_methods(["GET", "POST"])
@once
def enrol(request: HttpRequest, pk: int) -> HttpResponse:
    """A worker joins an employer."""
    employer = employer_or_404(pk)
    require(who(request), employer.county_id, *MAY_ENTER)
    form = EnrolForm(employer, request.POST or None)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            made = enrol_worker(employer=employer, by=who(request), **form.act)
        except Refusal as refusal:
            form.take_refusal(refusal)
        except NotReady as refused:
            form.take_faults(refused)
        else:
            messages.success(
                request,
                _("%(name)s joins %(employer)s from %(period)s.")
                % {
                    "name": form.cleaned_data["name"],
                    "employer": employer.name,
                    "period": f"{made.first_period:%Y-%m}",
                },
            )
            if "next" in request.POST:
                return HttpResponseRedirect(reverse("enrollment:enrol", args=[employer.pk]))
            return HttpResponseRedirect(reverse("enrollment:worker", args=[made.worker_id]))
    context = {
        "employer": employer,
        "form": form,
        "namesakes": form.namesakes() if form.is_bound and hasattr(form, "cleaned_data") else [],
        "told": _told(employer, request.POST.get("identity_number", ""), request.POST.get("name", "")),
        "once_key": request.POST.get("_once") or new_key(),
        "draft_key": f"enrol-{employer.number}",
    }
    return render(request, "enrollment/enrol.html", context, status=422 if form.errors else 200)


@staff_page
@require_POST
def told_by_number(request: HttpRequest, pk: int) -> HttpResponse:
    """What a number tells as it is typed: sex, birth, age, and whether the registry knows the person."""
    employer = employer_or_404(pk)
    require(who(request), employer.county_id, *MAY_ENTER)
    told = _told(employer, request.POST.get("identity_number", ""), request.POST.get("name", ""))
    return render(request, "enrollment/_told.html", {"told": told, "employer": employer})


@staff_page
@require_http_methods(["GET", "POST"])
@once
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """The worker's living employment ends."""
    shown = worker_or_404(pk)
    employment = (
        Employment.objects.filter(worker=shown, last_period__isnull=True).select_related("employer").first()
    )
    if employment is None:
        raise Http404
    require(who(request), employment.county_id, *MAY_ENTER)
    form = LeaveForm(employment, request.POST or None)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            end_employment(employment=employment, by=who(request), **form.cleaned_data)
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(
                request,
                _("%(name)s left; the last month is %(period)s.")
                % {"name": shown.name, "period": f"{form.last_period:%Y-%m}"},
            )
            return HttpResponseRedirect(reverse("enrollment:worker", args=[shown.pk]))
    context = {
        "worker": shown,
        "employment": employment,
        "form": form,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "enrollment/leave.html", context, status=422 if form.errors else 200)


def _told(employer: Employer, number: str, name: str) -> dict[str, Any]:
    """What the registry tells about a number; empty while nothing is typed, ``fault`` where it is none."""
    if not number.strip():
        return {}
    try:
        read = read_identity_number(number, today())
    except Refusal as refusal:
        return {"fault": refusal.message}
    known = standing(read.key, name.strip(), period_of(today()))
    told: dict[str, Any] = {
        "sex": read.sex,
        "birth_date": read.birth_date,
        "age": age_on(read.birth_date, today()),
        "known": known,
        "key": read.key if read.key != read.given else "",
    }
    if known and known.visible:
        told["worker"] = worker_or_404(known.worker_id)
    if known and known.insured_by:
        told["insured_by"] = Employer.objects.filter(pk=known.insured_by).first()
    return told
