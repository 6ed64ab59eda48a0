"""The injury line's contribution, as the month takes it: a rate by the risk class of the trade, raised or lowered."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from collection.lines import BillFacts, Calculation, Rate, WorkerFacts
from jilin_si.policy.lookup import Policy

CLASSES = range(1, 6)
FLOAT = "inj.float"


def industry_rate(trade_class: int) -> str:
    """The parameter of a risk class's rate."""
    return f"inj.industry_rate.{trade_class}"


class InjuryContribution:
    """Employers pay their industry's rate with experience rating; workers pay nothing (INJ-2)."""

    line = "injury"
    order = 4
    name = _("Employment injury insurance")
    fund = "injury"
    income_unit_account = "4006"
    income_own_account = "4006"

    def rates(self, policy: Policy, period: date, county_id: int) -> list[Rate]:
        """One rate a risk class; none before the first (1993-01, pilots)."""
        found = []
        for trade_class in CLASSES:
            base = policy.find(industry_rate(trade_class), period, county_id)
            if base is None:
                continue
            floating = policy.get(FLOAT, period, county_id)
            ppm = base.exact * (1 + floating.exact) * 1_000_000
            if ppm.denominator != 1:
                raise ValueError(f"{base.code} with {FLOAT} is finer than a part per million")
            used = {version.code: version.id for version in (base, floating) if version.id is not None}
            found.append(Rate(unit_ppm=int(ppm), trade_class=trade_class, parameter_ids=used))
        return found

    def explain_unit(self, policy: Policy, facts: BillFacts) -> Calculation:
        """Wages times the class's rate; a supplement that takes back is the effect of the changed wages."""
        base = policy.get(industry_rate(facts.trade_class), facts.due_period, facts.county_id)
        floating = policy.get(FLOAT, facts.due_period, facts.county_id)
        if facts.wages < 0:
            return Calculation(
                "pooling.base_audit_effect",
                {
                    "delta_wages": facts.wages,
                    "delta_retiree_cost": "0",
                    "unit_rate": base.exact * (1 + floating.exact),
                    "individual_rate": "0",
                },
                "unit_contribution",
            )
        return Calculation(
            "injury.contribution",
            {"wages": facts.wages, "industry_rate": base.value, "floating": floating.value},
            "due",
        )

    def explain_worker(self, policy: Policy, facts: WorkerFacts) -> list[Calculation]:
        """Workers have no part in this line."""
        return []
