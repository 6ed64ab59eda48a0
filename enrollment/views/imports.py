"""Rosters: uploaded or pasted, previewed row by row, the good ones stored, the wrong ones given back."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.forms import RosterForm
from enrollment.imports.columns import FIELDS, IGNORE, Column, Columns, check_employer, find_columns
from enrollment.imports.heads import choices_from, recall, remember, twice_taken
from enrollment.imports.models import RosterImport
from enrollment.imports.opening import SheetRows, open_pasted, open_upload
from enrollment.imports.preview import (
    PER_PAGE,
    columns_of,
    field_words,
    result_of,
    shown_rows,
    taken,
    wrong_file,
)
from enrollment.imports.results import STATES, said
from enrollment.imports.running import RUNNING, progress_of, run_again, start_check, start_storing
from enrollment.permissions import MAY_ENTER, may_enter, require
from enrollment.refusals import Refusal
from enrollment.selectors.history import roster_act
from enrollment.services.declarations import NotReady
from enrollment.views.access import employer_or_404, staff_page, tell_refusal, who
from jilin_si.access.once import new_key, once
from jilin_si.web.exports import export


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
            sheet, name, digest = _read(form)
            columns = find_columns(sheet.rows)
            check_employer(sheet.rows, columns, employer.number)
        except Refusal as refusal:
            form.take_refusal(refusal)
        else:
            kept = RosterImport.objects.create(
                employer=employer,
                county_id=employer.county_id,
                made_by=who(request),
                file_name=name,
                kind=sheet.kind,
                encoding=sheet.encoding,
                sheet=sheet.sheet[:200],
                digest=digest,
                first_period=form.cleaned_data["first_period"],
                table=sheet.rows,
                choices=choices_from(recall(employer, columns), columns),
            )
            columns = columns_of(kept)
            if columns and not columns.missing and not columns.unknown:
                start_check(kept, who(request))
            return HttpResponseRedirect(reverse("enrollment:roster", args=[kept.pk]))
    context = {"employer": employer, "form": form, "once_key": request.POST.get("_once") or new_key()}
    return render(request, "enrollment/import_roster.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The preview; POST says what the columns are."""
    kept = _kept(pk)
    context: dict[str, Any] = {"roster": kept, "employer": kept.employer, "once_key": new_key()}
    if kept.state == RosterImport.State.STORED:
        context["act"], context["undone"] = roster_act(kept)
        return render(request, "enrollment/roster_stored.html", context)
    if kept.state in RUNNING:
        context |= {"progress": progress_of(kept), "may_store": may_enter(who(request), kept.county_id)}
        return render(request, "enrollment/roster_running.html", context)
    columns = columns_of(kept)
    if columns is None:
        return render(request, "enrollment/roster_unread.html", context)
    if request.method == "POST":
        return _choose_columns(request, kept, columns, context)
    if columns.missing or columns.unknown or "columns" in request.GET:
        return _columns_page(request, kept, columns, context)
    result = result_of(kept, columns)
    counts = result.counts
    show = request.GET.get("show", "")
    if show not in STATES:
        show = next((state for state in STATES if counts[state]), "new")
    page = Paginator(result.rows[show], PER_PAGE).get_page(request.GET.get("page"))
    context |= {
        "columns": columns,
        "heads": taken(columns),
        "counts": [(state, counts[state]) for state in ("new", "change", "same", "wrong")],
        "total": result.total,
        "show": show,
        "page": page,
        "rows": shown_rows(kept.table, list(page.object_list), result, columns),
        "to_store": counts["new"] + counts["change"],
        "wrong": counts["wrong"],
        "may_store": may_enter(who(request), kept.county_id),
        "told": said(kept.told),
        "remembered": recall(kept.employer, columns) if kept.choices else None,
        "stored_before": _stored_before(kept),
    }
    return render(request, "enrollment/roster.html", context)


def _columns_page(
    request: HttpRequest,
    kept: RosterImport,
    columns: Columns,
    context: dict[str, Any],
    twice: list[str] | None = None,
) -> HttpResponseBase:
    """Which column is what: those that are not known with a proposal."""
    words = dict(field_words())
    context |= {
        "columns": columns,
        "fields": field_words(),
        "missing": [words[field] for field in columns.missing],
        "unknown": columns.unknown,
        "twice": [words[field] for field in twice or []],
        "shown": _with_samples(kept, columns),
    }
    wrong = twice or columns.missing or columns.unknown
    return render(request, "enrollment/roster_columns.html", context, status=422 if wrong else 200)


