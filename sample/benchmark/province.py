"""Make a province of N pension workers for measuring, set-based, in the database that is connected.

Sizes are log-normal, the largest unit holds 21 % of the workers. It is made for weight, not for looks: the sample
province (``manage.py demo``) is the one to look at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from collection.lines import all_lines
from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.ledger.services import open_periods
from jilin_si.periods import year_periods

WORKERS_AN_EMPLOYER = 131
# Of the real province (BMK-1): for 15,690 employers with a pension line there are so many others, with so many workers.
OTHER_EMPLOYERS = 14_310 / 15_690
OTHER_WORKERS = 1_250_000 / 2_050_000
# How many employers each line covers where pension covers 15,690; in all 46,838 bills a month beside pension's.
COVERED = {"unemployment": 27_000, "medical": 5_458, "injury": 7_673, "maternity": 6_707}
PENSION_EMPLOYERS = 15_690
LARGEST_UNITS = (0.21, 0.12, 0.077, 0.072)
FEE_YEAR = 1996

# Registry indexes that only searching needs; without them making the province takes a third of the time.
_SEARCH_INDEXES = (
    "worker_key_prefix",
    "worker_number_prefix",
    "worker_name_prefix",
    "worker_name_end",
    "worker_pinyin_prefix",
    "worker_initials_prefix",
)


@dataclass(frozen=True)
class Size:
    """How much was made."""

    workers: int
    employers: int
    lines: list[str]


def unit_weights() -> list[tuple[int, float]]:
    """The 52 units with their share of the workers: four large ones, the rest falling off evenly."""
    units = list(Agency.objects.units().order_by("id").values_list("id", flat=True))
    rest = len(units) - len(LARGEST_UNITS)
    left = 1 - sum(LARGEST_UNITS)
    tail = [left * 2 * (rest - i) / (rest * (rest + 1)) for i in range(rest)]
    prefectures_first = sorted(units, key=lambda unit: (unit % 100 != 0, unit))
    return list(zip(prefectures_first, [*LARGEST_UNITS, *tail], strict=True))


def make_province(workers: int, lines: list[str], say: Callable[[str], None]) -> Size:
    """Fill an empty migrated database: employers, coverage, workers, employments and approved declarations."""
    with transaction.atomic(), connection.cursor() as cursor:
        for index in _SEARCH_INDEXES:
            cursor.execute(f"drop index if exists {index}")
        _drop_employment_constraints(cursor)
        for table in ("worker", "employment", "employer", "coverage"):
            cursor.execute(f"alter table enrollment_{table} disable trigger user")
        cursor.execute("select setseed(0.1996)")
        say("employers")
        employers = _make_employers(cursor, workers, lines)
        say("workers and their declarations")
        made = _make_workers(cursor)
        cursor.execute("set constraints all immediate")
        for table in ("worker", "employment", "employer", "coverage"):
            cursor.execute(f"alter table enrollment_{table} enable trigger user")
    open_periods([*(unit for unit, _weight in unit_weights()), PROVINCE], year_periods(FEE_YEAR))
    with connection.cursor() as cursor:
        say("statistics")
        cursor.execute("analyze")
    return Size(workers=made, employers=employers, lines=lines)


def _drop_employment_constraints(cursor) -> None:  # type: ignore[no-untyped-def]
    """Foreign keys and the exclusion of overlaps on employments: the month does not read them."""
    cursor.execute(
        "select conname from pg_constraint where conrelid = 'enrollment_employment'::regclass and contype in ('f', 'x')"
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'alter table enrollment_employment drop constraint "{name}"')


def _make_employers(cursor, workers: int, lines: list[str]) -> int:  # type: ignore[no-untyped-def]
    pension = max(52, round(workers / WORKERS_AN_EMPLOYER))
    others = round(pension * OTHER_EMPLOYERS) if len(lines) > 1 else 0
    weights = unit_weights()
    cursor.execute(
        """
        create temp table size on commit drop as
        with unit as (
          select id, sum(weight) over (order by place) - weight as lo, sum(weight) over (order by place) as hi
          from unnest(%(units)s::int[], %(weights)s::float8[]) with ordinality u(id, weight, place)
        ),
        drawn as (      -- every unit has an employer; the rest fall where the weights say
          select i, i <= %(pension)s as pension,
                 case when i <= 52 then (i - 0.5) / 52 else random() end as at, exp(1.6 * random_normal()) as weight
          from generate_series(1, %(all)s) i
        )
        select d.i as id, d.pension, d.weight, u.id as county_id
        from drawn d
        join unit u on (d.i <= 52 and u.id = (%(units)s::int[])[d.i]) or (d.i > 52 and d.at >= u.lo and d.at < u.hi)
        """,
        {
            "units": [unit for unit, _weight in weights],
            "weights": [weight for _unit, weight in weights],
            "pension": pension,
            "all": pension + others,
        },
    )
    cursor.execute(
        """
        create temp table sized on commit drop as
        with cumulated as (   -- sizes that add up to exactly what was asked for
          select id, pension, county_id,
                 round(sum(weight) over w / sum(weight) over (partition by pension)
                       * case when pension then %(workers)s else %(others)s end) as upto
          from size window w as (partition by pension order by county_id, id)
        )
        select id, pension, county_id,
               (upto - lag(upto, 1, 0) over (partition by pension order by county_id, id))::int as workers
        from cumulated
        """,
        {"workers": workers, "others": round(workers * OTHER_WORKERS)},
    )
    cursor.execute(
        """
        insert into enrollment_employer (id, county_id, number, organisation_code, name, pinyin, ownership, industry,
          system, trade_class, status, bank_name, bank_account, contact_name, contact_phone, registered_on)
        select id, county_id, lpad(id::text, 8, '0'), '', 'Employer ' || id, '',
               case when pension then 'state' else 'collective' end,
               'machinery', '', 1 + id % 5, 'active', '', '', '', '', date '1990-01-01'
        from sized
        """
    )
    for line in lines:
        share = 1.0 if line == "pension" else COVERED[line] / (PENSION_EMPLOYERS + 14_310)
        cursor.execute(
            "insert into enrollment_coverage (employer_id, county_id, line, first_period)"
            " select id, county_id, %s, date '1992-01-01' from sized"
            " where case when %s = 'pension' then pension else (hashint4(id # hashtext(%s)) & 65535) < %s * 65536 end",
            [line, line, line, share],
        )
    return pension + others


def _make_workers(cursor) -> int:  # type: ignore[no-untyped-def]
    """Workers with wages log-normal around the average; an approved declaration an employer."""
    cursor.execute(
        "insert into access_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active,"
        " date_joined, display_name, must_change_password)"
        " select 'benchmark' || i, '!', false, '', '', '', false, true, now(), '', false from generate_series(1, 2) i"
        " returning id"
    )
    author, reviewer = (number for (number,) in cursor.fetchall())
    cursor.execute(
        """
        create temp table person on commit drop as
        select row_number() over () as id, s.id as employer_id, s.county_id,
               (29000 * exp(0.35 * random_normal()))::bigint as wage_fen
        from sized s, generate_series(1, s.workers) n
        """
    )
    cursor.execute("select count(*) from person")
    (made,) = cursor.fetchone()
    cursor.execute(
        "insert into enrollment_worker (id, identity_number, identity_key, name, pinyin, initials, sex, birth_date,"
        " category, identity, deemed_months)"
        " select id, id::text, id::text, 'W', '', '', 'M', date '1960-01-01', 'permanent', 'worker', 0 from person"
    )
    cursor.execute(
        "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
        " select id, employer_id, county_id, date '1992-01-01', '' from person"
    )
    cursor.execute(
        """
        insert into enrollment_declaration (employer_id, county_id, fee_year, state, workers, wages_fen, retirees,
          retiree_cost_fen, first_period, entered_by_id, reviewed_by_id, reviewed_at, return_reason, version, draft)
        select s.id, s.county_id, %(year)s, 'approved', s.workers, coalesce(p.wages, 0), s.workers / 4,
               (s.workers / 4) * 32300, %(first)s, %(author)s, %(reviewer)s, now(), '', 1, '{}'
        from sized s left join (select employer_id, sum(wage_fen)::bigint as wages from person group by 1) p
          on p.employer_id = s.id
        """,
        {"year": FEE_YEAR, "first": date(FEE_YEAR, 1, 1), "author": author, "reviewer": reviewer},
    )
    for unit, _weight in unit_weights():
        cursor.execute("select make_county_partition('enrollment_declarationline', %s, %s)", [FEE_YEAR, unit])
    cursor.execute(
        """
        insert into enrollment_declarationline (fee_year, county_id, declaration_id, worker_id, employer_id,
          year_wages_fen, months_worked, wage_fen, note)
        select %(year)s, p.county_id, d.id, p.id, p.employer_id, p.wage_fen * 12, 12, p.wage_fen, ''
        from person p join enrollment_declaration d on d.employer_id = p.employer_id
        """,
        {"year": FEE_YEAR},
    )
    return int(made)


def bank_pays(period: date, received_on: date) -> None:
    """Make up the bank's lines of a month: most employers pay what they owe, some part of it, a few nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            insert into collection_bankline (county_id, employer_id, bank, received_on, serial, amount_fen)
            select county_id, employer_id, 'benchmark', %(day)s, %(serial)s || employer_id,
                   case when employer_id %% 100 < 7 then owed / 2 + 1 else owed end
            from (select county_id, employer_id, sum(own_fen + unit_fen)::bigint as owed
                  from collection_openitem group by 1, 2) o
            where employer_id %% 100 >= 3 and owed > 0
            """,
            {"day": received_on, "serial": f"{period:%Y%m}-"},
        )
        cursor.execute("analyze collection_bankline")


def registered(lines: str) -> list[str]:
    """The lines to measure: ``pension`` alone, or all that are registered."""
    return [line.line for line in all_lines()] if lines == "all" else [lines]
