"""The remittance dashboard: who is behind, since when, what it costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from jilin_si.agencies.models import Agency
from jilin_si.money import ZERO
from jilin_si.periods import format_period
from jilin_si.web.exports import Column, export
from jilin_si.web.traces import trace_url
from pooling import charts
from pooling.forms import SpanForm
from pooling.permissions import is_province, require_reader
from pooling.selectors.dashboard import COUNTY, PREFECTURE, TABS, Dashboard, dashboard
from pooling.selectors.months import UnitMonths, known_months
from pooling.selectors.progress import latest_run


@require_safe
def remittances(request: HttpRequest) -> HttpResponseBase:
    """The dashboard of the reader's units: ``?from=&to=&tab=&level=&in=&sort=&unit=``."""
    require_reader(request)
    usual, first = known_months()
    span, form = SpanForm.read(request.GET, usual)
    level = PREFECTURE if request.GET.get("level") == PREFECTURE else COUNTY
    board = dashboard(span, level, _prefecture(request), first)
    if board is None:
        raise Http404
    if len(board.window) == 1 and board.prefecture is None:  # who sees one unit sees it at once
        return HttpResponseRedirect(charts.unit_address(board.units[0], span))
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = next((name for name in TABS if board.counts[name]), TABS[0])
    sort = request.GET.get("sort", "-owed")
    rows = board.listed(tab, sort)
    if wanted := request.GET.get("export"):
        return _file(wanted, board, tab, rows)
    chosen = _chosen(board, request.GET.get("unit", ""), rows)
    if request.GET.get("part") == "months":
        return render(request, "pooling/_months.html", _months(board, chosen))
    context = {
        "board": board,
        "span": span,
        "span_form": form,
        "level": level,
        "tab": tab,
        "sort": sort,
        "rows": rows,
        "span_is_long": len(span.periods) > 6,
        "total": _sum(rows),
        "others": _others(board, tab),
        "selected": chosen.code if chosen else "",
        "figures": _figures(board),
        "map_data": charts.map_data(board, chosen.code if chosen else ""),
        "without_area": [unit for unit in board.units if unit.agency.pk in charts.WITHOUT_AREA],
        "run": latest_run(),
        "acts": is_province(request),
        **_months(board, None),
        **_flows(board),
    }
    return render(request, "pooling/remittances.html", context)


def _prefecture(request: HttpRequest) -> int | None:
    asked = request.GET.get("in", "")
    return int(asked) if asked.isdigit() and len(asked) == 6 else None


def _chosen(board: Dashboard, code: str, rows: list[UnitMonths]) -> UnitMonths | None:
    """The unit that the address names, else the first of the list."""
    for row in (*rows, *board.units):
        if row.code == code:
            return row
    return rows[0] if rows else None


def _sum(rows: list[UnitMonths]) -> dict[str, Any]:
    up_due, up_paid = sum((r.up.due for r in rows), ZERO), sum((r.up.paid for r in rows), ZERO)
    down_due, down_paid = sum((r.down.due for r in rows), ZERO), sum((r.down.paid for r in rows), ZERO)
    return {
        "count": len(rows),
        "due": up_due,
        "paid": up_paid,
        "owed": up_due - up_paid,
        "rate": up_paid * 100 / up_due if up_due else None,
        "planned": down_due,
        "redistributed": down_paid,
        "gap": down_due - down_paid,
        "down_rate": down_paid * 100 / down_due if down_due else None,
        "pensions_unpaid": sum((r.pensions_unpaid for r in rows), ZERO),
        "cash": sum((r.cash for r in rows), ZERO),
    }


def _others(board: Dashboard, tab: str) -> dict[str, Any] | None:
    """Below those who owe: those who paid in full, in one line."""
    paid = board.of_tab("paid")
    return _sum(paid) if tab == "owed" and paid else None


