"""The rules over sets in SQL give what the Python rules give: over 100,000 random people and every edge.

SQL is held against its twins of ``jilin_si.policy.sql`` over all people in one question, and both against the
calculators: over some thousands here, edges first, over everybody in the long ring.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import pytest
from django.db import DataError, connection, transaction

from collection.lines import Rate
from jilin_si.money import from_fen
from jilin_si.policy import sql
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import file_policy
from jilin_si.policy.errors import NotApplicable
from jilin_si.policy.exact import round_half_up, to_fen
from jilin_si.policy.lookup import to_ppm
from pension.contribution import PensionContribution

PEOPLE, EDGES_FIRST = 100_000, 3_000
MONTHS = [date(year, month, 1) for year in range(1992, 1999) for month in range(1, 13)]
STEPS = {
    "FEN_HALF_UP": (1, False),
    "JIAO_UP": (10, True),
    "YUAN_UP": (100, True),
    "YUAN_HALF_UP": (100, False),
}


class Person(NamedTuple):
    """A worker's month, account year and, as if retired, adjustment; amounts in fen, rates in ppm."""

    month: int  # place in MONTHS
    wage: int
    retiree_cost: int
    floor: int
    cap: int
    unit: int
    own: int
    transfer: int
    average_part: int
    opening: int
    first: int
    last: int
    book: int
    pension: int
    ratio: int
    before: int
    after: int

    @property
    def base(self) -> int:
        return sql.base_of(self.wage, self.floor, self.cap)

    @property
    def credit(self) -> int:
        return sql.share(self.base, self.own) + sql.share(self.base, self.transfer) + self.average_part

    @property
    def product(self) -> int:
        """The month product of equal credits from the first to the last month: 12 for January, 1 for December."""
        return self.credit * sum(13 - month for month in range(self.first, self.last + 1))

    def worked_out(self) -> tuple[int, ...]:
        """Base, own part, credit, unit's due, interest and adjusted pension, by the twins."""
        return (
            self.base,
            sql.share(self.base, self.own),
            self.credit,
            sql.share(self.wage + self.retiree_cost, self.unit),
            sql.interest(self.opening, self.product, self.book),
            sql.adjusted(self.pension, self.ratio, self.before, self.after),
        )


@lru_cache(maxsize=1)
def people() -> list[Person]:
    """100,000 people, the edges first: floor and cap ± 2 fen of every month from 1992 (so of every regime), half fens."""
    chance = random.Random(1996)
    rates = [PensionContribution().rates(file_policy(), month, 220181)[0] for month in MONTHS]
    found = [
        _person(chance, place, rates[place], wage)
        for place in range(len(MONTHS))
        for wage in _edges(rates[place])
    ]
    while len(found) < PEOPLE:
        place = chance.randrange(len(MONTHS))
        wage = chance.choice((chance.randrange(200_000), int(chance.lognormvariate(10.3, 0.6)), 10**12))
        found.append(_person(chance, place, rates[place], wage))
    return found


def _edges(rate: Rate) -> Iterator[int]:
    for bound in (rate.floor_fen, rate.cap_fen):
        yield from (bound + step for step in (-2, -1, 0, 1, 2))
    for ppm in {rate.unit_ppm, rate.own_ppm, rate.transfer_ppm} - {0}:
        half = 500_000 // ppm  # the wage at which the part is half a fen
        yield from (max(0, half + step) for step in (-1, 0, 1))
        # between floor and cap, the wage whose part ends nearest to half a fen
        yield min(
            range(rate.floor_fen, rate.floor_fen + 400),
            key=lambda wage: abs(wage * ppm % 1_000_000 - 500_000),
        )
    yield from (0, 1, 25, 27_045, 10**12)


