"""Reads a workbook or CSV file into rows of plain cells, in a process of its own with little memory and time.

    python -m enrollment.imports.reading < FILE

writes one JSON object: ``{"sheets": [{"name": "", "rows": [[cell…]…]}…], "kind": "xlsx", "encoding": ""}`` or
``{"error": code, "values": {}}``. The sheets are those that can be seen and hold something; a text file is one sheet.
A cell is text with a letter before it: ``s`` text, ``n`` a number as the sheet shows it (15 digits), ``d`` a day,
``b`` yes or no, and those of ``marks.py``; an empty cell is "". This module knows no Django: what a stranger sent is
opened here and nowhere else.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from xml.parsers.expat import ExpatError

from enrollment.imports.decoding import UnreadableFileError, decode
from enrollment.imports.marks import covered, read_marks, sheet_parts

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 64
MAX_CELL = 4096
MAX_CELLS = 3_000_000
MAX_TEXT = 40 * 1024 * 1024
MAX_WIDTH = 1024  # beyond it a sheet is not even looked at for empty columns
MAX_MEMBERS = 200
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 60
DELIMITERS = ",\t;"

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
Rows = list[list[str]]


def read_file(file: IO[bytes]) -> dict[str, Any]:
    """The sheets of a file. Raises UnreadableFileError."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > MAX_BYTES:
        raise UnreadableFileError("too_large")
    if size == 0:
        raise UnreadableFileError("empty")
    start = file.read(8)
    file.seek(0)
    if start.startswith(_ZIP):
        _check_zip(file, size)
        return _read_workbook(file, "xlsx")
    if start == _OLE:
        if _ENCRYPTED in file.read():
            raise UnreadableFileError("encrypted")
        file.seek(0)
        return _read_workbook(file, "xls")
    return _read_csv(file.read())


def _check_zip(file: IO[bytes], size: int) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, OverflowError, NotImplementedError):
        raise UnreadableFileError("damaged") from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * size:
        raise UnreadableFileError("bomb")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFileError("encrypted")


def _read_workbook(file: IO[bytes], kind: str) -> dict[str, Any]:
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    found: list[dict[str, Any]] = []
    hidden = False
    try:
        file.seek(0)
        workbook = CalamineWorkbook.from_filelike(file)
        for about in workbook.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            rows = _rows_of(workbook.get_sheet_by_name(about.name))
            if not any(any(row) for row in rows):
                continue
            if about.visible != SheetVisibleEnum.Visible:
                hidden = True
                continue
            found.append({"name": about.name, "rows": rows})
        if kind == "xlsx":
            _mark(file, workbook, found)
    except PasswordError:
        raise UnreadableFileError("encrypted") from None
    except UnreadableFileError:
        raise
    except (CalamineError, ExpatError, zipfile.BadZipFile, zipfile.LargeZipFile):
        raise UnreadableFileError("damaged") from None
    except (OSError, ValueError, OverflowError, NotImplementedError, EOFError, KeyError, UnicodeError):
        raise UnreadableFileError("damaged") from None
    if not found:
        raise UnreadableFileError("hidden_sheet" if hidden else "empty")
    for sheet in found:
        sheet["rows"] = _within_width(sheet["rows"])
    _within_limits(sheet["rows"] for sheet in found)
    return {"sheets": found, "kind": kind, "encoding": ""}


