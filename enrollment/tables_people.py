"""The lists of people who move and of records that may be one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.models import Duplicate, Transfer
from jilin_si.web.tables import CutColumn, DayColumn, MaskedIdColumn, OfficeTable, PeriodColumn

TONES = {"waiting": "warn", "done": "good", "returned": "bad", "back": ""}


def state_tag(transfer: Transfer) -> Any:
    """A transfer's state as a tag; out of the province nobody takes in."""
    words: dict[tuple[str, bool], Any] = {
        (Transfer.State.WAITING, True): _("waits for a second person"),
        (Transfer.State.WAITING, False): _("waits to be taken in"),
        (Transfer.State.DONE, True): _("left the province"),
    }
    word = words.get((transfer.state, transfer.leaves_the_province), transfer.get_state_display())
    return format_html('<span class="st {}">{}</span>', TONES.get(transfer.state, ""), word)


class TransferTable(OfficeTable):
    """Transfers of both directions."""

    number = tables.Column(
        accessor="pk",
        verbose_name=_("Document"),
        linkify=lambda record: reverse("enrollment:transfer_case", args=[record.pk]),
    )
    name = tables.Column(verbose_name=pgettext_lazy("person", "Name"))
    identity_number = MaskedIdColumn(verbose_name=_("Identity number"))
    county = tables.Column(accessor="county__unit_name", verbose_name=_("From"), orderable=False)
    employer_name = CutColumn(verbose_name=_("Old employer"))
    to = tables.Column(empty_values=(), verbose_name=_("To"), orderable=False)
    first_period = PeriodColumn(verbose_name=_("Moves from"))
    sent_on = DayColumn(verbose_name=_("Sent on"))
    state = tables.Column(verbose_name=_("State"))

    def render_number(self, record: Transfer) -> str:
        return record.number

    def render_to(self, record: Transfer) -> str:
        return record.to_county.unit_name if record.to_county else record.destination

    def value_to(self, record: Transfer) -> str:
        return self.render_to(record)

    def render_state(self, record: Transfer) -> Any:
        return state_tag(record)

    def value_state(self, record: Transfer) -> str:
        return str(record.get_state_display())


@dataclass(frozen=True)
class PairRow:
    """What a row of the list tells of a pair."""

    name: str
    birth_date: date | None
    first: str
    second: str


class DuplicateTable(OfficeTable):
    """Pairs of records that may be one person. ``rows_told`` holds the texts of the page's rows by pair."""

    rows_told: Mapping[int, PairRow] = {}

    name = tables.Column(
        empty_values=(),
        orderable=False,
        verbose_name=pgettext_lazy("person", "Name"),
        linkify=lambda record: reverse("enrollment:duplicate", args=[record.pk]),
    )
    birth_date = tables.Column(empty_values=(), orderable=False, verbose_name=_("Born"))
    reason = tables.Column(verbose_name=_("Why"), orderable=False)
    first = tables.Column(accessor="pk", orderable=False, verbose_name=_("One record"))
    second = tables.Column(accessor="pk", orderable=False, verbose_name=_("The other"))
    found_on = DayColumn(verbose_name=_("Found on"))
    state = tables.Column(verbose_name=_("State"), orderable=False)

    def _told(self, record: Duplicate) -> PairRow:
        return self.rows_told.get(record.pk, PairRow("", None, "", ""))

    def render_name(self, record: Duplicate) -> str:
        return self._told(record).name or "—"

    def render_birth_date(self, record: Duplicate) -> str:
        born = self._told(record).birth_date
        return born.isoformat() if born else "—"

    def render_reason(self, record: Duplicate) -> str:
        return str(record.get_reason_display())

    def render_first(self, record: Duplicate) -> str:
        return self._told(record).first

    def render_second(self, record: Duplicate) -> str:
        return self._told(record).second

    value_name, value_birth_date, value_first, value_second = (
        render_name,
        render_birth_date,
        render_first,
        render_second,
    )

    def value_state(self, record: Duplicate) -> str:
        return str(record.get_state_display())

    def render_state(self, record: Duplicate) -> Any:
        tone = {"open": "warn", "merged": "good"}.get(record.state, "")
        return format_html('<span class="st {}">{}</span>', tone, record.get_state_display())
