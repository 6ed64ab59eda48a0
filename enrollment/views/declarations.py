"""Declarations: the list, the grid in which they are typed, the review by a second person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.forms import DeclarationFilter, ReturnForm
from enrollment.models import Declaration
from enrollment.permissions import MAY_ENTER, MAY_REVIEW, may_enter, may_review, require
from enrollment.refusals import Refusal
from enrollment.selectors.declarations import declarations as find_declarations
from enrollment.selectors.declarations import fee_years, people_of_review, review_of, watch_for
from enrollment.selectors.history import declaration_history
from enrollment.services import (
    approve_declaration,
    return_declaration,
    start_declaration,
    withdraw_declaration,
)
from enrollment.tables import DeclarationTable
from enrollment.views import declaration_grid, sheets
from enrollment.views.access import declaration_or_404, employer_or_404, staff_page, tell_refusal, who
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.web.tables import export_for, table_for


def _enterable(request: HttpRequest, pk: int) -> Declaration:
    shown = declaration_or_404(pk)
    require(who(request), shown.county_id, *MAY_ENTER)
    return shown


OFFICE = declaration_grid.Face("enrollment", "base.html", _enterable)


@staff_page
@require_safe
def declaration_list(request: HttpRequest) -> HttpResponseBase:
    """Returns of the scope, filtered and sorted by the address."""
    form = DeclarationFilter(fee_years(), request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    table = table_for(request, DeclarationTable, find_declarations(filters))
    exported = export_for(request, table, "declarations", _("Declarations"))
    if exported is not None:
        return exported
    table.watches = watch_for([row.record for row in table.paginated_rows], who(request).pk)
    return render(request, "enrollment/declaration_list.html", {"table": table, "form": form})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A return: in the grid while it is being typed by who may, else as a reviewer reads it. POST hands it in."""
    if request.method == "POST":
        return declaration_grid.submit(request, OFFICE, pk)
    shown = declaration_or_404(pk)
    if shown.may_be_entered and may_enter(who(request), shown.county_id):
        return declaration_grid.page(request, OFFICE, shown)
    return _review(request, shown)


@staff_page
@require_POST
@once
def start(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Begin the yearly return of an employer, or open the one that is there."""
    employer = employer_or_404(pk)
    year = request.POST.get("year", "")
    fee_year = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else today().year
    try:
        begun = start_declaration(employer=employer, fee_year=fee_year, by=who(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return HttpResponseRedirect(reverse("enrollment:employer", args=[pk]))
    return HttpResponseRedirect(reverse("enrollment:declaration", args=[begun.pk]))


@staff_page
@require_POST
def row(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One row as it is typed."""
    return declaration_grid.row(request, OFFICE, pk)


@staff_page
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole return."""
    return declaration_grid.check(request, OFFICE, pk)


@staff_page
@require_POST
def side(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What stands beside the grid about one row."""
    return declaration_grid.side(request, OFFICE, pk)


@staff_page
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Keep what was typed."""
    return declaration_grid.draft(request, OFFICE, pk)


@staff_page
@require_POST
def people(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Bring the people of a return up to date."""
    return declaration_grid.people(request, OFFICE, pk)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
@once
def excel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where the prefilled workbook is fetched and handed in again."""
    return sheets.excel(request, OFFICE, pk)


@staff_page
@require_safe
def workbook(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The prefilled workbook."""
    return sheets.workbook(request, OFFICE, pk)


@staff_page
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a sheet that came back would change."""
    return sheets.sheet(request, OFFICE, pk)


@staff_page
@require_POST
def sheet_take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Fill the draft with the differences of a sheet."""
    return sheets.take(request, OFFICE, pk)


@staff_page
@require_POST
@once
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a return back before it is reviewed."""
    return _decide(request, pk, withdraw_declaration, _("The return is yours again."))


@staff_page
@require_POST
@once
def approve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Approve a return."""
    return _decide(request, pk, approve_declaration, _("Approved: these wages are charged from now on."))


@staff_page
@require_POST
@once
def send_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a return back with a reason."""
    shown = declaration_or_404(pk)
    require(who(request), shown.county_id, *MAY_REVIEW)
    rows = {
        int(name.removeprefix("row-")): str(text)
        for name, text in request.POST.items()
        if name.startswith("row-") and name[4:].isdigit() and len(name) < 11 and str(text).strip()
    }
    form = ReturnForm(request.POST)
    form.fields["reason"].required = not rows
    if not form.is_valid():
        return _review(request, shown, form)
    return _decide(
        request,
        pk,
        return_declaration,
        _("The return is sent back."),
        reason=form.cleaned_data["reason"],
        rows=rows,
    )


def _decide(request: HttpRequest, pk: int, act: Any, done: str, **more: Any) -> HttpResponseBase:
    return declaration_grid.decide(request, OFFICE, declaration_or_404(pk), act, lambda _done: done, **more)


def _review(request: HttpRequest, shown: Declaration, form: ReturnForm | None = None) -> HttpResponseBase:
    """The return as a reviewer reads it: what changed against last year first."""
    review = review_of(shown)
    show = request.GET.get("show", "outstanding" if shown.state == Declaration.State.SUBMITTED else "all")
    rows = {"outstanding": review.outstanding, "new": review.new}.get(show, review.rows)
    waiting = shown.state == Declaration.State.SUBMITTED
    reviewer = waiting and may_review(who(request), shown.county_id)
    typed_by = set((shown.draft or {}).get("editors", [])) | {shown.entered_by_id}
    context = {
        "declaration": shown,
        "employer": shown.employer,
        "review": review,
        **people_of_review(shown),
        "rows": rows[:500],
        "more_rows": max(0, len(rows) - 500),
        "show": show,
        "history": declaration_history(shown),
        "own_work": who(request).pk in typed_by,
        "may_review": reviewer and who(request).pk not in typed_by,
        "is_reviewer": reviewer,
        "may_correct": shown.state == Declaration.State.APPROVED and may_enter(who(request), shown.county_id),
        "may_withdraw": waiting and may_enter(who(request), shown.county_id),
        "form": form or ReturnForm(),
        "yearly": shown.kind == Declaration.Kind.YEARLY,
        "last_year": shown.fee_year - 1,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(
        request, "enrollment/declaration.html", context, status=422 if form and form.errors else 200
    )
