"""Opens an uploaded file: asks the reading process, and says in words what is wrong with a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from enrollment.imports.reading import MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_ROWS
from enrollment.refusals import Refusal

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
    "nul": _("There are zero bytes in this text file. Save it as CSV again."),
    "encoding": _("The characters of this file cannot be read: neither UTF-8 nor GB18030."),
    "failed": _("The file could not be read in time. Split it, or save it anew."),
}


@dataclass(frozen=True)
class SheetRows:
    """What stands in a file: cells as tagged text, what kind of file it is, how its characters are coded."""

    rows: list[list[str]]
    kind: str
    encoding: str = ""
    sheet: str = ""


def open_upload(file: IO[bytes], size: int) -> SheetRows:
    """Read an uploaded file. Raises Refusal with a message for people."""
    if size > MAX_BYTES:
        raise _refusal("too_large", limit=MAX_BYTES // 1024 // 1024)
    with tempfile.NamedTemporaryFile(prefix="roster-", dir=_scratch()) as kept:
        while block := file.read(1 << 20):
            kept.write(block)
        kept.flush()
        return open_path(Path(kept.name))


def open_path(path: Path) -> SheetRows:
    """Read a file in a process of its own. Raises Refusal."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "enrollment.imports.reading", str(path.resolve())],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"error": "bomb"}
    except (subprocess.TimeoutExpired, ValueError):
        answer = {"error": "failed"}
    if "error" in answer:
        raise _refusal(str(answer["error"]), **answer.get("values", {}))
    return SheetRows(answer["rows"], answer["kind"], answer["encoding"], answer["sheet"])


def _refusal(code: str, **values: Any) -> Refusal:
    limits = {
        "too_many_rows": f"{MAX_ROWS:,d}",
        "too_many_columns": MAX_COLUMNS,
        "long_cell": f"{MAX_CELL:,d}",
    }
    if code in limits:
        values = {"limit": limits[code]}
    return Refusal("file", code, MESSAGES.get(code, MESSAGES["damaged"]), **values)


def _scratch() -> Path:
    folder = Path(settings.PLACES.var) / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
