"""One transaction and one scope a request."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from jilin_si.access.scope import Scope, acting_as, scope_of


class ScopeMiddleware:
    """Open the transaction, make the user's scope active in it and roll back where the answer is an error.

    It stands after authentication. A user who is not signed in has an empty scope: nothing is to be seen.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            scope = scope_of(request.user) if request.user.is_authenticated else Scope()
            request.scope = scope  # type: ignore[attr-defined]
            with acting_as(scope):
                response = self.get_response(request)
                if response.status_code >= 500 or getattr(request, "roll_back", False):
                    transaction.set_rollback(True)
        return response
