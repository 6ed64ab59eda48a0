"""Who sees what (管辖范围): the one place that decides it in the application.

A scope is a set of units and a set of employers. ``ScopedManager`` filters by the scope that is active and raises
where none is; the same sets are given to PostgreSQL, whose row-level security decides again (``rls.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.models import Q

from jilin_si.access.desks import desks_of
from jilin_si.access.models import Role
from jilin_si.agencies.models import Agency

if TYPE_CHECKING:
    from jilin_si.access.models import Assignment, User

EVERY_UNIT_ROLES = {Role.PROVINCE, Role.AUDITOR, Role.ADMINISTRATOR}


class UnscopedQuery(RuntimeError):
    """A scoped table was read while no scope was active: a defect, never a user's mistake."""


@dataclass(frozen=True)
class Scope:
    """What one user, or a job on its own behalf, may see."""

    user_id: int | None = None
    everything: bool = False
    units: frozenset[int] = frozenset()
    employers: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()

    def sees_unit(self, county_id: int) -> bool:
        return self.everything or county_id in self.units

    def has(self, *roles: str) -> bool:
        """Whether any of these roles is held."""
        return not self.roles.isdisjoint(roles)


_active: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope:
    """The active scope. Raises UnscopedQuery where none is."""
    scope = _active.get()
    if scope is None:
        raise UnscopedQuery("No scope is active; open one with acting_as(...).")
    return scope


def scope_of(user: User, assignments: Iterable[Assignment] | None = None) -> Scope:
    """The scope of a user: read from the database each time, so that a right taken away is gone at once."""
    held = list(desks_of(user.pk) if assignments is None else assignments)
    units: set[int] = set()
    prefectures = [a.agency_id for a in held if a.role == Role.PREFECTURE]
    if any(a.role in EVERY_UNIT_ROLES for a in held):
        units.update(Agency.objects.units().values_list("id", flat=True))
    elif prefectures:
        units.update(
            Agency.objects.units()
            .filter(Q(id__in=prefectures) | Q(parent_id__in=prefectures))
            .values_list("id", flat=True)
        )
    units.update(a.agency_id for a in held if a.role != Role.EMPLOYER and a.agency_id)
    return Scope(
        user_id=user.pk,
        units=frozenset(units),
        employers=frozenset(a.employer_id for a in held if a.employer_id),
        roles=frozenset(a.role for a in held),
    )


def everything() -> Scope:
    """The scope of set jobs and commands, which run as the owner of the tables."""
    return Scope(everything=True)


@contextmanager
def acting_as(scope: Scope) -> Iterator[Scope]:
    """Make a scope active; inside a transaction the database is told too (for row-level security), and told back."""
    token = _active.set(scope)
    try:
        if connection.in_atomic_block:
            _tell_database(scope)
        yield scope
    finally:
        _active.reset(token)
        outer = _active.get()
        if outer is not None and connection.in_atomic_block and not connection.needs_rollback:
            _tell_database(outer)


def tell_database(scope: Scope) -> None:
    """Give the scope to PostgreSQL for this transaction. Must be called inside one."""
    if not connection.in_atomic_block:
        raise UnscopedQuery("The database learns a scope only inside a transaction.")
    _tell_database(scope)


def _tell_database(scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('app.agencies', %s, true), set_config('app.employers', %s, true),"
            " set_config('app.user', %s, true)",
            [
                ",".join(map(str, sorted(scope.units))),
                ",".join(map(str, sorted(scope.employers))),
                str(scope.user_id or ""),
            ],
        )


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset that was filtered by the active scope when it was made."""


class ScopedManager(models.Manager[Any]):
    """The manager of every table that belongs to units or employers.

    The model names its columns: ``scope_county`` (default ``county_id``) and ``scope_employer`` (a look-up, or None).
    """

    def get_queryset(self) -> ScopedQuerySet:
        queryset = ScopedQuerySet(self.model, using=self._db)
        scope = current()
        if scope.everything:
            return queryset
        condition = Q(**{f"{getattr(self.model, 'scope_county', 'county_id')}__in": scope.units})
        employer = getattr(self.model, "scope_employer", None)
        if employer and scope.employers:
            condition |= Q(**{f"{employer}__in": scope.employers})
        return queryset.filter(condition)
