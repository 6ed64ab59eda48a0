"""What another value would make of the last assessed month is what the rules make of it, worker by worker."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from collection.parameter_effects import effects_on_last_month
from enrollment.models import Employer
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, scope_of
from jilin_si.policy import effects
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
from jilin_si.policy.lookup import Policy, What
from tests.collection import factories as make
from tests.policy.pages import signed_in

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
    """The effect of a value everywhere, or at one place: title → county → row."""
    with acting_as(scope_of(user)):
        base = database_policy()
        plans = effects_on_last_month(code, base, base.override({code: What(written, agency_id=agency_id)}))
        return {
            str(plan.title).rpartition(":")[2].strip(): {
                row.county_id: row for row in plan.work(plan.counties)
            }
            for plan in plans
        }


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
    for title, rows in found:
        part = "moved" if "account" in title or "账户" in title else "own"
        for county, wages in ((make.JIUTAI, WAGES["works"]), (make.YUSHU, WAGES["mill"])):
            before = [credited(base, wage)[part] for wage in wages]
            after = [credited(tried, wage)[part] for wage in wages]
            row = rows[county]
            assert (row.before, row.after) == (sum(before), sum(after)), (title, county)
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
    assert rows[make.JIUTAI].people == 1


def test_a_rate_of_one_risk_class_touches_only_its_employers(province: User) -> None:
    (rows,) = worked_out(province, "inj.industry_rate.2", "0.010").values()
    assert rows[make.JIUTAI].people == 0
    assert rows[make.YUSHU].people == 1


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
    (own,) = (row for title, row in rows.items() if "own" in title or "个人" in title or "本人" in title)
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


def test_the_page_works_turn_by_turn_and_ends_with_the_sums(
    province: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "COUNTIES_AT_ONCE", 1)
    monkeypatch.setattr(effects, "SECONDS_A_TURN", 0.0)
    client = signed_in(province)
    address = "/policy/parameters/pension.unit_rate/what-if/?value=20&agency=220000"
    assert 'hx-trigger="load"' in client.get(address).content.decode()
    turn = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<b>0</b> / 2" in turn
    monkeypatch.setattr(effects, "SECONDS_A_TURN", 5.0)
    done = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "employers&#x27; part" in done or "employers' part" in done
    assert "Jiutai" in done
    assert "hx-trigger" not in done


@pytest.mark.parametrize(
    ("value", "said"), [("", "required"), ("much", "is not a percentage"), ("90", "allowed is")]
)
def test_a_wrong_value_is_said(province: User, value: str, said: str) -> None:
    response = signed_in(province).get(
        f"/policy/parameters/pension.unit_rate/what-if/?value={value}&agency=220000"
    )
    assert response.status_code == 422
    assert said in response.content.decode()
