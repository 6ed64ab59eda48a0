"""The prefilled workbook of a return: given out, taken in, compared, taken over; for the office and employers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.answers import Answer
from enrollment.choices import LeaveReason
from enrollment.forms import SheetForm
from enrollment.imports.models import ReturnedSheet
from enrollment.imports.opening import open_upload
from enrollment.imports.results import said
from enrollment.models import Declaration
from enrollment.refusals import Refusal, Stale
from enrollment.sheets.layout import find_heads
from enrollment.sheets.services import receive_sheet, take_sheet
from enrollment.sheets.writing import write_workbook
from enrollment.views.access import tell_refusal, who
from enrollment.views.declaration_grid import Face, stale_words
from jilin_si.access.once import new_key, once
from jilin_si.money import MoneyError, format_yuan, parse_yuan
from jilin_si.web.exports import XLSX_TYPE

SHOWN = 500


def excel(request: HttpRequest, face: Face, pk: int) -> HttpResponseBase:
    """Where the workbook is fetched and handed in again."""
    shown = face.find(request, pk)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = open_upload(file, file.size, lambda rows: find_heads(rows) is not None).rows
            kept = receive_sheet(declaration=shown, rows=rows, file_name=str(file.name), by=who(request))
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            return HttpResponseRedirect(reverse(f"{face.namespace}:sheet", args=[kept.pk]))
    context = _context(face, shown) | {
        "form": form,
        "people": len((shown.draft or {}).get("rows") or []),
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "enrollment/declaration_excel.html", context, status=422 if form.errors else 200)


def workbook(request: HttpRequest, face: Face, pk: int) -> HttpResponseBase:
    """The prefilled workbook."""
    shown = face.find(request, pk)
    if not shown.may_be_entered or shown.kind != Declaration.Kind.YEARLY:
        raise Http404
    name = f"{shown.code}-{shown.employer.number}.xlsx"
    return FileResponse(write_workbook(shown), as_attachment=True, filename=name, content_type=XLSX_TYPE)


def sheet(request: HttpRequest, face: Face, pk: int) -> HttpResponseBase:
    """What a sheet that came back would change: only the differences."""
    kept = _sheet_or_404(pk)
    shown = face.find(request, kept.declaration_id)
    differences = [_shown(difference) for difference in kept.differences[:SHOWN]]
    faults = [
        (fault["row"], fault["name"], said([fault["message"], fault["values"]]))
        for fault in kept.faults[:SHOWN]
    ]
    draft = shown.draft or {}
    context = _context(face, shown) | {
        "sheet": kept,
        "differences": differences,
        "faults": faults,
        "totals": [(name, draft.get(name, ""), value) for name, value in kept.totals.items()],
        "take_url": reverse(f"{face.namespace}:sheet_take", args=[kept.pk]),
        "to_take": len(kept.differences) or len(kept.totals),
        "once_key": new_key(),
    }
    return render(request, "enrollment/declaration_sheet.html", context)


@once
def take(request: HttpRequest, face: Face, pk: int) -> HttpResponseBase:
    """Fill the draft with the differences."""
    kept = _sheet_or_404(pk)
    shown = face.find(request, kept.declaration_id)
    try:
        take_sheet(sheet=kept, by=who(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return HttpResponseRedirect(face.url("declaration_excel", shown))
    except Stale as stale:
        messages.error(request, stale_words(stale))
        return HttpResponseRedirect(reverse(f"{face.namespace}:sheet", args=[pk]))
    messages.success(
        request,
        _("%(rows)s rows of the sheet are in the return. Check them, then hand it in.")
        % {"rows": len(kept.differences)},
    )
    return HttpResponseRedirect(face.url("declaration", shown))


def _context(face: Face, shown: Declaration) -> dict[str, Any]:
    return {
        "declaration": shown,
        "employer": shown.employer,
        "base_template": face.base,
        "office": not face.by_employer,
        "urls": face.urls(shown) | {"workbook": face.url("declaration_workbook", shown)},
        "list_url": reverse(f"{face.namespace}:declarations"),
    }


def _shown(difference: dict[str, Any]) -> dict[str, Any]:
    """A difference as the page tells it: each field with what it was and what comes."""
    words = {
        "year_wages": _("Wages"),
        "months": _("Months"),
        "answer": _("No wages"),
        "left_from": _("Left from"),
        "left_why": _("Why left"),
        "reason": _("Reason"),
    }
    changes = [
        (words[name], _word(name, difference["was"][name]), _word(name, value))
        for name, value in difference["comes"].items()
        if value or difference["was"][name]
    ]
    return difference | {"changes": changes}


def _word(name: str, value: str) -> str:
    if name == "left_why":
        return str(dict(LeaveReason.choices).get(value, value))
    if name == "answer" and value in Answer.values:
        return str(Answer(value).label)
    if name == "year_wages" and value:
        try:
            return format_yuan(parse_yuan(value))
        except MoneyError:
            return value
    return value or "—"


def _sheet_or_404(pk: int) -> ReturnedSheet:
    found = ReturnedSheet.objects.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
