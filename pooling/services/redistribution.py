"""What the province passes down: worked out from what is really there (rule POOL-7), posted on approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from jilin_si.access.models import Role
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE
from jilin_si.money import FEN, ZERO
from jilin_si.periods import format_period
from jilin_si.policy.calculators import calculate
from pooling.models import PoolingMonth, Redistribution, RedistributionShare
from pooling.services.common import (
    FROM_ABOVE,
    TO_BELOW,
    PoolingConflict,
    PoolingError,
    cash,
    lock,
    note,
    receive,
    refresh_months,
    require_role,
    reserve,
    spend,
)


@dataclass(frozen=True)
class Proposal:
    """What a redistribution would be now, in yuan: money held, reserve, each county's need and share."""

    holdings: Decimal
    reserve: Decimal
    needs: dict[int, Decimal]
    shares: dict[int, Decimal]

    @property
    def available(self) -> Decimal:
        return self.holdings - self.reserve

    @property
    def need(self) -> Decimal:
        return sum(self.needs.values(), ZERO)

    @property
    def total(self) -> Decimal:
        return sum(self.shares.values(), ZERO)


def work_out(period: date) -> Proposal:
    """What there is, what the plans give benefiting counties to date less what they received, and the shares."""
    rows = (
        PoolingMonth.objects.filter(period__lte=period)
        .values("county_id")
        .annotate(planned=Sum("plan_down"), received=Sum("redistributed"))
        .order_by("county_id")
    )
    needs = {row["county_id"]: row["planned"] - row["received"] for row in rows}
    needs = {county_id: need for county_id, need in needs.items() if need > 0}
    holdings, kept = cash(PROVINCE), max(reserve(PROVINCE), ZERO)
    return Proposal(holdings, kept, needs, share_out(holdings - kept, needs))


def share_out(available: Decimal, needs: dict[int, Decimal]) -> dict[int, Decimal]:
    """Shares by ``pooling.redistribute``; they add up to the fen, none is below 0 or above its need.

    The last county by code takes the rest (GEN-2). Where so little is there that the roundings before it leave less
    than nothing, or more than it needs, the difference goes back fen by fen to the counties before it.
    """
    if available <= 0 or not needs:
        return {}
    planned = {f"{county_id:06d}": str(need) for county_id, need in needs.items()}
    allocation = calculate("pooling.redistribute", {"available": str(available), "planned": planned})[
        "allocation"
    ]
    shares = {int(code): Decimal(amount) for code, amount in allocation.items()}
    return _within_needs(shares, needs)


def _within_needs(shares: dict[int, Decimal], needs: dict[int, Decimal]) -> dict[int, Decimal]:
    order = sorted(shares)
    held = {county_id: min(max(shares[county_id], ZERO), needs[county_id]) for county_id in order}
    difference = sum(shares.values(), ZERO) - sum(held.values(), ZERO)
    while difference:
        step = FEN if difference > 0 else -FEN
        for county_id in reversed(order):
            if difference and ZERO <= held[county_id] + step <= needs[county_id]:
                held[county_id] += step
                difference -= step
    return held


