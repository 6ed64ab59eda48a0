"""How the files of the corpus are made: workbooks by a library, workbooks element by element, text files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xlsxwriter

HEADS = ("姓名", "身份证号码", "月工资")
NAME, NUMBER, NUMBER_18 = "陈国富", "220104550815001", "220104195508150013"
OTHER = ("王桂芝", "220104600517024")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True)
class Case:
    """A file and what must come of it.

    ``refused`` is the code by which the whole file is refused; else ``wrong`` says the reason of each wrong row
    (counted from 1) and ``good`` how many rows are right. ``alone``: read in the process with its limits only.
    """

    name: str
    make: Callable[[], bytes]
    refused: str = ""
    wrong: Mapping[int, str] = field(default_factory=dict)
    good: int = 0
    encoding: str = ""
    alone: bool = False


def book(
    rows: Sequence[Sequence[Any]], heads: Sequence[str] | None = HEADS, above: Sequence[str] = (), **more: Any
) -> bytes:
    """A workbook: lines above, heads, rows. ``also`` does more to the sheet before it is closed."""
    made = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        made, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    sheet = workbook.add_worksheet(more.get("sheet"))
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    table = [*([line] for line in above), *([heads] if heads else []), *rows]
    for number, row in enumerate(table):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif isinstance(value, str):
                sheet.write_string(number, place, value)
            elif value is not None:
                sheet.write(number, place, value)
    if also := more.get("also"):
        also(workbook, sheet)
    workbook.close()
    return made.getvalue()


def text(
    rows: Sequence[Sequence[str]], encoding: str = "utf-8", ending: str = "\n", delimiter: str = ","
) -> bytes:
    """A text file with heads."""
    lines = [delimiter.join(row) for row in [HEADS, *rows]]
    return (ending.join(lines) + ending).encode(encoding)


def cell(address: str, value: str) -> str:
    """A text cell, element by element."""
    return f'<c r="{address}" t="inlineStr"><is><t>{value}</t></is></c>'


def heads_xml() -> str:
    """The row of heads."""
    return f'<row r="1">{cell("A1", HEADS[0])}{cell("B1", HEADS[1])}{cell("C1", HEADS[2])}</row>'


def row_xml(number: int, *cells: str, name: str = NAME, identity: str = NUMBER) -> str:
    """A row of one person, with more cells."""
    return f'<row r="{number}">{cell(f"A{number}", name)}{cell(f"B{number}", identity)}{"".join(cells)}</row>'


def parts(rows: str, before: str = "", after: str = "", **also: str) -> dict[str, bytes]:
    """The parts of a workbook whose sheet holds these elements."""
    made = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="名册" sheetId="1" r:id="rId1"{also.get("about", "")}/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship'
        f' Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{_XML}{also.get("doctype", "")}<worksheet xmlns="{_MAIN}">{before}<sheetData>'
        f"{rows}</sheetData>{after}</worksheet>",
    }
    return {name: part.encode() for name, part in made.items()}


def packed(members: Mapping[str, bytes]) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def raw(rows: str, before: str = "", after: str = "", **also: str) -> bytes:
    """A workbook made element by element; the heads stand in its first row."""
    return packed(parts(heads_xml() + rows, before, after, **also))


def one(name: str, row: Sequence[Any], code: str, heads: Sequence[str] = HEADS) -> Case:
    """A workbook with one row, wrong for this reason, or right where there is none."""
    return Case(
        name,
        lambda: book([row], heads),
        wrong={2: code} if code else {},
        good=0 if code else 1,
    )
