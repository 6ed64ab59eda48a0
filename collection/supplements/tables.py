"""The list of what came to accounts after they were sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collection.supplements.forms import STATES
from collection.supplements.selectors import SEND
from enrollment.permissions import MAY_ENTER
from jilin_si.web.navigation import roles_of
from jilin_si.web.tables import CutColumn, MaskedIdColumn, MoneyColumn, OfficeTable, PeriodColumn

TONES = {"send": "warn", "short": "bad"}


class RestTable(OfficeTable):
    """Rests of accounts that are kept elsewhere by now."""

    extra_columns = frozenset({"sent_with", "own", "unit"})

    name = tables.Column(
        verbose_name=pgettext_lazy("person", "Name"),
        linkify=lambda record: reverse("enrollment:worker", args=[record.worker_id]),
    )
    number = MaskedIdColumn(accessor="identity_number", verbose_name=_("Identity number"))
    employer = CutColumn(verbose_name=_("Employer"))
    came = tables.Column(verbose_name=_("Months that came after"), empty_values=("",))
    own = MoneyColumn(verbose_name=_("Own part (yuan)"))
    unit = MoneyColumn(verbose_name=_("Employer's part (yuan)"))
    total = MoneyColumn(verbose_name=_("Rest with interest (yuan)"), total=True)
    since = PeriodColumn(verbose_name=pgettext_lazy("rest of an account", "Since"))
    to = CutColumn(verbose_name=_("Where to"))
    sent_with = tables.Column(
        accessor="transfer__number",
        verbose_name=_("The account went with"),
        linkify=lambda record: reverse("enrollment:transfer_case", args=[record.pk]),
    )
    state = tables.Column(verbose_name=_("State"))
    next = tables.Column(
        verbose_name=_("Next step"), empty_values=(), orderable=False, exclude_from_export=True
    )

    class Meta(OfficeTable.Meta):
        empty_text = _("Nothing came to an account after it was sent.")

    def render_state(self, value: str) -> Any:
        return format_html('<span class="st {}">{}</span>', TONES.get(value, ""), STATES[value])

    def value_state(self, record: Any) -> str:
        return str(STATES[record.state])

    def render_next(self, record: Any) -> Any:
        """One row alone is sent as all of them are: its page says first what will change."""
        if record.state != SEND or self.request is None or not roles_of(self.request) & set(MAY_ENTER):
            return ""
        query = urlencode({"transfer": record.pk, "_back": reverse("collection:rests")})
        return format_html(
            '<a href="{}?{}">{}</a>', reverse("bulk_act", args=["send_rests"]), query, _("Send a supplement")
        )
