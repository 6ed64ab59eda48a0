"""The practice county (练习县): people and employers with a story each, added to Jiutai by its own clerk's acts.

What the sample has anyway (who pays late, what was sent back) is found again by ``stories.py``; here is made what it
lacks. Each person and employer is looked for by name first, so that a second run makes nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from enrollment.identity_numbers import check_character
from enrollment.models import (
    Category,
    Declaration,
    Employer,
    Employment,
    Identity,
    Industry,
    Ownership,
    Worker,
)
from enrollment.services.declarations import approve_declaration, submit_declaration
from enrollment.services.employers import register_employer
from enrollment.services.transfers import send_transfer
from enrollment.services.workers import enrol_worker
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.periods import add_months, period_of
from sample.reference import REFERENCE
from sample.users import username

COUNTY, NEIGHBOUR = REFERENCE.county_id, 220182
HOME, BANKRUPT, SILENT = "九台市春阳农机修造厂", "九台市饮马河酒厂", "九台市营城采石场"
TRANSFER_NOTE = "随配偶迁居榆树"
_SEQUENCE = 901  # from here on, and further where the sample's people have the number


@dataclass(frozen=True)
class Person:
    """Somebody to be enrolled; ``years`` and ``months`` old on the day of the sample, wage in yuan a month."""

    key: str
    name: str
    sex: str
    years: int
    months: int
    employer: str = HOME
    wage: str | None = "312.00"
    digits: int = 18
    area: int = COUNTY
    category: str = Category.PERMANENT
    worked_since: int | None = None


PEOPLE = (
    Person("man_retires", "王德海", "M", 59, 11, wage="468.50", worked_since=1957),
    Person("woman_retires", "李桂兰", "F", 49, 11, wage="355.20", worked_since=1966),
    Person("twin", "孙志国", "M", 38, 4, digits=15),
    Person("double", "陈桂香", "F", 31, 7),
    Person("double_again", "陈桂香", "F", 31, 7, employer=BANKRUPT, area=NEIGHBOUR),
    Person("broken", "周建军", "M", 35, 2, wage="298.00"),
    Person("rare_name", "朴𠮷男", "M", 27, 9, category=Category.CONTRACT),
    Person("soldier", "刘铁军", "M", 19, 3, category=Category.CONTRACT, wage="240.00"),
    Person("unpaid", "马福全", "M", 44, 5, employer=SILENT, wage=None),
    Person("unpaid_too", "于淑芬", "F", 36, 10, employer=SILENT, wage=None),
    Person("dismissed", "郭长林", "M", 41, 1, employer=BANKRUPT, wage="276.00"),
)
_EMPLOYERS = (
    (HOME, Ownership.STATE, Industry.MACHINERY),
    (BANKRUPT, Ownership.STATE, Industry.FOOD),
    (SILENT, Ownership.STATE, Industry.MINING),
)


def prepare() -> bool:
    """Make what is missing, in one transaction. Returns whether anything was; run as the owner of the tables."""
    with acting_as(everything()), transaction.atomic():
        if Employer.objects.filter(county_id=COUNTY, name=HOME).exists():
            return False
        clerk = User.objects.get(username=username("clerk", COUNTY))
        period = first_open_period()
        for name, ownership, industry in _EMPLOYERS:
            register_employer(
                county_id=COUNTY,
                name=name,
                ownership=ownership,
                industry=industry,
                lines=dict.fromkeys(("pension", "unemployment", "injury"), period),
                contact_name="于海波",
                contact_phone="0431-2320417",
                by=clerk,
            )
        for person in PEOPLE:
            _enrol(person, period, clerk)
        for name in (HOME, BANKRUPT):
            _declare(name, clerk)
        _break_months(period)
        _send_one_off(period, clerk)
        return True


def first_open_period() -> date:
    """The first month of the county that is neither assessed nor closed; this month where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(period) from ledger_period where agency_id = %s and state = 'open' and period <= %s",
            [COUNTY, add_months(period_of(today()), 1)],
        )
        (period,) = cursor.fetchone()
    return period or period_of(today())


def person_of(key: str) -> Worker | None:
    """The worker of a story, where whoever asks may see the record."""
    person = next(each for each in PEOPLE if each.key == key)
    found: Worker | None = Worker.objects.filter(
        employments__employer__name=person.employer, employments__county_id=COUNTY, name=person.name
    ).first()
    return found


def number_for(born: date, sex: str, digits: int = 18, area: int = COUNTY) -> str:
    """An identity number that nobody has."""
    sequence = _SEQUENCE + (_SEQUENCE % 2 == 0) if sex == "M" else _SEQUENCE + 1
    while True:
        body = f"{area}{born:%Y%m%d}{sequence:03d}"
        number = body + check_character(body)
        if not Worker.objects.filter(identity_key=number).exists():
            return number if digits == 18 else f"{area}{born:%y%m%d}{sequence:03d}"
        sequence += 2


def born_at(years: int, months: int) -> date:
    """The birth date of somebody who is so old today: always the 17th of a month."""
    return add_months(period_of(today()), -(12 * years + months)).replace(day=17)


def _enrol(person: Person, period: date, clerk: User) -> None:
    enrol_worker(
        employer=Employer.objects.get(county_id=COUNTY, name=person.employer),
        identity_number=number_for(
            born_at(person.years, person.months), person.sex, person.digits, person.area
        ),
        name=person.name,
        first_period=period,
        category=person.category,
        identity=Identity.WORKER,
        first_work_date=date(person.worked_since, 3, 1) if person.worked_since else None,
        deemed_months=12 * (1992 - person.worked_since) if person.worked_since else 0,
        wage=Decimal(person.wage) if person.wage else None,
        by=clerk,
    )


def _declare(name: str, clerk: User) -> None:
    """The return into which the wages of those who joined were written is handed in, and approved by another."""
    typed = Declaration.objects.filter(employer__name=name, employer__county_id=COUNTY).latest("pk")
    handed_in = submit_declaration(declaration=typed, version=typed.version, by=clerk)
    reviewer = User.objects.get(username=username("reviewer", COUNTY))
    approve_declaration(declaration=handed_in, version=handed_in.version, by=reviewer)


def _break_months(period: date) -> None:
    """Months that broke off: he left another works a year ago, and nobody knows what he did until now."""
    broken = person_of("broken")
    assert broken is not None
    before = Employer.objects.filter(county_id=COUNTY, status="active").exclude(number=REFERENCE.number)
    Employment.objects.create(
        worker=broken,
        employer=before.order_by("id").first(),
        county_id=COUNTY,
        first_period=date(1986, 7, 1),
        last_period=add_months(period, -11),
        leave_reason="contract_ended",
    )


def _send_one_off(period: date, clerk: User) -> None:
    """A worker of the sample goes to the neighbouring county: the case waits there."""
    going = (
        Employment.objects.filter(
            county_id=COUNTY,
            last_period__isnull=True,
            first_period__lt=date(1996, 1, 1),
            employer__status="active",
        )
        .exclude(employer__number=REFERENCE.number)
        .exclude(employer__name__in=[HOME, BANKRUPT, SILENT])
        .order_by("id")
        .first()
    )
    assert going is not None
    send_transfer(
        employment=going,
        first_period=period,
        to_county=Agency.objects.get(pk=NEIGHBOUR),
        note=TRANSFER_NOTE,
        by=clerk,
    )
