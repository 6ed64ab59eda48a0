"""The lists of silence as tables."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.gaps.forms import BROKEN_KINDS, SILENT_KINDS
from enrollment.gaps.selectors import LastStep, goes_on_with
from enrollment.models import LeaveReason, Ownership
from enrollment.terms import Terms
from jilin_si.web.tables import (
    ChoiceColumn,
    CountColumn,
    CutColumn,
    MaskedIdColumn,
    OfficeTable,
    PeriodColumn,
    TermColumn,
)

_TONES = {"nothing": "bad", "returned": "warn", "people": "warn", "unpaid": "bad", "left": "warn"}


class GapTable(OfficeTable):
    """What the two lists share: since when, whom to call, what was done last, by when."""

    since = PeriodColumn(verbose_name=pgettext_lazy("gap", "Since"))
    months = CountColumn(verbose_name=_("Months"))
    contact = tables.Column(accessor="contact_name", verbose_name=_("Contact"), empty_values=("",))
    phone = tables.Column(accessor="contact_phone", verbose_name=_("Telephone"), empty_values=("",))
    step = tables.Column(accessor="last", verbose_name=_("Last step"), empty_values=())
    term = TermColumn(verbose_name=_("Due by"), empty_values=(), orderable=False)

    case = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.terms = Terms()
        super().__init__(*args, **kwargs)

    def render_step(self, record: Any) -> Any:
        if record.last is None:
            return format_html('<span class="muted">{}</span>', _("nothing yet"))
        whole = step_text(record.last)
        return format_html('<span class="step-cut" title="{0}">{0}</span>', whole)

    def value_step(self, record: Any) -> str:
        return step_text(record.last) if record.last else ""

    def order_step(self, queryset: Any, is_descending: bool) -> Any:
        return queryset, False

    def term_of(self, record: Any) -> Any:
        """The term of a row: from the day of its first month on which it was listed, or what was promised."""
        return self.terms.of(self.case, record.listed_on, record.last.promised_on if record.last else None)


def step_text(step: LastStep) -> str:
    """``01-06 Called, for 01-10: will hand in``."""
    words = f"{step.day:%m-%d} {step.word}"
    if step.promised_on:
        words += " → " + f"{step.promised_on:%m-%d}"
    return f"{words} {step.said}".strip()


def _tag(kind: str, words: dict[str, Any]) -> Any:
    return format_html('<span class="st {}">{}</span>', _TONES.get(kind, ""), words[kind])


class SilentTable(GapTable):
    """Silent employers."""

    case = "silent"
    extra_columns = frozenset({"ownership"})
    number = tables.Column(verbose_name=_("Number"))
    name = CutColumn(
        verbose_name=_("Employer"), linkify=lambda record: reverse("enrollment:silent_case", args=[record.pk])
    )
    ownership = ChoiceColumn(Ownership.choices, verbose_name=_("Ownership"))
    kind = tables.Column(verbose_name=_("What is missing"))
    people = CountColumn(verbose_name=_("People"))
    without_wage = CountColumn(verbose_name=_("Without wage"))
    place = tables.Column(verbose_name=_("With"), empty_values=(), orderable=False)
    next = tables.Column(
        verbose_name=_("Next step"), empty_values=(), orderable=False, exclude_from_export=True
    )

    class Meta(OfficeTable.Meta):
        sequence = (
            "number", "name", "ownership", "kind", "people", "without_wage", "since", "months", "contact", "phone",
            "place", "step", "term", "next",
        )  # fmt: skip
        empty_text = _("Nobody is silent here.")

    def render_kind(self, value: str) -> Any:
        return _tag(value, SILENT_KINDS)

    def value_kind(self, record: Any) -> str:
        return str(SILENT_KINDS[record.kind])

    def render_place(self, record: Any) -> str:
        return self.value_place(record)

    def value_place(self, record: Any) -> str:
        """With whom the case lies: who types the return, else the employer."""
        if record.kind in ("draft", "returned") and record.entered_by:
            return str(record.entered_by)
        return str(_("the employer"))

    def render_next(self, record: Any) -> Any:
        way = goes_on_with(record)
        if way == "open":
            address, word = (
                reverse("enrollment:declaration", args=[record.declaration_id]),
                _("Open the return"),
            )
        elif way == "people":
            address, word = reverse("enrollment:employer", args=[record.pk]), _("See the people")
        else:
            address, word = reverse("enrollment:silent_case", args=[record.pk]), _("Call, ask, declare")
        return format_html('<a href="{}">{}</a>', address, word)


class BrokenTable(GapTable):
    """Workers whose months broke off."""

    case = "broken"
    name = tables.Column(
        verbose_name=pgettext_lazy("person", "Name"),
        linkify=lambda record: reverse("enrollment:broken_case", args=[record.pk]),
    )
    number = MaskedIdColumn(accessor="identity_number", verbose_name=_("Identity number"))
    employer = CutColumn(
        verbose_name=_("Employer"),
        linkify=lambda record: reverse("enrollment:employer", args=[record.employer_id]),
    )
    kind = tables.Column(verbose_name=_("How it shows"))
    reason = ChoiceColumn(
        [*LeaveReason.choices, ("", "—")],
        accessor="leave_reason",
        verbose_name=_("Reason given"),
        empty_values=(),
    )
    next = tables.Column(
        verbose_name=_("Next step"), empty_values=(), orderable=False, exclude_from_export=True
    )

    class Meta(OfficeTable.Meta):
        sequence = (
            "name", "number", "employer", "kind", "reason", "since", "months", "contact", "phone", "step", "term",
            "next",
        )  # fmt: skip
        empty_text = _("No month broke off here.")

    def render_kind(self, value: str) -> Any:
        return _tag(value, BROKEN_KINDS)

    def value_kind(self, record: Any) -> str:
        return str(BROKEN_KINDS[record.kind])

    def render_next(self, record: Any) -> Any:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("enrollment:broken_case", args=[record.pk]),
            _("Ask, note the answer"),
        )
