"""The workers of a batch of employers as rows for COPY: persons, employments, declared wages, accounts of 1995.

Money in whole fen throughout. Everything about an employer's people comes from the employer's own seed, so that the
batches may be made by any process in any order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random
from statistics import NormalDist

from enrollment.models import Category, Identity, Ownership
from enrollment.romanise import romanise
from enrollment.rules import read_identity
from sample.identity import Areas, Day, Numbers
from sample.names import Name, rare_given_names, table
from sample.plan import PlannedEmployer
from sample.reference import REFERENCE

TABLES = ("worker", "employment", "lines_1996", "lines_1997", "accounts")
WAGE_SIGMA = 0.30  # of people inside one employer; with the employers' own spread the 0.35 of BMK-5
RARE_IN = 3000  # one person so many has a rare character
LEAVERS_PERCENT = 2  # leave at the end of 1996
OWN_PERCENT_OF_1995 = (
    70  # own parts of 1992 to 1995 with interest, in percent of 12 × 2 % × the wage of 1995 × 4
)
AVERAGE_PART_FEN = 1_527  # 5 % of the local average wage of 1994, a month (from 1995-07)

_FIRST_MONTH_OF_CONTRIBUTIONS = 1992 * 12
_MONTH_1996 = 1996 * 12
_CONTRACTS_FROM = 1986 * 12 + 9  # 1986-10: who was hired later has a contract

# Korean surnames and given names, in percent of the people of a unit.
_KOREAN = {
    222400: 40, 222401: 48, 222402: 45, 222403: 6, 222404: 36, 222405: 55, 222406: 48, 222424: 28, 222426: 18,
    220623: 16, 220200: 4, 220281: 6, 220283: 4, 220221: 5, 220181: 2, 220581: 4, 220521: 3, 220524: 4, 220582: 3,
    220100: 2,
}  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Some employers of one unit, whose people are made in one go with the sequence numbers ``first`` to ``last``."""

    unit_id: int
    employers: tuple[PlannedEmployer, ...]
    areas: Areas
    first: int
    last: int

    @property
    def workers(self) -> int:
        return sum(employer.workers for employer in self.employers)


