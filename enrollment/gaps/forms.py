"""What is asked of the lists of silence, and what is noted about a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.forms import RefusedForm
from enrollment.gaps.models import FollowUp
from enrollment.models import Ownership
from jilin_si.agencies.models import Agency
from jilin_si.web import desk
from jilin_si.web.forms import DayField, OfficeForm, PlainCharField

ANY = ("", _("all"))
SILENT_KINDS = {
    "nothing": _("not begun"),
    "draft": _("being typed"),
    "returned": _("sent back"),
    "people": _("people without a wage"),
}
BROKEN_KINDS = {"left": _("left, not taken up again"), "unpaid": _("employed, not paid for")}
STEPS = [
    ANY,
    ("none", _("nobody followed up")),
    ("done", _("followed up")),
    ("broken", _("promise not kept")),
]


class UnitFilter(OfficeForm):
    """The filter of a list of one unit; which one is asked only of who sees several.

    ``counted`` names the count of the desk that tells how many each unit has: the first that has any is shown first.
    """

    counted = ""
    unit = forms.TypedChoiceField(label=pgettext_lazy("place", "Unit"), coerce=int, required=False)

    def __init__(self, data: Any, *, units: Iterable[int], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.agencies = {
            agency.pk: agency for agency in Agency.objects.filter(pk__in=list(units)).order_by("pk")
        }
        known = desk.known(self.counted, self.agencies) if self.counted else {}
        counts = {pk: found[0] if isinstance(found, tuple) else found for pk, found in known.items()}
        choices = [
            (
                agency.pk,
                f"{agency.code} {agency.unit_name}{f' · {count}' if (count := counts.get(agency.pk)) else ''}",
            )
            for agency in self.agencies.values()
        ]
        self.first_unit = next(
            (pk for pk, _name in choices if counts.get(pk)), choices[0][0] if choices else 0
        )
        if len(choices) > 1:
            self.fields["unit"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["unit"]

    @property
    def read(self) -> dict[str, Any]:
        """What of the filter could be read, with the unit."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return found | {"unit": int(found.get("unit") or self.first_unit)}

    @property
    def agency(self) -> Agency | None:
        """The unit that is listed; None where there is none to be seen."""
        return self.agencies.get(self.read["unit"])


class SilentFilter(UnitFilter):
    """Which silent employers are listed."""

    counted = "silent"
    q = PlainCharField(label=_("Name or number"), required=False, max_length=64)
    kind = forms.ChoiceField(label=_("What is missing"), required=False, choices=[ANY, *SILENT_KINDS.items()])
    ownership = forms.ChoiceField(label=_("Ownership"), required=False, choices=[ANY, *Ownership.choices])
    step = forms.ChoiceField(label=_("Followed up"), required=False, choices=STEPS)


class BrokenFilter(UnitFilter):
    """Which broken months are listed."""

    counted = "broken"
    q = PlainCharField(label=_("Worker or employer"), required=False, max_length=64)
    kind = forms.ChoiceField(label=_("How it shows"), required=False, choices=[ANY, *BROKEN_KINDS.items()])
    step = forms.ChoiceField(label=_("Followed up"), required=False, choices=STEPS)


class FollowUpForm(RefusedForm):
    """One step about a case."""

    how = forms.ChoiceField(label=pgettext_lazy("follow-up", "How"), choices=FollowUp.How.choices)
    said = PlainCharField(label=_("What was said"), required=False, max_length=300)
    promised_on = DayField(label=_("Promised for"), required=False)
    explains = forms.BooleanField(
        label=_("This explains the gap"),
        required=False,
        help_text=_("it leaves the list, with the reason kept"),
    )

    def __init__(self, *args: Any, of_worker: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of_worker:
            kept = [choice for choice in FollowUp.How.choices if choice[0] != FollowUp.How.ASKED]
            self.fields["how"].choices = kept  # type: ignore[attr-defined]
        else:
            del self.fields["explains"]
