"""Pages are not kept by caches, and a conflict is a page of its own."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jilin_si.web.errors import Conflict


class PageMiddleware:
    """Stands last, next to the view: answers ``Conflict`` with its page, and forbids keeping what a page shows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            # nothing of a signed-in person stays in the browser after signing out
            response["Cache-Control"] = (
                "no-store, private" if request.user.is_authenticated else "no-cache, private"
            )
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Conflict):
            return None
        request.roll_back = True  # type: ignore[attr-defined]
        posted = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name != "csrfmiddlewaretoken" and name not in {line.name for line in error.lines}
        ]
        context = {"conflict": error, "posted": posted, "again": error.again or request.get_full_path()}
        return render(request, "409.html", context, status=409)
