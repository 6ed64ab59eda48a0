"""The claim sheet (申报债权书, REST-2, REST-4): what the office files with the liquidator, kept as it was issued."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collection.names import line_name
from collection.selectors.claims import Filed
from collection.statements.account import money
from collection.statements.capitals import capitals
from collection.statements.paper import Issue, frame
from enrollment.acts.models import EmployerChange
from enrollment.models import Employer
from jilin_si.money import from_fen, to_fen
from jilin_si.periods import format_period


@dataclass
class ClaimFigures:
    """A claim as it was issued; fen. ``rows`` are (period, line, owed, late fee, from whom it was taken over)."""

    employer_id: int
    number: str
    name: str
    county_id: int
    kind: str
    effective_period: str
    document_no: str
    on: str
    retirees: int
    monthly: int
    months: int
    reserve: int
    rows: list[list[Any]] = field(default_factory=list)

    @property
    def arrears(self) -> int:
        return sum(row[2] for row in self.rows)

    @property
    def late_fee(self) -> int:
        return sum(row[3] for row in self.rows)

    @property
    def total(self) -> int:
        return self.arrears + self.late_fee + self.reserve

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> ClaimFigures:
        return cls(**kept)


def claim_figures(employer: Employer, filed: Filed, event: EmployerChange) -> ClaimFigures:
    """What the claim says today."""
    reserve = filed.claim.reserve
    return ClaimFigures(
        employer_id=employer.pk,
        number=employer.number,
        name=employer.name,
        county_id=employer.county_id,
        kind=event.kind,
        effective_period=format_period(event.effective_period),
        document_no=event.document_no,
        on=filed.claim.on.isoformat(),
        retirees=event.retirees,
        monthly=to_fen(event.retiree_cost),
        months=reserve.months if reserve else 0,
        reserve=to_fen(reserve.amount) if reserve else 0,
        rows=[
            [
                format_period(row.due_period),
                row.line,
                to_fen(row.owed),
                to_fen(filed.fee_of(row.bill_id)),
                filed.others.get(row.employer_id, ""),
            ]
            for row in filed.rows
        ],
    )


def claim_file_name(figures: ClaimFigures) -> str:
    return f"{_('Claim sheet')} {figures.number} {figures.on}"


def claim_paper(figures: ClaimFigures, issue: Issue) -> dict[str, Any]:
    """All texts of the sheet in the language active now."""
    kind = str(EmployerChange.Kind(figures.kind).label)
    lines = list(dict.fromkeys(row[1] for row in figures.rows))
    return frame(
        issue,
        title=_("Claim sheet"),
        kicker=_("Jilin Province social insurance"),
        running=f"{figures.name} {figures.number}",
        facts=[
            [_("Debtor"), figures.name],
            [_("Number"), figures.number],
            [_("Event"), f"{kind} {figures.effective_period}"],
            [_("Document no."), figures.document_no or "—"],
            [_("Creditor"), issue.agency],
            [_("As of"), figures.on],
        ],
    ) | {
        "sums": [
            [_("Arrears (yuan)"), money(figures.arrears)],
            [_("Late fee (yuan)"), money(figures.late_fee)],
            [_("Reserve for retirees (yuan)"), money(figures.reserve)],
            [_("Claim in all (yuan)"), money(figures.total)],
        ],
        "capital_label": _("Claim in all (in capitals)"),
        "capital": capitals(from_fen(figures.total)),
        "lines": {
            "title": _("1. Arrears and late fee by line"),
            "heads": [_("Line"), pgettext("amount", "Owed"), _("Late fee"), _("Together")],
            "rows": [_line(figures, line) for line in lines],
            "total": [
                _("Total"),
                *(money(fen) for fen in (figures.arrears, figures.late_fee, figures.arrears + figures.late_fee)),
            ],
        },
        "months": {
            "title": _("2. Month by month"),
            "heads": [_("Period"), _("Line"), pgettext("amount", "Owed"), _("Late fee")],
            "rows": [
                [period, f"{line_name(line)} ({other})" if other else line_name(line), money(owed), money(fee)]
                for period, line, owed, fee, other in figures.rows
            ],
            "notes": [
                _("Late fee: unpaid principal × daily rate × days from the due day to %(day)s (COL-5).")
                % {"day": figures.on}
            ],
        },
        "reserve": {
            "title": _("3. Reserve for the retirees"),
            "notes": [
                _(
                    "%(count)s retirees get %(monthly)s yuan a month together; × %(months)s months = %(amount)s yuan"
                    " (REST-4)."
                )
                % {
                    "count": figures.retirees, "monthly": money(figures.monthly), "months": figures.months,
                    "amount": money(figures.reserve),
                }
            ]
            if figures.reserve
            else [_("None: the employer has no retirees whose pensions are to be set aside.")],
        },
        "ask": _(
            "Pension arrears and the reserve for retirees are paid with priority from the liquidated property (REST-2);"
            " wages and labour insurance stand in the first rank (REST-3)."
        ),
        "seal_left": _("Creditor (seal)"),
        "seal_right": _("Received by the liquidator (seal)"),
        "seal_here": _("Seal here"),
        "sign_left": _("Name %(name)s        %(day)s") % {"name": issue.issued_by, "day": issue.issued_on.isoformat()},
        "sign_right": _("Name                         Date"),
        "objection": "",
    }  # fmt: skip


def _line(figures: ClaimFigures, line: str) -> list[str]:
    owed = sum(row[2] for row in figures.rows if row[1] == line)
    fee = sum(row[3] for row in figures.rows if row[1] == line)
    return [line_name(line), money(owed), money(fee), money(owed + fee)]
