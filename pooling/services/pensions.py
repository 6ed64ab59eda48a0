"""The month's last steps: a county's pensions as paid, and the close of the province's own books."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jilin_si.access.models import Role
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE
from jilin_si.ledger.services import close_period
from jilin_si.money import ZERO
from jilin_si.periods import format_period
from pooling.models import PensionPayment, Redistribution
from pooling.services.common import PENSIONS, PoolingError, cash, lock, refresh_months, require_role, spend
from pooling.services.remittance import pension_cost, unpaid_before


@transaction.atomic
def book_pensions(county_id: int, period: date, user_id: int | None = None) -> PensionPayment:
    """Book a county's retiree cost of a month, and what it could not pay before, as paid up to its cash: 5001 / 1003.

    The month's last step, after the redistribution; what is short is carried to the next month. Once a month: again
    changes nothing. Raises PoolingError where the month is not assessed, or a redistribution of it waits.
    """
    lock([county_id])
    given = PensionPayment.objects.filter(county_id=county_id, period=period).first()
    if given is not None:
        return given
    with connection.cursor() as cursor:
        cursor.execute(
            "select state from ledger_period where agency_id = %s and period = %s", [county_id, period]
        )
        row = cursor.fetchone()
    if row is None or row[0] == "open":
        raise PoolingError(_("%(period)s is not assessed yet.") % {"period": format_period(period)})
    if Redistribution.objects.filter(period=period, state=Redistribution.State.PROPOSED).exists():
        raise PoolingError(
            _("The redistribution of %(period)s waits for approval; pensions are booked after it.")
            % {"period": format_period(period)}
        )
    cost, before = pension_cost(county_id, period), unpaid_before(county_id, period)
    paid = min(cost + before, max(cash(county_id), ZERO))
    journal = None
    if paid:
        words = f"养老金 {format_period(period)}"
        journal = spend(county_id, period, paid, PENSIONS, "pensions_paid", user_id, words)
    payment = PensionPayment.objects.create(
        county_id=county_id,
        period=period,
        cost=cost,
        brought_forward=before,
        paid=paid,
        unpaid=cost + before - paid,
        booked_on=today(),
        journal_id=journal,
    )
    refresh_months([county_id], [period])
    return payment


@transaction.atomic
def close_province(period: date, user_id: int) -> None:
    """Close a month of the province's own books, once every unit has closed its own. Again changes nothing."""
    require_role(user_id, Role.PROVINCE, PROVINCE, _("Closing the province's books"))
    lock([PROVINCE])
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from ledger_period where period = %s and agency_id <> %s and state <> 'closed'",
            [period, PROVINCE],
        )
        (waiting,) = cursor.fetchone()
        if waiting:
            raise PoolingError(
                _("%(count)s units have not closed %(period)s yet.")
                % {"count": waiting, "period": format_period(period)}
            )
        if Redistribution.objects.filter(period=period, state=Redistribution.State.PROPOSED).exists():
            raise PoolingError(
                _("A redistribution of %(period)s waits for approval.") % {"period": format_period(period)}
            )
        cursor.execute(
            "update ledger_period set state = 'assessed', assessed_at = now()"
            " where agency_id = %s and period = %s and state = 'open'",
            [PROVINCE, period],
        )
    close_period(agency_id=PROVINCE, period=period, user_id=user_id)
