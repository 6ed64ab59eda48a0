"""A new person in a return, read and checked: number, name, how employed, from which month on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from enrollment.checks import check_first_period
from enrollment.identity_numbers import read_identity_number, read_name
from enrollment.models import Category, Declaration, Identity
from enrollment.refusals import Refusal
from enrollment.return_checked import CheckedRow, Fault
from enrollment.return_rows import read_month
from jilin_si.periods import format_period, month

SAID = ("name", "joins_from", "year_wages", "months")


def read_newcomer(checked: CheckedRow, declaration: Declaration, day: date, prefixes: frozenset[str]) -> None:
    """Read a new person's cells. Nothing is asked of the registry here: it is the same for everybody."""
    row = checked.row
    try:
        checked.number = read_identity_number(row.get("number", ""), day, prefixes)
        checked.values["number"] = checked.number.given
    except Refusal as refusal:
        checked.errors.append(Fault("number", refusal.code, refusal.message))
    try:
        checked.name = read_name(row.get("name", ""))
        checked.values["name"] = checked.name
    except Refusal as refusal:
        checked.errors.append(Fault("name", refusal.code, refusal.message))
    for cell, choices in (("category", Category.values), ("identity", Identity.values)):
        if row.get(cell) not in choices:
            checked.errors.append(Fault(cell, cell, _("Choose one from the list.")))
    _read_first_period(checked, declaration, day)
    if any(fault.cell == "number" for fault in checked.errors):
        checked.number = None


def earliest_of(declaration: Declaration) -> date:
    """The first month that a return can declare somebody for: a joining one reaches over its whole year."""
    if declaration.kind == Declaration.Kind.JOINING:
        return month(declaration.fee_year, 1)
    return declaration.first_period


def look_at_returned(checked: CheckedRow, draft: Mapping[str, Any]) -> None:
    """What the reviewer wrote at a row stands there until the row says otherwise, or is kept with a reason."""
    told = (draft.get("returned") or {}).get(checked.number.key) if checked.number else None
    if told and told["said"] == said_by(checked.row):
        checked.warnings.append(
            Fault(
                "number",
                "returned",
                _("Returned: %(reason)s Change the row, or press Alt R to hand it in again with a reason.")
                % {"reason": told["reason"]},
            )
        )


def said_by(row: Mapping[str, str]) -> list[str]:
    """What a row says of a new person besides the number, to be held against what it says later."""
    return [row.get(name, "").strip() for name in SAID]


def _read_first_period(checked: CheckedRow, declaration: Declaration, day: date) -> None:
    try:
        first = read_month(checked.row.get("joins_from", "")) or declaration.first_period
    except ValidationError as error:
        checked.errors.append(Fault("joins_from", "period", error.messages[0]))
        return
    checked.first_period = first
    if checked.row.get("joins_from", "").strip():
        checked.values["joins_from"] = format_period(first)
    earliest = earliest_of(declaration)
    if not earliest <= first <= month(declaration.fee_year, 12):
        checked.errors.append(
            Fault(
                "joins_from",
                "other_year",
                _("This return declares wages from %(first)s to %(last)s: enter a month of these.")
                % {"first": format_period(earliest), "last": format_period(month(declaration.fee_year, 12))},
            )
        )
        return
    born = checked.number.birth_date if checked.number else None
    try:
        check_first_period(born, first, day)
    except Refusal as refusal:
        cell = "number" if refusal.code == "under_age" else "joins_from"
        checked.errors.append(Fault(cell, refusal.code, refusal.message))
