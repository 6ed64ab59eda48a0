"""The employer's own declaration on line: the year's return is typed or filled from Excel, and handed in to the office.

The grid, its checks and its figures are those of the office's page. What is handed in goes into the same queue; only
the office approves.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collection.portal.employer import employers_of, for_employer
from enrollment.models import Declaration, Employer
from enrollment.refusals import Refusal
from enrollment.selectors.declarations import answers_of, review_of
from enrollment.services import start_declaration, start_naming, withdraw_declaration
from enrollment.views import declaration_grid, sheets
from enrollment.views.access import tell_refusal, who
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.web.shell import Notice

SHOWN = 500


def _mine(request: HttpRequest, pk: int) -> Declaration:
    """A return of one of one's employers; what is not there and what is not yours look alike."""
    found = (
        Declaration.objects.filter(pk=pk, employer__in=employers_of(request))
        .select_related("employer", "entered_by", "reviewed_by")
        .first()
        if pk < 2**63
        else None
    )
    if found is None:
        raise Http404
    return found


PORTAL = declaration_grid.Face("portal", "portal_base.html", _mine, by_employer=True)


def years_to_declare() -> list[int]:
    """The fee years that an employer may begin: this one, and in December the next."""
    day = today()
    return [day.year, day.year + 1] if day.month == 12 else [day.year]


@require_POST
@for_employer
@once
def start(request: HttpRequest, employer: Employer) -> HttpResponseBase:
    """Begin the return of a year, or open the one that is there."""
    given = request.POST.get("year", "") or str(today().year)
    year = int(given) if given.isascii() and given.isdigit() and len(given) == 4 else 0
    if year not in years_to_declare():
        raise Http404
    try:
        begun = start_declaration(employer=employer, fee_year=year, by=who(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return HttpResponseRedirect(reverse("portal:declarations"))
    return HttpResponseRedirect(PORTAL.url("declaration", begun))


@require_POST
@for_employer
@once
def name_people(request: HttpRequest, employer: Employer) -> HttpResponseBase:
    """Begin a return for people who join after the year's return, or open the one that is there."""
    given = request.POST.get("year", "")
    year = int(given) if given.isascii() and given.isdigit() and len(given) == 4 else today().year
    try:
        begun = start_naming(employer=employer, fee_year=year, by=who(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return HttpResponseRedirect(reverse("portal:declarations"))
    return HttpResponseRedirect(PORTAL.url("declaration", begun))


@require_http_methods(["GET", "HEAD", "POST"])
@for_employer
def declaration(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """The return: in the grid while it is typed, else as it was handed in. POST hands it in."""
    if request.method == "POST":
        return declaration_grid.submit(request, PORTAL, pk)
    shown = _mine(request, pk)
    if shown.may_be_entered:
        return declaration_grid.page(request, PORTAL, shown)
    review = review_of(shown)
    context = {
        "declaration": shown,
        "employer": shown.employer,
        "review": review,
        "rows": review.rows[:SHOWN],
        "more": max(0, len(review.rows) - SHOWN),
        "answers": answers_of(shown),
        "newcomers": list(shown.newcomers.all()),
        "may_withdraw": shown.state == Declaration.State.SUBMITTED and shown.from_employer,
        "once_key": new_key(),
    }
    return render(request, "collection/portal/declaration.html", context)


@require_POST
@for_employer
@once
def withdraw(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """Take one's own return back before the office has reviewed it."""
    shown = _mine(request, pk)
    if not shown.from_employer:
        messages.error(request, _("The office handed this return in: ask it to give it back."))
        return HttpResponseRedirect(PORTAL.url("declaration", shown))
    return declaration_grid.decide(
        request, PORTAL, shown, withdraw_declaration, lambda _done: _("The return is yours again.")
    )


@require_POST
@for_employer
def row(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """One row as it is typed."""
    return declaration_grid.row(request, PORTAL, pk)


@require_POST
@for_employer
def check(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """The whole return."""
    return declaration_grid.check(request, PORTAL, pk)


@require_POST
@for_employer
def side(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """What stands beside the grid about one row."""
    return declaration_grid.side(request, PORTAL, pk)


@require_POST
@for_employer
def draft(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """Keep what was typed."""
    return declaration_grid.draft(request, PORTAL, pk)


@require_POST
@for_employer
def people(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """Bring the people of a return up to date."""
    return declaration_grid.people(request, PORTAL, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_employer
@once
def excel(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """Where the prefilled workbook is fetched and handed in again."""
    return sheets.excel(request, PORTAL, pk)


@require_safe
@for_employer
def workbook(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """The prefilled workbook."""
    return sheets.workbook(request, PORTAL, pk)


@require_safe
@for_employer
def sheet(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """What a sheet that came back would change."""
    return sheets.sheet(request, PORTAL, pk)


@require_POST
@for_employer
def sheet_take(request: HttpRequest, employer: Employer, pk: int) -> HttpResponseBase:
    """Fill the draft with the differences of a sheet."""
    return sheets.take(request, PORTAL, pk)


def notices(request: HttpRequest) -> list[Notice]:
    """One's employers' returns that the office sent back."""
    mine = employers_of(request)
    if not mine:
        return []
    back = (
        Declaration.objects.filter(state=Declaration.State.RETURNED, from_employer=True, employer__in=mine)
        .select_related("employer")
        .defer("draft")
        .order_by("-reviewed_at")[:5]
    )
    return [
        Notice(
            text=_("The office sent back the declaration of %(year)s: %(reason)s")
            % {"year": d.fee_year, "reason": d.return_reason},
            url=PORTAL.url("declaration", d),
            tone="warn",
            when=f"{timezone.localtime(d.reviewed_at):%m-%d}" if d.reviewed_at else "",
        )
        for d in back
    ]
