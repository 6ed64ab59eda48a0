"""The inputs of a calculator in the address of its page: ``?i.month=1996-03-01&i.rank1.wages=300.00``.

An input keeps its name, what lies inside a list or an object is told by dots: ``i.open_items.0.1`` is the second place
of the first row, ``i.income.0.k`` and ``i.income.0.v`` are the first name and amount of an object of any names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Calculator, get_calculator
from jilin_si.policy.errors import InputError, UnknownCalculator
from jilin_si.policy.kinds import Kind, ListOf, MapOf, Optional, OrNull, Record, Row
from jilin_si.web.forms import DayField

FIRST, SECOND = "i", "j"
DAYS = ("on", "jon")


def address_of(calculator: str, inputs: Any, column: str = FIRST) -> str:
    """The query of a page that shows these inputs; empty where they are not what the calculator takes."""
    try:
        kinds = get_calculator(calculator).inputs
    except UnknownCalculator:
        return ""
    if not isinstance(inputs, Mapping):
        return ""
    return f"?{urlencode(list(flat(kinds, inputs, column)))}"


def address_errors(query: QueryDict, calculator: Calculator) -> list[InputError]:
    """What in an address no form would send: a key twice, an input the calculator has not, a day that is none."""
    errors = []
    for key, values in query.lists():
        column, _dot, path = key.partition(".")
        if len(values) > 1:
            errors.append(InputError(key, values[-1], "", "doubled"))
        elif column in (FIRST, SECOND) and path.partition(".")[0] not in calculator.inputs:
            errors.append(InputError(key, key, ", ".join(calculator.inputs), "unknown"))
        elif key in DAYS:
            try:
                DayField(required=False).clean(values[0])
            except forms.ValidationError:
                errors.append(InputError(key, values[0], _("a day, such as 1996-03-14")))
    return errors


def flat(
    kinds: Mapping[str, Kind], inputs: Mapping[str, Any], column: str = FIRST
) -> Iterator[tuple[str, str]]:
    """Inputs as pairs of an address."""
    for name, kind in kinds.items():
        if name in inputs:
            yield from _flat(kind, f"{column}.{name}", inputs[name])


def _flat(kind: Kind, name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(kind, Optional | OrNull):
        if value is not None:
            yield from _flat(kind.kind, name, value)
    elif isinstance(kind, ListOf) and isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from _flat(kind.item, f"{name}.{place}", item)
    elif isinstance(kind, Row) and isinstance(value, list | tuple):
        for place, (inner, item) in enumerate(zip(kind.places, value, strict=False)):
            yield from _flat(inner, f"{name}.{place}", item)
    elif isinstance(kind, Record) and isinstance(value, Mapping):
        for key, inner in kind.fields.items():
            if key in value:
                yield from _flat(inner, f"{name}.{key}", value[key])
    elif isinstance(kind, MapOf) and isinstance(value, Mapping):
        for place, (key, item) in enumerate(value.items()):
            yield f"{name}.{place}.k", str(key)
            yield from _flat(kind.item, f"{name}.{place}.v", item)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    else:
        yield name, str(value)
