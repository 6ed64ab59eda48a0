"""Employers by number and name, for who makes their users: this floor knows none, the registry says who does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NamedEmployer:
    """An employer as the pages of users name it."""

    id: int
    number: str
    name: str
    county_id: int

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


Finder = Callable[..., Iterable[NamedEmployer]]
_finder: list[Finder] = []
_numbers: list[Callable[[Iterable[int]], Any]] = []


def register_employers(find: Finder, ids_of: Callable[[Iterable[int]], Any]) -> None:
    """Say who finds employers (``ids=`` or ``numbers=``, within the scope), and which a unit has (a query of ids)."""
    _finder[:] = [find]
    _numbers[:] = [ids_of]


def by_id(ids: Iterable[int]) -> dict[int, NamedEmployer]:
    """Employers of the scope by their key; what is not seen is not there."""
    wanted = list(ids)
    return {one.id: one for one in _finder[0](ids=wanted)} if _finder and wanted else {}


def by_number(numbers: Iterable[str]) -> dict[str, NamedEmployer]:
    """Employers of the scope by their number."""
    wanted = list(numbers)
    return {one.number: one for one in _finder[0](numbers=wanted)} if _finder and wanted else {}


def ids_of(units: Iterable[int]) -> Any:
    """The keys of the employers of units, as a query within another; none where nobody knows any."""
    return _numbers[0](units) if _numbers else []
