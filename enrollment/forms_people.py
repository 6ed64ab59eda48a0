"""The forms of a worker's particulars, and of who joins alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enrollment.checks import check_first_period
from enrollment.forms import PersonForm, RefusedForm
from enrollment.identity_numbers import IdentityNumber, read_identity_number, read_name
from enrollment.lines import line_choices
from enrollment.models import Category, Identity, Industry
from enrollment.people import SpecialWorkKind
from enrollment.refusals import Refusal
from jilin_si.agencies.clock import today
from jilin_si.money import MoneyFormField
from jilin_si.periods import period_of
from jilin_si.policy.database import database_policy
from jilin_si.web.forms import PeriodField, PlainCharField


def _document() -> PlainCharField:
    return PlainCharField(
        label=_("Document"), max_length=100, help_text=_("its number, or the personnel file")
    )


class CategoryForm(RefusedForm):
    """How the worker is employed."""

    category = forms.ChoiceField(label=_("Employed as"), choices=Category.choices)


class IdentityForm(RefusedForm):
    """Worker or cadre, from a month on."""

    identity = forms.ChoiceField(label=_("Identity"), choices=Identity.choices)
    first_period = PeriodField(label=_("From"), help_text=_("first month, like 1996-03"))
    document = _document()


class SpecialWorkForm(RefusedForm):
    """A stretch of special work."""

    kind = forms.ChoiceField(label=_("Kind"), choices=SpecialWorkKind.choices)
    first_period = PeriodField(label=_("From"), help_text=_("first month, like 1996-03"))
    last_period = PeriodField(
        label=_("To"), required=False, help_text=_("last month; empty while it goes on")
    )
    document = _document()


class DeemedForm(RefusedForm):
    """Deemed months with their evidence."""

    months = forms.IntegerField(
        label=_("Deemed months"),
        min_value=0,
        max_value=720,
        widget=forms.TextInput(attrs={"data-plain": "int", "inputmode": "numeric"}),
    )
    document = _document()
    note = PlainCharField(label=_("Note"), max_length=500, required=False)


class AloneForm(PersonForm):
    """A self-employed person joins alone."""

    first_period = PeriodField(label=_("Joins from"), help_text=_("first month, like 1996-03"))
    wage = MoneyFormField(
        label=_("Base"), help_text=_("yuan a month; last year's local average wage is filled in")
    )
    industry = forms.ChoiceField(label=_("Industry"), choices=Industry.choices, initial=Industry.TRADE)
    contact_phone = PlainCharField(label=_("Telephone"), max_length=30, required=False)
    lines = forms.MultipleChoiceField(
        label=_("Lines"), choices=line_choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, county_id: int, *args: Any, **kwargs: Any) -> None:
        self.county_id = county_id
        period = period_of(today())
        average = database_policy().find("local_avg_wage", period, county_id)
        kwargs.setdefault(
            "initial",
            {"first_period": period, "lines": settings.LINES[:1], "wage": average.value if average else None},
        )
        super().__init__(*args, **kwargs)
        self.number: IdentityNumber | None = None

    def clean_identity_number(self) -> str:
        self.number = _read(read_identity_number, self.cleaned_data["identity_number"], today())
        return self.number.given

    def clean_name(self) -> str:
        return str(_read(read_name, self.cleaned_data["name"]))

    def clean_first_period(self) -> date:
        period: date = self.cleaned_data["first_period"]
        _read(check_first_period, self.number.birth_date if self.number else None, period)
        return period

    def clean_wage(self) -> Any:
        wage = self.cleaned_data["wage"]
        if wage is not None and not 0 < wage <= 10_000_000:
            raise ValidationError(_("Wages are more than 0."), code="wage_not_positive")
        return wage


def _read(function: Any, *given: Any) -> Any:
    try:
        return function(*given)
    except Refusal as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from refusal
