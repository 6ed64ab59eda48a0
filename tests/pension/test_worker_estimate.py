"""The estimate begun from a record: identity and special work as they stand at the age, over all the person's records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.models import Employer, Employment, Worker
from enrollment.people import DeemedEvidence, IdentitySpan, SpecialWork
from enrollment.selectors.people import deemed_of, identity_on, retirement_category
from jilin_si.access.models import Role, User
from jilin_si.periods import month
from jilin_si.policy.database import database_policy
from pension.estimate.of_worker import recorded
from pension.estimate.reckoning import estimate
from pension.retiring import selectors
from tests.collection import factories as make
from tests.enrollment import factories as registry
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
TODAY = date(1996, 3, 6)
BIRTH = date(1946, 7, 22)


@dataclass
class Office:
    clerk: User
    works: Employer
    worker: Worker


@pytest.fixture
def office(db: None) -> Office:
    """A woman near fifty on a wage of 498.33, whose first two months of 1996 are paid; ten years taken over before."""
    make.open_year()
    works = make.employer(["498.33"])
    (number,) = make.workers_of(works)
    with as_owner():
        Worker._base_manager.filter(pk=number).update(birth_date=BIRTH, sex="F", deemed_months=60)
    make.taken_over(number, "300.00", "700.00", months=120)
    make.assess(make.JANUARY, make.FEBRUARY)
    make.on(TODAY)
    make.pay(works, "5000", date(1996, 2, 20))
    clerk = make.person(Role.CLERK)
    with make.as_user(clerk):
        return Office(clerk, works, Worker.objects.get(pk=number))


def _merged(office: Office, county: int = make.YUSHU) -> Worker:
    """Another record of the same person, in another county, merged into hers."""
    make.open_year(county)
    with as_owner():
        other = make.employer(["400.00"], county_id=county, first_period=make.JANUARY)
        (number,) = make.workers_of(other)
        found: Worker = Worker._base_manager.get(pk=number)
        Employment._base_manager.filter(worker_id=number).update(
            first_period=month(1975, 1), last_period=month(1989, 12), leave_reason="transferred"
        )
        found.merged_into_id = office.worker.pk
        found.deemed_months = 30
        found.save(update_fields=["merged_into", "deemed_months"])
        return found


def _special(worker: Worker, kind: str, first: date, last: date | None) -> None:
    with as_owner():
        SpecialWork._base_manager.create(
            worker=worker, kind=kind, first_period=first, last_period=last, document="特岗证7号"
        )


def _born(worker: Worker, day: date) -> None:
    with as_owner():
        Worker._base_manager.filter(pk=worker.pk).update(birth_date=day)


def _span(worker: Worker, identity: str, first: date) -> None:
    with as_owner():
        IdentitySpan._base_manager.create(
            worker=worker, identity=identity, first_period=first, document="任命书"
        )


def _age(office: Office) -> tuple[int, str]:
    with make.as_user(office.clerk):
        told = recorded(Worker.objects.get(pk=office.worker.pk), database_policy(), TODAY)
    return told.age["age"], str(told.age["first_pension_month"])


def test_identity_counts_as_it_stands_on_the_day_of_its_age(office: Office) -> None:
    assert _age(office) == (50, "1996-08")
    _span(office.worker, "worker", month(1970, 1))
    _span(office.worker, "cadre", month(1996, 9))  # after her fiftieth birthday
    assert _age(office) == (50, "1996-08")
    _span(office.worker, "cadre", month(1996, 7))  # in its month
    assert _age(office) == (55, "2001-08")


def test_special_work_of_all_records_together_lowers_the_age(office: Office) -> None:
    _born(office.worker, date(1951, 7, 22))
    _special(office.worker, "toxic", month(1990, 1), month(1993, 12))
    assert _age(office)[0] == 50
    other = _merged(office)
    _special(other, "toxic", month(1984, 1), month(1987, 11))
    assert _age(office)[0] == 50  # 95 of 96 months
    _special(other, "toxic", month(1988, 1), month(1988, 1))
    assert _age(office) == (45, "1996-08")
    with make.as_user(office.clerk):
        worker = Worker.objects.get(pk=office.worker.pk)
        assert retirement_category(worker, date(1996, 7, 22)) == "special"
        assert retirement_category(worker, date(1990, 1, 22)) == "normal"


def test_identity_and_deemed_months_of_a_merged_record_count_once(office: Office) -> None:
    other = _merged(office)
    _span(other, "cadre", month(1985, 1))
    with as_owner():
        DeemedEvidence._base_manager.create(
            worker=office.worker, months=60, document="档案12卷", noted_on=TODAY, note=""
        )
    with make.as_user(office.clerk):
        worker = Worker.objects.get(pk=office.worker.pk)
        assert identity_on(worker, TODAY) == "cadre"
        found = deemed_of(worker)
        assert (found.months, found.document) == (60, "档案12卷")
    assert _age(office)[0] == 55
    with as_owner():
        Worker._base_manager.filter(pk=other.pk).update(deemed_months=90)
    with make.as_user(office.clerk):
        assert deemed_of(worker).months == 90
    with make.as_user(make.person(Role.CLERK, make.TONGYU)):
        assert identity_on(worker, TODAY) == "worker"  # who does not see the person is told nothing


def test_the_retiring_list_reads_the_same_of_all_records(office: Office) -> None:
    other = _merged(office)
    with make.as_user(office.clerk):
        assert selectors.retiring(make.JIUTAI) == []  # fifty only in July
    _span(other, "cadre", month(1985, 1))
    make.on(date(2001, 6, 1))
    with make.as_user(office.clerk):
        (row,) = selectors.retiring(make.JIUTAI)
        assert (row.worker_id, row.identity, row.age, row.reached) == (
            office.worker.pk, "cadre", 55, date(2001, 7, 22),
        )  # fmt: skip
    _special(other, "toxic", month(1980, 1), month(1985, 6))
    _special(office.worker, "toxic", month(1986, 1), month(1988, 6))
    _born(office.worker, date(1951, 7, 22))
    make.on(date(1996, 6, 1))
    with make.as_user(office.clerk):
        (row,) = selectors.retiring(make.JIUTAI)
        assert (row.category, row.age) == ("special", 45)


def test_months_account_and_wage_are_those_of_the_record(office: Office) -> None:
    with make.as_user(office.clerk):
        told = recorded(office.worker, database_policy(), TODAY)
        assert told.person is not None
        assert (told.person.months, told.person.wage) == (120 + 2 + 60, Decimal("498.33"))
        assert told.person.account is not None
        assert told.person.account > Decimal("1000.00")
        found = estimate(told.person, database_policy(), TODAY)
    # January and February counted, March to July are to come
    assert (found.first_month, found.service_years) == (date(1996, 8, 1), Decimal("15.58"))
    assert found.of("UNIFIED_1997").monthly is not None


def test_who_has_just_joined_is_reckoned_with_the_wage_that_is_approved(db: None) -> None:
    make.open_year()
    works = make.employer(["512.00"])
    (number,) = make.workers_of(works)
    make.on(date(1996, 1, 6))
    with make.as_user(make.person(Role.CLERK)):
        told = recorded(Worker.objects.get(pk=number), database_policy(), date(1996, 1, 6))
    assert told.person is not None
    assert told.person.wage == Decimal("512.00")


def test_the_page_says_where_each_fact_stands(office: Office, client: Client) -> None:
    other = _merged(office)
    _special(other, "toxic", month(1980, 1), month(1985, 6))
    _span(office.worker, "cadre", month(1985, 1))
    client.force_login(office.clerk)
    page = reverse("pension:estimate_of", args=[office.worker.pk])
    assert page in client.get(reverse("enrollment:worker", args=[office.worker.pk])).content.decode()
    shown = client.get(page, {"standard_wage": "300"})
    assert shown.status_code == 200
    html = shown.content.decode()
    assert "特岗证7号" in html
    assert "任命书" in html
    told = client.get(reverse("trace", args=["retirement", office.worker.pk]) + "?format=json").json()
    assert told["amount"] == "2001-08"
    assert len(told["facts"]) == len(shown.context["facts"])
    assert client.get(page, {"standard_wage": "-1"}).status_code == 200
    client.force_login(make.person(Role.CLERK, make.TONGYU))
    assert client.get(page).status_code == 404
    assert client.get(reverse("trace", args=["retirement", office.worker.pk])).status_code == 404
    client.force_login(registry.person("clerk", make.YUSHU))  # where the merged record stands
    assert client.get(page).status_code == 404
