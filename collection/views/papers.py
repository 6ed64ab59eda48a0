"""Statements for the office: the employer's contributions, a worker's account; and the files of what was issued."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collection.forms import StatementForm
from collection.models import IssuedStatement
from collection.selectors import bills
from collection.selectors.accounts import account_of
from collection.statements.bill import bill_file
from collection.statements.issue import (
    issue_account_statement,
    issue_contribution_statement,
    statement_file,
)
from collection.statements.transfer import transfer_file
from collection.views.common import (
    UNREADABLE,
    employer_or_404,
    period_or_404,
    send_file,
    staff_only,
    worker_or_404,
)
from enrollment.models import Employer, Transfer
from enrollment.refusals import Refusal
from jilin_si.agencies.clock import today
from jilin_si.periods import month

FORMATS = ("pdf", "xlsx")
LANGUAGES = ("zh-hans", "en")


def first_form(employer: Employer) -> StatementForm:
    """The form as it opens: the year of the newest bill up to it."""
    last = bills.latest_period(employer.pk) or today().replace(day=1)
    return StatementForm(
        initial={
            "first": month(last.year, 1),
            "last": last,
            "format": "pdf",
            "language": get_language() or "zh-hans",
        }
    )


def issue(
    request: HttpRequest, employer: Employer, file_url: str
) -> tuple[StatementForm, HttpResponseBase | None]:
    """Take the form: issue the statement and lead to its file, or give the form back with what is wrong."""
    form = StatementForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = issue_contribution_statement(
                employer=employer,
                first=given["first"],
                last=given["last"],
                by=request.user,  # type: ignore[arg-type]
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            address = reverse(file_url, args=[made.code, given["format"]])
            return form, HttpResponseRedirect(f"{address}?language={given['language']}")
    return form, None


def issued_file(request: HttpRequest, statement: IssuedStatement, file_format: str) -> HttpResponseBase:
    """The file of an issued statement, in the language asked for."""
    if file_format not in FORMATS:
        raise Http404
    language = request.GET.get("language", "")
    file = statement_file(
        statement, file_format, language if language in LANGUAGES else get_language() or "zh-hans"
    )
    return send_file(file.body, file.name, file.content_type)


def statements_of(employer: Employer) -> list[IssuedStatement]:
    """The employer's statements issued before, latest first."""
    return list(
        IssuedStatement.objects.filter(employer=employer, kind=IssuedStatement.Kind.CONTRIBUTION)
        .defer("content")
        .select_related("issued_by")[:12]
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def employer_statement(request: HttpRequest, employer_id: int) -> HttpResponseBase:
    """Choose months, format and language; POST issues the statement."""
    employer = employer_or_404(employer_id)
    form, status = first_form(employer), 200
    if request.method == "POST":
        form, response = issue(request, employer, "collection:statement_file")
        if response is not None:
            return response
        status = UNREADABLE
    context = {"employer": employer, "form": form, "issued": statements_of(employer)}
    return render(request, "collection/employer_statement.html", context, status=status)


@require_safe
@staff_only
def statement(request: HttpRequest, code: str, file_format: str) -> HttpResponseBase:
    """The file of an issued statement."""
    found = IssuedStatement.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return issued_file(request, found, file_format)


@require_safe
@staff_only
def transfer_form(request: HttpRequest, transfer_id: int) -> HttpResponseBase:
    """The transfer form of a case, as either unit prints it."""
    found = (
        Transfer.objects.select_related("county", "to_county", "sent_by").filter(pk=transfer_id).first()
        if transfer_id < 2**63
        else None
    )
    if found is None:
        raise Http404
    language = request.GET.get("language", "")
    file = transfer_file(found, language if language in LANGUAGES else get_language() or "zh-hans")
    return send_file(file.body, file.name, file.content_type)


@require_safe
@staff_only
def bill_pdf(request: HttpRequest, employer_id: int, period: str) -> HttpResponseBase:
    """The bill as a paper."""
    return send_bill(employer_or_404(employer_id), period)


def send_bill(employer: Employer, period: str) -> HttpResponseBase:
    sheet = bills.bill_sheet(employer.pk, period_or_404(period))
    if sheet is None:
        raise Http404
    file = bill_file(employer, sheet)
    return send_file(file.body, file.name, file.content_type)


@require_safe
@staff_only
def account(request: HttpRequest, worker_id: int) -> HttpResponseBase:
    """A worker's account: the year month by month, and the years before."""
    worker = worker_or_404(worker_id)
    given = request.GET.get("year", "")
    now = account_of(worker.pk)
    years = sorted({now.year, *(row.fee_year for row in now.years if not row.taken_over)}, reverse=True)
    shown = account_of(worker.pk, int(given)) if given.isdigit() and int(given) in years else now
    context = {
        "worker": worker,
        "account": shown,
        "years": years,
        "closed_years": list(reversed(now.years)),
        "on": today(),
    }
    return render(request, "collection/account.html", context)


@require_POST
@staff_only
def account_statement(request: HttpRequest, worker_id: int) -> HttpResponseBase:
    """Issue a worker's yearly statement and lead to its file."""
    worker = worker_or_404(worker_id)
    given = request.POST.get("year", "")
    year = int(given) if given.isdigit() and 1992 <= int(given) <= today().year else today().year
    try:
        made = issue_account_statement(worker=worker, year=year, by=request.user)  # type: ignore[arg-type]
    except Refusal as refusal:
        raise Http404 from refusal
    return HttpResponseRedirect(reverse("collection:statement_file", args=[made.code, "pdf"]))
