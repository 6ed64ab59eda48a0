"""The public estimate: open to everybody, right by the rules, and nothing of it is kept."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jilin_si.policy.calculators import calculate
from jilin_si.policy.lookup import Policy, file_policy
from pension.estimate.reckoning import (
    OLD,
    PLAN1,
    UNIFIED,
    Person,
    estimate,
    higher_base,
    one_more_year,
)

TODAY = date(1996, 6, 12)
WANG = Person(date(1946, 7, 22), "F", "worker", "normal", Decimal(28), Decimal("498.33"))
YOUNG = Person(date(1976, 3, 5), "M", "worker", "normal", Decimal("0.5"), Decimal("320.00"))
ASKED = {
    "birth": "1946-07-22", "sex": "F", "identity": "worker", "category": "normal", "years": "28", "wage": "498.33",
    "account": "", "standard_wage": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def policy() -> Policy:
    return file_policy()


# ── what it reckons ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_first_month_is_that_after_the_age(policy: Policy) -> None:
    found = estimate(WANG, policy, TODAY)
    assert (found.age, found.reaches_age_on, found.first_month) == (50, date(1996, 7, 22), date(1996, 8, 1))
    assert found.regime == PLAN1
    assert estimate(replace(WANG, identity="cadre"), policy, TODAY).first_month == date(2001, 8, 1)
    assert estimate(replace(WANG, sex="M"), policy, TODAY).first_month == date(2006, 8, 1)


def test_who_has_reached_the_age_may_begin_next_month(policy: Policy) -> None:
    found = estimate(replace(WANG, birth=date(1940, 1, 1), years=Decimal(30)), policy, TODAY)
    assert found.late
    assert found.first_month == date(1996, 7, 1)


def test_a_guessed_account_is_the_credit_of_each_month_since_accounts_began(policy: Policy) -> None:
    found = estimate(WANG, policy, TODAY)
    credit = calculate(
        "pension.account_credit",
        {
            "base": "498.33", "local_avg_monthly_wage": policy.value("local_avg_wage", TODAY),
            "own_rate": "0.02", "transfer_rate": "0.09", "local_avg_rate": "0.05",
        },
        policy=policy,
    )["total_credit"]  # fmt: skip
    assert credit == Decimal("73.28")
    assert found.account_is_guessed
    assert found.account == 13 * credit  # July 1995 to July 1996


def test_an_account_that_is_known_is_taken(policy: Policy) -> None:
    found = estimate(replace(WANG, account=Decimal("1000.00")), policy, TODAY)
    assert not found.account_is_guessed
    assert found.account == Decimal("1000.00") + 2 * Decimal("73.28")


def test_the_three_schemes_answer_as_their_calculators(policy: Policy) -> None:
    found = estimate(WANG, policy, TODAY)
    assert found.of(OLD).monthly == Decimal("498.33") * 75 / 100 + 12 + Decimal("0.0025")
    by_plan1 = calculate(
        "pension.benefit_1995_projected",
        {
            "balance": found.account, "account_years": found.account_years, "deemed_years": found.earlier_years,
            "coefficient": policy.value("plan1.coef"),
        },
        policy=policy,
    )["monthly"]  # fmt: skip
    assert found.of(PLAN1).parts[0][1] == by_plan1
    assert found.of(PLAN1).monthly == found.of(OLD).monthly  # made up in the transition
    assert found.of(UNIFIED).monthly == sum((sum_ for _name, sum_ in found.of(UNIFIED).parts), Decimal(0))


def test_after_the_transition_nothing_is_made_up(policy: Policy) -> None:
    found = estimate(replace(WANG, identity="cadre"), policy, TODAY)
    assert len(found.of(PLAN1).parts) == 1


def test_a_new_entrant_has_no_transitional_part(policy: Policy) -> None:
    found = estimate(YOUNG, policy, TODAY)
    assert found.earlier_years == 0
    assert len(found.of(UNIFIED).parts) == 2
    assert (
        found.of(PLAN1).monthly
        == calculate("pension.benefit_1995_new", {"account_balance": found.account}, policy=policy)["monthly"]
    )


def test_too_few_years_give_the_account_once_and_say_why(policy: Policy) -> None:
    found = estimate(replace(WANG, birth=date(1946, 7, 22), years=Decimal(5)), policy, TODAY)
    for regime in (PLAN1, UNIFIED):
        assert found.of(regime).monthly is None
        assert found.of(regime).lump_sum == found.account
        assert found.of(regime).reason
    assert found.of(OLD).monthly is None
    assert found.of(OLD).reason


def test_ten_years_are_enough_for_who_began_before_the_scheme(policy: Policy) -> None:
    found = estimate(replace(WANG, years=Decimal(11)), policy, TODAY)
    assert found.of(UNIFIED).monthly is not None


def test_more_years_and_a_higher_base_never_mean_less(policy: Policy) -> None:
    for person in (WANG, YOUNG, replace(WANG, identity="cadre"), replace(WANG, wage=Decimal("1500.00"))):
        found = estimate(person, policy, TODAY)
        for change in [
            *one_more_year(person, found, policy, TODAY),
            *higher_base(person, found, policy, TODAY),
        ]:
            assert change.difference is None or change.difference >= 0, (person, change)


def test_a_higher_wage_changes_nothing_that_is_in_the_account_already(policy: Policy) -> None:
    found = estimate(WANG, policy, TODAY)
    higher = next(c for c in higher_base(WANG, found, policy, TODAY) if c.regime == UNIFIED)
    whole = estimate(replace(WANG, wage=Decimal("548.16")), policy, TODAY).of(UNIFIED).monthly
    assert higher.monthly is not None
    assert whole is not None
    assert higher.monthly < whole


def test_over_the_cap_a_higher_wage_changes_only_the_old_pension(policy: Policy) -> None:
    rich = replace(WANG, identity="cadre", wage=Decimal("3000.00"))
    found = estimate(rich, policy, TODAY)
    changes = {change.regime: change.difference for change in higher_base(rich, found, policy, TODAY)}
    assert changes[UNIFIED] == 0
    assert changes[OLD] is not None
    assert changes[OLD] > 0


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def visitor(db: None) -> Client:
    return Client(headers={"accept-language": "en"})


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_it_is_open_to_everybody_and_named_on_the_sign_in_page(visitor: Client) -> None:
    assert visitor.get("/estimate/").status_code == 200
    assert 'href="/estimate/"' in text_of(visitor.get("/account/login/"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_answer_shows_month_reason_and_three_schemes(db: None, language: str) -> None:
    client = Client(headers={"accept-language": language})
    page = text_of(client.post("/estimate/", ASKED))
    assert "1996-08" in page
    assert page.count('class="scheme') == 3
    assert "385.75" in page
    assert ("Women workers retire at 50" in page) == (language == "en")


def test_nothing_is_written(visitor: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        visitor.post("/estimate/", ASKED)
    written = [q["sql"] for q in asked if re.match(r"\s*(insert|update|delete)", q["sql"], re.I)]
    assert written == []
    assert "sessionid" not in visitor.cookies


def test_no_cache_keeps_it(visitor: Client) -> None:
    assert "no-store" in visitor.post("/estimate/", ASKED)["Cache-Control"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"birth": ""}, "required"),
        ({"birth": "46-07-22"}, "is not a day"),
        ({"birth": "1996-01-01"}, "years old"),
        ({"birth": "1850-01-01"}, "years old"),
        ({"sex": "X"}, "valid choice"),
        ({"years": "60.5"}, "60"),
        ({"years": "-1"}, "0"),
        ({"years": "many"}, "number"),
        ({"years": "40"}, "at most"),
        ({"wage": "0"}, "above zero"),
        ({"wage": "-5"}, "cannot be negative"),
        ({"wage": "five"}, "is not an amount"),
        ({"account": "-1"}, "cannot be negative"),
    ],
)
def test_a_wrong_answer_is_said_at_its_question(visitor: Client, changed: dict[str, str], said: str) -> None:
    response = visitor.post("/estimate/", ASKED | changed)
    assert response.status_code == 422
    page = text_of(response)
    assert said in page
    assert 'aria-invalid="true"' in page
    assert 'class="scheme' not in page


def test_as_one_types_a_wrong_answer_is_no_failure(visitor: Client) -> None:
    response = visitor.post("/estimate/", ASKED | {"wage": ""}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert 'class="scheme' not in text_of(response)
