"""Files of what is filtered: Excel (.xlsx) and CSV, written in the reader's own scope and then streamed.

Nothing in a file is ever a formula: Excel gets string cells, CSV gets a leading apostrophe before what a
spreadsheet would take for one. The rows are written inside the request's transaction, so that the scope and
row-level security hold, into a file that spills to disk; memory stays bounded.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

import xlsxwriter
from django.http import FileResponse
from django.utils.translation import gettext as _

from jilin_si.periods import format_period
from jilin_si.web.formats import masked_id

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROW_LIMIT = 200_000
_SPILL = 8 * 1024 * 1024
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TooManyRows(ValueError):
    """More rows than a file may have: the reader is asked to filter."""

    def __init__(self) -> None:
        super().__init__(_("More than %(limit)s rows. Filter the list first.") % {"limit": f"{ROW_LIMIT:,}"})


@dataclass(frozen=True)
class Column:
    """One column: its head, how to get the value of a row (attribute path or function), its kind.

    Kinds: text, money (yuan), number, percent, period, day, identity (masked).
    """

    title: StrOrPromise
    get: str | Callable[[Any], Any]
    kind: str = "text"
    width: int = 14

    def value(self, row: Any) -> Any:
        if callable(self.get):
            return self.get(row)
        for name in self.get.split("."):
            row = row.get(name) if isinstance(row, dict) else getattr(row, name, None)
        return row


def harmless(text: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula; a plain number stays as it is."""
    if text.startswith(_DANGEROUS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def cell_text(value: Any, kind: str) -> str:
    """A value as text for CSV: amounts with two decimals and no separators, nothing as an empty cell."""
    if value is None:
        return ""
    if kind == "money":
        return f"{value:.2f}"
    if kind == "period" and isinstance(value, date):
        return format_period(value)
    if kind == "identity":
        return masked_id(str(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def export(
    file_format: str,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    title: StrOrPromise = "",
    notes: str = "",
) -> FileResponse:
    """The file as a response: ``name`` without ending; ``title`` and ``notes`` (filter, time) head an Excel sheet."""
    if file_format == "csv":
        stream, kind, ending = write_csv(columns, rows), "text/csv; charset=utf-8", "csv"
    else:
        stream, kind, ending = write_xlsx(columns, rows, str(title), notes), XLSX_TYPE, "xlsx"
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=f"{name}.{ending}", content_type=kind)


def write_csv(columns: Sequence[Column], rows: Iterable[Any]) -> IO[bytes]:
    """A CSV that Excel opens with its Chinese intact (UTF-8 with a mark)."""
    stream = tempfile.SpooledTemporaryFile(max_size=_SPILL, mode="w+b")  # noqa: SIM115 - closed by the response
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([harmless(str(column.title)) for column in columns])
    for number, row in enumerate(rows):
        if number >= ROW_LIMIT:
            raise TooManyRows
        writer.writerow([harmless(cell_text(column.value(row), column.kind)) for column in columns])
    text.flush()
    text.detach()
    return stream


def write_xlsx(columns: Sequence[Column], rows: Iterable[Any], title: str = "", notes: str = "") -> IO[bytes]:
    """An Excel sheet row by row, in constant memory: frozen head, numbers as numbers, texts as texts."""
    stream = tempfile.SpooledTemporaryFile(max_size=_SPILL, mode="w+b")  # noqa: SIM115 - closed by the response
    book = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold = book.add_format({"bold": True})
    head = book.add_format(
        {"bold": True, "bottom": 1, "bg_color": "#F3F5F7", "text_wrap": True, "valign": "top"}
    )
    formats = {
        "money": book.add_format({"num_format": "#,##0.00"}),
        "percent": book.add_format({"num_format": '0.0"%"'}),
        "number": book.add_format({"num_format": "#,##0"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet = book.add_worksheet()
    line = 0
    for text, style in ((title, bold), (notes, None)):
        if text:
            sheet.write_string(line, 0, text, style)
            line += 1
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(line, number, str(column.title), head)
    sheet.repeat_rows(line)
    line += 1
    sheet.freeze_panes(line, 0)
    for count, row in enumerate(rows):
        if count >= ROW_LIMIT:
            raise TooManyRows
        for number, column in enumerate(columns):
            _write_cell(sheet, line, number, column.value(row), column.kind, formats)
        line += 1
    book.close()
    return stream


def _write_cell(sheet: Any, line: int, column: int, value: Any, kind: str, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if kind in ("money", "percent", "number") and isinstance(value, int | Decimal):
        # a Decimal goes through as it is: xlsxwriter prints it with 16 digits, more than any amount of fen has
        sheet.write_number(line, column, value, formats[kind])
    elif kind == "day" and isinstance(value, date) and value.year >= 1900:
        sheet.write_datetime(line, column, value, formats["day"])
    else:
        sheet.write_string(line, column, cell_text(value, kind))
