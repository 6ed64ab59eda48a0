"""The units of parameters: how a value is written in files and in the database, and what it is in Python.

Written, every number is text (``"0.215"``), a date is ``"1995-07-01"``, a table is a list of rows of such texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from jilin_si.policy import kinds
from jilin_si.policy.errors import InputError

# The units a parameter may have, with their words.
UNITS: Mapping[str, Any] = {
    "rate": _("rate"),
    "multiple": _("multiple"),
    "yuan": _("yuan"),
    "yuan_per_month": _("yuan a month"),
    "months": _("months"),
    "years": _("years"),
    "days": _("days"),
    "age": _("age"),
    "date": _("date"),
    "choice": _("choice"),
    "table": _("table"),
    "bool": _("yes or no"),
}
# What a column of a table may hold besides: a word, such as a code or a name, and a bare whole number.
COLUMN_UNITS = frozenset(UNITS) - {"table", "choice"} | {"text", "count"}

_KINDS: Mapping[str, kinds.Kind] = {
    "rate": kinds.Rate(signed=True, maximum=None),
    "multiple": kinds.Multiple(),
    "yuan": kinds.Yuan(),
    "yuan_per_month": kinds.Yuan(),
    "years": kinds.Years(),
    "date": kinds.Date(),
    "bool": kinds.Bool(),
    "text": kinds.Text(),
}
_WHOLE = frozenset({"months", "days", "age", "count"})
_WHOLE_TEXT = kinds.Text(r"[0-9]{1,4}", _('a whole number as text, such as "15"'))


@dataclass(frozen=True)
class Column:
    """A column of a table: its name and the unit of its values; ``may_be_null`` for an open limit."""

    name: str
    unit: str
    may_be_null: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "unit": self.unit} | ({"null": True} if self.may_be_null else {})


@dataclass(frozen=True)
class Shape:
    """What values a parameter may take: its unit, and choices, bounds or columns where it has them."""

    unit: str
    choices: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    columns: tuple[Column, ...] = field(default=())

    def read(self, written: Any, field_name: str = "value") -> Any:
        """The Python value of a written one: Decimal, int, date, str, bool or a tuple of rows.

        Raises InputError where the text is not of this unit, not among the choices, or out of bounds.
        """
        if self.unit == "table":
            return self._read_table(written, field_name)
        if self.unit == "choice":
            return kinds.Choice(*self.choices).parse(written, field_name)
        value = _read_one(self.unit, written, field_name)
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            for bound, beyond in ((self.minimum, -1), (self.maximum, 1)):
                if bound is not None and (value > Decimal(bound)) - (value < Decimal(bound)) == beyond:
                    raise InputError(field_name, written, self._bounds(), "range")
        return value

    def _bounds(self) -> str:
        return f"{self.minimum if self.minimum is not None else '…'} – {self.maximum or '…'}"

    def _read_table(self, written: Any, field_name: str) -> tuple[tuple[Any, ...], ...]:
        names = ", ".join(column.name for column in self.columns)
        if not isinstance(written, list) or not written:
            raise InputError(field_name, written, _("a table with at least one row"), "type")
        rows = []
        for number, row in enumerate(written, 1):
            if not isinstance(row, list) or len(row) != len(self.columns):
                raise InputError(f"{field_name}[{number}]", row, names, "type")
            rows.append(
                tuple(
                    None
                    if cell is None and column.may_be_null
                    else _read_one(column.unit, cell, f"{field_name}[{number}].{column.name}")
                    for column, cell in zip(self.columns, row, strict=True)
                )
            )
        return tuple(rows)


def _read_one(unit: str, written: Any, field_name: str) -> Any:
    if unit in _WHOLE:
        return int(_WHOLE_TEXT.parse(written, field_name))
    value = _KINDS[unit].parse(written, field_name)
    # written with the digits it was given: "0.60" stays 0.60
    return Decimal(written) if isinstance(value, Fraction) else value


def write(value: Any) -> Any:
    """A Python value as files and the database hold it. The reverse of ``Shape.read``."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [write(item) for item in value]
    if isinstance(value, Decimal | int):
        return str(value)
    raise TypeError(f"no parameter can hold {value!r}")


def exact(value: Any) -> Any:
    """A parameter's value with its numbers exact, as rules compute with them. Whole numbers stay integers."""
    if isinstance(value, Decimal):
        return Fraction(value)
    if isinstance(value, tuple):
        return tuple(exact(item) for item in value)
    return value


def read_columns(given: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Columns of a table as files and the database describe them."""
    return tuple(Column(str(c["name"]), str(c["unit"]), bool(c.get("null", False))) for c in given)
