"""The year's plan: proposed from January's pension summary, adjusted with a reason, approved by a second person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jilin_si.access.models import Role
from jilin_si.agencies.models import PROVINCE
from jilin_si.money import ZERO, from_fen
from jilin_si.periods import format_period, month, year_periods
from jilin_si.policy.calculators import calculate
from jilin_si.policy.lookup import Policy
from pooling.models import CountyPlan
from pooling.services.common import (
    LINE,
    PoolingConflict,
    PoolingError,
    lock,
    note,
    refresh_months,
    require_role,
)

# field of the plan, input of the calculator, parameter
RATES = (
    ("unit_rate", "unit_rate", "pension.unit_rate"),
    ("individual_rate", "individual_rate", "pension.individual_rate"),
    ("collection_rate", "collection_rate", "pool.collection_rate_plan"),
    ("management_fee_rate", "management_fee_rate", "pool.mgmt_fee"),
    ("accumulation_rate", "accumulation_rate", "pool.accumulation"),
    ("province_share", "province_share_of_accumulation", "pool.accumulation_prov_share"),
)
OUTPUTS = (
    *("due_unit", "due_individual", "due_total", "planned_collection", "management_fee", "accumulation"),
    *("accumulation_to_province", "accumulation_kept", "balance"),
    *("planned_remit_up", "planned_allocation_down", "net_remit_up"),
)
FORMULA_FIELDS = (
    *("wages", "retiree_cost", "planned_pension_payments"),
    *(field for field, _name, _code in RATES),
    *OUTPUTS,
    *("kind", "net", "versions", "proposed_by"),
)


@transaction.atomic
def propose_plan(fee_year: int, user_id: int | None = None) -> int:
    """Work out every unit's plan of a year from what January assessed: wages and retiree cost × 12 (rule POOL-3).

    Proposed plans are worked out anew and keep their adjustment; approved ones stand. Returns how many units have a
    plan waiting for approval. Raises PoolingError while January is not assessed everywhere.
    """
    if user_id is not None:
        require_role(user_id, Role.PROVINCE, PROVINCE, _("Proposing the plan"))
    lock([PROVINCE])
    approved = CountyPlan.objects.filter(fee_year=fee_year, state=CountyPlan.State.APPROVED)
    if approved.exists():
        return 0
    january = month(fee_year, 1)
    plans = [
        _plan(fee_year, county_id, from_fen(wages), from_fen(cost), user_id)
        for county_id, wages, cost in _january(january)
    ]
    adjusted = {plan.county_id: plan for plan in CountyPlan.objects.filter(fee_year=fee_year)}
    for plan in plans:
        if plan.county_id in adjusted:
            plan.adjustment = adjusted[plan.county_id].adjustment
            plan.net = plan.net_remit_up + plan.adjustment
    changed = [plan for plan in plans if not _same(plan, adjusted.get(plan.county_id))]
    CountyPlan.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["county", "fee_year"],
        update_fields=list(FORMULA_FIELDS),
    )
    if changed:
        note("propose_plan", user_id, "plan", fee_year, units=len(plans), net=sum(p.net for p in plans))
    return len(plans)


def _january(january: date) -> list[tuple[int, int, int]]:
    """Unit, wages and retiree cost of January in fen, of every unit whose books are open for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.agency_id, p.state, coalesce(s.wage_fen, 0), coalesce(s.retiree_cost_fen, 0)"
            " from ledger_period p"
            " left join collection_summary s on s.county_id = p.agency_id and s.period = p.period and s.line = %s"
            " where p.period = %s and p.agency_id <> %s order by p.agency_id",
            [LINE, january, PROVINCE],
        )
        rows = cursor.fetchall()
    waiting = sum(1 for row in rows if row[1] == "open")
    if waiting or not rows:
        raise PoolingError(
            _("%(period)s is not assessed yet in %(count)s units; the plan is worked out from it.")
            % {"period": format_period(january), "count": waiting or _("all")}
        )
    return [(county_id, int(wages), int(cost)) for county_id, _state, wages, cost in rows]


