"""What changes the world of collection besides the month itself: money entered, matched and returned; a month closed.

Each act checks the role at the unit, runs in one transaction and leaves an entry in the audit trail.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from collection.imports import (
    MAY_TAKE_MONEY,
    BankRecord,
    hand_in_bank_file,
    import_bank_lines,
    take_in_bank_file,
)
from collection.lines import get_line
from collection.models import BankLine
from enrollment.models import Employer
from enrollment.permissions import require
from enrollment.refusals import Refusal
from jilin_si.access.audit import record
from jilin_si.access.models import Role
from jilin_si.agencies.clock import today
from jilin_si.ledger.services import LedgerError
from jilin_si.ledger.services import close_period as close_books
from jilin_si.money import ZERO
from jilin_si.periods import format_period

if TYPE_CHECKING:
    from jilin_si.access.models import User

__all__ = [
    "MAY_TAKE_MONEY",
    "BankRecord",
    "close_month",
    "enter_receipt",
    "hand_in_bank_file",
    "import_bank_lines",
    "match_receipt",
    "return_receipt",
    "take_in_bank_file",
]

MAY_CLOSE = (Role.FINANCE,)
_MOST = Decimal("99999999999.99")


def enter_receipt(
    *,
    employer: Employer,
    received_on: date,
    amount: Decimal,
    bank: str,
    serial: str,
    by: User,
    line: str | None = None,
    remark: str = "",
) -> BankLine:
    """Enter money taken at the counter or told by the bank on paper (收款). It waits for the next settlement.

    ``line`` designates a line of insurance; without it the money is split over what is open (COL-7). Raises Refusal.
    """
    require(by, employer.county_id, *MAY_TAKE_MONEY)
    if received_on > today():
        raise Refusal("received_on", "future", _("The day is later than today."))
    if not ZERO < amount <= _MOST:
        raise Refusal("amount", "range", _("The amount must be more than 0.00."))
    if line:
        _check_line(employer, line)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_bankline (county_id, employer_id, line, bank, received_on, serial, payer_name,"
            " remark, amount_fen, source, entered_by_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'entered', %s)"
            " on conflict (bank, received_on, serial) do nothing returning id",
            [
                employer.county_id, employer.pk, line or None, bank, received_on, serial, employer.name, remark,
                int(amount * 100), by.pk,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
        if row is None:
            raise Refusal(
                "serial", "known", _("This bank, day and number are taken: the receipt was entered before.")
            )
        record(
            "receipt_entered",
            by=by,
            about="bank_line",
            number=row[0],
            county_id=employer.county_id,
            employer_id=employer.pk,
            details={
                "amount": amount,
                "received_on": received_on,
                "bank": bank,
                "serial": serial,
                "line": line,
            },
        )
    return BankLine.objects.get(pk=row[0])


def match_receipt(
    bank_line_id: int, employer: Employer | None, *, by: User, line: str | None = None
) -> BankLine:
    """Say whose money a bank line is (对账认领); ``employer`` None takes the answer back.

    Possible until the line is taken into the books. Raises Refusal.
    """
    with transaction.atomic():
        bank_line = BankLine.objects.select_for_update().get(pk=bank_line_id)
        require(by, bank_line.county_id, *MAY_TAKE_MONEY)
        _refuse_done(bank_line)
        if employer is not None and employer.county_id != bank_line.county_id:
            raise Refusal(
                "employer", "county", _("This employer belongs to another unit; its money is matched there.")
            )
        if employer is not None and line:
            _check_line(employer, line)
        before = bank_line.employer_id
        bank_line.employer = employer
        bank_line.line = line or None if employer else None
        bank_line.save(update_fields=["employer", "line"])
        record(
            "receipt_matched" if employer else "receipt_released",
            by=by,
            about="bank_line",
            number=bank_line.pk,
            county_id=bank_line.county_id,
            employer_id=employer.pk if employer else before,
            details={
                "amount": bank_line.amount,
                "from": before,
                "to": employer.pk if employer else None,
                "line": line,
            },
        )
    return bank_line


def return_receipt(bank_line_id: int, *, reason: str, by: User) -> BankLine:
    """Mark money as gone back to its payer (退回): it is never taken into the books. Raises Refusal."""
    if not reason.strip():
        raise Refusal("reason", "required", _("Say why it went back."))
    with transaction.atomic():
        bank_line = BankLine.objects.select_for_update().get(pk=bank_line_id)
        require(by, bank_line.county_id, *MAY_TAKE_MONEY)
        _refuse_done(bank_line)
        bank_line.returned = True
        bank_line.save(update_fields=["returned"])
        record(
            "receipt_returned",
            by=by,
            about="bank_line",
            number=bank_line.pk,
            county_id=bank_line.county_id,
            employer_id=bank_line.employer_id,
            reason=reason,
            details={"amount": bank_line.amount},
        )
    return bank_line


def close_month(*, county_id: int, period: date, by: User) -> None:
    """Close a unit's books of a month (关账). Irreversible; the unit's finance does it. Raises Refusal."""
    require(by, county_id, *MAY_CLOSE)
    with transaction.atomic():
        try:
            close_books(agency_id=county_id, period=period, user_id=by.pk)
        except LedgerError as error:
            raise Refusal("typed", "ledger", str(error).replace("%", "%%")) from error
        record(
            "period_closed",
            by=by,
            about="period",
            county_id=county_id,
            details={"period": format_period(period)},
        )


def _refuse_done(bank_line: BankLine) -> None:
    if bank_line.taken_in:
        raise Refusal(
            "",
            "taken",
            _("This money was taken into the books of %(period)s."),
            period=format_period(bank_line.taken_in),
        )
    if bank_line.returned:
        raise Refusal("", "returned", _("This money went back to its payer."))


def _check_line(employer: Employer, line: str) -> None:
    try:
        get_line(line)
    except KeyError:
        raise Refusal("line", "unknown", _("There is no such line.")) from None
    if not employer.coverages.filter(line=line).exists():
        raise Refusal("line", "not_covered", _("The employer has never been in this line."))
