"""The small province that the walk is made in: one of everything in two counties, and a person for every role.

A thing is made by a function here, under the name by which ``routes.txt`` asks for it. It is called twice: for the
county where the people of the walk sit, and for one of another prefecture, of which most of them may see nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone

from collection import services as collection
from collection.corrections.services import ask_correction, enter_correction
from collection.models import BankLine, Bill, Receipt, Spell
from collection.statements.issue import issue_contribution_statement
from enrollment.acts.models import EmployerChange
from enrollment.imports.models import ReturnedSheet, RosterImport
from enrollment.models import Coverage, Declaration, Employer, Employment
from enrollment.people import Duplicate
from enrollment.services import start_declaration
from enrollment.services.transfers import send_transfer
from jilin_si.access.audit import AuditEntry, record
from jilin_si.access.held_off import HeldOff
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, everything, scope_of
from jilin_si.access.sessions import SEEN, STARTED
from jilin_si.agencies.models import PROVINCE
from jilin_si.ledger.models import Journal
from jilin_si.policy.services import Proposal, propose_value
from jilin_si.policy.worked_examples import WorkedExample
from jilin_si.web.models import BulkRun, SavedList
from pooling import services as pooling
from pooling.models import CountyPlan, Redistribution
from pooling.month import plan_month
from tests.collection import factories as make
from tests.enrollment import factories as registry
from tests.pooling import facts
from tests.roles import as_owner

HERE, THERE, PREFECTURE = 220181, 220421, 220100
ANONYMOUS = "anonymous"
MISSING = 987_654_321
NAME = {HERE: "九台市机械配件厂", THERE: "东丰县秘密铸造厂"}
WORKER = {HERE: "陈国富", THERE: "秘密朴哲"}


@dataclass
class County:
    """What there is in one county, by the names that the routes use."""

    code: int
    things: dict[str, Any] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)


# Keys of traces that are put together from several numbers.
KEYS = {
    "sheet": "{employer}-199601",
    "months_account": "{worker}-1996",
    "declared": "{approved}-{declared_worker}",
    "persons_month": "1996-{unit}-{spell}-199601-pension",
    "units_span": "1996-01_1996-01_{unit}",
}
Maker = Callable[[County], Any]
_makers: dict[str, Maker] = {}


def thing(maker: Maker) -> Maker:
    """Register what makes the thing of this name; those above it are there already."""
    _makers[maker.__name__] = maker
    return maker


@thing
def approved(county: County) -> int:
    """A return that was approved, of an employer of its own."""
    clerk = county.people[Role.CLERK]
    works = registry.employer(clerk, county.code, name=f"第二{NAME[county.code]}")
    county.things["declared_worker"] = registry.worker(clerk, works).worker_id
    return registry.approved(works, clerk, county.people[Role.REVIEWER]).pk


@thing
def employer(county: County) -> int:
    made = make.employer(county_id=county.code, name=NAME[county.code], names=(WORKER[county.code],))
    county.things["_employer"] = made
    make.assess(make.JANUARY, county_id=county.code)
    make.pay(made, "100.00", date(1996, 1, 14))
    return made.pk


@thing
def worker(county: County) -> int:
    return make.workers_of(county.things["_employer"])[0]


@thing
def employment(county: County) -> int:
    return Employment.objects.filter(employer=county.things["_employer"]).earliest("id").pk


@thing
def saved_list(county: County) -> int:
    """A list that the county's clerk keeps to himself."""
    kept = SavedList.objects.create(
        user=county.people[Role.CLERK], table="enrollment.EmployerTable", name="秘密", path="/"
    )
    return kept.pk


@thing
def bulk_run(county: County) -> int:
    made: BulkRun = BulkRun.objects.create(
        act="follow_up_silent",
        table="enrollment.SilentTable",
        unit_id=county.code,
        user=county.people[Role.CLERK],
        day=make.JANUARY,
    )
    return made.pk


@thing
def transfer(county: County) -> int:
    """A worker on the way out of the province."""
    clerk = county.people[Role.CLERK]
    works = registry.employer(clerk, county.code, name=f"第三{NAME[county.code]}")
    going = registry.worker(clerk, works, name=WORKER[county.code])
    return send_transfer(
        employment=going, first_period=make.JANUARY, destination="秘密省社会保险局", by=clerk
    ).pk


@thing
def move(county: County) -> int:
    """An employer without people that waits to be taken in here, from a third county."""
    gone: Employer = Employer.objects.create(
        county_id=220182,
        number=f"220182-{county.code % 10_000:04d}",
        name=f"第四{NAME[county.code]}",
        ownership="state",
        industry="machinery",
        trade_class=1,
        status=Employer.Status.MOVED,
        registered_on=make.JANUARY,
    )
    change: EmployerChange = EmployerChange.objects.create(
        employer=gone,
        county_id=220182,
        to_county_id=county.code,
        kind=EmployerChange.Kind.MOVE,
        state=EmployerChange.State.WAITING,
        effective_period=make.FEBRUARY,
        status_before="active",
        status_after="moved",
        particulars={"name": gone.name, "ownership": gone.ownership, "industry": gone.industry},
        made_on=make.JANUARY,
        made_by=county.people[Role.CLERK],
    )
    return change.pk


