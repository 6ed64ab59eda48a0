"""Reads a workbook or CSV file into rows of plain cells, in a process of its own with little memory and time.

    python -m enrollment.imports.reading FILE

writes one JSON object: ``{"rows": [[cell…]…], "kind": "xlsx", "encoding": "", "sheet": ""}`` or ``{"error": code}``.
A cell is text with a letter before it: ``s`` text, ``n`` a number as the sheet shows it (15 digits), ``d`` a day,
``b`` yes or no; an empty cell is "". This module knows no Django: what a stranger sent is opened here and nowhere else.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 64
MAX_CELL = 4096
MAX_MEMBERS = 200
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 60

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class UnreadableFileError(Exception):
    """The file cannot be taken; the code says why."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def read_file(path: Path) -> dict[str, Any]:
    """The rows of a file. Raises UnreadableFileError."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableFileError("too_large", limit=MAX_BYTES // 1024 // 1024)
    if size == 0:
        raise UnreadableFileError("empty")
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_ZIP):
        _check_zip(path)
        return _read_workbook(path, "xlsx")
    if start == _OLE:
        if _ENCRYPTED in path.read_bytes():
            raise UnreadableFileError("encrypted")
        return _read_workbook(path, "xls")
    return _read_csv(path.read_bytes())


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise UnreadableFileError("damaged") from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        raise UnreadableFileError("bomb")
    if unpacked > MAX_RATIO * max(path.stat().st_size, 1):
        raise UnreadableFileError("bomb")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFileError("encrypted")


def _read_workbook(path: Path, kind: str) -> dict[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
            for name in workbook.sheet_names:
                sheet = workbook.get_sheet_by_name(name)
                if sheet.total_height > MAX_ROWS + 1000 and sheet.height > MAX_ROWS:
                    raise UnreadableFileError("too_many_rows", limit=MAX_ROWS)
                if sheet.width > 16_384:
                    raise UnreadableFileError("too_many_columns", limit=MAX_COLUMNS)
                table = sheet.to_python(skip_empty_area=False)
                if any(any(cell != "" for cell in row) for row in table):
                    rows = [[_cell(cell) for cell in row] for row in table]
                    return {"rows": _within_limits(rows), "kind": kind, "encoding": "", "sheet": name}
    except UnreadableFileError:
        raise
    except CalamineError as error:
        code = "encrypted" if "password" in str(error).lower() else "damaged"
        raise UnreadableFileError(code) from None
    except (OSError, ValueError, OverflowError, MemoryError):
        raise UnreadableFileError("damaged") from None
    raise UnreadableFileError("empty")


def _cell(value: Any) -> str:
    if value == "" or value is None:
        return ""
    if isinstance(value, bool):
        return f"b{int(value)}"
    if isinstance(value, str):
        return f"s{value}" if value.strip() else ""
    if isinstance(value, int | float):
        return f"n{format(value, '.15g')}"
    if isinstance(value, datetime):
        return f"d{value.date().isoformat()}"
    if isinstance(value, date):
        return f"d{value.isoformat()}"
    if isinstance(value, time | timedelta):
        return f"s{value}"
    return f"s{value}"


def _read_csv(data: bytes) -> dict[str, Any]:
    text, encoding = _decode(data)
    if "\x00" in text:
        raise UnreadableFileError("nul")
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(MAX_CELL * 4)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([f"s{cell}" if cell.strip() else "" for cell in row])
            if len(rows) > MAX_ROWS:
                raise UnreadableFileError("too_many_rows", limit=MAX_ROWS)
            if len(row) > MAX_COLUMNS * 4:
                raise UnreadableFileError("too_many_columns", limit=MAX_COLUMNS)
    except csv.Error:
        raise UnreadableFileError("long_cell", limit=MAX_CELL) from None
    if not any(any(row) for row in rows):
        raise UnreadableFileError("empty")
    return {"rows": _within_limits(rows), "kind": "csv", "encoding": encoding, "sheet": ""}


def _decode(data: bytes) -> tuple[str, str]:
    """A byte order mark decides; else UTF-8 where it fits; else the national standard GB18030."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                raise UnreadableFileError("encoding") from None
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise UnreadableFileError("encoding") from None
    try:
        data.decode("gbk")
    except UnicodeDecodeError:
        return text, "gb18030"
    return text, "gbk"


def _within_limits(rows: list[list[str]]) -> list[list[str]]:
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((place + 1 for row in rows for place, cell in enumerate(row) if cell), default=0)
    if width > MAX_COLUMNS:
        raise UnreadableFileError("too_many_columns", limit=MAX_COLUMNS)
    if len(rows) > MAX_ROWS:
        raise UnreadableFileError("too_many_rows", limit=MAX_ROWS)
    if any(len(cell) > MAX_CELL for row in rows for cell in row):
        raise UnreadableFileError("long_cell", limit=MAX_CELL)
    return [row[:width] + [""] * (width - len(row)) for row in rows]


def main(argv: list[str]) -> int:
    """Read the file under limits and write the answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer = read_file(Path(argv[1]))
    except UnreadableFileError as refused:
        answer = {"error": refused.code, "values": refused.values}
    except (MemoryError, RecursionError):
        answer = {"error": "bomb", "values": {}}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
