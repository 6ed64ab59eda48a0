"""Signing in (登录): allauth's steps with the office's rules. Nobody signs up; the administrator makes accounts."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The office has no mail: what matters is told on the page and kept in the audit trail."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """As above."""


def name_tried(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Under which name somebody tries to sign in (django-axes counts by it): as typed, made plain."""
    name = (credentials or {}).get("username") or (
        request.POST.get("login", "") if request is not None else ""
    )
    return unicodedata.normalize("NFKC", str(name)).strip().lower()


def locked_out(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """The answer after too many wrong passwords from one place (django-axes asks for it)."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse(
            {"errors": [str(AccountAdapter.error_messages["too_many_login_attempts"])]},
            status=429,
        )
    return render(request, "account/locked.html", {"minutes": minutes}, status=429)
