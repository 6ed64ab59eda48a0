"""A checked roster as its page and its files show it: cells with the reason at the one that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from enrollment.imports.cells import shown
from enrollment.imports.checking import CheckedRoster, RosterRow, check_roster
from enrollment.imports.columns import FIELDS, IGNORE, Column, Columns, find_columns
from enrollment.imports.models import RosterImport
from jilin_si.web.exports import Column as FileColumn

PER_PAGE = 50
STATES = ("wrong", "new", "change", "same")


@dataclass(frozen=True)
class ShownCell:
    text: str
    wrong: bool


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview: its line in the sheet, its cells, what is wrong with it."""

    row: int
    state: str
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


def shown_rows(rows: Sequence[RosterRow], columns: Columns) -> list[ShownRow]:
    """Rows with the cells of the columns that are taken."""
    shown_columns = taken(columns)
    return [
        ShownRow(
            row.row,
            row.state,
            [
                ShownCell(
                    shown(row.cells[column.place]) if column.place < len(row.cells) else "",
                    bool(row.wrong and row.wrong.field == column.field),
                )
                for column in shown_columns
            ],
            row.wrong.text if row.wrong else "",
        )
        for row in rows
    ]


def taken(columns: Columns) -> list[Column]:
    """The columns that are taken."""
    return [column for column in columns.columns if column.field not in ("", IGNORE)]


def field_words() -> list[tuple[str, object]]:
    """What a column may be taken for."""
    return [(name, word) for name, (word, _heads) in FIELDS.items()] + [(IGNORE, _("not taken"))]


def wrong_file(checked: CheckedRoster) -> tuple[list[FileColumn], Iterator[tuple[str, ...]]]:
    """The wrong rows as a file: the same columns, and the reason in one more."""
    columns = checked.columns.columns
    places = [column.place for column in columns]

    def cell(place: int) -> FileColumn:
        return FileColumn(columns[place].head, lambda row: row[place], "text")

    made = [cell(place) for place in range(len(columns))]
    made.append(FileColumn(_("Row"), lambda row: row[-2], "text"))
    made.append(FileColumn(_("Reason"), lambda row: row[-1], "text"))

    def rows() -> Iterator[tuple[str, ...]]:
        for row in checked.of("wrong"):
            texts = [shown(row.cells[place]) if place < len(row.cells) else "" for place in places]
            yield (*texts, str(row.row), row.wrong.text if row.wrong else "")

    return made, rows()
