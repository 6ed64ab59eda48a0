"""Identity numbers that are right in every digit and never drawn twice, whichever process draws them (ID-1, ID-2).

The area codes of a prefecture are drawn from by its own units only; within a prefecture each batch of people has
sequence numbers of its own. So two batches never meet, and within one a set is enough.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from enrollment.rules import AREA_CODES
from jilin_si.agencies.models import Agency
from sample.reference import REFERENCE

# The check sum is worked out in three parts, each of them once; enrollment/rules.py has it whole (a test compares).
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"

LAST_SEQUENCE = 995  # 996 to 999 marked centenarians
OLD_NUMBERS_PERCENT = 96  # of 15 digits; the others are given with 18

# Places that had another name when their codes were given.
_FORMER = {
    "怀德": 220381, "海龙": 220581, "三岔子": 220625, "洮安": 220881, "白城": 220802,
    "浑江市": 220600, "通化市": 220500, "扶余区": 220724, "扶余市": 220724,
}  # fmt: skip
_OLD_PREFECTURES = {2222: 220500, 2223: 220800}

# Where people came from: codes of other provinces, each drawn from in one prefecture only.
_ELSEWHERE = (
    210102, 210103, 210202, 210302, 210621, 210882, 211202, 211221, 211321, 210403, 210502, 210711, 210902, 211022,
    230102, 230103, 230202, 230302, 230521, 230621, 230702, 231025, 231121, 232321, 230125, 230811, 230902,
    370102, 370202, 370322, 370523, 370602, 370724, 370829, 370921, 371081, 371321, 371422, 372928,
    130102, 130203, 130322, 130421, 130521, 110101, 110108, 120103, 150102, 150203, 152102, 152221,
    320102, 320623, 410102, 410523, 420106, 510102, 140102,
)  # fmt: skip


@dataclass(frozen=True)
class Day:
    """A birth date as a number shows it, and its part of the check sum."""

    long: str
    short: str
    iso: str
    sum: int


@dataclass(frozen=True)
class Areas:
    """The area codes that people of a unit carry, with running weights: own, the prefecture's, from elsewhere."""

    codes: tuple[str, ...]
    running_weights: tuple[int, ...]


def _sum(digits: str, first: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS[first:], strict=False))


@cache
def day(ordinal: int) -> Day:
    """The day of this proleptic ordinal."""
    born = date.fromordinal(ordinal)
    return Day(f"{born:%Y%m%d}", f"{born:%y%m%d}", born.isoformat(), _sum(f"{born:%Y%m%d}", 6))


@cache
def _area_sum(code: str) -> int:
    return _sum(code, 0)


_SEQUENCES = [f"{number:03d}" for number in range(LAST_SEQUENCE + 1)]
_SEQUENCE_SUMS = [_sum(text, 14) for text in _SEQUENCES]


def check_character_of(code: str, born: Day, sequence: int) -> str:
    return _CHECK_CHARACTERS[(_area_sum(code) + born.sum + _SEQUENCE_SUMS[sequence]) % 11]


def area_codes() -> dict[int, Areas]:
    """For each unit the codes its people carry. A code is drawn from in one prefecture only."""
    units = {unit.id: unit for unit in Agency.objects.units()}
    counties = [unit for unit in units.values() if not unit.is_prefecture]
    owned: dict[int, list[str]] = {unit: [] for unit in units}
    with AREA_CODES.open(encoding="utf-8", newline="") as file:
        seen: set[str] = set()
        for row in csv.DictReader(file):
            if row["code"] not in seen:
                seen.add(row["code"])
                owned[_owner(int(row["code"]), row["name_zh"], counties)].append(row["code"])
    prefectures = sorted({unit // 100 for unit in units})
    areas = {}
    for unit in units:
        prefecture = unit // 100
        neighbours = [code for other in units if other // 100 == prefecture for code in owned[other]]
        elsewhere = [str(code) for code in _ELSEWHERE[prefectures.index(prefecture) :: len(prefectures)]]
        own = owned[unit] or neighbours
        weighed = [(own, 70), (neighbours, 24), (elsewhere, 6)]
        codes = [code for group, _weight in weighed for code in group]
        running, total = [], 0
        for group, weight in weighed:
            for _code in group:
                total += weight * 1000 // len(group)
                running.append(total)
        areas[unit] = Areas(tuple(codes), tuple(running))
    return areas


def _owner(code: int, name: str, counties: list[Agency]) -> int:
    for former, unit in _FORMER.items():
        if name.startswith(former):
            return unit
    for county in counties:
        if name.startswith(county.short_zh[:-1]):
            return county.id
    return _OLD_PREFECTURES.get(code // 100, code // 100 * 100)


class Numbers:
    """Draws the numbers of one batch of people; ``first`` to ``last`` are the batch's own sequence numbers."""

    def __init__(self, areas: Areas, first: int, last: int) -> None:
        self._areas = areas
        self._first, self._last = first, last
        self._given: set[tuple[str, int, int]] = set()
        self._kept_free = {person.identity_number for person in REFERENCE.people}

    def draw(self, chance: Random, born: int, is_male: bool) -> tuple[str, str, Day]:
        """A number as given, its key of 18, and the birth date: that of the ordinal ``born`` or of a day near it."""
        areas = self._areas
        for attempt in range(1000):
            (code,) = chance.choices(areas.codes, cum_weights=areas.running_weights)
            sequence = self._first + int(chance.random() * (self._last - self._first))
            if (sequence % 2 == 1) is not is_male:
                sequence += 1
            born_on = born + attempt // 4
            drawn = (code, born_on, sequence)
            if drawn in self._given:
                continue
            birth = day(born_on)
            short = f"{code}{birth.short}{_SEQUENCES[sequence]}"
            if short in self._kept_free:
                continue
            self._given.add(drawn)
            key = f"{code}{birth.long}{_SEQUENCES[sequence]}{check_character_of(code, birth, sequence)}"
            return (short if chance.random() * 100 < OLD_NUMBERS_PERCENT else key), key, birth
        raise AssertionError("this batch's sequence numbers are used up")
