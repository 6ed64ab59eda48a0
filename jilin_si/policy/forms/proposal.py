"""A new value for a parameter, and the second person's answer to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jilin_si.policy.errors import InputError
from jilin_si.policy.forms.filters import PlaceField
from jilin_si.policy.forms.values import value_field
from jilin_si.policy.lookup import ParameterInfo
from jilin_si.policy.models import Confidence, LegalDocument
from jilin_si.policy.services import Proposal
from jilin_si.web.forms import DayField, OfficeForm, PlainCharField, prepare_widgets


def document_choices() -> list[tuple[str, str]]:
    found = [(d.code, f"{d.number} {d.name}"[:80]) for d in LegalDocument.objects.all()]
    return [("", ""), *found]


def _value_field(info: ParameterInfo) -> forms.Field:
    """The field for a new value, with a hint of what may stand in it."""
    field = value_field(info.shape, label=_("New value"))
    if info.unit == "rate":
        field.help_text = _("In percent: 21.5 is 21.5%.")
    elif info.shape.minimum is not None or info.shape.maximum is not None:
        told = {"least": info.shape.minimum or "…", "most": info.shape.maximum or "…"}
        field.help_text = str(_("From %(least)s to %(most)s.")) % told
    return field


class WhatIfForm(OfficeForm):
    """A value that is only tried, and where."""

    agency = PlaceField(label=_("Place"))

    def __init__(self, *args: Any, info: ParameterInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.info = info
        self.fields["value"] = _value_field(info)
        self.order_fields(["value", "agency"])
        prepare_widgets(self)

    def clean_value(self) -> Any:
        written = self.cleaned_data["value"]
        try:
            self.info.shape.read(written, "value")
        except InputError as refused:
            raise forms.ValidationError([error.message for error in refused.errors]) from refused
        return written


class ProposalForm(OfficeForm):
    """A value with its place, its days, the document it rests on and how sure it is."""

    agency = PlaceField(label=_("Place"))
    valid_from = DayField(label=_("Valid from"))
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("Empty: until further notice."))
    document = forms.ChoiceField(label=_("Legal document"), choices=document_choices)
    confidence = forms.ChoiceField(label=_("How sure"), choices=Confidence.choices, widget=forms.RadioSelect)
    note = PlainCharField(label=_("Note"), required=False, max_length=300)
    reason = PlainCharField(
        label=_("Reason for the change"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, info: ParameterInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.info = info
        self.fields["value"] = _value_field(info)
        self.order_fields(
            ["value", "valid_from", "valid_to", "agency", "document", "confidence", "note", "reason"]
        )
        prepare_widgets(self)

    def proposal(self) -> Proposal:
        """What was filled in, for the service."""
        given = self.cleaned_data
        return Proposal(
            parameter=self.info.code,
            valid_from=given["valid_from"],
            value=given["value"],
            document=given["document"],
            confidence=given["confidence"],
            agency_id=given["agency"],
            valid_to=given["valid_to"],
            note=given["note"],
            reason=given["reason"],
        )

    def take_errors(self, refused: InputError) -> None:
        """Show what the service found wrong at the field it names."""
        for error in refused.errors:
            name = error.field.partition("[")[0].partition(".")[0]
            known = {"agency": "agency"}.get(name, name)
            self.add_error(known if known in self.fields else None, error.message)


class AnswerForm(OfficeForm):
    """The reason that goes with an approval or a withdrawal."""

    reason = PlainCharField(
        label=_("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
