"""The forms of a correction request: what is asked for depends on what is wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collection.corrections.models import Correction
from enrollment.forms import RefusedForm
from enrollment.models import Employment
from jilin_si.agencies.clock import today
from jilin_si.money import MoneyFormField
from jilin_si.periods import month
from jilin_si.web.forms import DayField, OfficeForm, PeriodField, PlainCharField

About = Correction.About


class CorrectionForm(RefusedForm):
    """A case about a worker, of one kind."""

    def __init__(self, employment: Employment, about: str, *args: Any, **kwargs: Any) -> None:
        self.employment, self.about = employment, about
        kwargs.setdefault("initial", self._initial())
        super().__init__(*args, **kwargs)

    asked_by = forms.ChoiceField(label=_("Asked by"), choices=Correction.AskedBy.choices)
    evidence_no = PlainCharField(
        label=_("Document no."), max_length=80, help_text=_("of the evidence, as it stands on it")
    )
    evidence = PlainCharField(
        label=_("What it proves"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def _initial(self) -> dict[str, Any]:
        worker, year = self.employment.worker, today().year
        known: dict[str, dict[str, Any]] = {
            "birth_date": {"value": worker.birth_date},
            "first_work_date": {"value": worker.first_work_date},
            "wage": {"first_period": month(year, 1), "last_period": month(year, 12)},
            "months": {
                "first_period": self.employment.first_period,
                "last_period": self.employment.last_period,
            },
        }
        return known.get(self.about, {})

    @property
    def asked(self) -> dict[str, Any]:
        """What is to stand, for the service."""
        names = set(self.fields) - {"asked_by", "evidence_no", "evidence"}
        return {name: self.cleaned_data[name] for name in names}


class NameForm(CorrectionForm):
    value = PlainCharField(label=pgettext_lazy("right value", "Right name"), max_length=200)
    field_order = ("value",)


class NumberForm(CorrectionForm):
    value = PlainCharField(
        label=_("Right identity number"),
        max_length=40,
        widget=forms.TextInput(attrs={"data-plain": "identity"}),
        help_text=_("15 digits, or 18"),
    )
    field_order = ("value",)


class DateForm(CorrectionForm):
    value = DayField(label=_("Right day"), help_text=_("day, like 1983-12-01"))
    field_order = ("value",)


class WageForm(CorrectionForm):
    wage = MoneyFormField(label=_("Right monthly wage"), help_text=_("average of last year, yuan a month"))
    first_period = PeriodField(label=_("From month"))
    last_period = PeriodField(label=_("To month"), help_text=_("in the same fee year"))
    field_order = ("wage", "first_period", "last_period")


class MonthsForm(CorrectionForm):
    first_period = PeriodField(label=_("Right first month"))
    last_period = PeriodField(label=_("Right last month"), required=False, help_text=_("open: leave empty"))
    wage = MoneyFormField(
        label=_("Wage of months that are added"),
        required=False,
        help_text=_("yuan a month; empty: that of the nearest month charged"),
    )
    field_order = ("first_period", "last_period", "wage")


FORMS: dict[str, type[CorrectionForm]] = {
    About.NAME: NameForm,
    About.BIRTH_DATE: DateForm,
    About.IDENTITY_NUMBER: NumberForm,
    About.FIRST_WORK_DATE: DateForm,
    About.WAGE: WageForm,
    About.MONTHS: MonthsForm,
}


class RefusalForm(RefusedForm):
    """Why a case is refused."""

    reason = PlainCharField(
        label=_("Why it is refused"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class CorrectionFilter(OfficeForm):
    """Which cases are listed."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), *Correction.State.choices]
    )
    about = forms.ChoiceField(
        label=_("About"), required=False, choices=[("", _("all")), *Correction.About.choices]
    )
