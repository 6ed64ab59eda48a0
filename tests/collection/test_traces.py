"""Every figure explains itself, and what it explains is what was booked: worked out again from the facts."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from collection.selectors.accounts import account_of
from collection.selectors.people import worker_months
from enrollment.models import Employer
from jilin_si.access.models import Role, User
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import format_period, month
from tests.collection import factories as make

APRIL, MAY = month(1996, 4), month(1996, 5)
EDGES = ("221.49", "221.50", "221.51", "1107.50", "1107.51", "1107.52", "0.01", "333.25")


@pytest.fixture
def clerk(db: None) -> User:
    make.open_year(make.JIUTAI)
    return make.person(Role.CLERK)


@pytest.fixture
def county(clerk: User) -> list[Employer]:
    """Employers with random facts over five months: corrections both ways, leavers, late and partial money, surplus."""
    chance = random.Random(1996)

    def wages(number: int) -> list[str]:
        return [f"{chance.lognormvariate(6.0, 0.5):.2f}" for _ in range(number)]

    made = [
        make.employer(
            [*EDGES, *wages(12)], lines=make.ALL_LINES, retirees=9, retiree_cost="1234.56", trade_class=5
        ),
        make.employer(wages(7), lines=["pension", "injury"], retirees=2, retiree_cost="77.77", trade_class=2),
        make.employer(wages(5), lines=["unemployment", "medical", "maternity"]),
        make.employer(wages(9), lines=make.ALL_LINES, trade_class=1),
    ]
    for period in (make.JANUARY, make.FEBRUARY, make.MARCH, APRIL, MAY):
        if period == make.MARCH:
            for employer in made[:2]:
                people = make.workers_of(employer)
                make.corrected(employer, people[0], "900.00", make.JANUARY, period)
                make.corrected(employer, people[1], "200.00", make.FEBRUARY, period)
                make.left(employer, people[2], make.JANUARY, period)
        if period == APRIL:
            make.left(made[3], make.workers_of(made[3])[0], make.JANUARY, period)
        make.assess(period)
        for employer in made:
            for _payment in range(chance.randint(0, 2)):
                day = period.replace(day=chance.randint(2, 27))
                make.pay(employer, f"{chance.uniform(50, 3000):.2f}", day, settle=False)
        make.settled(period, period.replace(day=28))
    make.pay(made[1], "20000.00", date(1996, 5, 29), line="pension")
    make.on(date(1996, 5, 30))
    return made


def explained(client: Client, kind: str, key: object) -> dict[str, Any]:
    answer = client.get(reverse("trace", args=[kind, str(key)]), {"format": "json"})
    assert answer.status_code == 200, (kind, key)
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def client_of_clerk(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def test_every_bill_of_every_line_is_worked_out_again_to_the_fen(
    county: list[Employer], client_of_clerk: Client
) -> None:
    bills = make.rows(
        "select bill_id, line, unit_due_fen, own_due_fen, wage_fen, due_period < recorded_in from collection_bill"
    )
    assert {line for _id, line, *_rest in bills} == set(make.ALL_LINES)
    assert any(late and unit < 0 for _id, _line, unit, _own, _wage, late in bills)
    assert any(late and unit > 0 for _id, _line, unit, _own, _wage, late in bills)
    for bill, line, unit, own, wage, _late in bills:
        page = explained(client_of_clerk, "bill_unit", bill)
        assert page["recomputed"] is True, (bill, line)
        assert page["amount"] == page["total"]["rounded"] == format_yuan(Decimal(unit) / 100)
        assert page["parameters"], (bill, line)
        assert all(parameter["since"] and parameter["version"] for parameter in page["parameters"])
        assert page["documents"]
        page = explained(client_of_clerk, "bill_wages", bill)
        assert (page["recomputed"], page["amount"]) == (True, format_yuan(Decimal(wage) / 100))
        if line == "pension":
            page = explained(client_of_clerk, "bill_own", bill)
            assert (page["recomputed"], page["amount"]) == (True, format_yuan(Decimal(own) / 100))
        assert explained(client_of_clerk, "bill_paid", bill)["recomputed"] is True


def test_the_parts_of_a_sum_are_the_sum(county: list[Employer], client_of_clerk: Client) -> None:
    (bill,) = make.rows(
        "select bill_id from collection_bill where employer_id = %s and line = 'pension' order by 1 limit 1",
        [county[0].pk],
    )[0]
    page = explained(client_of_clerk, "bill_own", bill)
    parts = [Decimal(part["rounded"].replace(",", "").replace("\u2212", "-")) for part in page["parts"]]
    assert format_yuan(sum(parts, ZERO)) == page["amount"]
    link = page["parts"][0]["link"]
    assert link["trace"] is True
    assert (
        client_of_clerk.get(link["url"], {"format": "json"}).json()["amount"] == page["parts"][0]["rounded"]
    )


def test_every_receipt_went_where_the_rule_sends_it(county: list[Employer], client_of_clerk: Client) -> None:
    receipts = make.rows("select receipt_id, credit_of is not null from collection_receipt")
    assert {is_note for _id, is_note in receipts} == {True, False}
    for receipt, _note in receipts:
        page = explained(client_of_clerk, "receipt", receipt)
        assert page["recomputed"] is True, receipt
        assert page["path"]


def test_every_worker_month_is_what_the_rule_gives(
    county: list[Employer], clerk: User, client_of_clerk: Client
) -> None:
    seen = 0
    for worker in make.workers_of(county[0]) + make.workers_of(county[1]):
        with make.as_user(clerk):
            months = worker_months(worker, [1996])
        for each in months[:2]:
            for kind, amount in (
                ("person_base", each.base),
                ("person_own", each.own),
                ("person_credit", each.credit),
            ):
                if each.state == "not_insured":
                    continue
                page = explained(client_of_clerk, kind, each.trace_key)
                assert (page["recomputed"], page["amount"]) == (True, format_yuan(amount)), each.trace_key
                assert all(parameter["confidence"] for parameter in page["parameters"])
                seen += 1
    assert seen > 100


def test_the_worked_example_of_the_office(clerk: User, client_of_clerk: Client) -> None:
    works = make.employer(("498.33",), lines=["pension"])
    make.assess(make.JANUARY)
    make.pay(works, "500.00", date(1996, 1, 14))
    make.on(date(1996, 1, 31))
    with make.as_user(clerk):
        (january,) = worker_months(make.workers_of(works)[0], [1996])
    page = explained(client_of_clerk, "person_credit", january.trace_key)
    assert [step["rounded"] for step in page["steps"]] == ["9.97", "44.85", "18.46"]
    assert [step["unrounded"] for step in page["steps"]] == ["9.9666", "44.8497", "18.4585"]
    assert page["amount"] == page["total"]["rounded"] == "73.28"
    assert {parameter["code"] for parameter in page["parameters"]} == {
        "account.transfer_on_base", "account.transfer_on_local_avg", "local_avg_wage", "pension.base_cap",
        "pension.base_floor", "pension.individual_rate",
    }  # fmt: skip
    assert len(page["path"]) >= 5  # assessed, received, voucher, credited, voucher
    html = client_of_clerk.get(reverse("trace", args=["person_credit", january.trace_key])).content.decode()
    assert "73.28" in html


def test_accounts_and_what_is_to_pay_add_up(
    county: list[Employer], clerk: User, client_of_clerk: Client
) -> None:
    for worker in make.workers_of(county[1]):
        page = explained(client_of_clerk, "account", f"{worker}-1996")
        with make.as_user(clerk):
            account = account_of(worker, 1996)
        assert page["amount"] == format_yuan(account.balance)
        assert page["recomputed"] is not False
    for employer in county:
        for period in (make.MARCH, MAY):
            key = f"{employer.pk}-{period:%Y%m}"
            page = explained(client_of_clerk, "to_pay", key)
            parts = [Decimal(p["rounded"].replace(",", "").replace("\u2212", "-")) for p in page["parts"]]
            assert format_yuan(sum(parts, ZERO)) == page["amount"]
            assert explained(client_of_clerk, "late_fees", key)["recomputed"] is True


def test_a_closed_account_year_is_worked_out_again(clerk: User, client_of_clerk: Client) -> None:
    from collection.accounts import close_accounts
    from jilin_si.access.scope import acting_as, everything
    from jilin_si.periods import year_periods
    from tests.roles import as_owner

    works = make.employer(("498.33", "1500.00", "180.00"), lines=["pension"])
    for worker in make.workers_of(works):
        make.taken_over(worker, "351.24", "325.89")
    for period in year_periods(1996):
        make.assess(period)
        if period.month != 5:
            make.pay(works, "600.00", period.replace(day=14))
        make.settled(period, period.replace(day=28))
        make.closed(period)
    make.on(date(1997, 1, 6))
    with as_owner(), acting_as(everything()):
        close_accounts(make.JIUTAI, 1996)
    for worker in make.workers_of(works):
        page = explained(client_of_clerk, "account", f"{worker}-1996")
        assert page["recomputed"] is True
        assert page["parameters"][0]["code"] == "account.book_rate"
        with make.as_user(clerk):
            now = account_of(worker, 1997)
        assert now.opening == account_closing(worker)
        assert explained(client_of_clerk, "account", f"{worker}-1997")["amount"] == format_yuan(now.balance)


def account_closing(worker: int) -> Decimal:
    (own, unit) = make.rows(
        "select closing_own_fen, closing_unit_fen from collection_accountyear where worker_id = %s and fee_year = 1996",
        [worker],
    )[0]
    return Decimal(own + unit) / 100


def test_an_explanation_is_found_only_by_who_may_see_the_figure(county: list[Employer], clerk: User) -> None:
    (bill,) = make.rows("select min(bill_id) from collection_bill where employer_id = %s", [county[0].pk])[0]
    (receipt,) = make.rows(
        "select min(receipt_id) from collection_receipt where employer_id = %s", [county[0].pk]
    )[0]
    worker = make.workers_of(county[0])[0]
    with make.as_user(clerk):
        key = worker_months(worker, [1996])[0].trace_key
    asked = [
        ("bill_unit", bill), ("bill_own", bill), ("bill_wages", bill), ("bill_paid", bill), ("receipt", receipt),
        ("person_base", key), ("person_credit", key), ("account", f"{worker}-1996"),
        ("to_pay", f"{county[0].pk}-199601"), ("late_fees", f"{county[0].pk}-199601"),
    ]  # fmt: skip
    for user, status in (
        (make.employer_user(county[0]), 200),
        (make.employer_user(county[1]), 404),
        (make.person(Role.CLERK, make.YUSHU), 404),
    ):
        client = Client()
        client.force_login(user)
        for kind, number in asked:
            answer = client.get(reverse("trace", args=[kind, str(number)]))
            assert answer.status_code == status, (kind, number)
            if status == 200:
                assert (
                    "/collection/" not in answer.content.decode()
                )  # no way from the portal into the office's pages
    client = Client()
    client.force_login(clerk)
    for kind, _number in asked:
        for wrong in ("x", "0", "-1", "99999999999999999999", "1-2-3", "１", "1996-220181-1-199613-pension"):
            assert client.get(reverse("trace", args=[kind, wrong])).status_code == 404, (kind, wrong)


def test_a_long_sum_comes_a_page_at_a_time(clerk: User, client_of_clerk: Client) -> None:
    works = make.employer([f"{300 + n}.00" for n in range(120)], lines=["pension"])
    make.assess(make.JANUARY)
    make.on(date(1996, 1, 12))
    (bill,) = make.rows("select bill_id from collection_bill where employer_id = %s", [works.pk])[0]
    address = reverse("trace", args=["bill_own", bill])
    pages = [client_of_clerk.get(address, {"format": "json", "page": n}).json() for n in (1, 2, 3)]
    assert [len(page["parts"]) for page in pages] == [50, 50, 20]
    assert pages[0]["actions"][0]["url"].endswith("?page=2")
    assert not pages[2]["actions"][1:]
    assert format_period(make.JANUARY) in pages[0]["crumbs"]
