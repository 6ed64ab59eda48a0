"""The forms of users: what is typed is read here, what one may not give is not offered."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jilin_si.access.granting import Granter
from jilin_si.access.held_off import HeldOff
from jilin_si.access.models import Assignment, Role, User
from jilin_si.agencies.models import Agency
from jilin_si.users.selectors import STATES
from jilin_si.web.forms import DayField, OfficeForm, PlainCharField

_NUMBER = re.compile(r"\d{6}-\d{4}")
STATE_WORDS = dict(
    zip(
        STATES,
        (
            _("open"),
            _("closed"),
            _("first password not changed"),
            _("held off"),
            _("without a role today"),
        ),
        strict=True,
    )
)


def _reason() -> PlainCharField:
    return PlainCharField(label=_("Reason"), max_length=300, help_text=_("kept with the change"))


def agencies(granter: Granter) -> Any:
    """The agencies at which somebody may give a role."""
    return Agency.objects.all() if granter.everywhere else Agency.objects.filter(pk__in=granter.units)


class AgencyField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An agency by code and name."""

    def label_from_instance(self, obj: Agency) -> str:
        return f"{obj.code} {obj.company_name if obj.level == Agency.Level.PROVINCE else obj.unit_name}"


class RefusedForm(OfficeForm):
    """A form whose act may be refused: the reason goes to its field. ``version`` is the user's that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def take_refusal(self, refused: ValidationError) -> None:
        if not hasattr(refused, "error_dict"):
            self.add_error(None, refused)
            return
        for field, errors in refused.error_dict.items():
            self.add_error(field if field in self.fields else None, errors)

    def clean_version(self) -> int:
        return self.cleaned_data["version"] or 0


class NewUserForm(RefusedForm):
    """A sign-in is made, with its roles at one unit and the employers that it acts for."""

    username = UsernameField(
        label=_("Sign-in name"),
        max_length=150,
        validators=[User.username_validator],
        help_text=_("Letters, digits and . _ - @ +; never given to anybody else again"),
        widget=forms.TextInput(attrs={"autofocus": True, "spellcheck": "false", "autocapitalize": "none"}),
    )
    display_name = PlainCharField(label=_("Full name"), max_length=64)
    unit = AgencyField(
        label=pgettext_lazy("agency", "Unit"),
        queryset=Agency.objects.none(),
        help_text=_("whose head looks after this sign-in"),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles at this unit"), required=False, widget=forms.CheckboxSelectMultiple
    )
    employers = PlainCharField(
        label=_("Acts for employers"),
        required=False,
        max_length=1000,
        help_text=_("their numbers, like 220181-0417, as many as there are"),
    )
    reason = _reason()

    def __init__(self, *args: Any, granter: Granter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = agencies(granter)  # type: ignore[attr-defined]
        if not granter.everywhere and len(granter.units) == 1:
            self.fields["unit"].initial = next(iter(granter.units))
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label) for role in granter.roles if role != Role.EMPLOYER
        ]

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("Somebody signs in under this name already."), code="unique")
        return name

    def clean_employers(self) -> str:
        """The numbers, one space between them: what is left in the field is what was understood."""
        parts = [part for part in re.split(r"[\s,;、，；]+", self.cleaned_data["employers"]) if part]
        for part in parts:
            if not _NUMBER.fullmatch(part):
                raise ValidationError(
                    _("“%(given)s” is not an employer's number. It is like 220181-0417."),
                    code="number",
                    params={"given": part},
                )
        return " ".join(parts)

    @property
    def act(self) -> dict[str, Any]:
        """What the service is given."""
        given = {
            name: self.cleaned_data[name] for name in ("username", "display_name", "unit", "roles", "reason")
        }
        return given | {"employer_numbers": self.cleaned_data["employers"].split()}


class NameForm(RefusedForm):
    """The full name, and the unit that looks after the sign-in."""

    display_name = PlainCharField(label=_("Full name"), max_length=64)
    unit = AgencyField(
        label=pgettext_lazy("agency", "Unit"),
        queryset=Agency.objects.none(),
        help_text=_("whose head looks after this sign-in"),
    )
    reason = _reason()

    def __init__(self, *args: Any, granter: Granter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = agencies(granter)  # type: ignore[attr-defined]


class DaysForm(RefusedForm):
    """From which day to which a role holds."""

    first_day = DayField(label=_("From"), required=False, help_text=_("empty: at once"))
    last_day = DayField(
        label=_("Last day"), required=False, help_text=_("the last day it holds; empty: it goes on")
    )
    reason = _reason()


class GiveRoleForm(DaysForm):
    """A role is given, at an agency or for an employer."""

    role = forms.ChoiceField(label=_("Role"))
    agency = AgencyField(
        label=_("At"),
        queryset=Agency.objects.none(),
        required=False,
        help_text=_("not for an employer user"),
    )
    employer = PlainCharField(
        label=_("Employer's number"),
        required=False,
        max_length=20,
        help_text=_("for an employer user, like 220181-0417"),
    )
    field_order = ["role", "agency", "employer", "first_day", "last_day", "reason"]

    def __init__(self, *args: Any, granter: Granter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in granter.roles]  # type: ignore[attr-defined]
        self.fields["agency"].queryset = agencies(granter)  # type: ignore[attr-defined]
        if not granter.everywhere and len(granter.units) == 1:
            self.fields["agency"].initial = next(iter(granter.units))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("role") == Role.EMPLOYER:
            cleaned["agency"] = None
            if not _NUMBER.fullmatch(cleaned.get("employer") or "") and "employer" not in self.errors:
                self.add_error("employer", _("Give the employer's number, like 220181-0417."))
        elif cleaned.get("role") and not cleaned.get("agency") and "agency" not in self.errors:
            self.add_error("agency", _("Choose the agency."))
        return cleaned


class ReasonForm(RefusedForm):
    """An act that needs nothing but its reason."""

    reason = _reason()


class UserFilter(OfficeForm):
    """Which sign-ins are listed."""

    q = PlainCharField(label=_("Name, sign-in name"), required=False, max_length=64)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("all")), *Role.choices])
    unit = AgencyField(
        label=pgettext_lazy("agency", "Unit"),
        required=False,
        queryset=Agency.objects.none(),
        empty_label=_("all"),
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), *STATE_WORDS.items()]
    )

    def __init__(self, *args: Any, granter: Granter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everywhere = granter.everywhere or granter.looks_everywhere
        self.fields["unit"].queryset = Agency.objects.all() if everywhere else agencies(granter)  # type: ignore[attr-defined]


class HeldOffFilter(OfficeForm):
    """Which of what was held off is listed."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), ("live", _("held off now"))]
    )
    kind = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("all")), *HeldOff.Kind.choices])


def days_of(assignment: Assignment) -> dict[str, Any]:
    """What the form of an assignment's days begins with."""
    return {
        "first_day": assignment.first_day,
        "last_day": assignment.last_day,
        "version": assignment.user.version,
    }