@cache
def _ages(highest: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Ages at the beginning of 1996 and their running weights; nobody who had to retire by then."""
    weights, total = [], 0
    ages = range(16, highest + 1)
    for age in ages:
        total += (
            (2, 6, 12, 16)[age - 16]
            if age < 20
            else 26
            if age < 25
            else 32
            if age < 35
            else 30
            if age < 45
            else 24
            if age < 50
            else 15
            if age < 55
            else 9
        )
        weights.append(total)
    return tuple(ages), tuple(weights)


@cache
def _spread() -> tuple[int, ...]:
    """A thousand lognormal factors with mean 1, in millionths."""
    normal = NormalDist()
    return tuple(
        round(1_000_000 * math.exp(WAGE_SIGMA * normal.inv_cdf((i + 0.5) / 1000) - WAGE_SIGMA**2 / 2))
        for i in range(1000)
    )


@cache
def _first_of_month(index: int) -> str:
    return f"{index // 12:04d}-{index % 12 + 1:02d}-01"


def make_people(batch: Batch) -> dict[str, str]:
    """The rows of this batch, a text for COPY each table."""
    rows: dict[str, list[str]] = {name: [] for name in TABLES}
    numbers = Numbers(batch.areas, batch.first, batch.last)
    for employer in batch.employers:
        chance = Random(employer.seed)
        if employer.is_reference:
            _make_reference(employer, rows)
        else:
            _make_workers(employer, chance, numbers, rows)
    return {name: "".join(lines) for name, lines in rows.items()}


def _groups(employer: PlannedEmployer, chance: Random) -> list[tuple[bool, bool]]:
    """For each worker whether a woman and whether Korean."""
    korean = _KOREAN.get(employer.unit.id, 0)
    women = employer.women_percent
    return [(chance.random() * 100 < women, chance.random() * 100 < korean) for _ in range(employer.workers)]


def _people_of(is_woman: bool, is_korean: bool, age: int) -> str:
    if is_korean:
        return "korean_women" if is_woman else "korean_men"
    return f"{'older' if age > 40 else 'younger'}_{'women' if is_woman else 'men'}"


def _make_workers(
    employer: PlannedEmployer, chance: Random, numbers: Numbers, rows: dict[str, list[str]]
) -> None:
    group = employer.group
    cadres_percent = (
        55 if group.ownership == Ownership.GOVERNMENT_ORGAN else 14 if group.key != "household" else 0
    )
    end_of_1995 = date(1995, 12, 31).toordinal()
    spread = _spread()
    for place, (is_woman, is_korean) in enumerate(_groups(employer, chance)):
        draw = chance.random
        is_cadre = draw() * 100 < cadres_percent
        ages, weights = _ages(58 if not is_woman else 53 if is_cadre else 48)
        (age,) = chance.choices(ages, cum_weights=weights)
        if is_cadre and age < 20:
            age += 8
        number, key, born = numbers.draw(
            chance, end_of_1995 - age * 1461 // 4 - int(draw() * 360), not is_woman
        )

        names = table(_people_of(is_woman, is_korean, age))
        (surname,) = chance.choices(names.surnames, cum_weights=names.running_weights)
        given = names.given[int(draw() * len(names.given))]
        if int(draw() * RARE_IN) == 0:
            given = chance.choice(rare_given_names())

        birth_month = (
            int(born.long[:4]) * 12 + int(born.long[4:6]) - 1
        )  # months are counted from the year 0 here
        began = birth_month + 16 * 12 + int(draw() * 72) + (36 if is_cadre else 0)
        began = min(began, max(birth_month + 16 * 12, _MONTH_1996 - 1 - int(draw() * 14)), _MONTH_1996 - 1)
        joined = began if draw() < 0.6 else began + int(draw() * (_MONTH_1996 - began))
        category = _category(employer, joined, draw())

        experience = 75 + min((_MONTH_1996 - began) // 12, 30) * 3 // 2
        factor = spread[int(draw() * 1000)] * experience // 100 * (112 if is_cadre else 100) // 100
        wage = employer.wage_fen * factor // 1_000_000
        months = min(_MONTH_1996 - joined, 12)
        next_wage = wage * (108 + int(draw() * 18)) // 100
        _write(
            employer,
            rows,
            employer.first_worker_id + place,
            number,
            key,
            (surname[0] + given[0], surname[1] + given[1], surname[2] + given[2]),
            "F" if is_woman else "M",
            born,
            category,
            Identity.CADRE if is_cadre else Identity.WORKER,
            began,
            joined,
            wage * months // 10 * 10,
            months,
            next_wage * 12 // 10 * 10,
            leaves=group.key != "household" and draw() * 100 < LEAVERS_PERCENT,
        )


def _category(employer: PlannedEmployer, joined: int, chance: float) -> str:
    if employer.group.key == "household":
        return Category.SELF_EMPLOYED
    if joined < _CONTRACTS_FROM or employer.group.ownership == Ownership.GOVERNMENT_ORGAN:
        return Category.PERMANENT
    return Category.CONTRACT if chance < 0.85 else Category.TEMPORARY if chance < 0.95 else Category.PERMANENT


def _write(
    employer: PlannedEmployer,
    rows: dict[str, list[str]],
    worker: int,
    number: str,
    key: str,
    name: Name,
    sex: str,
    born: Day,
    category: str,
    identity: str,
    began: int,
    joined: int,
    year_wages: int,
    months: int,
    next_year_wages: int,
    leaves: bool,
    account: tuple[int, int] | None = None,
) -> None:
    county, employer_id = employer.unit.id, employer.id
    deemed = max(_FIRST_MONTH_OF_CONTRIBUTIONS - began, 0)
    rows["worker"].append(
        f"{worker}\t{number}\t{key}\t{name[0]}\t{name[1]}\t{name[2]}\t{sex}\t{born.iso}\t{category}\t{identity}\t"
        f"{_first_of_month(began)}\t{deemed}\n"
    )
    last, reason = ("1996-12-01", "contract_ended") if leaves else ("\\N", "")
    rows["employment"].append(
        f"{worker}\t{worker}\t{employer_id}\t{county}\t{_first_of_month(joined)}\t{last}\t{reason}\n"
    )
    wage = (2 * year_wages + months) // (2 * months)
    rows["lines_1996"].append(
        f"1996\t{county}\t{employer_id}\t{worker}\t{employer_id}\t{year_wages}\t{months}\t{wage}\t\n"
    )
    if employer.state_1997 in ("approved", "submitted", "returned") and not leaves:
        rows["lines_1997"].append(
            f"1997\t{county}\t{declaration_1997(employer_id)}\t{worker}\t{employer_id}\t{next_year_wages}\t12\t"
            f"{(2 * next_year_wages + 12) // 24}\t\n"
        )
    if "pension" in employer.lines:
        contributed = _MONTH_1996 - max(began, _FIRST_MONTH_OF_CONTRIBUTIONS)
        own, unit = account or (
            wage * 2 * contributed * OWN_PERCENT_OF_1995 // 10_000,
            min(contributed, 6) * (wage * 9 // 100 + AVERAGE_PART_FEN),
        )
        rows["accounts"].append(f"1995\t{county}\t{worker}\t{own}\t{unit}\t{contributed}\tt\n")


def declaration_1997(employer_id: int) -> int:
    """The key of an employer's declaration for 1997; that for 1996 has the employer's own number."""
    return 1_000_000 + employer_id


def _make_reference(employer: PlannedEmployer, rows: dict[str, list[str]]) -> None:
    """The people of the reference employer, as its pages show them."""
    chance = Random(employer.seed)
    for place, person in enumerate(REFERENCE.people):
        read = read_identity(person.identity_number, frozenset({"22"}))
        assert read is not None
        born = read.birth
        birth_month = born.year * 12 + born.month - 1
        if person.months < 12:
            began = _MONTH_1996 - person.months
        else:
            began = min(birth_month + (18 + chance.randrange(4)) * 12, _MONTH_1996 - 13)
        joined = began
        account = None
        if place == 0:  # 陈国富: at work since 1974-03, here since 1984-06; his account as the pages show it
            began, joined, account = 1974 * 12 + 2, 1984 * 12 + 5, (35_124, 32_589)
        _write(
            employer,
            rows,
            employer.first_worker_id + place,
            person.identity_number,
            read.id18,
            (person.name, *romanise(person.name)),
            read.sex,
            Day(f"{born:%Y%m%d}", f"{born:%y%m%d}", born.isoformat(), 0),
            person.category,
            person.identity,
            began,
            joined,
            person.year_wages_fen,
            person.months,
            person.year_wages_fen * 12 // person.months * 118 // 1000 * 10,
            leaves=False,
            account=account,
        )
