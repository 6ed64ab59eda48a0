"""The filters of lists: a day and a place decide which value is in force; the rest narrows the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.policy.models import Confidence
from jilin_si.policy.showing import app_name
from jilin_si.web.forms import DayField, OfficeForm, PlainCharField


def place_choices() -> list[tuple[Any, Any]]:
    """The province, then each prefecture with its counties."""
    agencies = list(Agency.objects.order_by("id"))
    province = [(a.id, a.name) for a in agencies if a.id == PROVINCE]
    prefectures = [a for a in agencies if a.is_prefecture]
    groups = [
        (p.name, [(p.id, p.name), *((a.id, a.name) for a in agencies if a.parent_id == p.id)])
        for p in prefectures
    ]
    return [*province, *groups]


class PlaceField(forms.TypedChoiceField):
    """An agency as the place where a value holds."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Place"))
        super().__init__(choices=place_choices, coerce=int, empty_value=PROVINCE, **kwargs)  # type: ignore[arg-type]


class ParameterFilter(OfficeForm):
    """Which parameters, as of which day, at which place."""

    on = DayField(label=_("As of"), required=False)
    agency = PlaceField(required=False)
    app = forms.ChoiceField(label=_("Line"), required=False)
    rule = PlainCharField(label=_("Rule"), required=False, max_length=12)
    q = PlainCharField(label=_("Text"), required=False, max_length=60)
    confidence = forms.ChoiceField(
        label=_("How sure"), required=False, choices=[("", _("all")), *Confidence.choices]
    )

    def __init__(self, *args: Any, app_codes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["app"].choices = [("", _("all")), *((app, app_name(app)) for app in app_codes)]  # type: ignore[attr-defined]
        self.fields["rule"].widget.attrs.update({"size": 8, "list": "rule-ids"})


class TwoDaysFilter(OfficeForm):
    """Two days at a place, to see what changed between them."""

    first = DayField(label=_("First day"))
    second = DayField(label=_("Second day"))
    agency = PlaceField(required=False)
    every = forms.BooleanField(label=_("also what is equal"), required=False)


class DocumentFilter(OfficeForm):
    q = PlainCharField(label=_("Text"), required=False, max_length=60)
