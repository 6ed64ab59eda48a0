"""Transfers (转移): the form on a worker's record, the cases of both units, and what either side does with one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.forms_moving import ACROSS, AWAY, INSIDE, ReasonForm, TakeInForm, TransferFilter, TransferForm
from enrollment.models import Employment, Transfer, Worker
from enrollment.permissions import MAY_ENTER, holds, require
from enrollment.refusals import Refusal
from enrollment.services.declarations import NotReady
from enrollment.services.transfers import (
    MAY_LET_GO,
    let_go,
    send_back,
    send_transfer,
    take_back,
    take_in,
    transfer_inside,
)
from enrollment.tables_people import TransferTable
from enrollment.views.access import staff_page, tell_refusal, who, worker_or_404
from jilin_si.access.once import new_key, once
from jilin_si.access.scope import current
from jilin_si.web.forms import check_field
from jilin_si.web.panels import panels_for
from jilin_si.web.tables import export_for, table_for


@staff_page
@require_http_methods(["GET", "POST"])
@once
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """A worker goes: to another employer, another county, or out of the province."""
    shown = worker_or_404(pk)
    employment = last_employment(shown)
    if employment is None:
        raise Http404
    require(who(request), employment.county_id, *MAY_ENTER)
    form = TransferForm(employment, request.POST or None)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(_move(request, shown, employment, form))
        except Refusal as refusal:
            form.take_refusal(refusal)
        except NotReady as refused:
            form.take_faults(refused)
    context = {
        "worker": shown,
        "employment": employment,
        "form": form,
        "once_key": request.POST.get("_once") or new_key(),
    }
    return render(request, "enrollment/transfer.html", context, status=422 if form.errors else 200)


def _move(request: HttpRequest, worker: Worker, employment: Employment, form: TransferForm) -> str:
    given, by = form.cleaned_data, who(request)
    if given["kind"] == INSIDE:
        new = transfer_inside(
            employment=employment,
            employer=given["employer"],
            first_period=given["first_period"],
            wage=given.get("wage"),
            by=by,
        )
        messages.success(
            request,
            _("%(name)s is with %(employer)s from %(period)s.")
            % {"name": worker.name, "employer": new.employer.name, "period": f"{new.first_period:%Y-%m}"},
        )
        return reverse("enrollment:worker", args=[worker.pk])
    made = send_transfer(
        employment=employment,
        first_period=given["first_period"],
        to_county=given["to_county"] if given["kind"] == ACROSS else None,
        destination=given["destination"] if given["kind"] == AWAY else "",
        note=given["note"],
        by=by,
    )
    messages.success(
        request, _("%(number)s: %(name)s is on the way.") % {"number": made.number, "name": made.name}
    )
    return reverse("enrollment:transfer_case", args=[made.pk])


@staff_page
@require_safe
def transfers(request: HttpRequest) -> HttpResponseBase:
    """The transfers to and from the units of the scope, what waits first."""
    form = TransferFilter(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    units = current().units
    rows: QuerySet[Transfer] = Transfer.objects.select_related("county", "to_county", "sent_by").order_by(
        "-id"
    )
    ways = {
        "here": Q(state=Transfer.State.WAITING, to_county_id__in=units)
        | Q(state=Transfer.State.RETURNED, county_id__in=units),
        "in": Q(to_county_id__in=units),
        "out": Q(county_id__in=units),
        "away": Q(to_county__isnull=True),
    }
    rows = rows.filter(ways.get(filters.get("way", ""), Q()))
    if filters.get("state"):
        rows = rows.filter(state=filters["state"])
    if filters.get("q"):
        rows = rows.filter(Q(name__contains=filters["q"]) | Q(identity_number__startswith=filters["q"]))
    table = table_for(request, TransferTable, rows)
    context = {"table": table, "form": form}
    return export_for(request, table, "transfers", _("Transfers")) or render(
        request, "enrollment/transfer_list.html", context
    )


@staff_page
@require_safe
def transfer_case(request: HttpRequest, pk: int) -> HttpResponse:
    """One transfer: where it is, with whom, since when, and what may be done here."""
    return _show(request, _transfer_or_404(pk))


@staff_page
@require_POST
@once
def transfer_take_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The new county takes the worker in."""
    case = _transfer_or_404(pk)
    require(who(request), case.to_county_id or 0, *MAY_ENTER)
    there = _employed_there(case)
    form = TakeInForm(case, request.POST, only_account=case.is_supplement or there is not None)
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if form.is_valid():
        given = form.cleaned_data
        try:
            take_in(
                transfer=case,
                employer=given.get("employer"),
                first_period=given.get("first_period"),
                wage=given.get("wage"),
                by=who(request),
            )
        except Refusal as refusal:
            form.take_refusal(refusal)
        except NotReady as refused:
            form.take_faults(refused)
        else:
            if case.is_supplement:
                messages.success(request, _("%(number)s is taken in.") % {"number": case.number})
                return HttpResponseRedirect(reverse("enrollment:transfer_case", args=[case.pk]))
            messages.success(request, _("%(name)s is taken in, with the account.") % {"name": case.name})
            return HttpResponseRedirect(reverse("enrollment:worker", args=[case.worker_id]))
    return _show(request, case, take_form=form)


