"""The forms of events and of taking an act back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enrollment.acts.models import EmployerChange
from enrollment.forms import RefusedForm
from enrollment.identity_numbers import read_identity_number
from enrollment.models import Employer, Employment, Ownership
from enrollment.refusals import Refusal
from enrollment.services.events import Event, first_open
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.periods import period_of
from jilin_si.web.forms import PeriodField, PlainCharField

Kind = EmployerChange.Kind
ASKS = {
    "successor": (Kind.MERGER, Kind.SPLIT),
    "workers": (Kind.SPLIT,),
    "arrears_taken": (Kind.SPLIT,),
    "ownership": (Kind.OWNERSHIP,),
    "to_county": (Kind.MOVE,),
}


class EventForm(RefusedForm):
    """An event of an employer; only what its kind asks for is shown."""

    effective_period = PeriodField(
        label=_("Takes effect in"), help_text=_("the first month in which it stands otherwise")
    )
    document_no = PlainCharField(
        label=_("Document no."),
        max_length=80,
        required=False,
        help_text=_("number of the decision or ruling"),
    )
    successor = PlainCharField(
        label=_("Goes on with"), max_length=12, help_text=_("registration number, like 220181-0417")
    )
    ownership = forms.ChoiceField(label=_("New ownership"), choices=Ownership.choices)
    to_county = forms.ModelChoiceField(label=_("Moves to"), queryset=Agency.objects.none())
    workers = PlainCharField(
        label=_("People who go to the new employer"),
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("identity numbers, one a line"),
    )
    arrears_taken = forms.ChoiceField(
        label=_("Arrears up to the event"),
        choices=[("", _("the old employer keeps them")), ("yes", _("the new employer takes them over"))],
        required=False,
        help_text=_("by the agreement on the split, whose number is the document; both stay liable"),
    )
    note = PlainCharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, employer: Employer, kind: str, *args: Any, **kwargs: Any) -> None:
        self.employer, self.kind = employer, kind
        kwargs.setdefault("initial", {"effective_period": _first_month(employer)})
        super().__init__(*args, **kwargs)
        for name, kinds in ASKS.items():
            if kind not in kinds:
                del self.fields[name]
        if "to_county" in self.fields:
            self.fields["to_county"].queryset = (  # type: ignore[attr-defined]
                Agency.objects.units().exclude(pk=employer.county_id)
            )
        if "ownership" in self.fields:
            self.fields["ownership"].choices = [  # type: ignore[attr-defined]
                (value, word) for value, word in Ownership.choices if value != employer.ownership
            ]

    def clean_successor(self) -> Employer:
        number = self.cleaned_data["successor"]
        found = Employer.objects.filter(number=number).first()
        if found is None:
            raise ValidationError(
                _("No employer has the number %(number)s here. Register it first."),
                code="unknown",
                params={"number": number},
            )
        return found

    def clean_arrears_taken(self) -> bool:
        return bool(self.cleaned_data["arrears_taken"])

    def clean_workers(self) -> list[int]:
        """The workers of these numbers who are employed here, each line's fault told with its number."""
        keys, wrong = [], []
        for text in re.split(r"[\s,;，；、]+", self.cleaned_data["workers"].strip()):
            try:
                keys.append(read_identity_number(text, today()).key)
            except Refusal:
                wrong.append(text)
        here = dict(
            Employment.objects.filter(employer=self.employer, worker__identity_key__in=keys).values_list(
                "worker__identity_key", "worker_id"
            )
        )
        wrong += [key for key in keys if key not in here]
        if wrong:
            raise ValidationError(
                _("Not people of this employer: %(numbers)s"),
                code="workers",
                params={"numbers": ", ".join(wrong[:5]) + (" …" if len(wrong) > 5 else "")},
            )
        return sorted(here.values())

    @property
    def event(self) -> Event:
        """What the service is given."""
        return Event(kind=self.kind, **self.cleaned_data)


def _first_month(employer: Employer) -> date:
    """The first month in which an event can take effect; today's where the books are closed."""
    try:
        return first_open(employer.county_id)
    except Refusal:
        return period_of(today())


class UndoForm(RefusedForm):
    """Why an act is taken back, and to which state where there is a choice."""

    way = forms.ChoiceField(label=_("Goes back to"), widget=forms.RadioSelect)

    reason = PlainCharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("kept in the trail"),
    )

    def __init__(self, ways: Sequence[tuple[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(ways) > 1:
            self.fields["way"].choices = list(ways)  # type: ignore[attr-defined]
            self.fields["way"].initial = ways[0][0]
        else:
            del self.fields["way"]
