"""A sheet that came back, row by row against the draft: what differs, what cannot be taken, how much says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.declaring import Checker
from enrollment.imports.cells import CellError, check_readable, read_day, shown, text_of
from enrollment.imports.checking import MESSAGES as CELL_MESSAGES
from enrollment.imports.columns import plain_head
from enrollment.imports.results import untranslated
from enrollment.models import Declaration
from enrollment.refusals import Refusal
from enrollment.return_rows import draft_rows, whole_number
from enrollment.sheets.layout import answer_words, find_heads, leave_words, read_key, total_words
from jilin_si.money import MoneyError, parse_yuan
from jilin_si.periods import format_period
from jilin_si.web.formats import masked_id

MESSAGES: dict[str, Any] = {
    "no_key": _("The key of this row is missing: it is no row of the sheet that was given out."),
    "key_changed": _("The key of this row was changed. Take it from the sheet that was given out."),
    "other_sheet": _("This row is of another sheet: %(employer)s, %(year)s."),
    "not_here": _("This person is not in the return."),
    "twice": _("This person stands in row %(row)s already."),
    "answer": _("“%(given)s” is none of the reasons in the list."),
    "too_long": _("A cell holds more than 200 characters."),
    "left_from": _("“%(given)s” is not a month. Write it like 1996-03."),
}
TAKEN = ("year_wages", "months", "answer", "left_from", "left_why", "reason")
LEFT = ("left_from", "left_why")


@dataclass(frozen=True)
class Difference:
    """A row that says otherwise than the draft: the person's place there, and each field as it was and comes."""

    row: int
    place: int
    worker: str
    name: str
    number: str
    was: dict[str, str]
    comes: dict[str, str]


@dataclass(frozen=True)
class SheetFault:
    """A row that cannot be taken: its line in the sheet, its key or name, a code, an untranslated message, values."""

    row: int
    name: str
    code: str
    message: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Comparison:
    """The whole sheet."""

    differences: list[Difference] = field(default_factory=list)
    faults: list[SheetFault] = field(default_factory=list)
    same: int = 0
    empty: int = 0
    totals: dict[str, str] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "differences": [asdict(difference) for difference in self.differences],
            "faults": [asdict(fault) for fault in self.faults],
            "same": self.same,
            "totals": self.totals,
        }


def compare(declaration: Declaration, rows: Sequence[Sequence[str]]) -> Comparison:
    """Read a sheet (cells as tagged text) for a return. Raises Refusal where it is no such sheet."""
    heads = find_heads(rows)
    if heads is None:
        raise Refusal(
            "file",
            "no_such_sheet",
            _("This is not a sheet that was given out here: there is no column with keys and wages."),
        )
    return _Comparer(declaration, heads[1]).compare(rows, heads[0])


