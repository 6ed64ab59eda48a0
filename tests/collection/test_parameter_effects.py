"""What another value would make of the last assessed month is what the rules make of it, worker by worker."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from queue import Empty
from typing import Any

import pytest
from django.db import connection

from collection.parameter_effects import LastMonth
from enrollment.models import Employer
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, scope_of
from jilin_si.celery import app
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
from jilin_si.policy.lookup import Policy, What
from jilin_si.policy.tasks import report_effect
from jilin_si.policy.what_if import Question, effect_on_month, work_out
from tests.collection import factories as make
from tests.policy.pages import signed_in
from tests.roles import as_owner

MONTH = LastMonth()
WAGES = {"works": ("498.33", "120.00", "607.00", "2500.00"), "mill": ("351.24", "369.17", "415.50")}


@pytest.fixture
def province(db: None) -> User:
    """Two units with an employer each; January to March are assessed."""
    make.open_year(make.JIUTAI, make.YUSHU)
    make.employer(WAGES["works"], name="机械配件厂", retirees=7, retiree_cost="3521.40")
    make.employer(WAGES["mill"], name="造纸厂", county_id=make.YUSHU, trade_class=2)
    for county in (make.JIUTAI, make.YUSHU):
        make.assess(make.JANUARY, make.FEBRUARY, make.MARCH, county_id=county)
    return make.person(Role.PROVINCE, 220000)


def worked_out(
    user: User, code: str, written: str, agency_id: int | None = None
) -> dict[str, dict[int, Any]]:
    """The effect of a value everywhere, or at one place: line.part → county → row."""
    with acting_as(scope_of(user)):
        base = database_policy()
        tried = base.override({code: What(written, agency_id=agency_id)})
        period, counties = MONTH.last_month() or (make.MARCH, [])
        parts = MONTH.parts(base, tried, period, counties)
        found = {county: MONTH.work(base, tried, period, county) for county in counties}
    return {part.name: {county: found[county][part.name] for county in part.counties} for part in parts}


def credited(policy: Policy, wage: str) -> dict[str, Decimal]:
    """One worker's own part and what is moved, by the calculators."""
    base = calculate(
        "pension.contribution_base",
        {
            "last_year_wages": Decimal(wage) * 12, "months_worked": 12,
            "local_avg_monthly_wage": policy.value("local_avg_wage", make.MARCH),
            "cap_multiple": policy.value("pension.base_cap", make.MARCH),
            "floor_multiple": policy.value("pension.base_floor", make.MARCH),
        },
        policy=policy,
    )["base"]  # fmt: skip
    found = calculate(
        "pension.account_credit",
        {
            "base": base, "local_avg_monthly_wage": policy.value("local_avg_wage", make.MARCH),
            "own_rate": policy.value("pension.individual_rate", make.MARCH),
            "transfer_rate": policy.value("account.transfer_on_base", make.MARCH),
            "local_avg_rate": policy.value("account.transfer_on_local_avg", make.MARCH),
        },
        policy=policy,
    )  # fmt: skip
    return {"own": found["own_part"], "moved": found["unit_part_on_base"] + found["unit_part_on_local_avg"]}


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("pension.individual_rate", "0.03"),
        ("pension.base_floor", "0.70"),
        ("pension.base_cap", "2.00"),
        ("local_avg_wage", "400.00"),
        ("account.transfer_on_base", "0.08"),
        ("account.transfer_on_local_avg", "0.06"),
    ],
)
def test_own_parts_and_credits_are_those_of_the_calculators(province: User, code: str, written: str) -> None:
    found = list(worked_out(province, code, written).items())
    base = database_policy()
    tried = base.override({code: What(written)})
    assert found
    for name, rows in found:
        part = name.partition(".")[2]
        for county, wages in ((make.JIUTAI, WAGES["works"]), (make.YUSHU, WAGES["mill"])):
            before = [credited(base, wage)[part] for wage in wages]
            after = [credited(tried, wage)[part] for wage in wages]
            row = rows[county]
            assert (row.before, row.after) == (sum(before), sum(after)), (name, county)
            assert row.people == sum(one != two for one, two in zip(before, after, strict=True))


def test_employers_parts_are_those_of_the_calculator(province: User) -> None:
    (rows,) = worked_out(province, "pension.unit_rate", "0.20").values()
    tried = database_policy().override({"pension.unit_rate": "0.20"})
    for policy, name in ((database_policy(), "before"), (tried, "after")):
        due = calculate(
            "pension.unit_contribution",
            {
                "month": make.MARCH,
                "contribution_wages": sum(map(Decimal, WAGES["works"])),
                "retiree_cost": "3521.40",
            },
            policy=policy,
        )["unit_contribution"]
        assert getattr(rows[make.JIUTAI], name) == due
    assert (rows[make.JIUTAI].employers, rows[make.JIUTAI].people) == (1, 4)


