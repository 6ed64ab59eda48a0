"""The contribution statement as an Excel workbook: three sheets or four, amounts as numbers, every text as text."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collection.names import line_name
from collection.statements.figures import ContributionFigures
from collection.statements.paper import Issue, check_address
from enrollment.models import Ownership
from jilin_si.money import from_fen

_TEXT_ONLY = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class _Sheet:
    """A sheet written row by row; a cell's type follows the value's: text, count, or fen as yuan."""

    def __init__(self, book: Any, title: str, widths: list[int], styles: dict[str, Any]) -> None:
        self.sheet = book.add_worksheet(title)
        self.styles = styles
        self.row = 0
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width)

    def heads(self, titles: list[str]) -> None:
        for place, title in enumerate(titles):
            self.sheet.write_string(self.row, place, title, self.styles["head"])
        self.row += 1
        self.sheet.freeze_panes(self.row, 0)
        self.sheet.repeat_rows(self.row - 1)

    def line(self, cells: list[Any], total: bool = False) -> None:
        """``Fen`` amounts become yuan with two decimals, ints counts, anything else text."""
        for place, value in enumerate(cells):
            if value is None or value == "":
                continue
            if isinstance(value, Fen):
                style = self.styles["total" if total else "money"]
                self.sheet.write_number(self.row, place, from_fen(value.fen), style)
            elif isinstance(value, int):
                self.sheet.write_number(self.row, place, value, self.styles["count"])
            else:
                self.sheet.write_string(self.row, place, value, self.styles["bold"] if total else None)
        self.row += 1


class Fen:
    """An amount in fen, to be shown in yuan."""

    __slots__ = ("fen",)

    def __init__(self, fen: int) -> None:
        self.fen = fen


def contribution_workbook(figures: ContributionFigures, issue: Issue) -> bytes:
    """The workbook in the language active now: overview, by month and line, by person, arrears taken over."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _TEXT_ONLY)
    book.set_properties({"title": f"{_('Contribution statement')} {issue.number}", "author": issue.agency})
    styles = {
        "head": book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#F3F5F7", "text_wrap": True, "valign": "top"}
        ),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "total": book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
        "count": book.add_format({"num_format": "#,##0"}),
        "bold": book.add_format({"bold": True}),
    }
    _overview(book, styles, figures, issue)
    _by_month(book, styles, figures)
    _by_person(book, styles, figures)
    if figures.taken:
        _taken_over(book, styles, figures)
    book.close()
    return stream.getvalue()


def _overview(book: Any, styles: dict[str, Any], figures: ContributionFigures, issue: Issue) -> None:
    sheet = _Sheet(book, _("Overview"), [28, 36, 16, 16, 16], styles)
    sheet.line([_("Contribution statement"), issue.number], total=True)
    for label, value in (
        (_("Employer"), figures.name),
        (_("Number"), figures.number),
        (_("Ownership"), str(Ownership(figures.ownership).label)),
        (_("Periods"), _("%(first)s to %(last)s") % {"first": figures.first, "last": figures.last}),
        (_("Office"), issue.agency),
        (pgettext("paper", "Issued on"), issue.issued_on.isoformat()),
        (_("Check code"), issue.code),
        (_("Check at"), check_address(issue.code)),
        (_("Amounts"), _("in yuan")),
    ):
        sheet.line([label, value])
    sheet.row += 1
    sheet.heads(
        [_("Line"), "", pgettext("amount", "Due"), pgettext("amount", "Paid"), pgettext("amount", "Owed")]
    )
    for line in figures.lines:
        mine = [row for row in figures.months if row.line == line]
        sheet.line(
            [
                line_name(line),
                "",
                *(Fen(sum(getattr(row, name) for row in mine)) for name in ("due", "paid", "owed")),
            ]
        )
    sheet.line([_("Total"), "", Fen(figures.due), Fen(figures.paid), Fen(figures.owed)], total=True)
    if figures.taken:
        sheet.line([_("Arrears taken over"), "", "", "", Fen(figures.taken_owed)])
        both = figures.owed + figures.taken_owed
        sheet.line([_("Owed with arrears taken over, without late fee"), "", "", "", Fen(both)], total=True)


def _by_month(book: Any, styles: dict[str, Any], figures: ContributionFigures) -> None:
    sheet = _Sheet(book, _("By month"), [10, 16, 9, 15, 15, 15, 15, 15, 15, 12, 15, 22], styles)
    sheet.heads(
        [
            _("Period"), _("Line"), _("People"), _("Wages"), _("Retiree cost"), _("Employer part"), _("Workers' part"),
            pgettext("amount", "Due"), pgettext("amount", "Paid"), _("Received"), pgettext("amount", "Owed"),
            _("Changes recorded in"),
        ]
    )  # fmt: skip
    for row in figures.months:
        sheet.line(
            [
                row.period, line_name(row.line), row.workers, Fen(row.wages), Fen(row.retiree_cost), Fen(row.unit_due),
                Fen(row.own_due), Fen(row.due), Fen(row.paid), row.received_on, Fen(row.owed),
                ", ".join(row.supplements),
            ]
        )  # fmt: skip
    totals = [
        Fen(sum(getattr(row, name) for row in figures.months))
        for name in ("unit_due", "own_due", "due", "paid")
    ]
    sheet.line([_("Total"), "", "", "", "", *totals, "", Fen(figures.owed)], total=True)


def _by_person(book: Any, styles: dict[str, Any], figures: ContributionFigures) -> None:
    sheet = _Sheet(book, _("By person"), [7, 22, 14, 13, 10, 13, 9, 9, 13, 13, 14], styles)
    limits = {"floor": _("floor"), "cap": _("ceiling"), "": ""}
    sheet.heads(
        [
            _("No."), _("Social security number"), pgettext("person", "Name"), _("Base"), _("Limit"),
            _("Own part a month"),
            _("Months due"), _("Months credited"), _("Own part due"), _("Own part paid"), _("To the account"),
        ]
    )  # fmt: skip
    for place, person in enumerate(figures.people, 1):
        sheet.line(
            [
                place, person.identity_number, person.name, Fen(person.base), limits[person.limit],
                Fen(person.own_monthly), person.months_due, person.months_credited, Fen(person.own_due),
                Fen(person.own_paid), Fen(person.credited),
            ]
        )  # fmt: skip
    totals = [
        Fen(sum(getattr(p, name) for p in figures.people)) for name in ("own_due", "own_paid", "credited")
    ]
    sheet.line([_("Total"), "", "", "", "", "", "", "", *totals], total=True)


def _taken_over(book: Any, styles: dict[str, Any], figures: ContributionFigures) -> None:
    sheet = _Sheet(book, _("Arrears taken over"), [16, 36, 10, 22, 16, 16, 14], styles)
    sheet.heads(
        [
            _("Number"), _("Taken over from"), _("Period"), _("Line"), pgettext("amount", "Owed"), _("Late fee"),
            _("Late fee up to"),
        ]
    )  # fmt: skip
    for row in figures.taken:
        sheet.line(
            [
                row.number,
                row.name,
                row.period,
                line_name(row.line),
                Fen(row.principal),
                Fen(row.late_fee),
                row.on,
            ]
        )
    sheet.line([_("Total"), "", "", "", Fen(figures.taken_owed), Fen(figures.taken_fee)], total=True)
