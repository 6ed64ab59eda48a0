"""People move, and their accounts with them (PEN-23): inside a unit, to another one, out of the province."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from collection.account_moves import account_moves
from collection.accounts import close_accounts
from collection.selectors.accounts import account_of
from collection.statements.paper import Issue
from collection.statements.transfer import check_transfer_form, transfer_file, transfer_paper
from collection.transfer_sheets import transfer_sheet
from enrollment.models import Employment, LeaveReason, Transfer
from enrollment.refusals import Refusal
from enrollment.services import end_employment, enrol_worker
from enrollment.services.transfers import (
    let_go,
    send_back,
    send_transfer,
    take_back,
    take_in,
    transfer_inside,
)
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.models import Agency
from jilin_si.money import format_yuan, from_fen
from jilin_si.periods import year_periods
from tests.collection import factories as make
from tests.collection.factories import FEBRUARY, JANUARY, JIUTAI, MARCH, YUSHU
from tests.collection.test_invariants import sound
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

WAGES = ("498.33", "451.40", "607.00")


@pytest.fixture
def clerk(db: None) -> User:
    make.open_year(JIUTAI, YUSHU)
    return make.person(Role.CLERK, JIUTAI, "王淑琴")


@pytest.fixture
def clerk_there(clerk: User) -> User:
    return make.person(Role.CLERK, YUSHU, "赵国栋")


@pytest.fixture
def employment(clerk: User) -> Employment:
    """A worker with an account: 677.13 taken over, January paid; February is open."""
    works = make.employer(WAGES, lines=["pension"])
    worker = make.workers_of(works)[0]
    make.taken_over(worker, "351.24", "325.89")
    make.assess(JANUARY)
    make.pay(works, "365.84", date(1996, 1, 14))
    make.on(date(1996, 2, 20))
    with as_owner(), acting_as(everything()):
        return Employment.objects.select_related("employer", "worker").get(worker_id=worker)


def _sent(employment: Employment, by: User, **given: object) -> Transfer:
    values: dict[str, object] = {"to_county": Agency.objects.get(pk=YUSHU), "first_period": FEBRUARY}
    with make.as_user(by):
        return send_transfer(employment=employment, by=by, **(values | given))  # type: ignore[arg-type]


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def _balance(agency: int, account: str) -> int:
    return int(
        make.rows(
            "select coalesce(sum(debit_fen - credit_fen), 0) from ledger_balance where agency_id = %s and account = %s",
            [agency, account],
        )[0][0]
    )


def test_inside_the_unit_one_act_ends_and_begins(employment: Employment, clerk: User) -> None:
    new = make.employer([], lines=["pension"])
    with make.as_user(clerk):
        begun = transfer_inside(employment=employment, employer=new, first_period=FEBRUARY, by=clerk)
        ended = Employment.objects.get(pk=employment.pk)
    assert (ended.last_period, ended.leave_reason) == (JANUARY, LeaveReason.TRANSFERRED)
    assert (begun.employer_id, begun.first_period, begun.last_period) == (new.pk, FEBRUARY, None)
    with make.as_user(clerk), _refused("same_employer"):
        transfer_inside(employment=begun, employer=new, first_period=MARCH, by=clerk)
    there = make.employer([], county_id=YUSHU)
    with make.as_user(clerk), _refused("other_county"):
        transfer_inside(employment=begun, employer=there, first_period=MARCH, by=clerk)


def test_across_units_the_account_goes_along(employment: Employment, clerk: User, clerk_there: User) -> None:
    before = _balance(JIUTAI, "3001.02")
    transfer = _sent(employment, clerk)
    # 677.13 for two months at the book rate of 1995 (10.98 %), January's 73.28 for two
    with make.as_user(clerk):
        (move,) = account_moves(employment.worker_id)
    assert (move.interest_own, move.interest_unit) == (
        Decimal("6.43") + Decimal("0.18"),
        Decimal("5.96") + Decimal("1.16"),
    )
    assert move.total == Decimal("677.13") + Decimal("73.28") + move.interest_own + move.interest_unit
    fen = int(move.total * 100)
    assert (_balance(JIUTAI, "5101"), _balance(JIUTAI, "2021")) == (fen, -fen)
    assert _balance(JIUTAI, "3001.02") == before + fen
    sound()

    new = make.employer([], lines=["pension"], county_id=YUSHU, name="榆树市酿酒厂")
    with make.as_user(clerk_there):
        waiting = Transfer.objects.get(state=Transfer.State.WAITING)
        assert (waiting.name, waiting.employer_name) == ("陈国富", employment.employer.name)
        take_in(transfer=waiting, employer=new, first_period=FEBRUARY, by=clerk_there)
        account = account_of(employment.worker_id)
    assert (account.balance, account.under_way) == (move.total, Decimal(0))
    assert (_balance(YUSHU, "4104"), _balance(YUSHU, "2021"), _balance(YUSHU, "3001.02")) == (-fen, fen, -fen)
    sound()
    assert transfer.number.startswith("ZY-220181-")

    for unit in (JIUTAI, YUSHU):
        for period in year_periods(1996)[0 if unit == YUSHU else 1 :]:
            make.assess(period, county_id=unit)
        make.closed(*year_periods(1996), county_id=unit)
        with as_owner(), transaction.atomic():
            close_accounts(unit, 1996)
    rows = make.rows(
        "select county_id, closing_own_fen + closing_unit_fen, interest_own_fen + interest_unit_fen, total_months"
        " from collection_accountyear where worker_id = %s and fee_year = 1996 order by county_id",
        [employment.worker_id],
    )
    left, arrived = rows
    assert left == (JIUTAI, 0, int((move.interest_own + move.interest_unit) * 100), 0)
    # ten months until December at the book rate of 1996, each part rounded by itself
    earned = sum(
        (part * 10 * Decimal("0.0747") / 12).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        for part in (move.own, move.unit)
    )
    assert arrived == (YUSHU, fen + int(earned * 100), int(earned * 100), 49)
    sound()


def test_two_persons_of_two_units_and_nobody_else(
    employment: Employment, clerk: User, clerk_there: User
) -> None:
    transfer = _sent(employment, clerk)
    new = make.employer([], county_id=YUSHU)
    with make.as_user(clerk), pytest.raises(PermissionDenied):
        take_in(transfer=transfer, employer=new, by=clerk)
    stranger = make.person(Role.CLERK, make.TONGYU)
    with make.as_user(stranger):
        assert not Transfer.objects.exists()
        with connection.cursor() as cursor:  # and below the application
            cursor.execute("select count(*) from enrollment_transfer")
            assert cursor.fetchone() == (0,)
            cursor.execute("select count(*) from collection_accountmove")
            assert cursor.fetchone() == (0,)
    with _refused("under_way"):
        _sent(employment, clerk, first_period=MARCH)
    with make.as_user(clerk_there):
        take_in(transfer=transfer, employer=new, by=clerk_there)
        with _refused("over"):
            take_in(transfer=transfer, employer=new, by=clerk_there)
        with pytest.raises(DatabaseError), transaction.atomic():
            Transfer.objects.filter(pk=transfer.pk).update(name="别人")


def test_sent_back_and_taken_back_the_account_stands_where_it_stood(
    employment: Employment, clerk: User, clerk_there: User
) -> None:
    before = _balance(JIUTAI, "3001.02")
    transfer = _sent(employment, clerk)
    with make.as_user(clerk_there):
        with _refused("reason"):
            send_back(transfer=transfer, reason=" ", by=clerk_there)
        send_back(transfer=transfer, reason="不到我市工作", by=clerk_there)
    with make.as_user(clerk):
        back = take_back(transfer=transfer, reason="", by=clerk)
        assert (back.state, back.return_reason) == (Transfer.State.BACK, "不到我市工作")
        (move,) = account_moves(employment.worker_id)
        assert account_of(employment.worker_id).balance == move.total
    assert (_balance(JIUTAI, "3001.02"), _balance(JIUTAI, "2021")) == (before, 0)
    sound()
    # and may be sent anew, without an employment to end
    again = _sent(employment, clerk)
    assert again.state == Transfer.State.WAITING
    sound()


def test_out_of_the_province_a_second_person_pays(employment: Employment, clerk: User) -> None:
    transfer = _sent(employment, clerk, to_county=None, destination="辽宁省沈阳市社会保险公司")
    finance = make.person(Role.FINANCE, JIUTAI)
    with make.as_user(clerk), pytest.raises(PermissionDenied):
        let_go(transfer=transfer, by=clerk)
    with make.as_user(finance), _refused("no_money"), transaction.atomic():
        let_go(transfer=transfer, by=finance)
    make.pay(employment.employer, "900.00", date(1996, 2, 14))
    with make.as_user(finance):
        let_go(transfer=transfer, by=finance)
        account = account_of(employment.worker_id)
        ended = Employment.objects.get(pk=employment.pk)
    assert account.balance == 0
    assert ended.leave_reason == LeaveReason.MOVED_AWAY
    assert _balance(JIUTAI, "2021") == 0
    sound()


def test_who_is_employed_there_already_only_gets_the_account(
    employment: Employment, clerk: User, clerk_there: User
) -> None:
    with make.as_user(clerk):
        end_employment(
            employment=employment, effective_period=FEBRUARY, reason=LeaveReason.RESIGNED, by=clerk
        )
    new = make.employer([], county_id=YUSHU)
    make.moved(employment.worker_id, employment.employer, new, FEBRUARY)
    with make.as_user(clerk):
        ended = Employment.objects.get(pk=employment.pk)
    transfer = _sent(ended, clerk)
    with make.as_user(clerk_there):
        done = take_in(transfer=transfer, employer=None, by=clerk_there)
    assert done.new_employment is not None
    assert done.new_employment.employer_id == new.pk


def test_nobody_is_enrolled_after_death(employment: Employment, clerk: User, clerk_there: User) -> None:
    with make.as_user(clerk):
        end_employment(employment=employment, effective_period=FEBRUARY, reason=LeaveReason.DIED, by=clerk)
    with _refused("died"):
        _sent(employment, clerk)
    there = make.employer([], county_id=YUSHU)
    with as_owner(), connection.cursor() as cursor:  # a number that can be typed
        cursor.execute(
            "update enrollment_worker set identity_key = '220104195508150013' where id = %s",
            [employment.worker_id],
        )
    with make.as_user(clerk_there), _refused("died"):
        enrol_worker(
            employer=there,
            identity_number="220104550815001",
            name="陈国富",
            first_period=MARCH,
            by=clerk_there,
        )
    with make.as_user(clerk_there), pytest.raises(DatabaseError), transaction.atomic():
        Employment.objects.create(
            worker_id=employment.worker_id, employer=there, county_id=YUSHU, first_period=MARCH
        )


def test_last_years_accounts_must_be_closed_first(clerk: User) -> None:
    make.open_year(year=1995)
    old = make.employer(
        ("500.00",), lines=["pension"], first_period=date(1995, 1, 1), last_period=date(1995, 12, 1)
    )
    make.on(date(1996, 1, 20))
    with make.as_user(clerk):
        employment = Employment.objects.get(worker_id=make.workers_of(old)[0])
    with _refused("year_not_closed"):
        _sent(employment, clerk)


# ── the code on the form ─────────────────────────────────────────────────────────────────────────────────────────
def test_anybody_has_the_form_confirmed_by_its_code_without_learning_who_moves(
    employment: Employment, clerk: User, clerk_there: User
) -> None:
    transfer = _sent(employment, clerk)
    with make.as_user(clerk_there):  # the unit that takes in prints the same form
        sheet = transfer_sheet(transfer.pk)
        seen = Transfer.objects.get(pk=transfer.pk)
        paper = transfer_paper(seen, sheet, Issue(seen.number, seen.check_code, seen.sent_on, "九台"))
        assert transfer_file(seen, "zh-hans").body.startswith(b"%PDF")
    assert transfer.check_code in paper["foot"]
    assert transfer.check_code in paper["check_note"]
    assert "/check/" in paper["check_note"]
    public = Client()
    answer = public.get(reverse("check:statement", args=[transfer.check_code.lower()]))
    page = answer.content.decode()
    assert answer.status_code == 200
    found = answer.context["transfer"]
    assert found.total > 0
    assert (found.number, found.own, found.unit) == (seen.number, from_fen(sheet.own), from_fen(sheet.unit))
    assert format_yuan(found.total) in page
    assert employment.worker.name not in page
    assert employment.worker.identity_number not in page
    assert public.get(reverse("check:ask"), {"code": transfer.check_code})["Location"].endswith(
        f"{transfer.check_code}/"
    )


def test_a_form_of_a_transfer_that_was_taken_back_is_valid_no_longer(
    employment: Employment, clerk: User
) -> None:
    transfer = _sent(employment, clerk)
    address = reverse("check:statement", args=[transfer.check_code])
    assert "已撤回" not in Client().get(address).content.decode()
    with make.as_user(clerk):
        take_back(transfer=transfer, reason="弄错了人", by=clerk)
    page = Client().get(address).content.decode()
    assert "本单不再有效" in page


def test_a_code_is_kept_as_it_was_given_and_another_opens_nothing(
    employment: Employment, clerk: User
) -> None:
    transfer = _sent(employment, clerk)
    with as_owner(), pytest.raises(DatabaseError), transaction.atomic():
        Transfer._base_manager.filter(pk=transfer.pk).update(check_code="AAAA-BBBB-CCCC")
    assert Client().get(reverse("check:statement", args=["AAAA-BBBB-CCCC"])).status_code == 404
    assert check_transfer_form("x' or 1=1") is None
