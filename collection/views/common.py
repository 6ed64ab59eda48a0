"""What the pages of collection share: who may come in, which unit and month, records of the scope or 404."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from enrollment.models import Employer, Worker
from jilin_si.access.desks import units_held
from jilin_si.access.models import Role
from jilin_si.access.scope import current
from jilin_si.ledger.models import Period
from jilin_si.periods import parse_period
from jilin_si.web.navigation import STAFF_ROLES, roles_of

View = Callable[..., HttpResponseBase]
UNREADABLE = 422  # a form that was refused


def staff_only(view: View) -> View:
    """The office's pages: employers have their own."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles_of(request) & STAFF_ROLES:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def units_of(request: HttpRequest) -> list[int]:
    """The units whose records this person may look at, by area code."""
    return sorted(current().units)


def acting_units(request: HttpRequest, roles: Iterable[str]) -> list[int]:
    """The units at which this person holds one of these roles."""
    return units_held(request.user.pk or 0, set(roles))


def may_act(request: HttpRequest, county_id: int, roles: Iterable[str]) -> bool:
    return county_id in acting_units(request, roles)


def require_act(request: HttpRequest, roles: Iterable[str], county_id: int | None = None) -> None:
    """Raise PermissionDenied unless one of these roles is held at this unit, or at any where none is named."""
    units = acting_units(request, roles)
    if not units or (county_id is not None and county_id not in units):
        raise PermissionDenied


def period_or_404(text: str) -> date:
    try:
        return parse_period(text)
    except ValidationError:
        raise Http404 from None


def employer_or_404(employer_id: int) -> Employer:
    """An employer of the scope. What is not there and what is not yours look alike."""
    try:
        found: Employer = Employer.objects.select_related("county").get(pk=employer_id)
    except Employer.DoesNotExist:
        raise Http404 from None
    return found


def worker_or_404(worker_id: int) -> Worker:
    found = Worker.objects.filter(pk=worker_id).first()
    if found is None:
        raise Http404
    worker: Worker = found
    return worker


def working_period(county_id: int) -> date | None:
    """The month that a unit's pages open with: the latest assessed one, else the first of its books."""
    if not county_id:
        return None
    books = Period.objects.filter(agency_id=county_id)
    latest: date | None = books.exclude(state=Period.State.OPEN).aggregate(last=Max("period"))["last"]
    return latest or books.aggregate(first=Min("period"))["first"]


def sees_every_unit() -> bool:
    return current().has(Role.PROVINCE, Role.AUDITOR, Role.ADMINISTRATOR)


_UNSAFE = re.compile(r"[\x00-\x1f\x7f\"\\/:*?<>|\u200b-\u200f\u202a-\u202e\u2060-\u2069]")


def send_file(body: bytes, name: str, content_type: str) -> HttpResponse:
    """A file under its own name, whatever characters the name has (RFC 6266)."""
    plain = _UNSAFE.sub("_", name)
    ascii_name = plain.encode("ascii", "ignore").decode().strip() or "file"
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(plain, safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Length"] = str(len(body))
    return response
