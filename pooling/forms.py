"""What is typed on the pages of pooling."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jilin_si.money import MoneyFormField
from jilin_si.periods import format_period, months_between
from jilin_si.web.forms import OfficeForm, PeriodField, PlainCharField
from pooling.selectors.months import Span

LONGEST = 120


class SpanForm(OfficeForm):
    """The months that a page is about: ``?from=1996-01&to=1996-05``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = PeriodField(label=_("From"))
        self.fields["to"] = PeriodField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("from"), data.get("to")
        if first and last and not 1 <= months_between(first, last) <= LONGEST:
            raise ValidationError(_("The months are the wrong way round, or too many."), code="span")
        return data

    @classmethod
    def read(cls, given: Any, otherwise: Span) -> tuple[Span, SpanForm]:
        """The span of an address; what is missing or wrong is the usual one, with the form telling why."""
        asked = {"from": given.get("from", ""), "to": given.get("to", "")}
        if not any(asked.values()):
            return otherwise, cls(
                initial={"from": format_period(otherwise.first), "to": format_period(otherwise.last)}
            )
        form = cls(asked)
        if form.is_valid():
            return Span(form.cleaned_data["from"], form.cleaned_data["to"]), form
        return otherwise, form


class TypedPeriodForm(forms.Form):
    """An irreversible act asks for its period to be typed."""

    typed = PeriodField(label=_("Period"))

    def __init__(self, *args: Any, period: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.period = period

    def clean_typed(self) -> date:
        typed: date = self.cleaned_data["typed"]
        if typed != self.period:
            raise ValidationError(
                _("This is about %(period)s."), code="other", params={"period": format_period(self.period)}
            )
        return typed


class AdjustmentForm(OfficeForm):
    """A plan is moderated by an amount a year (yuan), with a reason (调剂政策)."""

    adjustment = MoneyFormField(
        label=_("Adjustment (yuan a year)"),
        help_text=_("Signed: −1,000,000.00 lets the county remit that much less. 0 takes it back."),
    )
    reason = PlainCharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The decision that the adjustment rests on."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("adjustment") and not data.get("reason"):
            self.add_error("reason", _("An adjustment needs its reason."))
        return data
