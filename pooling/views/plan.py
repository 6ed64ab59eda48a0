"""The year's plan: 52 units, their adjustments, its approval by a second person."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jilin_si.agencies.clock import today
from jilin_si.money import format_yuan
from jilin_si.web.exports import Column, export
from jilin_si.web.formats import plain_text
from jilin_si.web.forms import check_field
from pooling import services
from pooling.forms import AdjustmentForm
from pooling.permissions import acting_user, is_province, require_province, require_reader
from pooling.selectors.county import plan_of
from pooling.selectors.plan import YearPlan, year_plan, years
from pooling.views.dashboard import find_agency
from pooling.views.month import _amount
from pooling.views.refusal import refused


def address(fee_year: int) -> str:
    return reverse("pooling:plan", args=[fee_year])


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """To the latest plan there is, else this year's page."""
    require_reader(request)
    known = years()
    return HttpResponseRedirect(address(known[0] if known else today().year))


@require_safe
def plan(request: HttpRequest, fee_year: int) -> HttpResponseBase:
    """The plan of a fee year."""
    require_reader(request)
    found = year_plan(fee_year)
    if wanted := request.GET.get("export"):
        return _file(wanted, found)
    context = {
        "plan": found,
        "fee_year": fee_year,
        "years": sorted({*years(), fee_year, today().year}, reverse=True),
        "acts": is_province(request),
        "is_second": found.approver_is_second(acting_user(request)),
    }
    return render(request, "pooling/plan.html", context)


@require_POST
def propose(request: HttpRequest, fee_year: int) -> HttpResponse:
    """Work the plan out from January's assessment."""
    require_province(request)
    try:
        count = services.propose_plan(fee_year, acting_user(request))
    except services.PoolingError as error:
        return refused(request, error, address(fee_year))
    messages.success(
        request, _("%(count)s plans are proposed; a second person approves them.") % {"count": count}
    )
    return HttpResponseRedirect(address(fee_year))


@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, fee_year: int) -> HttpResponse:
    """Put the plan in force, once its year was typed."""
    require_province(request)
    found = year_plan(fee_year)
    if not found.plans:
        raise Http404
    fault = ""
    if request.method == "POST":
        if plain_text(request.POST.get("typed", "")) != str(fee_year):
            fault = _("This is about %(year)s.") % {"year": fee_year}
        else:
            try:
                count = services.approve_plan(
                    fee_year, acting_user(request), _amount(request.POST.get("net"))
                )
            except services.PoolingError as error:
                return refused(request, error, address(fee_year))
            messages.success(request, _("%(count)s plans are in force.") % {"count": count})
            return HttpResponseRedirect(address(fee_year))
    context = {
        "plan": found,
        "fee_year": fee_year,
        "fault": fault,
        "is_second": found.approver_is_second(acting_user(request)),
    }
    return render(request, "pooling/approve_plan.html", context, status=422 if fault else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: HttpRequest, fee_year: int, code: int) -> HttpResponse:
    """Moderate one unit's plan, with a reason."""
    require_province(request)
    agency = find_agency(code)
    found = plan_of(agency.pk, fee_year)
    if found is None:
        raise Http404
    form = AdjustmentForm(
        request.POST or None,
        initial={"adjustment": found.adjustment, "reason": found.adjustment_reason},
    )
    if name := request.POST.get("_check"):
        return check_field(form, name)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.adjust_plan(
                agency.pk,
                fee_year,
                form.cleaned_data["adjustment"],
                form.cleaned_data["reason"],
                acting_user(request),
            )
        except services.PoolingError as error:
            return refused(request, error, address(fee_year))
        messages.success(
            request,
            _("%(unit)s settles %(net)s yuan this year.")
            % {"unit": agency.unit_name, "net": format_yuan(changed.net)},
        )
        return HttpResponseRedirect(f"{address(fee_year)}#u{agency.code}")
    context = {"agency": agency, "found": found, "fee_year": fee_year, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "pooling/adjust_plan.html", context, status=status)


def _file(wanted: str, found: YearPlan) -> HttpResponseBase:
    """The plan as a file, in yuan."""
    money = (
        (_("Wages of the year"), "wages"),
        (_("Retiree cost of the year"), "retiree_cost"),
        (pgettext("pooling", "Due"), "due_total"),
        (_("Planned collection"), "planned_collection"),
        (_("Planned pensions"), "planned_pension_payments"),
        (_("Management fee"), "management_fee"),
        (_("Accumulation"), "accumulation"),
        (_("To the province"), "accumulation_to_province"),
        (pgettext("pooling", "Balance"), "balance"),
        (_("Planned remittance"), "planned_remit_up"),
        (_("Planned redistribution"), "planned_allocation_down"),
        (_("Adjustment"), "adjustment"),
        (_("Net"), "net"),
    )
    columns = [
        Column(_("Code"), lambda plan: plan.county.code, width=10),
        Column(pgettext("pooling", "Unit"), lambda plan: plan.county.unit_name, width=22),
        Column(pgettext("pooling", "Kind"), lambda plan: plan.get_kind_display(), width=12),
        *(Column(f"{title} (¥)", name, "money", 18) for title, name in money),
        Column(_("Reason"), "adjustment_reason", width=30),
    ]
    title = _("Plan of %(year)s") % {"year": found.fee_year}
    return export(wanted, f"plan-{found.fee_year}", columns, found.plans, title)
