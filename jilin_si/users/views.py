"""Users: the list, a new one, the page of one, and what may be done about a sign-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from jilin_si.access import employers, users
from jilin_si.access.models import Assignment, User
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.users import selectors
from jilin_si.users.answering import STARTING, answer, tell_password
from jilin_si.users.forms import NameForm, NewUserForm, ReasonForm, UserFilter
from jilin_si.users.history import user_history
from jilin_si.users.tables import UserTable, in_force, state_tags
from jilin_si.users.who import change_page, granter, look_page, user_or_404, who
from jilin_si.web.forms import check_field
from jilin_si.web.tables import export_for, table_for

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@look_page
@require_safe
def user_list(request: HttpRequest) -> HttpResponseBase:
    """The sign-ins that one looks after, filtered and sorted by the address."""
    form = UserFilter(request.GET, granter=granter(request))
    found = selectors.users(granter(request), form.cleaned_data if form.is_valid() else {})
    held = Assignment.ever.filter(user__in=found.values("pk"), employer_id__isnull=False)
    named = employers.by_id({pk for pk in held.values_list("employer_id", flat=True) if pk})
    table = table_for(request, UserTable, found, named=named)
    exported = export_for(request, table, "users", _("Users"))
    if exported is not None:
        return exported
    context = {
        "table": table,
        "form": form,
        "may_make": granter(request).may_manage_somebody,
        "held_off": selectors.live_holds().filter(selectors.released_to(granter(request))).count(),
    }
    return render(request, "users/user_list.html", context)


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def user_new(request: HttpRequest) -> HttpResponseBase:
    """Make a sign-in; its starting password is shown once, on the next page."""
    form = NewUserForm(request.POST or None, granter=granter(request))
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            made, password = users.make_user(by=who(request), **form.act)
        except ValidationError as refused:
            form.take_refusal(refused)
        else:
            return tell_password(request, made, password)
    context = {"form": form, "once_key": request.POST.get("_once") or new_key()}
    return render(request, "users/user_new.html", context, status=422 if form.errors else 200)


@look_page
@require_safe
def user(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One sign-in: its roles with their days, how it stands, what was done about it."""
    user_or_404(request, pk)
    shown: Any = selectors.users(granter(request), {}).get(pk=pk)
    named = employers.by_id(a.employer_id for a in shown.desks if a.employer_id)
    may_add = granter(request).may_add_to(shown)
    desks = [
        {
            "held": a,
            "place": a.agency.company_name
            if a.agency
            else named.get(a.employer_id, _("an employer of elsewhere")),
            "state": _("holds") if in_force(a, today()) else _("not yet") if _is_ahead(a) else _("ended"),
            "holds": in_force(a, today()),
            "may_change": may_add and granter(request).may_give(a.role, a.agency_id, a.employer_id),
        }
        for a in shown.desks
    ]
    password = request.session.get(STARTING, {})
    if password.get("user") == pk:
        del request.session[STARTING]
    context = {
        "shown": shown,
        "desks": desks,
        "tags": state_tags(shown),
        "history": user_history(shown),
        "failed": selectors.failed_lately(shown),
        "holds": selectors.live_holds().filter(user=shown),
        "may_manage": granter(request).may_manage(shown),
        "may_add": may_add,
        "is_self": shown.pk == who(request).pk,
        "password": password.get("password") if password.get("user") == pk else "",
    }
    return render(request, "users/user.html", context)


def _is_ahead(assignment: Assignment) -> bool:
    return assignment.first_day is not None and assignment.first_day > today()


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def user_name(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change the full name, or the unit that looks after the sign-in."""
    shown = user_or_404(request, pk)
    if not granter(request).may_manage(shown):
        raise PermissionDenied
    before = {"display_name": shown.display_name, "unit": shown.unit_id, "version": shown.version}
    return answer(
        request,
        shown,
        NameForm(request.POST or None, initial=before, granter=granter(request)),
        partial(users.name_user, shown, by=who(request)),
        done=_("Stored."),
        title=_("Change the name or the unit"),
        button=_("Store"),
    )


@dataclass(frozen=True)
class Act:
    """Something done about a sign-in as a whole, for a reason."""

    title: StrOrPromise
    button: StrOrPromise
    follows: StrOrPromise
    done: StrOrPromise
    run: Callable[..., str | None]


def _run(function: Callable[..., Any], **more: Any) -> Callable[..., None]:
    def run(_request: HttpRequest, shown: User, **given: Any) -> None:
        function(shown, **more, **given)

    return run


ACTS = {
    "close": Act(
        gettext_lazy("Close the sign-in"),
        gettext_lazy("Close"),
        gettext_lazy("All sessions end at once, and nobody signs in under this name until it is opened again."),
        gettext_lazy("The sign-in is closed."),
        _run(users.set_active, active=False),
    ),
    "open": Act(
        gettext_lazy("Open the sign-in again"),
        gettext_lazy("Open"),
        gettext_lazy("The person signs in with the password and the roles of before."),
        gettext_lazy("The sign-in is open."),
        _run(users.set_active, active=True),
    ),
    "password": Act(
        gettext_lazy("New starting password"),
        gettext_lazy("Make a new password"),
        gettext_lazy("The present password is valid no longer and all sessions end. The new one is shown to you once;"
                     " it is changed at the next sign-in."),
        "",
        users.new_starting_password,
    ),
    "second-factor": Act(
        gettext_lazy("Forget the second factor"),
        gettext_lazy("Forget it"),
        gettext_lazy("App and recovery codes are valid no longer; the next sign-in sets up others. Make sure that it"
                     " is really this person who asks."),
        gettext_lazy("The second factor is forgotten."),
        _run(users.forget_second_factor),
    ),
    "sessions": Act(
        gettext_lazy("End all sessions"),
        gettext_lazy("End them"),
        gettext_lazy("Wherever this person is signed in, the next page asks for the password."),
        gettext_lazy("All sessions have ended."),
        _run(users.end_sessions),
    ),
}  # fmt: skip


@change_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def user_act(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Close, open, new starting password, forget the second factor, end sessions."""
    shown = user_or_404(request, pk)
    wanted = ACTS.get(act)
    if wanted is None:
        raise Http404
    if not granter(request).may_manage(shown):
        raise PermissionDenied
    return answer(
        request,
        shown,
        ReasonForm(request.POST or None, initial={"version": shown.version}),
        partial(wanted.run, request, shown, by=who(request)),
        done=wanted.done,
        title=wanted.title,
        button=wanted.button,
        follows=wanted.follows,
    )
