"""The lists of silence and the page of one case: what is missing, whom to call, what was done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.gaps import selectors
from enrollment.gaps.forms import BrokenFilter, FollowUpForm, SilentFilter, UnitFilter
from enrollment.gaps.services import follow_up
from enrollment.gaps.tables import BrokenTable, SilentTable
from enrollment.models import Employer, Employment
from enrollment.permissions import MAY_ENTER, may_enter, require
from enrollment.refusals import Refusal
from enrollment.views.access import employer_or_404, staff_page, who
from jilin_si.access.once import new_key, once
from jilin_si.access.scope import current
from jilin_si.web.forms import check_field
from jilin_si.web.tables import export_for, table_for


@staff_page
@require_safe
def silent(request: HttpRequest) -> HttpResponseBase:
    """Employers of a unit that have not declared, or have people without a declared wage."""
    form = SilentFilter(request.GET, units=current().units)
    asked = form.read
    table = table_for(request, SilentTable, selectors.silent_employers(asked["unit"], asked))
    title = _("Silent employers")
    return export_for(request, table, "silent-employers", title) or _list(request, "silent", form, table)


@staff_page
@require_safe
def broken(request: HttpRequest) -> HttpResponseBase:
    """Workers of a unit whose months broke off without a reason that explains it."""
    form = BrokenFilter(request.GET, units=current().units)
    asked = form.read
    table = table_for(request, BrokenTable, selectors.broken_months(asked["unit"], asked))
    title = _("Broken months")
    return export_for(request, table, "broken-months", title) or _list(request, "broken", form, table)


def _list(request: HttpRequest, here: str, form: UnitFilter, table: Any) -> HttpResponseBase:
    context = {
        "table": table,
        "form": form,
        "here": here,
        "unit": form.agency,
        "month": selectors.month_asked(),
    }
    return render(request, f"enrollment/{here}_list.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def silent_case(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One silent employer: what is missing, the contact, what was done; a step is noted, the return begun."""
    employer = employer_or_404(pk)
    row = next(iter(selectors.silent_employers(employer.county_id, {"pk": pk})), None)
    return _case(request, employer, None, row, SilentTable([]), "silent")


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def broken_case(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One worker's broken months: the employment, the contact, what was done; the answer is noted."""
    employment = Employment.objects.select_related("worker", "employer").filter(pk=pk).first()
    if employment is None:
        raise Http404
    row = next(iter(selectors.broken_months(employment.county_id, {"pk": pk})), None)
    return _case(request, employment.employer, employment, row, BrokenTable([]), "broken")


def _case(
    request: HttpRequest,
    employer: Employer,
    employment: Employment | None,
    row: Any,
    table: Any,
    here: str,
) -> HttpResponseBase:
    if request.method == "POST":
        require(who(request), employer.county_id, *MAY_ENTER)
    form = FollowUpForm(request.POST or None, of_worker=employment is not None)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            follow_up(employer=employer, employment=employment, by=who(request), **form.cleaned_data)
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(
                request, _("%(name)s: noted.") % {"name": employment.worker if employment else employer}
            )
            return HttpResponseRedirect(reverse(f"enrollment:{here}"))
    context = {
        "employer": employer,
        "employment": employment,
        "row": row,
        "term": table.term_of(row) if row else None,
        "place": table.value_place(row) if row and here == "silent" else "",
        "goes_on": selectors.goes_on_with(row) if row and here == "silent" else "",
        "steps": selectors.steps_about(employer.pk, employment.pk if employment else None),
        "form": form,
        "here": here,
        "month": selectors.month_asked(),
        "may_enter": may_enter(who(request), employer.county_id),
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "enrollment/gap_case.html", context, status=422 if form.errors else 200)
