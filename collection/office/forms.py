"""The form of an office's account."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jilin_si.web.forms import OfficeForm, PlainCharField


class AccountNumberField(PlainCharField):
    """An account number of 8 to 30 digits, typed with or without blanks."""

    def clean(self, value: Any) -> str:
        digits = "".join(super().clean(value).split())
        if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 30):
            raise ValidationError(_("An account number has 8 to 30 digits."), code="account_number")
        return digits


class OfficeAccountForm(OfficeForm):
    """Whose account it is, at which bank, its number."""

    holder = PlainCharField(label=_("Account holder"), max_length=100)
    bank = PlainCharField(label=_("Bank"), max_length=100)
    number = AccountNumberField(label=_("Account number"), max_length=60)
    telephone = PlainCharField(label=_("Telephone"), max_length=30, required=False)
