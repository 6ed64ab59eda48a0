"""The forms of the registry: what people type is read here, what cannot be is told at its field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.checks import check_first_period, check_first_work_date, refuse_insured
from enrollment.identity_numbers import IdentityNumber, read_identity_number, read_name
from enrollment.lines import line_choices
from enrollment.models import (
    Category,
    Declaration,
    Employer,
    Employment,
    Identity,
    Industry,
    LeaveReason,
    Ownership,
    System,
    Worker,
)
from enrollment.refusals import Refusal
from enrollment.services.employers import read_organisation_code, refuse_taken_code
from enrollment.standing import namesakes, standing
from jilin_si.agencies.clock import today
from jilin_si.money import MoneyFormField
from jilin_si.periods import add_months, period_of
from jilin_si.web.forms import DayField, OfficeForm, PeriodField, PlainCharField

if TYPE_CHECKING:
    from enrollment.services.declarations import NotReady


class RefusedForm(OfficeForm):
    """A form whose act may be refused by the registry: the reason goes to its field."""

    def take_refusal(self, refusal: Refusal) -> None:
        """Show why the act was refused, at the field that it is about."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, ValidationError(refusal.message, code=refusal.code))

    def take_faults(self, refused: NotReady) -> None:
        """Show what the joining return's own checks found, at the field of the wage."""
        for row in refused.checked.rows:
            for fault in row.errors:
                self.add_error("wage", fault.text)


class PlainTextField(PlainCharField):
    """Text that its own check reads: nothing is cut or folded before."""

    def to_python(self, value: Any) -> str:
        return forms.CharField.to_python(self, value) or ""


class PersonForm(RefusedForm):
    """Somebody joins. The number comes first: it tells sex and birth, and whether the person is known."""

    identity_number = PlainTextField(
        label=_("Identity number"),
        max_length=40,
        widget=forms.TextInput(attrs={"data-plain": "identity", "autofocus": True, "inputmode": "text"}),
        help_text=_("15 digits, or 18"),
    )
    name = PlainTextField(label=pgettext_lazy("person", "Name"), max_length=200)


