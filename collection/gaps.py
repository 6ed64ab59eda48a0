"""Who is employed and was left out of a unit's last assessment: no spell carries the month."""

from __future__ import annotations

from datetime import date

from django.db import connection

# Net of reversals: a spell that was taken back carries no month. Membership is by worker and employer, as assessed.
_LEFT_OUT = """
with spell as (
  select worker_id, employer_id, sum(sign) filter (where %(month)s between first_period and last_period) as carries,
         max(last_period) filter (where last_period < %(month)s) as until
  from collection_spell
  where fee_year = %(year)s and county_id = %(unit)s and first_period <= %(month)s
  group by 1, 2
)
select e.id, greatest(e.first_period, make_date(%(year)s, 1, 1), (s.until + interval '1 month')::date)
from enrollment_employment e
join enrollment_employer m on m.id = e.employer_id and m.status = 'active'
left join spell s on s.worker_id = e.worker_id and s.employer_id = e.employer_id
where e.county_id = %(unit)s and m.county_id = %(unit)s
  and e.first_period <= %(month)s and (e.last_period is null or e.last_period >= %(month)s)
  and e.leave_reason <> 'taken_back'
  and coalesce(s.carries, 0) <= 0
  and exists (select from enrollment_coverage c
              where c.employer_id = e.employer_id and c.first_period <= %(month)s
                and (c.last_period is null or c.last_period >= %(month)s))
"""


def months_without_spell(unit: int) -> list[tuple[int, date]]:
    """Employments living in the unit's last assessed month that no spell of it carries: id and first month missed.

    Only employers that are covered by some line; the first month is looked for within the fee year.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(period) from ledger_period where agency_id = %s and state <> 'open'", [unit]
        )
        (month,) = cursor.fetchone()
        if month is None:
            return []
        cursor.execute(_LEFT_OUT, {"unit": unit, "month": month, "year": month.year})
        return list(cursor.fetchall())
