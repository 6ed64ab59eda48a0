"""The books: periods and their close, vouchers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collection import services
from collection.forms import FilterForm, VoucherFilter
from collection.names import journal_kind, journal_kinds, line_name
from collection.selectors import lists, receipts
from collection.tables import VoucherTable
from collection.views.common import (
    UNREADABLE,
    may_act,
    period_or_404,
    require_act,
    staff_only,
    units_of,
    working_period,
)
from enrollment.refusals import Refusal
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.ledger.models import Journal, Period
from jilin_si.money import ZERO
from jilin_si.periods import format_period, last_day
from jilin_si.web.tables import export_for, table_for


@require_safe
@staff_only
def periods(request: HttpRequest) -> HttpResponseBase:
    """The months of a unit's year: open, assessed, closed, with what became due and what came in."""
    form = FilterForm(request.GET, units=units_of(request))
    unit = form.unit_id
    years = sorted(
        set(Period.objects.filter(agency_id=unit).values_list("period__year", flat=True)), reverse=True
    )
    given = request.GET.get("year", "")
    working = working_period(unit)
    year = (
        int(given) if given.isdigit() and int(given) in years else working.year if working else today().year
    )
    months = lists.unit_periods(unit, year) if unit else []
    closable = next((m.period for m in reversed(months) if m.state != Period.State.CLOSED), None)
    context = {
        "form": form,
        "unit": Agency.objects.filter(pk=unit).first(),
        "year": year,
        "years": years,
        "months": months,
        "closable": closable,
        "may_close": may_act(request, unit, services.MAY_CLOSE),
    }
    return render(request, "collection/periods.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
@once
def period_close(request: HttpRequest, county_id: int, period: str) -> HttpResponseBase:
    """Close a month: its consequences in figures, and the period to be typed."""
    month = period_or_404(period)
    if county_id not in units_of(request):
        raise Http404
    found = next((m for m in lists.unit_periods(county_id, month.year) if m.period == month), None)
    if found is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        require_act(request, services.MAY_CLOSE, county_id)
        if request.POST.get("typed", "").strip() != format_period(month):
            refused = _("Type %(period)s to close it.") % {"period": format_period(month)}
        else:
            try:
                services.close_month(county_id=county_id, period=month, by=request.user)  # type: ignore[arg-type]
            except Refusal as refusal:
                refused = refusal.message
            else:
                messages.success(request, _("%(period)s is closed.") % {"period": format_period(month)})
                return HttpResponseRedirect(
                    f"{reverse('collection:periods')}?unit={county_id}&year={month.year}"
                )
    until = Q(county_id=county_id, received_on__lte=last_day(month))
    waiting = receipts.bank_lines(until & receipts.STATES[receipts.WAITING])
    unknown = receipts.bank_lines(until & receipts.STATES[receipts.UNMATCHED])
    context = {
        "month": found,
        "waiting": _count_and_sum(waiting),
        "unknown": _count_and_sum(unknown),
        "refused": refused,
        "once_key": new_key(),
        "may_close": may_act(request, county_id, services.MAY_CLOSE),
    }
    return render(request, "collection/period_close.html", context, status=UNREADABLE if refused else 200)


def _count_and_sum(lines: Any) -> dict[str, Any]:
    amounts = list(lines.values_list("amount", flat=True))
    return {"count": len(amounts), "sum": sum(amounts, ZERO)}


@require_safe
@staff_only
def vouchers(request: HttpRequest) -> HttpResponseBase:
    """The vouchers of a unit's month."""
    form = VoucherFilter(request.GET, units=units_of(request), kinds=journal_kinds())
    unit = form.unit_id
    period = form.read("period", None) or working_period(unit)
    form.show(period=period)
    rows = (
        lists.vouchers(unit, period, form.read("fund"), form.read("kind"))
        if period
        else Journal.objects.none()
    )
    table = table_for(request, VoucherTable, rows.order_by("journal_id"), per_page=20)
    file = export_for(request, table, f"{unit}-vouchers-{format_period(period) if period else ''}")
    if file is not None:
        return file
    context = {"form": form, "table": table, "unit": Agency.objects.filter(pk=unit).first(), "period": period}
    return render(request, "collection/vouchers.html", context)


@require_safe
@staff_only
def voucher(request: HttpRequest, journal_id: int) -> HttpResponseBase:
    """One voucher: its legs, and the receipts that it books."""
    journal = Journal.objects.filter(pk=journal_id).select_related("agency", "made_by", "reverses").first()
    if journal is None:
        raise Http404
    legs = lists.legs_of(journal_id)
    booked = lists.receipts_of_journal(journal)
    context = {
        "journal": journal,
        "legs": legs,
        "debit": sum((leg.debit or ZERO for leg in legs), ZERO),
        "credit": sum((leg.credit or ZERO for leg in legs), ZERO),
        "fund": line_name(journal.fund),
        "kind": journal_kind(journal.kind),
        "receipts": booked[:200],
        "receipt_count": booked.count(),
    }
    return render(request, "collection/voucher.html", context)
