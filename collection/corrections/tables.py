"""The list of correction requests."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collection.corrections.models import Correction
from collection.corrections.showing import Standing, standing_of
from enrollment.terms import Terms
from jilin_si.web.tables import CountColumn, CutColumn, DayColumn, OfficeTable, TermColumn


class CorrectionTable(OfficeTable):
    """Cases: about whom and what, with whom since when, and by which day."""

    code = tables.Column(
        accessor="pk",
        verbose_name=_("Case"),
        linkify=lambda record: reverse("collection:correction", args=[record.pk]),
    )
    worker = tables.Column(
        accessor="worker__name",
        verbose_name=_("Worker"),
        linkify=lambda record: (
            reverse("enrollment:worker", args=[record.worker_id]) if record.worker_id else None
        ),
    )
    employer = CutColumn(
        accessor="employer__name",
        verbose_name=_("Employer"),
        linkify=lambda record: reverse("enrollment:employer", args=[record.employer_id]),
    )
    about = tables.Column(verbose_name=_("About"))
    evidence_no = CutColumn(verbose_name=_("Document no."))
    state = tables.Column(verbose_name=_("State"))
    with_whom = tables.Column(accessor="pk", verbose_name=_("With whom"), orderable=False)
    since = DayColumn(accessor="pk", verbose_name=pgettext_lazy("case", "Since"), orderable=False)
    days = CountColumn(accessor="pk", verbose_name=_("Days"), orderable=False)
    due_on = TermColumn(empty_values=(), verbose_name=_("Due by"), orderable=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._terms = Terms()
        self._standings: dict[int, Standing] = {}

    def term_of(self, record: Correction) -> Standing:
        """Where a case is, with the day by which it is to be done."""
        if record.pk not in self._standings:
            self._standings[record.pk] = standing_of(record, self._terms)
        return self._standings[record.pk]

    def render_code(self, record: Correction) -> str:
        counter = f" · {_now('counter-case')}" if record.counter_of_id else ""
        return f"{record.code}{counter}"

    value_code = render_code

    def render_about(self, record: Correction) -> str:
        return str(record.get_about_display())

    value_about = render_about

    def render_state(self, record: Correction) -> Any:
        return format_html(
            '<span class="st {}">{}</span>', self.term_of(record).tone, record.get_state_display()
        )

    def value_state(self, record: Correction) -> str:
        return str(record.get_state_display())

    def render_with_whom(self, record: Correction) -> str:
        return self.term_of(record).with_whom

    value_with_whom = render_with_whom

    def render_since(self, record: Correction) -> Any:
        return DayColumn().render(self.value_since(record))

    def value_since(self, record: Correction) -> Any:
        return self.term_of(record).since

    def render_days(self, record: Correction) -> Any:
        return CountColumn().render(self.value_days(record))

    def value_days(self, record: Correction) -> int:
        return self.term_of(record).days
