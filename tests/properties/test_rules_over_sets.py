"""The rules over sets in SQL give what the Python rules give: over 100,000 facts and every edge, in one question."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction

import pytest
from django.db import connection

from jilin_si.policy import sql
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import file_policy
from jilin_si.policy.exact import round_half_up, to_fen
from jilin_si.policy.lookup import to_ppm
from pension.contribution import PensionContribution

FACTS = 100_000


def facts() -> list[tuple[int, int, int, int]]:
    """Wage, floor, cap (fen) and rate (ppm): random ones, and those at every edge."""
    chance = random.Random(1996)
    policy, found = file_policy(), []
    for month in [date(y, m, 1) for y in range(1992, 1998) for m in range(1, 13)]:
        (rate,) = PensionContribution().rates(policy, month, 220181)
        found += [
            (bound + step, rate.floor_fen, rate.cap_fen, ppm)
            for bound in (rate.floor_fen, rate.cap_fen)
            for step in (-2, -1, 0, 1, 2)
            for ppm in (rate.unit_ppm, rate.own_ppm, rate.transfer_ppm)
        ]
    for ppm in (
        1,
        5_000,
        8_000,
        12_000,
        20_000,
        90_000,
        160_000,
        186_000,
        215_000,
        500_000,
        999_999,
        1_000_000,
    ):
        half = 500_000 // ppm if ppm <= 500_000 else 0
        found += [(half + step, 0, 2**53, ppm) for step in (-1, 0, 1) if half + step >= 0]
        found += [(wage, 0, 2**53, ppm) for wage in (0, 1, 25, 27_045, 10**12)]
    while len(found) < FACTS:
        floor = chance.randrange(5_000, 30_000)
        found.append(
            (
                chance.choice((chance.randrange(0, 200_000), chance.randrange(0, 10**9))),
                floor,
                floor * 5,
                chance.choice((chance.randrange(0, 1_000_001), 20_000, 90_000, 215_000)),
            )
        )
    return found


def columns(rows: list[tuple[int, ...]]) -> list[list[int]]:
    return [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.django_db
def test_share_and_base_equal_the_python_functions_and_the_rules() -> None:
    rows = facts()
    assert len(rows) >= FACTS
    told = []
    for wage, floor, cap, ppm in rows:
        base = sql.base_of(wage, floor, cap)
        part = sql.share(base, ppm)
        assert part == round_half_up(Fraction(base * ppm, 1_000_000), 1)
        told.append((wage, floor, cap, ppm, base, part))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select count(*), count(*) filter (where base_of(wage, floor, cap) <> base
                                                 or share(base_of(wage, floor, cap), ppm::int) <> part
                                                 or share(-base, ppm::int) <> -part)
            from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
              as fact(wage, floor, cap, ppm, base, part)
            """,
            columns(told),
        )
        asked, different = cursor.fetchone()
    assert (asked, different) == (len(rows), 0)


@pytest.mark.django_db
def test_a_workers_month_in_sql_equals_the_calculators() -> None:
    """Base, own part and credit of each month's rates, at the edges of each, through the calculators themselves."""
    policy = file_policy()
    line = PensionContribution()
    told = []
    for month in [date(y, m, 1) for y in range(1992, 1998) for m in (1, 7)]:
        (rate,) = line.rates(policy, month, 220181)
        average = policy.get("local_avg_wage", month).value
        wages = {0, 1, 24_999, 25_000, 27_045, rate.floor_fen * 3}
        wages |= {bound + step for bound in (rate.floor_fen, rate.cap_fen) for step in (-1, 0, 1)}
        for wage in sorted(wages):
            base = calculate(
                "pension.contribution_base",
                {
                    "last_year_wages": Fraction(wage, 100),
                    "months_worked": 1,
                    "local_avg_monthly_wage": average,
                    "cap_multiple": policy.get("pension.base_cap", month).value,
                    "floor_multiple": policy.get("pension.base_floor", month).value,
                },
                policy=policy,
            )
            moved = policy.find("account.transfer_on_base", month)
            flat = policy.find("account.transfer_on_local_avg", month)
            credit = calculate(
                "pension.account_credit",
                {
                    "base": base["base"],
                    "local_avg_monthly_wage": average,
                    "own_rate": policy.get("pension.individual_rate", month).value,
                    "transfer_rate": moved.value if moved else "0",
                    "local_avg_rate": flat.value if flat else "0",
                },
                policy=policy,
            )
            told.append(
                (
                    wage,
                    rate.floor_fen,
                    rate.cap_fen,
                    rate.own_ppm,
                    rate.transfer_ppm,
                    rate.average_part_fen,
                    to_fen(Fraction(base["base"])),
                    to_fen(Fraction(credit["own_part"])),
                    to_fen(Fraction(credit["total_credit"])),
                )
            )
        assert to_ppm(policy.get("pension.unit_rate", month)) == rate.unit_ppm
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select count(*) filter (where base_of(wage, floor, cap) <> base
                      or share(base_of(wage, floor, cap), own_ppm::int) <> own
                      or share(base, own_ppm::int) + share(base, moved_ppm::int) + flat <> credit)
            from unnest({", ".join(["%s::bigint[]"] * 9)})
              as fact(wage, floor, cap, own_ppm, moved_ppm, flat, base, own, credit)
            """,
            columns(told),
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_the_planner_puts_the_functions_in_line() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "explain (verbose) select sum(share(base_of(n, 22150, 110751), 20000)) from generate_series(1, 1000) n"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "share(" not in plan
    assert "base_of(" not in plan
