"""The year's opening: spells and retiree cost from the approved declarations, a county at a time or one employer.

The county's leaf is filled bare, indexed and attached, which costs half of what filling an indexed table costs;
a single declaration approved later goes through the parent table and its triggers.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from enrollment.hooks import PeopleMoved
from jilin_si.jobs.units import ANY_JOIN, HASH_ONLY, UnitResult
from jilin_si.ledger.services import LedgerError, recording_period
from jilin_si.periods import add_months, month


def make_year_tables(fee_year: int) -> None:
    """Make the tables that the counties fill, before they do: who makes one lets the others wait for its commit."""
    with connection.cursor() as cursor:
        for table in ("collection_spell", "collection_accountyear"):
            cursor.execute("select make_year_partition(%s, %s)", [table, fee_year])


def open_year(county_id: int, fee_year: int) -> UnitResult:
    """Write the spells of every approved declaration of a county's fee year in one go.

    Only for a county that has no spell of that year yet; otherwise each declaration writes its own.
    """
    leaf = f"collection_spell_{int(fee_year)}_{int(county_id)}"
    with connection.cursor() as cursor:
        period = recording_period(county_id)
        cursor.execute("select has_table(%s)", [leaf])
        if cursor.fetchone()[0]:
            raise LedgerError(_("The year was opened for this county before."))
        cursor.execute("select make_year_partition('collection_spell', %s)", [fee_year])
        (year_table,) = cursor.fetchone()
        arguments: dict[str, Any] = {
            "year": fee_year,
            "county": county_id,
            "recorded": period,
            "end": month(fee_year, 12),
        }
        cursor.execute(
            f'create table "{leaf}" (like collection_spell including defaults including constraints)'
        )
        cursor.execute(
            f"""
            insert into "{leaf}" (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in, fee_year,
                                  county_id)
            select l.worker_id, l.employer_id, l.wage_fen, d.first_period, %(end)s, %(recorded)s, %(year)s, %(county)s
            from enrollment_declarationline l
            join enrollment_declaration d on d.id = l.declaration_id and d.state = 'approved'
            where l.fee_year = %(year)s and l.county_id = %(county)s
            order by l.employer_id, l.worker_id
            """,
            arguments,
        )
        spells = cursor.rowcount
        cursor.execute(
            f'alter table "{leaf}" add primary key (fee_year, county_id, employer_id, worker_id, spell_id)'
        )
        cursor.execute(f'create index on "{leaf}" (worker_id)')
        cursor.execute(
            f'create index on "{leaf}" (recorded_in) where recorded_in > first_period'
            " or extract(month from first_period) > 1 or extract(month from last_period) < 12"
        )
        cursor.execute(f'alter table "{leaf}" add check (county_id = {int(county_id)})')
        _open_retiree_cost(cursor, arguments)
        cursor.execute(f'analyze "{leaf}"')
        cursor.execute(
            f'alter table "{year_table}" attach partition "{leaf}" for values in ({int(county_id)})'
        )
    return UnitResult(checksum=str(spells), figures={"spells": spells})


def _open_retiree_cost(cursor: Any, arguments: dict[str, Any]) -> None:
    cursor.execute(
        """
        insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period, last_period,
                                            recorded_in)
        select employer_id, county_id, retirees, retiree_cost_fen, first_period, %(end)s, %(recorded)s
        from enrollment_declaration
        where county_id = %(county)s and fee_year = %(year)s and state = 'approved' and retirees + retiree_cost_fen > 0
        """,
        arguments,
    )


def record_declaration(declaration: Any) -> None:
    """Write the spells and the retiree cost of a declaration just approved (registered with enrollment).

    What went on provisionally, or was declared before, is reversed for the same months; both are recorded in the
    first period not assessed, and the next assessment bills the difference.
    """
    arguments = {
        "declaration": declaration.pk,
        "employer": declaration.employer_id,
        "county": declaration.county_id,
        "year": declaration.fee_year,
        "first": declaration.first_period,
        "end": month(declaration.fee_year, 12),
        "recorded": recording_period(declaration.county_id),
        "retirees": declaration.retirees,
        "cost": int(declaration.retiree_cost * 100),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "select make_county_partition('collection_spell', %(year)s, %(county)s)",
            arguments,
        )
        if declaration.kind == "yearly":  # a joining one adds to what goes on
            _reverse_spells(cursor, arguments)
            _record_retiree_cost(cursor, arguments)
        cursor.execute(
            """
            insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
                                          fee_year, county_id)
            select l.worker_id, l.employer_id, l.wage_fen,
                   greatest(%(first)s, e.first_period), least(%(end)s, coalesce(e.last_period, %(end)s)),
                   %(recorded)s, %(year)s, %(county)s
            from enrollment_declarationline l
            join enrollment_employment e on e.worker_id = l.worker_id and e.employer_id = l.employer_id
              and e.first_period <= %(end)s and coalesce(e.last_period, 'infinity') >= %(first)s
              and e.leave_reason <> 'taken_back'
            where l.fee_year = %(year)s and l.county_id = %(county)s and l.declaration_id = %(declaration)s
            """,
            arguments,
        )


def record_leaver(employment: Any) -> None:
    """Take back what was to be charged after the last month of an employment that ended."""
    people = PeopleMoved(
        employment.employer_id,
        employment.county_id,
        [employment.worker_id],
        add_months(employment.last_period, 1),
    )
    record_leavers(people)


def record_leavers(people: PeopleMoved) -> None:
    """Take back what was to be charged for people from a month on (registered with enrollment).

    One partial reversing spell for each of their living ones, recorded in the first period not assessed; where the
    employer's retirees go too, their cost as well.
    """
    arguments: dict[str, Any] = {
        "workers": list(people.workers),
        "employer": people.employer_id,
        "county": people.county_id,
        "first": people.first_period,
        "year": people.first_period.year,
        "recorded": recording_period(people.county_id),
    }
    with connection.cursor() as cursor:
        cursor.execute(HASH_ONLY)
        cursor.execute(
            f"""
            with {LIVING_OF_PEOPLE}
            insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
                                          fee_year, county_id, sign, reverses)
            select worker_id, employer_id, wage_fen, greatest(first_period, %(first)s), last_living,
                   %(recorded)s, fee_year, county_id, -1, spell_id
            from living where last_living >= greatest(first_period, %(first)s)
            """,
            arguments,
        )
        cursor.execute(ANY_JOIN)
        if people.retirees:
            reverse_retiree_cost(cursor, arguments)


# A reversing spell reaches from some month to the end of what it reverses: the months before it are still living.
_LIVING = """
cross join lateral (
  select coalesce((min(r.first_period) - interval '1 month')::date, s.last_period) as last_period
  from collection_spell r
  where r.fee_year = s.fee_year and r.county_id = s.county_id and r.employer_id = s.employer_id
    and r.worker_id = s.worker_id and r.reverses = s.spell_id
) living
"""


# The same for many people of one employer at once, over what is theirs from a year on: joined by hash.
LIVING_OF_PEOPLE = """
mine as materialized (
  select * from collection_spell
  where fee_year >= %(year)s and county_id = %(county)s and employer_id = %(employer)s and worker_id = any(%(workers)s)
),
reversed as (
  select reverses, (min(first_period) - interval '1 month')::date as last_living from mine where sign = -1 group by 1
),
living as (
  select m.*, coalesce(r.last_living, m.last_period) as last_living
  from mine m left join reversed r on r.reverses = m.spell_id where m.sign = 1
)
"""


def _reverse_spells(cursor: Any, arguments: dict[str, Any]) -> None:
    """Reverse what is still living of the employer's spells from the first month on."""
    cursor.execute(
        f"""
        insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
                                      fee_year, county_id, sign, reverses)
        select s.worker_id, s.employer_id, s.wage_fen, greatest(s.first_period, %(first)s), living.last_period,
               %(recorded)s, s.fee_year, s.county_id, -1, s.spell_id
        from collection_spell s {_LIVING}
        where s.fee_year = %(year)s and s.county_id = %(county)s and s.employer_id = %(employer)s and s.sign = 1
          and living.last_period >= greatest(s.first_period, %(first)s)
        """,
        arguments,
    )


