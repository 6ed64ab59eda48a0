"""The grid in which a return is typed: the same on the office's pages and in the employers' portal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.answers import LEFT_BECAUSE, Answer
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
from enrollment.declaring import CheckedDeclaration, Checker
from enrollment.models import Declaration
from enrollment.refusals import Refusal, Stale
from enrollment.return_rows import draft_rows
from enrollment.services import save_declaration_draft, submit_declaration
from enrollment.services.declarations import NotReady, bring_people_up_to_date
from enrollment.views.access import tell_refusal, who
from jilin_si.access.once import new_key, once
from jilin_si.web.drafts import drop_draft, keep_draft
from jilin_si.web.errors import Conflict, ConflictLine


@dataclass(frozen=True)
class Face:
    """Where the grid stands. ``find`` gives the return to who may type it, and nothing to anybody else."""

    namespace: str
    base: str
    find: Callable[[HttpRequest, int], Declaration]
    by_employer: bool = False

    def url(self, name: str, declaration: Declaration) -> str:
        """The address of a page about a return: ``declaration``, ``declaration_row`` …"""
        return reverse(f"{self.namespace}:{name}", args=[declaration.pk])

    def urls(self, declaration: Declaration) -> dict[str, str]:
        """The addresses that the grid needs, by short names."""
        names = ("row", "check", "side", "draft", "people", "excel")
        return {"page": self.url("declaration", declaration)} | {
            name: self.url(f"declaration_{name}", declaration) for name in names
        }

    def checker(self, declaration: Declaration) -> Checker:
        return Checker(declaration, self.by_employer)


def _answers(view: Callable[[HttpRequest, Face, int], JsonResponse]) -> Callable[..., JsonResponse]:
    """A question of the grid's script: why nothing was kept is an answer too."""

    @wraps(view)
    def answering(request: HttpRequest, face: Face, pk: int) -> JsonResponse:
        try:
            return view(request, face, pk)
        except UnreadableFormError:
            return JsonResponse({}, status=400)
        except Stale as stale:
            return JsonResponse({"error": stale_words(stale)}, status=409)
        except Refusal as refusal:
            return JsonResponse({"error": refusal.message}, status=422)

    return answering


@_answers
def row(request: HttpRequest, face: Face, pk: int) -> JsonResponse:
    """One row as it is typed: kept in the draft, checked, and answered with its computed cells and the totals."""
    shown = face.find(request, pk)
    posted: dict[str, str] = {name: str(value) for name, value in request.POST.items()}
    place = posted.get("_row", "")
    if not (place.isascii() and place.isdigit() and len(place) < 7):
        return JsonResponse({}, status=400)
    fields = {f"rows-{place}-{name}": value for name, value in posted.items() if not name.startswith("_")}
    for name in ("version", "page", "retirees", "retiree_cost"):
        if name in posted:
            fields[name] = posted[name]
    shown = _keep(request, shown, Posted.read(fields))
    checker = face.checker(shown)
    checked = checker.whole(shown.draft)
    mine = next((found for found in checked.rows if found.place == int(place)), None)
    answer = row_answer(mine, checker) if mine else {"values": {}, "calc": {}, "errors": [], "warnings": []}
    return JsonResponse(answer | {"totals": totals_of(checked)})


@_answers
def check(request: HttpRequest, face: Face, pk: int) -> JsonResponse:
    """The whole return (F8): every row of the window with its faults, and the totals."""
    shown = face.find(request, pk)
    posted = Posted.read(request.POST.dict())
    shown = _keep(request, shown, posted)
    checker = face.checker(shown)
    checked = checker.whole(shown.draft)
    return JsonResponse(known_answers(checked, checker, posted.rows, patient=False))


def side(request: HttpRequest, face: Face, pk: int) -> HttpResponseBase:
    """What stands beside the grid about one row."""
    shown = face.find(request, pk)
    place = request.POST.get("_row", "")
    rows = draft_rows(shown.draft)
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 7 else len(rows)
    kept = rows[number] if number < len(rows) else {}
    typed = {
        name: request.POST[name]
        for name in ("year_wages", "months", "number", "name")
        if name in request.POST
    }
    checker = face.checker(shown)
    checked = checker.row({**kept, **typed, "worker": kept.get("worker", "")}, number)
    return render(request, "enrollment/_declaration_side.html", side_of(checked, checker))


