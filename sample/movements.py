"""Who comes and who goes in a month (增减员): a few acts a county, done as its clerk and reviewer do them.

They happen at employers whose return for 1997 is still missing, so that everything else in the sample fits together.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from enrollment.models import Category, Declaration, Employer, Employment, LeaveReason
from enrollment.refusals import Refusal
from enrollment.services.declarations import approve_declaration
from enrollment.services.workers import end_employment, enrol_worker
from jilin_si.access.models import User
from jilin_si.jobs.units import UnitResult
from jilin_si.periods import month
from sample.identity import Numbers, area_codes
from sample.names import table
from sample.reference import REFERENCE
from sample.users import username

_REASONS = (
    LeaveReason.CONTRACT_ENDED,
    LeaveReason.RESIGNED,
    LeaveReason.TRANSFERRED,
    LeaveReason.MOVED_AWAY,
    LeaveReason.DIED,
)
SMALLEST = 5


def move(county_id: int, period: date, seed: int) -> UnitResult:
    """One worker may leave and one may join in a county's month. Returns how many did."""
    chance = Random(f"{seed}/movements/{county_id}/{period}")
    employers = list(
        Employer.objects.filter(county_id=county_id, status="active")
        .exclude(number=REFERENCE.number)
        .exclude(declarations__fee_year=1997)
        .filter(declarations__fee_year=1996, declarations__kind="yearly", declarations__workers__gte=SMALLEST)
        .order_by("id")
    )
    figures = {"left": 0, "joined": 0}
    if employers:
        if chance.randrange(2) and period > month(
            1996, 1
        ):  # nobody was declared for a year he did not work in
            figures["left"] += _leave(chance.choice(employers), period, chance)
        if chance.randrange(2):
            figures["joined"] += _join(chance.choice(employers), period, chance)
    return UnitResult(checksum=f"{figures['left']},{figures['joined']}", figures=figures)


def _leave(employer: Employer, period: date, chance: Random) -> int:
    there = list(
        Employment.objects.filter(
            employer=employer, last_period__isnull=True, first_period__lt=month(1996, 1)
        ).order_by("id")
    )
    if len(there) < SMALLEST:
        return 0
    end_employment(
        employment=chance.choice(there),
        effective_period=period,
        reason=chance.choice(_REASONS),
        by=User.objects.get(username=username("clerk", employer.county_id)),
    )
    return 1


def _join(employer: Employer, period: date, chance: Random) -> int:
    clerk = User.objects.get(username=username("clerk", employer.county_id))
    reviewer = User.objects.get(username=username("reviewer", employer.county_id))
    is_woman = chance.randrange(2) == 1
    ((surname, given),) = table("younger_women" if is_woman else "younger_men").draw(chance, 1)
    numbers = Numbers(area_codes()[employer.county_id], 1, 994)
    for _attempt in range(20):
        born = date(1976, 1, 1).toordinal() + chance.randrange(365 * 2)
        number, _key, _day = numbers.draw(chance, born, not is_woman)
        try:
            employment = enrol_worker(
                employer=employer,
                identity_number=number,
                name=surname[0] + given[0],
                first_period=period,
                category=Category.CONTRACT,
                wage=Decimal(180 + chance.randrange(160)),
                by=clerk,
            )
        except Refusal:
            continue  # somebody has this number already
        declaration = Declaration.objects.get(
            kind=Declaration.Kind.JOINING, lines__worker_id=employment.worker_id
        )
        approve_declaration(declaration=declaration, version=declaration.version, by=reviewer)
        return 1
    return 0
