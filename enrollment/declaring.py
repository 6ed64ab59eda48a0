"""What a declaration says, read and checked: the same for a row being typed, for the whole form and for handing in.

A row keeps the text as it was typed; a check reads it, says what is wrong (error), what must be looked at and may
stand with a reason (warning), and works out average, base and own part by the rules registered for wages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from enrollment.checks import DIED, refuse_insured
from enrollment.hooks import wage_rules
from enrollment.identity_numbers import known_prefixes, plain_number
from enrollment.models import Declaration, Employer
from enrollment.return_answers import read_answer
from enrollment.return_checked import CheckedDeclaration as CheckedDeclaration
from enrollment.return_checked import CheckedRow as CheckedRow
from enrollment.return_checked import Fault as Fault
from enrollment.return_newcomers import look_at_returned, read_newcomer
from enrollment.return_rows import (
    draft_rows,
    is_blank,
    last_year_wages,
    months_possible,
    people_of,
    whole_number,
    works_at,
)
from enrollment.standing import standings
from jilin_si.agencies.clock import today
from jilin_si.money import MoneyError, format_yuan, from_fen, parse_yuan, to_fen
from jilin_si.periods import format_period

PLAUSIBLE_MULTIPLE = 20
STRANGE_CHANGE = 3
MAX_ROWS = 20_000
MAX_TEXT = 200
LARGEST_WAGE = Decimal(10_000_000)


class Checker:
    """Checks the rows of one declaration; knows the employer's people, last year's wages and the rules for wages.

    ``by_employer``: the employer itself hands in. It is told nothing about people whom it does not have: the new ones
    are looked up by the office when it reviews the return.
    """

    def __init__(self, declaration: Declaration, by_employer: bool = False) -> None:
        self.declaration = declaration
        self.by_employer = by_employer
        self.employer: Employer = declaration.employer
        self.fee_year = declaration.fee_year
        self.first_period = declaration.first_period
        self.day = today()
        self.rules = wage_rules(self.employer, self.first_period)
        self.prefixes = known_prefixes()
        self.people = people_of(self.employer, self.fee_year)
        self.last_wages = last_year_wages(self.employer, self.fee_year)

    def row(self, row: Mapping[str, str], place: int = 0) -> CheckedRow:
        """One row by itself: formats, and what the registry knows of its worker."""
        checked = CheckedRow(place, row, person=self.people.get(whole_number(row.get("worker", ""))))
        if checked.person is not None:
            checked.name = checked.person.name
        elif row.get("worker"):
            checked.errors.append(
                Fault("year_wages", "gone", _("No longer of this employer. Bring the people up to date."))
            )
            return checked
        else:
            read_newcomer(checked, self.declaration, self.day, self.prefixes)
            look_at_returned(checked, self.declaration.draft or {})
        answered = bool(row.get("answer", "").strip())
        if not answered or read_answer(checked, self.first_period, self.day):
            self._read_wage(checked)
        return checked

    def rows_beyond_the_scope(self, rows: Sequence[CheckedRow]) -> None:
        """Ask the whole registry about the new people of these rows."""
        new = [row for row in rows if row.number is not None]
        keys = [row.number.key for row in new if row.number]
        told = standings(
            keys, [row.name for row in new], [row.first_period or self.first_period for row in new]
        )
        for row, known in zip(new, told, strict=True):
            if known is None:
                continue
            if known.insured:
                refusal = refuse_insured(known)
                row.errors.append(Fault("number", refusal.code, refusal.message))
            elif known.died:
                row.errors.append(Fault("number", "died", str(DIED)))
            elif not known.same_name:
                row.errors.append(
                    Fault(
                        "name",
                        "other_name",
                        _("This number is registered under another name. Check the number and the name."),
                    )
                )

    def whole(self, draft: Mapping[str, Any]) -> CheckedDeclaration:
        """Every row, the rows against each other, retirees, and whether everybody is in the return."""
        rows = [self.row(row, place) for place, row in enumerate(draft_rows(draft)) if not is_blank(row)]
        self._find_doubles(rows)
        if not self.by_employer:
            self.rows_beyond_the_scope(rows)
        checked = CheckedDeclaration(rows, self.rules)
        self._read_retirees(draft, checked)
        if self.declaration.kind == Declaration.Kind.YEARLY:
            self._find_missing(checked)
        if not rows:
            checked.errors.append(Fault("", "empty", _("Nobody is in this return. Press Ins to add a row.")))
        return checked

    def _read_wage(self, checked: CheckedRow) -> None:
        wages, months = self._read_year_wages(checked), self._read_months(checked)
        if wages is None or months is None:
            return
        checked.year_wages_fen, checked.months = wages, months
        checked.average_fen = (2 * wages + months) // (2 * months)
        self._look_at(checked, checked.average_fen)

    def _read_year_wages(self, checked: CheckedRow) -> int | None:
        text = checked.row.get("year_wages", "")
        if not text.strip():
            checked.errors.append(
                Fault(
                    "year_wages",
                    "wage_missing",
                    _("Enter the wages.")
                    if checked.is_new
                    else _("Enter the wages, or say why there are none (Alt A)."),
                )
            )
            return None
        try:
            amount = parse_yuan(text)
        except MoneyError as error:
            code = "wage_not_a_number" if error.code == "not_a_number" else f"wage_{error.code}"
            checked.errors.append(Fault("year_wages", code, error.message))
            return None
        if amount <= 0:
            checked.errors.append(Fault("year_wages", "wage_not_positive", _("Wages are more than 0.")))
            return None
        if amount > LARGEST_WAGE:
            checked.errors.append(
                Fault(
                    "year_wages",
                    "wage_too_large",
                    _("%(amount)s cannot be one person's wages.") % {"amount": format_yuan(amount)},
                )
            )
            return None
        checked.values["year_wages"] = format_yuan(amount)
        return to_fen(amount)

    def _read_months(self, checked: CheckedRow) -> int | None:
        months = whole_number(checked.row.get("months", ""))
        if months is None or not 1 <= months <= 12:
            checked.errors.append(Fault("months", "months", _("Months worked: a whole number from 1 to 12.")))
            return None
        started = checked.person.first_work_date if checked.person else None
        most = months_possible(started, self.fee_year)
        if months > most:
            checked.errors.append(
                Fault(
                    "months",
                    "months_too_many",
                    _(
                        "Months %(given)s: started work in %(started)s, at most %(most)s in %(year)s."
                        " Enter %(most)s, or correct the start."
                    )
                    % {
                        "given": months,
                        "started": format_period(started) if started else "",
                        "most": most,
                        "year": self.fee_year - 1,
                    },
                )
            )
            return None
        checked.values["months"] = str(months)
        return months

    def _look_at(self, checked: CheckedRow, average_fen: int) -> None:
        """What is possible but strange: to be checked, or kept with a reason."""
        average = from_fen(average_fen)
        if self.rules.average and average > PLAUSIBLE_MULTIPLE * self.rules.average:
            checked.warnings.append(
                Fault(
                    "year_wages",
                    "wage_implausible",
                    _(
                        "%(average)s a month is more than 20 times the local average %(local)s."
                        " Check the decimal point, or press Alt R to keep it with a reason."
                    )
                    % {"average": format_yuan(average), "local": format_yuan(self.rules.average)},
                )
            )
            return
        before = self.last_wages.get(checked.person.worker_id) if checked.person else None
        if before and not before / STRANGE_CHANGE <= average <= before * STRANGE_CHANGE:
            checked.warnings.append(
                Fault(
                    "year_wages",
                    "wage_jump",
                    _(
                        "%(average)s a month is %(times)s times last year's %(before)s."
                        " Check the decimal point, or press Alt R to keep it with a reason."
                    )
                    % {
                        "average": format_yuan(average),
                        "times": f"{average / before:.1f}",
                        "before": format_yuan(before),
                    },
                )
            )

    def _find_doubles(self, rows: Sequence[CheckedRow]) -> None:
        first: dict[str, int] = {}
        for row in rows:
            key = row.number.key if row.number else f"worker {row.person.worker_id}" if row.person else ""
            if not key:
                continue
            if key in first:
                row.errors.append(
                    Fault(
                        "number",
                        "duplicate_in_file",
                        _("The same person as in row %(row)s.") % {"row": first[key] + 1},
                    )
                )
            else:
                first[key] = row.place
        known = {plain_number(p.number): p for p in self.people.values()}
        for row in rows:
            if row.number and (row.number.given in known or row.number.key in known):
                row.errors.append(
                    Fault("number", "duplicate_in_file", _("This person is in the return already."))
                )

    def _find_missing(self, checked: CheckedDeclaration) -> None:
        inside = {row.person.worker_id for row in checked.rows if row.person}
        missing = [
            p for p in self.people.values() if p.worker_id not in inside and works_at(p, self.first_period)
        ]
        if missing:
            names = "、".join(p.name for p in missing[:5])
            checked.errors.append(
                Fault(
                    "",
                    "incomplete",
                    _("%(count)s workers of this employer are not in the return: %(names)s …")
                    % {"count": len(missing), "names": names},
                )
            )

    def _read_retirees(self, draft: Mapping[str, Any], checked: CheckedDeclaration) -> None:
        heads = whole_number(str(draft.get("retirees", "") or "0"))
        if heads is None or heads > 1_000_000:
            checked.errors.append(Fault("retirees", "retirees", _("Retirees: a whole number.")))
            return
        text = str(draft.get("retiree_cost", "") or "0")
        try:
            cost = parse_yuan(text)
        except MoneyError as error:
            checked.errors.append(Fault("retiree_cost", f"cost_{error.code}", error.message))
            return
        if cost < 0 or cost > LARGEST_WAGE * 100:
            checked.errors.append(Fault("retiree_cost", "cost_range", _("Retiree cost is 0 or more.")))
            return
        if bool(heads) != bool(cost):
            cell = "retirees" if cost else "retiree_cost"
            checked.errors.append(
                Fault(cell, "retirees_and_cost", _("Retirees and their monthly cost are given together."))
            )
            return
        checked.retirees, checked.retiree_cost_fen = heads, to_fen(cost)
