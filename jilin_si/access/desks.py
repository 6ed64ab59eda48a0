"""The desks of a person: the roles that are held today, and where."""

from __future__ import annotations

from jilin_si.access.models import Assignment
from jilin_si.memory import remembered


def desks_of(user_id: int) -> tuple[Assignment, ...]:
    """The assignments of a user that hold today, with their agencies. A page asks once, an act each time."""
    return remembered(
        ("desks", user_id),
        lambda: tuple(Assignment.objects.filter(user_id=user_id).select_related("agency")),
    )
