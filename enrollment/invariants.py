"""What must never break in the registry, as SQL over the whole database."""

from __future__ import annotations

from jilin_si.jobs.invariants import Invariant


def invariants() -> list[Invariant]:
    """The registry's invariants, for ``manage.py verify``."""
    return [
        Invariant(
            name="declaration_is_its_lines",
            description="A return handed in or approved says how many people and what wages its lines hold.",
            order=20,
            sql="""
                with held as (      -- every line once, by its return
                  select declaration_id, count(*) as workers, sum(wage_fen) as wages_fen
                  from enrollment_declarationline group by 1
                )
                select d.id, d.county_id, d.employer_id, d.fee_year, d.workers, h.workers as lines,
                       d.wages_fen, h.wages_fen as line_wages_fen
                from enrollment_declaration d left join held h on h.declaration_id = d.id
                where d.state in ('submitted', 'approved')
                  and (d.workers, d.wages_fen) is distinct from (coalesce(h.workers, 0), coalesce(h.wages_fen, 0))
            """,
        ),
        Invariant(
            name="declared_people_work_there",
            # a leaver reported later may have left before the year began: the spells are taken back, the line stands
            description="Whoever is in an approved return came to its employer in that year or before.",
            order=20,
            sql="""
                select l.fee_year, l.county_id, l.declaration_id, l.worker_id
                from enrollment_declarationline l
                join enrollment_declaration d on d.id = l.declaration_id and d.state = 'approved'
                where not exists (
                  select 1 from enrollment_employment e
                  where e.worker_id = l.worker_id and e.employer_id = d.employer_id
                    and e.first_period <= make_date(l.fee_year, 12, 1))
            """,
        ),
        Invariant(
            name="declared_or_answered_for",
            description="Nobody has wages in a return and is answered for besides, but who leaves after it begins.",
            order=20,
            sql="""
                select a.declaration_id, a.worker_id, a.answer
                from enrollment_declarationanswer a
                join enrollment_declaration d on d.id = a.declaration_id and d.state in ('submitted', 'approved')
                join enrollment_declarationline l
                  on l.fee_year = d.fee_year and l.county_id = d.county_id and l.declaration_id = d.id
                 and l.worker_id = a.worker_id
                where coalesce(a.effective_period, d.first_period) <= d.first_period
            """,
        ),
        Invariant(
            name="lines_belong_to_their_return",
            description="A line stands in the year, the county and the employer of its return.",
            order=20,
            sql="""
                select l.fee_year, l.county_id, l.declaration_id, l.worker_id
                from enrollment_declarationline l left join enrollment_declaration d on d.id = l.declaration_id
                where (l.fee_year, l.county_id, l.employer_id)
                      is distinct from (d.fee_year, d.county_id, d.employer_id)
            """,
        ),
        Invariant(
            name="merged_people_are_not_employed",
            description="Who was merged into another record has no living employment of the own.",
            order=20,
            sql="""
                select w.id, e.id as employment from enrollment_worker w
                join enrollment_employment e on e.worker_id = w.id and e.last_period is null
                where w.merged_into_id is not null
            """,
        ),
        Invariant(
            name="nothing_runs_after_the_end",
            description="From the month on in which an employer ended, nobody is employed there and no line covers it.",
            order=20,
            sql="""
                select c.employer_id, c.kind, c.effective_period, e.id as employment, null::bigint as coverage
                from enrollment_employerchange c join enrollment_employment e on e.employer_id = c.employer_id
                where c.state <> 'undone' and c.kind in ('closure', 'bankruptcy', 'merger', 'move')
                  and e.leave_reason <> 'taken_back' and coalesce(e.last_period, 'infinity') >= c.effective_period
                union all
                select c.employer_id, c.kind, c.effective_period, null, k.id
                from enrollment_employerchange c join enrollment_coverage k on k.employer_id = c.employer_id
                where c.state <> 'undone' and c.kind in ('closure', 'bankruptcy', 'merger', 'move')
                  and coalesce(k.last_period, 'infinity') >= c.effective_period
            """,
        ),
    ]
