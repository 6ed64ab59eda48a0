"""The maternity line's contribution, as the month takes it: the employer's rate on wages, no worker's part."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from collection.lines import BillFacts, Calculation, Rate, WorkerFacts
from jilin_si.policy.lookup import Policy, to_ppm

RATE = "mat.rate"


class MaternityContribution:
    """Employers pay a rate on their workers' wages; workers pay nothing (MAT-1)."""

    line = "maternity"
    order = 5
    name = _("Maternity insurance")
    fund = "maternity"
    income_unit_account = "4007"
    income_own_account = "4007"

    def rates(self, policy: Policy, period: date, county_id: int) -> list[Rate]:
        """One rate for every employer; none before the first (1995-01)."""
        rate = policy.find(RATE, period, county_id)
        if rate is None:
            return []
        used = {rate.code: rate.id} if rate.id is not None else {}
        return [Rate(unit_ppm=to_ppm(rate), parameter_ids=used)]

    def explain_unit(self, policy: Policy, facts: BillFacts) -> Calculation:
        """Wages times the month's rate; a supplement that takes back is the effect of the changed wages."""
        rate = policy.value(RATE, facts.due_period, facts.county_id)
        if facts.wages < 0:
            return Calculation(
                "pooling.base_audit_effect",
                {
                    "delta_wages": facts.wages,
                    "delta_retiree_cost": "0",
                    "unit_rate": rate,
                    "individual_rate": "0",
                },
                "unit_contribution",
            )
        return Calculation("maternity.contribution", {"wages": facts.wages, "rate": rate}, "due")

    def explain_worker(self, policy: Policy, facts: WorkerFacts) -> list[Calculation]:
        """Workers have no part in this line."""
        return []
