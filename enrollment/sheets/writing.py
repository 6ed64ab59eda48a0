"""Writes the prefilled workbook: everybody of the return, what was typed so far, only the typed cells open."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from enrollment.answers import Answer
from enrollment.declaring import Checker
from enrollment.models import Declaration
from enrollment.return_rows import draft_rows, whole_number
from enrollment.sheets.layout import COLUMNS, LEAVE_BECAUSE, RETIREE_COST, RETIREES, key_of
from enrollment.words import CATEGORY
from jilin_si.money import MoneyError, format_yuan, from_fen, parse_yuan
from jilin_si.web.formats import masked_id

_SPILL = 8 * 1024 * 1024
_GREY = "#EEF1F4"
_WHITE = {"bg_color": "#FFFFFF", "border": 1, "border_color": "#C9D1D9", "locked": False}


def write_workbook(declaration: Declaration) -> IO[bytes]:
    """The workbook of a return, at its beginning; the caller closes it. Protected without a password, so that a slip
    changes no key, and nobody is locked out."""
    stream = tempfile.SpooledTemporaryFile(max_size=_SPILL, mode="w+b")  # noqa: SIM115 - closed by the response
    book = xlsxwriter.Workbook(
        stream, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    _Sheet(book, Checker(declaration), declaration).write()
    book.close()
    stream.seek(0)
    return stream


class _Sheet:
    def __init__(self, book: Any, checker: Checker, declaration: Declaration) -> None:
        self.book, self.checker, self.declaration = book, checker, declaration
        self.sheet = book.add_worksheet(str(declaration.fee_year))
        self.bold = book.add_format({"bold": True, "font_size": 13})
        self.muted = book.add_format({"font_color": "#5B6770"})
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#F3F5F7", "text_wrap": True, "valign": "top"}
        )
        self.grey = book.add_format({"bg_color": _GREY})
        self.grey_money = book.add_format({"bg_color": _GREY, "num_format": "#,##0.00"})
        self.typed = book.add_format(_WHITE)
        self.typed_money = book.add_format({**_WHITE, "num_format": "#,##0.00"})

    def write(self) -> None:
        """Title, what to do, retirees, heads, then a row a person."""
        line = self._top()
        for place, column in enumerate(COLUMNS):
            self.sheet.set_column(place, place, column.width)
            self.sheet.write_string(line, place, str(column.head), self.head)
        self.sheet.repeat_rows(line)
        self.sheet.freeze_panes(line + 1, 4)
        first = line + 1
        count = 0
        for row in draft_rows(self.declaration.draft):
            worker = whole_number(row["worker"])
            person = self.checker.people.get(worker)
            if worker is None or person is None:
                continue
            count += 1
            self._row(first + count - 1, count, row, person)
        self._rules(first, first + max(count, 1) - 1)
        self.sheet.protect(
            "",
            {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True},
        )

    def _top(self) -> int:
        declaration, rules = self.declaration, self.checker.rules
        rule = rules.personal
        title = _("Wage declaration %(year)s") % {"year": declaration.fee_year}
        employer = declaration.employer
        self.sheet.write_string(0, 0, f"{title}  {employer.name}  {employer.number}", self.bold)
        told = _(
            "Type the wages of %(year)s and the months worked in the white cells; who had none gets a reason."
        ) % {"year": declaration.fee_year - 1}
        if rule is not None and rules.average:
            told += " " + _("Floor %(floor)s, cap %(cap)s a month.") % {
                "floor": format_yuan(from_fen(rule.floor_fen)),
                "cap": format_yuan(from_fen(rule.cap_fen)),
            }
        self.sheet.write_string(1, 0, told, self.muted)
        draft = declaration.draft or {}
        for place, word, name, style in (
            (2, RETIREES, "retirees", self.typed),
            (5, RETIREE_COST, "retiree_cost", self.typed_money),
        ):
            self.sheet.write_string(2, place, str(word))
            self._typed(2, place + 1, str(draft.get(name, "")), style)
        return 4

    def _row(self, line: int, number: int, row: dict[str, str], person: Any) -> None:
        declaration = self.declaration
        write = self.sheet.write_string
        write(line, 0, key_of(declaration.fee_year, declaration.employer.number, person.worker_id), self.grey)
        self.sheet.write_number(line, 1, number, self.grey)
        write(line, 2, person.name, self.grey)
        write(line, 3, masked_id(person.number), self.grey)
        write(line, 4, str(CATEGORY.get(person.category, person.category)), self.grey)
        before = self.checker.last_wages.get(person.worker_id)
        if before is None:
            self.sheet.write_blank(line, 5, None, self.grey)
        else:
            self.sheet.write_number(line, 5, before, self.grey_money)
        self._typed(line, 6, row["year_wages"], self.typed_money)
        self._typed(line, 7, row["months"], self.typed)
        answer = row["answer"]
        write(line, 8, str(Answer(answer).label) if answer in Answer.values else "", self.typed)
        write(line, 9, row["left_from"], self.typed)
        write(line, 10, str(dict(LEAVE_BECAUSE).get(row["left_why"], "")), self.typed)
        write(line, 11, row["reason"], self.typed)

    def _typed(self, line: int, place: int, text: str, style: Any) -> None:
        """What was typed so far: as a number where it is one, else as it stands."""
        value: Decimal | None
        try:
            value = parse_yuan(text) if text.strip() else None
        except MoneyError:
            value = None
        if value is None:
            self.sheet.write_string(line, place, text, style)
        else:
            self.sheet.write_number(line, place, value, style)

    def _rules(self, first: int, last: int) -> None:
        """What a cell takes, told by the sheet itself before it comes back."""
        self.sheet.data_validation(
            first, 6, last, 6,
            {
                "validate": "decimal", "criteria": "between", "minimum": 0.01, "maximum": 10_000_000,
                "ignore_blank": True, "error_title": _("Wages"), "error_message": _("An amount in yuan, more than 0."),
            },
        )  # fmt: skip
        self.sheet.data_validation(
            first, 7, last, 7,
            {
                "validate": "integer", "criteria": "between", "minimum": 1, "maximum": 12, "ignore_blank": True,
                "error_title": _("Months"), "error_message": _("Months worked: a whole number from 1 to 12."),
            },
        )  # fmt: skip
        self.sheet.data_validation(
            first, 8, last, 8,
            {"validate": "list", "source": [str(word) for word in Answer.labels], "ignore_blank": True},
        )  # fmt: skip
        self.sheet.data_validation(
            first, 10, last, 10,
            {"validate": "list", "source": [str(word) for _value, word in LEAVE_BECAUSE], "ignore_blank": True},
        )  # fmt: skip
