"""The list of what came to accounts after they were sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collection.account_moves import refuse_unclosed_year
from collection.supplements.forms import RestFilter
from collection.supplements.selectors import rests, sending_month
from collection.supplements.tables import RestTable
from collection.views.common import staff_only
from enrollment.refusals import Refusal
from jilin_si.access.scope import current
from jilin_si.money import ZERO
from jilin_si.web.tables import export_for, table_for


@staff_only
@require_safe
def rest_list(request: HttpRequest) -> HttpResponseBase:
    """Whose account was sent away, and what came to it here since."""
    form = RestFilter(request.GET, units=current().units)
    asked = form.read
    rows = rests(asked["unit"], asked)
    table = table_for(request, RestTable, rows, totals={"total": sum((row.total for row in rows), ZERO)})
    period, unclosed = sending_month(asked["unit"]), ""
    try:
        refuse_unclosed_year([record for row in rows for record in row.records], asked["unit"], period)
    except Refusal as refusal:
        unclosed = refusal.message
    context = {
        "table": table,
        "form": form,
        "unit": form.agency,
        "period": period,
        "unclosed": unclosed,
    }
    title = _("Supplementary transfers to send")
    return export_for(request, table, "supplementary-transfers", title) or render(
        request, "collection/rests.html", context
    )
