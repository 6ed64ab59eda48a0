"""Employers: the list, the page of one, registration, coverage."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.forms import CoverageForm, EmployerFilter, EmployerForm
from enrollment.lines import line_choices
from enrollment.models import Declaration
from enrollment.permissions import MAY_ENTER, may_enter, require
from enrollment.refusals import Refusal
from enrollment.selectors.employers import employers, people_now, with_wages
from enrollment.selectors.history import employer_history
from enrollment.services import register_employer, set_coverage
from enrollment.tables import EmployerTable
from enrollment.views.access import employer_or_404, staff_page, who
from jilin_si.access.desks import units_held
from jilin_si.access.models import Role
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.web.forms import check_field
from jilin_si.web.panels import panels_for
from jilin_si.web.tables import export_for, table_for

PEOPLE_PER_PAGE = 12
PEOPLE_BY_NAME = 2000  # so many are sorted by name while one waits; of more the latest to come stand first


@staff_page
@require_safe
def employer_list(request: HttpRequest) -> HttpResponseBase:
    """Employers of the scope, filtered and sorted by the address."""
    form = EmployerFilter(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    table = table_for(request, EmployerTable, employers(filters))
    exported = export_for(request, table, "employers", _("Employers"))
    if exported is not None:
        return exported
    context = {"table": table, "form": form, "may_register": own_unit(request) is not None}
    return render(request, "enrollment/employer_list.html", context)


@staff_page
@require_safe
def employer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One employer: people, returns, coverage, what happened, and what upper floors add (bills, arrears)."""
    shown = employer_or_404(pk)
    filters = {"now": request.GET.get("people", "living")}
    everybody = people_now(shown, filters)
    paginator = Paginator(everybody, PEOPLE_PER_PAGE)
    latest_first = paginator.count > PEOPLE_BY_NAME
    if latest_first:
        paginator.object_list = everybody.order_by("-pk")
    page = paginator.get_page(request.GET.get("page"))
    wage_year, people = with_wages(shown, list(page.object_list))
    year = today().year
    returns = list(
        Declaration.objects.filter(employer=shown)
        .select_related("entered_by", "reviewed_by", "employer")
        .defer("draft")
        .order_by("-fee_year", "kind", "-pk")[:6]
    )
    yearly = next((d for d in returns if d.fee_year == year and d.kind == Declaration.Kind.YEARLY), None)
    coverages = list(shown.coverages.all())
    context = {
        "employer": shown,
        "page": page,
        "latest_first": latest_first,
        "people": people,
        "wage_year": wage_year,
        "people_count": paginator.count if filters["now"] == "living" else people_now(shown, {}).count(),
        "returns": returns,
        "yearly": yearly,
        "year": year,
        "coverage": [(name, [c for c in coverages if c.line == line]) for line, name in line_choices()],
        "history": employer_history(shown, 12),
        "main_panels": panels_for(request, "employer", shown),
        "side_panels": panels_for(request, "employer", shown, column="side"),
        "action_panels": panels_for(request, "employer", shown, column="actions"),
        "may_enter": may_enter(who(request), shown.county_id),
        "once_key": new_key(),
    }
    return render(request, "enrollment/employer.html", context)


@staff_page
@require_http_methods(["GET", "POST"])
@once
def employer_new(request: HttpRequest) -> HttpResponseBase:
    """Register an employer in the unit where one is clerk."""
    county_id = own_unit(request)
    require(who(request), county_id or 0, *MAY_ENTER)
    form = EmployerForm(request.POST or None)
    if request.POST.get("_check") == "known":
        return render(request, "enrollment/_known_employer.html", {"known": form.known})
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            made = register_employer(county_id=county_id or 0, by=who(request), **form.act)
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(
                request,
                _("%(name)s is registered as %(number)s.") % {"name": made.name, "number": made.number},
            )
            return HttpResponseRedirect(reverse("enrollment:employer", args=[made.pk]))
    context = {"form": form, "known": form.known, "once_key": request.POST.get("_once") or new_key()}
    return render(request, "enrollment/employer_new.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "POST"])
@once
def coverage(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An employer joins a line, or leaves it."""
    shown = employer_or_404(pk)
    require(who(request), shown.county_id, *MAY_ENTER)
    initial = {name: request.GET[name] for name in ("line", "first_period") if name in request.GET}
    form = CoverageForm(request.POST or None, initial=initial)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            set_coverage(employer=shown, by=who(request), **form.act)
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, _("The coverage is stored. The workers follow."))
            return HttpResponseRedirect(reverse("enrollment:employer", args=[shown.pk]))
    context = {"employer": shown, "form": form, "once_key": request.POST.get("_once") or new_key()}
    return render(request, "enrollment/coverage.html", context, status=422 if form.errors else 200)


def own_unit(request: HttpRequest) -> int | None:
    """The unit where this person is clerk; None for everybody else."""
    return next(iter(units_held(who(request).pk, [Role.CLERK])), None)
