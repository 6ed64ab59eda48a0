"""The grid of a declaration: what the page is given, what it sends, what it is answered.

A return may have thousands of rows; the page shows a window of them, and the rest stays in the draft. Places count
from 0 over the whole return, so that a window sends ``rows-200-year_wages`` for the 201st row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from enrollment.declaring import CheckedDeclaration, CheckedRow, Checker, Fault
from enrollment.models import Declaration
from enrollment.return_rows import Person, draft_rows, is_blank
from enrollment.words import CATEGORY, IDENTITY, SEX
from jilin_si.money import MoneyError, format_yuan, from_fen, parse_yuan
from jilin_si.web.formats import percent
from jilin_si.web.traces import trace_url

WINDOW = 200
_FIELD = re.compile(r"rows-(\d{1,6})-([a-z_]+)")
DASH = "—"


@dataclass(frozen=True)
class GridRow:
    """A row of the window: its place, what was typed, and whom it is about."""

    place: int
    typed: Mapping[str, str]
    person: Person | None

    @property
    def line(self) -> int:
        return self.place + 1

    @property
    def is_gone(self) -> bool:
        """Somebody of the draft who is no longer of the employer."""
        return self.person is None and bool(self.typed.get("worker"))

    @property
    def is_new(self) -> bool:
        return self.person is None and not self.typed.get("worker")

    @property
    def told(self) -> str:
        return sex_and_birth(self.person) if self.person else DASH


class UnreadableFormError(ValueError):
    """What came is no form of this page."""


@dataclass(frozen=True)
class Posted:
    """The form of a page as it came: rows by place, the retirees, and what it began with."""

    rows: dict[int, dict[str, str]]
    retirees: str | None
    retiree_cost: str | None
    version: int
    page: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Posted:
        """Read named fields. Raises UnreadableFormError."""
        rows: dict[int, dict[str, str]] = {}
        for name, value in fields.items():
            match = _FIELD.fullmatch(name)
            if match:
                rows.setdefault(int(match[1]), {})[match[2]] = value
        version = fields.get("version", "")
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            raise UnreadableFormError
        return cls(
            rows,
            fields.get("retirees"),
            fields.get("retiree_cost"),
            int(version),
            fields.get("page", "")[:40],
        )

    @classmethod
    def read_draft(cls, body: bytes) -> tuple[Posted, dict[str, Any]]:
        """Read what ``draft.js`` sends: values as lists, with title, address and progress beside them."""
        try:
            sent = json.loads(body, parse_constant=_refuse_constant)
            fields = {
                _whole_text(name): _whole_text(values[0]) for name, values in sent["values"].items() if values
            }
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise UnreadableFormError from None
        return cls.read(fields), sent


def window_of(declaration: Declaration, checker: Checker, first: int) -> list[GridRow]:
    """The rows of a window of the return."""
    rows = draft_rows(declaration.draft)
    shown = rows[first : first + WINDOW]
    return [
        GridRow(
            first + step, row, checker.people.get(int(row["worker"]) if row["worker"].isdigit() else None)
        )
        for step, row in enumerate(shown)
    ]


def windows(total: int) -> list[tuple[int, str]]:
    """The windows of a long return: first place, and what it is called."""
    if total <= WINDOW:
        return []
    return [(start, f"{start + 1}–{min(start + WINDOW, total)}") for start in range(0, total, WINDOW)]


def row_answer(row: CheckedRow, checker: Checker, patient: bool = False) -> dict[str, Any]:
    """What the page shows of a checked row. ``patient``: a wage not yet typed is no fault yet."""
    errors = [f for f in row.errors if not (patient and f.code == "wage_missing")]
    if row.is_new and patient and is_blank(row.row):
        errors = []
    warnings = [] if row.errors else row.warnings
    open_warnings = [] if row.reason else warnings
    return {
        "values": row.values,
        "calc": _computed(row, checker),
        "errors": [_fault(f) for f in (*errors, *open_warnings)],
        "warnings": [_fault(f) for f in warnings],
    }


def known_answers(
    checked: CheckedDeclaration, checker: Checker, places: Iterable[int], patient: bool
) -> dict[str, Any]:
    """What a page knows when it opens: its rows' computed cells and faults, and the totals of the whole return."""
    inside = set(places)
    return {
        "rows": {
            str(row.place): row_answer(row, checker, patient) for row in checked.rows if row.place in inside
        },
        "totals": totals_of(checked),
    }