def _person(chance: random.Random, place: int, rate: Rate, wage: int) -> Person:
    first, last = sorted(chance.choices((1, 2, 6, 7, 11, 12), k=2))
    before = chance.choice((1, 36_917, chance.randrange(20_000, 90_000)))
    return Person(
        month=place,
        wage=wage,
        retiree_cost=chance.choice((0, 1, chance.randrange(100_000))),
        floor=rate.floor_fen,
        cap=rate.cap_fen,
        unit=rate.unit_ppm,
        own=rate.own_ppm,
        transfer=rate.transfer_ppm,
        average_part=rate.average_part_fen,
        opening=chance.choice((0, 1, 5, 50, chance.randrange(2_000_000))),
        first=first,
        last=last,
        book=chance.choice((0, 20_000, 88_200, 100_000, chance.randrange(200_000))),
        pension=chance.choice((0, 1, 5, chance.randrange(5_000, 120_000))),
        ratio=chance.choice((0, 400_000, 500_000, 600_000, 1_000_000, chance.randrange(1_000_000))),
        before=before,
        after=chance.choice((before, before - 1, before + 1, 2 * before, chance.randrange(20_000, 120_000))),
    )


@pytest.mark.django_db
def test_sql_equals_its_twins_over_everybody() -> None:
    everybody = people()
    names = [
        *Person._fields,
        "base",
        "own_part",
        "credit",
        "due",
        "gain",
        "new_pension",
    ]
    lines = ("\t".join(map(str, (*person, *person.worked_out()))) for person in everybody)
    with connection.cursor() as cursor:
        columns = ", ".join(f"{name} bigint" for name in names)
        cursor.execute(f"create temporary table person ({columns}) on commit drop")
        cursor.copy_expert("copy person from stdin", io.StringIO("\n".join(lines)))
        cursor.execute(
            """
            select count(*), count(*) filter (where base_of(wage, floor, cap) <> base),
                   count(*) filter (where share(base_of(wage, floor, cap), own::int) <> own_part
                                      or share(-base, own::int) <> -own_part),
                   count(*) filter (where share(base_of(wage, floor, cap), own::int)
                                          + share(base_of(wage, floor, cap), transfer::int) + average_part <> credit),
                   count(*) filter (where share(wage + retiree_cost, unit::int) <> due),
                   count(*) filter (where interest(opening, credit * (26 - first - last) * (last - first + 1) / 2,
                                                   book::int) <> gain),
                   count(*) filter (where adjusted(pension, ratio::int, before, after) <> new_pension)
            from person
            """
        )
        asked, *different = cursor.fetchone()
    assert asked == len(everybody) >= PEOPLE
    assert different == [0] * 6


def test_the_twins_equal_the_calculators_at_the_edges() -> None:
    for person in people()[:EDGES_FIRST]:
        assert person.worked_out() == by_the_calculators(person), person


@pytest.mark.long
def test_the_twins_equal_the_calculators_over_everybody() -> None:
    for person in people():
        assert person.worked_out() == by_the_calculators(person), person


def by_the_calculators(person: Person) -> tuple[int, ...]:
    """What the rules themselves answer for a person."""
    policy, month = file_policy_once(), MONTHS[person.month]
    average = policy.value("local_avg_wage", month)
    base = calculate(
        "pension.contribution_base",
        {
            "last_year_wages": Fraction(person.wage, 100),
            "months_worked": 1,
            "local_avg_monthly_wage": average,
            "cap_multiple": policy.value("pension.base_cap", month),
            "floor_multiple": policy.value("pension.base_floor", month),
        },
        policy=policy,
    )["base"]
    moved, flat = (policy.find(f"account.transfer_on_{what}", month) for what in ("base", "local_avg"))
    credit = calculate(
        "pension.account_credit",
        {
            "base": base,
            "local_avg_monthly_wage": average,
            "own_rate": policy.value("pension.individual_rate", month),
            "transfer_rate": moved.value if moved else "0",
            "local_avg_rate": flat.value if flat else "0",
        },
        policy=policy,
    )
    due = calculate(
        "pension.unit_contribution",
        {
            "month": month,
            "contribution_wages": from_fen(person.wage),
            "retiree_cost": from_fen(person.retiree_cost),
        },
        policy=policy,
    )["unit_contribution"]
    year = calculate(
        "pension.account_year_level",
        {
            "opening": from_fen(person.opening),
            "monthly_credit": credit["total_credit"],
            "months": f"{person.first}-{person.last}",
            "book_rate": Fraction(person.book, 1_000_000),
        },
        policy=policy,
    )
    new_pension = calculate(
        "pension.adjustment",
        {
            "pension": from_fen(person.pension),
            "ratio": Fraction(person.ratio, 1_000_000),
            "avg_wage_before": from_fen(person.before),
            "avg_wage_after": from_fen(person.after),
        },
        policy=policy,
    )["new_pension"]
    amounts = (
        base,
        credit["own_part"],
        credit["total_credit"],
        due,
        year["interest_on_opening"] + year["interest_on_current"],
        new_pension,
    )
    return tuple(to_fen(Fraction(amount)) for amount in amounts)