class EnrolForm(PersonForm):
    """A worker joins an employer."""

    category = forms.ChoiceField(label=_("Employed as"), choices=Category.choices)
    identity = forms.ChoiceField(label=_("Identity"), choices=Identity.choices)
    first_period = PeriodField(label=_("Joins from"), help_text=_("first month, like 1996-03"))
    first_work_date = DayField(label=_("Started work"), required=False, help_text=_("day, like 1983-12-01"))
    deemed_months = forms.IntegerField(
        label=_("Deemed months"),
        required=False,
        min_value=0,
        max_value=720,
        widget=forms.TextInput(attrs={"data-plain": "int", "inputmode": "numeric"}),
        help_text=_("service that counts as paid"),
    )
    wage = MoneyFormField(
        label=_("Monthly wage"), required=False, help_text=_("yuan; the declaration can bring it later")
    )
    namesake_checked = forms.BooleanField(label=_("I have checked: this is another person"), required=False)

    def __init__(self, employer: Employer, *args: Any, **kwargs: Any) -> None:
        self.employer = employer
        self.day = today()
        kwargs.setdefault("initial", {"first_period": period_of(self.day), "category": Category.CONTRACT})
        super().__init__(*args, **kwargs)
        self.wage_needed = Declaration.objects.filter(
            employer=employer, fee_year=self.day.year, state__in=["submitted", "approved"]
        ).exists()
        if self.wage_needed:
            self.fields["wage"].required = True
            self.fields["wage"].help_text = _("yuan; reviewed as a joining return")
        self.number: IdentityNumber | None = None

    def clean_identity_number(self) -> str:
        self.number = _read(read_identity_number, self.cleaned_data["identity_number"], self.day)
        return self.number.given

    def clean_name(self) -> str:
        return _read(read_name, self.cleaned_data["name"])

    def clean_first_period(self) -> date:
        period = self.cleaned_data["first_period"]
        _read(check_first_period, self.number.birth_date if self.number else None, period)
        return period

    def clean_first_work_date(self) -> date | None:
        started = self.cleaned_data["first_work_date"]
        if started and self.number:
            _read(check_first_work_date, self.number.birth_date, started, self.day)
        return started

    def clean_deemed_months(self) -> int:
        return self.cleaned_data["deemed_months"] or 0

    def clean_wage(self) -> Any:
        wage = self.cleaned_data["wage"]
        if wage is not None and not 0 < wage <= 10_000_000:
            raise ValidationError(_("Wages are more than 0."), code="wage_not_positive")
        return wage

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name, period = cleaned.get("name"), cleaned.get("first_period")
        if self.number and name:
            known = standing(self.number.key, name, period or period_of(self.day))
            if known and known.insured:
                self.take_refusal(refuse_insured(known))
            elif known and not known.same_name:
                self.add_error(
                    "name", _("This number is registered under another name. Check the number and the name.")
                )
            elif known is None and not cleaned.get("namesake_checked") and self.namesakes():
                self.add_error(
                    "namesake_checked",
                    _(
                        "Somebody of this name and birth date is registered under another number."
                        " Compare, then tick this."
                    ),
                )
        return cleaned

    def namesakes(self) -> list[Worker]:
        """Workers of the same name and birth date, seen here."""
        name = self.cleaned_data.get("name")
        if self.number is None or not name:
            return []
        found = Worker.objects.filter(pk__in=namesakes(name, self.number.birth_date))
        return list(found.exclude(identity_key=self.number.key))

    @property
    def asks_for_namesake(self) -> bool:
        return "namesake_checked" in self.errors or bool(self.data.get("namesake_checked"))

    @property
    def act(self) -> dict[str, Any]:
        """What the service is given."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "namesake_checked"}


class LeaveForm(RefusedForm):
    """A worker leaves."""

    effective_period = PeriodField(
        label=_("Leaves from"), help_text=_("the first month that is not owed any more")
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *LeaveReason.choices])

    def __init__(self, employment: Employment, *args: Any, **kwargs: Any) -> None:
        self.employment = employment
        kwargs.setdefault("initial", {"effective_period": period_of(today())})
        super().__init__(*args, **kwargs)

    def clean_effective_period(self) -> date:
        period = self.cleaned_data["effective_period"]
        if period <= self.employment.first_period:
            raise ValidationError(
                _("The worker joined in %(period)s: leaving takes effect in a later month.")
                % {"period": f"{self.employment.first_period:%Y-%m}"},
                code="leaves_before_joining",
            )
        _read(check_first_period, None, period)
        return period

    @property
    def last_period(self) -> date:
        return add_months(self.cleaned_data["effective_period"], -1)


class EmployerForm(RefusedForm):
    """An employer is registered: by its organisation code first, so that none is entered twice."""

    organisation_code = PlainTextField(
        label=_("Organisation code"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"data-plain": "organisation", "autofocus": True}),
        help_text=_("12345678-9, where there is one"),
    )
    name = PlainCharField(label=_("Name"), max_length=200)
    ownership = forms.ChoiceField(label=_("Ownership"), choices=Ownership.choices)
    industry = forms.ChoiceField(label=_("Industry"), choices=Industry.choices)
    system = forms.ChoiceField(
        label=_("System"),
        choices=[("", _("none")), *System.choices],
        required=False,
        help_text=_("pools pensions by itself"),
    )
    trade_class = forms.TypedChoiceField(
        label=_("Injury risk class"),
        choices=[("", _("by industry")), *[(str(number), str(number)) for number in range(1, 6)]],
        coerce=int,
        empty_value=None,
        required=False,
    )
    registered_on = DayField(label=_("Registered on"))
    lines = forms.MultipleChoiceField(
        label=_("Lines"), choices=line_choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    first_period = PeriodField(label=_("Covered from"))
    contact_name = PlainCharField(label=_("Contact"), max_length=64, required=False)
    contact_phone = PlainCharField(label=_("Telephone"), max_length=30, required=False)
    bank_name = PlainCharField(label=_("Bank"), max_length=100, required=False)
    bank_account = PlainCharField(label=_("Bank account"), max_length=30, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        day = today()
        kwargs.setdefault(
            "initial", {"registered_on": day, "first_period": period_of(day), "lines": settings.LINES}
        )
        super().__init__(*args, **kwargs)

    def clean_organisation_code(self) -> str:
        code: str = _read(read_organisation_code, self.cleaned_data["organisation_code"])
        _read(refuse_taken_code, code)
        return code

    @property
    def known(self) -> Employer | None:
        """The employer that is registered under the code typed, where it lies in the asker's scope."""
        try:
            code = read_organisation_code(self.data.get("organisation_code", ""))
        except Refusal:
            return None
        return Employer.objects.filter(organisation_code=code).first() if code else None

    def clean_registered_on(self) -> date:
        day = self.cleaned_data["registered_on"]
        if day > today():
            raise ValidationError(
                _("%(day)s has not come yet.") % {"day": day.isoformat()}, code="date_in_future"
            )
        return day

    def clean_first_period(self) -> date:
        _read(check_first_period, None, self.cleaned_data["first_period"])
        return self.cleaned_data["first_period"]

    @property
    def act(self) -> dict[str, Any]:
        """What the service is given."""
        given = {name: self.cleaned_data[name] for name in self.fields if name != "first_period"}
        given["lines"] = dict.fromkeys(given["lines"], self.cleaned_data["first_period"])
        return given