def totals_of(checked: CheckedDeclaration) -> dict[str, str]:
    """The sums of the rows that are good, as text."""
    own, unit = checked.own_fen, checked.unit_fen
    return {
        "done": f"{len(checked.good_rows):,d}",
        "all": f"{len(checked.rows):,d}",
        "wages": format_yuan(from_fen(checked.wages_fen)),
        "unit": format_yuan(from_fen(unit)),
        "own": format_yuan(from_fen(own)),
        "due": format_yuan(from_fen(unit + own)),
    }


@dataclass(frozen=True)
class Scale:
    """Where a base stands between floor and cap, in percent of the drawing's width."""

    left: str
    floor: Decimal
    cap: Decimal
    floor_percent: str
    cap_percent: str


def side_of(row: CheckedRow, checker: Checker) -> dict[str, Any]:
    """What stands beside the grid about the row one is in."""
    rule = checker.rules.personal
    told: dict[str, Any] = {
        "row": row,
        "line": row.place + 1,
        "rules": checker.rules,
        "rule": rule,
        "last_year": checker.fee_year - 1,
        "before": checker.last_wages.get(row.person.worker_id) if row.person else None,
    }
    if row.average_fen is None:
        return told
    average = from_fen(row.average_fen)
    told["average"] = average
    told["year_wages"] = from_fen(row.year_wages_fen or 0)
    if told["before"]:
        told["change"] = (average - told["before"]) / told["before"] * 100
    if rule is not None:
        base = rule.base_fen(row.average_fen)
        told |= {
            "base": from_fen(base),
            "own": from_fen(rule.own_fen(row.average_fen)),
            "own_percent": percent(Decimal(rule.own_ppm) / 10_000, 0 if rule.own_ppm % 10_000 == 0 else 2),
            "credit": from_fen(rule.credit_fen(row.average_fen)) if rule.transfer_ppm else None,
            "scale": _scale(checker, base),
        }
        if row.person:
            key = f"{checker.declaration.pk}-{row.person.worker_id}"
            told["trace_base"], told["trace_credit"] = (
                trace_url("declared_base", key),
                trace_url("declared_credit", key),
            )
    return told


def plain_amount(text: str) -> str:
    """An amount as the grid shows it; what is none stays as it was typed."""
    try:
        return format_yuan(parse_yuan(text)) if text else ""
    except MoneyError:
        return text


def sex_and_birth(person: Any) -> str:
    """``男 1955-08-15``."""
    return f"{SEX[person.sex]} {person.birth_date.isoformat()}"


def category_words() -> list[tuple[str, Any]]:
    return list(CATEGORY.items())


def identity_words() -> list[tuple[str, Any]]:
    return list(IDENTITY.items())


def _computed(row: CheckedRow, checker: Checker) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if row.is_new:
        told["born"] = sex_and_birth(row.number) if row.number else DASH
    rule = checker.rules.personal
    if row.average_fen is None or row.open_faults:
        return told | {"average": DASH, "base": DASH, "own": DASH}
    told["average"] = format_yuan(from_fen(row.average_fen))
    if rule is None:
        return told | {"base": told["average"], "own": DASH}
    base = rule.base_fen(row.average_fen)
    shown = format_yuan(from_fen(base))
    note = "" if base == row.average_fen else _("floor") if base > row.average_fen else _("cap")
    told["base"] = {"text": shown, "tone": "adj", "note": note} if note else shown
    told["own"] = format_yuan(from_fen(rule.own_fen(row.average_fen)))
    return told


def _scale(checker: Checker, base_fen: int) -> Scale | None:
    """The floor stands at 16.7 %, the cap at 83.3 % of the width."""
    rule, rules = checker.rules.personal, checker.rules
    if (
        rule is None
        or rules.floor_multiple is None
        or rules.cap_multiple is None
        or rule.cap_fen <= rule.floor_fen
    ):
        return None
    permille = 167 + (base_fen - rule.floor_fen) * 666 // (rule.cap_fen - rule.floor_fen)
    return Scale(
        left=f"{permille // 10}.{permille % 10}",
        floor=from_fen(rule.floor_fen),
        cap=from_fen(rule.cap_fen),
        floor_percent=percent(rules.floor_multiple * 100, 0),
        cap_percent=percent(rules.cap_multiple * 100, 0),
    )


def _fault(fault: Fault) -> dict[str, str]:
    return {"cell": fault.cell, "text": fault.text, "code": fault.code}


def _whole_text(text: object) -> str:
    """Text without halves of characters, which JSON can hold and a database cannot."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


def _refuse_constant(constant: str) -> None:
    raise ValueError(constant)
