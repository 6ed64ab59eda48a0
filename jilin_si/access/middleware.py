"""One transaction and one scope a request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import pghistory
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from jilin_si.access.scope import Scope, acting_as, scope_of
from jilin_si.agencies.clock import today
from jilin_si.memory import remembering

READS = ("GET", "HEAD", "OPTIONS")


class ScopeMiddleware:
    """Open the transaction, make the user's scope active in it and roll back where the answer is an error.

    It stands after authentication. A user who is not signed in has an empty scope: nothing is to be seen.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with remembering() if request.method in READS else nullcontext(), transaction.atomic():
            scope = scope_of(request.user) if request.user.is_authenticated else Scope()
            request.scope = scope  # type: ignore[attr-defined]
            with acting_as(scope):
                response = self.get_response(request)
                if response.status_code >= 500 or getattr(request, "roll_back", False):
                    transaction.set_rollback(True)
        return response


class HistoryContextMiddleware:
    """Tell the row history who changes a row, on which business day and from which page.

    It stands behind the scope. Pages that only read have no context.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READS or not request.user.is_authenticated:
            return self.get_response(request)
        with pghistory.context(user=request.user.pk, day=today().isoformat(), url=request.path):
            return self.get_response(request)
