"""The sample's people at desks: for every unit a clerk, a reviewer, a finance officer and a head, and those above.

All have one password, known to everybody: they are for the demo, and outside it each must choose another first.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.signin import SampleSignIn
from jilin_si.agencies.models import PROVINCE, Agency
from sample.names import table
from sample.reference import REFERENCE

PASSWORD = "jilin1996"
AUTHOR, APPROVER = "province.1", "province.2"
UNIT_ROLES = (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.HEAD)

# The faces of the demo; everybody else's name is drawn.
_KNOWN = {
    "clerk.220181": "王淑琴",
    "reviewer.220181": "李志强",
    "finance.220181": "张敏",
    "head.220181": "刘振海",
    "prefecture.220100": "高永胜",
    AUTHOR: "赵国栋",
    APPROVER: "周文学",
    "auditor": "宋景山",
    "administrator": "徐晓红",
    f"employer.{REFERENCE.number}": "孙立新",
}


@dataclass(frozen=True)
class Seat:
    """A user to be made: where, and in which role."""

    username: str
    role: Role
    agency_id: int | None = None
    employer_number: str = ""


def username(role: str, unit: int) -> str:
    """``clerk.220181``: whom the sample has in that role at that unit."""
    return f"{role}.{unit}"


def seats(employer_numbers: list[str]) -> list[Seat]:
    """Everybody, in a fixed order."""
    there = [
        Seat(AUTHOR, Role.PROVINCE, PROVINCE),
        Seat(APPROVER, Role.PROVINCE, PROVINCE),
        Seat("auditor", Role.AUDITOR, PROVINCE),
        Seat("administrator", Role.ADMINISTRATOR, PROVINCE),
    ]
    for unit in Agency.objects.units().order_by("id"):
        there += [Seat(username(role, unit.id), role, unit.id) for role in UNIT_ROLES]
        if unit.is_prefecture:
            there.append(Seat(username(Role.PREFECTURE, unit.id), Role.PREFECTURE, unit.id))
    there += [
        Seat(f"employer.{number}", Role.EMPLOYER, employer_number=number) for number in employer_numbers
    ]
    return there


def make_users(seed: int, employer_numbers: list[str]) -> None:
    """Make all users with their assignments. The employers must be there already."""
    chance = Random(f"{seed}/users")
    password = make_password(PASSWORD)
    known = Employer.objects.filter(number__in=employer_numbers).values_list("number", "id", "county_id")
    employers = {number: pk for number, pk, _county in known}
    counties = {number: county for number, _pk, county in known}
    wanted = seats(employer_numbers)
    now = timezone.now()
    User.objects.bulk_create(
        User(
            username=seat.username,
            password=password,
            display_name=_KNOWN.get(seat.username) or _drawn_name(chance),
            must_change_password=True,
            date_joined=now,
            unit_id=seat.agency_id or counties[seat.employer_number],
        )
        for seat in wanted
    )
    ids = dict(
        User.objects.filter(username__in=[seat.username for seat in wanted]).values_list("username", "id")
    )
    Assignment.objects.bulk_create(
        Assignment(
            user_id=ids[seat.username],
            role=seat.role,
            agency_id=seat.agency_id,
            employer_id=employers[seat.employer_number] if seat.employer_number else None,
        )
        for seat in wanted
    )


def _drawn_name(chance: Random) -> str:
    people = chance.choice(("older_men", "younger_men", "older_women", "younger_women"))
    ((surname, given),) = table(people).draw(chance, 1)
    return surname[0] + given[0]


def sample_signins() -> list[SampleSignIn]:
    """What the demo's sign-in page and the end of ``manage.py demo`` show: one of each kind."""
    shown = [
        (
            "clerk.220181",
            _("Clerk, Jiutai"),
            _("the employers of one county: enrols workers, enters declarations"),
        ),
        ("reviewer.220181", _("Reviewer, Jiutai"), _("the same county: approves what the clerk entered")),
        ("finance.220181", _("Finance officer, Jiutai"), _("the same county: receipts, remittance, close")),
        ("head.220181", _("County head, Jiutai"), _("the same county")),
        ("prefecture.220100", _("Prefecture staff, Changchun"), _("Changchun and its five counties")),
        (AUTHOR, _("Provincial staff"), _("all 52 units: plans, remittance, redistribution")),
        (APPROVER, _("Provincial staff, second person"), _("the same: approves what the first proposed")),
        ("auditor", _("Auditor"), _("everything, changes nothing")),
        ("administrator", _("Administrator"), _("users and roles")),
        (f"employer.{REFERENCE.number}", _("Employer"), _("the bills and statements of one employer")),
    ]
    return [
        SampleSignIn(name, PASSWORD, format_lazy("{name}, {role}", name=_KNOWN[name], role=role), sees)
        for name, role, sees in shown
    ]
