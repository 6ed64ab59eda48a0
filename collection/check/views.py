"""The public check: whoever holds a paper may have the office confirm its figures by the code on it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from collection.statements.issue import check_statement
from collection.statements.transfer import check_transfer_form
from enrollment.check_codes import read_code


@login_not_required
@require_safe
def ask(request: HttpRequest) -> HttpResponseBase:
    """The field for the code."""
    code = request.GET.get("code", "").strip()
    read = read_code(code)
    if read:
        return HttpResponseRedirect(reverse("check:statement", args=[read]))
    return render(request, "collection/check.html", {"code": code, "wrong": bool(code)})


@login_not_required
@require_safe
def statement(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the office issued under this code; the same page where it issued nothing."""
    found = check_statement(code)
    transfer = None if found else check_transfer_form(code)
    context = {"code": code[:20], "found": found, "transfer": transfer, "asked": True}
    return render(request, "collection/check.html", context, status=200 if found or transfer else 404)
