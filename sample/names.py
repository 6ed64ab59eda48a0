"""Names of people that could stand in any payroll of the province; made up from what is common there."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, product
from pathlib import Path
from random import Random

from enrollment.romanise import readings, romanise

DATA = Path(__file__).parent / "data"
PEOPLES = ("older_men", "younger_men", "older_women", "younger_women", "korean_men", "korean_women")
ONE_SYLLABLE_IN = 9

Name = tuple[str, str, str]  # as written, pinyin, initials


@dataclass(frozen=True)
class NameTable:
    """Surnames with their running weights, and given names, of one group of people."""

    surnames: tuple[Name, ...]
    running_weights: tuple[int, ...]
    given: tuple[Name, ...]

    def draw(self, chance: Random, count: int) -> list[tuple[Name, Name]]:
        """So many pairs of surname and given name."""
        surnames = chance.choices(self.surnames, cum_weights=self.running_weights, k=count)
        return list(zip(surnames, chance.choices(self.given, k=count), strict=True))


def rows_of(file: str) -> list[dict[str, str]]:
    """A data file of the sample."""
    with (DATA / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@cache
def table(people: str) -> NameTable:
    """The names of one of ``PEOPLES``."""
    kin = "korean" if people.startswith("korean") else "han"
    rows = [row for row in rows_of("surnames.csv") if row["people"] == kin]
    characters = {
        row["place"]: row["characters"] for row in rows_of("given_names.csv") if row["people"] == people
    }
    two = [_given(a + b) for a, b in product(characters["first"], characters["second"]) if a != b]
    one = [_given(character) for character in characters["single"]]
    repeat = max(1, len(two) // (len(one) * (ONE_SYLLABLE_IN - 1)))
    return NameTable(
        surnames=tuple((row["surname"], *romanise(row["surname"])) for row in rows),
        running_weights=tuple(accumulate(int(row["weight"]) for row in rows)),
        given=tuple(two + one * repeat),
    )


@cache
def rare_given_names() -> tuple[Name, ...]:
    """Given names of one character that a font, an import or a search may trip over."""
    characters = next(row["characters"] for row in rows_of("given_names.csv") if row["people"] == "rare")
    return tuple(_given(character) for character in characters)


def _given(written: str) -> Name:
    read = readings("王" + written)[1:]  # in the second place no character is read as a surname
    return written, "".join(read), "".join(syllable[0] for syllable in read)
