"""The forms of a correction request: what is asked for depends on what is wrong, the rest on who asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collection.corrections.employers import CLASSES, NOBODY, retirees_by_month
from collection.corrections.models import EMPLOYER_KINDS, Correction
from collection.corrections.subjects import Subject
from enrollment.forms import RefusedForm
from enrollment.models import Industry, Ownership
from jilin_si.agencies.clock import today
from jilin_si.money import MoneyFormField, from_fen
from jilin_si.periods import month, period_of
from jilin_si.web.forms import DayField, OfficeForm, PeriodField, PlainCharField

About = Correction.About
WRITTEN = {"rows": 2}


class FactForm(RefusedForm):
    """What is to stand. ``given`` are the values of a case that is taken up."""

    def __init__(
        self, subject: Subject, about: str, *args: Any, given: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.subject, self.about = subject, about
        kwargs["initial"] = self._initial() | (given or {}) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def _initial(self) -> dict[str, Any]:
        year = today().year
        months = {"first_period": month(year, 1), "last_period": month(year, 12)}
        if self.about == About.RETIREES:
            known = retirees_by_month(self.subject.employer.pk)
            newest = max((p for p in known if p <= period_of(today())), default=month(year, 1))
            now = known.get(newest, NOBODY)
            months = {"first_period": month(newest.year, 1), "last_period": month(newest.year, 12)}
            return {"retirees": now.heads, "cost": from_fen(now.fen), **months}
        if self.about == About.TRADE_CLASS:
            return {"trade_class": self.subject.employer.trade_class, "first_period": month(year, 1)}
        if self.about == About.WAGE:
            return months
        if self.about == About.MONTHS:
            place = self.subject.of_place
            return {"first_period": place.first_period, "last_period": place.last_period}
        if self.about in EMPLOYER_KINDS:
            field = "name" if self.about == About.EMPLOYER_NAME else self.about
            return {"value": getattr(self.subject.employer, field)}
        if self.about in (About.BIRTH_DATE, About.FIRST_WORK_DATE):
            return {"value": getattr(self.subject.of_worker, self.about)}
        return {}

    @property
    def asked(self) -> dict[str, Any]:
        """What is to stand, for the service."""
        return {name: self.cleaned_data[name] for name in self.fields if name not in OTHERS}


class NameForm(FactForm):
    value = PlainCharField(label=pgettext_lazy("right value", "Right name"), max_length=200)


class NumberForm(FactForm):
    value = PlainCharField(
        label=_("Right identity number"),
        max_length=40,
        widget=forms.TextInput(attrs={"data-plain": "identity"}),
        help_text=_("15 digits, or 18"),
    )


class DateForm(FactForm):
    value = DayField(label=_("Right day"), help_text=_("day, like 1983-12-01"))


class CodeForm(FactForm):
    value = PlainCharField(label=_("Right organisation code"), max_length=20, help_text=_("like 12345678-8"))


class OwnershipForm(FactForm):
    value = forms.ChoiceField(label=_("Right ownership"), choices=Ownership.choices)


class IndustryForm(FactForm):
    value = forms.ChoiceField(
        label=_("Right industry"),
        choices=Industry.choices,
        help_text=_("the risk class stays: it has a case of its own"),
    )


class WageForm(FactForm):
    wage = MoneyFormField(label=_("Right monthly wage"), help_text=_("average of last year, yuan a month"))
    first_period = PeriodField(label=_("From month"))
    last_period = PeriodField(label=_("To month"), help_text=_("in the same fee year"))


class MonthsForm(FactForm):
    first_period = PeriodField(label=_("Right first month"))
    last_period = PeriodField(label=_("Right last month"), required=False, help_text=_("open: leave empty"))
    wage = MoneyFormField(
        label=_("Wage of months that are added"),
        required=False,
        help_text=_("yuan a month; empty: that of the nearest month charged"),
    )


class ClassForm(FactForm):
    trade_class = forms.TypedChoiceField(
        label=_("Right risk class"), choices=[(n, str(n)) for n in CLASSES], coerce=int
    )
    first_period = PeriodField(
        label=_("Right from month"),
        help_text=_("from it on every month goes by this class, those billed too"),
    )


class RetireesForm(FactForm):
    retirees = forms.IntegerField(
        label=_("Right number of retirees"),
        min_value=0,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-plain": "int"}),
    )
    cost = MoneyFormField(label=_("Right cost a month"), help_text=_("of all of them, yuan"))
    first_period = PeriodField(label=_("From month"))
    last_period = PeriodField(label=_("To month"), help_text=_("in the same fee year"))


FACTS: dict[str, type[FactForm]] = {
    About.WAGE: WageForm,
    About.MONTHS: MonthsForm,
    About.NAME: NameForm,
    About.IDENTITY_NUMBER: NumberForm,
    About.BIRTH_DATE: DateForm,
    About.FIRST_WORK_DATE: DateForm,
    About.RETIREES: RetireesForm,
    About.TRADE_CLASS: ClassForm,
    About.EMPLOYER_NAME: NameForm,
    About.ORGANISATION_CODE: CodeForm,
    About.OWNERSHIP: OwnershipForm,
    About.INDUSTRY: IndustryForm,
}
OTHERS = ("asked_by", "evidence_no", "evidence", "request")
KINDS_OF_WORKER = [about for about in FACTS if about not in EMPLOYER_KINDS]
KINDS_OF_EMPLOYER = [about for about in FACTS if about in EMPLOYER_KINDS]


class EvidenceForm(RefusedForm):
    """Who asked, and the paper that proves it: the office's part."""

    asked_by = forms.ChoiceField(label=_("Asked by"), choices=Correction.AskedBy.choices)
    evidence_no = PlainCharField(
        label=_("Document no."), max_length=80, help_text=_("of the evidence, as it stands on it")
    )
    evidence = PlainCharField(label=_("What it proves"), max_length=500, widget=forms.Textarea(attrs=WRITTEN))


class TakeUpEvidence(RefusedForm):
    """The paper that proves what an employer asked for."""

    evidence_no = PlainCharField(
        label=_("Document no."), max_length=80, help_text=_("of the evidence, as it stands on it")
    )
    evidence = PlainCharField(label=_("What it proves"), max_length=500, widget=forms.Textarea(attrs=WRITTEN))


class RequestForm(RefusedForm):
    """What an employer writes to it."""

    request = PlainCharField(
        label=_("What proves it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("which paper, its number and date; bring or send it to your office"),
    )


def form_for(about: str, rest: type[RefusedForm]) -> type[FactForm]:
    """The form of a kind, with the part of whoever fills it in."""
    return type(f"{rest.__name__}Of{about}", (rest, FACTS[about]), {})


def as_given(asked: dict[str, Any]) -> dict[str, Any]:
    """What a case asks for as a form's first values."""
    return {name: value for name, value in asked.items() if name != "employment" and value not in ("", None)}


class RefusalForm(RefusedForm):
    """Why a case is refused."""

    reason = PlainCharField(
        label=_("Why it is refused"), max_length=500, widget=forms.Textarea(attrs=WRITTEN)
    )


class CorrectionFilter(OfficeForm):
    """Which cases are listed."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), *Correction.State.choices]
    )
    about = forms.ChoiceField(
        label=_("About"), required=False, choices=[("", _("all")), *Correction.About.choices]
    )
    employer = PlainCharField(label=_("Employer, name or number begins with"), required=False, max_length=200)


def kinds(names: list[str]) -> list[tuple[str, str]]:
    """Kinds with their words, for the choice above a form."""
    return [(name, str(About(name).label)) for name in names]
