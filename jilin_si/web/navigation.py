"""The rail, the portal's tabs and each role's first page: registered by the apps when they start.

An app calls ``register`` from its ``AppConfig.ready``; ``entries`` lists all of them in one place. An entry is shown
where one of its roles is held and its address exists; the first shown entry of a role is that role's home.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

STAFF_ROLES = frozenset(
    {"clerk", "reviewer", "finance", "head", "prefecture", "province", "auditor", "administrator"}
)
EMPLOYER_ROLES = frozenset({"employer"})


@dataclass(frozen=True)
class NavItem:
    """One entry: an icon over a word (``name`` is lazily translated, ``icon`` a Tabler icon without ``ti-``)."""

    name: StrOrPromise
    icon: str
    url_name: str
    roles: Collection[str]
    order: int
    match_prefix: str = ""
    """The entry is the current one where the address begins so; without it, where the address is the entry's."""
    home_for: Collection[str] = ()
    """Roles whose first page this is, whatever the order."""

    @property
    def in_portal(self) -> bool:
        """Whether the entry belongs to the employers' shell."""
        return set(self.roles) <= EMPLOYER_ROLES


@dataclass(frozen=True)
class ShownItem:
    """An entry as the page needs it."""

    name: StrOrPromise
    icon: str
    url: str
    current: bool


_entries: dict[str, NavItem] = {}


def register(item: NavItem) -> NavItem:
    """List an entry under its ``url_name``; the same one again replaces it."""
    _entries[item.url_name] = item
    return item


def entries() -> list[NavItem]:
    """Every registered entry, in the order in which the rail shows them."""
    return sorted(_entries.values(), key=lambda item: (item.order, item.url_name))


def address(item: NavItem) -> str | None:
    """The entry's address, or None where its app has no such page yet."""
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return None


def items_for(roles: Collection[str], path: str, portal: bool = False) -> list[ShownItem]:
    """The entries of these roles in the staff shell, or in the portal; the current one is marked."""
    shown = []
    for item in entries():
        url = address(item)
        if url is None or item.in_portal is not portal or not set(item.roles) & set(roles):
            continue
        prefix = item.match_prefix or url
        current = path == url if prefix == "/" else path.startswith(prefix)
        shown.append(ShownItem(item.name, item.icon, url, current))
    return shown


def home_for(roles: Collection[str]) -> str | None:
    """The first page of a person with these roles; staff roles come before the employer's."""
    held = set(roles)
    for group in (STAFF_ROLES, EMPLOYER_ROLES):
        mine = held & group
        candidates = [item for item in entries() if mine & set(item.roles)]
        candidates.sort(key=lambda item: not mine & set(item.home_for))
        for item in candidates:
            url = address(item)
            if url is not None:
                return url
    return None


def is_portal_user(request: HttpRequest) -> bool:
    """Whether this person works in the employers' shell: an employer's role and none of the office's."""
    roles = roles_of(request)
    return bool(roles & EMPLOYER_ROLES) and not roles & STAFF_ROLES


def roles_of(request: HttpRequest) -> frozenset[str]:
    """The roles of who asks, read by the scope middleware; none where nobody is signed in."""
    scope = getattr(request, "scope", None)
    return frozenset(str(role) for role in scope.roles) if scope else frozenset()
