"""The pages that belong to no app: the first page, the desk, notices, traces, language, health, errors."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET, require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from jilin_si.agencies.clock import today
from jilin_si.web import desk as cards
from jilin_si.web import navigation, traces
from jilin_si.web.context import Shell
from jilin_si.web.drafts import author, drafts_of
from jilin_si.web.errors import error_number, is_unavailable
from jilin_si.web.models import Draft

log = logging.getLogger(__name__)


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Nobody: to the sign-in. Somebody: to the first page of the role."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(reverse(settings.LOGIN_URL))
    url = navigation.home_for(navigation.roles_of(request))
    if url and url != request.path:
        return HttpResponseRedirect(url)
    return render(request, "web/no_page.html")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The day of an office worker: counts, the queue, what is due, drafts."""
    roles = navigation.roles_of(request)
    if not roles & navigation.STAFF_ROLES:
        raise PermissionDenied
    context = {
        "today": today(),
        "counts": cards.counts_for(request, roles),
        "steps": cards.cycle_for(request),
        "main": cards.panels_for(request, roles, "main"),
        "side": cards.panels_for(request, roles, "side"),
        "drafts": drafts_of(request),
    }
    return render(request, "web/desk.html", context)


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """All drafts of one person."""
    kept = Draft.objects.filter(user_id=author(request)).defer("body")
    return render(request, "web/drafts.html", {"drafts": kept})


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What the bell tells, in full."""
    return render(request, "web/notices.html")


@require_safe
def trace(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Why a figure is what it is: in the drawer (htmx), as a page, as JSON (``?format=json``)."""
    page = traces.explain(request, kind, key)
    if request.GET.get("format") == "json":
        return JsonResponse(page.as_json(), json_dumps_params={"ensure_ascii": False})
    fragment = "HX-Request" in request.headers
    context = {"trace": page, "fragment": fragment, "kind": kind, "key": key}
    return render(request, "web/_trace.html" if fragment else "web/trace.html", context)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The other language, on the same page (``next``)."""
    return django_set_language(request)


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the database and Redis answer: 200, or 503 with what does not."""
    checks = {"database": _works(_ask_database), "redis": _works(_ask_redis)}
    healthy = all(checks.values())
    told = {name: "ok" if works else "down" for name, works in checks.items()}
    return JsonResponse(told, status=200 if healthy else 503)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def _ask_redis() -> None:
    cache.get("healthz")


def _works(ask: Any) -> bool:
    try:
        ask()
    except Exception:  # whatever it is, the answer is "down"
        return False
    return True


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is not there and what is not yours look alike."""
    return _error(request, 404)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token does not fit (CSRF): the page stood open over a new sign-in, or came from elsewhere."""
    log.warning("form token refused: %s", reason)
    return _error(request, 403, "403_csrf.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where a server did not answer, else 500; both with a number that stands in the log."""
    number = error_number()
    error = sys.exc_info()[1]
    unavailable = is_unavailable(error)
    log.error("error %s on %s", number, request.path, exc_info=error if not unavailable else None)
    status = 503 if unavailable else 500
    if request.path == reverse("healthz"):
        return JsonResponse({"database": "down" if unavailable else "unknown"}, status=503)
    if unavailable:
        log.error("error %s: %s", number, error)
    # no request context: what failed may be what the context asks
    html = render_to_string(
        f"{status}.html",
        {"number": number, "path": request.path, "LANGUAGE_CODE": translation.get_language()},
    )
    response = HttpResponse(html, status=status)
    if unavailable:
        response["Retry-After"] = "5"
    return response


def _error(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    user = getattr(request, "user", None)  # missing where the request failed before authentication
    base = "entrance_base.html"
    if user is not None and user.is_authenticated:
        base = "portal_base.html" if Shell(request).portal else "base.html"
    context = {"base_template": base, "status": status}
    return render(request, template or f"{status}.html", context, status=status)
