"""Form fields and the form base of every page: what people type is read kindly and checked once, here.

``OfficeForm`` gives each input its label, format and checks; ``LiveFormView`` answers the single-field check that
``forms.js`` asks for when a field is left, so that the message on leaving and the message on saving are the same.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.generic.edit import FormMixin

from jilin_si.money import MoneyFormField
from jilin_si.periods import format_period, parse_period
from jilin_si.web.formats import has_hidden_characters, plain_text

_DAY = re.compile(r"(\d{4})(?:[-./]|年)(\d{1,2})(?:[-./]|月)(\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_PERIOD = re.compile(r"(\d{4})(?:[-./]|年)(\d{1,2})月?|(\d{4})(\d{2})")


class PlainCharField(forms.CharField):
    """Text made plain: full-width letters and digits become ordinary ones; hidden characters are refused."""

    default_error_messages = {"hidden": _("There are invisible characters in this text. Type it anew.")}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if has_hidden_characters(text):
            raise ValidationError(self.error_messages["hidden"], code="hidden")
        return plain_text(text)


class PeriodField(forms.CharField):
    """A month: 1996-03, also 1996.3, 1996/3, 1996年3月, 199603. Gives the first of the month."""

    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "off", "data-plain": "period", "size": 8}
    )
    default_error_messages = {"period": _("“%(given)s” is not a month. Write it like 1996-03.")}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, date):
            return value.replace(day=1)
        text = plain_text(super().to_python(value) or "")
        if text in self.empty_values:
            return None
        match = _PERIOD.fullmatch(text)
        try:
            if match is None:
                raise ValidationError("")
            return parse_period(f"{match[1] or match[3]}-{match[2] or match[4]}")
        except ValidationError:
            raise ValidationError(
                self.error_messages["period"], code="period", params={"given": value}
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return format_period(value) if isinstance(value, date) else value


class DayField(forms.CharField):
    """A day: 1996-03-14, also 1996.3.14, 1996/3/14, 1996年3月14日, 19960314. Two-digit years are refused."""

    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "off", "data-plain": "day", "size": 12}
    )
    default_error_messages = {"day": _("“%(given)s” is not a day. Write it like 1996-03-14.")}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, date):
            return value
        text = plain_text(super().to_python(value) or "").replace(" ", "")
        if text in self.empty_values:
            return None
        match = _DAY.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            return date(*(int(part) for part in match.groups() if part is not None))
        except ValueError:
            raise ValidationError(self.error_messages["day"], code="day", params={"given": value}) from None

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class OfficeForm(forms.Form):
    """The base of a page's form: no colon after labels, money right-aligned, digits made plain on leaving."""

    required_css_class = "must"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        prepare_widgets(self)


class OfficeModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """The same for a form of a model."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        prepare_widgets(self)


def prepare_widgets(form: forms.BaseForm) -> None:
    """Tell each input how it is filled in: ``data-plain`` says what ``forms.js`` makes of it on leaving."""
    for field in form.fields.values():
        attrs = field.widget.attrs
        if isinstance(field, MoneyFormField):
            attrs.setdefault("inputmode", "decimal")
            attrs.setdefault("data-plain", "money")
            attrs["class"] = f"{attrs.get('class', '')} amount".strip()
        elif isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
            attrs.setdefault("data-plain", "text")
        if isinstance(field.widget, forms.TextInput):
            attrs.setdefault("autocomplete", "off")


def check_field(form: forms.BaseForm, name: str) -> JsonResponse:
    """The answer to "is this field right?": its errors, and its value as it was understood."""
    if name not in form.fields:
        return JsonResponse({"field": name, "errors": []}, status=400)
    form.full_clean()
    shown = None
    if name in form.cleaned_data:
        prepared = form.fields[name].prepare_value(form.cleaned_data[name])
        shown = None if prepared is None else str(prepared)
    return JsonResponse({"field": name, "errors": list(form.errors.get(name, [])), "value": shown})


class LiveFormView(FormMixin):  # type: ignore[type-arg]
    """Mix into a FormView: a POST with ``_check=<field>`` checks that field and stores nothing."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = request.POST.get("_check")
        if name:
            return check_field(self.get_form(), name)
        return super().post(request, *args, **kwargs)  # type: ignore[misc]
