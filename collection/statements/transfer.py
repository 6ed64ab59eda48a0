"""The transfer form (转移单, PEN-23): what goes along with a worker, drawn from the case and the account's move.

Both are kept as they were sent, so that the form drawn again is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from collection.statements.account import money
from collection.statements.capitals import capitals
from collection.statements.paper import File, Issue, check_address, frame, grouped_number
from collection.statements.pdf import compile_pdf
from collection.transfer_sheets import Sheet, transfer_sheet
from enrollment.check_codes import read_code
from enrollment.models import Transfer
from enrollment.words import CATEGORY, IDENTITY, SEX
from jilin_si.access.scope import Scope, acting_as
from jilin_si.agencies.models import Agency
from jilin_si.money import from_fen
from jilin_si.periods import format_period


def transfer_file(transfer: Transfer, language: str) -> File:
    """The form as PDF in a language; its name carries no identity number."""
    with translation.override(language):
        sheet = transfer_sheet(transfer.pk)
        issue = Issue(
            number=transfer.number,
            code=transfer.check_code,
            issued_on=transfer.sent_on,
            agency=transfer.county.company_name,
            issued_by=str(transfer.sent_by or ""),
        )
        body = compile_pdf("transfer", transfer_paper(transfer, sheet, issue), transfer.sent_on)
        return File(f"{form_title(transfer)} {transfer.number}.pdf", body, "application/pdf")


def form_title(transfer: Transfer) -> str:
    """What the form is called: a supplement (补转) has its own."""
    return _("Supplementary transfer form") if transfer.is_supplement else _("Transfer form")


def transfer_paper(transfer: Transfer, sheet: Sheet, issue: Issue) -> dict[str, Any]:
    """All texts of the form in the language active now."""
    facts = transfer.facts
    employed = f"{CATEGORY.get(facts['category'], '')} · {IDENTITY.get(facts['identity'], '')}"
    to = transfer.to_county.company_name if transfer.to_county else transfer.destination
    total = sheet.own + sheet.unit
    return frame(
        issue,
        title=form_title(transfer),
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
            *([[_("Supplement to"), _first_number(transfer)]] if transfer.is_supplement else []),
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
        "years": _late(sheet) if transfer.is_supplement else _years(transfer, sheet),
        "seal_left": _("The office that sends (seal)"),
        "seal_right": _("The office that takes in (seal)"),
        "seal_here": _("Seal here"),
        "sign_left": _("Name %(name)s        %(day)s") % {"name": issue.issued_by, "day": issue.issued_on.isoformat()},
        "sign_right": _("Name                         Date"),
        "check_note": _("Anybody may check this form at %(address)s, code %(code)s.")
        % {"address": check_address(issue.code), "code": issue.code},
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


def _first_number(transfer: Transfer) -> str:
    """The form with which the account went; whoever takes in the rest may not see that case any more."""
    return Transfer(pk=transfer.supplement_to_id, county_id=transfer.county_id).number


def _late(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": _("2. Months that came after the account was sent"),
        "heads": [_("Month, paid in"), _("Own part"), _("Employer's part"), _("Together")],
        "rows": [
            [
                f"{month.period} · {month.paid_in} {month.employer}",
                money(month.own),
                money(month.unit),
                money(month.own + month.unit),
            ]
            for month in sheet.late
        ],
        "notes": []
        if sheet.late
        else [_("No month of this office is behind it: it came here for the account from another office.")],
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


@dataclass(frozen=True)
class ConfirmedTransfer:
    """What the office confirms of a transfer form to whoever holds its code; yuan. Nobody's name is in it."""

    code: str
    title: str
    number: str
    agency: Agency
    to: str
    employer_name: str
    first: str
    sent_on: date
    state: str
    done_on: date | None
    own: Decimal
    unit: Decimal
    months: int

    @property
    def total(self) -> Decimal:
        return self.own + self.unit

    @property
    def taken_back(self) -> bool:
        """Whether the account stands again where it stood: such a form moves nothing."""
        return self.state == Transfer.State.BACK


def check_transfer_form(typed: str) -> ConfirmedTransfer | None:
    """What was sent under the code of a transfer form; None where nothing was. Asked by anybody, beyond every scope.

    The code opens this one case: its figures are read in the scope of the unit that sent it.
    """
    code = read_code(typed)
    if not code:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, county_id, to_county_id, destination, employer_name, first_period, sent_on, state, done_on,"
            " supplement_to_id from enrollment_check_transfer(%s)",
            [code],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    pk, county_id, to_county_id, destination, employer_name, first, sent_on, state, done_on, supplement_to = (
        row
    )
    with acting_as(Scope(units=frozenset({county_id}))):
        sheet = transfer_sheet(pk)
    case = Transfer(pk=pk, county_id=county_id, supplement_to_id=supplement_to)
    agencies = Agency.objects.in_bulk([county_id, *([to_county_id] if to_county_id else [])])
    return ConfirmedTransfer(
        code=code,
        title=form_title(case),
        number=case.number,
        agency=agencies[county_id],
        to=agencies[to_county_id].company_name if to_county_id else destination,
        employer_name=employer_name,
        first=format_period(first),
        sent_on=sent_on,
        state=state,
        done_on=done_on,
        own=from_fen(sheet.own),
        unit=from_fen(sheet.unit),
        months=sheet.months,
    )
