"""Facts for the tests of the month, written by SQL as the owner of the tables."""

from __future__ import annotations

import itertools
from datetime import date

from django.db import connection

from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.ledger.services import open_periods
from jilin_si.periods import year_periods

_numbers = itertools.count(1)


def open_books(*years: int) -> None:
    """Open every agency's months of these years."""
    units = [*Agency.objects.units().values_list("id", flat=True), PROVINCE]
    open_periods(units, [period for year in years for period in year_periods(year)])


def make_partitions(county_id: int, year: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select make_county_partition('collection_spell', %s, %s)", [year, county_id])


def employer(county_id: int, lines: list[str], trade_class: int = 1, since: date = date(1992, 1, 1)) -> int:
    """An employer with coverage in these lines; returns its id."""
    number = next(_numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into enrollment_employer (county_id, number, organisation_code, name, pinyin, ownership, industry,"
            " system, trade_class, status, bank_name, bank_account, contact_name, contact_phone, registered_on)"
            " values (%s, %s, '', %s, '', 'state', 'machinery', '', %s, 'active', '', '', '', '', '1992-01-01')"
            " returning id",
            [county_id, f"{county_id}-{number:04d}", f"第{number}机械厂", trade_class],
        )
        (employer_id,) = cursor.fetchone()
        for line in lines:
            cursor.execute(
                "insert into enrollment_coverage (employer_id, county_id, line, first_period) values (%s, %s, %s, %s)",
                [employer_id, county_id, line, since],
            )
    return int(employer_id)


def worker(employer_id: int, county_id: int, since: date = date(1992, 1, 1)) -> int:
    """A worker employed there; returns the id."""
    number = next(_numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into enrollment_worker (identity_number, identity_key, name, pinyin, initials, sex, birth_date,"
            " category, identity, deemed_months)"
            " values (%(n)s, %(n)s, %(name)s, '', '', 'M', '1960-01-01', 'permanent', 'worker', 0) returning id",
            {"n": f"T{number:017d}", "name": f"职工{number}"},
        )
        (worker_id,) = cursor.fetchone()
        cursor.execute(
            "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
            " values (%s, %s, %s, %s, '')",
            [worker_id, employer_id, county_id, since],
        )
    return int(worker_id)


def spell(
    worker_id: int,
    employer_id: int,
    county_id: int,
    wage_fen: int,
    first: date,
    last: date,
    recorded: date,
    reverses: int | None = None,
) -> int:
    """A spell, or with ``reverses`` the reversal of one; returns its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,"
            " fee_year, county_id, sign, reverses) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning spell_id",
            [
                worker_id,
                employer_id,
                wage_fen,
                first,
                last,
                recorded,
                first.year,
                county_id,
                1 if reverses is None else -1,
                reverses,
            ],
        )
        (number,) = cursor.fetchone()
    return int(number)


def retiree_cost(
    employer_id: int, county_id: int, heads: int, cost_fen: int, first: date, recorded: date
) -> int:
    """Retirees' heads and monthly cost until the year's end; returns the row's number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_retireecost (employer_id, county_id, retirees, cost_fen, first_period, last_period,"
            " recorded_in) values (%s, %s, %s, %s, %s, %s, %s) returning id",
            [employer_id, county_id, heads, cost_fen, first, date(first.year, 12, 1), recorded],
        )
        (number,) = cursor.fetchone()
    return int(number)


def bank_line(employer_id: int | None, county_id: int, fen: int, day: date, line: str | None = None) -> int:
    """A line of the bank's statement; returns its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into collection_bankline (county_id, employer_id, line, bank, received_on, serial, amount_fen)"
            " values (%s, %s, %s, 'ICBC', %s, %s, %s) returning id",
            [county_id, employer_id, line, day, f"S{next(_numbers)}", fen],
        )
        (number,) = cursor.fetchone()
    return int(number)
