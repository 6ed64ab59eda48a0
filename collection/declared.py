"""How declared wages will be charged, as the registry's pages ask it: from the lines that cover the employer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from collection.lines import Contribution, Rate, WorkerFacts, all_lines
from enrollment.hooks import LineRule, WageCalculation, WageRules
from enrollment.models import Employer
from jilin_si.money import ZERO
from jilin_si.policy.database import database_policy


def wage_rules(employer: Employer, period: date) -> WageRules:
    """The rates of the month in every line that covers the employer; the average wage behind floor and cap."""
    policy = database_policy()
    rules: list[LineRule] = []
    average: dict[str, Decimal] = {}
    for contribution in _covering(employer, period):
        rates = {rate.trade_class: rate for rate in contribution.rates(policy, period, employer.county_id)}
        rate = rates.get(employer.trade_class) or rates.get(0)
        if rate is None:
            continue
        rules.append(_rule(contribution, rate))
        if rate.own_ppm and not average:
            average = _average(contribution, policy, employer, period)
    return WageRules(period, tuple(rules), **average)


def explain_wage(employer: Employer, period: date, wage: Decimal) -> list[WageCalculation]:
    """The calculations of a worker's base, own part and credit on an average monthly wage."""
    policy = database_policy()
    facts = WorkerFacts(employer.county_id, period, wage)
    for contribution in _covering(employer, period):
        found = contribution.explain_worker(policy, facts)
        if found:
            used = {
                code
                for rate in contribution.rates(policy, period, employer.county_id)
                for code in rate.parameter_ids
            }
            versions = tuple(policy.get(code, period, employer.county_id) for code in sorted(used))
            return [WageCalculation(step.name, step.inputs, step.output, versions) for step in found]
    return []


def _covering(employer: Employer, period: date) -> list[Contribution]:
    covered = {
        coverage.line
        for coverage in employer.coverages.all()  # a list may have fetched them for all its employers at once
        if coverage.first_period <= period
        and (coverage.last_period is None or coverage.last_period >= period)
    }
    return [contribution for contribution in all_lines() if contribution.line in covered]


def _rule(contribution: Contribution, rate: Rate) -> LineRule:
    return LineRule(
        line=contribution.line,
        name=contribution.name,
        unit_ppm=rate.unit_ppm,
        own_ppm=rate.own_ppm,
        floor_fen=rate.floor_fen,
        cap_fen=rate.cap_fen,
        transfer_ppm=rate.transfer_ppm,
        average_part_fen=rate.average_part_fen,
        includes_retiree_cost=rate.includes_retiree_cost,
    )


def _average(contribution: Contribution, policy: Any, employer: Employer, period: date) -> dict[str, Decimal]:
    """The local average wage and the multiples of floor and cap, from the inputs of the base's own calculation."""
    for step in contribution.explain_worker(policy, WorkerFacts(employer.county_id, period, ZERO)):
        inputs: Mapping[str, Any] = step.inputs
        if "floor_multiple" in inputs:
            return {
                "average": Decimal(str(inputs["local_avg_monthly_wage"])),
                "floor_multiple": Decimal(str(inputs["floor_multiple"])),
                "cap_multiple": Decimal(str(inputs["cap_multiple"])),
            }
    return {}
