"""Who reaches pensionable age: the statement over sets says of everybody what the calculator says of one (PEN-11)."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment.models import Worker
from enrollment.people import IdentitySpan, SpecialWork, SpecialWorkKind
from jilin_si.access.models import Role, User
from jilin_si.agencies.clock import set_today
from jilin_si.periods import add_months, month, months_between, period_of
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
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
    for identity in ("cadre", "worker"):  # the identity on the day on which its own age is reached
        found = reckoned(category, identity)
        reached = date.fromisoformat(str(found["reaches_age_on"]))
        then = [span.identity for span in spans if span.first_period <= reached]
        if (then[-1] if then else worker.identity) == identity and first <= reached <= last:
            first_month = date.fromisoformat(f"{found['first_pension_month']}-01")
            return category, int(found["age"]), reached, first_month
    return None


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
