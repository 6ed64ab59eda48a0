"""The desks of a person: the roles that are held today, and where."""

from __future__ import annotations

from collections.abc import Collection

from jilin_si.access.models import Assignment
from jilin_si.memory import remembered


def desks_of(user_id: int) -> tuple[Assignment, ...]:
    """The assignments of a user that hold today, with their agencies. A page asks once, an act each time."""
    return remembered(
        ("desks", user_id),
        lambda: tuple(Assignment.objects.filter(user_id=user_id).select_related("agency")),
    )


def units_held(user_id: int, roles: Collection[str] | None = None) -> list[int]:
    """The agencies at which a user holds one of these roles, or any where none are named; in order."""
    held = {desk.agency_id for desk in desks_of(user_id) if roles is None or desk.role in roles}
    return sorted(unit for unit in held if unit)
