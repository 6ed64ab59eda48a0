"""Kinds made of others: lists, rows, objects, values that may be null or left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.errors import InputError
from jilin_si.policy.kinds.single import Kind, Words, lazy_format
from jilin_si.policy.strict_json import DoubledKeys


class ListOf(Kind):
    """A list of one kind, of a fixed ``length`` where one is given."""

    name = "list"

    def __init__(self, item: Kind, *, length: int | None = None, at_least: int = 0) -> None:
        self.item, self.length, self.at_least = item, length, at_least
        if length is not None:
            self.allowed = lazy_format(_("a list of exactly %(length)s"), length=length)
        elif at_least:
            self.allowed = lazy_format(_("a list of at least %(length)s"), length=at_least)
        else:
            self.allowed = _("a list")

    def parse(self, given: object, field: str) -> list[Any]:
        if not isinstance(given, list | tuple):
            raise self.refuse(field, given)
        if (self.length is not None and len(given) != self.length) or not self.at_least <= len(
            given
        ) <= 10_000:
            raise self.refuse(field, given, "range")
        return [self.item.parse(item, f"{field}[{place}]") for place, item in enumerate(given, 1)]

    def plain(self, value: Any) -> list[Any]:
        return [self.item.plain(item) for item in value]

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {"type": "array", "items": self.item.schema(), "x-kind": self.name}
        if self.length is not None:
            described["minItems"] = described["maxItems"] = self.length
        elif self.at_least:
            described["minItems"] = self.at_least
        return described


class Row(Kind):
    """A short list whose places have kinds of their own, such as a label and an amount."""

    name = "row"

    def __init__(self, *places: Kind) -> None:
        self.places = places
        self.allowed = lazy_format(_("a list of exactly %(length)s"), length=len(places))

    def parse(self, given: object, field: str) -> tuple[Any, ...]:
        if not isinstance(given, list | tuple):
            raise self.refuse(field, given)
        if len(given) != len(self.places):
            raise self.refuse(field, given, "range")
        return tuple(
            kind.parse(item, f"{field}[{place}]")
            for place, (kind, item) in enumerate(zip(self.places, given, strict=True), 1)
        )

    def plain(self, value: Any) -> list[Any]:
        return [kind.plain(item) for kind, item in zip(self.places, value, strict=True)]

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "prefixItems": [kind.schema() for kind in self.places],
            "items": False,
            "minItems": len(self.places),
            "x-kind": self.name,
        }


class MapOf(Kind):
    """An object with any names (of a form where ``keys`` is given), all values of one kind."""

    name = "map"

    def __init__(self, item: Kind, *, keys: str | None = None, allowed: Words | None = None) -> None:
        self.item, self.keys = item, None if keys is None else re.compile(keys)
        self.allowed = allowed or _("an object of names and values")

    def parse(self, given: object, field: str) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise self.refuse(field, given)
        _refuse_doubled(given, field)
        for key in given:
            if not isinstance(key, str) or (self.keys is not None and self.keys.fullmatch(key) is None):
                raise self.refuse(f"{field}.{key}", key, "unknown")
        return {key: self.item.parse(item, f"{field}.{key}") for key, item in given.items()}

    def plain(self, value: Any) -> dict[str, Any]:
        return {key: self.item.plain(item) for key, item in value.items()}

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {
            "type": "object",
            "additionalProperties": self.item.schema(),
            "x-kind": self.name,
        }
        if self.keys is not None:
            described["propertyNames"] = {"pattern": f"^({self.keys.pattern})$"}
        return described


class Record(Kind):
    """An object with exactly these names."""

    name = "record"

    def __init__(self, fields: Mapping[str, Kind]) -> None:
        self.fields = dict(fields)
        self.allowed = lazy_format(_("an object of %(names)s"), names=", ".join(self.fields))

    def parse(self, given: object, field: str) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise self.refuse(field, given)
        values, errors = read_fields(self.fields, given, f"{field}.")
        if errors:
            raise InputError.of_all(errors)
        return values

    def plain(self, value: Any) -> dict[str, Any]:
        return {name: kind.plain(value[name]) for name, kind in self.fields.items() if name in value}

    def schema(self) -> dict[str, Any]:
        return object_schema(self.fields)


class OrNull(Kind):
    """A value that may be null: then it does not apply or is not known."""

    name = "or_null"

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.allowed = lazy_format(_("%(kind)s, or null"), kind=kind.allowed)

    def parse(self, given: object, field: str) -> Any:
        if given is None:
            return None
        return self.kind.parse(given, field)

    def plain(self, value: Any) -> Any:
        return None if value is None else self.kind.plain(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.kind.schema(), {"type": "null"}], "x-kind": self.kind.name}


class Optional(Kind):
    """An input that may be left out: the parameter ``default_from`` then gives the value.

    As an output: one that is absent where it does not apply.
    """

    name = "optional"
    required = False

    def __init__(self, kind: Kind, default_from: str = "") -> None:
        self.kind, self.default_from = kind, default_from
        self.allowed = kind.allowed

    def parse(self, given: object, field: str) -> Any:
        return self.kind.parse(given, field)

    def plain(self, value: Any) -> Any:
        return self.kind.plain(value)

    def schema(self) -> dict[str, Any]:
        described = self.kind.schema()
        if self.default_from:
            described["x-default-parameter"] = self.default_from
        return described


def read_fields(
    fields: Mapping[str, Kind], given: Mapping[str, object], prefix: str = ""
) -> tuple[dict[str, Any], list[InputError]]:
    """Read an object strictly: every field by its kind; what is missing, unknown or doubled is an error.

    Left-out optional fields come out as None.
    """
    errors = [InputError(prefix + name, given[name], "", "doubled") for name in getattr(given, "doubled", ())]
    errors += [
        InputError(f"{prefix}{name}", name, ", ".join(fields), "unknown")
        for name in given
        if name not in fields
    ]
    values: dict[str, Any] = {}
    for name, kind in fields.items():
        if name in given:
            try:
                values[name] = kind.parse(given[name], prefix + name)
            except InputError as error:
                errors.extend(error.errors)
        elif kind.required:
            errors.append(InputError(prefix + name, None, kind.allowed, "missing"))
        else:
            values[name] = None
    return values, errors


def object_schema(fields: Mapping[str, Kind]) -> dict[str, Any]:
    """JSON Schema of an object with exactly these names."""
    return {
        "type": "object",
        "properties": {name: kind.schema() for name, kind in fields.items()},
        "required": [name for name, kind in fields.items() if kind.required],
        "additionalProperties": False,
    }


def _refuse_doubled(given: Mapping[str, object], field: str) -> None:
    if isinstance(given, DoubledKeys):
        raise InputError.of_all(
            [InputError(f"{field}.{name}", given[name], "", "doubled") for name in given.doubled]
        )
