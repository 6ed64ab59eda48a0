"""The lists of collection."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collection.names import journal_kind, line_name
from collection.selectors import receipts
from collection.selectors.bills import status_of
from enrollment.models import Ownership
from jilin_si.money import format_yuan
from jilin_si.periods import format_period
from jilin_si.web.states import word_and_tone
from jilin_si.web.tables import (
    ChoiceColumn,
    CountColumn,
    CutColumn,
    DayColumn,
    MoneyColumn,
    OfficeTable,
    PercentColumn,
    PeriodColumn,
    StateColumn,
)


def _percent_paid(row: dict[str, Any]) -> Any:
    return (row["due"] - row["owed"]) * 100 / row["due"] if row["due"] else None


class MonthTable(OfficeTable):
    """The bills of a unit's month, an employer a row."""

    number = tables.Column(verbose_name=_("Number"))
    name = CutColumn(verbose_name=_("Employer"))
    ownership = ChoiceColumn(Ownership.choices, verbose_name=_("Ownership"))
    lines = CountColumn(verbose_name=_("Lines"))
    workers = CountColumn(verbose_name=_("People"))
    due = MoneyColumn(verbose_name=pgettext_lazy("amount", "Due"), total=True)
    paid = MoneyColumn(verbose_name=pgettext_lazy("amount", "Paid"), total=True)
    owed = MoneyColumn(verbose_name=pgettext_lazy("amount", "Owed"), total=True)
    rate = PercentColumn(verbose_name=_("Collection rate"), empty_values=(), orderable=False)
    state = StateColumn(verbose_name=_("State"), empty_values=(), orderable=False)

    def __init__(self, *args: Any, period: date, due_on: date, on: date, **kwargs: Any) -> None:
        self.period, self.due_on, self.on = period, due_on, on
        super().__init__(*args, **kwargs)

    def render_name(self, value: str, record: dict[str, Any]) -> Any:
        address = reverse("collection:bill", args=[record["employer_id"], format_period(self.period)])
        more = record["supplements"]
        tag = format_html(' <span class="st">{}</span>', _("supplement")) if more else ""
        return format_html('<a href="{}">{}</a>{}', address, value, tag)

    def render_rate(self, record: dict[str, Any]) -> Any:
        return PercentColumn.show(_percent_paid(record))

    def value_rate(self, record: dict[str, Any]) -> Any:
        return _percent_paid(record)

    def render_state(self, record: dict[str, Any], column: StateColumn) -> Any:
        return column.render(status_of(record["due"], record["owed"], self.due_on, self.on))

    def value_state(self, record: dict[str, Any]) -> str:
        return str(word_and_tone(status_of(record["due"], record["owed"], self.due_on, self.on))[0])

    def render_owed(self, value: Any) -> Any:
        tone = "muted" if not value else "bad" if self.on > self.due_on else ""
        return format_html('<span class="{}">{}</span>', tone, format_yuan(value))

    class Meta(OfficeTable.Meta):
        empty_text = _("No bill of this month fits the filter.")


class ArrearsTable(OfficeTable):
    """Who owes, an employer a row."""

    number = tables.Column(verbose_name=_("Number"))
    name = CutColumn(
        verbose_name=_("Employer"),
        linkify=lambda record: reverse("collection:employer_bills", args=[record["employer_id"]]),
    )
    ownership = ChoiceColumn(Ownership.choices, verbose_name=_("Ownership"))
    since = PeriodColumn(verbose_name=_("Owed since"))
    months = CountColumn(verbose_name=_("Months"))
    own_owed = MoneyColumn(verbose_name=_("Workers' part"), total=True)
    unit_owed = MoneyColumn(verbose_name=_("Employer part"), total=True)
    owed = MoneyColumn(verbose_name=pgettext_lazy("amount", "Owed"), total=True)

    class Meta(OfficeTable.Meta):
        empty_text = _("Nobody owes anything here.")


class BankLineTable(OfficeTable):
    """Money that came in."""

    received_on = DayColumn(verbose_name=_("Received"))
    serial = tables.Column(
        verbose_name=_("Serial number"),
        linkify=lambda record: reverse("collection:receipt", args=[record.pk]),
    )
    bank = CutColumn(verbose_name=pgettext_lazy("payment", "Bank"))
    payer_name = CutColumn(verbose_name=_("Payer"))
    employer = CutColumn(
        verbose_name=_("Employer"),
        accessor="employer__name",
        linkify=lambda record: (
            reverse("collection:employer_bills", args=[record.employer_id]) if record.employer_id else None
        ),
    )
    amount = MoneyColumn(verbose_name=_("Amount"), total=True)
    taken_in = PeriodColumn(verbose_name=_("Booked in"))
    state = StateColumn(verbose_name=_("State"), empty_values=(), orderable=False)

    def render_state(self, record: Any, column: StateColumn) -> Any:
        return column.render(receipts.state_of(record))

    def value_state(self, record: Any) -> str:
        return str(word_and_tone(receipts.state_of(record))[0])

    class Meta(OfficeTable.Meta):
        empty_text = _("No money fits this filter.")


class VoucherTable(OfficeTable):
    """The vouchers of a unit's month."""

    journal_id = tables.Column(
        verbose_name=_("Voucher"), linkify=lambda record: reverse("collection:voucher", args=[record.pk])
    )
    booked_on = DayColumn(verbose_name=_("Booked on"))
    fund = tables.Column(verbose_name=_("Fund"))
    kind = tables.Column(verbose_name=_("Kind"))
    narrative = CutColumn(verbose_name=_("Narrative"))
    legs = CountColumn(verbose_name=_("Legs"))
    amount = MoneyColumn(verbose_name=_("Amount"))

    def render_fund(self, value: str) -> Any:
        return line_name(value)

    def value_fund(self, record: Any) -> str:
        return str(line_name(record.fund))

    def value_kind(self, record: Any) -> str:
        return str(journal_kind(record.kind))

    def render_kind(self, value: str) -> Any:
        return journal_kind(value)

    class Meta(OfficeTable.Meta):
        empty_text = _("No voucher fits this filter.")
