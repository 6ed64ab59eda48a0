"""The list of who reaches pensionable age."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enrollment.views.access import staff_page
from jilin_si.access.scope import current
from jilin_si.web.tables import export_for, table_for
from pension.retiring.forms import RetiringFilter
from pension.retiring.selectors import retiring, window
from pension.retiring.tables import RetiringTable


@staff_page
@require_safe
def retiring_list(request: HttpRequest) -> HttpResponseBase:
    """People of a unit who reach pensionable age in the months ahead, or have passed it and still work."""
    form = RetiringFilter(request.GET, units=current().units)
    asked = form.read
    table = table_for(request, RetiringTable, retiring(asked["unit"], asked))
    title = _("Reaching pensionable age")
    first, last = window(asked.get("when", "coming"))
    context = {
        "table": table,
        "form": form,
        "unit": form.agency,
        "first": first,
        "last": last,
        "passed": asked.get("when") == "passed",
    }
    return export_for(request, table, "retiring", title) or render(request, "pension/retiring.html", context)
