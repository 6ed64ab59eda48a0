"""Roles of a user: given, with days; the days changed; taken away at once."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jilin_si.access import users
from jilin_si.access.models import Assignment
from jilin_si.access.once import once
from jilin_si.users.answering import answer
from jilin_si.users.forms import DaysForm, GiveRoleForm, ReasonForm, days_of
from jilin_si.users.who import assignment_or_404, change_page, granter, user_or_404, who


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def give(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give a role, at an agency or for an employer."""
    shown = user_or_404(request, pk)
    if not granter(request).may_add_to(shown):
        raise PermissionDenied
    return answer(
        request,
        shown,
        GiveRoleForm(request.POST or None, initial={"version": shown.version}, granter=granter(request)),
        lambda employer, **given: users.give_role(shown, employer_number=employer, by=who(request), **given),
        done=_("The role is given; it acts from the next page on that the person opens."),
        title=_("Give a role"),
        button=_("Give it"),
    )


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def days(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say from which day to which a role holds."""
    held = _mine(request, pk)
    return answer(
        request,
        held.user,
        DaysForm(request.POST or None, initial=days_of(held)),
        partial(users.change_days, held, by=who(request)),
        done=_("The days are changed."),
        title=_("Days of the role: %(role)s") % {"role": held.get_role_display()},
        button=_("Store"),
        take=reverse("users:take_role", args=[pk]),
    )


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a role away at once."""
    held = _mine(request, pk)
    return answer(
        request,
        held.user,
        ReasonForm(request.POST or None, initial={"version": held.user.version}),
        partial(users.take_role, held, by=who(request)),
        done=_("The role is taken away; the person's next page is without it."),
        title=_("Take the role away: %(role)s") % {"role": held.get_role_display()},
        button=_("Take it away"),
        follows=_("It is gone at once: the very next page that the person opens is without it."),
    )


def _mine(request: HttpRequest, pk: int) -> Assignment:
    """A role that one may change."""
    held = assignment_or_404(request, pk)
    mine = granter(request)
    if not (mine.may_add_to(held.user) and mine.may_give(held.role, held.agency_id, held.employer_id)):
        raise PermissionDenied
    return held
