"""The lists of policy."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from jilin_si.web.tables import CountColumn, CutColumn, DayColumn, FileColumn, OfficeTable, StateColumn


class ParameterTable(OfficeTable):
    """Parameters with the value in force."""

    name = tables.Column(verbose_name=_("Parameter"), attrs={"td": {"class": "wrap-cell name-cell"}})
    code = FileColumn(verbose_name=_("Code"))  # stands under the name
    app = tables.Column(verbose_name=_("Line"))
    value = tables.Column(
        verbose_name=_("Value"),
        orderable=False,
        attrs={"th": {"class": "num"}, "td": {"class": "num"}},
    )
    unit = tables.Column(verbose_name=_("Unit"), orderable=False, attrs={"td": {"class": "muted"}})
    since = DayColumn(verbose_name=_("Since"))
    place = tables.Column(verbose_name=_("Scope"))
    document = tables.Column(verbose_name=_("Legal document"))
    confidence = StateColumn(verbose_name=_("How sure"))

    def render_name(self, record: Any) -> Any:
        return format_html(
            '<a href="{}">{}</a><small class="muted">{}</small>', record.url, record.name, record.code
        )

    def render_document(self, record: Any) -> Any:
        if not record.document_url:
            return record.document
        return format_html(
            '<a href="{}" title="{}">{}</a>', record.document_url, record.document_title, record.document
        )


class DocumentTable(OfficeTable):
    """Legal documents with what rests on each."""

    number = tables.Column(verbose_name=_("Document number"), linkify=lambda record: record.url)
    title = CutColumn(
        verbose_name=_("Title"), attrs={"td": {"class": "cut wide-cut"}, "th": {"class": "cut wide-cut"}}
    )
    issuer = tables.Column(verbose_name=_("Issued by"))
    issued_on = DayColumn(verbose_name=_("Issued on"))
    values = CountColumn(verbose_name=_("Values"))
    rules = CountColumn(verbose_name=_("Rules"))
