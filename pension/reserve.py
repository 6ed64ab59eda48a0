"""What is set aside for the retirees of an employer that ended (离退休费用预留, REST-2, REST-4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from enrollment.hooks import Reserve, WageCalculation
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy

MONTHS = "reserve.months"


def retiree_reserve(county_id: int, period: date, retirees: int, monthly: Decimal) -> Reserve | None:
    """Σ monthly benefit × months, by the months in force at the event; None where no months are set.

    Benefits are known as the sum that the retirees of the employer get a month, and count as one.
    """
    policy = database_policy()
    version = policy.find(MONTHS, period, county_id)
    if version is None:
        return None
    months = int(version.value)
    inputs: dict[str, Any] = {"retirees": 1, "monthly_benefit": monthly, "months": months}
    result = calculate("pension.retiree_reserve", inputs, policy=policy, agency_id=county_id, on=period)
    calculation = WageCalculation("pension.retiree_reserve", inputs, "reserve", (version,))
    return Reserve(retirees, monthly, months, Decimal(result["reserve"]), calculation)
