"""The one search: results under the field as one types, and a page of their own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enrollment.search import search as find
from enrollment.views.access import staff_page


@staff_page
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """People, employers and documents of the scope by what was typed."""
    fragment = "HX-Request" in request.headers
    found = find(request.GET.get("q", ""), 8 if fragment else 30)
    return render(
        request, "enrollment/_found.html" if fragment else "enrollment/found.html", {"found": found}
    )