def reverse_retiree_cost(cursor: Any, arguments: dict[str, Any]) -> None:
    """Reverse what is still living of an employer's retiree cost from the first month on."""
    cursor.execute(
        """
        insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period, last_period,
                                            recorded_in, sign, reverses)
        select r.employer_id, r.county_id, r.retirees, r.cost_fen, greatest(r.first_period, %(first)s),
               living.last_period, %(recorded)s, -1, r.id
        from collection_retireecost r
        cross join lateral (
          select coalesce((min(n.first_period) - interval '1 month')::date, r.last_period) as last_period
          from collection_retireecost n where n.employer_id = r.employer_id and n.reverses = r.id) living
        where r.employer_id = %(employer)s and r.sign = 1 and living.last_period >= greatest(r.first_period, %(first)s)
        """,
        arguments,
    )


def _record_retiree_cost(cursor: Any, arguments: dict[str, Any]) -> None:
    """Reverse the employer's retiree cost from the first month on, and write what is declared now."""
    reverse_retiree_cost(cursor, arguments)
    if arguments["retirees"] or arguments["cost"]:
        cursor.execute(
            """
            insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period,
                                                last_period, recorded_in)
            values (%(employer)s, %(county)s, %(retirees)s, %(cost)s, %(first)s, %(end)s, %(recorded)s)
            """,
            arguments,
        )
