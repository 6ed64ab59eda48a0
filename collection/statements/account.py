"""The worker's yearly account statement (个人账户对账单, PEN-10) as a paper."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from collection.names import percent_of_ppm
from collection.statements.capitals import capitals
from collection.statements.figures import AccountFigures
from collection.statements.paper import Issue, frame, grouped_number
from jilin_si.money import format_yuan, from_fen
from jilin_si.periods import format_period, year_periods

_SIGNS = {"credited": "✓", "credited_late": "late", "owed": "owed", "not_due": "·"}


def money(fen: int | None) -> str:
    return "—" if fen is None else format_yuan(from_fen(fen))


def account_paper(figures: AccountFigures, issue: Issue) -> dict[str, Any]:
    """All texts of the statement in the language active now."""
    closed = figures.interest_own is not None
    closing = figures.closing_own + figures.closing_unit
    credited = figures.credit_own + figures.credit_on_base + figures.credit_on_average
    return frame(
        issue,
        title=_("Individual account statement"),
        kicker=_("Jilin Province social insurance"),
        running=f"{figures.worker_name} {figures.year}",
        facts=[
            [pgettext("person", "Name"), figures.worker_name],
            [_("Social security number"), grouped_number(figures.identity_number)],
            [_("Employer"), figures.name],
            [_("Number"), figures.number],
            [_("Year"), str(figures.year)],
            [_("Contribution base"), money(figures.base)],
            [_("Office"), issue.agency],
            [pgettext("paper", "Issued on"), issue.issued_on.isoformat()],
        ],
    ) | {
        "sums": [
            [_("Opening balance (yuan)"), money(figures.opening_own + figures.opening_unit)],
            [_("Credited in the year (yuan)"), money(credited)],
            [_("Interest (yuan)"), money(_sum(figures.interest_own, figures.interest_unit))],
            [_("Closing balance (yuan)") if closed else _("Balance today (yuan)"), money(closing)],
        ],
        "capital_label": _("Balance (in capitals)"),
        "capital": capitals(from_fen(closing)),
        "account": _account(figures, closed),
        "months": _months(figures),
        "seal_left": _("Received by the worker"),
        "seal_right": _("The office (seal)"),
        "seal_here": _("Seal here"),
        "sign_left": _("Name                         Date"),
        "sign_right": _("Name %(name)s        %(day)s") % {"name": issue.issued_by, "day": issue.issued_on.isoformat()},
        "objection": _(
            "If anything is not right, tell the office within 30 days of receipt, with pay slips or other proof."
        ),
    }  # fmt: skip


def _sum(*parts: int | None) -> int | None:
    return None if None in parts else sum(part or 0 for part in parts)


def _account(figures: AccountFigures, closed: bool) -> dict[str, Any]:
    def row(label: str, own: int | None, unit: int | None) -> list[str]:
        both = None if own is None and unit is None else (own or 0) + (unit or 0)
        return [label, money(own), money(unit), money(both)]

    return {
        "title": _("1. The account"),
        "heads": [_("Yuan"), _("Own part"), _("Employer's part"), _("Together")],
        "rows": [
            row(_("Opening balance"), figures.opening_own, figures.opening_unit),
            row(_("Own contributions"), figures.credit_own, None),
            row(_("From the employer's part, on the own base"), None, figures.credit_on_base),
            row(_("From the employer's part, on the local average wage"), None, figures.credit_on_average),
            row(_("Interest of the year"), figures.interest_own, figures.interest_unit),
            *_of_transfers(figures, row),
        ],
        "total": row(
            _("Closing balance") if closed else _("Balance today"), figures.closing_own, figures.closing_unit
        ),
        "notes": [
            _("Book rate of the year %(rate)s; the two parts earn interest each by itself, rounded once.")
            % {"rate": percent_of_ppm(int(Decimal(figures.book_rate) * 1_000_000))}
            if figures.book_rate
            else _("Interest is added at the end of the year at the book rate then set."),
        ],
    }


def _of_transfers(figures: AccountFigures, row: Any) -> list[list[str]]:
    """What transfers of the year did to the account, where there were any (PEN-23)."""
    rows = []
    if figures.settled_own or figures.settled_unit:
        rows.append(row(_("Interest settled by a transfer"), figures.settled_own, figures.settled_unit))
    if figures.moved_own or figures.moved_unit:
        rows.append(row(_("Arrived less sent"), figures.moved_own, figures.moved_unit))
    return rows


def _months(figures: AccountFigures) -> dict[str, Any]:
    words = {"credited_late": _("late"), "owed": _("owed")}
    by_period = {period: (state, credit) for period, state, credit in figures.months}
    cells = []
    for place, period in enumerate(year_periods(figures.year), 1):
        state, credit = by_period.get(format_period(period), ("", 0))
        shown = money(credit) if state in ("credited", "credited_late") else ""
        cells.append([str(place), words.get(state, _SIGNS.get(state, "")), shown])
    service = figures.total_months + figures.deemed_months
    notes = [
        _("Due in the year: %(due)s months; counted in the year: %(credited)s.")
        % {"due": figures.months_due, "credited": figures.months_credited},
        ngettext(
            "Contribution months in all: %(actual)s, deemed months %(deemed)s, together %(all)s month.",
            "Contribution months in all: %(actual)s, deemed months %(deemed)s, together %(all)s months.",
            service,
        )
        % {"actual": figures.total_months, "deemed": figures.deemed_months, "all": service},
    ]
    if figures.unpaid:
        notes.insert(
            1,
            _("Not paid by the employer yet: %(months)s. They count when they are paid in full.")
            % {"months": ", ".join(figures.unpaid)},
        )
    return {"title": _("2. The months"), "cells": cells, "notes": notes}


def account_file_name(figures: AccountFigures) -> str:
    """The file's name without ending; no identity number in it."""
    word = _("Account statement")
    joint = "" if (get_language() or "zh").startswith("zh") else " "
    return f"{word}{joint}{figures.worker_name}{joint}{figures.year}"
