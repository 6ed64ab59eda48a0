"""What another value of a parameter would make of the month assessed last: sums and people by county.

Registered with the policy app, which shows it before anybody approves a change. The month's bills say what is; what
would be is worked out from the same wages and spells with the rates that each line asks for under the other value.
Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from collection.lines import Rate, all_lines
from jilin_si.money import from_fen
from jilin_si.policy.lookup import PROVINCE, Policy
from jilin_si.policy.what_if import CountyEffect, MonthPart

EMPLOYERS = """
select coalesce(sum(b.workers) filter (where would.fen <> b.unit_due_fen), 0)::bigint,
       coalesce(sum(b.unit_due_fen), 0)::bigint, coalesce(sum(would.fen), 0)::bigint,
       count(*) filter (where would.fen <> b.unit_due_fen)
from collection_bill b
join collection_assessmentparameter p on p.id = b.parameter_id and p.county_id = %(county)s
join unnest(%(classes)s::int[], %(unit)s::int[], %(two_sum)s::bool[]) r(trade_class, unit_ppm, two_sum)
  on r.trade_class = p.trade_class
cross join lateral (
  select share(b.wage_fen + case when r.two_sum then b.retiree_cost_fen else 0 end, r.unit_ppm) as fen) would
where b.line = %(line)s and b.county_id = %(county)s and b.due_period = %(period)s and b.recorded_in = %(period)s
"""

# A spell taken back stands there twice, once with the sign turned: what it adds and whom it counts goes out again.
# One pass for all the parts that differ; the fences let base and part be worked out once a row.
WORKERS = """
with based as (             -- the month's spells of employers that the line billed
  select s.sign, base_of(s.wage_fen, %(floor_now)s, %(cap_now)s) as base,
         base_of(s.wage_fen, %(floor_then)s, %(cap_then)s) as other_base
  from collection_spell s
  where s.fee_year = %(year)s and s.county_id = %(county)s
    and s.first_period <= %(period)s and s.last_period >= %(period)s and s.recorded_in <= %(period)s
    and s.employer_id in (select employer_id from collection_bill
                          where line = %(line)s and county_id = %(county)s
                            and due_period = %(period)s and recorded_in = %(period)s)
  offset 0
), part as (
  select sign{columns} from based offset 0
)
select {sums} from part
"""
# Each worker's part by itself, and what it would be.
PARTS = {
    "own": ("share(base, %(own_now)s)", "share(other_base, %(own_then)s)"),
    "moved": (
        "share(base, %(transfer_now)s) + %(average_now)s",
        "share(other_base, %(transfer_then)s) + %(average_then)s",
    ),
}
# What of a line's rate each part is worked out from, and without which of them there is no such part.
MADE_OF = {
    "unit": ("unit_ppm", "includes_retiree_cost"),
    "own": ("own_ppm", "floor_fen", "cap_fen"),
    "moved": ("transfer_ppm", "average_part_fen", "floor_fen", "cap_fen"),
}
NEEDS = {
    "unit": ("unit_ppm",),
    "own": ("own_ppm",),
    "moved": ("transfer_ppm", "average_part_fen"),
}
TITLES = {
    "unit": _("employers' part"),
    "own": _("own part"),
    "moved": _("moved to individual accounts"),
}


class LastMonth:
    """The month assessed last, as ``what_if.MonthWork`` asks for it: parts are named line.part."""

    def last_month(self) -> tuple[date, list[int]] | None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                select period, array_agg(agency_id order by agency_id) from ledger_period
                where state <> 'open' and agency_id <> %(province)s
                group by period order by period desc limit 1
                """,
                {"province": PROVINCE},
            )
            row = cursor.fetchone()
        return (row[0], list(row[1])) if row else None

    def parts(self, base: Policy, tried: Policy, period: date, counties: Sequence[int]) -> list[MonthPart]:
        found: dict[str, list[int]] = {}
        for contribution in all_lines():
            for county_id in counties:
                now, then = (contribution.rates(policy, period, county_id) for policy in (base, tried))
                for part in _differing(now, then):
                    found.setdefault(f"{contribution.line}.{part}", []).append(county_id)
        names = {line.line: line.name for line in all_lines()}
        return [
            MonthPart(name, format_lazy("{}: {}", names[line], TITLES[part]), concerned)
            for name, concerned in found.items()
            for line, _dot, part in [name.partition(".")]
        ]

    def work(self, base: Policy, tried: Policy, period: date, county_id: int) -> Mapping[str, CountyEffect]:
        found: dict[str, CountyEffect] = {}
        for contribution in all_lines():
            now, then = (contribution.rates(policy, period, county_id) for policy in (base, tried))
            differing = _differing(now, then)
            place = {"line": contribution.line, "period": period, "year": period.year, "county": county_id}
            if "unit" in differing:
                found[f"{contribution.line}.unit"] = _employers(place, then)
            workers = [part for part in PARTS if part in differing]
            if workers:
                effects = _workers(place, workers, _for_everybody(now), _for_everybody(then))
                found |= {f"{contribution.line}.{part}": effect for part, effect in effects.items()}
        return found


def _differing(now: Sequence[Rate], then: Sequence[Rate]) -> list[str]:
    """The parts of a line's contribution that two sets of its rates work out otherwise."""

    def rates(part: str, of: Sequence[Rate]) -> list[Any]:
        return [(rate.trade_class, *(getattr(rate, name) for name in MADE_OF[part])) for rate in of]

    return [
        part
        for part in MADE_OF
        if rates(part, now) != rates(part, then)
        and any(getattr(rate, name) for rate in (*now, *then) for name in NEEDS[part])
    ]


def _employers(place: Mapping[str, Any], then: Sequence[Rate]) -> CountyEffect:
    arguments = {
        "classes": [rate.trade_class for rate in then],
        "unit": [rate.unit_ppm for rate in then],
        "two_sum": [rate.includes_retiree_cost for rate in then],
    }
    people, before, after, employers = _asked(EMPLOYERS, {**place, **arguments})
    return CountyEffect(place["county"], people, from_fen(before), from_fen(after), employers)


def _workers(
    place: Mapping[str, Any], parts: Sequence[str], now: Rate, then: Rate
) -> dict[str, CountyEffect]:
    columns = "".join(f", {PARTS[part][0]} as {part}, {PARTS[part][1]} as other_{part}" for part in parts)
    sums = ", ".join(
        f"coalesce(sum(sign) filter (where {part} <> other_{part}), 0)::bigint,"
        f" coalesce(sum(sign * {part}), 0)::bigint, coalesce(sum(sign * other_{part}), 0)::bigint"
        for part in parts
    )
    found = _asked(
        WORKERS.format(columns=columns, sums=sums), {**place, **_named("now", now), **_named("then", then)}
    )
    return {
        part: CountyEffect(place["county"], people, from_fen(before), from_fen(after))
        for part, people, before, after in zip(parts, found[::3], found[1::3], found[2::3], strict=True)
    }


def _named(when: str, rate: Rate) -> dict[str, int]:
    return {
        f"own_{when}": rate.own_ppm,
        f"floor_{when}": rate.floor_fen,
        f"cap_{when}": rate.cap_fen,
        f"transfer_{when}": rate.transfer_ppm,
        f"average_{when}": rate.average_part_fen,
    }


def _asked(statement: str, arguments: Mapping[str, Any]) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        row: Sequence[int] = cursor.fetchone()
    return row


def _for_everybody(rates: Sequence[Rate]) -> Rate:
    """A line's rate that does not depend on the risk class: workers' parts never do."""
    return next((rate for rate in rates if rate.trade_class == 0), Rate(unit_ppm=0))
