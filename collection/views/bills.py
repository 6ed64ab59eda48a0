"""A unit's month, an employer's year, one bill, who owes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collection.forms import ArrearsFilter, MonthFilter
from collection.imports import MAY_TAKE_MONEY
from collection.names import line_name, lines_in_order
from collection.selectors import bills, fees, lists, people, receipts
from collection.selectors.takeovers import takeovers_of
from collection.tables import ArrearsTable, MonthTable
from collection.views.common import (
    employer_or_404,
    may_act,
    period_or_404,
    staff_only,
    units_of,
    working_period,
)
from enrollment.permissions import MAY_ENTER
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.money import ZERO
from jilin_si.periods import format_period, period_of
from jilin_si.web.tables import export_for, table_for


@require_safe
@staff_only
def month(request: HttpRequest) -> HttpResponseBase:
    """The bills of a unit's month: figures, filter, list, export."""
    form = MonthFilter(request.GET, units=units_of(request))
    unit = form.unit_id
    period = form.read("period", None) or working_period(unit) or period_of(today())
    text = form.read("q")
    form.show(period=period)
    rows = lists.county_month(unit, period, form.read("line"), form.read("ownership"), text)
    rows = lists.paid_state(rows, form.read("state"))
    sums = lists.totals(rows, "due", "paid", "owed")
    due_on = fees.due_day(unit, period) if unit else period
    table = table_for(request, MonthTable, rows, totals=sums, period=period, due_on=due_on, on=today())
    file = export_for(request, table, f"{unit}-{format_period(period)}")
    if file is not None:
        return file
    context = {
        "form": form,
        "table": table,
        "sums": sums,
        "rate": (sums["due"] - sums["owed"]) * 100 / sums["due"] if sums["due"] else None,
        "unit": Agency.objects.filter(pk=unit).first(),
        "period": period,
        "due_on": due_on,
    }
    return render(request, "collection/month.html", context)


@require_safe
@staff_only
def arrears(request: HttpRequest) -> HttpResponseBase:
    """Who owes in a unit, since when, how much: what is not late yet is left out."""
    form = ArrearsFilter(request.GET, units=units_of(request))
    unit = form.unit_id
    on = today()
    this_month = period_of(on)
    not_late = this_month if unit and on <= fees.due_day(unit, this_month) else None
    rows = lists.arrears(unit, form.read("line"), form.read("ownership"), form.read("q"), not_late)
    sums = lists.totals(rows, "own_owed", "unit_owed", "owed")
    table = table_for(request, ArrearsTable, rows, totals=sums)
    file = export_for(request, table, f"{unit}-arrears-{on}")
    if file is not None:
        return file
    context = {
        "form": form,
        "table": table,
        "sums": sums,
        "unit": Agency.objects.filter(pk=unit).first(),
        "on": on,
    }
    return render(request, "collection/arrears.html", context)


@require_safe
@staff_only
def employer_bills(request: HttpRequest, employer_id: int) -> HttpResponseBase:
    """An employer's year: each month in each line, what is paid and owed, and the money that came in."""
    employer = employer_or_404(employer_id)
    years = bills.bill_years(employer.pk)
    year = _year(request, years)
    months = bills.employer_year(employer.pk, year)
    lines = lines_in_order({line.line for month in months for line in month.lines})
    context: dict[str, Any] = {
        "employer": employer,
        "year": year,
        "years": years,
        "months": [(each, [each.line(line) for line in lines]) for each in months],
        "line_names": [line_name(line) for line in lines],
        "columns": len(lines) + 7,
        "line_sums": [bills.Sums.of(found for m in months if (found := m.line(line))) for line in lines],
        "sums": bills.Sums.of(months),
        "owed_now": bills.owed_now(employer.pk),
        "takeovers": takeovers_of(employer.pk),
        "payments": receipts.payment_list(employer.pk, year),
        "may_take_money": may_act(request, employer.county_id, MAY_TAKE_MONEY),
    }
    return render(request, "collection/employer_bills.html", context)


def _year(request: HttpRequest, years: list[int]) -> int:
    given = request.GET.get("year", "")
    if given.isdigit() and int(given) in years:
        return int(given)
    return years[0] if years else today().year


@require_safe
@staff_only
def bill(request: HttpRequest, employer_id: int, period: str) -> HttpResponseBase:
    """One bill: every line and part with its explanation, arrears, late fee, and the money that met it."""
    employer = employer_or_404(employer_id)
    context = bill_context(employer, period_or_404(period))
    context["may_take_money"] = may_act(request, employer.county_id, MAY_TAKE_MONEY)
    context["may_correct"] = may_act(request, employer.county_id, MAY_ENTER)
    return render(request, "collection/bill.html", context)


def bill_context(employer: Any, period: date) -> dict[str, Any]:
    """What a bill's page shows, for the office and in the portal. Raises Http404 where the month has none."""
    sheet = bills.bill_sheet(employer.pk, period)
    if sheet is None:
        raise Http404
    by_day = receipts.by_day(receipts.payments_of([row.bill_id for row in sheet.rows]))
    return {
        "employer": employer,
        "sheet": sheet,
        "period": period,
        "by_day": by_day,
        "estimated": people.is_estimated(employer.pk, employer.county_id, period),
        "met_sum": sum((day.amount for day in by_day), ZERO),
        "arrears_by_month": _by_month(sheet.arrears),
        "supplement_sums": bills.Sums.of(sheet.supplements),
    }


def _by_month(arrears: Any) -> list[tuple[date, str, Any]]:
    """Arrears a month and with whom they arose (REST-5): the amount over all lines, oldest first."""
    found: dict[tuple[date, str], Any] = {}
    for item in arrears:
        key = (item.due_period, item.other)
        found[key] = found.get(key, ZERO) + item.amount
    return [(period, other, amount) for (period, other), amount in sorted(found.items())]