@_answers
def draft(request: HttpRequest, face: Face, pk: int) -> JsonResponse:
    """Keep what was typed, two idle seconds after the last key (``draft.js``)."""
    shown = face.find(request, pk)
    try:
        posted, sent = Posted.read_draft(request.body)
    except UnreadableFormError:
        return JsonResponse({"error": _("This draft could not be read.")}, status=400)
    _keep(request, shown, posted)
    keep_draft(request, draft_key(shown), {**sent, "values": {}})
    return JsonResponse({"saved": timezone.localtime().strftime("%H:%M:%S"), "at": time.time()})


def people(request: HttpRequest, face: Face, pk: int) -> HttpResponseBase:
    """Bring the people of a return up to date: who came is added, who is no longer of the employer goes."""

    def told(done: tuple[int, int]) -> str:
        came, went = done
        return _("%(came)s people added, %(went)s taken out.") % {"came": came, "went": went}

    return decide(request, face, face.find(request, pk), bring_people_up_to_date, told)


def decide(
    request: HttpRequest,
    face: Face,
    shown: Declaration,
    act: Callable[..., Any],
    told: Callable[[Any], str],
    **more: Any,
) -> HttpResponseBase:
    """Do an act on the version that the page showed, and say on the return's page what came of it."""
    version = request.POST.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1
    try:
        done = act(declaration=shown, version=number, by=who(request), **more)
    except Stale as stale:
        messages.error(request, stale_words(stale))
    except Refusal as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, told(done))
    return HttpResponseRedirect(face.url("declaration", shown))


def _out_of_date(checked: CheckedDeclaration) -> bool:
    """Whether somebody is missing from the return, or in it and no longer of the employer."""
    codes = {fault.code for row in checked.rows for fault in row.errors} | {f.code for f in checked.errors}
    return bool(codes & {"incomplete", "gone"})


def submit(request: HttpRequest, face: Face, pk: int) -> HttpResponseBase:
    """Keep what was typed, whatever comes of it; then hand the return in, once."""
    shown = face.find(request, pk)
    try:
        posted = Posted.read(request.POST.dict())
        shown = _keep(request, shown, posted)
    except UnreadableFormError:
        return render(request, "400.html", status=400)
    except Stale as stale:
        raise _conflict(stale, posted, request) from stale
    except Refusal:
        pass  # handed in already: the answer to the first time is given again
    return _hand_in(request, face, shown, posted)


@once
def _hand_in(request: HttpRequest, face: Face, shown: Declaration, posted: Posted) -> HttpResponseBase:
    """Where something is to be mended the grid comes back with all of it marked."""
    try:
        submit_declaration(declaration=shown, version=shown.version, page=posted.page, by=who(request))
    except NotReady as refused:
        return page(request, face, shown, refused.checked, posted)
    except Stale as stale:
        raise _conflict(stale, posted, request) from stale
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return page(request, face, shown, face.checker(shown).whole(shown.draft), posted)
    drop_draft(request, draft_key(shown))
    messages.success(
        request,
        _("%(document)s is handed in. A second person reviews it.") % {"document": shown.code}
        if not face.by_employer
        else _("%(document)s is handed in. Your office reviews it.") % {"document": shown.code},
        extra_tags=draft_key(shown),
    )
    return HttpResponseRedirect(face.url("declaration", shown))


def draft_key(shown: Declaration) -> str:
    """The name under which a return is kept on the machine and among one's drafts."""
    return f"declaration-{shown.pk}"


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


def page(
    request: HttpRequest,
    face: Face,
    shown: Declaration,
    checked: CheckedDeclaration | None = None,
    posted: Posted | None = None,
) -> HttpResponseBase:
    """The grid; after a refused hand-in with every fault marked."""
    checker = face.checker(shown)
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
        "base_template": face.base,
        "office": not face.by_employer,
        "urls": face.urls(shown),
        "list_url": reverse(f"{face.namespace}:declarations"),
        "answers": Answer.choices,
        "left_because": LEFT_BECAUSE,
        "empty_row": {} if shown.kind == Declaration.Kind.YEARLY else {"months": "1"},
        "out_of_date": refused and _out_of_date(whole),
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


def _first_place(request: HttpRequest, total: int) -> int:
    text = request.GET.get("from", "0")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    return min(number // WINDOW * WINDOW, max(total - 1, 0) // WINDOW * WINDOW)


def stale_words(stale: Stale) -> str:
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
