"""Legal documents: the list with what rests on each, one document, and putting a new one on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jilin_si.access.once import new_key, once
from jilin_si.policy import selectors, showing
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import InputError
from jilin_si.policy.forms.documents import DocumentForm
from jilin_si.policy.forms.filters import DocumentFilter
from jilin_si.policy.legal_documents import record_document
from jilin_si.policy.models import LegalDocument
from jilin_si.policy.rule_book import rule_book
from jilin_si.policy.tables import DocumentTable
from jilin_si.policy.views.parameters import may_change
from jilin_si.web.tables import export_for, table_for


@dataclass(frozen=True)
class DocumentRow:
    """A legal document as its list shows it."""

    number: str
    title: str
    issuer: str
    issued_on: date | None
    values: int
    rules: int
    url: str


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """All legal documents with number, date, issuer and how much rests on each."""
    form = DocumentFilter(request.GET)
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    book = rule_book()
    rows = [
        DocumentRow(
            number=found.number,
            title=found.name,
            issuer=found.issued_by,
            issued_on=found.issued_on,
            values=found.resting,  # type: ignore[attr-defined]
            rules=len(book.resting_on(found.code)),
            url=reverse("policy:document", args=[found.code]),
        )
        for found in selectors.documents(words)
    ]
    table = table_for(request, DocumentTable, rows, per_page=20)
    context = {"table": table, "form": form, "shown": len(rows), "may_add": may_change(request)}
    return export_for(request, table, "documents") or render(request, "policy/documents.html", context)  # type: ignore[return-value]


@require_safe
def document(request: HttpRequest, code: str) -> HttpResponse:
    """One legal document, and every value and rule that rests on it."""
    found = LegalDocument.objects.filter(code=code).first()
    if found is None:
        raise Http404
    places = showing.place_names()
    resting = [
        (
            value,
            showing.info_name(info := value.parameter.info()),
            _value_text(value, info),
            places[value.agency_id],
        )
        for value in selectors.resting_on(code)
    ]
    context = {
        "document": found,
        "resting": resting,
        "rules": rule_book().resting_on(code),
        "recorded": selectors.recorded(found),
    }
    return render(request, "policy/document.html", context)


def _value_text(value: Any, info: Any) -> str:
    text = showing.value_text(info.shape.read(value.value), info.unit)
    return f"{text} {showing.unit_text(info.unit)}".strip()


@once
@require_http_methods(["GET", "HEAD", "POST"])
def add_document(request: HttpRequest) -> HttpResponseBase:
    """Put a document on record; from a proposed value (``for``) the way leads back to it."""
    if not may_change(request):
        raise PermissionDenied
    code = request.GET.get("for", "")
    info = database_policy().infos.get(code)
    form = DocumentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = record_document(form.document(), request.user)  # type: ignore[arg-type]
        except InputError as refused:
            form.take_errors(refused)
        else:
            messages.success(request, _("On record: %(number)s.") % {"number": found.number})
            if info is not None:
                return HttpResponseRedirect(f"{reverse('policy:propose', args=[code])}?document={found.code}")
            return HttpResponseRedirect(reverse("policy:document", args=[found.code]))
    context = {
        "form": form,
        "info": info,
        "name": showing.info_name(info) if info else "",
        "once": request.POST.get("_once") or new_key(),
    }
    return render(
        request, "policy/add_document.html", context, status=422 if request.method == "POST" else 200
    )
