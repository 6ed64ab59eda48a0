"""What stands where in a prefilled workbook, and the key by which a row is found again when the sheet comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.answers import LEFT_BECAUSE, Answer
from enrollment.choices import LeaveReason
from enrollment.imports.columns import plain_head

LANGUAGES = ("zh-hans", "en")
_KEY = re.compile(r"(\d{4})-(\d{6}-\d{4,8})-(\d{1,18})-(\d{2})")


@dataclass(frozen=True)
class SheetColumn:
    """A column: its name here, its head, its width in characters, and whether it is typed."""

    name: str
    head: object
    width: int
    typed: bool = False


COLUMNS = (
    SheetColumn("key", _("Key (do not change)"), 26),
    SheetColumn("line", _("Row"), 7),
    SheetColumn("name", pgettext_lazy("person", "Name"), 12),
    SheetColumn("number", _("Identity number"), 21),
    SheetColumn("category", _("Employed as"), 12),
    SheetColumn("before", _("Monthly average before"), 14),
    SheetColumn("year_wages", _("Wages of the whole year"), 16, typed=True),
    SheetColumn("months", _("Months worked"), 10, typed=True),
    SheetColumn("answer", _("If no wages: why"), 18, typed=True),
    SheetColumn("left_from", _("Left from (month)"), 12, typed=True),
    SheetColumn("left_why", _("Why left"), 16, typed=True),
    SheetColumn("reason", _("Reason to keep a strange wage"), 26, typed=True),
)
# what can be chosen as the reason of who has left, and of who has moved
LEAVE_BECAUSE = [*LEFT_BECAUSE, (LeaveReason.TRANSFERRED, LeaveReason.TRANSFERRED.label)]
RETIREES, RETIREE_COST = _("Retirees"), _("Monthly retiree cost")


def key_of(fee_year: int, employer_number: str, worker_id: int) -> str:
    """``1996-220181-0417-8412-07``: whose row it is, with two check digits (ISO 7064, modulo 97)."""
    body = f"{fee_year}-{employer_number}-{worker_id}"
    return f"{body}-{98 - int(_digits(body)) * 100 % 97:02d}"


def read_key(text: str) -> tuple[int, str, int] | None:
    """Fee year, employer's number and worker of a key; None where it is none, or was changed."""
    match = _KEY.fullmatch(text.strip())
    if match is None or key_of(int(match[1]), match[2], int(match[3])) != match[0]:
        return None
    return int(match[1]), match[2], int(match[3])


def find_heads(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]] | None:
    """The row with the heads (counted from 0) and the place of each column, in whichever language it was given out."""
    names = known_heads()
    for number, row in enumerate(rows[:30]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            name = names.get(plain_head(cell[1:])) if cell[:1] in ("s", "h") else None
            if name:
                places.setdefault(name, place)
        if {"key", "year_wages", "months"} <= set(places):
            return number, places
    return None


def known_heads() -> Mapping[str, str]:
    """Every head of a sheet in every language, and the column that it names."""
    return _in_each_language({column.name: column.head for column in COLUMNS})


def answer_words() -> Mapping[str, str]:
    """The words of the answers in every language, and the answers."""
    return _in_each_language({str(value): value.label for value in Answer})


def leave_words() -> Mapping[str, str]:
    """The words of the reasons for leaving in every language, and the reasons."""
    return _in_each_language({str(value): word for value, word in LEAVE_BECAUSE})


def total_words() -> Mapping[str, str]:
    """The words before the two cells about retirees, and their names."""
    return _in_each_language({"retirees": RETIREES, "retiree_cost": RETIREE_COST})


def _in_each_language(words: Mapping[str, object]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {plain_head(str(word)): name for name, word in words.items()}
    return found


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