@transaction.atomic
def propose_redistribution(period: date, user_id: int | None = None) -> Redistribution | None:
    """Propose how to pass down what the province holds above its reserve. Nothing is posted before the approval.

    A proposal that still waits is worked out anew; one of an earlier month is replaced, as needs count to date.
    Returns it, or None where nobody needs anything or nothing is there.
    """
    if user_id is not None:
        require_role(user_id, Role.PROVINCE, PROVINCE, _("Proposing a redistribution"))
    lock([PROVINCE])
    waiting = Redistribution.objects.select_for_update().filter(state=Redistribution.State.PROPOSED).first()
    if waiting is not None and waiting.period > period:
        raise PoolingConflict(
            _("A redistribution of %(period)s waits for approval already.")
            % {"period": format_period(waiting.period)}
        )
    now = work_out(period)
    if waiting is not None:
        if waiting.period == period and _is(waiting, now):
            return waiting
        if waiting.period == period:
            waiting.delete()
        else:
            waiting.state = Redistribution.State.REPLACED
            waiting.save(update_fields=["state"])
    if now.total <= 0:
        return None
    last = Redistribution.objects.filter(period=period).aggregate(last=Max("run"))["last"] or 0
    proposal = Redistribution.objects.create(
        period=period,
        run=last + 1,
        holdings=now.holdings,
        reserve=now.reserve,
        available=now.available,
        need=now.need,
        total=now.total,
        proposed_by_id=user_id,
    )
    RedistributionShare.objects.bulk_create(
        RedistributionShare(
            redistribution=proposal,
            county_id=county_id,
            period=period,
            need=now.needs[county_id],
            amount=amount,
        )
        for county_id, amount in now.shares.items()
    )
    note("propose_redistribution", user_id, "redistribution", proposal.pk, total=now.total, need=now.need)
    return proposal


def _is(waiting: Redistribution, now: Proposal) -> bool:
    shares = dict(waiting.shares.values_list("county_id", "amount"))
    return (waiting.holdings, waiting.reserve, waiting.need, shares) == (
        now.holdings,
        now.reserve,
        now.need,
        now.shares,
    )


@transaction.atomic
def approve_redistribution(
    redistribution_id: int, user_id: int, total: Decimal | None = None
) -> Redistribution:
    """Pass the money down: the province 5102 / 1003, each county 1002 / 4105. By a second provincial person.

    ``total`` is what the approver saw. Raises PoolingConflict where the proposal was replaced meanwhile or the
    province holds less than it takes. Approving again changes nothing.
    """
    require_role(user_id, Role.PROVINCE, PROVINCE, _("Approving a redistribution"))
    found = Redistribution.objects.filter(pk=redistribution_id).first()
    if found is None:
        raise PoolingConflict(_("This proposal is no longer there: it was worked out anew."))
    shares = list(found.shares.filter(amount__gt=0).order_by("county_id"))
    lock([PROVINCE, *(share.county_id for share in shares)])
    found = Redistribution.objects.select_for_update().filter(pk=redistribution_id).first()
    if found is None or found.state == Redistribution.State.REPLACED:
        raise PoolingConflict(_("This proposal was replaced by a later one."))
    if found.state == Redistribution.State.APPROVED:
        return found
    if found.proposed_by_id == user_id:
        raise PoolingError(_("Who proposed a redistribution cannot approve it: a second person does."))
    if total is not None and total != found.total:
        raise PoolingConflict(_("The amount was changed since you opened the page. Look at it again."))
    if cash(PROVINCE) - max(reserve(PROVINCE), ZERO) < found.total:
        raise PoolingConflict(
            _("The province holds less than when this was proposed. Have it worked out anew.")
        )
    words = f"下拨 {format_period(found.period)}"
    found.province_journal_id = spend(
        PROVINCE, found.period, found.total, TO_BELOW, "redistributed", user_id, words
    )
    journals = [
        receive(
            share.county_id, share.period, share.amount, FROM_ABOVE, "redistribution_received", user_id, words
        )
        for share in shares
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "update pooling_redistributionshare s set county_journal_id = n.journal_id"
            " from unnest(%s::bigint[], %s::bigint[]) n(id, journal_id) where s.id = n.id",
            [[share.pk for share in shares], journals],
        )
    found.state = Redistribution.State.APPROVED
    found.approved_by_id = user_id
    found.approved_at = timezone.now()
    found.booked_on = today()
    found.save(update_fields=["state", "approved_by", "approved_at", "booked_on", "province_journal"])
    refresh_months([share.county_id for share in shares], [found.period])
    note("approve_redistribution", user_id, "redistribution", found.pk, total=found.total)
    return found
