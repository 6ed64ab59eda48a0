"""The desk's counts of people: transfers that wait here, records that may be one person, merges to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.models import Duplicate, Merge, Transfer
from jilin_si.access.scope import current
from jilin_si.agencies.clock import today
from jilin_si.web.desk import Count, CountCard, register_count

if TYPE_CHECKING:
    from django.http import HttpRequest

OFFICE = ("clerk", "reviewer", "head", "prefecture", "auditor")
SECOND_PERSONS = ("reviewer", "finance", "head")
LATE_DAYS = 5


def register_people_cards() -> None:
    """List the counts (called when the app starts)."""
    register_count(CountCard("transfers_in", OFFICE, 33, _transfers_in))
    register_count(CountCard("transfers_to_let_go", SECOND_PERSONS, 34, _to_let_go))
    register_count(CountCard("duplicates", OFFICE, 36, _duplicates))
    register_count(CountCard("merges", ("clerk", "reviewer"), 37, _merges))


def _transfers_in(request: HttpRequest) -> Count:
    """Cases of other units to take in here, and own ones that came back."""
    units = current().units
    mine = Transfer.objects.filter(
        Q(state=Transfer.State.WAITING, to_county_id__in=units)
        | Q(state=Transfer.State.RETURNED, county_id__in=units)
    )
    return _with_age(_("Transfers in"), mine, f"{reverse('enrollment:transfers')}?way=here")


def _to_let_go(request: HttpRequest) -> Count | None:
    mine = Transfer.objects.filter(state=Transfer.State.WAITING, to_county__isnull=True)
    counted = _with_age(
        _("Out of the province, to let go"), mine, f"{reverse('enrollment:transfers')}?way=away"
    )
    return counted if counted.value else None


def _with_age(label: str, rows: object, href: str) -> Count:
    told = rows.aggregate(oldest=Min("sent_on"))  # type: ignore[attr-defined]
    count = rows.count()  # type: ignore[attr-defined]
    oldest = told["oldest"]
    if oldest is None:
        return Count(label, count, href)
    late = (today() - oldest).days > LATE_DAYS
    return Count(label, count, href, _("since %(day)s") % {"day": f"{oldest:%m-%d}"}, "bad" if late else "")


def _duplicates(request: HttpRequest) -> Count:
    count = Duplicate.objects.filter(state=Duplicate.State.OPEN).count()
    return Count(
        _("Possible duplicates"), count, reverse("enrollment:duplicates"), "", "warn" if count else ""
    )


def _merges(request: HttpRequest) -> Count | None:
    """Merges that somebody else proposed and that this person may decide."""
    rows = Merge.objects.filter(state=Merge.State.PROPOSED).exclude(proposed_by_id=request.user.pk)
    count = rows.count()
    return (
        Count(_("Merges to decide"), count, f"{reverse('enrollment:duplicates')}?state=proposed")
        if count
        else None
    )
