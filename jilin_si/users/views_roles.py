"""Roles of a user: given, with days; the days changed; taken away at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jilin_si.access import users
from jilin_si.access.models import Assignment
from jilin_si.access.once import once
from jilin_si.users.forms import DaysForm, GiveRoleForm, ReasonForm, days_of
from jilin_si.users.views import _form_page
from jilin_si.users.who import assignment_or_404, change_page, granter, user_or_404, who
from jilin_si.web.forms import check_field


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def give(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give a role, at an agency or for an employer."""
    shown = user_or_404(request, pk)
    if not granter(request).may_add_to(shown):
        raise PermissionDenied
    form = GiveRoleForm(request.POST or None, initial={"version": shown.version}, granter=granter(request))
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            users.give_role(shown, employer_number=given.pop("employer"), by=who(request), **given)
        except ValidationError as refused:
            form.take_refusal(refused)
        else:
            messages.success(
                request, _("The role is given; it acts from the next page on that the person opens.")
            )
            return HttpResponseRedirect(reverse("users:user", args=[pk]))
    return _form_page(request, shown, form, _("Give a role"), _("Give it"))


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def days(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say from which day to which a role holds."""
    held = _mine(request, pk)
    form = DaysForm(request.POST or None, initial=days_of(held))
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            users.change_days(held, by=who(request), **form.cleaned_data)
        except ValidationError as refused:
            form.take_refusal(refused)
        else:
            messages.success(request, _("The days are changed."))
            return HttpResponseRedirect(reverse("users:user", args=[held.user_id]))
    title = _("Days of the role: %(role)s") % {"role": held.get_role_display()}
    return _form_page(request, held.user, form, title, _("Store"), take=reverse("users:take_role", args=[pk]))


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a role away at once."""
    held = _mine(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": held.user.version})
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            users.take_role(held, by=who(request), **form.cleaned_data)
        except ValidationError as refused:
            form.take_refusal(refused)
        else:
            messages.success(request, _("The role is taken away; the person's next page is without it."))
            return HttpResponseRedirect(reverse("users:user", args=[held.user_id]))
    title = _("Take the role away: %(role)s") % {"role": held.get_role_display()}
    return _form_page(
        request,
        held.user,
        form,
        title,
        _("Take it away"),
        _("It is gone at once: the very next page that the person opens is without it."),
    )


def _mine(request: HttpRequest, pk: int) -> Assignment:
    """A role that one may change."""
    held = assignment_or_404(request, pk)
    mine = granter(request)
    if not (mine.may_add_to(held.user) and mine.may_give(held.role, held.agency_id, held.employer_id)):
        raise PermissionDenied
    return held
