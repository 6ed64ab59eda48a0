"""Employers by number for who makes their users: the floor below knows no employer and asks here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from enrollment.models import Employer
from jilin_si.access.employers import NamedEmployer, register_employers


def find(ids: Iterable[int] = (), numbers: Iterable[str] = ()) -> Iterator[NamedEmployer]:
    """Employers of the scope by key, or by number."""
    asked = Employer.objects.filter(pk__in=ids) if ids else Employer.objects.filter(number__in=numbers)
    for pk, number, name, county_id in asked.values_list("pk", "number", "name", "county_id"):
        yield NamedEmployer(pk, number, name, county_id)


def ids_of(units: Iterable[int]) -> Any:
    """The keys of what is registered in units."""
    return Employer.objects.filter(county_id__in=units).values("pk")


def register() -> None:
    """Say so (called when the app starts)."""
    register_employers(find, ids_of)
