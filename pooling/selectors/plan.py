"""The year's plan as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from jilin_si.money import ZERO
from pooling.models import CountyPlan

SUMMED = (
    *("wages", "retiree_cost", "due_total", "planned_collection", "planned_pension_payments"),
    *("management_fee", "accumulation", "accumulation_to_province", "balance"),
    *("planned_remit_up", "planned_allocation_down", "net_remit_up", "adjustment", "net"),
)


@dataclass
class YearPlan:
    """All plans of a fee year in scope; money in yuan."""

    fee_year: int
    plans: list[CountyPlan]

    @property
    def waiting(self) -> list[CountyPlan]:
        return [plan for plan in self.plans if plan.state == CountyPlan.State.PROPOSED]

    @property
    def is_approved(self) -> bool:
        return bool(self.plans) and not self.waiting

    @cached_property
    def total(self) -> dict[str, Decimal]:
        """Sums over the units, and what comes in and goes out net."""
        sums = {name: sum((getattr(plan, name) for plan in self.plans), ZERO) for name in SUMMED}
        sums["net_in"] = sum((plan.net for plan in self.plans if plan.net > 0), ZERO)
        sums["net_out"] = sum((-plan.net for plan in self.plans if plan.net < 0), ZERO)
        return sums

    @property
    def remitting(self) -> int:
        return sum(1 for plan in self.plans if plan.net > 0)

    @property
    def benefiting(self) -> int:
        return sum(1 for plan in self.plans if plan.net < 0)

    def approver_is_second(self, user_id: int) -> bool:
        """Whether this person neither proposed nor adjusted what waits."""
        return all(user_id not in (plan.proposed_by_id, plan.adjusted_by_id) for plan in self.waiting)


def year_plan(fee_year: int) -> YearPlan:
    """The plan of a fee year over the units in scope."""
    plans = CountyPlan.objects.filter(fee_year=fee_year).select_related(
        "county", "proposed_by", "approved_by", "adjusted_by"
    )
    return YearPlan(fee_year, list(plans.order_by("county_id")))


def years() -> list[int]:
    """The fee years that have a plan, latest first."""
    return sorted(CountyPlan.objects.order_by().values_list("fee_year", flat=True).distinct(), reverse=True)
