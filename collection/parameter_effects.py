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
WORKERS = """
with spell as (             -- the month's spells of the employers that the line billed, with the wage held in bounds
  select s.county_id, s.sign, base_of(s.wage_fen, p.floor_fen, p.cap_fen) as base,
         base_of(s.wage_fen, r.floor_fen, r.cap_fen) as other_base,
         p.own_ppm, p.transfer_ppm, p.average_part_fen, r.own_ppm as other_own, r.transfer_ppm as other_transfer,
         r.average_fen as other_average
  from collection_spell s
  join collection_assessmentparameter p on p.county_id = s.county_id and p.line = %(line)s
    and p.due_period = %(period)s and p.trade_class = 0
  join unnest(%(counties)s::int[], %(own)s::int[], %(floor)s::bigint[], %(cap)s::bigint[], %(transfer)s::int[],
              %(average)s::bigint[])
    r(county_id, own_ppm, floor_fen, cap_fen, transfer_ppm, average_fen) on r.county_id = s.county_id
  where s.fee_year = %(year)s and s.first_period <= %(period)s and s.last_period >= %(period)s
    and s.recorded_in <= %(period)s and s.county_id = any(%(asked)s)
    and exists (select 1 from collection_bill b where b.employer_id = s.employer_id and b.line = %(line)s
                and b.county_id = s.county_id and b.due_period = %(period)s and b.recorded_in = %(period)s)
),
part as (                   -- each worker's part by itself, as it is and as it would be
  select county_id, sign, {before} as fen, {after} as other_fen from spell
)
select county_id, coalesce(sum(sign) filter (where fen <> other_fen), 0)::bigint,
       sum(sign * fen)::bigint, sum(sign * other_fen)::bigint
from part group by county_id
"""
OWN = {"before": "share(base, own_ppm)", "after": "share(other_base, other_own)"}
MOVED = {
    "before": "share(base, transfer_ppm) + average_part_fen",
    "after": "share(other_base, other_transfer) + other_average",
}


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
class _Work:
    """One kind of sum, worked out for some counties at a time."""

    statement: str
    arguments: dict[str, Any]

    def __call__(self, counties: Sequence[int]) -> list[CountyEffect]:
        with connection.cursor() as cursor:
            cursor.execute(self.statement, self.arguments | {"asked": list(counties)})
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
        plans.append(MonthPlan(title, _("Employers changed"), period, counties, _Work(EMPLOYERS, arguments)))
    workers = common | _worker_arguments(counties, then)
    if differs("own_ppm", "floor_fen", "cap_fen") and _any_part(counties, now, then, "own_ppm"):
        title = format_lazy("{}: {}", contribution.name, _("own part"))
        work = _Work(WORKERS.format(**OWN), workers)
        plans.append(MonthPlan(title, _("Workers changed"), period, counties, work))
    if differs("transfer_ppm", "average_part_fen", "floor_fen", "cap_fen") and _any_part(
        counties, now, then, "transfer_ppm", "average_part_fen"
    ):
        title = format_lazy("{}: {}", contribution.name, _("moved to individual accounts"))
        work = _Work(WORKERS.format(**MOVED), workers)
        plans.append(MonthPlan(title, _("Workers changed"), period, counties, work))
    return plans


def _any_part(
    counties: list[int], now: dict[int, list[Rate]], then: dict[int, list[Rate]], *names: str
) -> bool:
    return any(getattr(r, name) for c in counties for r in [*now[c], *then[c]] for name in names)


def _worker_arguments(counties: list[int], then: dict[int, list[Rate]]) -> dict[str, Any]:
    rates = [next((r for r in then[county] if r.trade_class == 0), Rate(unit_ppm=0)) for county in counties]
    return {
        "counties": counties,
        "own": [r.own_ppm for r in rates],
        "floor": [r.floor_fen for r in rates],
        "cap": [r.cap_fen for r in rates],
        "transfer": [r.transfer_ppm for r in rates],
        "average": [r.average_part_fen for r in rates],
    }
