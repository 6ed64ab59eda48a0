"""What the pages of users read: the sign-ins that one looks after, and what is held off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from jilin_si.access import employers
from jilin_si.access.granting import Granter
from jilin_si.access.held_off import FailedSignIn, HeldOff, with_tries
from jilin_si.access.models import Assignment, User

STATES = ("open", "closed", "first_password", "held_off", "no_role")


def seen_by(granter: Granter) -> QuerySet[User]:
    """The sign-ins that somebody looks after: all, or those of the own units and of the employers there."""
    if granter.everywhere or granter.looks_everywhere:
        return User.objects.all()
    mine = Assignment.ever.filter(
        Q(agency_id__in=granter.units) | Q(employer_id__in=employers.ids_of(granter.units)),
        user=OuterRef("pk"),
    )
    return User.objects.filter(Q(unit_id__in=granter.units) | Exists(mine))


def users(granter: Granter, filters: Mapping[str, Any]) -> QuerySet[User]:
    """The list, by name, role, unit and state."""
    found = (
        seen_by(granter)
        .select_related("unit")
        .annotate(
            has_second_factor=Exists(
                Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
            ),
            is_held_off=Exists(live_holds().filter(user=OuterRef("pk"))),
            has_role=Exists(Assignment.objects.filter(user=OuterRef("pk"))),
        )
        .prefetch_related(
            Prefetch(
                "assignments",
                Assignment.ever.select_related("agency").order_by("role", "agency_id", "employer_id"),
                to_attr="desks",
            )
        )
        .order_by("unit_id", "username")
    )
    if filters.get("q"):
        found = found.filter(Q(username__icontains=filters["q"]) | Q(display_name__icontains=filters["q"]))
    if filters.get("role"):
        found = found.filter(Exists(Assignment.objects.filter(user=OuterRef("pk"), role=filters["role"])))
    if filters.get("unit"):
        at = Assignment.ever.filter(user=OuterRef("pk"), agency=filters["unit"])
        found = found.filter(Q(unit=filters["unit"]) | Exists(at))
    return found.filter(_state(filters.get("state", "")))


def _state(state: str) -> Q:
    return {
        "open": Q(is_active=True),
        "closed": Q(is_active=False),
        "first_password": Q(must_change_password=True),
        "held_off": Q(is_held_off=True),
        "no_role": Q(has_role=False),
    }.get(state, Q())


def live_holds() -> QuerySet[HeldOff]:
    """What is held off now, within the scope."""
    return HeldOff.objects.filter(released_at=None, until__gt=timezone.now())


def holds(granter: Granter, filters: Mapping[str, Any]) -> QuerySet[HeldOff]:
    """What was held off, the newest first, with how many tries led to it and from how many addresses.

    The administrator is told of names that nobody has too; a head of the own people.
    """
    found = with_tries(HeldOff.objects.select_related("user", "unit", "released_by")).filter(
        released_to(granter)
    )
    if filters.get("state") == "live":
        found = found.filter(released_at=None, until__gt=timezone.now())
    if filters.get("kind"):
        found = found.filter(kind=filters["kind"])
    return found.order_by("-since")


def released_to(granter: Granter) -> Q:
    """Of what is held off, what somebody is told."""
    if granter.everywhere or granter.looks_everywhere:
        return Q()
    return Q(user__isnull=False, unit_id__in=granter.units)


def failed_lately(user: User, days: int = 30) -> int:
    """How many tries failed under a name in the last days."""
    since = timezone.now() - timedelta(days=days)
    tries = FailedSignIn.objects.filter(user=user, at__gt=since)
    return int(tries.aggregate(sum=Coalesce(Sum("tries"), 0))["sum"])
