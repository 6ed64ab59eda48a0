"""Which column is what (表头): found by its head, in any order; what is not known is asked, never guessed silently."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.refusals import Refusal

LOOKED_AT = 30

# field of the registry -> its word here, and the heads under which rosters bring it
FIELDS: Mapping[str, tuple[object, tuple[str, ...]]] = {
    "number": (
        _("Identity number"),
        (
            "身份证号码", "身份证号", "身份证", "公民身份证号", "公民身份证号码", "公民身份号码",
            "社会保障号", "社会保障号码", "居民身份证号码", "身份证件号码", "id number", "identity number",
        ),
    ),
    "name": (pgettext_lazy("person", "Name"), ("姓名", "职工姓名", "员工姓名", "name")),
    "sex": (_("Sex"), ("性别", "sex")),
    "birth_date": (_("Born"), ("出生年月", "出生日期", "出生年月日", "出生时间", "生日", "born", "birth date")),
    "first_work_date": (
        _("Started work"),
        ("参加工作时间", "参加工作年月", "参加工作日期", "工作时间", "参工时间", "started work"),
    ),
    "category": (_("Employed as"), ("用工形式", "用工性质", "用工类别", "用工", "职工类别", "employed as", "category")),
    "identity": (_("Identity"), ("身份", "干部工人", "职工身份", "identity")),
    "wage": (
        _("Monthly wage"),
        (
            "月平均工资", "月平均工资(元)", "工资(元/月)", "上年月平均工资", "月工资", "月工资(元)",
            "缴费工资", "缴费基数", "月缴费工资", "工资", "monthly wage", "wage",
        ),
    ),
    "deemed": (_("Deemed years"), ("视同缴费年限", "视同年限", "deemed years")),
    "note": (_("Note"), ("备注", "说明", "note")),
    "serial": (_("Line number"), ("序号", "编号", "行号", "no.", "no")),
}  # fmt: skip
NO_HEADS = _(
    "No row of this file names a column for the name and one for the identity number (姓名, 身份证号码)."
)
REQUIRED = ("number", "name")
IGNORE = "ignore"
# what this office itself writes beside the rows that it gives back
GIVEN_BACK = ("行", "原因", "row", "reason")

_WORDS = ("s", "h")  # heads may stand in columns that are hidden
_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]")
_EMPLOYER = re.compile(r"(?<![0-9-])22[0-9]{4}-[0-9]{4,8}(?![0-9-])")
_PLAIN = re.compile(r"[\s:：*＊]")


@dataclass(frozen=True)
class Column:
    """A column of the file: its place, its head, what it is taken for ("" unknown), and what it might be."""

    place: int
    head: str
    field: str = ""
    proposal: str = ""

    @property
    def given_back(self) -> bool:
        """Whether this office wrote the column itself, beside rows that it gave back."""
        return plain_head(self.head) in GIVEN_BACK

    @property
    def letter(self) -> str:
        """The column's name in a spreadsheet."""
        name, number = "", self.place
        while number >= 0:
            name, number = chr(65 + number % 26) + name, number // 26 - 1
        return name


@dataclass(frozen=True)
class Columns:
    """Where the heads stand (counted from 0), and the columns under them."""

    header: int
    columns: tuple[Column, ...]

    @property
    def unknown(self) -> list[Column]:
        return [column for column in self.columns if not column.field]

    @property
    def missing(self) -> list[str]:
        have = {column.field for column in self.columns}
        return [field for field in REQUIRED if field not in have]

    @property
    def place_of(self) -> dict[str, int]:
        """The place of each field; the first column wins."""
        places: dict[str, int] = {}
        for column in self.columns:
            if column.field and column.field != IGNORE:
                places.setdefault(column.field, column.place)
        return places

    def chosen(self, choices: Mapping[int, str]) -> Columns:
        """The same with columns taken as somebody chose; a choice that is no field is passed over."""
        return Columns(
            self.header,
            tuple(
                Column(c.place, c.head, choices[c.place], c.proposal)
                if choices.get(c.place) in (*FIELDS, IGNORE)
                else c
                for c in self.columns
            ),
        )


def plain_head(text: str) -> str:
    """A head without blanks, full width and marks: ``月平均工资（元）`` is ``月平均工资(元)``."""
    return _PLAIN.sub("", unicodedata.normalize("NFKC", text)).lower()


_BY_HEAD = {plain_head(_head): field for field, (_word, heads) in FIELDS.items() for _head in heads}
_BY_HEAD |= dict.fromkeys(GIVEN_BACK, IGNORE)
_KNOWN = [_head for _head, _field in _BY_HEAD.items() if _field != IGNORE]


def find_columns(rows: Sequence[Sequence[str]]) -> Columns | None:
    """The row with the heads: the first that names the required columns, else the one that names most; None if none.

    Where no row names two, the one whose cells come nearest to heads is taken, and each of its columns is asked.
    """
    best: tuple[int, int] | None = None
    for number, row in enumerate(rows[:LOOKED_AT]):
        known = {_BY_HEAD.get(plain_head(cell[1:])) for cell in row if cell[:1] in _WORDS} - {None, IGNORE}
        if set(REQUIRED) <= known:
            return _columns(number, rows)
        if len(known) >= 2 and (best is None or len(known) > best[1]):
            best = number, len(known)
    best = best or _nearest(rows)
    return _columns(best[0], rows) if best else None


def check_employer(rows: Sequence[Sequence[str]], columns: Columns | None, number: str) -> None:
    """What stands above the heads names no other employer by its registration number. Raises Refusal."""
    above = rows[: columns.header] if columns else rows[:LOOKED_AT]
    for named in _EMPLOYER.findall(
        unicodedata.normalize("NFKC", " ".join(cell[1:] for row in above for cell in row))
    ):
        if named != number:
            raise Refusal(
                "file",
                "other_employer",
                _("This file names the employer %(named)s above its heads; this is %(number)s."),
                named=named,
                number=number,
            )


def _nearest(rows: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    for number, row in enumerate(rows[:LOOKED_AT]):
        like = {_proposal(cell[1:]) for cell in row if cell[:1] in _WORDS and len(cell) < 30} - {IGNORE}
        if len(like) >= 2 and (best is None or len(like) > best[1]):
            best = number, len(like)
    return best


def _columns(number: int, rows: Sequence[Sequence[str]]) -> Columns:
    columns = []
    taken: set[str] = set()
    for place, cell in enumerate(rows[number]):
        head = cell[1:].strip() if cell else ""
        if not head:
            continue
        field = _BY_HEAD.get(plain_head(head), "")
        if field in taken and field != IGNORE:
            field = ""
        taken.add(field)
        columns.append(Column(place, head, field))
    below = rows[number + 1 : number + 1 + LOOKED_AT]
    return Columns(
        number,
        tuple(
            c if c.field else Column(c.place, c.head, "", _numbers_in(c.place, below) or _proposal(c.head))
            for c in columns
        ),
    )


def _numbers_in(place: int, below: Sequence[Sequence[str]]) -> str:
    """Whether a column holds identity numbers, whatever its head calls them."""
    cells = [row[place][1:] for row in below if place < len(row) and row[place][1:]]
    found = sum(1 for cell in cells if _NUMBER.fullmatch(unicodedata.normalize("NFKC", cell).strip()))
    return "number" if found * 2 > len(cells) else ""


def _proposal(head: str) -> str:
    near = difflib.get_close_matches(plain_head(head), _KNOWN, n=1, cutoff=0.6)
    return _BY_HEAD[near[0]] if near else IGNORE
