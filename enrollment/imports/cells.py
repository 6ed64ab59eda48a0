"""Reading single cells of a roster: days in the notations that offices use, amounts, words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from enrollment.models import Category, Identity
from jilin_si.money import MoneyError, parse_yuan

_NOTATIONS = [
    re.compile(notation, re.ASCII)
    for notation in (
        r"(?P<y>\d{4})[.](?P<m>\d{1,2})",
        r"(?P<y>\d{4}|\d{2})年(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?",
        r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
        r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})",
        r"(?P<y>\d{4})(?P<m>\d{2})",
        r"(?P<y>\d{4})-(?P<m>\d{1,2})",
        r"(?P<y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})",
    )
]
# 1996.1 as a figure is what is left of 1996.10 too
_SHORT_MONTH = re.compile(r"\d{4}\.1", re.ASCII)

CATEGORIES = {
    "固定工": Category.PERMANENT,
    "全民固定工": Category.PERMANENT,
    "permanent": Category.PERMANENT,
    "合同制": Category.CONTRACT,
    "合同工": Category.CONTRACT,
    "合同制工人": Category.CONTRACT,
    "contract": Category.CONTRACT,
    "临时工": Category.TEMPORARY,
    "temporary": Category.TEMPORARY,
    "自谋职业": Category.SELF_EMPLOYED,
    "个体": Category.SELF_EMPLOYED,
    "self_employed": Category.SELF_EMPLOYED,
}
IDENTITIES = {
    "工人": Identity.WORKER, "worker": Identity.WORKER, "干部": Identity.CADRE, "cadre": Identity.CADRE,
}  # fmt: skip
SEXES = {"男": "M", "女": "F", "m": "M", "f": "F", "male": "M", "female": "F"}


class CellError(ValueError):
    """A cell that cannot be read; the code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


# cells that nobody typed or nobody sees (``marks.py``): none of them is read
UNREADABLE = {"f": "cell_formula", "e": "cell_error", "m": "cell_merged", "h": "cell_hidden"}


def check_readable(cell: str) -> None:
    """Raises CellError for a cell that holds nothing a person typed, or that no person sees."""
    if cell and cell[0] in UNREADABLE:
        raise CellError(UNREADABLE[cell[0]])


def text_of(cell: str) -> str:
    """What a cell shows, as plain text."""
    return unicodedata.normalize("NFKC", cell[1:]).strip() if cell else ""


def shown(cell: str) -> str:
    """What stands in a cell, for people."""
    return cell[1:] if cell else ""


def brief(cell: str) -> str:
    """The same where it stands in a message: not more than a line."""
    text = shown(cell)
    return text if len(text) <= 60 else f"{text[:59]}…"


def read_day(cell: str) -> tuple[date, bool] | None:
    """A day, and whether the day of the month was given; None for an empty cell. Raises CellError."""
    if not cell:
        return None
    check_readable(cell)
    if cell.startswith("d"):
        return date.fromisoformat(cell[1:]), True
    text = text_of(cell).replace(" ", "")
    if cell.startswith("n") and _SHORT_MONTH.fullmatch(text):
        raise CellError("date_ambiguous")
    for notation in _NOTATIONS:
        match = notation.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        year = int(parts["y"])
        if year < 100:
            year += 1900
        day = parts.get("d")
        try:
            found = date(year, int(parts["m"]), int(day) if day else 1)
        except ValueError:
            raise CellError("date_impossible") from None
        if not 1880 <= year <= 2100:
            raise CellError("date_impossible")
        return found, bool(day)
    raise CellError("date_unreadable")


def read_wage(cell: str) -> Decimal | None:
    """Yuan a month; None for an empty cell. Raises CellError."""
    if not cell:
        return None
    check_readable(cell)
    if cell[0] in "db":
        raise CellError("wage_not_a_number")
    try:
        return parse_yuan(cell[1:])
    except MoneyError as error:
        codes = {"too_precise": "wage_too_precise", "too_large": "wage_implausible"}
        raise CellError(codes.get(error.code, "wage_not_a_number")) from None


def read_word(cell: str, words: Mapping[str, str], code: str) -> str | None:
    """A stored value by its word; None for an empty cell. Raises CellError."""
    if not cell:
        return None
    check_readable(cell)
    found = words.get(text_of(cell).lower())
    if found is None:
        raise CellError(code)
    return found


def read_deemed(cell: str) -> int | None:
    """Deemed months from years (``12.5``, ``12年6个月``); None for an empty cell. Raises CellError."""
    if not cell:
        return None
    check_readable(cell)
    text = text_of(cell).replace(" ", "")
    match = re.fullmatch(r"([0-9]{1,2})年(?:([0-9]{1,2})个?月)?", text)
    if match:
        return int(match[1]) * 12 + int(match[2] or 0)
    if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})?", text):
        months = Decimal(text) * 12
        return int(months.to_integral_value(rounding="ROUND_HALF_UP"))
    raise CellError("deemed_unreadable")
