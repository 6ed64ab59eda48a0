"""One mechanism for every list: which columns a reader chose, in which order, and lists kept under a name.

A list is known by its table (``enrollment.EmployerTable``). What is filtered and how it is sorted stands in the
address; a list kept under a name is that address with its columns. ``table_for`` puts a ``ListState`` on its table,
``<c-lists :table="table" />`` shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from jilin_si.access.desks import units_held
from jilin_si.web.drafts import author
from jilin_si.web.models import ListColumns, SavedList
from jilin_si.web.navigation import roles_of

if TYPE_CHECKING:
    from jilin_si.web.tables import OfficeTable

KEY = re.compile(r"[a-z_]{1,30}\.[A-Za-z]{1,40}")
MOST_COLUMNS = 60
# What of an address is not part of a list: the page one is on, a file of it, which kept list it came from.
_NOT_KEPT = ("page", "export", "list", "columns", "_back")


@dataclass(frozen=True)
class Choice:
    """A column that may be chosen."""

    name: str
    title: str
    shown: bool


class ListState:
    """What a list's page needs to know of its columns and of what is kept under a name."""

    def __init__(self, request: HttpRequest, table: OfficeTable) -> None:
        self.request, self.table, self.key = request, table, type(table).list_key()
        wanted = self._wanted()
        self.chosen = bool(wanted)
        table.show_columns(wanted)

    @property
    def address(self) -> str:
        """The address of this page, for coming back; with columns of its own it says them anew."""
        query = self.request.GET.copy()
        for name in ("page", "export", "columns", "list"):
            query.pop(name, None)
        return self.request.path + (f"?{query.urlencode()}" if query else "")

    @property
    def query(self) -> str:
        """The filter and the order of this page, as it is kept."""
        return kept_query(self.request.GET)

    @property
    def choices(self) -> list[Choice]:
        return [
            Choice(bound.name, str(bound.header), bound.visible)
            for bound in self.table.columns.iterall()
            if self.table.may_choose(bound)
        ]

    @property
    def columns(self) -> str:
        """The columns on this page, as an address says them."""
        return ",".join(choice.name for choice in self.choices if choice.shown)

    @cached_property
    def saved(self) -> list[SavedList]:
        """One's own lists of this table, then those that colleagues of the same office share."""
        kept = SavedList.objects.filter(table=self.key).filter(readable(self.request)).select_related("user")
        return sorted(kept, key=lambda found: (found.user_id != self.request.user.pk, found.name))

    @property
    def acts(self) -> list[tuple[Any, str]]:
        """What may be done with all rows of this list: the act, and its page for just this filter."""
        from jilin_si.web.bulk import acts_for  # what is done with a list's rows knows lists

        found = acts_for(self.key, roles_of(self.request))
        more = urlencode({"_back": self.address})
        query = f"{self.query}&{more}" if self.query else more
        return [(act, f"{reverse('bulk_act', args=[act.name])}?{query}") for act in found]

    @cached_property
    def opened(self) -> SavedList | None:
        """The kept list that this page shows."""
        number = self.request.GET.get("list", "")
        return next((found for found in self.saved if str(found.pk) == number), None)

    def _wanted(self) -> list[str]:
        given = self.request.GET.get("columns", "")
        if given:
            return given.split(",")[:MOST_COLUMNS]
        kept = ListColumns.objects.filter(user_id=author(self.request), table=self.key).first()
        return [str(name) for name in kept.columns] if kept else []


def kept_query(query: QueryDict) -> str:
    """An address's filter and order: what is empty and what belongs to the moment is left out."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        filled = [value for value in values if value]
        if filled and name not in _NOT_KEPT:
            kept.setlist(name, filled)
    return kept.urlencode()


def readable(request: HttpRequest) -> Q:
    """One's own, and what is shared in an office where one has a role; row-level security says the same."""
    return Q(user_id=author(request)) | Q(shared=True, unit_id__in=offices(request))


def offices(request: HttpRequest) -> list[int]:
    """The agencies at which this person holds a role."""
    return units_held(author(request))
