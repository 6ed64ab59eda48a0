"""The desk's count of what came to accounts after they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from collection.supplements.selectors import count_rests
from collection.supplements.services import COUNT
from jilin_si.web.desk import Count, CountCard, over_units, register_count, register_reckoning

if TYPE_CHECKING:
    from django.http import HttpRequest

ROLES = ("clerk", "reviewer", "head", "prefecture")


def register_cards() -> None:
    """List the count (called when the app starts)."""
    register_reckoning(COUNT, count_rests)
    register_count(CountCard(COUNT, ROLES, 38, _count))


def _count(request: HttpRequest) -> Count | None:
    """Seldom is there any: a desk without one has no card for it."""
    count = over_units(request, COUNT)
    return Count(_("Supplements to send"), count, reverse("collection:rests"), "", "warn") if count else None
