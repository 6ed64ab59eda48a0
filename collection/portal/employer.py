"""For which employer a portal user acts now: the only one, or the one chosen last."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from enrollment.models import Employer
from jilin_si.access.scope import current
from jilin_si.web.navigation import EMPLOYER_ROLES, roles_of
from jilin_si.web.shell import EmployerShown

CHOSEN = "portal_employer"
View = Callable[..., HttpResponseBase]


def employers_of(request: HttpRequest) -> list[Employer]:
    """The employers for which this person acts, by number; asked once a request."""
    found: list[Employer] | None = getattr(request, "portal_employers", None)
    if found is None:
        ids = sorted(current().employers)
        found = (
            list(Employer.objects.filter(pk__in=ids).select_related("county").order_by("number"))
            if ids
            else []
        )
        request.portal_employers = found  # type: ignore[attr-defined]
    return found


def current_employer(request: HttpRequest) -> Employer | None:
    """The employer chosen last, else the first; None for somebody who acts for none."""
    mine = employers_of(request)
    chosen = request.session.get(CHOSEN)
    return next((employer for employer in mine if employer.pk == chosen), mine[0] if mine else None)


def for_employer(view: View) -> View:
    """A portal page: hands the view the employer it is about. Nobody else comes in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles_of(request) & EMPLOYER_ROLES:
            raise PermissionDenied
        employer = current_employer(request)
        if employer is None:
            raise Http404
        return view(request, employer, *args, **kwargs)

    return guarded


def shown_employer(request: HttpRequest) -> EmployerShown | None:
    """What the portal's bar shows: the employer, and the others to change to."""
    employer = current_employer(request)
    if employer is None:
        return None
    others = [
        (other.name, reverse("portal:switch", args=[other.pk]))
        for other in employers_of(request)
        if other.pk != employer.pk
    ]
    return EmployerShown(employer.name, employer.number, others, employer.pk)
