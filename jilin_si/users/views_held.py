"""What is held off: the list, and one of it, which is released for a reason."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jilin_si.access import held_off
from jilin_si.access.once import new_key, once
from jilin_si.users import selectors
from jilin_si.users.forms import HeldOffFilter, ReasonForm
from jilin_si.users.tables import HeldOffTable, held_state, who_of
from jilin_si.users.who import granter, look_page, who
from jilin_si.web.forms import check_field
from jilin_si.web.tables import export_for, table_for


@look_page
@require_safe
def held_off_list(request: HttpRequest) -> HttpResponseBase:
    """Names and addresses that were held off, the newest first."""
    form = HeldOffFilter(request.GET)
    found = selectors.holds(granter(request), form.cleaned_data if form.is_valid() else {})
    table = table_for(request, HeldOffTable, found)
    exported = export_for(request, table, "held-off", _("Sign-ins held off"))
    return exported or render(request, "users/held_off_list.html", {"table": table, "form": form})


@look_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def release(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One of what is held off: since when, how many tries, from where, until when; released for a reason."""
    mine = granter(request)
    held = selectors.holds(mine, {}).filter(pk=pk).first() if pk < 2**63 else None
    if held is None:
        raise Http404
    may_release = mine.may_release(held)
    if request.method == "POST" and not may_release:
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and not held.live:
        messages.info(request, _("It is over already."))
        return HttpResponseRedirect(reverse("users:held_off"))
    if request.method == "POST" and form.is_valid():
        held_off.release(request, held, by=who(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)s may try again.") % {"name": who_of(held)})
        return HttpResponseRedirect(reverse("users:held_off"))
    state, tone = held_state(held)
    context = {
        "held": held,
        "who": who_of(held),
        "state": state,
        "tone": tone,
        "form": form,
        "may_release": may_release and held.live,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "users/release.html", context, status=422 if form.errors else 200)
