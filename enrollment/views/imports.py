"""Rosters: uploaded or pasted, previewed row by row, the good ones stored, the wrong ones given back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.forms import RosterForm
from enrollment.imports.models import RosterImport
from enrollment.imports.opening import SheetRows, open_upload
from enrollment.imports.preview import (
    PER_PAGE,
    STATES,
    check_kept,
    columns_of,
    field_words,
    shown_rows,
    taken,
    wrong_file,
)
from enrollment.imports.storing import store_roster
from enrollment.permissions import MAY_ENTER, may_enter, require
from enrollment.refusals import Refusal
from enrollment.services.declarations import NotReady
from enrollment.views.access import employer_or_404, staff_page, tell_refusal, who
from jilin_si.access.once import new_key, once
from jilin_si.web.exports import export

MAX_PASTED_ROWS = 500


@staff_page
@require_http_methods(["GET", "POST"])
@once
def import_roster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a file or pasted rows for an employer, read it, and lead to the preview."""
    employer = employer_or_404(pk)
    require(who(request), employer.county_id, *MAY_ENTER)
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            sheet, name = _read(form)
            kept = RosterImport.objects.create(
                employer=employer,
                county_id=employer.county_id,
                made_by=who(request),
                file_name=name,
                kind=sheet.kind,
                encoding=sheet.encoding,
                sheet=sheet.sheet[:200],
                first_period=form.cleaned_data["first_period"],
                table=sheet.rows,
            )
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            return HttpResponseRedirect(reverse("enrollment:roster", args=[kept.pk]))
    context = {"employer": employer, "form": form, "once_key": request.POST.get("_once") or new_key()}
    return render(request, "enrollment/import_roster.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The preview; POST says what the columns are."""
    kept = _kept(pk)
    if request.method == "POST":
        require(who(request), kept.county_id, *MAY_ENTER)
        kept.choices = {
            name.removeprefix("column-"): value
            for name, value in request.POST.items()
            if name.startswith("column-") and value
        }
        kept.save(update_fields=["choices"])
        return HttpResponseRedirect(request.path)
    context: dict[str, Any] = {"roster": kept, "employer": kept.employer, "once_key": new_key()}
    if kept.state == RosterImport.State.STORED:
        return render(request, "enrollment/roster_stored.html", context)
    columns = columns_of(kept)
    if columns is None:
        return render(request, "enrollment/roster_unread.html", context)
    context |= {"columns": columns, "fields": field_words(), "heads": taken(columns)}
    if columns.missing or (columns.unknown and not kept.choices):
        return render(request, "enrollment/roster_columns.html", context)
    checked = check_kept(kept, columns)
    counts = checked.counts
    show = request.GET.get("show", "")
    if show not in STATES:
        show = next((state for state in STATES if counts[state]), "new")
    page = Paginator(checked.of(show), PER_PAGE).get_page(request.GET.get("page"))
    context |= {
        "counts": [(state, counts[state]) for state in ("new", "change", "same", "wrong")],
        "total": len(checked.rows),
        "show": show,
        "page": page,
        "rows": shown_rows(list(page.object_list), columns),
        "to_store": counts["new"] + counts["change"],
        "wrong": counts["wrong"],
        "may_store": may_enter(who(request), kept.county_id),
    }
    return render(request, "enrollment/roster.html", context)


@staff_page
@require_POST
@once
def roster_store(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Store the good rows; the wrong ones stay out."""
    kept = _kept(pk)
    require(who(request), kept.county_id, *MAY_ENTER)
    columns = columns_of(kept)
    here = HttpResponseRedirect(reverse("enrollment:roster", args=[pk]))
    if kept.state == RosterImport.State.STORED or columns is None or columns.missing:
        return here
    checked = check_kept(kept, columns)
    try:
        stored = store_roster(
            employer=kept.employer, rows=checked.rows, first_period=kept.first_period, by=who(request)
        )
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return here
    except NotReady as refused:
        faults = [fault.text for row in refused.checked.rows for fault in row.errors]
        messages.error(request, " ".join(faults[:5]))
        return here
    kept.state = RosterImport.State.STORED
    kept.figures = {**checked.counts, "wages": str(stored.wages), "stored": stored.new + stored.changed}
    kept.table = [] if not checked.of("wrong") else kept.table
    kept.save(update_fields=["state", "figures", "table"])
    messages.success(
        request,
        _("%(new)s people enrolled, %(changed)s changed.") % {"new": stored.new, "changed": stored.changed},
    )
    return here


@staff_page
@require_safe
def roster_wrong(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The wrong rows as a workbook with a column of reasons."""
    kept = _kept(pk)
    columns = columns_of(kept)
    if columns is None or columns.missing:
        raise Http404
    made, rows = wrong_file(check_kept(kept, columns))
    return export("xlsx", "wrong-rows", made, rows, _("Rows to mend"))


def _read(form: RosterForm) -> tuple[SheetRows, str]:
    file = form.cleaned_data.get("file")
    if file:
        return open_upload(file, file.size), str(file.name)[:200]
    rows = [
        [f"s{cell}" if cell.strip() else "" for cell in line.split("\t")]
        for line in form.cleaned_data["pasted"].replace("\r\n", "\n").split("\n")
    ]
    if len(rows) > MAX_PASTED_ROWS:
        raise Refusal(
            "pasted",
            "too_many_rows",
            _("More than %(limit)s rows: upload them as a file."),
            limit=MAX_PASTED_ROWS,
        )
    return SheetRows(rows, "pasted"), _("pasted rows")


def _kept(pk: int) -> RosterImport:
    found = RosterImport.objects.select_related("employer").filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
