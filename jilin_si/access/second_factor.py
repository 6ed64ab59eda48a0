"""The second factor (第二验证): a code from an app, for the office's staff; allauth's steps in the office's words.

``SECOND_FACTOR`` says whether staff must have one: on, outside the demo. Whoever has one is asked for it anyway.
"""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_removed
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jilin_si.access.audit import record
from jilin_si.access.held_off import FailedSignIn, HeldOff, hold_off, note_failed
from jilin_si.access.models import User
from jilin_si.access.signin import OFFICE_ROLES

HAS_ONE = "second_factor"  # in the session: looked up already


class Adapter(DefaultMFAAdapter):
    """What allauth says, in the office's words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is not right, or it was used already. Wait for the next one."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.username


def _in_words(form: forms.BaseForm) -> None:
    form.label_suffix = ""
    field = form.fields["code"]
    field.label = pgettext_lazy("second factor", "Code")
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update({"autofocus": True, "inputmode": "text", "autocapitalize": "none"})


class _Guarded:
    """Too many wrong codes hold the second factor off, and that is told."""

    user: User

    def clean_code(self) -> str:
        try:
            return super().clean_code()  # type: ignore[misc, no-any-return]
        except forms.ValidationError as error:
            if error.code == "too_many_login_attempts":
                hold_off(context.request, HeldOff.Kind.CODE, self.user)
                note_failed(context.request, self.user, FailedSignIn.Way.REFUSED)
            raise


class CodeForm(_Guarded, AuthenticateForm):  # type: ignore[misc]
    """The code at the sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_words(self)


class CodeAgainForm(_Guarded, ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_words(self)


class FirstCodeForm(ActivateTOTPForm):
    """The first code, which shows that the app has the key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_words(self)


def is_owed(request: HttpRequest) -> bool:
    """Whether this person must set up a second factor before anything else."""
    scope = getattr(request, "scope", None)
    if not settings.SECOND_FACTOR or scope is None or not scope.roles & OFFICE_ROLES:
        return False
    if not request.session.get(HAS_ONE):
        if not is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return True
        request.session[HAS_ONE] = True
    return False


def forget(user: User, *, by: User | None, reason: str) -> None:
    """Take a person's app and codes away, who has lost them; the next sign-in sets up others."""
    Authenticator.objects.filter(user=user).delete()
    record("forget_second_factor", by=by, about="user", number=user.pk, county_id=user.unit_id, reason=reason)


def note_set_up(request: HttpRequest, user: User) -> None:
    """Kept in the trail, within the request: allauth tells of it only after the transaction is over."""
    record("second_factor_on", by=user, about="user", number=user.pk, county_id=user.unit_id)


def note_removed(sender: object, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Kept in the trail too; the session no longer believes that there is one."""
    request.session.pop(HAS_ONE, None)
    record(
        "second_factor_off",
        by=user,
        about="user",
        number=user.pk,
        county_id=user.unit_id,
        details={"kind": authenticator.type},
    )


def note_wrong(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A wrong code counts as a failed try."""
    note_failed(request, user, FailedSignIn.Way.CODE)


authenticator_removed.connect(note_removed, dispatch_uid="access.second_factor_off")
authentication_failed.connect(note_wrong, dispatch_uid="access.second_factor_wrong")
