"""What stands in the returns for 1997 that are not approved yet: their rows as they were typed.

On 6 January most are approved; some wait for review, some were sent back, some are being typed, some are missing.
"""

from __future__ import annotations

from django.db import connection

_YUAN = "to_char({}::numeric / 100, 'FM999999999990.00')"


def write_drafts() -> None:
    """Fill in the rows of every return for 1997 that somebody may still open to type in."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with typed as (            -- handed in, or sent back: as the lines say
              select d.id, jsonb_agg(jsonb_build_object('worker', l.worker_id::text, 'months', l.months_worked::text,
                       'year_wages', {_YUAN.format("l.year_wages_fen")}) order by l.worker_id) as rows
              from enrollment_declaration d join enrollment_declarationline l
                on l.declaration_id = d.id and l.fee_year = 1997 and l.county_id = d.county_id
              where d.fee_year = 1997 and d.state in ('submitted', 'returned') group by 1
            ),
            person as (                -- being typed: two thirds are there, with a month too many and a slipped point
              select d.id, l.worker_id, l.year_wages_fen / l.months_worked * 12 * 114 / 1000 * 10 as fen,
                     row_number() over w as place, count(*) over (partition by d.id) as people
              from enrollment_declaration d
              join enrollment_declarationline l
                on l.fee_year = 1996 and l.county_id = d.county_id and l.employer_id = d.employer_id
              join enrollment_employment e
                on e.worker_id = l.worker_id and e.employer_id = l.employer_id and e.last_period is null
              where d.fee_year = 1997 and d.state = 'draft'
              window w as (partition by d.id order by l.worker_id)
            ),
            begun as (
              select id, jsonb_agg(jsonb_build_object('worker', worker_id::text,
                       'months', case when place = 3 then '13' else '12' end,
                       'year_wages', case when place * 3 > people * 2 then ''
                                          when place = 5 then {_YUAN.format("fen * 10")} else {_YUAN.format("fen")} end)
                       order by worker_id) as rows
              from person group by 1
            )
            update enrollment_declaration d
            set draft = jsonb_build_object('rows', r.rows, 'retirees', d.retirees::text,
                  'retiree_cost', {_YUAN.format("d.retiree_cost_fen")}, 'editors', jsonb_build_array(d.entered_by_id))
            from (select * from typed union all select * from begun) r where r.id = d.id
            """
        )
