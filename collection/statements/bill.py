"""A bill (缴费单) as a paper: lines and parts of the month, supplements, arrears, late fee to the day, how to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from collection.models import OfficeAccount
from collection.names import line_name, percent_of_ppm
from collection.selectors.bills import BillRow, BillSheet
from collection.statements.capitals import capitals
from collection.statements.paper import File, Issue, frame
from collection.statements.pdf import compile_pdf
from enrollment.models import Employer
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import format_period

if TYPE_CHECKING:
    from decimal import Decimal


def bill_paper(employer: Employer, sheet: BillSheet) -> dict[str, Any]:
    """All texts of the bill in the language active now."""
    period = format_period(sheet.period)
    issue = Issue(
        number=f"{employer.number} {period}", code="", issued_on=sheet.on, agency=employer.county.company_name
    )
    return frame(
        issue,
        title=_("Contribution bill"),
        kicker=_("Jilin Province social insurance"),
        running=f"{employer.name} {employer.number} {period}",
        facts=[
            [_("Employer"), employer.name],
            [_("Number"), employer.number],
            [_("Period"), period],
            [_("Due on"), sheet.due_on.isoformat()],
            [_("Office"), employer.county.company_name],
            [_("As of"), sheet.on.isoformat()],
        ],
    ) | {
        "sums": [
            [_("Of this bill (yuan)"), format_yuan(sheet.sums.due)],
            [_("Paid of it (yuan)"), format_yuan(sheet.sums.paid)],
            [_("Arrears and late fee (yuan)"), format_yuan(sheet.arrears_sum + sheet.fee_sum)],
            [_("To pay (yuan)"), format_yuan(sheet.to_pay)],
        ],
        "capital_label": _("To pay (in capitals)"),
        "capital": capitals(sheet.to_pay),
        "lines": {
            "title": _("1. This bill"),
            "heads": [
                _("Line"), _("Period"), _("People"), _("Wages"), _("Retiree cost"), _("Rate"), _("Employer part"),
                _("Workers' part"), pgettext("amount", "Due"), pgettext("amount", "Owed"),
            ],
            "rows": [_row(row) for row in [*sheet.own_months, *sheet.supplements]],
            "total": [
                _("Total"), "", "", "", "", "", *(format_yuan(amount) for amount in (
                    sheet.sums.unit_due, sheet.sums.own_due, sheet.sums.due, sheet.sums.owed)),
            ],
        },
        "arrears": {
            "title": _("2. Arrears and late fee to %(day)s") % {"day": sheet.on.isoformat()},
            "heads": [
                _("Period"), _("Line"), pgettext("amount", "Owed"), _("Late from"), _("Days"), _("On"), _("Late fee"),
            ],
            "rows": _arrears(sheet),
            "total": [_("Total"), "", format_yuan(sheet.arrears_sum), "", "", "", format_yuan(sheet.fee_sum)],
            "note": "  ".join([
                _("Late fee: unpaid principal × %(rate)s × days late. One more day costs %(amount)s.") % {
                    "rate": _per_mille(sheet), "amount": format_yuan(sheet.fee_a_day),
                },
                *_gone_over(sheet),
            ]),
        },
        "pay": _how_to_pay(sheet.on > sheet.due_on) % {
            "agency": _payee(employer), "day": sheet.due_on.isoformat(), "number": employer.number,
        },
    }  # fmt: skip


def _payee(employer: Employer) -> str:
    """Whom to pay: the office, with its account where its head has named one."""
    account = OfficeAccount.objects.filter(pk=employer.county_id).first()
    return str(account) if account else employer.county.company_name


def _how_to_pay(is_late: bool) -> str:
    if is_late:
        return _(
            "The due day %(day)s has passed. Pay to %(agency)s now and write %(number)s as the remark, so that the "
            "money finds you."
        )
    return _("Pay to %(agency)s by %(day)s and write %(number)s as the remark, so that the money finds you.")


def _row(row: BillRow) -> list[str]:
    return [
        line_name(row.line),
        format_period(row.due_period) + (f" {_('supplement')}" if row.is_supplement else ""),
        f"{row.workers:,}",
        format_yuan(row.wages),
        format_yuan(row.retiree_cost) if row.includes_retiree_cost else "",
        percent_of_ppm(row.unit_ppm) + (f" / {percent_of_ppm(row.own_ppm)}" if row.own_ppm else ""),
        format_yuan(row.unit_due),
        format_yuan(row.own_due) if row.own_ppm else "",
        format_yuan(row.due),
        format_yuan(row.owed),
    ]


def _arrears(sheet: BillSheet) -> list[list[str]]:
    """Each arrear with its intervals; a fee without arrears is that of this bill itself, paid late or late now."""
    rows = []
    for item in sheet.arrears:
        mine = [fee for fee in sheet.fees if fee.bill_id == item.bill_id]
        name = f"{item.name} ({item.other})" if item.other else item.name
        first: list[str] = [format_period(item.due_period), name, format_yuan(item.amount)]
        for place, fee in enumerate(mine):
            head = first if place == 0 else ["", "", ""]
            rows.append([*head, *_fee_cells(fee.since.isoformat(), fee.days, fee.principal, fee.fee)])
        if not mine:
            rows.append([*first, item.since.isoformat(), "0", "", format_yuan(ZERO)])
    known = {item.bill_id for item in sheet.arrears}
    for fee in sheet.fees:
        if fee.bill_id not in known:
            head = [format_period(fee.due_period), line_name(fee.line), ""]
            rows.append([*head, *_fee_cells(fee.since.isoformat(), fee.days, fee.principal, fee.fee)])
    return rows


def _gone_over(sheet: BillSheet) -> list[str]:
    """What a merger or split moved (REST-5), in words."""
    said = [
        _("%(amount)s of this bill and those before is paid by %(name)s now (REST-5).")
        % {"amount": format_yuan(amount), "name": other}
        for other, amount in sheet.handed_to
    ]
    if sheet.taken:
        said.append(_("The name after a line says from whom the arrears were taken over (REST-5)."))
    return said


def _fee_cells(since: str, days: int, principal: Decimal, fee: Decimal) -> list[str]:
    return [since, str(days), format_yuan(principal), format_yuan(fee)]


def _per_mille(sheet: BillSheet) -> str:
    rates = sorted({fee.daily for fee in sheet.fees})
    return ", ".join(f"{(rate * 1000).normalize():f}‰" for rate in rates) or "—"


def bill_file(employer: Employer, sheet: BillSheet) -> File:
    """The bill as PDF, as it stands today."""
    joint = "" if (get_language() or "zh").startswith("zh") else " "
    name = f"{_('Contribution bill')}{joint}{employer.number} {format_period(sheet.period)}"
    return File(f"{name}.pdf", compile_pdf("bill", bill_paper(employer, sheet), sheet.on), "application/pdf")
