"""The page of the public check. What is sent is read in a process of its own and forgotten with the answer."""

from __future__ import annotations

import time
from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from enrollment.checker.alone import MAX_ROWS, Report, check_alone, is_either
from enrollment.forms import SheetForm
from enrollment.imports.opening import open_upload
from enrollment.refusals import Refusal

MAX_BYTES = 5 * 1024 * 1024
SHOWN = 300
A_MINUTE_EACH, A_MINUTE_ALL = 10, 60


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def check_workbook(request: HttpRequest) -> HttpResponse:
    """Test a roster or a filled workbook before it is handed in."""
    form = SheetForm(request.POST or None, request.FILES or None)
    form.fields["file"].label = _("Workbook or CSV file")
    form.fields["file"].help_text = _("up to 5 MB")
    report: Report | None = None
    status = 200
    if request.method == "POST":
        if not _admitted(request):
            form.errors.clear()
            form.add_error(None, _("Too many files in a short time. Try again in a minute."))
            status = 429
        elif form.is_valid():
            report = _check(form)
            status = 200 if report else 422
        else:
            status = 422
    context = {
        "form": form,
        "report": report,
        "faults": report.faults[:SHOWN] if report else [],
        "more": max(0, len(report.faults) - SHOWN) if report else 0,
        "limit": MAX_ROWS,
    }
    response = render(request, "enrollment/check_workbook.html", context, status=status)
    if status == 429:
        response["Retry-After"] = "60"
    return response


def _check(form: SheetForm) -> Report | None:
    file = form.cleaned_data["file"]
    try:
        if file.size > MAX_BYTES:
            raise Refusal(
                "file",
                "too_large",
                _("The file is larger than %(limit)s MB. Split it."),
                limit=MAX_BYTES // 1024 // 1024,
            )
        return check_alone(open_upload(file, file.size, is_either).rows)
    except Refusal as refusal:
        form.take_refusal(refusal)
        return None


def _admitted(request: HttpRequest) -> bool:
    """A few files a minute from one address, and not more in all than the machine bears. Only digests are counted."""
    minute = int(time.time()) // 60
    address = sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:16]
    return (
        _count(f"checker:{address}:{minute}") <= A_MINUTE_EACH and _count(f"checker:{minute}") <= A_MINUTE_ALL
    )


def _count(key: str) -> int:
    cache.add(key, 0, 120)
    return cache.incr(key)
