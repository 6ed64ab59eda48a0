"""What a county remits: proposed by the month's job, confirmed by its finance, received by the province."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from collection.models import Summary
from jilin_si.access.models import Role
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE
from jilin_si.ledger.services import book, booking_period
from jilin_si.money import ZERO, round_fen
from jilin_si.periods import format_period
from pooling.models import CountyPlan, PensionPayment, PoolingMonth, Remittance
from pooling.services.common import (
    ADJUSTMENT_FUND,
    FROM_BELOW,
    FUND,
    LINE,
    RESERVE,
    TO_ABOVE,
    PoolingConflict,
    PoolingError,
    cash,
    lock,
    note,
    receive,
    refresh_months,
    require_role,
    spend,
)


@transaction.atomic
def propose_remittance(county_id: int, period: date, user_id: int | None = None) -> Remittance | None:
    """Propose what a county remits for a month: what is due so far and not remitted, up to its cash above pensions.

    A proposal not confirmed yet is worked out anew (and taken back where nothing can be remitted); a confirmed one
    stands. Returns it, or None where there is nothing to remit.
    """
    lock([county_id])
    given = Remittance.objects.select_for_update().filter(county_id=county_id, period=period).first()
    if given is not None and given.state != Remittance.State.PROPOSED:
        return given
    due = _sum(PoolingMonth.objects.filter(county_id=county_id, period__lte=period), "plan_up")
    earlier = Remittance.objects.filter(county_id=county_id, period__lt=period)
    before = _sum(earlier, "amount")
    # what was proposed for earlier months and not confirmed yet still lies in the bank, but is spoken for
    money = cash(county_id) - _sum(earlier.filter(state=Remittance.State.PROPOSED), "amount")
    first = pensions_due(county_id, period)
    amount = min(due - before, money - first)
    if amount <= 0:
        if given is not None:
            given.delete()
            refresh_months([county_id], [period])
        return None
    figures = {"due_to_date": due, "remitted_before": before, "cash": money, "pensions_first": first}
    proposal = given or Remittance(county_id=county_id, period=period, proposed_by_id=user_id)
    changed = given is None or given.amount != amount
    for name, value in {"amount": amount, **figures}.items():
        changed = changed or getattr(proposal, name) != value
        setattr(proposal, name, value)
    if changed:
        proposal.save()
        refresh_months([county_id], [period])
    return proposal


def pensions_due(county_id: int, period: date) -> Decimal:
    """What the county has to pay its retirees up to this month, in yuan: 0 where the month is paid already."""
    if PensionPayment.objects.filter(county_id=county_id, period__gte=period).exists():
        return ZERO
    return pension_cost(county_id, period) + unpaid_before(county_id, period)


def pension_cost(county_id: int, period: date) -> Decimal:
    """The month's retiree cost as assessed, in yuan."""
    row = Summary.objects.filter(county_id=county_id, line=LINE, period=period).first()
    return row.retiree_cost if row else ZERO


def unpaid_before(county_id: int, period: date) -> Decimal:
    """Pensions that the county could not pay in earlier months, in yuan."""
    last = PensionPayment.objects.filter(county_id=county_id, period__lt=period).order_by("-period").first()
    return last.unpaid if last else ZERO


def _sum(rows: object, field: str) -> Decimal:
    return rows.aggregate(total=Sum(field))["total"] or ZERO  # type: ignore[attr-defined]


@transaction.atomic
def confirm_remittance(remittance_id: int, user_id: int, amount: Decimal | None = None) -> Remittance:
    """The county's finance sends the money off: 5103 / 1003; from now on it is in transit (rule ACC-6).

    ``amount`` is what the person saw: another amount by now is a conflict. Confirming again changes nothing.
    """
    remittance = _find(remittance_id)
    require_role(user_id, Role.FINANCE, remittance.county_id, _("Confirming a remittance"))
    lock([remittance.county_id])
    remittance = _find(remittance_id, for_update=True)
    if remittance.state != Remittance.State.PROPOSED:
        return remittance
    _still(remittance, amount)
    remittance.county_journal_id = spend(
        remittance.county_id,
        remittance.period,
        remittance.amount,
        TO_ABOVE,
        "remitted_up",
        user_id,
        _narrative(remittance.period),
    )
    remittance.state = Remittance.State.CONFIRMED
    remittance.confirmed_by_id = user_id
    remittance.confirmed_on = today()
    remittance.save(update_fields=["state", "confirmed_by", "confirmed_on", "county_journal"])
    refresh_months([remittance.county_id], [remittance.period])
    note(
        "confirm_remittance",
        user_id,
        "remittance",
        remittance.pk,
        remittance.county_id,
        amount=remittance.amount,
    )
    return remittance


