"""A job on behalf of the person who started it: in that scope, and under row-level security like the request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pghistory
from django.db import connection, transaction

from jilin_si.access.rls import APP_ROLE
from jilin_si.access.scope import Scope, acting_as, scope_of
from jilin_si.agencies.clock import today

if TYPE_CHECKING:
    from jilin_si.access.models import User


@contextmanager
def acting_for(user: User | None) -> Iterator[Scope]:
    """Be the application for this person until the block ends. Inside a transaction; a rollback takes it back too.

    What the person may do is asked anew: rights taken away since the job was started are gone. Nobody sees nothing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        (before,) = cursor.fetchone()
        cursor.execute("select set_config('role', %s, true)", [APP_ROLE])
        scope = scope_of(user) if user is not None and user.is_active else Scope()
        with (
            acting_as(scope),
            pghistory.context(user=user.pk if user else None, day=today().isoformat(), url="job"),
            transaction.atomic(),  # a refused statement is rolled back before the scope is told back
        ):
            yield scope
        cursor.execute("select set_config('role', %s, true)", [before])
