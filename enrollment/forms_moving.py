"""The forms of people who move: within the unit, to another, out of the province; what the other side does."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enrollment.checks import check_first_period
from enrollment.forms import RefusedForm
from enrollment.models import Declaration, Employer, Employment, Transfer
from enrollment.refusals import Refusal
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.money import MoneyFormField
from jilin_si.periods import period_of
from jilin_si.web.forms import PeriodField, PlainCharField

INSIDE, ACROSS, AWAY = "inside", "across", "away"
NEAR = 4


def employer_of(county_id: int, text: str) -> Employer:
    """An employer of the unit by its number or its name. Raises ValidationError naming what comes near."""
    active = Employer.objects.filter(county_id=county_id, status=Employer.Status.ACTIVE)
    found = active.filter(number=text).first() or active.filter(name=text).first()
    if found is not None:
        return found
    near = list(active.filter(name__contains=text)[: NEAR + 1]) if text else []
    if len(near) == 1:
        return near[0]
    if near:
        names = "；".join(f"{each.number} {each.name}" for each in near[:NEAR])
        raise ValidationError(_("Several employers fit: %(names)s") % {"names": names}, code="several")
    raise ValidationError(_("No active employer of this county has this number or name."), code="employer")


def units_besides(county_id: int) -> list[tuple[str, Any]]:
    """Every other unit of the province, as choices, under its prefecture."""
    units = Agency.objects.units().exclude(pk=county_id).select_related("parent")
    groups: dict[str, list[tuple[str, str]]] = {}
    for unit in units:
        head = unit if unit.is_prefecture else unit.parent
        groups.setdefault(head.name if head else "", []).append((str(unit.pk), unit.unit_name))
    return [("", "—"), *groups.items()]


class MovingForm(RefusedForm):
    """Fields that several of these forms share: an employer by number or name, and the wage that it declares."""

    def clean_wage(self) -> Any:
        wage = self.cleaned_data["wage"]
        if wage is not None and not 0 < wage <= 10_000_000:
            raise ValidationError(_("Wages are more than 0."), code="wage_not_positive")
        return wage

    def _wage_needed(self, employer: Employer | None) -> None:
        """A wage must come with the worker once the employer's return of the year is handed in."""
        if employer is None or self.cleaned_data.get("wage") is not None or "wage" in self.errors:
            return
        if Declaration.objects.filter(
            employer=employer, fee_year=today().year, state__in=["submitted", "approved"]
        ).exists():
            self.add_error(
                "wage", _("This employer's return is handed in: the wage must come with the worker.")
            )


class TransferForm(MovingForm):
    """A worker goes to another employer of this county, to another county, or out of the province."""

    kind = forms.ChoiceField(
        label=_("Where to"),
        choices=[
            (INSIDE, _("within the county")),
            (ACROSS, _("another county")),
            (AWAY, _("out of the province")),
        ],
        initial=INSIDE,
    )
    first_period = PeriodField(
        label=_("Moves from"), help_text=_("first month not with the old employer, like 1996-03")
    )
    employer = PlainCharField(
        label=_("New employer"),
        required=False,
        max_length=200,
        help_text=_("within the county: number or name"),
    )
    wage = MoneyFormField(label=_("Monthly wage"), required=False, help_text=_("with the new employer"))
    to_county = forms.ChoiceField(label=_("To county"), required=False)
    destination = PlainCharField(
        label=_("Office outside the province"), required=False, max_length=200, help_text=_("its full name")
    )
    note = PlainCharField(label=_("Note"), required=False, max_length=500)

    def __init__(self, employment: Employment, *args: Any, **kwargs: Any) -> None:
        self.employment = employment
        living = employment.last_period is None
        kwargs.setdefault(
            "initial", {"first_period": period_of(today()), "kind": INSIDE if living else ACROSS}
        )
        super().__init__(*args, **kwargs)
        self.fields["to_county"].choices = units_besides(employment.county_id)  # type: ignore[attr-defined]
        if not living:
            self.fields["kind"].choices = self.fields["kind"].choices[1:]  # type: ignore[attr-defined]
            del self.fields["employer"], self.fields["wage"]
            self.fields["first_period"].help_text = _("the first month after the employment")

    def clean_first_period(self) -> date:
        period = self.cleaned_data["first_period"]
        try:
            check_first_period(None, period)
        except Refusal as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from refusal
        return period

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind == INSIDE:
            try:
                cleaned["employer"] = employer_of(self.employment.county_id, cleaned.get("employer") or "")
            except ValidationError as error:
                self.add_error("employer", error)
            else:
                self._wage_needed(cleaned["employer"])
        elif kind == ACROSS:
            unit = Agency.objects.units().filter(pk=int(cleaned.get("to_county") or 0)).first()
            if unit is None:
                self.add_error("to_county", _("Choose the county."))
            cleaned["to_county"] = unit
        elif kind == AWAY and not cleaned.get("destination"):
            self.add_error("destination", _("Say which office outside the province takes the person."))
        return cleaned


class TakeInForm(MovingForm):
    """The new county takes a worker in."""

    employer = PlainCharField(
        label=_("Employer"),
        max_length=200,
        help_text=_("number or name"),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    first_period = PeriodField(label=_("Joins from"), help_text=_("first month, like 1996-03"))
    wage = MoneyFormField(label=_("Monthly wage"), required=False)

    def __init__(self, transfer: Transfer, *args: Any, only_account: bool, **kwargs: Any) -> None:
        self.transfer = transfer
        kwargs.setdefault("initial", {"first_period": max(transfer.first_period, period_of(today()))})
        super().__init__(*args, **kwargs)
        if only_account:  # employed here already, or a supplement
            self.fields.clear()

    def clean_employer(self) -> Employer:
        return employer_of(self.transfer.to_county_id or 0, self.cleaned_data["employer"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._wage_needed(cleaned.get("employer"))
        return cleaned


class ReasonForm(RefusedForm):
    """An act that needs a reason and nothing else."""

    reason = PlainCharField(label=_("Reason"), max_length=500)


class TransferFilter(RefusedForm):
    """Which transfers are listed."""

    way = forms.ChoiceField(
        label=_("Direction"),
        required=False,
        choices=[
            ("", _("all")),
            ("here", _("waiting here")),
            ("in", _("to us")),
            ("out", _("from us")),
            ("away", _("out of the province")),
        ],
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), *Transfer.State.choices]
    )
    q = PlainCharField(label=_("Name, number"), required=False, max_length=64)