def _rows_of(sheet: Any) -> Rows:
    if sheet.total_height > MAX_ROWS:
        raise UnreadableFileError("too_many_rows")
    if sheet.total_width > MAX_WIDTH:
        raise UnreadableFileError("too_many_columns")
    return [[_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _mark(file: IO[bytes], workbook: Any, sheets: list[dict[str, Any]]) -> None:
    """Give the cells that a person does not see, or that hold nothing a person typed, letters of their own."""
    file.seek(0)
    parts = sheet_parts(file)
    for sheet in sheets:
        rows: Rows = sheet["rows"]
        if (part := parts.get(sheet["name"])) is not None:
            file.seek(0)
            marks = read_marks(file, part)
            for row, column, letter in marks.cells:
                _put(rows, row, column, letter)
            columns = marks.hidden_columns(max(map(len, rows), default=0))
            for number, cells in enumerate(rows):
                if number in marks.rows:
                    rows[number] = [f"h{cell[1:]}" if cell else "" for cell in cells]
                elif columns:
                    rows[number] = [
                        f"h{cell[1:]}" if cell and place in columns else cell
                        for place, cell in enumerate(cells)
                    ]
        merged = workbook.get_sheet_by_name(sheet["name"]).merged_cell_ranges or ()
        for count, (row, column) in enumerate(covered(merged, len(rows), max(map(len, rows), default=0))):
            if count > MAX_CELLS:
                raise UnreadableFileError("bomb")
            _put(rows, row, column, "m")
        for cells in rows:
            if "m" in cells and not any(cell not in ("", "m") for cell in cells):
                cells[:] = [""] * len(cells)


def _put(rows: Rows, row: int, column: int, letter: str) -> None:
    if row >= MAX_ROWS:
        raise UnreadableFileError("too_many_rows")
    if column >= MAX_WIDTH:
        raise UnreadableFileError("too_many_columns")
    while len(rows) <= row:
        rows.append([])
    cells = rows[row]
    cells.extend([""] * (column + 1 - len(cells)))
    if not cells[column]:
        cells[column] = letter


def _cell(value: Any) -> str:
    if value == "" or value is None:
        return ""
    if isinstance(value, bool):
        return f"b{'TRUE' if value else 'FALSE'}"
    if isinstance(value, str):
        return f"s{value}" if value.strip() else ""
    if isinstance(value, int | float):
        return f"n{format(Decimal(format(value, '.15g')), 'f')}"
    if isinstance(value, datetime):
        return f"d{value.date().isoformat()}"
    if isinstance(value, date):
        return f"d{value.isoformat()}"
    return f"s{value}"


def _read_csv(data: bytes) -> dict[str, Any]:
    text, encoding = decode(data)
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    first = text[:20_000].split("\n")[:30]
    delimiter = max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in first))
    csv.field_size_limit(MAX_CELL * 4)
    rows: Rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append([f"s{cell}" if cell.strip() else "" for cell in row])
            if len(rows) > MAX_ROWS:
                raise UnreadableFileError("too_many_rows")
            if len(row) > MAX_WIDTH:
                raise UnreadableFileError("too_many_columns")
    except csv.Error as error:
        if "field limit" in str(error):
            raise UnreadableFileError("long_cell") from None
        raise UnreadableFileError("quotes", row=len(rows) + 1) from None
    if not any(any(row) for row in rows):
        raise UnreadableFileError("empty")
    rows = _within_width(rows)
    _within_limits([rows])
    return {"sheets": [{"name": "", "rows": rows}], "kind": "csv", "encoding": encoding}


def _within_width(rows: Rows) -> Rows:
    """The rows without empty ones at the end, all of one width."""
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((place + 1 for row in rows for place, cell in enumerate(row) if cell), default=0)
    if width > MAX_COLUMNS:
        raise UnreadableFileError("too_many_columns")
    if len(rows) > MAX_ROWS:
        raise UnreadableFileError("too_many_rows")
    return [row[:width] + [""] * (width - len(row)) for row in rows]


def _within_limits(sheets: Any) -> None:
    """No cell that the database would refuse, and not more than whoever reads the answer has room for."""
    count = length = 0
    for rows in sheets:
        for row in rows:
            count += len(row)
            for cell in row:
                if len(cell) > MAX_CELL:
                    raise UnreadableFileError("long_cell")
                if "\x00" in cell:
                    raise UnreadableFileError("nul")
                length += len(cell)
        if count > MAX_CELLS:
            raise UnreadableFileError("too_many_cells")
        if length > MAX_TEXT:
            raise UnreadableFileError("bomb")


def limited(rows: Rows) -> Rows:
    """Rows that came in by another door, under the same limits. Raises UnreadableFileError."""
    rows = _within_width(rows)
    _within_limits([rows])
    return rows


def answer_for(file: IO[bytes]) -> dict[str, Any]:
    """What is written for a file: its sheets, or why it cannot be taken. Whatever it is, nothing is raised."""
    try:
        return read_file(file)
    except UnreadableFileError as refused:
        return {"error": refused.code, "values": refused.values}
    except (MemoryError, RecursionError):
        return {"error": "bomb", "values": {}}
    except BaseException as error:  # a panic of the library is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit) or type(error).__name__ != "PanicException":
            raise
        return {"error": "damaged", "values": {}}


def main() -> int:
    """Read the file at standard input under limits and write the answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with open(0, "rb", closefd=False) as file:
        answer = answer_for(file)
    try:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False))
    except MemoryError:
        sys.stdout.write('{"error": "bomb", "values": {}}')
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
