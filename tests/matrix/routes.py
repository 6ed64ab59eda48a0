"""The table of ``routes.txt``, the addresses that the project has, and how an answer is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jilin_si.access.models import Role
from jilin_si.web import traces
from tests.matrix.world import ANONYMOUS

TABLE = Path(__file__).with_name("routes.txt")
STAFF = frozenset(str(role) for role in Role if role != Role.EMPLOYER)
SIGNED_IN = STAFF | {str(Role.EMPLOYER)}
GROUPS = {
    "anyone": SIGNED_IN | {ANONYMOUS},
    "signed-in": SIGNED_IN,
    "staff": STAFF,
    "pool": frozenset({"finance", "head", "prefecture", "province", "auditor", "administrator"}),
    "everywhere": frozenset({"province", "auditor", "administrator"}),
    "-": frozenset(),
}
KEPT_OUT = {401, 403, 404, 405}


@dataclass(frozen=True)
class Entry:
    """One line of the table."""

    name: str
    wanted: list[str]
    readers: frozenset[str]
    writers: frozenset[str]
    open_to_all: bool
    """What it shows belongs to no county: there is no foreign one to ask for."""

    def address(self, arguments: list[Any]) -> str:
        """The address with these arguments."""
        if self.name.startswith("trace/"):
            return reverse("trace", args=[self.name.partition("/")[2], *arguments])
        return reverse(self.name, args=arguments)


def entries() -> dict[str, Entry]:
    """The table by name. Raises ValueError for a line that is none."""
    found: dict[str, Entry] = {}
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 4 or cells[0] in found:
            raise ValueError(f"routes.txt, line {number}: four cells wanted, each route once: {line}")
        name, wanted, readers, writers = cells
        found[name] = Entry(
            name,
            wanted.removesuffix("*").split(),
            _roles(readers, number),
            _roles(writers, number),
            wanted.endswith("*"),
        )
    return found


def _roles(cell: str, number: int) -> frozenset[str]:
    roles: set[str] = set()
    for word in re.split(r"[,\s]+", cell):
        if word not in GROUPS and word not in SIGNED_IN:
            raise ValueError(f"routes.txt, line {number}: {word!r} is neither a role nor a group")
        roles |= GROUPS.get(word, frozenset({word}))
    return frozenset(roles)


def in_words(roles: frozenset[str]) -> str:
    """The roles as the table writes them: a group where one fits."""
    for word, group in GROUPS.items():
        if roles == group:
            return word
    return ", ".join(sorted(roles))


@dataclass(frozen=True)
class Address:
    """A route that the project has, with the names of its arguments guessed from its pattern."""

    name: str
    guess: list[str]


def addresses() -> Iterator[Address]:
    """Every named route of the project, the same name once; every kind of trace is a route too."""
    seen: set[str] = set()
    for name, pattern in _walk(get_resolver(), "", ()):
        assert name, f"the address {pattern} has no name"
        if name not in seen and name != "trace":
            seen.add(name)
            yield Address(name, _guess(pattern))
    for kind in sorted(traces.kinds()):
        yield Address(f"trace/{kind}", ["bill"])


def _walk(resolver: URLResolver, before: str, spaces: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern, (*spaces, entry.namespace) if entry.namespace else spaces)
        elif isinstance(entry, URLPattern):
            yield ":".join([*spaces, entry.name]) if entry.name else "", pattern


def _guess(pattern: str) -> list[str]:
    """``employers/<int:pk>/coverage/`` is about an employer."""
    guess = []
    for before, kind, name in re.findall(r"([a-z_-]*)/<(\w+):(\w+)>", pattern):
        if name == "period" or kind == "period":
            guess.append("=1996-01")
        elif name == "fee_year":
            guess.append("=1996")
        elif name == "file_format":
            guess.append("=pdf")
        else:
            thing = before.removesuffix("s") if name in ("pk", "code", "name") else name.removesuffix("_id")
            guess.append(thing or name)
    return guess


def lets_in(response: Any) -> bool:
    """Whether an answer is the page's own: neither a refusal, nor "not found", nor the way to the sign-in."""
    if response.status_code in KEPT_OUT:
        return False
    return not response.headers.get("Location", "").startswith("/account/login/")
