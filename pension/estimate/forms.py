"""Seven questions that anybody can answer about himself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jilin_si.money import MoneyFormField
from jilin_si.web.forms import DayField, OfficeForm
from pension.estimate.reckoning import Person

YOUNGEST, OLDEST, FIRST_WORK = 16, 100, 14


class EstimateForm(OfficeForm):
    """Birth date, sex, worker or cadre, kind of work, years, wage; account and standard wage where they are known."""

    birth = DayField(label=_("Date of birth"), help_text=_("as on the identity card, like 1946-07-22"))
    sex = forms.ChoiceField(
        label=_("Sex"), choices=[("M", _("man")), ("F", _("woman"))], widget=forms.RadioSelect
    )
    identity = forms.ChoiceField(
        label=_("Worker or cadre"),
        choices=[("worker", _("Worker")), ("cadre", _("Cadre"))],
        initial="worker",
        widget=forms.RadioSelect,
        help_text=_("It decides the age for women: 50 or 55."),
    )
    category = forms.ChoiceField(
        label=_("Kind of work"),
        choices=[
            ("normal", _("Ordinary work")),
            ("special", _("Underground, at heights, in heat, especially heavy or with poisons")),
            ("disability", _("Unable to work, certified")),
        ],
        initial="normal",
    )
    years = forms.DecimalField(
        label=_("Years worked so far"),
        min_value=Decimal(0),
        max_value=Decimal(60),
        max_digits=4,
        decimal_places=1,
        help_text=_("all years, also those before 1992"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    wage = MoneyFormField(label=_("Wage a month"), help_text=_("yuan, the average of last year"))
    account = MoneyFormField(
        label=_("In your account"),
        required=False,
        help_text=_("yuan, as on the yearly statement; empty: it is guessed from the wage"),
    )
    standard_wage = MoneyFormField(
        label=_("Standard wage"),
        required=False,
        help_text=_("yuan, without bonuses and allowances; empty: the wage is taken for it"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_birth(self) -> date:
        birth: date = self.cleaned_data["birth"]
        age = self.today.year - birth.year - ((self.today.month, self.today.day) < (birth.month, birth.day))
        if not YOUNGEST <= age <= OLDEST:
            raise forms.ValidationError(
                _("Born on this day one is %(age)s years old; between %(least)s and %(most)s is expected."),
                params={"age": age, "least": YOUNGEST, "most": OLDEST},
            )
        return birth

    def _not_negative(self, name: str) -> Decimal | None:
        amount: Decimal | None = self.cleaned_data.get(name)
        if amount is not None and amount < 0:
            raise forms.ValidationError(_("This cannot be negative."))
        return amount

    def clean_wage(self) -> Decimal | None:
        wage = self._not_negative("wage")
        if wage == 0:
            raise forms.ValidationError(_("A wage above zero is needed."))
        return wage

    def clean_account(self) -> Decimal | None:
        return self._not_negative("account")

    def clean_standard_wage(self) -> Decimal | None:
        return self._not_negative("standard_wage") or None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        birth, years = cleaned.get("birth"), cleaned.get("years")
        if birth and years is not None:
            possible = self.today.year - birth.year - FIRST_WORK
            if years > possible:
                self.add_error(
                    "years",
                    _("By the date of birth there can be at most %(years)s years of work.")
                    % {"years": possible},
                )
        return cleaned

    def person(self) -> Person:
        """What was told."""
        given = self.cleaned_data
        return Person(
            birth=given["birth"],
            sex=given["sex"],
            identity=given["identity"],
            category=given["category"],
            years=given["years"],
            wage=given["wage"],
            account=given["account"],
            standard_wage=given["standard_wage"],
        )
