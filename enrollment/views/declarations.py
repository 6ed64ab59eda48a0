"""Declarations: the list, the grid in which they are typed, the review by a second person."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.declaration_page import (
    WINDOW,
    Posted,
    UnreadableFormError,
    category_words,
    identity_words,
    known_answers,
    plain_amount,
    row_answer,
    side_of,
    totals_of,
    window_of,
    windows,
)
from enrollment.declaring import CheckedDeclaration, Checker, draft_rows
from enrollment.forms import DeclarationFilter, ReturnForm
from enrollment.models import Declaration
from enrollment.permissions import MAY_ENTER, MAY_REVIEW, may_enter, may_review, require
from enrollment.refusals import Refusal, Stale
from enrollment.selectors.declarations import declarations as find_declarations
from enrollment.selectors.declarations import fee_years, review_of, watch_for
from enrollment.selectors.history import declaration_history
from enrollment.services import (
    approve_declaration,
    return_declaration,
    save_declaration_draft,
    start_declaration,
    submit_declaration,
    withdraw_declaration,
)
from enrollment.services.declarations import NotReady
from enrollment.tables import DeclarationTable
from enrollment.views.access import declaration_or_404, employer_or_404, staff_page, tell_refusal, who
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.web.drafts import drop_draft, keep_draft
from jilin_si.web.errors import Conflict, ConflictLine
from jilin_si.web.tables import export_for, table_for


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
        return _submit(request, pk)
    shown = declaration_or_404(pk)
    if shown.may_be_entered and may_enter(who(request), shown.county_id):
        return _grid(request, shown)
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
def row(request: HttpRequest, pk: int) -> JsonResponse:
    """One row as it is typed: kept in the draft, checked, and answered with its computed cells and the totals."""
    shown = _enterable(request, pk)
    posted: dict[str, str] = {name: str(value) for name, value in request.POST.items()}
    place = posted.get("_row", "")
    if not (place.isascii() and place.isdigit() and len(place) < 7):
        return JsonResponse({}, status=400)
    fields = {f"rows-{place}-{name}": value for name, value in posted.items() if not name.startswith("_")}
    for name in ("version", "page", "retirees", "retiree_cost"):
        if name in posted:
            fields[name] = posted[name]
    try:
        shown = _keep(request, shown, Posted.read(fields))
    except UnreadableFormError:
        return JsonResponse({}, status=400)
    except Stale as stale:
        return JsonResponse({"error": _stale_words(stale)}, status=409)
    except Refusal as refusal:
        return JsonResponse({"error": refusal.message}, status=422)
    checker = Checker(shown)
    checked = checker.whole(shown.draft)
    mine = next((found for found in checked.rows if found.place == int(place)), None)
    answer = row_answer(mine, checker) if mine else {"values": {}, "calc": {}, "errors": [], "warnings": []}
    return JsonResponse(answer | {"totals": totals_of(checked)})


@staff_page
@require_POST
def check(request: HttpRequest, pk: int) -> JsonResponse:
    """The whole return (F8): every row of the window with its faults, and the totals."""
    shown = _enterable(request, pk)
    try:
        posted = Posted.read(request.POST.dict())
        shown = _keep(request, shown, posted)
    except UnreadableFormError:
        return JsonResponse({}, status=400)
    except Stale as stale:
        return JsonResponse({"error": _stale_words(stale)}, status=409)
    except Refusal as refusal:
        return JsonResponse({"error": refusal.message}, status=422)
    checker = Checker(shown)
    checked = checker.whole(shown.draft)
    return JsonResponse(known_answers(checked, checker, posted.rows, patient=False))


@staff_page
@require_POST
def side(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What stands beside the grid about one row."""
    shown = _enterable(request, pk)
    place = request.POST.get("_row", "")
    rows = draft_rows(shown.draft)
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 7 else len(rows)
    kept = rows[number] if number < len(rows) else {}
    typed = {
        name: request.POST[name]
        for name in ("year_wages", "months", "number", "name")
        if name in request.POST
    }
    checker = Checker(shown)
    checked = checker.row({**kept, **typed, "worker": kept.get("worker", "")}, number)
    return render(request, "enrollment/_declaration_side.html", side_of(checked, checker))


