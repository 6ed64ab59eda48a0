"""Who may give which role to whom (授权): only what lies in one's own subtree, never to oneself.

The administrator gives every role; a county head gives those of the own unit's desks, and lets people act for
employers of the own unit. Nobody touches somebody who holds more than one may give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jilin_si.access import employers
from jilin_si.access.models import Assignment, Role
from jilin_si.agencies.models import Agency

if TYPE_CHECKING:
    from jilin_si.access.held_off import HeldOff
    from jilin_si.access.models import User

MAY_MANAGE = (Role.ADMINISTRATOR, Role.HEAD)
MAY_LOOK = (*MAY_MANAGE, Role.AUDITOR)
DESKS = (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.HEAD)
HEAD_GIVES = (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.EMPLOYER)

_UNITS = frozenset({Agency.Level.COUNTY, Agency.Level.PREFECTURE})
_PLACES: dict[str, frozenset[str]] = {
    **dict.fromkeys(DESKS, _UNITS),
    Role.PREFECTURE: frozenset({Agency.Level.PREFECTURE}),
    **dict.fromkeys((Role.PROVINCE, Role.AUDITOR, Role.ADMINISTRATOR), frozenset({Agency.Level.PROVINCE})),
}


def check_place(role: str, agency: Agency) -> None:
    """Raise ValidationError where there is no such desk at an agency: a province has no clerk."""
    if agency.level not in _PLACES[role]:
        raise ValidationError(
            _("There is no desk “%(role)s” at %(agency)s.")
            % {"role": Role(role).label, "agency": agency.company_name},
            code="place",
        )


def check_together(roles: set[str]) -> None:
    """Raise ValidationError where one person holds what does not go together: who audits changes nothing."""
    if Role.AUDITOR in roles and len(roles) > 1:
        raise ValidationError(
            _("An auditor reads all and changes nothing: no other role goes with it."), code="auditor"
        )


@dataclass(frozen=True)
class Granter:
    """What one person may do about others' sign-ins; read from the database for each act."""

    user_id: int
    everywhere: bool = False
    looks_everywhere: bool = False
    units: frozenset[int] = frozenset()

    @property
    def may_manage_somebody(self) -> bool:
        return self.everywhere or bool(self.units)

    @property
    def roles(self) -> list[Role]:
        """The roles that may be given."""
        if self.everywhere:
            return list(Role)
        return [Role(role) for role in HEAD_GIVES] if self.units else []

    def may_give(self, role: str, agency_id: int | None, employer_id: int | None = None) -> bool:
        """Whether a role at an agency, or for an employer, is one's own to give."""
        if self.everywhere:
            return True
        if role not in self.roles:
            return False
        if role != Role.EMPLOYER:
            return agency_id in self.units
        found = employers.by_id([employer_id] if employer_id else [])
        return bool(found) and all(one.county_id in self.units for one in found.values())

    def sees(self, user: User) -> bool:
        """Whether somebody's sign-in is shown."""
        if self.everywhere or self.looks_everywhere:
            return True
        return user.unit_id in self.units or any(
            a.agency_id in self.units or self.may_give(a.role, a.agency_id, a.employer_id)
            for a in Assignment.ever.filter(user=user)
        )

    def may_add_to(self, user: User) -> bool:
        """Whether somebody's roles may be changed: not one's own, and of nobody who holds more than one gives."""
        if user.pk == self.user_id:
            return False
        if self.everywhere:
            return True
        held = Assignment.ever.filter(user=user)
        return self.sees(user) and all(a.role in self.roles for a in held)

    def may_manage(self, user: User) -> bool:
        """Whether the sign-in as a whole may be changed: closed, given a new password, its second factor forgotten."""
        if user.pk == self.user_id:
            return False
        if self.everywhere:
            return True
        held = list(Assignment.ever.filter(user=user))
        at_home = user.unit_id in self.units or (user.unit_id is None and bool(held))
        return at_home and all(self.may_give(a.role, a.agency_id, a.employer_id) for a in held)

    def may_release(self, held: HeldOff) -> bool:
        """Whether what is held off may be let go: one's own people; what is nobody's name by the administrator."""
        if held.user is not None:
            return self.may_manage(held.user)
        return self.everywhere


def granter_of(user: User) -> Granter:
    """What this person may do about others' sign-ins, asked anew each time."""
    held = list(Assignment.objects.filter(user=user)) if user.is_active else []
    return Granter(
        user_id=user.pk,
        everywhere=any(a.role == Role.ADMINISTRATOR for a in held),
        looks_everywhere=any(a.role == Role.AUDITOR for a in held),
        units=frozenset(a.agency_id for a in held if a.role == Role.HEAD and a.agency_id),
    )
