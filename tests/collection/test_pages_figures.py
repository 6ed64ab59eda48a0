"""What the pages show of an employer's months, a bill, late fees, a worker's months and the account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from collection.selectors import accounts, bills, fees, lists, people, receipts
from jilin_si.access.models import Role, User
from jilin_si.money import ZERO
from jilin_si.periods import month
from tests.collection import factories as make

WAGES = ("498.33", "451.40", "607.00")
APRIL, MAY, JUNE = month(1996, 4), month(1996, 5), month(1996, 6)


@pytest.fixture
def clerk(db: None) -> User:
    make.open_year(make.JIUTAI)
    return make.person(Role.CLERK)


def test_a_month_is_due_paid_and_owed_in_every_line(clerk: User) -> None:
    works = make.employer(WAGES, retirees=7, retiree_cost="3522.50")
    make.assess(make.JANUARY)
    make.on(date(1996, 1, 12))
    with make.as_user(clerk):
        (january,) = bills.employer_year(works.pk, 1996)
    assert [line.line for line in january.lines] == ["pension", "unemployment", "injury"]
    assert january.line("pension").unit_due == Decimal("1092.03")  # type: ignore[union-attr]
    assert january.line("pension").own_due == Decimal("9.97") + Decimal("9.03") + Decimal("12.14")  # type: ignore[union-attr]
    assert (january.paid, january.owed) == (ZERO, january.due)
    assert (january.status, january.due_on, january.workers) == ("due", date(1996, 1, 15), 3)
    make.pay(works, "1000.00", date(1996, 1, 14))
    make.on(date(1996, 1, 16))
    with make.as_user(clerk):
        (january,) = bills.employer_year(works.pk, 1996)
    assert (january.paid, january.status, january.received_on) == (
        Decimal("1000.00"),
        "partly_paid",
        date(1996, 1, 14),
    )
    assert january.due == january.paid + january.owed


def test_a_supplement_stands_with_the_month_and_in_the_bill_of_its_recording(clerk: User) -> None:
    works = make.employer(WAGES)
    make.assess(make.JANUARY, make.FEBRUARY)
    make.corrected(works, make.workers_of(works)[0], "600.00", make.JANUARY, make.MARCH)
    make.assess(make.MARCH)
    make.on(date(1996, 3, 12))
    with make.as_user(clerk):
        january, february, march = bills.employer_year(works.pk, 1996)
        sheet = bills.bill_sheet(works.pk, make.MARCH)
        first = bills.bill_sheet(works.pk, make.JANUARY)
    assert sheet is not None
    assert first is not None
    assert [s.recorded_in for s in january.supplements] == [make.MARCH] * 3
    assert january.line("pension").own_due == Decimal("12.00") + Decimal("9.03") + Decimal("12.14")  # type: ignore[union-attr]
    assert january.due == february.due == march.due
    assert {row.due_period for row in sheet.supplements} == {make.JANUARY, make.FEBRUARY}
    assert sum(row.due for row in sheet.supplements) + first.sums.due * 2 == january.due + february.due
    assert [row.recorded_in for row in first.later] == [make.MARCH] * 3


def test_a_bill_adds_arrears_and_the_late_fee_to_today(clerk: User) -> None:
    works = make.employer(WAGES, lines=["pension"])
    make.assess(make.JANUARY)
    make.pay(works, "100.00", date(1996, 1, 25))
    make.assess(make.FEBRUARY)
    make.on(date(1996, 2, 10))
    with make.as_user(clerk):
        sheet = bills.bill_sheet(works.pk, make.FEBRUARY)
    assert sheet is not None
    january_due = Decimal("365.84")
    assert sheet.arrears_sum == january_due - 100
    assert [(f.principal, f.days, f.fee, f.is_running) for f in sheet.fees] == [
        (january_due, 10, Decimal("7.32"), False),
        (january_due - 100, 16, Decimal("8.51"), True),
    ]
    assert sheet.fee_a_day == Decimal("0.53")
    assert sheet.to_pay == sheet.sums.due + sheet.arrears_sum + Decimal("15.83")
    assert (sheet.days_left, sheet.months_in_arrears) == (5, [make.JANUARY])


def test_the_late_fee_depends_on_the_days_of_payment_and_not_on_when_it_is_asked(clerk: User) -> None:
    works = make.employer(WAGES, lines=["pension"])
    make.assess(make.JANUARY)
    make.pay(works, "200.00", date(1996, 2, 4), settle=False)
    make.pay(works, "165.84", date(1996, 2, 24), settle=False)
    make.assess(make.FEBRUARY)
    make.settled(make.FEBRUARY, date(1996, 2, 28))
    make.on(date(1996, 6, 1))
    with make.as_user(clerk):
        (january,) = (m for m in bills.employer_year(works.pk, 1996) if m.period == make.JANUARY)
        told = fees.late_fees(january.lines[0].bills, date(1996, 6, 1))
        again = fees.late_fees(january.lines[0].bills, date(1996, 12, 31))
    assert [(f.principal, f.days, f.fee) for f in told] == [
        (Decimal("365.84"), 20, Decimal("14.63")),
        (Decimal("165.84"), 20, Decimal("6.63")),
    ]
    assert told == again


def test_a_payment_is_split_over_lines_and_met_oldest_first(clerk: User) -> None:
    works = make.employer(WAGES)
    make.assess(make.JANUARY, make.FEBRUARY)
    make.pay(works, "500.00", date(1996, 2, 14))
    with make.as_user(clerk):
        shares = receipts.shares_of(bills.Q(employer_id=works.pk))
        months = bills.employer_year(works.pk, 1996)
    assert sum(share.receipt.amount for share in shares) == Decimal("500.00")
    assert [share.receipt.line for share in shares] == ["pension", "unemployment", "injury"]
    assert all(share.allocated + share.waiting == share.receipt.amount for share in shares)
    assert [part.due_period for part in shares[0].met] == sorted(part.due_period for part in shares[0].met)
    assert sum(m.paid for m in months) == Decimal("500.00")


def test_money_without_debt_waits_and_is_told(clerk: User) -> None:
    works = make.employer(WAGES)
    make.assess(make.JANUARY)
    make.pay(works, "5000.00", date(1996, 1, 14))
    with make.as_user(clerk):
        sheet = bills.bill_sheet(works.pk, make.JANUARY)
    assert sheet is not None
    assert (sheet.sums.owed, sheet.status) == (ZERO, "paid")
    assert sheet.unapplied == Decimal("5000.00") - sheet.sums.due


def test_a_month_of_a_line_that_the_employer_is_not_in_is_not_insured_and_never_due(clerk: User) -> None:
    works = make.employer(WAGES, lines=["unemployment"])
    make.assess(make.JANUARY)
    make.on(date(1996, 2, 10))
    with make.as_user(clerk):
        months = people.worker_months(make.workers_of(works)[0], [1996])
    assert {m.state for m in months if m.line == "pension"} <= {"not_insured"}


def test_a_workers_months_tell_paid_late_owed_and_not_yet_due(clerk: User) -> None:
    works = make.employer(WAGES, lines=["pension"])
    worker = make.workers_of(works)[0]
    make.assess(make.JANUARY)
    make.pay(works, "365.84", date(1996, 1, 14))
    make.assess(make.FEBRUARY, make.MARCH)
    make.pay(works, "365.84", date(1996, 3, 14))
    make.assess(APRIL)
    make.on(date(1996, 4, 10))
    with make.as_user(clerk):
        months = people.worker_months(worker, [1996])
    assert [m.state for m in months] == ["credited", "credited_late", "owed", "not_due"]
    january = months[0]
    assert (january.base, january.own, january.transfer, january.average_part, january.credit) == tuple(
        Decimal(text) for text in ("498.33", "9.97", "44.85", "18.46", "73.28")
    )


def test_the_account_is_last_years_closing_and_what_was_paid_this_year(clerk: User) -> None:
    works = make.employer(WAGES, lines=["pension"])
    worker = make.workers_of(works)[0]
    make.taken_over(worker, "351.24", "325.89")
    make.assess(make.JANUARY, make.FEBRUARY)
    make.pay(works, "365.84", date(1996, 2, 14))
    make.on(date(1996, 2, 20))
    with make.as_user(clerk):
        account = accounts.account_of(worker)
    assert (account.opening, account.credit_own, account.credit_unit) == (
        Decimal("677.13"),
        Decimal("9.97"),
        Decimal("63.31"),
    )
    assert (account.balance, account.months_credited, account.interest) == (Decimal("750.41"), 1, None)


def test_a_correction_counts_once_in_the_account(clerk: User) -> None:
    works = make.employer(WAGES, lines=["pension"])
    worker = make.workers_of(works)[0]
    make.assess(make.JANUARY)
    make.pay(works, "365.84", date(1996, 1, 14))
    make.corrected(works, worker, "600.00", make.JANUARY, make.FEBRUARY)
    make.assess(make.FEBRUARY)
    make.pay(works, "1000.00", date(1996, 2, 14))
    make.on(date(1996, 2, 20))
    with make.as_user(clerk):
        account, months = accounts.account_of(worker), people.worker_months(worker, [1996])
    assert (months[0].base, months[0].own, months[0].state) == (
        Decimal("600.00"),
        Decimal("12.00"),
        "credited_late",
    )
    assert account.months_credited == 2
    assert account.credit == 2 * (Decimal("12.00") + Decimal("54.00") + Decimal("18.46"))


def test_who_moved_has_one_account_in_the_eyes_of_the_new_unit(clerk: User) -> None:
    make.open_year(make.YUSHU)
    old = make.employer(WAGES, lines=["pension"], county_id=make.YUSHU, last_period=make.JANUARY)
    worker = make.workers_of(old)[0]
    make.assess(make.JANUARY, county_id=make.YUSHU)
    make.pay(old, "365.84", date(1996, 1, 14))
    new = make.employer([], lines=["pension"])
    make.moved(worker, old, new, make.FEBRUARY)
    make.spells(new, [worker], ["498.33"], make.FEBRUARY)
    make.assess(make.JANUARY, make.FEBRUARY)
    make.pay(new, "117.11", date(1996, 2, 14))
    make.on(date(1996, 2, 20))
    with make.as_user(clerk):
        account = accounts.account_of(worker)
        assert next(m.period for m in people.worker_months(worker, [1996])) == make.FEBRUARY
    assert account.credit == 2 * Decimal("73.28")
    elsewhere = make.person(Role.CLERK, make.TONGYU)
    with make.as_user(elsewhere):
        assert accounts.account_of(worker).balance == ZERO


def test_a_countys_month_and_its_arrears_add_up(clerk: User) -> None:
    first, second = make.employer(WAGES), make.employer(("800.00",), lines=["pension"])
    make.assess(make.JANUARY, make.FEBRUARY)
    make.pay(second, "10.00", date(1996, 2, 14))
    with make.as_user(clerk):
        rows = lists.county_month(make.JIUTAI, make.JANUARY)
        told = lists.totals(rows, "due", "owed", "paid")
        by_employer = {row["employer_id"]: row for row in rows}
        assert by_employer[first.pk]["lines"] == 3
        assert by_employer[second.pk]["paid"] == Decimal("10.00")
        assert told["due"] == sum(row["due"] for row in rows) == told["paid"] + told["owed"]
        assert [row["employer_id"] for row in lists.paid_state(rows, "partly_paid")] == [second.pk]
        assert [row["employer_id"] for row in lists.paid_state(rows, "unpaid")] == [first.pk]
        owing = {row["employer_id"]: row for row in lists.arrears(make.JIUTAI)}
        assert (owing[first.pk]["months"], owing[first.pk]["since"]) == (2, make.JANUARY)
        assert owing[first.pk]["owed"] == bills.owed_now(first.pk)
        (january, *_rest) = reversed(lists.unit_periods(make.JIUTAI, 1996))
        assert (january.state, january.due, january.paid) == ("assessed", told["due"], ZERO)


def test_an_employer_sees_its_own_months_and_no_others(clerk: User) -> None:
    mine, theirs = make.employer(WAGES), make.employer(WAGES)
    make.assess(make.JANUARY)
    make.pay(theirs, "10.00", date(1996, 1, 14))
    with make.as_user(make.employer_user(mine)):
        assert len(bills.employer_year(mine.pk, 1996)) == 1
        assert bills.employer_year(theirs.pk, 1996) == []
        assert bills.bill_sheet(theirs.pk, make.JANUARY) is None
        assert receipts.shares_of(bills.Q()) == []
        assert people.worker_months(make.workers_of(theirs)[0], [1996]) == []
