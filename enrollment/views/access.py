"""Who opens these pages: the office's staff; and what a page tells where an act was refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from enrollment.models import Declaration, Employer, Worker
from enrollment.refusals import Refusal
from jilin_si.access.models import User
from jilin_si.web.navigation import STAFF_ROLES, roles_of


def staff_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only the office's roles; what they see in it is the scope's business."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles_of(request) & STAFF_ROLES:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return allowed


def who(request: HttpRequest) -> User:
    """The person who is signed in. Nobody else comes this far: every page needs a sign-in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def employer_or_404(pk: int) -> Employer:
    """An employer of the scope; what is not there and what is not yours look alike."""
    return _or_404(Employer.objects.select_related("county"), pk)


def worker_or_404(pk: int) -> Worker:
    return _or_404(Worker.objects.all(), pk)


def declaration_or_404(pk: int) -> Declaration:
    return _or_404(Declaration.objects.select_related("employer", "entered_by", "reviewed_by"), pk)


def tell_refusal(request: HttpRequest, refusal: Refusal) -> None:
    """Say on the next page why an act was not done."""
    messages.error(request, refusal.message)


def _or_404(queryset: Any, pk: int) -> Any:
    found = queryset.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
