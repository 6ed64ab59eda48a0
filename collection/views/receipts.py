"""Money: the list, the counter, a bank's file with its preview, whose money a line is."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collection import services
from collection.forms import BankFileForm, MatchForm, ReceiptFilter, ReceiptForm, ReturnForm
from collection.imports import plain_name, plan_import
from collection.models import BankFile, BankLine
from collection.selectors import receipts
from collection.tables import BankLineTable
from collection.views.common import (
    UNREADABLE,
    acting_units,
    may_act,
    require_act,
    staff_only,
    units_of,
)
from enrollment.models import Employer
from enrollment.refusals import Refusal
from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import add_months, period_of
from jilin_si.web.errors import Conflict, ConflictLine
from jilin_si.web.forms import check_field
from jilin_si.web.tables import export_for, table_for

LIKELY = 6
WAITING = (receipts.UNMATCHED, receipts.WAITING)


@require_safe
@staff_only
def receipt_list(request: HttpRequest) -> HttpResponseBase:
    """Money that came in, with what waits on top."""
    form = ReceiptFilter(request.GET, units=units_of(request))
    unit = form.unit_id
    condition = Q(county_id=unit)
    state, text = form.read("state"), form.read("q")
    if state:
        condition &= receipts.STATES[state]
    if state not in WAITING and not form.read("first", None) and not form.read("last", None):
        form.show(first=add_months(period_of(today()), -1))  # the whole history only where it is asked for
    if first := form.read("first", None):
        condition &= Q(received_on__gte=first)
    if last := form.read("last", None):
        condition &= Q(received_on__lte=last)
    if text:
        condition &= (
            Q(payer_name__contains=text) | Q(employer__name__contains=text) | Q(serial__startswith=text)
        )
    lines = receipts.bank_lines(condition)
    total = lines.aggregate(sum=Sum("amount"))["sum"] or ZERO
    table = table_for(request, BankLineTable, lines, totals={"amount": total})
    file = export_for(request, table, f"{unit}-receipts")
    if file is not None:
        return file
    context = {
        "form": form,
        "table": table,
        "total": total,
        "unit": Agency.objects.filter(pk=unit).first(),
        "counts": receipts.counts([unit]),
        "state": state,
        "may_enter": may_act(request, unit, services.MAY_TAKE_MONEY),
    }
    return render(request, "collection/receipts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
@once
def receipt_enter(request: HttpRequest) -> HttpResponseBase:
    """Enter money at the counter."""
    require_act(request, services.MAY_TAKE_MONEY)
    form = ReceiptForm(request.POST or None, initial={"employer": request.GET.get("employer", "")})
    if "_check" in request.POST:
        return check_field(form, request.POST["_check"])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            line = services.enter_receipt(**(given | {"line": given["line"] or None}), by=request.user)  # type: ignore[arg-type]
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(
                request,
                _("Receipt %(serial)s of %(amount)s yuan is entered; it is booked with the next settlement.")
                % {"serial": line.serial, "amount": format_yuan(line.amount)},
            )
            return HttpResponseRedirect(reverse("collection:receipt", args=[line.pk]))
    status = UNREADABLE if form.errors else 200
    return render(
        request, "collection/receipt_enter.html", {"form": form, "once_key": new_key()}, status=status
    )


@require_safe
@staff_only
def receipt(request: HttpRequest, line_id: int) -> HttpResponseBase:
    """One bank line: what the bank said, where the money went, its vouchers; the form where it has no employer yet."""
    line = _line_or_404(line_id)
    return render(
        request, "collection/receipt.html", _receipt_context(request, line, MatchForm(), ReturnForm())
    )


def _line_or_404(line_id: int) -> BankLine:
    line = BankLine.objects.filter(pk=line_id).select_related("employer", "county", "entered_by").first()
    if line is None:
        raise Http404
    found: BankLine = line
    return found


def _receipt_context(
    request: HttpRequest, line: BankLine, match_form: MatchForm, return_form: ReturnForm
) -> dict[str, Any]:
    state = receipts.state_of(line)
    may = may_act(request, line.county_id, services.MAY_TAKE_MONEY)
    return {
        "line": line,
        "once_key": new_key(),
        "state": state,
        "shares": receipts.shares_of(Q(bank_line_id=line.pk)),
        "match_form": match_form,
        "return_form": return_form,
        "may_match": may and state in (receipts.UNMATCHED, receipts.WAITING),
        "likely": likely_payers(line) if may and state == receipts.UNMATCHED else [],
    }


def likely_payers(line: BankLine) -> list[Employer]:
    """Employers of the line's unit whose names come near the payer's, nearest first."""
    name = plain_name(line.payer_name)
    if not name:
        return []
    known = Employer.objects.filter(county_id=line.county_id).only("id", "number", "name")
    matcher = SequenceMatcher(b=name, autojunk=False)
    scored = []
    for employer in known:
        matcher.set_seq1(plain_name(employer.name))
        if (
            matcher.real_quick_ratio() > 0.5
            and matcher.quick_ratio() > 0.5
            and (ratio := matcher.ratio()) > 0.5
        ):
            scored.append((ratio, employer))
    scored.sort(key=lambda pair: (-pair[0], pair[1].number))
    return [employer for _ratio, employer in scored[:LIKELY]]


@require_POST
@staff_only
@once
def receipt_match(request: HttpRequest, line_id: int) -> HttpResponseBase:
    """Say whose money it is, or take that back (``release``)."""
    line = _line_or_404(line_id)
    require_act(request, services.MAY_TAKE_MONEY, line.county_id)
    release = "release" in request.POST
    form = MatchForm(request.POST)
    if release:
        form.fields["employer"].required = False
    if form.is_valid():
        employer = None if release else form.cleaned_data["employer"]
        _refuse_if_changed(request, line, employer)
        try:
            services.match_receipt(line.pk, employer, by=request.user, line=form.cleaned_data["line"] or None)  # type: ignore[arg-type]
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            if employer:
                messages.success(
                    request,
                    _("The money is that of %(employer)s; it is booked with the next settlement.")
                    % {"employer": employer.name},
                )
            else:
                messages.success(request, _("The line waits for its employer again."))
            return HttpResponseRedirect(reverse("collection:receipt", args=[line.pk]))
    context = _receipt_context(request, line, form, ReturnForm())
    return render(request, "collection/receipt.html", context, status=UNREADABLE)


def _refuse_if_changed(request: HttpRequest, line: BankLine, chosen: Employer | None) -> None:
    """Raise Conflict where somebody else matched the line since the page was made."""
    seen = request.POST.get("seen", "")
    if seen == str(line.employer_id or ""):
        return
    before = Employer.objects.filter(pk=seen).first() if seen.isdigit() else None
    raise Conflict(
        _("Bank line %(serial)s") % {"serial": line.serial},
        lines=[
            ConflictLine(
                field=_("Employer"),
                name="employer",
                old=before.name if before else "—",
                theirs=line.employer.name if line.employer else "—",
                yours=chosen.name if chosen else "—",
            )
        ],
        again=reverse("collection:receipt", args=[line.pk]),
    )


@require_POST
@staff_only
@once
def receipt_return(request: HttpRequest, line_id: int) -> HttpResponseBase:
    """Mark money as gone back to its payer."""
    line = _line_or_404(line_id)
    require_act(request, services.MAY_TAKE_MONEY, line.county_id)
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            services.return_receipt(line.pk, reason=form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type]
        except Refusal as refusal:
            form.add_error("reason", refusal.message)
        else:
            messages.success(request, _("Marked as gone back; it will not be booked."))
            return HttpResponseRedirect(reverse("collection:receipt", args=[line.pk]))
    return render(
        request,
        "collection/receipt.html",
        _receipt_context(request, line, MatchForm(), form),
        status=UNREADABLE,
    )


# ── a bank's file ────────────────────────────────────────────────────────────────────────────────────────────────
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
@once
def bank_files(request: HttpRequest) -> HttpResponseBase:
    """Hand a bank's file in for its preview; the files handed in before."""
    if request.method == "POST":
        require_act(request, services.MAY_TAKE_MONEY)
    units = acting_units(request, services.MAY_TAKE_MONEY)
    form = BankFileForm(request.POST or None, request.FILES or None, units=units, initial={"unit": units[:1]})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = services.hand_in_bank_file(
                county_id=form.cleaned_data["unit"],
                name=file.name,
                body=file.read(),
                bank=form.cleaned_data["bank"],
                by=request.user,  # type: ignore[arg-type]
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            return HttpResponseRedirect(reverse("collection:bank_file", args=[kept.pk]))
    recent = BankFile.objects.defer("body").select_related("county", "uploaded_by").order_by("-id")[:20]
    context = {"form": form, "files": recent, "units": units, "once_key": new_key()}
    return render(request, "collection/bank_files.html", context, status=UNREADABLE if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
@once
def bank_file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """The preview of a bank's file, or what became of it; POST takes it in."""
    file = BankFile.objects.filter(pk=file_id).select_related("county", "uploaded_by", "committed_by").first()
    if file is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            services.take_in_bank_file(file.pk, by=request.user, only_good_rows="only_good" in request.POST)  # type: ignore[arg-type]
        except Refusal as refusal:
            refused = refusal.message
        else:
            return HttpResponseRedirect(reverse("collection:bank_file", args=[file.pk]))
    plan = None if file.state == BankFile.State.COMMITTED else plan_import(bytes(file.body), file.bank)
    context = {
        "file": file,
        "plan": plan,
        "rows": plan.rows[:500] if plan else [],
        "more": len(plan.rows) - 500 if plan else 0,
        "refused": refused,
        "once_key": new_key(),
        "may_take": may_act(request, file.county_id, services.MAY_TAKE_MONEY),
    }
    return render(request, "collection/bank_file.html", context, status=UNREADABLE if refused else 200)
