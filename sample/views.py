"""The page of the practice county: only in the demo, for the office's people."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jilin_si.access.models import Role
from jilin_si.web.navigation import STAFF_ROLES, roles_of
from sample.stories import chapters


@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """Who has which story, and what to try."""
    if not settings.DEMO:
        raise Http404
    roles = roles_of(request)
    if not roles & STAFF_ROLES:
        raise PermissionDenied
    return render(request, "sample/practice.html", {"chapters": chapters(Role.CLERK in roles)})
