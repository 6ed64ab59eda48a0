"""What another value of a parameter would make of the month assessed last: sums and people by county.

Registered with the policy app, which shows it before anybody approves a change. The month's bills say what is; what
would be is worked out from the same wages and spells with the rates that each line asks for under the other value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from collection.lines import Contribution, Rate, all_lines
from jilin_si.money import from_fen
from jilin_si.policy.effects import CountyEffect, MonthPlan
from jilin_si.policy.lookup import Policy

EMPLOYERS = """
select b.county_id, count(*) filter (where would.fen <> b.unit_due_fen),
       coalesce(sum(b.unit_due_fen), 0)::bigint, coalesce(sum(would.fen), 0)::bigint
from collection_bill b
join collection_assessmentparameter p on p.id = b.parameter_id
join unnest(%(counties)s::int[], %(classes)s::int[], %(unit)s::int[], %(two_sum)s::bool[])
  r(county_id, trade_class, unit_ppm, two_sum) on r.county_id = b.county_id and r.trade_class = p.trade_class
cross join lateral (
  select share(b.wage_fen + case when r.two_sum then b.retiree_cost_fen else 0 end, r.unit_ppm) as fen) would
where b.line = %(line)s and b.due_period = %(period)s and b.recorded_in = %(period)s and b.county_id = any(%(asked)s)
group by b.county_id
"""

# A spell taken back stands there twice, once with the sign turned: what it adds and whom it counts goes out again.
# The rates are constants of the statement, which therefore serves counties with equal rates.
WORKERS = """
with part as (              -- the month's spells of employers that the line billed: each worker's part by itself
  select s.county_id, s.sign, {before} as fen, {after} as other_fen
  from collection_spell s
  where s.fee_year = %(year)s and s.first_period <= %(period)s and s.last_period >= %(period)s
    and s.recorded_in <= %(period)s and s.county_id = any(%(asked)s)
    and s.employer_id in (select employer_id from collection_bill
                          where line = %(line)s and due_period = %(period)s and recorded_in = %(period)s
                            and county_id = any(%(asked)s))
  offset 0                  -- a fence: each part is worked out once
)
select county_id, coalesce(sum(sign) filter (where fen <> other_fen), 0)::bigint,
       sum(sign * fen)::bigint, sum(sign * other_fen)::bigint
from part group by county_id
"""
_BASE = "base_of(s.wage_fen, %(floor_{0})s, %(cap_{0})s)"
_OWN = f"share({_BASE}, %(own_{{0}})s)"
_MOVED = f"share({_BASE}, %(transfer_{{0}})s) + %(average_{{0}})s"
OWN = WORKERS.format(before=_OWN.format("now"), after=_OWN.format("then"))
MOVED = WORKERS.format(before=_MOVED.format("now"), after=_MOVED.format("then"))


def effects_on_last_month(code: str, base: Policy, tried: Policy) -> list[MonthPlan]:
    """What of the month assessed last a parameter has a part in: employers' parts, own parts, what goes to accounts."""
    assessed = _last_assessed()
    if assessed is None:
        return []
    period, counties = assessed
    plans = []
    for contribution in all_lines():
        now = {county: contribution.rates(base, period, county) for county in counties}
        then = {county: contribution.rates(tried, period, county) for county in counties}
        changed = [county for county in counties if _bare(now[county]) != _bare(then[county])]
        if changed:
            plans += _plans(contribution, period, changed, now, then)
    return plans


def _last_assessed() -> tuple[date, list[int]] | None:
    """The last month assessed anywhere in this scope, and where it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select period, array_agg(agency_id order by agency_id) from ledger_period
            where state <> 'open' and period = (select max(period) from ledger_period where state <> 'open')
            group by period
            """
        )
        row = cursor.fetchone()
    return (row[0], list(row[1])) if row else None


def _bare(rates: Sequence[Rate]) -> list[Any]:
    """Rates without the versions they came from."""
    return [
        (r.trade_class, r.unit_ppm, r.own_ppm, r.floor_fen, r.cap_fen, r.transfer_ppm, r.average_part_fen,
         r.includes_retiree_cost)
        for r in rates
    ]  # fmt: skip


