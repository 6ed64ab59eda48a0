"""The make-up of the province at 1:1 (benchmarks BMK-1, BMK-5): how many employers and people of each kind.

330.6万 people in 30,000 employers; 205万 of them in 15,690 state-owned enterprises with 51.6万 retirees.
"""

from __future__ import annotations

from dataclasses import dataclass

from enrollment.models import Industry, Ownership

PEOPLE = 3_306_000
EMPLOYERS = 30_000
STATE_RETIREES = 516_000


@dataclass(frozen=True)
class Group:
    """Employers of one kind: how many with how many people at 1:1, the median size and its spread (lognormal)."""

    key: str
    ownership: str
    employers: int
    people: int
    median: int
    sigma: float
    retirees_percent: int  # heads of retirees to a hundred workers, on average
    wage_percent: int  # of what the place pays on average
    kinds: str  # the letter of ``employer_kinds.csv``
    in_system: bool = False
    smallest: int = 3
    in_each_unit: int = 0


GROUPS = (
    Group("state", Ownership.STATE, 15_690, 2_050_000, 35, 1.6, 25, 100, "s", in_each_unit=2),
    Group("system", Ownership.STATE, 330, 160_000, 60, 1.2, 18, 128, "", in_system=True),
    Group("collective", Ownership.COLLECTIVE, 6_865, 583_000, 30, 1.4, 20, 74, "c"),
    Group("system_collective", Ownership.COLLECTIVE, 135, 7_000, 30, 1.0, 8, 80, "", in_system=True),
    Group("private", Ownership.PRIVATE, 1_500, 12_000, 6, 0.7, 0, 82, "p"),
    Group("foreign", Ownership.FOREIGN_INVESTED, 700, 84_000, 70, 1.0, 2, 125, "f"),
    Group("institution", Ownership.SELF_FUNDED_INSTITUTION, 900, 90_000, 50, 1.0, 18, 100, "i"),
    Group("organ", Ownership.GOVERNMENT_ORGAN, 2_380, 318_500, 70, 1.0, 20, 104, "o"),
    Group("household", Ownership.SELF_EMPLOYED_HOUSEHOLD, 1_500, 1_500, 1, 0.0, 0, 90, "p", smallest=1),
)

# Employers in each line at 1:1 (BMK-1). Pension is billed for state-owned and self-funded employers outside the
# eleven systems; unemployment covers nearly all that employ; the three others are still few.
UNEMPLOYMENT = 27_000
MEDICAL = 5_458
INJURY = 7_673
MATERNITY = 6_707

# Wages of a trade in percent of the place's (BMK-5: forestry and textiles lower, automobiles, tobacco, power higher).
INDUSTRY_WAGES = {
    Industry.AGRICULTURE: 80,
    Industry.TEXTILES: 80,
    Industry.AUTOMOBILE: 130,
    Industry.TOBACCO: 130,
    Industry.ENERGY: 130,
    Industry.FINANCE: 118,
    Industry.MINING: 106,
    Industry.CHEMICALS: 108,
    Industry.METALLURGY: 106,
    Industry.BUILDING_MATERIALS: 94,
    Industry.TRADE: 88,
    Industry.PAPER: 92,
}

WOMEN_PERCENT = {
    Industry.TEXTILES: 68,
    Industry.TRADE: 52,
    Industry.EDUCATION: 54,
    Industry.SERVICES: 48,
    Industry.FOOD: 45,
    Industry.MEDICINE: 48,
    Industry.MINING: 18,
    Industry.BUILDING: 20,
    Industry.METALLURGY: 26,
    Industry.TRANSPORT: 27,
    Industry.AGRICULTURE: 32,
}
