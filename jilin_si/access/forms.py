"""The sign-in form and the change of password: allauth's, with our labels and no placeholders."""

from __future__ import annotations

import unicodedata
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from django import forms
from django.utils.translation import gettext_lazy as _


def _bare(form: forms.BaseForm) -> None:
    """A placeholder is no label: take it away, the colon after labels too, and the way to a mail nobody sends."""
    form.label_suffix = ""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
        if "href" in str(field.help_text):
            field.help_text = ""


class SignInForm(LoginForm):
    """Name and password. A name typed in full-width letters is understood."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Sign-in name")
        self.fields["login"].widget.attrs.update(
            {"autofocus": True, "spellcheck": "false", "autocapitalize": "none"}
        )
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        _bare(self)

    def clean_login(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["login"]).strip()


class PasswordForm(ChangePasswordForm):
    """A new password, and with it the end of the duty to change it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = _(
            "At least 12 characters, not only digits, not a common password."
        )
        self.fields["password2"].label = _("New password once more")
        _bare(self)

    def save(self) -> None:
        super().save()
        if self.user.must_change_password:
            self.user.must_change_password = False
            self.user.save(update_fields=["must_change_password"])


class AgainForm(ReauthenticateForm):
    """The password once more, before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bare(self)
