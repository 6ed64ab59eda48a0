"""Which of those who reach pensionable age are listed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.gaps.forms import ANY, UnitFilter
from enrollment.models import Sex
from jilin_si.web.forms import PlainCharField
from pension.retiring.tables import CATEGORIES


class RetiringFilter(UnitFilter):
    """When, who, in what kind of work."""

    counted = "retiring"

    when = forms.ChoiceField(
        label=_("When"),
        required=False,
        choices=[("", _("in the months ahead")), ("passed", _("passed, still employed"))],
    )
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=[ANY, *Sex.choices])
    category = forms.ChoiceField(
        label=pgettext_lazy("kind of work", "Work"), required=False, choices=[ANY, *CATEGORIES.items()]
    )
    q = PlainCharField(label=_("Worker or employer"), required=False, max_length=64)
