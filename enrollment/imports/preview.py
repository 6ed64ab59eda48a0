"""A checked roster as its page and its files show it: cells with the reason at the one that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from enrollment.imports.cells import shown
from enrollment.imports.checking import CheckedRoster, check_roster
from enrollment.imports.columns import FIELDS, IGNORE, Column, Columns, find_columns
from enrollment.imports.models import RosterImport
from enrollment.imports.results import STATES, Result
from jilin_si.web.exports import Column as FileColumn

__all__ = ["PER_PAGE", "STATES"]
PER_PAGE = 50


@dataclass(frozen=True)
class ShownCell:
    text: str
    wrong: bool


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview: its line in the sheet, its cells, what is wrong with it."""

    row: int
    cells: list[ShownCell]
    reason: str


def columns_of(kept: RosterImport) -> Columns | None:
    """The columns of a kept file, with what somebody chose; None where no heads were found."""
    found = find_columns(kept.table)
    if found is None:
        return None
    choices = {int(place): field for place, field in (kept.choices or {}).items() if str(place).isdigit()}
    return found.chosen(choices)


def check_kept(kept: RosterImport, columns: Columns) -> CheckedRoster:
    """The rows of a kept file against the registry as it is now."""
    return check_roster(kept.table, columns, kept.employer, kept.first_period)


def result_of(kept: RosterImport, columns: Columns) -> Result:
    """What is known of the rows: found by the job, or of a short file asked now."""
    return Result.read(kept.checked) if kept.checked else Result.of(check_kept(kept, columns))


def shown_rows(
    table: Sequence[Sequence[str]], rows: Sequence[int], result: Result, columns: Columns
) -> list[ShownRow]:
    """Rows of the sheet (counted from 1) with the cells of the columns that are taken."""
    shown_columns = taken(columns)
    return [
        ShownRow(
            row,
            [
                ShownCell(_text(table, row, column.place), result.field_of(row) == column.field)
                for column in shown_columns
            ],
            result.reason_of(row),
        )
        for row in rows
    ]


def taken(columns: Columns) -> list[Column]:
    """The columns that are taken."""
    return [column for column in columns.columns if column.field not in ("", IGNORE)]


def field_words() -> list[tuple[str, object]]:
    """What a column may be taken for."""
    return [(name, word) for name, (word, _heads) in FIELDS.items()] + [(IGNORE, _("not taken"))]


def wrong_file(
    table: Sequence[Sequence[str]], result: Result, columns: Columns
) -> tuple[list[FileColumn], Iterator[tuple[str, ...]]]:
    """The wrong rows as a file: the same columns, and row and reason in two more (those of an earlier file go)."""
    heads = [column for column in columns.columns if not column.given_back]
    places = [column.place for column in heads]

    def cell(place: int) -> FileColumn:
        return FileColumn(heads[place].head, lambda row: row[place], "text")

    made = [cell(place) for place in range(len(heads))]
    made.append(FileColumn(_("Row"), lambda row: row[-2], "text"))
    made.append(FileColumn(_("Reason"), lambda row: row[-1], "text", 40))

    def rows() -> Iterator[tuple[str, ...]]:
        for row in result.rows["wrong"]:
            yield (*(_text(table, row, place) for place in places), str(row), result.reason_of(row))

    return made, rows()


def _text(table: Sequence[Sequence[str]], row: int, place: int) -> str:
    cells = table[row - 1] if row <= len(table) else []
    return shown(cells[place]) if place < len(cells) else ""
