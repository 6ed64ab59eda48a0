"""Who may do what in the registry. What one sees is decided by the scope; here it is only about acting.

The role must be held at the very unit whose record is touched: a reviewer of one county is none of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from jilin_si.access.desks import desks_of, units_held
from jilin_si.access.models import Role

if TYPE_CHECKING:
    from jilin_si.access.models import User

MAY_ENTER = (Role.CLERK,)
MAY_REVIEW = (Role.REVIEWER,)


def holds(user: User | None, county_id: int, *roles: str) -> bool:
    """Whether one of these roles is held at this unit, asked anew by each act: a right taken away is gone at once."""
    if user is None or not user.is_active:
        return False
    return county_id in units_held(user.pk, roles)


def require(user: User | None, county_id: int, *roles: str) -> None:
    """Raise PermissionDenied unless one of these roles is held at this unit. ``None`` is the office's own job."""
    if user is None:
        from jilin_si.access.scope import current

        if current().everything:
            return
    elif holds(user, county_id, *roles):
        return
    raise PermissionDenied(_("Your role does not include this act."))


def may_enter(user: User | None, county_id: int) -> bool:
    """Whether this person enrols, registers and declares at this unit."""
    return holds(user, county_id, *MAY_ENTER)


def acts_for(user: User | None, employer_id: int) -> bool:
    """Whether this person is a user of the employer's own."""
    if user is None or not user.is_active:
        return False
    return any(desk.employer_id == employer_id and desk.role == Role.EMPLOYER for desk in desks_of(user.pk))


def require_declaring(user: User | None, county_id: int, employer_id: int) -> bool:
    """Whether the employer itself declares, not the office. Raises PermissionDenied for anybody else."""
    if user is not None and not may_enter(user, county_id) and acts_for(user, employer_id):
        return True
    require(user, county_id, *MAY_ENTER)
    return False


def may_review(user: User | None, county_id: int) -> bool:
    """Whether this person approves and sends back at this unit."""
    return holds(user, county_id, *MAY_REVIEW)
