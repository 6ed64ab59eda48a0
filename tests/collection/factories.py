"""Facts for the tests of collection, made in sets by SQL: units with open books, employers, people, spells, money.

They are written as the owner of the tables, as set jobs do; what a test then does runs as whoever acts in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from collection.assess import assess_month
from collection.imports import BankRecord, import_bank_lines
from collection.settle import settle_month
from enrollment.models import Employer
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import Scope, acting_as, everything, scope_of
from jilin_si.agencies.clock import set_today
from jilin_si.jobs.units import lock_county
from jilin_si.ledger.services import close_period, open_periods
from jilin_si.money import to_fen
from jilin_si.periods import month, year_periods
from tests.roles import as_owner

JIUTAI, YUSHU, TONGYU = 220181, 220182, 220822
JANUARY, FEBRUARY, MARCH, DECEMBER = month(1996, 1), month(1996, 2), month(1996, 3), month(1996, 12)
PASSWORD = "of-the-tests-1996"
PEOPLE = ("陈国富", "王桂芝", "李德林", "朴英姬", "张玉山", "刘洪军", "赵秀英", "孙立新", "周亚珍", "吴春生")
ALL_LINES = ("pension", "unemployment", "medical", "injury", "maternity")

_counter = itertools.count(1)


def person(role: str, agency_id: int = JIUTAI, name: str = "") -> User:
    """A member of an office with one role."""
    username = f"{role}-{agency_id}-{next(_counter)}"
    user = User.objects.create_user(username, password=PASSWORD, display_name=name or username)
    with as_owner():
        Assignment.objects.create(user=user, role=role, agency_id=agency_id)
    return user


def employer_user(*employers: Employer, name: str = "孙立新") -> User:
    """Somebody who acts for one or more employers."""
    user = User.objects.create_user(f"employer-{next(_counter)}", password=PASSWORD, display_name=name)
    with as_owner():
        for employer in employers:
            Assignment.objects.create(user=user, role=Role.EMPLOYER, employer_id=employer.pk)
    return user


def as_user(user: User) -> AbstractContextManager[Scope]:
    """Act in the scope of a person, as a request does."""
    return acting_as(scope_of(user))


def open_year(*counties: int, year: int = 1996) -> None:
    """The twelve months of these units' books, open; the business date is the first of the year."""
    with as_owner():
        open_periods(list(counties) or [JIUTAI], year_periods(year))


def employer(
    wages: Sequence[str] = ("498.33", "451.40", "607.00"),
    *,
    county_id: int = JIUTAI,
    name: str = "",
    lines: Iterable[str] = ("pension", "unemployment", "injury"),
    retirees: int = 0,
    retiree_cost: str = "0",
    names: Sequence[str] = PEOPLE,
    first_period: date = JANUARY,
    last_period: date = DECEMBER,
    trade_class: int = 3,
    recorded_in: date | None = None,
) -> Employer:
    """An employer with a worker for each wage (yuan a month), employed since 1990, with spells over the months given."""
    number = next(_counter)
    with as_owner(), acting_as(everything()), connection.cursor() as cursor:
        made: Employer = Employer.objects.create(
            county_id=county_id,
            number=f"{county_id}-{number:04d}",
            name=name or f"九台市第{number}机械厂",
            ownership="state",
            industry="machinery",
            trade_class=trade_class,
            registered_on=date(1992, 1, 1),
        )
        cursor.execute(
            "insert into enrollment_coverage (employer_id, county_id, line, first_period)"
            " select %s, %s, l, '1992-01-01' from unnest(%s::text[]) l",
            [made.pk, county_id, list(lines)],
        )
        cursor.execute(
            """
            with new_worker as (
              insert into enrollment_worker (identity_number, identity_key, name, pinyin, initials, sex, birth_date,
                                             category, identity, deemed_months)
              select k, k, n, '', '', 'M', date '1960-01-01', 'permanent', 'worker', 0
              from unnest(%(keys)s::text[], %(names)s::text[]) t(k, n)
              returning id, identity_key
            ),
            new_employment as (
              insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)
              select id, %(employer)s, %(county)s, '1990-01-01', '' from new_worker
            )
            select id from new_worker join unnest(%(keys)s::text[]) with ordinality o(k, n) on o.k = identity_key
            order by o.n
            """,
            {
                "keys": [f"220181{number % 10**6:06d}{place:06d}" for place in range(len(wages))],
                "names": [names[place % len(names)] for place in range(len(wages))],
                "employer": made.pk,
                "county": county_id,
            },
        )
        workers = [worker for (worker,) in cursor.fetchall()]
    spells(made, workers, wages, first_period, last_period, recorded_in)
    if retirees or retiree_cost != "0":
        cost(made, retirees, retiree_cost, first_period, last_period, recorded_in)
    return made


