"""A file checked by itself: formats, check characters, amounts, days. No registry is asked, so none can be sounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.answers import Answer
from enrollment.declaring import LARGEST_WAGE
from enrollment.imports.cells import CellError, brief, check_readable, read_wage, shown, text_of
from enrollment.imports.checking import MESSAGES, check_roster
from enrollment.imports.columns import find_columns, plain_head
from enrollment.imports.opening import names_people
from enrollment.refusals import Refusal
from enrollment.return_rows import whole_number
from enrollment.sheets.comparing import MESSAGES as SHEET_MESSAGES
from enrollment.sheets.comparing import TAKEN
from enrollment.sheets.layout import answer_words, find_heads, read_key

MAX_ROWS = 20_000


@dataclass(frozen=True)
class FoundFault:
    """A row that is wrong: its line in the sheet, what stands in the cell, its head, why."""

    row: int
    head: str
    given: str
    reason: str


@dataclass
class Report:
    """What a file is, how many rows it has, and what is wrong."""

    kind: str
    rows: int = 0
    good: int = 0
    faults: list[FoundFault] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)


def is_either(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a sheet is a roster or one of a return."""
    return find_heads(rows) is not None or names_people(rows)


def check_alone(rows: Sequence[Sequence[str]]) -> Report:
    """Check a roster, or a prefilled workbook of a return. Raises Refusal where the file is neither."""
    if len(rows) > MAX_ROWS:
        raise Refusal(
            "file",
            "too_many_rows",
            _("The file has more than %(limit)s rows. Split it."),
            limit=f"{MAX_ROWS:,d}",
        )
    heads = find_heads(rows)
    if heads is not None:
        return _check_sheet(rows, *heads)
    columns = find_columns(rows)
    if columns is None or columns.missing:
        raise Refusal(
            "file",
            "no_heads",
            _(
                "No row of this file names a column for the name and one for the identity number"
                " (姓名, 身份证号码), and it is no workbook of a return either."
            ),
        )
    checked = check_roster(rows, columns)
    head_of = {column.field: column.head for column in columns.columns}
    place_of = columns.place_of
    report = Report("roster", len(checked.rows), checked.good)
    for row in checked.of("wrong"):
        if row.wrong:
            place = place_of.get(row.wrong.field)
            given = shown(row.cells[place]) if place is not None and place < len(row.cells) else ""
            report.faults.append(
                FoundFault(row.row, head_of.get(row.wrong.field, ""), given[:60], row.wrong.text)
            )
    report.unknown = [(column.letter, column.head) for column in columns.unknown]
    return report


def _check_sheet(rows: Sequence[Sequence[str]], header: int, places: dict[str, int]) -> Report:
    """A workbook of a return: keys, wages, months and answers, each by itself."""
    report = Report("sheet")
    answers = answer_words()
    seen: dict[str, int] = {}
    for line, cells in enumerate(rows[header + 1 :], header + 2):
        if not any(cells):
            continue
        report.rows += 1
        found = _fault_of(line, cells, places, answers, seen)
        if found is None:
            report.good += 1
            continue
        name, message, values = found
        place = places.get(name)
        cell = cells[place] if place is not None and place < len(cells) else ""
        head = shown(rows[header][place]) if place is not None else ""
        reason = str(message) % {"given": brief(cell), **values}
        report.faults.append(FoundFault(line, head, shown(cell)[:60], reason))
    return report


def _fault_of(
    line: int,
    cells: Sequence[str],
    places: dict[str, int],
    answers: Any,
    seen: dict[str, int],
) -> tuple[str, Any, dict[str, Any]] | None:
    """The first thing wrong with a row: the column, a message, its values."""

    def cell(name: str) -> str:
        place = places.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    key = text_of(cell("key"))
    if read_key(key) is None:
        return "key", SHEET_MESSAGES["key_changed" if key else "no_key"], {}
    earlier = seen.setdefault(key, line)
    if earlier != line:
        return "key", SHEET_MESSAGES["twice"], {"row": earlier}
    for name in TAKEN:
        try:
            check_readable(cell(name))
        except CellError as error:
            return name, MESSAGES[error.code], {}
    word = plain_head(shown(cell("answer")))
    if word and word not in answers:
        return "answer", SHEET_MESSAGES["answer"], {}
    try:
        wage = read_wage(cell("year_wages"))
    except CellError as error:
        return "year_wages", MESSAGES[error.code], {}
    if wage is None:
        if answers.get(word) in Answer.values:
            return None
        return "year_wages", _("Neither wages nor why there are none."), {}
    if word:
        return "year_wages", _("Either wages or why there are none: leave one of the two empty."), {}
    if not Decimal(0) < wage <= LARGEST_WAGE:
        return "year_wages", MESSAGES["wage_not_positive"] if wage <= 0 else _("More than any wages."), {}
    months = whole_number(shown(cell("months")))
    if months is None or not 1 <= months <= 12:
        return "months", _("Months worked: a whole number from 1 to 12."), {}
    return None
