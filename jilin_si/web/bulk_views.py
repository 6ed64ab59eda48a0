"""An act over all rows of a list: what it would change, the word to do it, what it did, taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jilin_si.access.desks import units_held
from jilin_si.access.models import User
from jilin_si.access.once import new_key, once
from jilin_si.web import bulk
from jilin_si.web.forms import check_field
from jilin_si.web.models import BulkRun
from jilin_si.web.navigation import STAFF_ROLES, roles_of

SHOWN_RUNS = 100


@require_http_methods(["GET", "HEAD", "POST"])
@once
def act_page(request: HttpRequest, name: str) -> HttpResponse:
    """What an act over the list of this address would change; POST carries it out where the list is still the same."""
    act = bulk.act_named(name)
    if act is None:
        raise Http404
    user = _who(request)
    unit = bulk.unit_of(act, user)
    form = act.form(request.POST or None)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    plan, refused = None, ""
    try:
        plan = act.plan(unit, request.GET, user, values)
        if request.method == "POST" and not form.errors:
            if request.POST.get("mark") == plan.mark:
                with transaction.atomic():
                    run = bulk.run_act(act, plan, request.GET, values, user)
                return HttpResponseRedirect(reverse("bulk_run", args=[run.pk]))
            if request.POST.get("mark"):
                refused = _("The list has changed meanwhile. Look at what would change now.")
    except bulk.BulkRefused as reason:
        refused = str(reason)
    context = {
        "act": act,
        "form": form,
        "plan": plan,
        "refused": refused,
        "back": _safe(request.GET.get("_back", "")),
        "once_key": new_key() if refused else request.POST.get("_once") or new_key(),
    }
    return render(request, "web/bulk_act.html", context, status=422 if refused or form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What an act over a list did; POST takes all of it back."""
    run = BulkRun.objects.select_related("unit", "user", "undone_by").filter(pk=pk).first()
    act = bulk.act_named(run.act) if run else None
    if run is None or act is None:
        raise Http404
    user, refused = _who(request), ""
    may_undo = run.unit_id in units_held(user.pk, act.roles)
    if request.method == "POST":
        if not may_undo:
            raise PermissionDenied
        try:
            with transaction.atomic():
                bulk.take_back(act, run, request.POST.get("reason", ""), user)
            messages.success(request, _("All of it is taken back."))
            return HttpResponseRedirect(reverse("bulk_run", args=[run.pk]))
        except bulk.BulkRefused as reason:
            refused = str(reason)
    context: dict[str, Any] = {
        "run": run,
        "act": act,
        "refused": refused,
        "may_undo": may_undo and run.undone_at is None,
        "once_key": new_key(),
    }
    return render(request, "web/bulk_run.html", context, status=422 if refused else 200)


@require_safe
def runs_page(request: HttpRequest) -> HttpResponse:
    """The acts over lists of one's units, newest first."""
    _who(request)
    runs = BulkRun.objects.select_related("unit", "user").defer("ids", "details")[:SHOWN_RUNS]
    shown = [(run, bulk.act_named(run.act)) for run in runs]
    return render(request, "web/bulk_runs.html", {"runs": [(run, act) for run, act in shown if act]})


def _who(request: HttpRequest) -> User:
    """A member of the office, signed in."""
    if not isinstance(request.user, User) or not roles_of(request) & STAFF_ROLES:
        raise PermissionDenied
    return request.user


def _safe(address: str) -> str:
    """An address of this site to go back to, or none."""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""