def _plan(fee_year: int, county_id: int, wages: Decimal, cost: Decimal, user_id: int | None) -> CountyPlan:
    policy = _policy().at(county_id, month(fee_year, 1))
    versions = {code: policy.get(code) for _field, _name, code in RATES}
    rates = {name: versions[code].value for _field, name, code in RATES}
    result = calculate("pooling.county_plan", plan_inputs(wages * 12, cost * 12, rates), policy=policy)
    outputs: dict[str, Any] = {name: result[name] for name in OUTPUTS}
    return CountyPlan(
        county_id=county_id,
        fee_year=fee_year,
        wages=wages * 12,
        retiree_cost=cost * 12,
        planned_pension_payments=cost * 12,
        kind=result["type"],
        net=result["net_remit_up"],
        versions={code: version.id for code, version in versions.items()},
        proposed_by_id=user_id,
        **{field: versions[code].value for field, _name, code in RATES},
        **outputs,
    )


def plan_inputs(wages: Decimal, cost: Decimal, rates: dict[str, Decimal]) -> dict[str, str]:
    """The inputs of ``pooling.county_plan``: a year's wages and retiree cost in yuan, pensions as planned = cost."""
    inputs = {"wages": wages, "retiree_cost": cost, "planned_pension_payments": cost, **rates}
    return {name: str(value) for name, value in inputs.items()}


def _same(plan: CountyPlan, before: CountyPlan | None) -> bool:
    return before is not None and all(
        getattr(plan, field) == getattr(before, field) for field in FORMULA_FIELDS if field != "proposed_by"
    )


def _policy() -> Policy:
    from jilin_si.policy.database import database_policy

    return database_policy()


@transaction.atomic
def adjust_plan(county_id: int, fee_year: int, adjustment: Decimal, reason: str, user_id: int) -> CountyPlan:
    """Moderate a county's plan before it is approved (调剂政策, rule POOL-4).

    ``adjustment`` is signed, in yuan a year: it is added to what the county remits. It replaces an earlier one and
    never goes without a reason; 0 takes it back.
    """
    require_role(user_id, Role.PROVINCE, PROVINCE, _("Adjusting the plan"))
    plan = CountyPlan.objects.select_for_update().filter(county_id=county_id, fee_year=fee_year).first()
    if plan is None:
        raise PoolingError(_("There is no plan of %(year)s for this county yet.") % {"year": fee_year})
    if plan.state == CountyPlan.State.APPROVED:
        raise PoolingConflict(_("The plan of %(year)s is approved and stands.") % {"year": fee_year})
    if adjustment and not reason.strip():
        raise PoolingError(_("An adjustment needs its reason."))
    before = plan.adjustment
    plan.adjustment = adjustment
    plan.adjustment_reason = reason.strip() if adjustment else ""
    plan.adjusted_by_id = user_id if adjustment else None
    plan.net = plan.net_remit_up + adjustment
    plan.save(update_fields=["adjustment", "adjustment_reason", "adjusted_by", "net"])
    if before != adjustment:
        note(
            "adjust_plan",
            user_id,
            "plan",
            fee_year,
            county_id,
            reason.strip(),
            before=before,
            after=adjustment,
        )
    return plan


@transaction.atomic
def approve_plan(fee_year: int, user_id: int, net: Decimal | None = None) -> int:
    """Put the year's plan in force for all units at once; by a provincial person who neither proposed nor adjusted it.

    ``net`` is the total that the approver saw: another total by now is a conflict. Returns how many were approved.
    """
    require_role(user_id, Role.PROVINCE, PROVINCE, _("Approving the plan"))
    lock([PROVINCE])
    plans = list(CountyPlan.objects.select_for_update().filter(fee_year=fee_year).order_by("county_id"))
    if not plans:
        raise PoolingError(_("There is no plan of %(year)s yet.") % {"year": fee_year})
    waiting = [plan for plan in plans if plan.state == CountyPlan.State.PROPOSED]
    if not waiting:
        return 0
    if any(user_id in (plan.proposed_by_id, plan.adjusted_by_id) for plan in waiting):
        raise PoolingError(_("Who proposed or adjusted the plan cannot approve it: a second person does."))
    total = sum((plan.net for plan in waiting), ZERO)
    if net is not None and net != total:
        raise PoolingConflict(_("The plan was changed since you opened it. Look at it again."))
    CountyPlan.objects.filter(pk__in=[plan.pk for plan in waiting]).update(
        state=CountyPlan.State.APPROVED, approved_by_id=user_id, approved_at=timezone.now()
    )
    refresh_months([plan.county_id for plan in waiting], year_periods(fee_year))
    note("approve_plan", user_id, "plan", fee_year, units=len(waiting), net=total)
    return len(waiting)
