"""The employer that the README's pictures show: a machine-parts works in Jiutai with 46 workers and 11 retirees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from enrollment.models import Industry
from jilin_si.money import to_fen
from sample.names import rows_of


@dataclass(frozen=True)
class ReferencePerson:
    """One of its workers; wages of 1995 in fen, and the months they were for."""

    identity_number: str
    name: str
    category: str
    identity: str
    year_wages_fen: int
    months: int


@dataclass(frozen=True)
class ReferenceEmployer:
    county_id: int = 220181
    number: str = "220181-0417"
    name: str = "九台市机械配件厂"
    industry: str = Industry.MACHINERY
    contact: str = "孙立新"
    retirees: int = 11
    retiree_cost_fen: int = 352_140
    # In May it pays 3,600.00 of the pension bill; the rest stays behind, ever one month later.
    pays_on: tuple[int, ...] = (
        15,
        14,
        14,
        15,
        14,
        14,
        15,
        14,
        13,
        15,
        14,
        13,
    )  # the day of each month of 1996
    partial_in: date = date(1996, 5, 14)
    partial_fen: int = 360_000
    state_1997: str = "missing"
    # What waits on the county's desk on 6 January 1997; the others are approved.
    states_1997_of_neighbours: tuple[str, ...] = (
        *("approved", "submitted", "approved", "submitted", "returned", "approved", "approved", "draft"),
        *("approved", "submitted", "approved", "missing", "approved", "submitted", "approved"),
    )

    @cached_property
    def people(self) -> tuple[ReferencePerson, ...]:
        return tuple(
            ReferencePerson(
                row["identity_number"],
                row["name"],
                row["category"],
                row["identity"],
                to_fen(Decimal(row["wages_1995"])),
                int(row["months_1995"]),
            )
            for row in rows_of("reference_employer.csv")
        )


REFERENCE = ReferenceEmployer()
