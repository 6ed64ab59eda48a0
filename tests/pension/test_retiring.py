"""Who reaches pensionable age: the statement over sets says of everybody what the calculator says of one (PEN-11)."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment.models import Employer, Employment, Worker
from enrollment.people import IdentitySpan, SpecialWork, SpecialWorkKind
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from jilin_si.periods import add_months, month, months_between, period_of
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
from pension.estimate.of_worker import age_of
from pension.retiring import selectors
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
TODAY = date(1996, 2, 10)
PEOPLE = 90


@pytest.fixture
def office() -> User:
    with as_owner():
        set_today(TODAY)
    return make.person(Role.CLERK, name="王淑琴")


def _people(clerk: User, most: int = 8) -> list[int]:
    """People about the ages of the rule, a third of them with years of special work, some cadres since lately."""
    chosen = random.Random(1978)
    with make.as_user(clerk):
        works = make.employer(clerk)
        births = [date(1936, 2, 29), date(1946, 2, 28), date(1936, 2, 10), date(1936, 2, 9)]
        while len(births) < most:
            age = chosen.choice((45, 50, 55, 60))
            births.append(date(1996 - age, 3, 1) + timedelta(days=chosen.randrange(-25, 95)))
        employed = [
            make.worker(
                clerk, works, name="陈国富", first_period=month(1992, 1),
                identity_number=make.identity_number(birth, chosen.choice("MF"), area="220104"),
                identity=chosen.choice(("worker", "worker", "cadre")),
            )
            for birth in births
        ]  # fmt: skip
        for employment in employed:
            if chosen.random() < 0.35:
                first = add_months(month(1996, 1), -12 * chosen.choice((8, 9, 10, 12)))
                SpecialWork.objects.create(
                    worker_id=employment.worker_id, kind=chosen.choice(SpecialWorkKind.values),
                    first_period=first, last_period=chosen.choice((None, month(1996, 12), month(1995, 6))),
                    document="特岗证",
                )  # fmt: skip
            if chosen.random() < 0.1:
                IdentitySpan.objects.create(
                    worker_id=employment.worker_id, identity="cadre", first_period=month(1995, 1)
                )
    return [employment.worker_id for employment in employed]


def _by_the_rule(worker: Worker, first: date, last: date) -> tuple[str, int, date, date] | None:
    """The calculator for this person, in the category that the years of special work give at the early age."""
    policy = database_policy()
    years = {kind: int(years) for kind, years in policy.value("pension.special_work_years")}
    spans = sorted(worker.identities.all(), key=lambda span: span.first_period)

    def reckoned(category: str, identity: str) -> dict[str, Any]:
        told = {"birth": worker.birth_date, "sex": worker.sex, "identity": identity, "category": category}
        return dict(calculate("pension.retirement_age", told, policy=policy).outputs)

    early = date.fromisoformat(str(reckoned("special", "worker")["reaches_age_on"]))
    done = any(
        work.first_period <= early
        and months_between(work.first_period, min(work.last_period or early, period_of(early)))
        >= 12 * years[work.kind]
        for work in worker.special_work.all()
    )
    category = "special" if done else "normal"
    told: dict[str, dict[str, Any]] = {each: reckoned(category, each) for each in ("worker", "cadre")}

    def then(on: str) -> str:
        rows = [span.identity for span in spans if span.first_period.isoformat() <= on]
        return rows[-1] if rows else worker.identity

    own = [each for each in told if then(str(told[each]["reaches_age_on"])) == each] or [then("9999-12-31")]
    found = min((told[each] for each in own), key=lambda each: str(each["reaches_age_on"]))
    reached = date.fromisoformat(str(found["reaches_age_on"]))
    if not first <= reached <= last:
        return None
    return category, int(found["age"]), reached, date.fromisoformat(f"{found['first_pension_month']}-01")


def test_the_list_says_of_everybody_what_the_rule_says_of_one(office: User) -> None:
    people = _people(office, PEOPLE)
    with make.as_user(office):
        found = {
            row.worker_id: (row.category, row.age, row.reached, row.first_month)
            for row in selectors.retiring(make.JIUTAI)
        }
        first, last = selectors.window()
        expected = {
            worker.pk: told
            for worker in Worker.objects.filter(pk__in=people).prefetch_related("identities", "special_work")
            if (told := _by_the_rule(worker, first, last))
        }
        assert found == expected
        assert {category for category, *_rest in found.values()} == {"normal", "special"}
        assert {age for _category, age, *_rest in found.values()} == {45, 50, 55, 60}
        count, coming = selectors.count_and_next(make.JIUTAI)
        assert count == len(found)
        assert [row[-1] for row in coming] == sorted(row[2] for row in found.values())[:5]
        assert len(selectors.named(coming)) == 5
        assert (first, last) == (TODAY, date(1996, 5, 31))
        passed = selectors.retiring(make.JIUTAI, {"when": "passed"})
        assert passed
        assert all(row.reached < TODAY for row in passed)


def _histories(works: Employer, seed: int, most: int) -> None:
    """People whose identity changes and whose special work lies around the ages of the rule, some with two records."""
    chosen = random.Random(seed)

    def near(birth: date) -> date:
        return period_of(birth + timedelta(days=round(365.25 * chosen.uniform(43, 57))))

    def number(place: int) -> str:
        return f"2201{seed:02d}9{place:011d}"

    births = [
        date(1996 - chosen.choice((45, 50, 52, 55, 55, 60)), 3, 1)
        + timedelta(days=chosen.randrange(-400, 400))
        for _place in range(most)
    ]
    births[:3] = [date(1946, 2, 28), date(1936, 2, 29), date(1940, 2, 29)]
    made = Worker.objects.bulk_create(
        Worker(
            identity_number=number(place), identity_key=number(place), name="朴英姬", pinyin="", initials="",
            sex=chosen.choice("FFM"), birth_date=births[place // 2 if place >= most else place],
            category="permanent", identity=chosen.choice(("worker", "cadre")), deemed_months=0,
        )
        for place in range(most + most // 4)
    )  # fmt: skip
    Employment.objects.bulk_create(
        Employment(
            worker=worker, employer=works, county_id=works.county_id, first_period=month(1985 + place // most * -5, 1),
            last_period=month(1982, 1) if place >= most else None, leave_reason="resigned" if place >= most else "",
        )
        for place, worker in enumerate(made)
    )  # fmt: skip
    for place, other in enumerate(made[most:]):
        Worker.objects.filter(pk=other.pk).update(merged_into=made[place])
    spans, stretches = [], []
    for worker in made:
        months = {near(worker.birth_date) for _row in range(chosen.choice((0, 0, 1, 2, 3, 4)))}
        spans += [
            IdentitySpan(worker=worker, identity=chosen.choice(("worker", "cadre")), first_period=first)
            for first in months
        ]
        if chosen.random() < 0.3:
            first = add_months(period_of(worker.birth_date), 12 * chosen.randrange(20, 40))
            last = add_months(first, chosen.choice((95, 96, 107, 108, 119, 120, 200)) - 1)
            stretches.append(
                SpecialWork(
                    worker=worker, kind=chosen.choice(SpecialWorkKind.values), first_period=first,
                    last_period=last, document="特岗证",
                )
            )  # fmt: skip
    IdentitySpan.objects.bulk_create(spans)
    SpecialWork.objects.bulk_create(stretches)


@pytest.mark.parametrize("seed", range(4))
def test_the_list_says_of_everybody_what_the_estimate_says_of_one(office: User, seed: int) -> None:
    """The same person, day, age, identity and category, before today and ahead, whatever changed around the ages."""
    with make.as_user(office):
        works = make.employer(office)
    with as_owner(), acting_as(everything()):
        _histories(works, seed, 120)
    policy = database_policy()
    with make.as_user(office):
        told = {}
        for worker in Worker.objects.filter(merged_into__isnull=True):
            found, identity, category = age_of(worker, policy)
            told[worker.pk] = (
                identity, category, int(found["age"]), date.fromisoformat(str(found["reaches_age_on"])),
                str(found["first_pension_month"]),
            )  # fmt: skip
        assert len(told) == 120
        listed = 0
        for when in ("coming", "passed"):
            first, last = selectors.window(when)
            rows = {
                row.worker_id: (row.identity, row.category, row.age, row.reached, f"{row.first_month:%Y-%m}")
                for row in selectors.retiring(make.JIUTAI, {"when": when})
            }
            assert rows == {pk: each for pk, each in told.items() if first <= each[3] <= last}
            listed += len(rows)
        assert listed > 40


@pytest.mark.parametrize(
    ("identity", "since", "listed"),
    [
        (
            "cadre",
            (("worker", 1996, 2),),
            ("worker", 50),
        ),  # a cadre who is a worker in the month of her fiftieth
        (
            "cadre",
            (("worker", 1996, 4),),
            ("worker", 50),
        ),  # only after it: neither on its day, a worker at last
        ("worker", (("cadre", 1996, 3),), None),  # a cadre in time: 55, far ahead
        ("worker", (("cadre", 1996, 4),), ("worker", 50)),  # a cadre too late
    ],
)
def test_who_changes_around_fifty_is_listed_once_and_rightly(
    office: User, identity: str, since: tuple[tuple[str, int, int], ...], listed: tuple[str, int] | None
) -> None:
    with make.as_user(office):
        works = make.employer(office)
        employment = make.worker(
            office, works, name="王桂芝", first_period=month(1992, 1), identity=identity,
            identity_number=make.identity_number(date(1946, 3, 15), "F", area="220104"),
        )  # fmt: skip
        for word, year, number in since:
            IdentitySpan.objects.create(
                worker_id=employment.worker_id, identity=word, first_period=month(year, number)
            )
        rows = [
            (row.identity, row.age, row.reached)
            for when in ("coming", "passed")
            for row in selectors.retiring(make.JIUTAI, {"when": when})
        ]
    assert rows == ([(*listed, date(1996, 3, 15))] if listed else [])


def test_another_county_is_told_nothing(office: User) -> None:
    _people(office)
    with make.as_user(make.person(Role.CLERK, make.YUSHU)):
        assert selectors.retiring(make.JIUTAI) == []
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from reaching_age(%s, '1990-01-01', '2000-01-01', '[]', '[]')", [make.JIUTAI]
            )
            assert cursor.fetchone() == (0,)


def test_the_page_and_the_desk_show_who_comes(office: User) -> None:
    _people(office)
    browser = Client()
    browser.force_login(office)
    for language in ("zh-hans", "en"):
        browser.cookies["django_language"] = language
        page = browser.get(reverse("pension:retiring") + "?sort=-reached").content.decode()
        assert "陈国富" in page
        assert "220104195" not in page  # numbers are masked
        assert reverse("pension:retiring") in browser.get(reverse("desk")).content.decode()
