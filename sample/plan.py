"""Which employers there are, where, how large and in which lines: drawn once from the seed, the same at every run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from enrollment.models import INDUSTRY_RISK_CLASS, Ownership, System
from enrollment.rules import organisation_check
from jilin_si.agencies.models import Agency
from jilin_si.periods import month
from sample.employer_names import EmployerNames
from sample.groups import (
    EMPLOYERS,
    GROUPS,
    INDUSTRY_WAGES,
    INJURY,
    MATERNITY,
    MEDICAL,
    PEOPLE,
    STATE_RETIREES,
    UNEMPLOYMENT,
    WOMEN_PERCENT,
    Group,
)
from sample.names import rows_of
from sample.reference import REFERENCE
from sample.shares import apportion

AVERAGE_WAGE_FEN = 36_917  # a month, of 1995 (BMK-2: 4,430 a year)
CONTRIBUTION_WAGE_PERCENT = 82  # what is declared stands below the statistics (BMK-3)
PENSION_FEN = 31_200  # a retiree and month, of the pooled items
AS_IS_TIMES_SCALE = 21_200  # at 1:100 a named employer of 212 people or fewer is not scaled down

PENSION_OWNERSHIPS = {Ownership.STATE, Ownership.SELF_FUNDED_INSTITUTION}


@dataclass(frozen=True)
class Unit:
    """One of the 52 units; ``share`` of the people in thousandths, the others in percent of the average."""

    id: int
    name: str
    share: int
    wages: int
    retirees: int

    @property
    def prefecture(self) -> int:
        return self.id // 100


@dataclass
class PlannedEmployer:
    """An employer of the sample, complete but for its people. Money in fen a month."""

    id: int
    unit: Unit
    group: Group
    number: str
    name: str
    industry: str
    system: str
    workers: int
    seed: str
    retirees: int = 0
    retiree_cost_fen: int = 0
    wage_fen: int = 0
    organisation_code: str = ""
    lines: dict[str, date] = field(default_factory=dict)
    first_worker_id: int = 0
    state_1997: str = "approved"

    @property
    def is_reference(self) -> bool:
        return self.number == REFERENCE.number

    @property
    def trade_class(self) -> int:
        return INDUSTRY_RISK_CLASS[self.industry]

    @property
    def women_percent(self) -> int:
        return WOMEN_PERCENT.get(self.industry, 38)  # type: ignore[call-overload]


@dataclass(frozen=True)
class Plan:
    """The province as it will be: ``scale`` is N of 1:N."""

    scale: int
    seed: int
    units: tuple[Unit, ...]
    employers: tuple[PlannedEmployer, ...]

    @property
    def workers(self) -> int:
        return sum(employer.workers for employer in self.employers)


def plan_province(scale: int, seed: int) -> Plan:
    """Draw the province at 1:``scale``. Reads the agencies; touches nothing else."""
    units = read_units()
    chance = Random(f"{seed}/plan")
    names = EmployerNames(chance)
    employers: list[PlannedEmployer] = []
    for group in sorted(
        GROUPS, key=lambda group: group.key == "state"
    ):  # last, to fill each unit to its share
        employers += _employers_of(group, units, scale, seed, chance, names, employers)
    _number(employers)
    _give_codes(employers, chance)
    _give_retirees(employers, scale, chance)
    for employer in employers:
        _give_wage(employer, chance)
    _cover(employers, scale, chance)
    _plan_1997(employers, chance)
    return Plan(scale, seed, units, tuple(employers))


def read_units() -> tuple[Unit, ...]:
    """The 52 units with their shares (BMK-6, within a prefecture made up)."""
    places = {agency.id: agency.short_zh for agency in Agency.objects.units()}
    return tuple(
        Unit(
            int(row["unit"]),
            places[int(row["unit"])],
            int(row["share"]),
            int(row["wages"]),
            int(row["retirees"]),
        )
        for row in rows_of("units.csv")
    )


def _named(group: Group) -> list[dict[str, str]]:
    return [
        row
        for row in rows_of("named_employers.csv")
        if row["ownership"] == group.ownership and bool(row["system"]) == group.in_system
    ]


def _chosen(group: Group, count: int, scale: int) -> list[dict[str, str]]:
    """The named employers of a group that come in at this scale: of a system the first, then while there is room."""
    rows = _named(group)
    if group.key != "system":
        return rows
    first: dict[str, dict[str, str]] = {}
    for row in rows:
        first.setdefault(row["system"], row)
    others = [row for row in rows if row not in first.values()]
    return [*first.values(), *others[: max(count - len(first), 0)]]


def _named_size(people: int, scale: int) -> int:
    """A giant shrinks less than the province does, so that it still stands out; a small one stays as it is."""
    return max(int(people / scale**0.85), min(people, AS_IS_TIMES_SCALE // scale), 3)


def _employers_of(
    group: Group,
    units: tuple[Unit, ...],
    scale: int,
    seed: int,
    chance: Random,
    names: EmployerNames,
    there: list[PlannedEmployer],
) -> list[PlannedEmployer]:
    """The employers of one group: how many a unit, who is named, and sizes that add up to the group's people."""
    count = max(round(group.employers / scale), 1)
    people = max(round(group.people / scale), 1)
    chosen = _chosen(group, count, scale)
    known = {unit.id: unit for unit in units}
    shares = [unit.share for unit in units]
    a_unit = dict(zip(known, apportion(count, shares, group.in_each_unit), strict=True))

    planned: list[PlannedEmployer] = []

    def add(unit: Unit, name: str, industry: str, system: str, workers: int) -> None:
        planned.append(
            PlannedEmployer(0, unit, group, "", name, industry, system, workers, f"{seed}/{unit.id}/{name}")
        )

    sizes = [_named_size(int(row["workers"]), scale) for row in chosen]
    if sum(sizes) > people:
        sizes = apportion(people, sizes, group.smallest)
    for row, size in zip(chosen, sizes, strict=True):
        add(known[int(row["unit"])], names.take(row["name"]), row["industry"], row["system"], size)
    if group.key == "state":
        unit = known[REFERENCE.county_id]
        add(unit, names.take(REFERENCE.name), REFERENCE.industry, "", len(REFERENCE.people))
    standing = {unit.id: sum(e.workers for e in planned if e.unit is unit) for unit in units}
    taken = {unit.id: sum(1 for e in planned if e.unit is unit) for unit in units}
    ordinary = {unit.id: max(a_unit[unit.id] - taken[unit.id], 0) for unit in units}
    cells = [unit for unit in units if ordinary[unit.id]]
    rest = max(people - sum(standing.values()), 0)
    if group.key == "state":
        standing = {unit.id: sum(e.workers for e in (*there, *planned) if e.unit is unit) for unit in units}
        people = round(PEOPLE / scale)
    wanted = [
        max(people * unit.share // 1000 - standing[unit.id], ordinary[unit.id] * group.median)
        for unit in cells
    ]
    for unit, heads in zip(cells, apportion(rest, wanted), strict=True):
        drawn = [
            max(int(group.median * chance.lognormvariate(0, group.sigma) * 16), 1)
            for _ in range(ordinary[unit.id])
        ]
        for workers in apportion(heads, drawn, group.smallest):
            add(unit, *names.draw(group, unit), workers)
    return planned


def _number(employers: list[PlannedEmployer]) -> None:
    """Ids in one row, and within a unit numbers in order of registration; the reference employer has its own."""
    employers.sort(key=lambda employer: (employer.unit.id, GROUPS.index(employer.group), employer.name))
    following: dict[int, int] = {}
    for number, employer in enumerate(employers, start=1):
        employer.id = number
        unit = employer.unit.id
        if employer.name == REFERENCE.name and unit == REFERENCE.county_id:
            employer.number = REFERENCE.number
            continue
        following[unit] = following.get(unit, 0) + 1
        if f"{unit}-{following[unit]:04d}" == REFERENCE.number:
            following[unit] += 1
        employer.number = f"{unit}-{following[unit]:04d}"


def _give_codes(employers: list[PlannedEmployer], chance: Random) -> None:
    """Organisation codes were being rolled out from 1993: most have one (rule ID-4)."""
    bodies = chance.sample(range(10_000_000, 26_000_000), len(employers))
    for employer, body in zip(employers, bodies, strict=True):
        if employer.group.key not in {"household", "private"} and chance.randrange(100) < 85:
            employer.organisation_code = f"{body}-{organisation_check(str(body))}"


def _give_retirees(employers: list[PlannedEmployer], scale: int, chance: Random) -> None:
    """Retirees by a beta-like ratio: old works have many, young ones none; the state's add up to BMK-1.

    A unit's ratio is its own, so that the same counties have more than they need whatever the scale.
    """
    drawn = {e.id: int(1000 * chance.betavariate(1.4, 4.2)) for e in employers}
    state: dict[int, list[PlannedEmployer]] = {}
    for employer in employers:
        if employer.group.key == "state" and not employer.is_reference:
            state.setdefault(employer.unit.id, []).append(employer)
    weights = [sum(e.workers for e in here) * here[0].unit.retirees for here in state.values()]
    for here, heads in zip(state.values(), apportion(round(STATE_RETIREES / scale), weights), strict=True):
        shares = apportion(heads, [e.workers * drawn[e.id] for e in here])
        for employer, retirees in zip(here, shares, strict=True):
            employer.retirees = retirees
    for employer in employers:
        group = employer.group
        if group.key != "state":
            employer.retirees = employer.workers * drawn[employer.id] * group.retirees_percent // 25_000
        if employer.is_reference:
            employer.retirees, employer.retiree_cost_fen = REFERENCE.retirees, REFERENCE.retiree_cost_fen
        else:
            pension = PENSION_FEN * (95 + chance.randrange(11)) // 100 * (100 + employer.unit.wages) // 200
            employer.retiree_cost_fen = employer.retirees * pension


def _give_wage(employer: PlannedEmployer, chance: Random) -> None:
    percents = (
        CONTRIBUTION_WAGE_PERCENT,
        employer.unit.wages,
        employer.group.wage_percent,
        INDUSTRY_WAGES.get(employer.industry, 100),  # type: ignore[call-overload]
        100 + chance.randrange(-22, 23),
    )
    wage = AVERAGE_WAGE_FEN
    for percent in percents:
        wage = wage * percent // 100
    employer.wage_fen = wage


def _cover(employers: list[PlannedEmployer], scale: int, chance: Random) -> None:
    """The lines that each employer is in, and since when (BMK-1)."""
    for employer in employers:
        if employer.group.ownership in PENSION_OWNERSHIPS and not employer.system:
            employer.lines["pension"] = month(1992, 1)
    employing = [e for e in employers if e.group.key != "household"]
    skipped = round(
        (EMPLOYERS - UNEMPLOYMENT - 1_500) / scale
    )  # organs that stay out, besides the households
    outside = {e.id for e in [e for e in employing if e.group.key == "organ"][:skipped]}
    for employer in employing:
        if employer.id not in outside:
            employer.lines["unemployment"] = month(1986, 10)
    few = [e for e in employing if e.workers <= 2_000 and not e.is_reference and e.group.key != "organ"]
    for line, count, since in (
        ("medical", MEDICAL, month(1993, 1)),
        ("injury", INJURY, month(1994, 1)),
        ("maternity", MATERNITY, month(1995, 1)),
    ):
        for employer in chance.sample(few, min(round(count / scale), len(few))):
            employer.lines[line] = since
    for employer in employers:
        if employer.is_reference:
            employer.lines |= {"injury": month(1994, 1)}


# Of a hundred declarations for 1997, on 6 January: the desk still has work.
_STATES_1997 = ["approved"] * 82 + ["submitted"] * 8 + ["draft"] * 2 + ["returned"] * 2 + ["missing"] * 6


def _plan_1997(employers: list[PlannedEmployer], chance: Random) -> None:
    for employer in employers:
        employer.state_1997 = chance.choice(_STATES_1997)
    here = [e for e in employers if e.unit.id == REFERENCE.county_id and not e.is_reference]
    for employer, state in zip(here, REFERENCE.states_1997_of_neighbours, strict=False):
        employer.state_1997 = state
    for employer in employers:
        if employer.is_reference:
            employer.state_1997 = REFERENCE.state_1997


def systems_present(plan: Plan) -> set[str]:
    """Which of the eleven systems have an employer."""
    return {e.system for e in plan.employers if e.system} & set(System.values)
