"""What an employer's end and its successors mean for the month: wages that go on, people back, what is owed.

Registered with enrollment. Facts are only added: a leaving that is taken back writes the wages of its reversals anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Sum

from collection.models import BankLine, OpenItem
from collection.opening import LIVING_OF_PEOPLE, record_leavers, reverse_retiree_cost
from collection.takeovers import payers
from enrollment.hooks import Charged, EmployerSums, Payment, PeopleMoved, PeopleTakenOver
from jilin_si.jobs.units import ANY_JOIN, HASH_ONLY
from jilin_si.ledger.services import recording_period
from jilin_si.money import from_fen, to_fen
from jilin_si.periods import month


def employer_sums(employer_id: int, period: date) -> EmployerSums:
    """What an employer has to pay by line, without late fee, also what it took over; and its retirees in a month."""
    owed = (
        OpenItem.objects.filter(payers().owed_by(employer_id))
        .values("line")
        .annotate(own_part=Sum("own"), unit_part=Sum("unit"))
        .order_by("line")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(sign * retirees), 0), coalesce(sum(sign * cost_fen), 0)::bigint"
            " from collection_retireecost where employer_id = %s and %s between first_period and last_period",
            [employer_id, period],
        )
        retirees, cost = cursor.fetchone()
    return EmployerSums(
        {row["line"]: row["own_part"] + row["unit_part"] for row in owed}, int(retirees), from_fen(cost)
    )


def payments(employer_id: int) -> list[Payment]:
    """What the bank took in for an employer, whatever became of it."""
    lines = BankLine.objects.filter(employer_id=employer_id, returned=False).order_by("received_on", "pk")
    return [Payment(line.received_on, line.amount) for line in lines]


def running_wages(
    employer_id: int, county_id: int, workers: Sequence[int], first_period: date
) -> dict[int, dict[str, Any]]:
    """The wages that are charged for workers from a month on: worker → fee year → fen, and whether provisional."""
    with connection.cursor() as cursor:
        cursor.execute(HASH_ONLY)
        cursor.execute(
            f"""
            with {LIVING_OF_PEOPLE}
            select distinct on (worker_id, fee_year) worker_id, fee_year, wage_fen, provisional
            from living where last_living >= greatest(first_period, %(first)s)
            order by worker_id, fee_year, first_period desc, spell_id desc
            """,
            {
                "year": first_period.year,
                "county": county_id,
                "employer": employer_id,
                "workers": list(workers),
                "first": first_period,
            },
        )
        rows = cursor.fetchall()
        cursor.execute(ANY_JOIN)
        found: dict[int, dict[str, Any]] = {}
        for worker, year, fen, provisional in rows:
            found.setdefault(worker, {})[str(year)] = {"fen": fen, "provisional": provisional}
    return found


def charged(employer_id: int, county_id: int, workers: Sequence[int], first_period: date) -> Charged:
    """What was charged for workers with an employer from a month on: by spells, and by months billed already."""
    arguments: dict[str, Any] = {
        "year": first_period.year,
        "county": county_id,
        "employer": employer_id,
        "workers": list(workers),
        "first": first_period,
    }
    with connection.cursor() as cursor:
        cursor.execute(HASH_ONLY)
        cursor.execute(
            f"""
            with {LIVING_OF_PEOPLE}
            select (select array_agg(distinct worker_id) from mine where last_period >= %(first)s),
                   (select count(*) from living where last_living >= greatest(first_period, %(first)s)),
                   (select array_agg(p.period::date order by p.period) from ledger_period p
                    where p.agency_id = %(county)s and p.state <> 'open' and p.period >= %(first)s
                      and exists (select 1 from living l where p.period between l.first_period and l.last_living
                                    and l.recorded_in < coalesce((select min(o.period) from ledger_period o
                                      where o.agency_id = %(county)s and o.state = 'open'), 'infinity')))
            """,
            arguments,
        )
        ever, living, billed = cursor.fetchone()
        cursor.execute(ANY_JOIN)
    return Charged(frozenset(ever or ()), living, list(billed or ()))


def take_back_declaration(declaration: Any) -> None:
    """Reverse what an approved declaration charges; what had gone on provisionally before it goes on again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select worker_id from enrollment_declarationline where fee_year = %s and county_id = %s"
            " and declaration_id = %s",
            [declaration.fee_year, declaration.county_id, declaration.pk],
        )
        workers = [worker for (worker,) in cursor.fetchall()]
    yearly = declaration.kind == "yearly"
    first = declaration.first_period
    record_leavers(PeopleMoved(declaration.employer_id, declaration.county_id, workers, first, yearly))
    if not yearly:
        return
    arguments = _arguments(declaration.county_id, declaration.employer_id, first)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
                                          fee_year, county_id, provisional)
            select distinct on (s.worker_id) s.worker_id, s.employer_id, s.wage_fen,
                   greatest(s.first_period, %(first)s), least(s.last_period, coalesce(e.last_period, s.last_period)),
                   %(recorded)s, s.fee_year, s.county_id, true
            from collection_spell s
            join enrollment_employment e on e.worker_id = s.worker_id and e.employer_id = s.employer_id
              and e.leave_reason <> 'taken_back' and e.first_period <= s.last_period
              and coalesce(e.last_period, 'infinity') >= greatest(s.first_period, %(first)s)
            where s.fee_year = %(year)s and s.county_id = %(county)s and s.employer_id = %(employer)s
              and s.sign = 1 and s.provisional
            order by s.worker_id, s.spell_id desc
            """,
            arguments,
        )
        cursor.execute(
            """
            insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period, last_period,
                                                recorded_in, provisional)
            select employer_id, county_id, retirees, cost_fen, greatest(first_period, %(first)s), last_period,
                   %(recorded)s, true
            from collection_retireecost
            where employer_id = %(employer)s and sign = 1 and provisional
              and extract(year from first_period) = %(year)s
            order by id desc limit 1
            """,
            arguments,
        )


def charge_people_back(people: PeopleMoved) -> None:
    """Go on with the wages of people whose leaving was taken back: those that it reversed, recorded now."""
    arguments = _arguments(people.county_id, people.employer_id, people.first_period) | {
        "workers": list(people.workers)
    }
    with connection.cursor() as cursor:
        cursor.execute(HASH_ONLY)
        cursor.execute(
            f"""
            with {LIVING_OF_PEOPLE},
            last_reversal as (       -- the last of each person and year; later than it nothing else was charged
              select distinct on (fee_year, worker_id) * from mine
              where sign = -1 and first_period >= %(first)s order by fee_year, worker_id, spell_id desc
            ),
            charged as (
              select r.spell_id, sum(m.sign) as spells
              from last_reversal r join mine m on m.fee_year = r.fee_year and m.worker_id = r.worker_id
              where r.first_period between m.first_period and m.last_period group by 1
            )
            insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
                                          fee_year, county_id, provisional)
            select r.worker_id, r.employer_id, r.wage_fen, r.first_period, r.last_period, %(recorded)s, r.fee_year,
                   r.county_id, s.provisional
            from last_reversal r join charged c on c.spell_id = r.spell_id and c.spells = 0
            join mine s on s.spell_id = r.reverses
            """,
            arguments,
        )
        cursor.execute(ANY_JOIN)
        if people.retirees:
            cursor.execute(
                """
                insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period,
                                                    last_period, recorded_in, provisional)
                select distinct on (extract(year from r.first_period)) r.employer_id, r.county_id, r.retirees,
                       r.cost_fen, r.first_period, r.last_period, %(recorded)s, s.provisional
                from collection_retireecost r join collection_retireecost s on s.id = r.reverses
                where r.sign = -1 and r.employer_id = %(employer)s and r.first_period >= %(first)s
                  and 0 = (select sum(x.sign) from collection_retireecost x
                           where x.employer_id = r.employer_id
                             and r.first_period between x.first_period and x.last_period)
                order by extract(year from r.first_period), r.id desc
                """,
                arguments,
            )


def charge_taken_over(people: PeopleTakenOver) -> None:
    """Let the wages of people whom an employer takes over go on with it, to the end of their fee year."""
    arguments = _arguments(people.county_id, people.employer_id, people.first_period)
    with connection.cursor() as cursor:
        years = sorted({int(year) for wages in people.wages.values() for year in wages})
        for year in years:
            cursor.execute(
                "select make_county_partition('collection_spell', %s, %s)", [year, people.county_id]
            )
        cursor.execute(
            """
            insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
                                          fee_year, county_id, provisional)
            select w.worker::bigint, %(employer)s, (y.told ->> 'fen')::bigint,
                   greatest(%(first)s::date, make_date(y.year::int, 1, 1)), make_date(y.year::int, 12, 1), %(recorded)s,
                   y.year::smallint, %(county)s, (y.told ->> 'provisional')::boolean
            from jsonb_each(%(wages)s::jsonb) w(worker, years), jsonb_each(w.years) y(year, told)
            """,
            arguments | {"wages": json.dumps({str(worker): wages for worker, wages in people.wages.items()})},
        )
        if people.retirees or people.retiree_cost:
            _add_retiree_cost(cursor, arguments, people)


def _add_retiree_cost(cursor: Any, arguments: dict[str, Any], people: PeopleTakenOver) -> None:
    """One living row a month: what the employer has itself and what it takes over, together."""
    own = employer_sums(people.employer_id, people.first_period)
    reverse_retiree_cost(cursor, arguments)
    cursor.execute(
        """
        insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period, last_period,
                                            recorded_in)
        values (%(employer)s, %(county)s, %(retirees)s, %(cost)s, %(first)s, %(end)s, %(recorded)s)
        """,
        arguments
        | {
            "retirees": own.retirees + people.retirees,
            "cost": to_fen(own.retiree_cost + people.retiree_cost),
            "end": month(people.first_period.year, 12),
        },
    )


def _arguments(county_id: int, employer_id: int, first_period: date) -> dict[str, Any]:
    return {
        "county": county_id,
        "employer": employer_id,
        "first": first_period,
        "year": first_period.year,
        "recorded": recording_period(county_id),
    }
