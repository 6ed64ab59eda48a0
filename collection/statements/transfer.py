"""The transfer form (转移单, PEN-23): what goes along with a worker, drawn from the case and the account's move.

Both are kept as they were sent, so that the form drawn again is the same.
"""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from collection.account_moves import Sheet, transfer_sheet
from collection.statements.account import money
from collection.statements.capitals import capitals
from collection.statements.paper import File, Issue, frame, grouped_number
from collection.statements.pdf import compile_pdf
from enrollment.models import Transfer
from enrollment.words import CATEGORY, IDENTITY, SEX
from jilin_si.money import from_fen
from jilin_si.periods import format_period


def transfer_file(transfer: Transfer, language: str) -> File:
    """The form as PDF in a language; its name carries no identity number."""
    with translation.override(language):
        sheet = transfer_sheet(transfer.pk)
        issue = Issue(
            number=transfer.number,
            code="",
            issued_on=transfer.sent_on,
            agency=transfer.county.company_name,
            issued_by=str(transfer.sent_by or ""),
        )
        body = compile_pdf("transfer", transfer_paper(transfer, sheet, issue), transfer.sent_on)
        return File(f"{_('Transfer form')} {transfer.number}.pdf", body, "application/pdf")


def transfer_paper(transfer: Transfer, sheet: Sheet, issue: Issue) -> dict[str, Any]:
    """All texts of the form in the language active now."""
    facts = transfer.facts
    employed = f"{CATEGORY.get(facts['category'], '')} · {IDENTITY.get(facts['identity'], '')}"
    to = transfer.to_county.company_name if transfer.to_county else transfer.destination
    total = sheet.own + sheet.unit
    return frame(
        issue,
        title=_("Transfer form"),
        kicker=_("Jilin Province social insurance"),
        running=f"{transfer.name} {transfer.number}",
        facts=[
            [pgettext("person", "Name"), transfer.name],
            [_("Social security number"), grouped_number(transfer.identity_number)],
            [_("Sex, born"), f"{SEX.get(facts['sex'], '')} {facts['birth_date']}"],
            [_("Employed as, identity"), employed],
            [_("From"), transfer.county.company_name],
            [_("To"), to],
            [_("Old employer"), transfer.employer_name],
            [_("Employment"), f"{facts['first_period']} – {facts['last_period']}"],
            [_("Moves from"), format_period(transfer.first_period)],
            [_("Started work"), facts["first_work_date"] or "—"],
        ],
    ) | {
        "sums": [
            [_("Own part (yuan)"), money(sheet.own)],
            [_("Employer's part (yuan)"), money(sheet.unit)],
            [_("Goes along (yuan)"), money(total)],
            [_("Contribution months"), str(sheet.months)],
        ],
        "capital_label": _("Goes along (in capitals)"),
        "capital": capitals(from_fen(total)),
        "account": _account(sheet),
        "years": _years(transfer, sheet),
        "seal_left": _("The office that sends (seal)"),
        "seal_right": _("The office that takes in (seal)"),
        "seal_here": _("Seal here"),
        "sign_left": _("Name %(name)s        %(day)s") % {"name": issue.issued_by, "day": issue.issued_on.isoformat()},
        "sign_right": _("Name                         Date"),
        "objection": _("The office that takes in goes on with the account from the month after its sending."),
    }  # fmt: skip


def _account(sheet: Sheet) -> dict[str, Any]:
    def row(label: str, own: int, unit: int) -> list[str]:
        return [label, money(own), money(unit), money(own + unit)]

    return {
        "title": _("1. The account"),
        "heads": [_("Yuan"), _("Own part"), _("Employer's part"), _("Together")],
        "rows": [
            row(_("Opening balance"), *sheet.opening),
            row(_("Credited in the year"), *sheet.credited),
            row(_("Interest to the end of %(period)s") % {"period": sheet.sent_in}, *sheet.interest),
        ],
        "total": row(_("Goes along"), sheet.own, sheet.unit),
        "notes": [
            _("Interest at the last published book rate, %(rate)s a year, by months (PEN-8a).")
            % {"rate": sheet.rate}
        ],
    }


def _years(transfer: Transfer, sheet: Sheet) -> dict[str, Any]:
    deemed = int(transfer.facts["deemed_months"])
    notes = [
        ngettext("Deemed month: %(count)s.", "Deemed months: %(count)s.", deemed) % {"count": deemed},
    ]
    if sheet.unpaid:
        notes.append(
            _("Not paid by the employer yet, and not in the account: %(months)s.")
            % {"months": ", ".join(sheet.unpaid)}
        )
    return {
        "title": _("2. Bases and months with this office"),
        "heads": [_("Year"), _("Contribution base"), _("Months due"), _("Months counted")],
        "rows": [
            [str(year), money(base), str(due), str(counted)] for year, base, due, counted in sheet.years
        ],
        "notes": notes,
    }
