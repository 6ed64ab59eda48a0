"""A value of a parameter as people type it: yuan with separators, rates in percent, tables row by row.

Each field gives the value as files and the database hold it: numbers as text, a table as rows of such texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jilin_si.money import MoneyFormField, format_yuan
from jilin_si.policy.units import Column, Shape
from jilin_si.policy.words import choice_words, column_words
from jilin_si.web.forms import DayField, PlainCharField

_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
BLANK_ROWS = 2


class NumberTextField(PlainCharField):
    """A decimal number, given as its text."""

    default_error_messages = {"number": _("“%(given)s” is not a number. Write it like 3 or 0.60.")}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value).replace(",", "").replace(" ", "")
        if text and _NUMBER.fullmatch(text) is None:
            raise ValidationError(self.error_messages["number"], code="number", params={"given": value})
        return text


class WholeTextField(PlainCharField):
    """A whole number, given as its text."""

    default_error_messages = {"whole": _("“%(given)s” is not a whole number.")}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value).replace(",", "").replace(" ", "")
        if text and re.fullmatch(r"[0-9]{1,4}", text) is None:
            raise ValidationError(self.error_messages["whole"], code="whole", params={"given": value})
        return text


class RateField(NumberTextField):
    """A rate typed in percent, 21.5 or 21.5%, given as the text of a fraction: 0.215."""

    default_error_messages = {"number": _("“%(given)s” is not a percentage. Write 21.5 for 21.5%%.")}

    def to_python(self, value: Any) -> str:
        if isinstance(value, str):
            value = PlainCharField.to_python(self, value).replace("％", "%").removesuffix("%")
        text = super().to_python(value)
        return f"{Decimal(text) / 100:f}" if text else text

    def prepare_value(self, value: Any) -> Any:
        return value


class YuanTextField(MoneyFormField):
    """An amount, given as its text with two decimals."""

    def to_python(self, value: object) -> Any:
        amount = super().to_python(value)
        return f"{amount:.2f}" if isinstance(amount, Decimal) else amount


class DayTextField(DayField):
    """A day, given as YYYY-MM-DD."""

    def to_python(self, value: Any) -> Any:
        day = super().to_python(value)
        return day.isoformat() if hasattr(day, "isoformat") else day


_FIELDS: dict[str, type[forms.Field]] = {
    "rate": RateField,
    "multiple": NumberTextField,
    "years": NumberTextField,
    "yuan": YuanTextField,
    "yuan_per_month": YuanTextField,
    "months": WholeTextField,
    "days": WholeTextField,
    "age": WholeTextField,
    "count": WholeTextField,
    "date": DayTextField,
    "text": PlainCharField,
}


def typed(written: Any, unit: str) -> str:
    """A written value as it is typed into its field."""
    if written is None:
        return ""
    if unit == "rate":
        return f"{(Decimal(written) * 100).normalize():f}"
    if unit.startswith("yuan"):
        return format_yuan(Decimal(written))
    return str(written)


class TableWidget(forms.Widget):
    """A grid of inputs, one line a row; blank lines are no rows."""

    def __init__(self, columns: Sequence[Column], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.columns = columns

    def id_for_label(self, id_: str, index: str = "0") -> str:
        return f"{id_}-0-0"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[list[str]]:
        rows: list[list[str]] = []
        while f"{name}-{len(rows)}-0" in data:
            rows.append([data.get(f"{name}-{len(rows)}-{c}", "") for c in range(len(self.columns))])
        return [row for row in rows if any(cell.strip() for cell in row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-0" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        told = {"id": name} | (attrs or {})
        rows = [[str(cell) for cell in row] for row in value or []]
        rows += [[""] * len(self.columns) for _row in range(BLANK_ROWS)]
        heads = format_html_join(
            "", '<th scope="col">{}{}</th>', ((column_words(c.name), _suffix(c.unit)) for c in self.columns)
        )
        body = format_html_join(
            "", "<tr>{}</tr>", ((self._row(name, number, row, told),) for number, row in enumerate(rows))
        )
        return format_html(
            '<table class="t tight typed-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
            heads,
            body,
        )

    def _row(self, name: str, number: int, cells: list[str], told: dict[str, Any]) -> SafeString:
        invalid = format_html(' aria-invalid="{}"', "true") if told.get("aria-invalid") else ""
        return format_html_join(
            "",
            '<td><input type="text" name="{}-{}" id="{}-{}" value="{}" aria-label="{}" aria-describedby="{}"'
            ' autocomplete="off"{}></td>',
            (
                (name, place, told["id"], place, cell, label, told.get("aria-describedby", ""), invalid)
                for place, cell, label in (
                    (f"{number}-{column}", cell, _label(self.columns[column], number))
                    for column, cell in enumerate(cells)
                )
            ),
        )


def _suffix(unit: str) -> str:
    return " (%)" if unit == "rate" else ""


def _label(column: Column, row: int) -> str:
    return str(_("%(column)s, row %(row)s")) % {"column": column_words(column.name), "row": row + 1}


class TableField(forms.Field):
    """A table; each cell is read as its column's unit, an empty one is null where the column allows it."""

    default_error_messages = {
        "required": _("At least one row is needed."),
        "cell": _("Row %(row)s, %(column)s: %(error)s"),
    }

    def __init__(self, columns: Sequence[Column], **kwargs: Any) -> None:
        super().__init__(widget=TableWidget(columns), **kwargs)
        self.columns = columns

    def clean(self, value: Any) -> list[list[Any]]:
        if not value:
            raise ValidationError(self.error_messages["required"], code="required")
        errors: list[ValidationError] = []
        rows = []
        for number, row in enumerate(value, 1):
            cells: list[Any] = []
            for column, cell in zip(self.columns, row, strict=True):
                if not cell.strip() and column.may_be_null:
                    cells.append(None)
                    continue
                try:
                    cells.append(_FIELDS[column.unit]().clean(cell))
                except ValidationError as error:
                    told = {"row": number, "column": column_words(column.name), "error": error.messages[0]}
                    errors.append(ValidationError(self.error_messages["cell"], code="cell", params=told))
            rows.append(cells)
        if errors:
            raise ValidationError(errors)
        return rows

    def prepare_value(self, value: Any) -> Any:
        return value


def value_field(shape: Shape, **kwargs: Any) -> forms.Field:
    """The field for a value of this shape."""
    if shape.unit == "table":
        return TableField(shape.columns, **kwargs)
    if shape.unit == "choice":
        return forms.ChoiceField(choices=[(code, choice_words(code)) for code in shape.choices], **kwargs)
    if shape.unit == "bool":
        return forms.TypedChoiceField(
            choices=[("true", _("yes")), ("false", _("no"))], coerce=lambda given: given == "true", **kwargs
        )
    return _FIELDS[shape.unit](**kwargs)


def typed_value(written: Any, shape: Shape) -> Any:
    """A written value as the field of its shape takes it for its first showing."""
    if shape.unit == "table":
        return [
            [typed(cell, column.unit) for cell, column in zip(row, shape.columns, strict=True)]
            for row in written or []
        ]
    if shape.unit == "bool":
        return "true" if written else "false"
    return typed(written, shape.unit)
