"""Opens an uploaded file: asks the reading process, and says in words what is wrong with a file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from enrollment.imports.columns import find_columns
from enrollment.imports.decoding import UnreadableFileError
from enrollment.imports.reading import MAX_BYTES, MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, limited
from enrollment.refusals import Refusal
from jilin_si.web.uploads import unnamed_file

SECONDS = 60

MESSAGES = {
    "too_large": _("The file is larger than %(limit)s MB. Split it."),
    "empty": _("There is nothing in this file."),
    "encrypted": _("This workbook is protected by a password. Save it without one and try again."),
    "damaged": _("This file cannot be read as a workbook. Open it, save it as .xlsx and try again."),
    "bomb": _("This workbook unpacks to far more than a roster holds. It is not opened."),
    "too_many_rows": _("The file has more than %(limit)s rows. Split it."),
    "too_many_columns": _("The file has more than %(limit)s columns. Leave only those of a roster."),
    "long_cell": _("A cell holds more than %(limit)s characters."),
    "too_many_cells": _("The file has more than %(limit)s cells. Split it."),
    "nul": _("There are zero bytes in this file. Save it anew."),
    "mixed": _(
        "Some cells of this file are coded as UTF-8 and others are not. Save it anew, all in one coding."
    ),
    "quotes": _("The quotation marks in row %(row)s are not closed, or stand in the midst of a cell."),
    "hidden_sheet": _(
        "What stands in this workbook stands on hidden sheets. Show the sheet that is to be read."
    ),
    "several_sheets": _(
        "More than one sheet holds such rows: %(sheets)s. Leave one in the file, and hand in the others after it."
    ),
    "encoding": _("The characters of this file cannot be read: neither UTF-8 nor GB18030."),
    "failed": _("The file could not be read in time. Split it, or save it anew."),
}


Wanted = Callable[[Sequence[Sequence[str]]], bool]


@dataclass(frozen=True)
class SheetRows:
    """What stands in a file: cells as tagged text, what kind of file it is, how its characters are coded."""

    rows: list[list[str]]
    kind: str
    encoding: str = ""
    sheet: str = ""


def names_people(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a sheet has the heads of a roster, and something under them."""
    columns = find_columns(rows)
    return columns is not None and not columns.missing and any(any(row) for row in rows[columns.header + 1 :])


def open_upload(file: IO[bytes], size: int, wanted: Wanted = names_people) -> SheetRows:
    """Read an uploaded file. Raises Refusal with a message for people."""
    if size > MAX_BYTES:
        raise _refusal("too_large")
    with unnamed_file() as kept:
        while block := file.read(1 << 20):
            kept.write(block)
        kept.flush()
        return _open(kept, wanted)


def open_path(path: Path, wanted: Wanted = names_people) -> SheetRows:
    """Read a file of this machine. Raises Refusal."""
    with path.open("rb") as file:
        return _open(file, wanted)


def open_pasted(text: str) -> SheetRows:
    """Rows copied from a sheet, under the limits of a file. Raises Refusal."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    try:
        rows = limited([[f"s{cell}" if cell.strip() else "" for cell in line.split("\t")] for line in lines])
    except UnreadableFileError as refused:
        raise _refusal(refused.code, **refused.values) from None
    return SheetRows(rows, "pasted")


def _open(file: IO[bytes], wanted: Wanted) -> SheetRows:
    answer = answer_of(file)
    if "error" in answer:
        raise _refusal(str(answer["error"]), **answer.get("values", {}))
    return chosen(answer, wanted)


def answer_of(file: IO[bytes]) -> dict[str, Any]:
    """Have a file read in a process of its own: its sheets, or ``error``."""
    file.seek(0)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "enrollment.imports.reading"],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=file,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else _died(done.returncode)
    except (subprocess.TimeoutExpired, ValueError):
        return {"error": "failed"}
    return answer


def _died(code: int) -> dict[str, Any]:
    """Why the process ended without an answer: its time was over, or its memory."""
    if code > 0:
        return {"error": "damaged"}
    return {"error": "failed" if -code in (signal.SIGXCPU, signal.SIGKILL) else "bomb"}


def chosen(answer: dict[str, Any], wanted: Wanted) -> SheetRows:
    """The one sheet with the rows that are wanted, else the first with anything. Raises Refusal where two have them."""
    sheets = answer["sheets"]
    fitting = [sheet for sheet in sheets if wanted(sheet["rows"])] if len(sheets) > 1 else sheets
    if len(fitting) > 1:
        raise _refusal("several_sheets", sheets=", ".join(sheet["name"] for sheet in fitting)[:200])
    sheet = (fitting or sheets)[0]
    return SheetRows(sheet["rows"], answer["kind"], answer["encoding"], sheet["name"])


def _refusal(code: str, **values: Any) -> Refusal:
    limits = {
        "too_many_rows": f"{MAX_ROWS:,d}",
        "too_many_columns": MAX_COLUMNS,
        "too_many_cells": f"{MAX_CELLS:,d}",
        "long_cell": f"{MAX_CELL:,d}",
        "too_large": MAX_BYTES // 1024 // 1024,
    }
    if code in limits:
        values = {"limit": limits[code]}
    return Refusal("file", code, MESSAGES.get(code, MESSAGES["damaged"]), **values)
