"""How parameters and results are shown on pages: rates in percent, choices in words, tables as rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jilin_si.agencies.models import Agency
from jilin_si.money import format_yuan
from jilin_si.policy import units
from jilin_si.policy.lookup import Document, ParameterInfo
from jilin_si.policy.units import Shape
from jilin_si.policy.words import choice_words, column_words
from jilin_si.web.formats import percent

# Units whose values are drawn as a stepped line.
NUMERIC = frozenset({"rate", "multiple", "yuan", "yuan_per_month", "months", "years", "days", "age"})


def rate_text(rate: Decimal) -> str:
    """A fraction in percent with just the digits it has: 0.215 is 21.5%, 0.0756 is 7.56%."""
    hundred = (rate * 100).normalize()
    return percent(hundred, max(0, -int(hundred.as_tuple().exponent)))


def value_text(value: Any, unit: str) -> str:
    """A value of a parameter as a page shows it; a table says how many rows it has."""
    if value is None:
        return "—"
    if unit == "table":
        return ngettext("%(count)s row", "%(count)s rows", len(value)) % {"count": len(value)}
    if unit == "rate" and isinstance(value, Decimal):
        return rate_text(value)
    if unit.startswith("yuan") and isinstance(value, Decimal):
        return format_yuan(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if unit in ("choice", "text"):
        return choice_words(str(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def unit_text(unit: str) -> str:
    """The word for a unit; a percentage, a choice and a yes or no need none."""
    return "" if unit in ("rate", "choice", "bool", "date", "table") else str(units.UNITS.get(unit, ""))


@dataclass(frozen=True)
class ShownTable:
    """A value that is a table: heads with whether their column is of figures, and rows of texts."""

    heads: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool]]]


def table_of(value: Any, shape: Shape) -> ShownTable | None:
    """A table's rows as texts; None where the value is no table."""
    if shape.unit != "table" or value is None:
        return None
    figures = [column.unit not in ("text", "choice", "bool", "date") for column in shape.columns]
    heads = [(column_words(c.name), figure) for c, figure in zip(shape.columns, figures, strict=True)]
    rows = [
        [
            (value_text(cell, column.unit), figure)
            for cell, column, figure in zip(row, shape.columns, figures, strict=True)
        ]
        for row in value
    ]
    return ShownTable(heads, rows)


def number_for_chart(value: Any, unit: str) -> str:
    """A value as the text of a number that a chart makes a height of: percent for rates, else as it is."""
    return f"{value * 100:f}" if unit == "rate" else f"{Decimal(value):f}"


def info_name(info: ParameterInfo) -> str:
    """A parameter's name in the language of the page."""
    return info.name if in_chinese() else info.name_en


def info_description(info: ParameterInfo) -> str:
    return info.description if in_chinese() else info.description_en


def document_name(document: Document) -> str:
    return document.title if in_chinese() else document.title_en


def app_name(app: str) -> str:
    """The name of the app, or line, that a parameter belongs to."""
    return str(apps.get_app_config(app).verbose_name) if app in apps.app_configs else app


def place_names(ids: Iterable[int] | None = None) -> dict[int, str]:
    """The names of agencies as places; of all where none are named."""
    found = Agency.objects.all() if ids is None else Agency.objects.filter(id__in=set(ids))
    return {agency.id: agency.name for agency in found}


def in_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")