class _Comparer:
    def __init__(self, declaration: Declaration, places: Mapping[str, int]) -> None:
        self.declaration, self.places = declaration, places
        self.checker = Checker(declaration)
        self.rows = draft_rows(declaration.draft)
        self.place_of = {
            number: place
            for place, row in enumerate(self.rows)
            if (number := whole_number(row["worker"])) in self.checker.people and number is not None
        }
        self.answers, self.reasons = answer_words(), leave_words()
        self.seen: dict[int, int] = {}
        self.found = Comparison()

    def compare(self, rows: Sequence[Sequence[str]], header: int) -> Comparison:
        for line, cells in enumerate(rows[header + 1 :], header + 2):
            if any(cells):
                self._row(line, cells)
        self._totals(rows[:header])
        return self.found

    def cell(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    def _row(self, line: int, cells: Sequence[str]) -> None:
        worker = self._worker(line, cells)
        if worker is None:
            return
        place = self.place_of[worker]
        was = self.rows[place]
        comes = self._typed(line, cells)
        if comes is None:
            return
        differs = {
            name: value for name, value in comes.items() if value and not _same(value, was[name], name)
        }
        if "year_wages" in differs and was["answer"] and not comes["answer"]:
            differs["answer"] = ""  # wages now: what was answered instead goes
        if "answer" in differs and was["year_wages"] and not comes["year_wages"]:
            differs["year_wages"] = ""  # and the other way round
        if differs.get("answer") == "":
            differs |= {name: "" for name in LEFT if was[name]}
        if not differs:
            self.found.same += 1
            return
        person = self.checker.people[worker]
        checked = self.checker.row({**was, **differs}, place)
        about = {
            *differs,
            *(LEFT if "answer" in differs else ()),
            *(("year_wages",) if "left_from" in differs else ()),
        }
        wrong = next((fault for fault in checked.errors if fault.cell in about), None)
        if wrong:
            self.found.faults.append(SheetFault(line, person.name, wrong.code, wrong.text))
            return
        differs |= {name: value for name, value in checked.values.items() if name in differs}
        self.found.differences.append(
            Difference(
                line,
                place,
                was["worker"],
                person.name,
                masked_id(person.number),
                {name: was[name] for name in differs},
                differs,
            )
        )

    def _worker(self, line: int, cells: Sequence[str]) -> int | None:
        """Whose row it is; None where it cannot be said, which is noted."""
        text = text_of(self.cell(cells, "key"))
        given = read_key(text)
        if given is None:
            self._refuse(line, cells, "key_changed" if text else "no_key")
            return None
        year, employer, worker = given
        if (year, employer) != (self.declaration.fee_year, self.declaration.employer.number):
            self._refuse(line, cells, "other_sheet", employer=employer, year=year)
            return None
        if worker not in self.place_of:
            self._refuse(line, cells, "not_here")
            return None
        if worker in self.seen:
            self._refuse(line, cells, "twice", row=self.seen[worker])
            return None
        self.seen[worker] = line
        return worker

    def _typed(self, line: int, cells: Sequence[str]) -> dict[str, str] | None:
        for name in TAKEN:
            cell = self.cell(cells, name)
            try:
                check_readable(cell)
            except CellError as error:
                self._refuse(line, cells, error.code)
                return None
            if len(cell) > 200:
                self._refuse(line, cells, "too_long")
                return None
        comes = {name: shown(self.cell(cells, name)).strip() for name in TAKEN}
        word = plain_head(comes["answer"])
        if word and word not in self.answers:
            self._refuse(line, cells, "answer", given=comes["answer"])
            return None
        comes["answer"] = self.answers.get(word, "")
        why = plain_head(comes["left_why"])
        if why and why not in self.reasons:
            self._refuse(line, cells, "answer", given=comes["left_why"])
            return None
        comes["left_why"] = self.reasons.get(why, "")
        try:
            month = read_day(self.cell(cells, "left_from"))
        except CellError:
            self._refuse(line, cells, "left_from", given=comes["left_from"])
            return None
        comes["left_from"] = format_period(month[0]) if month else ""
        if not comes["year_wages"]:
            comes["months"] = ""  # they were given out filled in; without wages they say nothing
        if not any(comes.values()):
            self.found.empty += 1
        return comes

    def _totals(self, above: Sequence[Sequence[str]]) -> None:
        """The retirees and their cost, which stand above the heads beside their words."""
        words = total_words()
        draft = self.declaration.draft or {}
        for row in above:
            for place, cell in enumerate(row[:-1]):
                name = words.get(plain_head(cell[1:])) if cell.startswith("s") else None
                value = shown(row[place + 1]).strip()[:200] if name else ""
                if name and value and not _same(value, str(draft.get(name, "")), name):
                    self.found.totals[name] = value

    def _refuse(self, line: int, cells: Sequence[str], code: str, **values: Any) -> None:
        name = shown(self.cell(cells, "name"))[:64]
        self.found.faults.append(
            SheetFault(line, name, code, untranslated((CELL_MESSAGES | MESSAGES)[code]), values)
        )


def _same(comes: str, was: str, name: str) -> bool:
    if name in ("year_wages", "retiree_cost"):
        try:
            return parse_yuan(comes) == parse_yuan(was)
        except MoneyError:
            return comes == was.strip()
    if name in ("months", "retirees"):
        number = whole_number(comes)
        return number is not None and number == whole_number(was)
    return comes == was.strip()