@thing
def act(county: County) -> int:
    """An act of the county's clerk, as the trail keeps it."""
    return AuditEntry.objects.filter(county_id=county.code, act="enrol_worker").earliest("id").pk


@thing
def joining(county: County) -> int:
    """The act by which an employer joined a line whose month is billed."""
    works = Employer.objects.get(pk=county.things["employer"])
    line = Coverage.objects.filter(employer=works).earliest("id")
    record(
        "set_coverage",
        by=county.people[Role.CLERK],
        about="employer",
        number=works.pk,
        county_id=works.county_id,
        employer_id=works.pk,
        details={"line": line.line, "first_period": line.first_period, "last_period": None, "ended": False},
    )
    return AuditEntry.objects.filter(act="set_coverage", object_id=works.pk).latest("id").pk


@thing
def case(county: County) -> int:
    """A correction that waits for its second person."""
    return enter_correction(
        employment=Employment.objects.filter(worker_id=county.things["declared_worker"]).get(),
        about="name",
        asked_by="worker",
        asked={"value": "秘密"},
        evidence_no="1",
        evidence="户口簿",
        by=county.people[Role.CLERK],
    ).pk


@thing
def asked_case(county: County) -> int:
    """A correction that the county's employer asked for on line; nobody has taken it up."""
    works = county.things["_employer"]
    user = make.employer_user(works)
    with acting_as(scope_of(user)):
        return ask_correction(
            employer=Employer.objects.get(pk=works.pk),
            about="ownership",
            asked={"value": "collective"},
            request="营业执照",
            by=user,
        ).pk


@thing
def duplicate(county: County) -> int:
    """Two records that may be one person."""
    first, second = sorted([county.things["worker"], county.things["declared_worker"]])
    pair: Duplicate = Duplicate.objects.create(
        first_id=first,
        second_id=second,
        county_id=county.code,
        other_county_id=county.code,
        reason=Duplicate.Reason.SAME_NAME,
        found_on=make.JANUARY,
    )
    return pair.pk


@thing
def declaration(county: County) -> int:
    made: Declaration = start_declaration(
        employer=county.things["_employer"], fee_year=1996, by=county.people[Role.CLERK]
    )
    return made.pk


@thing
def roster(county: County) -> int:
    made: RosterImport = RosterImport.objects.create(
        employer=county.things["_employer"],
        county_id=county.code,
        made_by=county.people[Role.CLERK],
        file_name="名册.csv",
        kind="csv",
        first_period=make.JANUARY,
        table=[["s姓名", "s公民身份号码"], ["s秘密", "s1"]],
    )
    return made.pk


@thing
def returned_sheet(county: County) -> int:
    made: ReturnedSheet = ReturnedSheet.objects.create(
        declaration_id=county.things["declaration"],
        employer=county.things["_employer"],
        county_id=county.code,
        made_by=county.people[Role.CLERK],
        file_name="秘密.xlsx",
    )
    return made.pk


@thing
def receipt(county: County) -> int:
    return BankLine.objects.filter(county_id=county.code).earliest("id").pk


@thing
def bank_file(county: County) -> int:
    body = "交易日期,流水号,付款人,金额\n19960114,77,某某厂,100.00\n".encode()
    return collection.hand_in_bank_file(
        county_id=county.code, name="一月.csv", body=body, bank="中国工商银行", by=county.people[Role.FINANCE]
    ).pk


@thing
def journal(county: County) -> int:
    return Journal.objects.filter(agency_id=county.code).earliest("journal_id").journal_id


@thing
def statement(county: County) -> str:
    return issue_contribution_statement(
        employer=county.things["_employer"],
        first=make.JANUARY,
        last=make.JANUARY,
        by=county.people[Role.CLERK],
    ).code


@thing
def bill(county: County) -> int:
    return (
        Bill.objects.filter(employer_id=county.things["employer"], county_id=county.code, line="pension")
        .earliest("bill_id")
        .bill_id
    )


@thing
def booked(county: County) -> int:
    """A payment as it stands in the books."""
    return (
        Receipt.objects.filter(employer_id=county.things["employer"], county_id=county.code)
        .earliest("receipt_id")
        .receipt_id
    )


@thing
def spell(county: County) -> int:
    return (
        Spell.objects.filter(employer_id=county.things["employer"], county_id=county.code)
        .earliest("spell_id")
        .spell_id
    )


@thing
def user(county: County) -> int:
    """A reviewer of the county."""
    return county.people[Role.REVIEWER].pk


@thing
def assignment(county: County) -> int:
    """The reviewer's role."""
    return Assignment.ever.get(user=county.people[Role.REVIEWER]).pk