@staff_page
@require_POST
@once
def transfer_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Let go out of the province, send back, take back."""
    case = _transfer_or_404(pk)
    form = ReasonForm(request.POST)
    form.full_clean()
    reason = form.cleaned_data.get("reason", "")
    acts: dict[str, Any] = {
        "go": lambda: let_go(transfer=case, by=who(request)),
        "return": lambda: send_back(transfer=case, reason=reason, by=who(request)),
        "back": lambda: take_back(transfer=case, reason=reason, by=who(request)),
    }
    if act not in acts:
        raise Http404
    try:
        acts[act]()
    except Refusal as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, _("%(number)s is stored.") % {"number": case.number})
    return HttpResponseRedirect(reverse("enrollment:transfer_case", args=[case.pk]))


def _show(request: HttpRequest, case: Transfer, take_form: TakeInForm | None = None) -> HttpResponse:
    user = who(request)
    waiting = case.state == Transfer.State.WAITING
    own = case.sent_by_id == user.pk
    at_their_side = not case.leaves_the_province and holds(user, case.to_county_id or 0, *MAY_ENTER)
    may_let_go = case.leaves_the_province and holds(user, case.county_id, *MAY_LET_GO)
    there = _employed_there(case) if at_their_side and waiting else None
    only_account = case.is_supplement or there is not None
    context = {
        "case": case,
        "sees_worker": Worker.objects.filter(pk=case.worker_id).exists(),
        "there": there,
        "first": Transfer.objects.filter(supplements=case).first(),
        "supplements": Transfer.objects.filter(supplement_to=case).order_by("id"),
        "only_account": only_account,
        "take_form": take_form
        or (TakeInForm(case, only_account=only_account) if at_their_side and waiting and not own else None),
        "may_take_in": at_their_side and waiting and not own,
        "may_let_go": may_let_go and waiting and not own,
        "may_return": waiting and (at_their_side or (may_let_go and not own)),
        "may_take_back": case.state in (Transfer.State.WAITING, Transfer.State.RETURNED)
        and holds(user, case.county_id, *MAY_ENTER),
        "reason_form": ReasonForm(auto_id="id_%s_return"),
        "back_form": ReasonForm(auto_id="id_%s_back"),
        "main_panels": panels_for(request, "transfer", case),
        "actions": panels_for(request, "transfer", case, column="actions"),
        "once_key": request.POST.get("_once") or new_key(),
    }
    status = 422 if take_form is not None and take_form.errors else 200
    return render(request, "enrollment/transfer_case.html", context, status=status)


def last_employment(worker: Worker) -> Employment | None:
    """The employment that counts now: the living one, else the last that ended, as far as it is to be seen."""
    rows = Employment.objects.filter(worker=worker).select_related("employer", "worker")
    return rows.filter(last_period__isnull=True).first() or rows.order_by("-first_period").first()


def _employed_there(case: Transfer) -> Employment | None:
    return (
        Employment.objects.filter(
            worker_id=case.worker_id, county_id=case.to_county_id, last_period__isnull=True
        )
        .select_related("employer")
        .first()
    )


def _transfer_or_404(pk: int) -> Transfer:
    found = (
        Transfer.objects.select_related("county", "to_county", "sent_by", "done_by").filter(pk=pk).first()
        if pk < 2**63
        else None
    )
    if found is None:
        raise Http404
    return found
