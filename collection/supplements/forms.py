"""Which rests of accounts are listed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from collection.supplements.selectors import ON_ITS_WAY, SEND, SHORT
from collection.supplements.services import COUNT
from enrollment.gaps.forms import ANY, UnitFilter
from jilin_si.web.forms import PlainCharField

STATES = {
    SEND: _("to be sent"),
    ON_ITS_WAY: _("the account is under way"),
    SHORT: _("less than nothing"),
}


class RestFilter(UnitFilter):
    """Whose, and how it stands with it; ``transfer`` is one row alone."""

    counted = COUNT

    q = PlainCharField(label=_("Worker or employer"), required=False, max_length=64)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ANY, *STATES.items()])
    transfer = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