def workers_of(at: Employer) -> list[int]:
    """The workers of an employer, in the order of their wages as given."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select worker_id from enrollment_employment where employer_id = %s order by worker_id", [at.pk]
        )
        return [worker for (worker,) in cursor.fetchall()]


def spells(
    at: Employer,
    workers: Sequence[int],
    wages: Sequence[str],
    first_period: date = JANUARY,
    last_period: date = DECEMBER,
    recorded_in: date | None = None,
) -> None:
    """Write a contribution spell for each worker, recorded in the first of its months or in the one given."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select make_county_partition('collection_spell', %s, %s)", [first_period.year, at.county_id]
        )
        cursor.execute(
            "insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,"
            " fee_year, county_id) select w, %s, f, %s, %s, %s, %s, %s from unnest(%s::bigint[], %s::bigint[]) t(w, f)",
            [
                at.pk, first_period, last_period, recorded_in or first_period, first_period.year, at.county_id,
                list(workers), [to_fen(Decimal(wage)) for wage in wages],
            ],
        )  # fmt: skip


def corrected(at: Employer, worker: int, wage: str, first_period: date, recorded_in: date) -> None:
    """Another wage for a worker from a month on, known only later: a reversing spell and a new one (back-pay)."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,"
            " fee_year, county_id, sign, reverses)"
            " select worker_id, employer_id, wage_fen, %s, last_period, %s, fee_year, county_id, -1, spell_id"
            " from collection_spell where worker_id = %s and employer_id = %s and sign = 1 and fee_year = %s",
            [first_period, recorded_in, worker, at.pk, first_period.year],
        )
    spells(at, [worker], [wage], first_period, month(first_period.year, 12), recorded_in)


def left(at: Employer, worker: int, last_period: date, recorded_in: date) -> None:
    """A leaver: one partial reversing spell."""
    following = month(last_period.year, last_period.month + 1)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,"
            " fee_year, county_id, sign, reverses)"
            " select worker_id, employer_id, wage_fen, %s, last_period, %s, fee_year, county_id, -1, spell_id"
            " from collection_spell where worker_id = %s and employer_id = %s and sign = 1 and fee_year = %s",
            [following, recorded_in, worker, at.pk, last_period.year],
        )


def cost(
    at: Employer,
    retirees: int,
    amount: str,
    first_period: date = JANUARY,
    last_period: date = DECEMBER,
    recorded_in: date | None = None,
) -> None:
    """Heads and monthly cost of an employer's retirees (yuan)."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period,"
            " last_period, recorded_in) values (%s, %s, %s, %s, %s, %s, %s)",
            [at.pk, at.county_id, retirees, to_fen(Decimal(amount)), first_period, last_period, recorded_in or first_period],
        )  # fmt: skip


def taken_over(
    worker: int, own: str, unit: str, year: int = 1995, county_id: int = JIUTAI, months: int = 48
) -> None:
    """The closing of a year that was taken over from the old books (yuan)."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("select make_county_partition('collection_accountyear', %s, %s)", [year, county_id])
        cursor.execute(
            "insert into collection_accountyear (fee_year, county_id, worker_id, closing_own_fen, closing_unit_fen,"
            " months_due, months_credited, total_months, taken_over) values (%s, %s, %s, %s, %s, 12, 12, %s, true)",
            [year, county_id, worker, to_fen(Decimal(own)), to_fen(Decimal(unit)), months],
        )


def assess(*periods: date, county_id: int = JIUTAI) -> None:
    """Assess these months of a unit, one after the other."""
    for period in periods:
        with as_owner(), acting_as(everything()), transaction.atomic():
            lock_county(county_id)
            assess_month(county_id, period)


def pay(
    at: Employer, amount: str, day: date, *, serial: str = "", line: str | None = None, settle: bool = True
) -> None:
    """Money of an employer in the bank (yuan), taken into the books of its month unless said otherwise."""
    with as_owner(), acting_as(everything()):
        import_bank_lines(
            [
                BankRecord(
                    county_id=at.county_id,
                    employer_id=at.pk,
                    bank="中国工商银行九台市支行",
                    received_on=day,
                    serial=serial or f"T{next(_counter):08d}",
                    payer_name=at.name,
                    amount_fen=to_fen(Decimal(amount)),
                    line=line,
                )
            ]
        )
    if settle:
        settled(day.replace(day=1), day, county_id=at.county_id)


def settled(period: date, until: date, county_id: int = JIUTAI) -> None:
    """Settle a unit's money up to a day within a month."""
    with as_owner(), acting_as(everything()), transaction.atomic():
        lock_county(county_id)
        settle_month(county_id, period, until)


def closed(*periods: date, county_id: int = JIUTAI) -> None:
    """Close these months of a unit."""
    with as_owner():
        for period in periods:
            close_period(agency_id=county_id, period=period, user_id=None)


def on(day: date) -> None:
    """Move the business date."""
    with as_owner():
        set_today(day)


def rows(sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the owner of the tables reads."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(sql, list(arguments))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def moved(worker: int, old: Employer, new: Employer, first_period: date) -> None:
    """A worker who goes from one employer to another."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "update enrollment_employment set last_period = %s::date - interval '1 month'"
            " where worker_id = %s and employer_id = %s",
            [first_period, worker, old.pk],
        )
        cursor.execute(
            "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
            " values (%s, %s, %s, %s, '')",
            [worker, new.pk, new.county_id, first_period],
        )


def charged(at: Employer, period: date) -> list[tuple[int, int]]:
    """Who is charged with an employer in a month, and on which wage (fen)."""
    return rows(
        "select worker_id, sum(sign * wage_fen)::bigint from collection_spell where employer_id = %s"
        " and %s between first_period and last_period group by 1 having sum(sign) = 1 order by 1",
        [at.pk, period],
    )