def test_a_rate_of_one_risk_class_touches_only_its_employers(province: User) -> None:
    (rows,) = worked_out(province, "inj.industry_rate.2", "0.010").values()
    assert (rows[make.JIUTAI].employers, rows[make.JIUTAI].people) == (0, 0)
    assert (rows[make.YUSHU].employers, rows[make.YUSHU].people) == (1, 3)


def test_a_value_at_one_place_touches_only_that_place(province: User) -> None:
    (rows,) = worked_out(province, "pension.unit_rate", "0.20", make.YUSHU).values()
    assert set(rows) == {make.YUSHU}


def test_a_corrected_wage_counts_as_it_is_now(province: User) -> None:
    april = make.month(1996, 4)
    with acting_as(scope_of(province)):
        employer = Employer.objects.get(county_id=make.JIUTAI)
    make.corrected(employer, make.workers_of(employer)[0], "500.00", make.JANUARY, april)
    make.assess(april)
    rows = worked_out(province, "pension.individual_rate", "0.03")
    own = rows["pension.own"]
    base = database_policy()
    tried = base.override({"pension.individual_rate": "0.03"})
    wages = ("500.00", *WAGES["works"][1:])
    assert own[make.JIUTAI].before == sum(credited(base, wage)["own"] for wage in wages)
    assert own[make.JIUTAI].after == sum(credited(tried, wage)["own"] for wage in wages)
    assert own[make.JIUTAI].people == len(wages)


def test_a_parameter_of_benefits_has_no_part_in_a_month(province: User) -> None:
    assert worked_out(province, "death.funeral", "3") == {}


def test_a_clerk_sees_the_effect_in_his_own_unit_alone(province: User) -> None:
    clerk = make.person(Role.CLERK, make.YUSHU)
    for rows in worked_out(clerk, "pension.individual_rate", "0.03").values():
        assert set(rows) == {make.YUSHU}


def test_the_page_sends_the_counties_to_the_queue_and_ends_with_the_sums(province: User) -> None:
    client = signed_in(province)
    address = "/policy/parameters/pension.unit_rate/what-if/?value=20&agency=220000"
    assert 'hx-trigger="load"' in client.get(address).content.decode()
    before = everything_booked()
    line = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<b>0</b> / 2" in line
    first, second = tasks_waiting()
    for arguments, done in ((first, 1), (second, 2)):
        assert "hx-trigger" in line
        with as_owner():
            report_effect(*arguments)
        line = client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert done == 2 or "<b>1</b> / 2" in line
    assert "employers&#x27; part" in line or "employers' part" in line
    assert "Jiutai" in line
    assert "hx-trigger" not in line
    assert everything_booked() == before


def tasks_waiting() -> list[list[Any]]:
    """What the tasks that wait in the queue of reports were sent with."""
    found = []
    with app.connection_for_read() as broker:
        queue = broker.SimpleQueue("reports")
        with suppress(Empty):
            while True:
                message = queue.get(block=False)
                message.ack()
                found.append(message.payload[0])
    return found


def everything_booked() -> list[int]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from collection_bill), (select count(*) from ledger_posting),"
            " (select count(*) from jobs_jobunit), (select count(*) from policy_parametervalue)"
        )
        return list(cursor.fetchone())


def test_a_task_delivered_twice_or_late_does_no_harm(province: User) -> None:
    with acting_as(scope_of(province)):
        base = database_policy()
        effect_on_month("pension.unit_rate", "0.19", 220000, base)
        question = Question("pension.unit_rate", "0.19", 220000, base.stamp, make.MARCH)
        with as_owner():
            for _time in range(2):
                work_out(question, make.JIUTAI)
            work_out(replace(question, stamp="of yesterday"), make.YUSHU)
        assert effect_on_month("pension.unit_rate", "0.19", 220000, base).done == 1


@pytest.mark.parametrize(
    ("value", "said"), [("", "required"), ("much", "is not a percentage"), ("90", "allowed is")]
)
def test_a_wrong_value_is_said(province: User, value: str, said: str) -> None:
    response = signed_in(province).get(
        f"/policy/parameters/pension.unit_rate/what-if/?value={value}&agency=220000"
    )
    assert response.status_code == 422
    assert said in response.content.decode()
