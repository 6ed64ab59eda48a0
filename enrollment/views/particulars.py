"""A worker's particulars: one page with a form for each, and the form of who joins alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrollment.forms import RefusedForm
from enrollment.forms_people import AloneForm, CategoryForm, DeemedForm, IdentityForm, SpecialWorkForm
from enrollment.models import Worker
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.selectors.people import person_facts
from enrollment.services.alone import join_alone
from enrollment.services.declarations import NotReady
from enrollment.services.particulars import (
    add_special_work,
    end_special_work,
    set_category,
    set_identity,
    settle_deemed,
)
from enrollment.views.access import staff_page, who, worker_or_404
from enrollment.views.employers import own_unit
from enrollment.views.transfers import last_employment
from jilin_si.access.once import new_key, once
from jilin_si.periods import parse_period
from jilin_si.web.forms import check_field


@staff_page
@require_http_methods(["GET", "POST"])
@once
def particulars(request: HttpRequest, pk: int) -> HttpResponse:
    """Category, identity with dates, special work, deemed months: shown with their history, and changed."""
    shown = worker_or_404(pk)
    place = last_employment(shown)
    if place is None or shown.merged_into_id:
        raise Http404
    require(who(request), place.county_id, *MAY_ENTER)
    forms = _forms(shown)
    what = request.POST.get("what", "")
    if request.method == "POST":
        if what == "end":
            return _end(request, shown)
        if what not in forms:
            raise Http404
        form = type(forms[what])(request.POST)
        forms[what] = form
        if form.is_valid():
            try:
                _ACTS[what](worker=shown, by=who(request), **form.cleaned_data)
            except Refusal as refusal:
                form.take_refusal(refusal)
            else:
                messages.success(request, _("Stored for %(name)s.") % {"name": shown.name})
                return HttpResponseRedirect(reverse("enrollment:particulars", args=[shown.pk]))
    context = {
        "worker": shown,
        "person": person_facts(shown),
        "forms": forms,
        "failed": what,
        "once_key": request.POST.get("_once") or new_key(),
    }
    refused = any(form.is_bound and form.errors for form in forms.values())
    return render(request, "enrollment/particulars.html", context, status=422 if refused else 200)


def _forms(worker: Worker) -> dict[str, RefusedForm]:
    return {
        "category": CategoryForm(initial={"category": worker.category}),
        "identity": IdentityForm(initial={"identity": worker.identity}, auto_id="id_identity_%s"),
        "special": SpecialWorkForm(auto_id="id_special_%s"),
        "deemed": DeemedForm(initial={"months": worker.deemed_months}, auto_id="id_deemed_%s"),
    }


_ACTS: dict[str, Callable[..., Any]] = {
    "category": set_category,
    "identity": set_identity,
    "special": add_special_work,
    "deemed": settle_deemed,
}


def _end(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Special work that runs ends with the month typed beside it."""
    number = request.POST.get("row", "")
    row = next((each for each in person_facts(worker).special_work if str(each.pk) == number), None)
    if row is None:
        raise Http404
    try:
        end_special_work(
            row=row, last_period=parse_period(request.POST.get("last_period", "")), by=who(request)
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    except Exception as error:
        from django.core.exceptions import ValidationError

        if not isinstance(error, ValidationError):
            raise
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("Stored for %(name)s.") % {"name": worker.name})
    return HttpResponseRedirect(reverse("enrollment:particulars", args=[worker.pk]))


@staff_page
@require_http_methods(["GET", "POST"])
@once
def alone(request: HttpRequest) -> HttpResponse:
    """A self-employed person joins alone: one form."""
    county_id = own_unit(request)
    if county_id is None:
        raise PermissionDenied
    form = AloneForm(county_id, request.POST or None)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            made = join_alone(county_id=county_id, by=who(request), **form.cleaned_data)
        except Refusal as refusal:
            form.take_refusal(refusal)
        except NotReady as refused:
            form.take_faults(refused)
        else:
            messages.success(
                request,
                _("%(name)s joins alone from %(period)s; the base waits for review.")
                % {"name": form.cleaned_data["name"], "period": f"{made.first_period:%Y-%m}"},
            )
            return HttpResponseRedirect(reverse("enrollment:worker", args=[made.worker_id]))
    context = {"form": form, "once_key": request.POST.get("_once") or new_key()}
    return render(request, "enrollment/alone.html", context, status=422 if form.errors else 200)
