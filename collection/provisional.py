"""A year that begins without a declaration: last year's spells go on for the time being (rule COL-8)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection


def continue_without_declaration(county_id: int, period: date) -> int:
    """Let last year's spells go on, provisionally, for covered employers with no spell of the new fee year (COL-8).

    They are reversed when a declaration is approved. Returns how many spells were written.
    """
    arguments: dict[str, Any] = {
        "county": county_id,
        "period": period,
        "year": period.year,
        "last_year": period.year - 1,
        "december": date(period.year - 1, 12, 1),
        "end": date(period.year, 12, 1),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "select make_county_partition('collection_spell', %(year)s, %(county)s)",
            arguments,
        )
        cursor.execute(
            """
            insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
                                          fee_year, county_id, provisional)
            select s.worker_id, s.employer_id, (sum(s.sign * s.wage_fen))::bigint, %(period)s, %(end)s, %(period)s,
                   %(year)s, %(county)s, true
            from collection_spell s
            where s.fee_year = %(last_year)s and s.county_id = %(county)s
              and %(december)s between s.first_period and s.last_period
              and not exists (select 1 from collection_spell n
                              where n.fee_year = %(year)s and n.county_id = %(county)s
                                and n.employer_id = s.employer_id)
              and exists (select 1 from enrollment_coverage c
                          where c.employer_id = s.employer_id and c.first_period <= %(period)s
                            and coalesce(c.last_period, 'infinity') >= %(period)s)
            group by s.worker_id, s.employer_id having sum(s.sign) = 1
            """,
            arguments,
        )
        spells = cursor.rowcount
        cursor.execute(
            """
            insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period, last_period,
                                                recorded_in, provisional)
            select r.employer_id, r.county_id, sum(r.sign * r.retirees), (sum(r.sign * r.cost_fen))::bigint,
                   %(period)s, %(end)s, %(period)s, true
            from collection_retireecost r
            where r.county_id = %(county)s and %(december)s between r.first_period and r.last_period
              and not exists (select 1 from collection_retireecost n
                              where n.employer_id = r.employer_id and n.first_period >= %(period)s)
              and exists (select 1 from enrollment_coverage c
                          where c.employer_id = r.employer_id and c.first_period <= %(period)s
                            and coalesce(c.last_period, 'infinity') >= %(period)s)
            group by 1, 2 having sum(r.sign) = 1
            """,
            arguments,
        )
    return spells