def _choose_columns(
    request: HttpRequest, kept: RosterImport, columns: Columns, context: dict[str, Any]
) -> HttpResponseBase:
    """Take the columns as chosen, remember it for the next file of these heads, and check the rows."""
    require(who(request), kept.county_id, *MAY_ENTER)
    given = {column.place: request.POST.get(f"column-{column.place}", "") for column in columns.columns}
    choices = {str(place): field for place, field in given.items() if field in (*FIELDS, IGNORE)}
    chosen = columns.chosen(given)
    twice = twice_taken({str(column.place): column.field for column in chosen.columns})
    if twice or chosen.missing or chosen.unknown:
        return _columns_page(request, kept, chosen, context, twice)
    kept.choices = choices
    kept.save(update_fields=["choices"])
    remember(kept.employer, columns, choices, who(request))
    start_check(kept, who(request))
    return HttpResponseRedirect(request.path)


@staff_page
@require_safe
def roster_progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far the job of a long file is; once it is done the page is loaded anew and goes on."""
    kept = _kept(pk)
    if kept.state not in RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "roster": kept,
        "progress": progress_of(kept),
        "may_store": may_enter(who(request), kept.county_id),
    }
    return render(request, "enrollment/_roster_progress.html", context)


@staff_page
@require_POST
def roster_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Try a failed job again."""
    kept = _kept(pk)
    require(who(request), kept.county_id, *MAY_ENTER)
    if kept.state in RUNNING:
        run_again(kept)
    return HttpResponseRedirect(reverse("enrollment:roster", args=[pk]))


@staff_page
@require_POST
@once
def roster_store(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Store the good rows; the wrong ones stay out."""
    kept = _kept(pk)
    require(who(request), kept.county_id, *MAY_ENTER)
    columns = columns_of(kept)
    here = HttpResponseRedirect(reverse("enrollment:roster", args=[pk]))
    if kept.state != RosterImport.State.CHECKED or columns is None or columns.missing or columns.unknown:
        return here
    try:
        stored = start_storing(kept, who(request))
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return here
    except NotReady as refused:
        faults = [fault.text for row in refused.checked.rows for fault in row.errors]
        messages.error(request, " ".join(faults[:5]))
        return here
    if stored is not None:
        messages.success(
            request,
            _("%(new)s people enrolled, %(changed)s changed.")
            % {"new": stored.new, "changed": stored.changed},
        )
    return here


@staff_page
@require_safe
def roster_wrong(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The wrong rows as a workbook with a column of reasons."""
    kept = _kept(pk)
    columns = columns_of(kept)
    if columns is None or columns.missing or kept.state in RUNNING:
        raise Http404
    made, rows = wrong_file(kept.table, result_of(kept, columns), columns)
    return export("xlsx", "wrong-rows", made, rows, _("Rows to mend"))


def _with_samples(kept: RosterImport, columns: Columns) -> list[tuple[Column, str]]:
    """Each column with the first entry under its head, for who has to say what it is."""
    below = kept.table[columns.header + 1 : columns.header + 30]
    return [
        (c, next((cell[1:] for row in below for cell in row[c.place : c.place + 1] if cell), ""))
        for c in columns.columns
    ]


def _stored_before(kept: RosterImport) -> RosterImport | None:
    """The same file, stored for this employer earlier."""
    if not kept.digest:
        return None
    return (
        RosterImport.objects.filter(
            employer=kept.employer, digest=kept.digest, state=RosterImport.State.STORED, pk__lt=kept.pk
        )
        .defer("table", "checked")
        .select_related("made_by")
        .last()
    )


def _read(form: RosterForm) -> tuple[SheetRows, str, str]:
    """The rows, the name of the file and its digest. Raises Refusal."""
    file = form.cleaned_data.get("file")
    if file:
        digest = sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
        return open_upload(file, file.size), str(file.name)[:200], digest.hexdigest()
    return open_pasted(form.cleaned_data["pasted"]), _("pasted rows"), ""


def _kept(pk: int) -> RosterImport:
    found = RosterImport.objects.select_related("employer").filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
