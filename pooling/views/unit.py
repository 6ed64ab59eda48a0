"""One unit: its months, its employers; from here on to an employer's bills."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from jilin_si.money import ZERO
from jilin_si.periods import format_period
from jilin_si.web.formats import plain_text
from jilin_si.web.tables import (
    CountColumn,
    CutColumn,
    MoneyColumn,
    OfficeTable,
    PeriodColumn,
    RateColumn,
    export_for,
    table_for,
)
from pooling import charts
from pooling.forms import SpanForm
from pooling.permissions import require_reader
from pooling.selectors import county
from pooling.selectors.months import Span, default_span, units_in_scope
from pooling.views.dashboard import find_agency


class EmployerTable(OfficeTable):
    """A unit's employers: due, paid, owed over the span."""

    number = tables.Column(verbose_name=pgettext_lazy("employer", "Number"))
    name = CutColumn(verbose_name=gettext_lazy("Employer"))
    workers = CountColumn(verbose_name=gettext_lazy("Workers"))
    due = MoneyColumn(verbose_name=pgettext_lazy("employer", "Due"), total=True)
    paid = MoneyColumn(verbose_name=pgettext_lazy("employer", "Paid"), total=True)
    rate = RateColumn(verbose_name=pgettext_lazy("employer", "Rate"))
    owed = MoneyColumn(verbose_name=pgettext_lazy("employer", "Owed"), total=True)
    since = PeriodColumn(verbose_name=pgettext_lazy("employer", "Since"))

    class Meta(OfficeTable.Meta):
        order_by = "-owed"

    def __init__(self, *args: Any, span: Span, **kwargs: Any) -> None:
        self.span = span
        self.base_columns["name"].link = None
        super().__init__(*args, **kwargs)

    def render_name(self, value: str, record: county.EmployerRow) -> Any:
        from django.utils.html import format_html

        address = employer_address(record.employer_id, self.span)
        return format_html('<a href="{}">{}</a>', address, value) if address else value


def employer_address(employer_id: int, span: Span) -> str:
    """An employer's bills of the span's year, or the bill itself where the span is one month; keeps the period."""
    try:
        if span.first == span.last:
            return reverse("collection:bill", args=[employer_id, format_period(span.first)])
        return f"{reverse('collection:employer_bills', args=[employer_id])}?year={span.last.year}"
    except NoReverseMatch:
        return ""


@require_safe
def unit(request: HttpRequest, code: int) -> HttpResponseBase:
    """A unit's months of pooling and its employers: ``?from=&to=&q=&owing=1``."""
    require_reader(request)
    agency = find_agency(code)
    span, form = SpanForm.read(request.GET, default_span())
    row = county.unit(agency.pk, span)
    text = plain_text(request.GET.get("q", ""))[:60]
    owing = request.GET.get("owing") == "1"
    rows = county.employers(agency.pk, span, text, owing)
    totals = {name: sum((getattr(r, name) for r in rows), ZERO) for name in ("due", "paid", "owed")}
    table = table_for(request, EmployerTable, rows, span=span, totals=totals)
    title = _("%(unit)s: employers' pension contributions") % {"unit": agency.unit_name}
    if file := export_for(request, table, f"employers-{agency.code}-{span.key}", title):
        return file
    context = {
        "agency": agency,
        "prefecture": None if agency.is_prefecture else agency.parent,
        "row": row,
        "span": span,
        "span_form": form,
        "months": county.months_of(row, span),
        "plan": county.plan_of(agency.pk, span.last.year),
        "table": table,
        "text": text,
        "owing": owing,
        "owing_count": sum(1 for r in rows if r.owed),
        "months_data": charts.months_data(row),
        "months_rows": charts.months_rows(row),
        "alone": len(units_in_scope()) == 1,
    }
    return render(request, "pooling/unit.html", context)