file_policy_once = lru_cache(maxsize=1)(file_policy)


def test_the_rates_of_a_month_are_the_parameters() -> None:
    policy = file_policy_once()
    assert PensionContribution().rates(policy, date(1991, 12, 1), 220181) == []
    for month in MONTHS:
        (rate,) = PensionContribution().rates(policy, month, 220181)
        assert rate.unit_ppm == to_ppm(policy.get("pension.unit_rate", month))
        assert rate.own_ppm == to_ppm(policy.get("pension.individual_rate", month))


@pytest.mark.parametrize("amount", [0, 1, 5, 27_045, 10**12])
@pytest.mark.parametrize("ppm", [0, 1, 5_000, 20_000, 215_000, 500_000, 999_999, 1_000_000])
def test_a_share_is_rounded_half_up_away_from_zero(amount: int, ppm: int) -> None:
    assert sql.share(amount, ppm) == round_half_up(Fraction(amount * ppm, 1_000_000), 1)
    assert sql.share(-amount, ppm) == -sql.share(amount, ppm)


@pytest.mark.django_db
def test_an_adjustment_is_rounded_in_each_way_as_the_rule_rounds() -> None:
    chance = random.Random(20)
    for mode, (step, upwards) in STEPS.items():
        policy = file_policy_once().override({"rounding.pension": mode})
        for _time in range(60):
            pension, ratio = (
                chance.randrange(90_000),
                chance.choice((0, 500_000, chance.randrange(1_000_000))),
            )
            before, after = chance.randrange(1, 90_000), chance.randrange(1, 90_000)
            rule = calculate(
                "pension.adjustment",
                {
                    "pension": from_fen(pension),
                    "ratio": Fraction(ratio, 1_000_000),
                    "avg_wage_before": from_fen(before),
                    "avg_wage_after": from_fen(after),
                },
                policy=policy,
            )["new_pension"]
            given = (pension, ratio, before, after, step, upwards)
            with connection.cursor() as cursor:
                cursor.execute("select adjusted(%s, %s, %s, %s, %s, %s)", given)
                assert cursor.fetchone() == (sql.adjusted(*given),) == (to_fen(Fraction(rule)),), (
                    mode,
                    given,
                )


@pytest.mark.django_db
def test_without_an_average_before_there_is_no_number_anywhere() -> None:
    with pytest.raises(NotApplicable):
        calculate(
            "pension.adjustment",
            {"pension": "1", "ratio": "0.5", "avg_wage_before": "0", "avg_wage_after": "1"},
            policy=file_policy_once(),
        )
    with pytest.raises(ZeroDivisionError):
        sql.adjusted(1, 1, 0, 1)
    with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select adjusted(1, 1, 0, 1)")


@pytest.mark.django_db
def test_the_planner_puts_the_functions_in_line() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "explain (verbose) select sum(share(base_of(n, 22150, 110751), 20000) + interest(n, n, 88200))"
            " from generate_series(1, 1000) n"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "share(" not in plan
    assert "base_of(" not in plan
    assert "interest(" not in plan
