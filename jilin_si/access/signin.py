"""Signing in (登录): allauth's steps with the office's rules. Nobody signs up; the administrator makes accounts."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jilin_si.access.held_off import FailedSignIn, HeldOff, failed_since, hold_off, known_user, note_failed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from jilin_si.access.models import User

OFFICE_ROLES = frozenset(
    {
        "clerk",
        "reviewer",
        "finance",
        "head",
        "prefecture",
        "province",
        "auditor",
        "administrator",
    }
)

FRESH_SECONDS = 300
ADDRESS_SECONDS = 60  # as long as ACCOUNT_RATE_LIMITS counts by address


@dataclass(frozen=True)
class SampleSignIn:
    """A sign-in of the sample province, shown on the sign-in page of the demo and nowhere else."""

    username: str
    password: str
    who: StrOrPromise
    sees: StrOrPromise = ""


_samples: list[Callable[[], Sequence[SampleSignIn]]] = []


def register_sample_signins(provider: Callable[[], Sequence[SampleSignIn]]) -> None:
    """Say which sign-ins the demo offers (called by the sample when it starts)."""
    _samples[:] = [provider]


def sample_signins() -> list[SampleSignIn]:
    """The sample's sign-ins; none outside the demo."""
    return list(_samples[0]()) if settings.DEMO and _samples else []


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up, no mail; the same words whether the name or the password is wrong."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The name or the password is not right."),
        "too_many_login_attempts": _("Too many attempts. Wait a quarter of an hour, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """The password once more before something delicate, but not in the first minutes of a sign-in."""
        from jilin_si.access.sessions import STARTED

        now = time.time()
        fresh = now - self.request.session.get(STARTED, 0) < FRESH_SECONDS
        return not fresh and bool(super().is_reauthentication_required(app=app))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """A name that was tried too often from everywhere is held off, and that is told."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            user = known_user(name_tried(request, credentials))
            hold_off(request, HeldOff.Kind.NAME, user)
            note_failed(request, user, FailedSignIn.Way.REFUSED)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Each failed try is counted."""
        note_failed(request, known_user(name_tried(request, credentials)))

    def login(self, request: HttpRequest, user: User) -> None:  # type: ignore[override]
        """After a good sign-in one is told how many failed since the last."""
        before = user.last_login
        super().login(request, user)
        tell_failed(request, user, before)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The office has no mail: what matters is told on the page and kept in the audit trail."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """As above."""


def name_tried(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Under which name somebody tries to sign in: as typed, made plain."""
    name = (credentials or {}).get("username") or (
        request.POST.get("login", "") if request is not None else ""
    )
    return unicodedata.normalize("NFKC", str(name)).strip().lower()


def name_counted(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Under which name django-axes counts and keeps a try: one that nobody has as a digest, it may be a password."""
    name = name_tried(request, credentials)
    return name if known_user(name) else salted_hmac("jilin_si.access.unknown_name", name).hexdigest()


def locked_out(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """The answer after too many wrong passwords from one place (django-axes asks for it)."""
    note_failed(request, known_user(name_tried(request, credentials)), FailedSignIn.Way.REFUSED)
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse(
            {"errors": [str(AccountAdapter.error_messages["too_many_login_attempts"])]},
            status=429,
        )
    return render(request, "account/locked.html", {"minutes": minutes}, status=429)


def note_locked(sender: object, request: HttpRequest, username: str, **kwargs: Any) -> None:
    """Six wrong passwords of a name at one address: held off there, and told."""
    user = known_user(name_tried(request, {"username": username}))
    note_failed(request, user)
    hold_off(request, HeldOff.Kind.PLACE, user)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """The answer to an address that asks for the sign-in too often, whatever the names."""
    hold_off(request, HeldOff.Kind.ADDRESS, None, seconds=ADDRESS_SECONDS)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse(
            {"errors": [str(_("Too many attempts from here. Wait a minute, then try again."))]}, status=429
        )
    return render(request, "account/locked.html", {"address": True}, status=429)


def tell_failed(request: HttpRequest, user: User, since: Any) -> None:
    """Say on the next page how many tries failed under one's name since the last sign-in."""
    failed = failed_since(user, since)
    if not failed:
        return
    told = ngettext(
        "%(count)s try to sign in under your name failed since your last sign-in%(when)s."
        " If it was not you, tell the administrator of your office.",
        "%(count)s tries to sign in under your name failed since your last sign-in%(when)s."
        " If it was not you, tell the administrator of your office.",
        failed,
    )
    when = f" ({timezone.localtime(since):%Y-%m-%d %H:%M})" if since else ""
    messages.warning(request, told % {"count": failed, "when": when})


user_locked_out.connect(note_locked, dispatch_uid="access.note_locked")