@thing
def held_off(county: County) -> int:
    """The reviewer, held off after too many failed tries."""
    made: HeldOff = HeldOff.objects.create(
        kind=HeldOff.Kind.NAME,
        user=county.people[Role.REVIEWER],
        unit_id=county.code,
        until=timezone.now() + timedelta(minutes=15),
    )
    return made.pk


@thing
def unit(county: County) -> int:
    """An agency's number."""
    return county.code


def _pooled(counties: list[County], first: User, second: User) -> dict[str, Any]:
    """The year's plan and what follows from it; returns what belongs to the province alone."""
    pooling.propose_plan(1996, first.pk)
    pooling.approve_plan(1996, second.pk)
    for county in counties:
        facts.collected(county.code, "90000.00")
        made = pooling.propose_remittance(county.code, make.JANUARY)
        assert made is not None
        county.things["remittance"] = made.pk
        county.things["plan"] = CountyPlan.objects.get(county_id=county.code, fee_year=1996).pk
    run, _is_new = plan_month(make.FEBRUARY, first.pk, early=True)
    amounts = dict.fromkeys(("holdings", "available", "need", "total"), Decimal(1))
    redistribution = Redistribution.objects.create(
        agency_id=PROVINCE, period=make.JANUARY, proposed_by=first, reserve=Decimal(0), **amounts
    )
    return {"run": run.pk, "redistribution": redistribution.pk}


def _policy(first: User) -> dict[str, Any]:
    """A parameter that somebody proposed, and an example that somebody added."""
    with acting_as(scope_of(first)):
        change = propose_value(
            Proposal(
                parameter="pool.accumulation_prov_share",
                valid_from=date(1998, 1, 1),
                value="0.9",
                document="LBF-1994-504",
                confidence="illustrative",
                note="试行",
                reason="以支定收",
            ),
            first,
        )
    example = WorkedExample.objects.create(
        calculator="pension.contribution_base", title="例", inputs={}, expected={}, added_by=first
    )
    return {
        "change": change.pk,
        "parameter": "pension.unit_rate",
        "rule": "PEN-4",
        "document": "LBF-1994-504",
        "calculator": "pension.contribution_base",
        "example": example.pk,
        "key": "a-draft",
    }


@dataclass
class World:
    """Two counties, the people of the walk, and what belongs to no county."""

    here: County
    there: County
    clients: dict[str, Client]
    shared: dict[str, Any]

    def arguments(self, wanted: list[str], where: str = "here") -> list[Any]:
        """The values of a route's arguments: ``=text`` stands for itself, a name for a thing ``here``, ``there``, or
        for a number that nothing has (``missing``)."""
        return [self._argument(name, where) for name in wanted]

    def _argument(self, name: str, where: str) -> Any:
        if name.startswith("="):
            return name[1:]
        if name in self.shared:
            return self.shared[name] if where == "here" else MISSING
        if name in KEYS:
            names = re.findall(r"{(\w+)}", KEYS[name])
            return KEYS[name].format(**{each: self._argument(each, where) for each in names})
        if where == "missing":
            return {"unit": 220_999, "statement": "ZZZZ-ZZZZ-ZZZZ"}.get(name, MISSING)
        return (self.here if where == "here" else self.there).things[name]

    def knows(self, name: str) -> bool:
        """Whether there is a thing of this name."""
        return name.startswith("=") or name in self.shared or name in KEYS or name in self.here.things

    def is_scoped(self, wanted: list[str]) -> bool:
        """Whether a route is about a thing of a county."""
        return any(name in self.here.things or name in KEYS for name in wanted)


def _sign_in(client: Client, user: User) -> None:
    """Signed in a moment ago: the pages have nothing to note in the session."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[STARTED] = session[SEEN] = int(time.time()) + 600
    session.save()


def make_world() -> World:
    """Make it as the owner of the tables, in the transaction of whoever asks."""
    with as_owner(), acting_as(everything()):
        facts.open_books([HERE, THERE])
        make.open_year(HERE, THERE, year=1997)
        make.on(date(1996, 1, 31))
        first, second = facts.province(), facts.province()
        counties = [County(HERE), County(THERE)]
        for county in counties:
            for role in (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.HEAD):
                county.people[role] = make.person(role, county.code)
        for county in counties:
            for name, maker in _makers.items():
                county.things[name] = maker(county)
        shared = _pooled(counties, first, second) | _policy(first)
        people = dict(counties[0].people)
        people[Role.PREFECTURE] = make.person(Role.PREFECTURE, PREFECTURE)
        people[Role.PROVINCE] = first
        people[Role.AUDITOR] = make.person(Role.AUDITOR, PROVINCE)
        people[Role.ADMINISTRATOR] = make.person(Role.ADMINISTRATOR, PROVINCE)
        people[Role.EMPLOYER] = make.employer_user(counties[0].things["_employer"])
        clients = {ANONYMOUS: Client()}
        for held, user in people.items():
            clients[str(held)] = Client()
            _sign_in(clients[str(held)], user)
        return World(counties[0], counties[1], clients, shared)
