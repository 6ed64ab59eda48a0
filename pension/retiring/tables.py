"""The list of who reaches pensionable age."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.terms import Term
from enrollment.words import IDENTITY, SEX
from jilin_si.agencies.clock import today
from jilin_si.web.tables import (
    ChoiceColumn,
    CountColumn,
    CutColumn,
    DayColumn,
    MaskedIdColumn,
    OfficeTable,
    PeriodColumn,
    TermColumn,
)

CATEGORIES = {"normal": pgettext_lazy("work", "normal"), "special": _("Special work")}


class RetiringTable(OfficeTable):
    """People in work who reach pensionable age; the application is to be taken before the first month of pension."""

    extra_columns = frozenset({"phone", "deemed_months"})

    name = tables.Column(
        verbose_name=pgettext_lazy("person", "Name"),
        linkify=lambda record: reverse("enrollment:worker", args=[record.worker_id]),
    )
    number = MaskedIdColumn(accessor="identity_number", verbose_name=_("Identity number"))
    sex = ChoiceColumn(SEX, verbose_name=_("Sex"))
    identity = ChoiceColumn(IDENTITY, verbose_name=_("Identity"))
    category = ChoiceColumn(CATEGORIES, verbose_name=pgettext_lazy("kind of work", "Work"))
    age = CountColumn(verbose_name=_("Age"))
    reached = DayColumn(verbose_name=_("Reaches the age on"))
    first_month = PeriodColumn(verbose_name=_("First month of pension"))
    employer = CutColumn(
        verbose_name=_("Employer"),
        linkify=lambda record: reverse("enrollment:employer", args=[record.employer_id]),
    )
    contact = tables.Column(accessor="contact_name", verbose_name=_("Contact"), empty_values=("",))
    phone = tables.Column(accessor="contact_phone", verbose_name=_("Telephone"), empty_values=("",))
    deemed_months = CountColumn(verbose_name=_("Deemed months"))
    papers = tables.Column(accessor="has_evidence", verbose_name=_("Papers"), empty_values=())
    term = TermColumn(verbose_name=_("Due by"), empty_values=(), orderable=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.on = today()
        super().__init__(*args, **kwargs)

    def render_papers(self, record: Any) -> Any:
        tone = "good" if record.has_evidence else "warn"
        return format_html('<span class="st {}">{}</span>', tone, self.value_papers(record))

    def value_papers(self, record: Any) -> str:
        return str(_("complete") if record.has_evidence else _("deemed months without a paper"))

    def term_of(self, record: Any) -> Term:
        """The application is to be there before the first month of pension begins."""
        return Term(record.reached, record.first_month, self.on >= record.first_month)

    class Meta(OfficeTable.Meta):
        empty_text = _("Nobody reaches pensionable age here.")
