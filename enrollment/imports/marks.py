"""What a reader of values does not see in a sheet: hidden rows and columns, formulas nobody reckoned, errors.

Part of the reading process (``reading.py``); knows no Django. A cell so marked has a letter of its own before it:
``h`` hidden, ``f`` a formula without a value, ``e`` an error such as #N/A, ``m`` covered by a merged cell.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any
from xml.parsers import expat

_SPREADSHEET = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
# most sheets hold none of these: they are not gone through a second time
_WORTH_READING = re.compile(rb"""hidden|<(?:\w+:)?f[\s>/]|\bt\s*=\s*["']e["']|^\xff\xfe|^\xfe\xff""")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,8})")
_TRUE = ("1", "true", "on")
_BLOCK = 1 << 20


class Marks:
    """The marks of one sheet, by rows and columns counted from 0."""

    def __init__(self) -> None:
        self.rows: set[int] = set()
        self.columns: list[tuple[int, int]] = []
        self.cells: list[tuple[int, int, str]] = []

    def hidden_columns(self, width: int) -> set[int]:
        """The places of hidden columns that the sheet really has."""
        return {place for first, last in self.columns for place in range(max(first, 0), min(last + 1, width))}


def sheet_parts(file: IO[bytes]) -> dict[str, str]:
    """Which part of an .xlsx holds which sheet; empty for other kinds of workbook. Raises expat.ExpatError."""
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        if not {_SPREADSHEET, _RELATIONS} <= names:
            return {}
        targets = {
            given["Id"]: given["Target"]
            for name, given in _elements(archive.read(_RELATIONS))
            if name == "Relationship" and {"Id", "Target"} <= set(given)
        }
        parts = {}
        for name, given in _elements(archive.read(_SPREADSHEET)):
            if name != "sheet":
                continue
            target = targets.get(next((value for key, value in given.items() if _plain(key) == "id"), ""), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in names:
                parts[given.get("name", "")] = path
        return parts


def read_marks(file: IO[bytes], part: str) -> Marks:
    """The marks of a sheet; raises expat.ExpatError where it is cut off, which calamine reads as far as it goes."""
    with zipfile.ZipFile(file) as archive:
        data = archive.read(part)
    marks = Marks()
    reading = _Reading(marks) if _WORTH_READING.search(data) else None
    parser = expat.ParserCreate()
    if reading is not None:
        parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    for begin in range(0, len(data), _BLOCK):
        parser.Parse(data[begin : begin + _BLOCK], False)
    parser.Parse(b"", True)
    return marks


class _Reading:
    """Goes through the elements of a sheet; a cell without an address stands right of the one before."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.row = self.column = -1
        self.formula = self.value = self.error = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = _plain(tag)
        if name == "row":
            address = given.get("r", "")
            self.row = int(address) - 1 if address.isdecimal() and len(address) < 9 else self.row + 1
            self.column = -1
            if given.get("hidden") in _TRUE:
                self.marks.rows.add(self.row)
        elif name == "c":
            found = _CELL.fullmatch(given.get("r", ""))
            self.column = _place(found[1]) if found else self.column + 1
            self.formula, self.value, self.error = False, False, given.get("t") == "e"
        elif name == "f":
            self.formula = True
        elif name == "v":
            self.value = True
        elif name == "col" and given.get("hidden") in _TRUE:
            first, last = given.get("min", ""), given.get("max", "")
            if first.isdecimal() and last.isdecimal() and len(first) < 9 and len(last) < 9:
                self.marks.columns.append((int(first) - 1, int(last) - 1))

    def end(self, tag: str) -> None:
        if _plain(tag) == "c" and (self.error or (self.formula and not self.value)):
            self.marks.cells.append((self.row, self.column, "e" if self.error else "f"))


def covered(ranges: Iterable[Any], height: int, width: int) -> Iterator[tuple[int, int]]:
    """The cells under merged ones, all but the first of each, within a sheet of this size."""
    for (top, left), (bottom, right) in ranges:
        for row in range(top, min(bottom + 1, height)):
            for column in range(left, min(right + 1, width)):
                if (row, column) != (top, left):
                    yield row, column


def _elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, given: found.append((_plain(tag), given))
    parser.Parse(data, True)
    return found


def _plain(tag: str) -> str:
    return tag.rpartition(":")[2]


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
