"""Records that may be one person: the list, a pair side by side, and what is done about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enrollment.forms import RefusedForm
from enrollment.models import Duplicate, Employment, Merge
from enrollment.permissions import MAY_ENTER, holds
from enrollment.refusals import Refusal
from enrollment.services.merging import (
    Side,
    decide_merge,
    may_decide,
    propose_merge,
    sides,
    sides_of,
    tell_apart,
    undo_merge,
)
from enrollment.standing import person_records
from enrollment.tables_people import DuplicateTable, PairRow
from enrollment.views.access import staff_page, who
from jilin_si.access.once import new_key, once
from jilin_si.agencies.models import Agency
from jilin_si.web.forms import PlainCharField
from jilin_si.web.tables import export_for, table_for

PROPOSED = "proposed"


class DuplicateFilter(RefusedForm):
    """Which pairs are listed."""

    state = forms.ChoiceField(
        required=False,
        choices=lambda: [
            ("", _("to be looked at")),
            (PROPOSED, _("a merge waits")),
            (Duplicate.State.MERGED, _("merged")),
            (Duplicate.State.OTHERS, _("two persons")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].label = _("State")


class MergeForm(RefusedForm):
    """Which record is kept, and how it is known that both are one person."""

    keep = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect)
    reason = PlainCharField(max_length=500)

    def __init__(self, both: list[Side], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].label = _("Keep the record")
        self.fields["keep"].choices = [(side.worker_id, side.number) for side in both]  # type: ignore[attr-defined]
        self.fields["reason"].label = _("How it is known to be one person")


@staff_page
@require_safe
def duplicates(request: HttpRequest) -> HttpResponseBase:
    """Pairs of which at least one record is seen here; the other is named only where it is seen too."""
    form = DuplicateFilter(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    rows = Duplicate.objects.order_by("-id")
    if state == PROPOSED:
        rows = rows.filter(merges__state=Merge.State.PROPOSED)
    else:
        rows = rows.filter(state=state or Duplicate.State.OPEN)
    table = table_for(request, DuplicateTable, rows)
    table.rows_told = _told(
        [row.record for row in table.page.object_list] if hasattr(table, "page") else list(rows)
    )
    context = {"table": table, "form": form}
    return export_for(request, table, "duplicates", _("Possible duplicates")) or render(
        request, "enrollment/duplicate_list.html", context
    )


@staff_page
@require_safe
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """A pair side by side."""
    return _show(request, _pair_or_404(pk))


@staff_page
@require_POST
@once
def duplicate_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Merge, agree, refuse, take apart, or note that they are two persons."""
    pair = _pair_or_404(pk)
    by = who(request)
    text = request.POST.get("reason", "")
    merge = Merge.objects.filter(pair=pair).order_by("-id").first()
    form: RefusedForm | None = None
    try:
        if act == "merge":
            form = MergeForm(list(sides(pair).values()), request.POST)
            if not form.is_valid():
                return _show(request, pair, form)
            made = propose_merge(pair=pair, by=by, **form.cleaned_data)
            done = made.state == Merge.State.DONE
            told = _("The records are merged.") if done else _("The merge waits for a second person.")
        elif act == "apart":
            tell_apart(pair=pair, note=text, by=by)
            told = _("Noted as two persons.")
        elif act in ("agree", "refuse") and merge is not None:
            decide_merge(merge=merge, agreed=act == "agree", answer=text, by=by)
            told = _("The records are merged.") if act == "agree" else _("The merge is refused.")
        elif act == "undo" and merge is not None:
            undo_merge(merge=merge, reason=text, by=by)
            told = _("The merge is taken apart: both records stand as before.")
        else:
            raise Http404
    except Refusal as refusal:
        if form is not None:
            form.take_refusal(refusal)
            return _show(request, pair, form)
        messages.error(request, refusal.message)
    else:
        messages.success(request, told)
    return HttpResponseRedirect(reverse("enrollment:duplicate", args=[pair.pk]))


def _show(request: HttpRequest, pair: Duplicate, form: Any = None) -> HttpResponse:
    by = who(request)
    both = list(sides(pair).values())
    merge = (
        Merge.objects.filter(pair=pair).select_related("proposed_by", "decided_by").order_by("-id").first()
    )
    may_enter = any(holds(by, unit, *MAY_ENTER) for unit in (pair.county_id, pair.other_county_id))
    context = {
        "pair": pair,
        "columns": [_column(side) for side in both],
        "merge": merge,
        "kept": next((side for side in both if merge and side.worker_id == merge.kept_id), None),
        "form": form or MergeForm(both, initial={"keep": _to_keep(both)}),
        "may_merge": may_enter
        and pair.state == Duplicate.State.OPEN
        and not (merge and merge.state == Merge.State.PROPOSED),
        "may_decide": merge is not None and may_decide(merge, by),
        "may_undo": may_enter and merge is not None and merge.state == Merge.State.DONE,
        "once_key": request.POST.get("_once") or new_key(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "enrollment/duplicate.html", context, status=status)


def _column(side: Side) -> dict[str, Any]:
    """A record as its column shows it: employments only where they are seen."""
    seen = Employment.objects.filter(worker_id__in=person_records(side.worker_id)).select_related("employer")
    return {"side": side, "employments": list(seen.order_by("first_period")) if side.shown else []}


def _to_keep(both: list[Side]) -> int:
    """The record that is employed now, else the one that began first."""
    ranked = sorted(both, key=lambda side: (not side.living, side.first_period is None, side.first_period))
    return ranked[0].worker_id if ranked else 0


def _told(pairs: list[Duplicate]) -> dict[int, PairRow]:
    """The texts of each pair's row: a record that is not seen is "in another county"."""
    names = {agency.pk: agency.unit_name for agency in Agency.objects.units()}
    told = {}
    by_pair = sides_of([pair.pk for pair in pairs])
    for pair in pairs:
        both = by_pair.get(pair.pk, {})
        first, second = both.get(pair.first_id), both.get(pair.second_id)
        shown = [side for side in (first, second) if side and side.shown]
        told[pair.pk] = PairRow(
            name=shown[0].name if shown else "",
            birth_date=shown[0].birth_date if shown else None,
            first=_where(first, names),
            second=_where(second, names),
        )
    return told


def _where(side: Side | None, names: dict[int, str]) -> str:
    if side is None or not side.shown:
        return _("in another county")
    return f"{side.number} {names.get(side.county_id, '')}"


def _pair_or_404(pk: int) -> Duplicate:
    found = Duplicate.objects.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