@transaction.atomic
def receive_remittance(remittance_id: int, user_id: int, amount: Decimal | None = None) -> Remittance:
    """The province finds the money in its bank: 1002 / 4106, and what of it is reserve: 3001.04 / 3001.03.

    The reserve takes (planned in − planned out) ÷ planned in of it, never below 0. Again changes nothing.
    """
    require_role(user_id, Role.PROVINCE, PROVINCE, _("Receiving a remittance"))
    remittance = _find(remittance_id)
    lock([PROVINCE, remittance.county_id])
    remittance = _find(remittance_id, for_update=True)
    if remittance.state == Remittance.State.RECEIVED:
        return remittance
    if remittance.state == Remittance.State.PROPOSED:
        raise PoolingConflict(_("The county has not sent this remittance off yet."))
    if remittance.confirmed_by_id == user_id:
        raise PoolingError(_("Who confirmed a remittance cannot receive it: a second person does."))
    _still(remittance, amount)
    words = _narrative(remittance.period)
    remittance.province_journal_id = receive(
        PROVINCE, remittance.period, remittance.amount, FROM_BELOW, "remittance_received", user_id, words
    )
    remittance.to_reserve = round_fen(remittance.amount * reserve_share(remittance.period.year))
    if remittance.to_reserve:
        book(
            agency_id=PROVINCE,
            fund=FUND,
            kind="to_reserve",
            booked_on=today(),
            period=booking_period(PROVINCE, remittance.period),
            legs={ADJUSTMENT_FUND: remittance.to_reserve, RESERVE: -remittance.to_reserve},
            narrative=words,
            user_id=user_id,
        )
    remittance.state = Remittance.State.RECEIVED
    remittance.received_by_id = user_id
    remittance.received_on = today()
    remittance.save(update_fields=["state", "received_by", "received_on", "province_journal", "to_reserve"])
    refresh_months([remittance.county_id], [remittance.period])
    note(
        "receive_remittance",
        user_id,
        "remittance",
        remittance.pk,
        remittance.county_id,
        amount=remittance.amount,
    )
    return remittance


def reserve_share(fee_year: int) -> Decimal:
    """What part of each remittance the reserve takes in a fee year: (planned in − planned out) ÷ planned in."""
    planned_in, planned_out = planned(fee_year)
    if planned_in <= planned_out:
        return Decimal(0)
    return (planned_in - planned_out) / planned_in


def planned(fee_year: int) -> tuple[Decimal, Decimal]:
    """What the approved plans of a year bring in and give out, net, in yuan."""
    nets = CountyPlan.objects.filter(fee_year=fee_year, state=CountyPlan.State.APPROVED).values_list(
        "net", flat=True
    )
    rows = list(nets)
    return sum((net for net in rows if net > 0), ZERO), sum((-net for net in rows if net < 0), ZERO)


def _find(remittance_id: int, for_update: bool = False) -> Remittance:
    rows = Remittance.objects.select_for_update() if for_update else Remittance.objects.all()
    remittance = rows.filter(pk=remittance_id).first()
    if remittance is None:
        raise PoolingConflict(_("This proposal is no longer there: it was worked out anew."))
    return remittance


def _still(remittance: Remittance, amount: Decimal | None) -> None:
    if amount is not None and amount != remittance.amount:
        raise PoolingConflict(_("The amount was changed since you opened the page. Look at it again."))


def _narrative(period: date) -> str:
    return f"上解 {format_period(period)}"


def remitting_counties(fee_year: int) -> list[int]:
    """The units that have to remit by the approved plan of a year."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select county_id from pooling_countyplan where fee_year = %s and state = 'approved' and net_fen > 0"
            " order by county_id",
            [fee_year],
        )
        return [county_id for (county_id,) in cursor.fetchall()]
