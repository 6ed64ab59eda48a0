"""The claim that the office files with the liquidator of an employer that ended: looked at, and issued as a paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from collection.models import IssuedStatement
from collection.selectors.claims import claim_of
from collection.statements.issue import issue_claim_sheet
from collection.views.common import UNREADABLE, employer_or_404, may_act, require_act, staff_only
from enrollment.refusals import Refusal
from jilin_si.access.models import Role

MAY_CLAIM = (Role.CLERK, Role.FINANCE, Role.HEAD)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def claim(request: HttpRequest, employer_id: int) -> HttpResponseBase:
    """The claim of today by line, with the reserve; POST issues the sheet and leads to its file."""
    employer = employer_or_404(employer_id)
    refused = ""
    if request.method == "POST":
        require_act(request, MAY_CLAIM, employer.county_id)
        try:
            made = issue_claim_sheet(employer=employer, by=request.user)  # type: ignore[arg-type]
        except Refusal as refusal:
            refused = refusal.message
        else:
            address = reverse("collection:statement_file", args=[made.code, "pdf"])
            return HttpResponseRedirect(f"{address}?language={get_language() or 'zh-hans'}")
    filed = claim_of(employer)
    context = {
        "employer": employer,
        "filed": filed,
        "claim": filed.claim,
        "refused": refused,
        "issued": IssuedStatement.objects.filter(employer=employer, kind=IssuedStatement.Kind.CLAIM)
        .defer("content")
        .select_related("issued_by")[:12],
        "may_issue": may_act(request, employer.county_id, MAY_CLAIM) and filed.event is not None,
    }
    return render(request, "collection/claim.html", context, status=UNREADABLE if refused else 200)
