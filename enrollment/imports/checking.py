"""A roster checked row by row: who is new, changed, the same or wrong, with the reason at the cell."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.checks import DIED, LOWEST_AGE, check_first_period
from enrollment.hooks import wage_rules
from enrollment.identity_numbers import MESSAGES as IDENTITY_MESSAGES
from enrollment.identity_numbers import IdentityNumber, known_prefixes, read_identity_number, read_name
from enrollment.imports.cells import (
    CATEGORIES,
    IDENTITIES,
    SEXES,
    CellError,
    brief,
    check_readable,
    read_day,
    read_deemed,
    read_wage,
    read_word,
    shown,
    text_of,
)
from enrollment.imports.columns import Columns
from enrollment.models import Category, Employer, Employment, Identity
from enrollment.refusals import Refusal
from enrollment.standing import Standing, standings
from jilin_si.agencies.clock import today
from jilin_si.periods import period_of
from jilin_si.policy.database import database_policy

PLAUSIBLE_MULTIPLE = 20
LARGEST_WAGE = Decimal(100_000)
TOLD_EVERY = 500
COMPARED = ("category", "identity", "first_work_date", "deemed_months")
TOTALS = {"合计", "总计", "小计", "共计", "total"}

MESSAGES: dict[str, Any] = {
    "id_numeric": _("The number stands as a figure: digits may be lost. Format the column as text."),
    "duplicate_in_file": _("The same person as in row %(row)s."),
    "cell_formula": _("A formula without a value: the program that wrote the file did not reckon it."),
    "cell_error": _("A formula that could not be reckoned, such as #N/A."),
    "cell_merged": _("Part of a merged cell: whom it is for cannot be told. Undo the merging."),
    "cell_hidden": _("Hidden in the sheet. Show the row or column and look at it first."),
    "sex_contradicts_id": _("The sex is not the one that the number tells."),
    "sex_unreadable": _("“%(given)s” is no sex: 男 or 女."),
    "birth_contradicts_id": _("The birth date is not the one that the number tells: %(birth)s."),
    "date_unreadable": _(
        "“%(given)s” is not a day in a known notation, such as 1996-03-05, 1996.3 or 1996年3月."
    ),
    "date_impossible": _("“%(given)s” is not a day of the calendar."),
    "date_ambiguous": _(
        "%(given)s as a figure may be January or October. Write the month as 1996-01 or 1996年1月."
    ),
    "date_in_future": _("%(given)s has not come yet."),
    "started_work_too_young": _("Started work before the age of 16."),
    "wage_not_positive": _("Wages are more than 0."),
    "wage_not_a_number": _("“%(given)s” is not an amount."),
    "wage_too_precise": _("“%(given)s” has more than two decimals."),
    "wage_implausible": _("%(given)s is more than 20 times the local average wage."),
    "category_unknown": _("“%(given)s” is no way of being employed: 固定工, 合同制, 临时工."),
    "identity_unknown": _("“%(given)s” is neither worker nor cadre."),
    "deemed_unreadable": _("“%(given)s” is not a number of years."),
    "already_insured": _("Already insured in that month. The earlier employment must end first."),
    "other_name": _("This number is registered under another name."),
}


@dataclass(frozen=True)
class Wrong:
    """Why a row is wrong: the field whose cell it is, a code, values of the message."""

    field: str
    code: str
    message: Any
    values: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def text(self) -> str:
        return str(self.message) % self.values if self.values else str(self.message)


@dataclass
class RosterRow:
    """A row of the sheet (counted from 1) as it was understood."""

    row: int
    cells: Sequence[str]
    number: IdentityNumber | None = None
    name: str = ""
    category: str = ""
    identity: str = ""
    first_work_date: date | None = None
    deemed_months: int | None = None
    wage: Decimal | None = None
    wrong: Wrong | None = None
    state: str = "new"
    worker_id: int | None = None

    @property
    def good(self) -> bool:
        return self.wrong is None


@dataclass
class CheckedRoster:
    """Every row of a roster with its state, and the counts."""

    rows: list[RosterRow]
    columns: Columns

    def of(self, *states: str) -> list[RosterRow]:
        return [row for row in self.rows if row.state in states]

    @property
    def good(self) -> int:
        return sum(1 for row in self.rows if row.good)

    @property
    def counts(self) -> dict[str, int]:
        return {state: len(self.of(state)) for state in ("new", "change", "same", "wrong")}

    def wrong_codes(self) -> dict[str, str]:
        """Sheet row → reason, as the command prints it."""
        return {str(row.row): row.wrong.code for row in self.rows if row.wrong}


def check_roster(
    table: Sequence[Sequence[str]],
    columns: Columns,
    employer: Employer | None = None,
    first_period: date | None = None,
    progress: Callable[[int], None] | None = None,
) -> CheckedRoster:
    """Check every row; with an employer also against the registry: who works there, who is insured elsewhere.

    ``progress`` is told now and then how many rows were looked at.
    """
    day = today()
    period = first_period or period_of(day)
    serial = columns.place_of.get("serial")
    reader = _Reader(columns, day, period, _average_wage(employer, period))
    rows = []
    for number, cells in enumerate(table[columns.header + 1 :], columns.header + 2):
        if any(cell for place, cell in enumerate(cells) if place != serial) and not _is_total(cells, columns):
            rows.append(reader.read(number, cells))
            if progress and len(rows) % TOLD_EVERY == 0:
                progress(len(rows))
    _find_doubles(rows)
    if employer is not None:
        _compare(rows, employer, period)
    for row in rows:
        row.category, row.identity = row.category or Category.CONTRACT, row.identity or Identity.WORKER
        if row.wrong:
            row.state = "wrong"
    return CheckedRoster(rows, columns)


class _Reader:
    """Reads one row after the other; the first thing wrong in a row is its reason."""

    def __init__(self, columns: Columns, day: date, period: date, average: Decimal | None) -> None:
        self.places = columns.place_of
        self.day, self.period = day, period
        self.limit = average * PLAUSIBLE_MULTIPLE if average else LARGEST_WAGE
        self.prefixes = known_prefixes()

    def read(self, number: int, cells: Sequence[str]) -> RosterRow:
        row = RosterRow(number, cells)
        for step in (self._number, self._name, self._sex_and_birth, self._started, self._words, self._wage):
            step(row)
            if row.wrong:
                break
        return row

    def cell(self, row: RosterRow, name: str) -> str:
        place = self.places.get(name)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def refuse(self, row: RosterRow, name: str, code: str, **values: Any) -> None:
        row.wrong = Wrong(
            name, code, (IDENTITY_MESSAGES | MESSAGES)[code], {"given": brief(self.cell(row, name)), **values}
        )

    def _number(self, row: RosterRow) -> None:
        cell = self.cell(row, "number")
        try:
            check_readable(cell)
        except CellError as error:
            return self.refuse(row, "number", error.code)
        if cell.startswith("n") and len(cell) > 16:
            return self.refuse(row, "number", "id_numeric")
        try:
            row.number = read_identity_number(cell[1:] if cell else "", self.day, self.prefixes)
            check_first_period(row.number.birth_date, self.period, self.day)
        except Refusal as refusal:
            row.wrong = Wrong("number", refusal.code, refusal.template, refusal.values)
        return None

    def _name(self, row: RosterRow) -> None:
        cell = self.cell(row, "name")
        try:
            check_readable(cell)
            row.name = read_name(shown(cell))
        except CellError as error:
            self.refuse(row, "name", error.code)
            return
        except Refusal as refusal:
            row.wrong = Wrong("name", refusal.code, refusal.template, refusal.values)
            return
        if cell.startswith("b"):  # yes or no, which a sheet shows as a word
            self.refuse(row, "name", "name_no_word")

    def _sex_and_birth(self, row: RosterRow) -> None:
        assert row.number is not None
        try:
            sex = read_word(self.cell(row, "sex"), SEXES, "sex_unreadable")
        except CellError as error:
            return self.refuse(row, "sex", error.code)
        if sex and sex != row.number.sex:
            return self.refuse(row, "sex", "sex_contradicts_id")
        try:
            born = read_day(self.cell(row, "birth_date"))
        except CellError as error:
            return self.refuse(row, "birth_date", error.code)
        birth = row.number.birth_date
        if born and (
            born[0] != birth if born[1] else (born[0].year, born[0].month) != (birth.year, birth.month)
        ):
            return self.refuse(row, "birth_date", "birth_contradicts_id", birth=birth.isoformat())
        return None

    def _started(self, row: RosterRow) -> None:
        assert row.number is not None
        try:
            started = read_day(self.cell(row, "first_work_date"))
        except CellError as error:
            return self.refuse(row, "first_work_date", error.code)
        if started is None:
            return None
        if started[0] > self.day:
            return self.refuse(row, "first_work_date", "date_in_future")
        if started[0].year < row.number.birth_date.year + LOWEST_AGE:
            return self.refuse(row, "first_work_date", "started_work_too_young")
        row.first_work_date = started[0]
        return None

    def _words(self, row: RosterRow) -> None:
        try:
            row.category = read_word(self.cell(row, "category"), CATEGORIES, "category_unknown") or ""
        except CellError as error:
            return self.refuse(row, "category", error.code)
        try:
            row.identity = read_word(self.cell(row, "identity"), IDENTITIES, "identity_unknown") or ""
        except CellError as error:
            return self.refuse(row, "identity", error.code)
        try:
            row.deemed_months = read_deemed(self.cell(row, "deemed"))
        except CellError as error:
            return self.refuse(row, "deemed", error.code)
        return None

    def _wage(self, row: RosterRow) -> None:
        try:
            row.wage = read_wage(self.cell(row, "wage"))
        except CellError as error:
            return self.refuse(row, "wage", error.code)
        if row.wage is None:
            return None
        if row.wage <= 0:
            return self.refuse(row, "wage", "wage_not_positive")
        if row.wage > self.limit:
            return self.refuse(row, "wage", "wage_implausible")
        return None


def _is_total(cells: Sequence[str], columns: Columns) -> bool:
    """The sums under a roster: a row that says so and names nobody."""
    number = columns.place_of.get("number")
    if number is not None and number < len(cells) and cells[number][1:]:
        return False
    return any(text_of(cell).replace(" ", "").lower() in TOTALS for cell in cells[:4])


def _find_doubles(rows: list[RosterRow]) -> None:
    first: dict[str, int] = {}
    for row in rows:
        if row.number is None:
            continue
        earlier = first.setdefault(row.number.key, row.row)
        if earlier != row.row:
            row.wrong = Wrong("number", "duplicate_in_file", MESSAGES["duplicate_in_file"], {"row": earlier})


def _compare(rows: list[RosterRow], employer: Employer, period: date) -> None:
    """Each good row against the registry."""
    good = [row for row in rows if row.good and row.number]
    told = standings(
        [row.number.key for row in good if row.number], [row.name for row in good], [period] * len(good)
    )
    here = {
        worker_id: facts
        for worker_id, *facts in Employment.objects.filter(
            employer=employer, last_period__isnull=True
        ).values_list("worker_id", *(f"worker__{name}" for name in COMPARED))
    }
    for row, known in zip(good, told, strict=True):
        if known is not None:
            _compare_one(row, known, here.get(known.worker_id))


def _compare_one(row: RosterRow, known: Standing, here: Sequence[Any] | None) -> None:
    row.worker_id = known.worker_id
    if not known.same_name:
        row.wrong = Wrong("name", "other_name", MESSAGES["other_name"])
    elif here is not None:
        category, identity, first_work_date, deemed_months = here
        # what the roster does not say stays as it is
        row.category, row.identity = row.category or category, row.identity or identity
        same = (
            category == row.category
            and identity == row.identity
            and row.first_work_date in (None, first_work_date)
            and row.deemed_months in (None, deemed_months)
        )
        row.state = "same" if same else "change"
    elif known.insured:
        row.wrong = Wrong("number", "already_insured", MESSAGES["already_insured"])
    elif known.died:
        row.wrong = Wrong("number", "died", DIED)


def _average_wage(employer: Employer | None, period: date) -> Decimal | None:
    """The local average wage, yuan a month: by the employer's lines, else the province's in force."""
    if employer is not None:
        average = wage_rules(employer, period).average
        if average:
            return average
    found = database_policy().find("local_avg_wage", period)
    return found.value if found else None
