"""The sign-in pages: allauth's views behind django-axes' lock."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.totp.views import ActivateTOTPView
from axes.decorators import axes_dispatch, axes_form_invalid
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotFound,
    JsonResponse,
)
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from jilin_si.access.models import User
from jilin_si.access.second_factor import note_set_up
from jilin_si.access.sessions import ENDED, WANTED, in_background
from jilin_si.access.signin import sample_signins


@method_decorator(login_not_required, name="dispatch")
@method_decorator(axes_dispatch, name="dispatch")
class SignInView(LoginView):
    """Name and password; then back to the page one came from, or to the first page of one's role.

    The dialog "your sign-in has ended" posts here in the background and is answered in JSON.
    """

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        ended = self.request.session.pop(ENDED, "") if self.request.session.session_key else ""
        return {
            **context,
            "samples": sample_signins(),
            "ended": ended,
            "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
            "hours": settings.SESSION_COOKIE_AGE // 3600,
        }

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if in_background(self.request):
            done = self.request.user.is_authenticated
            return JsonResponse(
                {
                    "signed_in": done,
                    "go_to": "" if done else response.headers.get("Location", ""),
                }
            )
        return response

    @axes_form_invalid
    def form_invalid(self, form: Any) -> HttpResponse:
        if in_background(self.request):
            errors = [str(error) for lines in form.errors.values() for error in lines]
            return JsonResponse({"errors": errors}, status=422)
        return super().form_invalid(form)


class ChangePasswordView(PasswordChangeView):
    """A new password; every other session of the same person ends with it."""

    success_url = reverse_lazy("home")

    def get_success_url(self) -> str:
        """The page that one was on the way to when the change was due, else the first page of the role."""
        return str(self.get_next_url() or self.request.session.get(WANTED) or self.success_url)


class SecondFactorView(ActivateTOTPView):
    """Set up the second factor; that it was done is kept in the trail."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if isinstance(self.request.user, User):
            note_set_up(self.request, self.request.user)
        return response


@login_not_required
def no_such_page(request: HttpRequest) -> HttpResponseBase:
    """Sign-up and mail pages that allauth knows and the office does not have."""
    return HttpResponseNotFound()