@staff_page
@require_POST
def draft(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep what was typed, two idle seconds after the last key (``draft.js``)."""
    shown = _enterable(request, pk)
    try:
        posted, sent = Posted.read_draft(request.body)
        _keep(request, shown, posted)
    except UnreadableFormError:
        return JsonResponse({"error": _("This draft could not be read.")}, status=400)
    except Stale as stale:
        return JsonResponse({"error": _stale_words(stale)}, status=409)
    except Refusal as refusal:
        return JsonResponse({"error": refusal.message}, status=422)
    keep_draft(request, draft_key(shown), {**sent, "values": {}})
    return JsonResponse({"saved": timezone.localtime().strftime("%H:%M:%S"), "at": time.time()})


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
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _review(request, shown, form)
    return _decide(
        request, pk, return_declaration, _("The return is sent back."), reason=form.cleaned_data["reason"]
    )


def _submit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Keep what was typed, whatever comes of it; then hand the return in, once."""
    shown = _enterable(request, pk)
    try:
        posted = Posted.read(request.POST.dict())
        shown = _keep(request, shown, posted)
    except UnreadableFormError:
        return render(request, "400.html", status=400)
    except Stale as stale:
        raise _conflict(stale, posted, request) from stale
    except Refusal:
        pass  # handed in already: the answer to the first time is given again
    return _hand_in(request, shown, posted)


@once
def _hand_in(request: HttpRequest, shown: Declaration, posted: Posted) -> HttpResponseBase:
    """Where something is to be mended the grid comes back with all of it marked."""
    try:
        submit_declaration(declaration=shown, version=shown.version, page=posted.page, by=who(request))
    except NotReady as refused:
        return _grid(request, shown, refused.checked, posted)
    except Stale as stale:
        raise _conflict(stale, posted, request) from stale
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return _grid(request, shown, Checker(shown).whole(shown.draft), posted)
    drop_draft(request, draft_key(shown))
    messages.success(
        request,
        _("%(document)s is handed in. A second person reviews it.") % {"document": shown.code},
        extra_tags=draft_key(shown),
    )
    return HttpResponseRedirect(reverse("enrollment:declaration", args=[shown.pk]))


def draft_key(shown: Declaration) -> str:
    """The name under which a return is kept on the machine and among one's drafts."""
    return f"declaration-{shown.pk}"


def _decide(request: HttpRequest, pk: int, act: Any, done: str, **more: Any) -> HttpResponseBase:
    shown = declaration_or_404(pk)
    version = request.POST.get("version", "")
    try:
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1
        act(declaration=shown, version=number, by=who(request), **more)
    except Stale as stale:
        messages.error(request, _stale_words(stale))
    except Refusal as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(reverse("enrollment:declaration", args=[pk]))


def _enterable(request: HttpRequest, pk: int) -> Declaration:
    shown = declaration_or_404(pk)
    require(who(request), shown.county_id, *MAY_ENTER)
    return shown


def _keep(request: HttpRequest, shown: Declaration, posted: Posted) -> Declaration:
    return save_declaration_draft(
        declaration=shown,
        rows=posted.rows,
        retirees=posted.retirees,
        retiree_cost=posted.retiree_cost,
        version=posted.version,
        page=posted.page,
        by=who(request),
    )


def _grid(
    request: HttpRequest,
    shown: Declaration,
    checked: CheckedDeclaration | None = None,
    posted: Posted | None = None,
) -> HttpResponseBase:
    """The grid; after a refused hand-in with every fault marked."""
    checker = Checker(shown)
    whole = checked or checker.whole(shown.draft)
    total = len(draft_rows(shown.draft))
    first = _first_place(request, total)
    if posted and posted.rows:
        first = min(posted.rows) // WINDOW * WINDOW
    window = window_of(shown, checker, first)
    places = range(first, first + WINDOW)
    refused = checked is not None
    context = {
        "declaration": shown,
        "employer": shown.employer,
        "rows": window,
        "known": known_answers(whole, checker, places, patient=not refused),
        "totals": totals_of(whole),
        "checked": whole,
        "refused": refused,
        "elsewhere": [r for r in whole.rows if not r.good and r.place not in places] if refused else [],
        "faults": whole.errors if refused else [],
        "retirees": (shown.draft or {}).get("retirees", ""),
        "retiree_cost": plain_amount((shown.draft or {}).get("retiree_cost", "")),
        "windows": windows(total),
        "first": first,
        "total": total,
        "last_year": shown.fee_year - 1,
        "rules": checker.rules,
        "version": posted.version if posted else shown.version,
        "page": posted.page if posted else new_key(),
        "once_key": new_key(),
        "draft_key": draft_key(shown),
        "draft_at": (shown.draft or {}).get("at", 0),
        "categories": category_words(),
        "identities": identity_words(),
        "yearly": shown.kind == Declaration.Kind.YEARLY,
        "side": side_of(checker.row(window[0].typed, first), checker) if window else {},
    }
    return render(request, "enrollment/declaration_grid.html", context, status=422 if refused else 200)


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
        "rows": rows[:500],
        "more_rows": max(0, len(rows) - 500),
        "show": show,
        "history": declaration_history(shown),
        "own_work": who(request).pk in typed_by,
        "may_review": reviewer and who(request).pk not in typed_by,
        "is_reviewer": reviewer,
        "may_withdraw": waiting and may_enter(who(request), shown.county_id),
        "form": form or ReturnForm(),
        "yearly": shown.kind == Declaration.Kind.YEARLY,
        "last_year": shown.fee_year - 1,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(
        request, "enrollment/declaration.html", context, status=422 if form and form.errors else 200
    )


def _first_place(request: HttpRequest, total: int) -> int:
    text = request.GET.get("from", "0")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    return min(number // WINDOW * WINDOW, max(total - 1, 0) // WINDOW * WINDOW)


def _stale_words(stale: Stale) -> str:
    return _(
        "%(who)s stored this return at %(when)s. Load the page again to see it; what you typed is kept here."
    ) % {
        "who": stale.who or _("Somebody else"),
        "when": stale.when,
    }


def _conflict(stale: Stale, posted: Posted, request: HttpRequest) -> Conflict:
    """The page that shows both versions side by side: only the cells that differ."""
    kept = draft_rows(stale.record.draft)
    people = Checker(stale.record).people
    lines = []
    for place, typed in sorted(posted.rows.items()):
        theirs = kept[place] if place < len(kept) else {}
        number = theirs.get("worker", "")
        person = people.get(int(number)) if number.isdigit() else None
        for name, label in (("year_wages", _("Wages")), ("months", _("Months"))):
            yours = typed.get(name, "")
            if yours.strip() != str(theirs.get(name, "")).strip():
                who = person.name if person else typed.get("name", "")
                lines.append(
                    ConflictLine(
                        field=f"{place + 1} {who} {label}".strip(),
                        name=f"rows-{place}-{name}",
                        old="",
                        theirs=str(theirs.get(name, "")),
                        yours=yours,
                    )
                )
    post = request.POST.copy()
    post["version"] = str(stale.record.version)
    post["_once"] = new_key()
    request.POST = post  # type: ignore[assignment]
    return Conflict(str(stale.record), stale.who, stale.when, lines[:100])
