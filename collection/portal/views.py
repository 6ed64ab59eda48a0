"""The employers' pages: what is due and why, the months, statements, their people. Each sees its own and no other."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from collection.models import IssuedStatement, OfficeAccount
from collection.portal.declaring import years_to_declare
from collection.portal.employer import CHOSEN, employers_of, for_employer
from collection.selectors import bills
from collection.selectors import people as persons
from collection.views.bills import bill_context
from collection.views.common import UNREADABLE, period_or_404
from collection.views.papers import first_form, issue, issued_file, send_bill, statements_of
from enrollment.models import Declaration, Employer
from jilin_si.access.once import new_key
from jilin_si.agencies.clock import today
from jilin_si.web.formats import has_hidden_characters, plain_text

PEOPLE_A_PAGE = 50


@require_safe
@for_employer
def home(request: HttpRequest, employer: Employer) -> HttpResponseBase:
    """What is due now with its parts, the year's months, the statement, what was declared."""
    newest = bills.latest_period(employer.pk)
    years = bills.bill_years(employer.pk)
    given = request.GET.get("year", "")
    year = int(given) if given.isdigit() and int(given) in years else years[0] if years else today().year
    months = bills.employer_year(employer.pk, year)
    context: dict[str, Any] = {
        "employer": employer,
        "newest": newest,
        "year": year,
        "years": years,
        "months": list(reversed(months)),
        "sums": bills.Sums.of(months),
        "form": first_form(employer),
        "issued": statements_of(employer)[:2],
        "declarations": declarations_of(employer),
        "pay_to": OfficeAccount.objects.filter(pk=employer.county_id).first(),
    }
    if newest:
        context |= bill_context(employer, newest)
    return render(request, "collection/portal/home.html", context)


def declarations_of(employer: Employer) -> list[Declaration]:
    """The newest returns of the employer, with their state."""
    return list(Declaration.objects.filter(employer=employer).defer("draft").order_by("-fee_year", "-id")[:4])


@require_safe
@for_employer
def switch(request: HttpRequest, employer: Employer, employer_id: int) -> HttpResponseBase:
    """Act for another of one's employers from now on."""
    if employer_id not in {mine.pk for mine in employers_of(request)}:
        raise Http404
    request.session[CHOSEN] = employer_id
    return HttpResponseRedirect(reverse("portal:home"))


@require_safe
@for_employer
def bill(request: HttpRequest, employer: Employer, period: str) -> HttpResponseBase:
    """One month's bill."""
    return render(request, "collection/portal/bill.html", bill_context(employer, period_or_404(period)))


@require_safe
@for_employer
def bill_pdf(request: HttpRequest, employer: Employer, period: str) -> HttpResponseBase:
    """One month's bill as a paper."""
    return send_bill(employer, period)


@require_http_methods(["GET", "HEAD", "POST"])
@for_employer
def statements(request: HttpRequest, employer: Employer) -> HttpResponseBase:
    """Choose months, format and language; the statements issued before."""
    form, status = first_form(employer), 200
    if request.method == "POST":
        form, response = issue(request, employer, "portal:statement_file")
        if response is not None:
            return response
        status = UNREADABLE
    context = {"employer": employer, "form": form, "issued": statements_of(employer)}
    return render(request, "collection/portal/statements.html", context, status=status)


@require_safe
@for_employer
def statement_file(request: HttpRequest, employer: Employer, code: str, file_format: str) -> HttpResponseBase:
    """The file of a statement issued to one of one's employers."""
    found = IssuedStatement.objects.filter(
        code=code, employer__in=employers_of(request), kind=IssuedStatement.Kind.CONTRIBUTION
    ).first()
    if found is None:
        raise Http404
    return issued_file(request, found, file_format)


@require_safe
@for_employer
def declarations(request: HttpRequest, employer: Employer) -> HttpResponseBase:
    """What was declared, with its state and why it came back."""
    found = Declaration.objects.filter(employer=employer).defer("draft").order_by("-fee_year", "-id")[:60]
    begun = {d.fee_year: d for d in found if d.kind == Declaration.Kind.YEARLY}
    open_years = {*years_to_declare(), *(year for year, d in begun.items() if d.may_be_entered)}
    context = {
        "employer": employer,
        "declarations": found,
        "naming": [
            (year, new_key())
            for year in (today().year - 1, today().year)
            if year in begun and not begun[year].may_be_entered
        ],
        "years": [(year, begun.get(year), new_key()) for year in sorted(open_years)],
    }
    return render(request, "collection/portal/declarations.html", context)


@require_safe
@for_employer
def people(request: HttpRequest, employer: Employer) -> HttpResponseBase:
    """The people of the newest bill, or of the month asked for, with base and own part; each explains itself."""
    given = request.GET.get("period", "")
    period = period_or_404(given) if given else bills.latest_period(employer.pk)
    text = plain_text(request.GET.get("q", ""))[:60]
    if has_hidden_characters(text):
        text = ""
    number = request.GET.get("page", "1")
    page = (
        persons.month_people(employer, period, text, int(number) if number.isdigit() else 1, PEOPLE_A_PAGE)
        if period
        else None
    )
    context = {"employer": employer, "period": period, "page": page, "text": text}
    return render(request, "collection/portal/people.html", context)
