"""How long a sign-in lasts and what it owes first: idle 30 minutes, 10 hours in all, a new password, a second factor.

A page that asks in the background (htmx, fetch) is answered 401 instead of being sent to the sign-in page, so that
the page can ask for the password and go on with nothing lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import resolve, reverse

from jilin_si.access import second_factor

STARTED, SEEN, ENDED = "signed_in_at", "seen_at", "sign_in_ended"
WANTED = "wanted"  # the page to which an open duty was preferred
RIGHTS = "rights"  # the version of the user that this session was keyed for
_TOUCH_EVERY = 60  # seconds between two writes of the session
# What a person may do while a duty is open.
_ALLOWED = {
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "set_language",
    "healthz",
}


class SessionLimitsMiddleware:
    """Stands after authentication. A sign-in that is over is ended here; the request goes on as nobody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        now = int(time.time())
        session = request.session
        started = session.setdefault(STARTED, now)
        seen = session.get(SEEN, now)
        if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_COOKIE_AGE:
            idle = now - seen > settings.SESSION_IDLE_SECONDS
            logout(request)
            request.session[ENDED] = "idle" if idle else "long"
            return
        if session.get(RIGHTS, 0) != request.user.version:  # type: ignore[union-attr]
            # an administrator changed something about this person: the session goes on under another key
            session.cycle_key()
            session[RIGHTS] = request.user.version  # type: ignore[union-attr]
        if (SEEN not in session or now - seen >= _TOUCH_EVERY) and "X-Poll" not in request.headers:
            session[SEEN] = now


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page needs a sign-in unless its view says ``login_not_required``."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if in_background(request):
            return JsonResponse({"signed_out": True, "sign_in": reverse("account_login")}, status=401)
        return super().handle_no_permission(request, view_func)


class DutiesMiddleware:
    """Stands after the scope. A forced change of password, then a second factor, come before every other page.

    The page that was asked for is remembered and opened when all is done.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            duty = self._duty(request)
            if duty and not self._allowed(request):
                if request.method == "GET" and not in_background(request):
                    request.session[WANTED] = request.get_full_path()
                return HttpResponseRedirect(reverse(duty))
            if not duty and WANTED in request.session and not self._allowed(request):
                del request.session[WANTED]
        return self.get_response(request)

    @staticmethod
    def _duty(request: HttpRequest) -> str:
        if request.user.must_change_password and not settings.DEMO:  # type: ignore[union-attr]
            return "account_change_password"
        return "mfa_activate_totp" if second_factor.is_owed(request) else ""

    @staticmethod
    def _allowed(request: HttpRequest) -> bool:
        name = resolve(request.path_info).url_name or ""
        return name in _ALLOWED or name.startswith("mfa_")


def in_background(request: HttpRequest) -> bool:
    """Whether a script asks, not a person who follows a link."""
    return "HX-Request" in request.headers or request.headers.get("X-Requested-With") == "fetch"


def note_start(sender: object, request: HttpRequest, user: object, **kwargs: object) -> None:
    """A new sign-in starts both clocks anew (Django has just given the session a new key)."""
    now = int(time.time())
    request.session[STARTED] = request.session[SEEN] = now
    request.session[RIGHTS] = getattr(user, "version", 0)
    request.session.pop(second_factor.HAS_ONE, None)


user_logged_in.connect(note_start, dispatch_uid="access.note_start")
