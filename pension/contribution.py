"""The pension line's contribution, as the month takes it: rates from dated parameters, explained by the rules."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from collection.lines import BillFacts, Calculation, Rate, WorkerFacts
from jilin_si.periods import month
from jilin_si.policy.calculators import calculate
from jilin_si.policy.exact import to_fen
from jilin_si.policy.lookup import ParameterVersion, Policy, to_ppm

NOTHING = Fraction(0)
BASE = ("local_avg_wage", "pension.base_floor", "pension.base_cap")
MOVED = ("account.transfer_on_base", "account.transfer_on_local_avg")


class PensionContribution:
    """Employers pay on wages and retiree cost, workers on their own base; accounts are credited (PEN-2, PEN-6)."""

    line = "pension"
    order = 1
    name = _("Pension insurance")
    fund = "pension"
    income_unit_account = "4001.01"
    income_own_account = "4001.02"
    keeps_accounts = True
    book_rate_parameter = "account.book_rate"

    def rates(self, policy: Policy, period: date, county_id: int) -> list[Rate]:
        """One rate for every employer; none before the first unit rate (1992-01)."""
        unit = policy.find("pension.unit_rate", period, county_id)
        if unit is None:
            return []
        own = policy.get("pension.individual_rate", period, county_id)
        average, floor, cap = (policy.get(code, period, county_id) for code in BASE)
        moved = [policy.find(code, period, county_id) for code in MOVED]
        on_base, on_average = moved
        used: list[ParameterVersion] = [unit, own, average, floor, cap, *(v for v in moved if v is not None)]
        return [
            Rate(
                unit_ppm=to_ppm(unit),
                own_ppm=to_ppm(own),
                floor_fen=to_fen(floor.exact * average.exact),
                cap_fen=to_fen(cap.exact * average.exact),
                transfer_ppm=to_ppm(on_base) if on_base else 0,
                average_part_fen=to_fen(on_average.exact * average.exact) if on_average else 0,
                includes_retiree_cost=True,
                parameter_ids={version.code: version.id for version in used if version.id is not None},
            )
        ]

    def book_rate_ppm(self, policy: Policy, fee_year: int, county_id: int) -> int:
        """The book rate of an account year, in parts per million (PEN-9)."""
        return to_ppm(policy.get(self.book_rate_parameter, month(fee_year, 12), county_id))

    def explain_unit(self, policy: Policy, facts: BillFacts) -> Calculation:
        """The employer's part; a supplement that takes back is the effect of the changed wages and cost."""
        if facts.wages < 0 or facts.retiree_cost < 0:
            return Calculation(
                "pooling.base_audit_effect",
                {
                    "delta_wages": facts.wages,
                    "delta_retiree_cost": facts.retiree_cost,
                    "unit_rate": policy.value("pension.unit_rate", facts.due_period, facts.county_id),
                    "individual_rate": policy.value(
                        "pension.individual_rate", facts.due_period, facts.county_id
                    ),
                },
                "unit_contribution",
            )
        return Calculation(
            "pension.unit_contribution",
            {
                "month": facts.due_period,
                "contribution_wages": facts.wages,
                "retiree_cost": facts.retiree_cost,
            },
            "unit_contribution",
        )

    def explain_worker(self, policy: Policy, facts: WorkerFacts) -> list[Calculation]:
        """The base from the approved monthly wage, the own part, and what a paid month credits to the account."""

        def value(code: str) -> Any:
            found = policy.find(code, facts.due_period, facts.county_id)
            return found.value if found else NOTHING

        of_base = {
            "last_year_wages": facts.wage,
            "months_worked": 1,
            "local_avg_monthly_wage": value("local_avg_wage"),
            "cap_multiple": value("pension.base_cap"),
            "floor_multiple": value("pension.base_floor"),
        }
        base = calculate("pension.contribution_base", of_base, policy=policy)["base"]
        of_credit = {
            "base": base,
            "local_avg_monthly_wage": of_base["local_avg_monthly_wage"],
            "own_rate": value("pension.individual_rate"),
            "transfer_rate": value("account.transfer_on_base"),
            "local_avg_rate": value("account.transfer_on_local_avg"),
        }
        found = [
            Calculation("pension.contribution_base", of_base, "base"),
            Calculation("pension.account_credit", of_credit, "own_part"),
        ]
        if policy.find("account.transfer_on_base", facts.due_period, facts.county_id):
            found.append(Calculation("pension.account_credit", of_credit, "total_credit"))
        return found