class CoverageForm(RefusedForm):
    """An employer joins a line, or leaves it."""

    line = forms.ChoiceField(label=_("Line"), choices=line_choices)
    first_period = PeriodField(label=_("First month"))
    last_period = PeriodField(
        label=_("Last month"), required=False, help_text=_("the last month covered; open: leave empty")
    )

    def clean_first_period(self) -> date:
        _read(check_first_period, None, self.cleaned_data["first_period"])
        return self.cleaned_data["first_period"]

    @property
    def act(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ReturnForm(RefusedForm):
    """A declaration is sent back."""

    reason = forms.CharField(
        label=_("What is to be mended"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class RosterForm(RefusedForm):
    """A roster as a file, or as rows pasted from a sheet."""

    file = forms.FileField(
        label=_("Excel or CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,text/csv"}),
        help_text=_("up to 20 MB"),
    )
    first_period = PeriodField(label=_("New people join from"), help_text=_("first month, like 1996-03"))
    pasted = forms.CharField(
        label=_("Or rows pasted from a sheet, with their heads"),
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"first_period": period_of(today())})
        super().__init__(*args, **kwargs)

    def clean_first_period(self) -> date:
        _read(check_first_period, None, self.cleaned_data["first_period"])
        return self.cleaned_data["first_period"]

    def clean_pasted(self) -> str:
        if "\x00" in self.cleaned_data["pasted"]:
            raise ValidationError(
                _("There are invisible characters in this text. Type it anew."), code="hidden"
            )
        return self.cleaned_data["pasted"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("file") and not cleaned.get("pasted", "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste rows."))
        return cleaned


class SheetForm(RefusedForm):
    """A workbook that comes back."""

    file = forms.FileField(
        label=_("The filled workbook"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,text/csv"}),
        help_text=_("up to 20 MB"),
    )


class UnmaskForm(RefusedForm):
    """The whole identity number is shown for a reason, which is kept."""

    reason = PlainCharField(label=_("Reason"), max_length=200)


class EmployerFilter(OfficeForm):
    """Which employers are listed."""

    q = PlainCharField(label=_("Name, number, pinyin"), required=False, max_length=64)
    ownership = forms.ChoiceField(
        label=_("Ownership"), required=False, choices=[("", _("all")), *Ownership.choices]
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("all")), *Employer.Status.choices]
    )
    line = forms.ChoiceField(
        label=_("Line"), required=False, choices=lambda: [("", _("all")), *line_choices()]
    )
    declared = forms.ChoiceField(
        label=_("Return of the year"),
        required=False,
        choices=[("", _("all")), ("missing", _("not begun")), *Declaration.State.choices],
    )


class WorkerFilter(OfficeForm):
    """Which workers are listed."""

    q = PlainCharField(label=_("Name, pinyin, number"), required=False, max_length=64)
    employer = PlainCharField(label=_("Employer"), required=False, max_length=64)
    category = forms.ChoiceField(
        label=_("Employed as"), required=False, choices=[("", _("all")), *Category.choices]
    )
    now = forms.ChoiceField(
        label=_("Employment"),
        required=False,
        choices=[("", _("all")), ("living", _("employed now")), ("ended", _("left"))],
    )


class DeclarationFilter(OfficeForm):
    """Which declarations are listed."""

    q = PlainCharField(label=_("Employer"), required=False, max_length=64)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), *Declaration.State.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("all")), *Declaration.Kind.choices]
    )
    year = forms.TypedChoiceField(label=_("Fee year"), required=False, coerce=int, empty_value=None)

    def __init__(self, years: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("all")), *[(str(year), str(year)) for year in years]]  # type: ignore[attr-defined]


def _read(function: Any, *given: Any) -> Any:
    try:
        return function(*given)
    except Refusal as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from refusal
