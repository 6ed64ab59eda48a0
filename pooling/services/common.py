"""What the acts of pooling share: refusals, locks, money in the bank, payments, and the summary they keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg2.errorcodes import LOCK_NOT_AVAILABLE

from jilin_si.access.audit import record
from jilin_si.access.models import Assignment, Role, User
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE
from jilin_si.jobs.units import lock_county
from jilin_si.ledger.services import (
    EXPENDITURE_BANK,
    INCOME_BANK,
    NoMoneyError,
    book,
    booking_period,
    fund_expenditure,
)
from jilin_si.money import from_fen

FUND = "pension"
LINE = "pension"
RESERVE, ADJUSTMENT_FUND = "3001.03", "3001.04"
FROM_ABOVE, FROM_BELOW = "4105", "4106"
PENSIONS, TO_BELOW, TO_ABOVE = "5001", "5102", "5103"
PATIENCE = "4s"


class PoolingError(ValueError):
    """Pooling refuses this act; the message says why."""


class PoolingBusy(PoolingError):
    """A job is working on the same county at this moment; try again when it is done."""


class PoolingConflict(PoolingError):
    """What was looked at is no longer so: somebody else was quicker, or the money changed."""


def require_role(user_id: int | None, role: Role, agency_id: int, act: str) -> None:
    """Refuse an act of somebody who does not hold this role at this agency; rights are read anew each time."""
    held = (
        user_id is not None
        and Assignment.objects.filter(
            user_id=user_id, role=role, agency_id=agency_id, user__is_active=True
        ).exists()
    )
    if not held:
        raise PoolingError(
            _("%(act)s takes a %(role)s of this agency.") % {"act": act, "role": role.label.lower()}
        )


def lock(agency_ids: Iterable[int]) -> None:
    """Let no job and no other act work on these agencies until the transaction ends; in fixed order.

    Raises PoolingBusy where one of them is taken for longer than a moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local lock_timeout = %s", [PATIENCE])
        try:
            for agency_id in sorted(set(agency_ids)):
                lock_county(agency_id)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) == LOCK_NOT_AVAILABLE:
                raise PoolingBusy(_("A job is working on this county. Wait for it and try again.")) from error
            raise
        cursor.execute("set local lock_timeout = 0")


def cash(agency_id: int) -> Decimal:
    """The fund's money in the bank at an agency (1002 and 1003), in yuan."""
    return _balance("pooling_cash", agency_id)


def reserve(agency_id: int = PROVINCE) -> Decimal:
    """What of it is reserve (积累金, 3001.03), in yuan."""
    return _balance("pooling_reserve", agency_id)


def _balance(function: str, agency_id: int) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}(%s, %s)", [agency_id, FUND])
        return from_fen(cursor.fetchone()[0])


def receive(
    agency_id: int,
    period: date,
    amount: Decimal,
    account: str,
    kind: str,
    user_id: int | None,
    narrative: str,
) -> int:
    """Book money that came in: 1002 against an income account. Returns the voucher's number."""
    return book(
        agency_id=agency_id,
        fund=FUND,
        kind=kind,
        booked_on=today(),
        period=booking_period(agency_id, period),
        legs={INCOME_BANK: amount, account: -amount},
        narrative=narrative,
        user_id=user_id,
    )


def spend(
    agency_id: int,
    period: date,
    amount: Decimal,
    account: str,
    kind: str,
    user_id: int | None,
    narrative: str,
) -> int:
    """Book money that goes out: an expense against 1003, funded from 1002 before where 1003 is too low (ACC-4).

    Returns the number of the expense's voucher. Raises PoolingConflict where the money is not there.
    """
    booked: dict[str, Any] = {
        "agency_id": agency_id,
        "fund": FUND,
        "booked_on": today(),
        "period": booking_period(agency_id, period),
        "user_id": user_id,
        "narrative": narrative,
    }
    try:
        fund_expenditure(amount=amount, **booked)
    except NoMoneyError as error:
        raise PoolingConflict(_("There is less money in the bank than this act takes.")) from error
    return book(kind=kind, legs={account: amount, EXPENDITURE_BANK: -amount}, **booked)


_COLUMNS = (
    *("plan_up_fen", "plan_down_fen", "due_to_date_fen", "need_to_date_fen", "proposed_fen", "remitted_fen"),
    *("received_fen", "to_reserve_fen", "last_received_on", "redistributed_fen"),
    *("pension_cost_fen", "pension_paid_fen", "pension_unpaid_fen"),
)


def refresh_months(county_ids: Iterable[int], periods: Iterable[date]) -> None:
    """Bring these counties' months of the summary in step with plan, remittances, shares and payments."""
    columns = ", ".join(_COLUMNS)
    updates = ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into pooling_poolingmonth (county_id, period, {columns})"
            f" select county_id, period, {columns} from pooling_monthfacts"
            " where county_id = any(%s) and period = any(%s)"
            f" on conflict (county_id, period) do update set {updates}",
            [sorted(set(county_ids)), sorted(set(periods))],
        )


def note(
    act: str,
    user_id: int | None,
    about: str,
    number: int | None,
    county_id: int | None = None,
    reason: str = "",
    **details: object,
) -> None:
    """Add an act of a person to the audit trail; what a job proposes is told by its job unit."""
    if user_id is not None:
        _audit(act, user_id, about, number, county_id, reason, details)


def _audit(
    act: str,
    user_id: int,
    about: str,
    number: int | None,
    county_id: int | None,
    reason: str,
    details: Mapping[str, object],
) -> None:
    record(
        act,
        by=User(pk=user_id),
        about=about,
        number=number,
        county_id=county_id,
        reason=reason,
        details=details,
    )
