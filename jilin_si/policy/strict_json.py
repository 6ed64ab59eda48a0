"""JSON for rules: a number with a point, NaN and a key given twice are seen as such instead of being smoothed over."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any


class JsonNumber:
    """A JSON number with a point or an exponent, as it was written. No input takes it: money is text in JSON."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


class DoubledKeys(dict[str, Any]):
    """A JSON object in which a key stood twice; ``doubled`` names them."""

    doubled: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    seen: set[str] = set()
    doubled = DoubledKeys(plain)
    doubled.doubled = tuple(dict.fromkeys(key for key, _value in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return doubled


def loads(text: str | bytes) -> Any:
    """Read JSON. Raises ValueError (json.JSONDecodeError, UnicodeDecodeError) where the text is none."""
    return json.loads(text, parse_float=JsonNumber, parse_constant=JsonNumber, object_pairs_hook=_object)


def as_number(value: object) -> Decimal | None:
    """The number a JSON value stands for, written as text or as a number; None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, JsonNumber):
        value = value.text
    if isinstance(value, int | str):
        try:
            number = Decimal(value.strip() if isinstance(value, str) else value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    return None