@dataclass(frozen=True)
class _Employers:
    """The employers' part of a line, worked out for some counties at a time."""

    arguments: dict[str, Any]

    def __call__(self, counties: Sequence[int]) -> list[CountyEffect]:
        return _asked(EMPLOYERS, self.arguments | {"asked": list(counties)})


@dataclass(frozen=True)
class _Workers:
    """One of the workers' parts of a line; counties with the same rates before and after go together."""

    statement: str
    arguments: dict[str, Any]
    now: dict[int, Rate]
    then: dict[int, Rate]

    def __call__(self, counties: Sequence[int]) -> list[CountyEffect]:
        alike: dict[tuple[Any, ...], list[int]] = {}
        for county in counties:
            alike.setdefault((*_parts(self.now[county]), *_parts(self.then[county])), []).append(county)
        found = []
        for together in alike.values():
            rates = _named("now", self.now[together[0]]) | _named("then", self.then[together[0]])
            found += _asked(self.statement, self.arguments | rates | {"asked": together})
        return found


def _parts(rate: Rate) -> tuple[int, ...]:
    return rate.own_ppm, rate.floor_fen, rate.cap_fen, rate.transfer_ppm, rate.average_part_fen


def _named(when: str, rate: Rate) -> dict[str, int]:
    names = ("own", "floor", "cap", "transfer", "average")
    return {f"{name}_{when}": value for name, value in zip(names, _parts(rate), strict=True)}


def _asked(statement: str, arguments: dict[str, Any]) -> list[CountyEffect]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [
            CountyEffect(county, int(people), from_fen(before), from_fen(after))
            for county, people, before, after in cursor.fetchall()
        ]


def _plans(
    contribution: Contribution,
    period: date,
    counties: list[int],
    now: dict[int, list[Rate]],
    then: dict[int, list[Rate]],
) -> list[MonthPlan]:
    common = {"line": contribution.line, "period": period, "year": period.year}
    plans = []

    def differs(*names: str) -> bool:
        return any(
            [getattr(r, name) for r in now[county]] != [getattr(r, name) for r in then[county]]
            for county in counties
            for name in names
        )

    if differs("unit_ppm", "includes_retiree_cost"):
        rows = [(county, r) for county in counties for r in then[county]]
        arguments = common | {
            "counties": [county for county, _r in rows],
            "classes": [r.trade_class for _c, r in rows],
            "unit": [r.unit_ppm for _c, r in rows],
            "two_sum": [r.includes_retiree_cost for _c, r in rows],
        }
        title = format_lazy("{}: {}", contribution.name, _("employers' part"))
        plans.append(MonthPlan(title, _("Employers changed"), period, counties, _Employers(arguments)))
    rates = {county: _for_everybody(now[county]) for county in counties}
    others = {county: _for_everybody(then[county]) for county in counties}
    if differs("own_ppm", "floor_fen", "cap_fen") and _any_part(counties, now, then, "own_ppm"):
        title = format_lazy("{}: {}", contribution.name, _("own part"))
        work = _Workers(OWN, common, rates, others)
        plans.append(MonthPlan(title, _("Workers changed"), period, counties, work))
    if differs("transfer_ppm", "average_part_fen", "floor_fen", "cap_fen") and _any_part(
        counties, now, then, "transfer_ppm", "average_part_fen"
    ):
        title = format_lazy("{}: {}", contribution.name, _("moved to individual accounts"))
        work = _Workers(MOVED, common, rates, others)
        plans.append(MonthPlan(title, _("Workers changed"), period, counties, work))
    return plans


def _any_part(
    counties: list[int], now: dict[int, list[Rate]], then: dict[int, list[Rate]], *names: str
) -> bool:
    return any(getattr(r, name) for c in counties for r in [*now[c], *then[c]] for name in names)


def _for_everybody(rates: Sequence[Rate]) -> Rate:
    """A line's rate that does not depend on the risk class: workers' parts never do."""
    return next((rate for rate in rates if rate.trade_class == 0), Rate(unit_ppm=0))
