"""Who opens these pages: the administrator and the heads, who change, and the auditor, who reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from jilin_si.access.granting import MAY_LOOK, Granter, granter_of
from jilin_si.access.models import Assignment, User
from jilin_si.access.users import StaleUser
from jilin_si.users.selectors import seen_by
from jilin_si.web.errors import Conflict
from jilin_si.web.navigation import roles_of


def look_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that whoever may look may open."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles_of(request) & {str(role) for role in MAY_LOOK}:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return allowed


def change_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page for who may change; somebody else's change meanwhile is shown as a conflict."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not granter(request).may_manage_somebody:
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except StaleUser as stale:
            last = stale.last_change()
            raise Conflict(
                _("the sign-in of %(name)s") % {"name": stale.user},
                who=str(last.user or "") if last else "",
                when=f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}" if last else "",
            ) from stale

    return allowed


def who(request: HttpRequest) -> User:
    """The person who is signed in. Nobody else comes this far: every page needs a sign-in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def granter(request: HttpRequest) -> Granter:
    """What the person who is signed in may give; looked up once a request. An act looks it up again."""
    known = getattr(request, "_granter", None)
    if known is None:
        known = granter_of(who(request))
        request._granter = known  # type: ignore[attr-defined]
    return known


def user_or_404(request: HttpRequest, pk: int) -> User:
    """A sign-in that is shown to who asks; what is not there and what is not yours look alike."""
    found = seen_by(granter(request)).select_related("unit").filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def assignment_or_404(request: HttpRequest, pk: int) -> Assignment:
    """A role of somebody who is shown."""
    found = (
        Assignment.ever.select_related("user", "agency")
        .filter(pk=pk, user__in=seen_by(granter(request)))
        .first()
        if pk < 2**63
        else None
    )
    if found is None:
        raise Http404
    return found
