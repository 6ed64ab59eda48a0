"""Papers as PDF by typst: the office's templates, data beside them, nothing of the data ever read as markup."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
import segno
import typst

TEMPLATES = Path(__file__).parent / "typst"
GETA = "〓"  # the printers' sign for a character that their fonts do not have
TAGGED_ROWS = 1000  # marks for screen readers cost 1.5 kB a row: a larger paper goes without
_MISSING = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ROUNDS = 20


class PaperError(RuntimeError):
    """A paper could not be set: a defect of a template, never of a name in the data."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Noto for simplified Chinese, and its Japanese cut for rare characters that the other lacks (𠮷)."""
    folders = [str(package.sans_path().parent) for package in (pylopdf_fonts_zh_cn, pylopdf_fonts_jp)]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def qr_svg(text: str) -> str:
    """A QR code as SVG."""
    image = io.BytesIO()
    segno.make(text, error="m").save(image, kind="svg", border=0, xmldecl=False)
    return image.getvalue().decode("ascii")


def compile_pdf(template: str, data: Mapping[str, Any], issued_on: date, rows: int = 0) -> bytes:
    """Set one paper (PDF/A-2b). ``rows`` says how long it is.

    A character that no font has is printed as 〓. The root holds templates only, so that nothing else can be read.
    """
    text = printable(json.dumps(data, ensure_ascii=False))
    try:
        return _compile(str(TEMPLATES / f"{template}.typ"), text, issued_on, tagged=rows <= TAGGED_ROWS)
    except typst.TypstError as error:
        raise PaperError(error.diagnostic or error.message) from error


def printable(text: str) -> str:
    """The text with 〓 for what the fonts do not have: its distinct characters are set once by themselves."""
    characters = "".join(sorted({character for character in text if ord(character) > 0x7F}))
    for _round in range(_ROUNDS):
        try:
            _compile(
                str(TEMPLATES / "probe.typ"), json.dumps({"text": characters}), date(1996, 1, 1), tagged=False
            )
        except typst.TypstError as error:
            missing = "".join(_MISSING.findall(error.message + error.diagnostic))
            if not missing:
                raise PaperError(error.diagnostic or error.message) from error
            for character in missing:
                characters, text = characters.replace(character, ""), text.replace(character, GETA)
        else:
            return text
    raise PaperError("too many characters have no glyph in the fonts")


def _compile(template: str, text: str, issued_on: date, *, tagged: bool) -> bytes:
    compiler = typst.Compiler(root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True)
    pdf = compiler.compile(
        input=template,
        sys_inputs={"data": text},
        pdf_standards=["a-2b"],
        timestamp=datetime.combine(issued_on, time(), UTC),
        pdf_tags=tagged,
    )
    assert isinstance(pdf, bytes)
    return pdf