def _figures(board: Dashboard) -> dict[str, Any]:
    """The row of figures with what stands under each."""
    total = board.all
    where = f"_{board.prefecture.code}p" if board.prefecture else ""
    key = f"{board.span.key}{where}"
    trace = {
        name: trace_url(f"pool_{name}", key)
        for name in ("due", "remitted", "rate", "owed", "down", "gap", "reserve")
    }
    down_rate = total.down.paid * 100 / total.down.due if total.down.due else None
    share = Decimal(0)  # what of each remittance the reserve takes by the year's plan
    if board.is_whole_province and total.year_up > total.year_down:
        share = (total.year_up - total.year_down) / total.year_up
    return {
        "due": total.up.due,
        "remitted": total.up.paid,
        "rate": total.up.paid * 100 / total.up.due if total.up.due else None,
        "owed": total.up.owed,
        "down": total.down.paid,
        "down_rate": down_rate,
        "planned_down": total.down.due,
        "gap": total.down.owed,
        "reserve": board.province_bank["reserve"] if board.province_bank else None,
        "reserved": board.reserved,
        "to_reserve": total.up.due * share,
        "cash": total.cash,
        "trace": trace,
    }


def _months(board: Dashboard, chosen: UnitMonths | None) -> dict[str, Any]:
    """The bars of all units together, or of the one chosen."""
    unit = board.year
    if chosen is not None:
        mine = [u for u in board.window if chosen.agency.pk == u.agency.pk]
        unit = mine[0] if mine else board.year
    return {
        "months_of": chosen.agency.unit_name if chosen else "",
        "months_data": charts.months_data(unit),
        "months_rows": charts.months_rows(unit),
        "span": board.span,
    }


def _flows(board: Dashboard) -> dict[str, Any]:
    came, went = charts.streams(board)
    by_amount = lambda flow: (-flow.yuan, flow.key)  # noqa: E731
    return {
        "flows_data": charts.flows_data(came, went),
        "came": sorted(came, key=by_amount),
        "went": sorted(went, key=by_amount),
        "came_total": sum((flow.yuan for flow in came), ZERO),
    }


def _file(wanted: str, board: Dashboard, tab: str, rows: list[UnitMonths]) -> HttpResponseBase:
    """The filtered table as a file, in yuan."""
    span = f"{format_period(board.span.first)} – {format_period(board.span.last)}"
    columns = [
        Column(_("Code"), "code", width=10),
        Column(pgettext("pooling", "Unit"), lambda row: row.agency.unit_name, width=22),
    ]
    if tab == "benefiting":
        columns += [
            Column(_("Planned (yuan)"), "down.due", "money", 18),
            Column(_("Redistributed (yuan)"), "down.paid", "money", 18),
            Column(
                pgettext("pooling", "Rate"), lambda row: _rate(row.down.paid, row.down.due), "percent", 10
            ),
            Column(_("Short (yuan)"), "down.owed", "money", 18),
            Column(_("Short since"), "gap_since", "period", 12),
            Column(_("Pensions unpaid (yuan)"), "pensions_unpaid", "money", 18),
            Column(_("Fund's money (yuan)"), "cash", "money", 18),
        ]
    else:
        columns += [
            Column(_("Due (yuan)"), "up.due", "money", 18),
            Column(_("Remitted (yuan)"), "up.paid", "money", 18),
            Column(pgettext("pooling", "Rate"), "up.rate", "percent", 10),
            Column(pgettext("pooling", "Owed (yuan)"), "up.owed", "money", 18),
            Column(_("Owed since"), "since", "period", 12),
            Column(_("In transit (yuan)"), "in_transit", "money", 18),
            Column(_("Last receipt"), "last_received_on", "day", 12),
        ]
    name = f"remittances-{tab}-{board.span.key}"
    return export(
        wanted, name, columns, rows, _("Remittance and redistribution"), f"{_TAB_WORDS[tab]()}  {span}"
    )


_TAB_WORDS = {
    "owed": lambda: _("Behind"),
    "paid": lambda: _("Paid in full"),
    "benefiting": lambda: _("Benefiting counties"),
}


def _rate(paid: Decimal, due: Decimal) -> Decimal | None:
    return (paid * 100 / due).quantize(Decimal("0.1")) if due else None


def find_agency(code: int) -> Agency:
    """A unit of the reader's scope. Raises Http404."""
    from pooling.selectors.months import units_in_scope

    for agency in units_in_scope():
        if agency.pk == code:
            return agency
    raise Http404
