"""What comes to an account after it was sent goes after it (补转): found, sent by one act, taken in, to the fen."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.account_moves import account_moves
from collection.accounts import close_accounts
from collection.selectors.accounts import account_of
from collection.statements.paper import Issue
from collection.statements.transfer import transfer_file, transfer_paper
from collection.supplements.bulk import SendRests
from collection.supplements.selectors import Rest, rests
from collection.supplements.services import send_rests, take_rests_back
from collection.transfer_sheets import transfer_sheet
from enrollment.models import Employment, Transfer
from enrollment.refusals import Refusal
from enrollment.services.transfers import let_go, send_back, send_transfer, take_back, take_in
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.models import Agency
from jilin_si.ledger.services import book
from jilin_si.periods import month, year_periods
from jilin_si.web import bulk
from jilin_si.web.models import BulkRun
from tests.collection import factories as make
from tests.collection.factories import FEBRUARY, JANUARY, JIUTAI, MARCH, TONGYU, YUSHU
from tests.collection.test_invariants import broken, sound
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

RATE_1995, RATE_1996 = Decimal("0.1098"), Decimal("0.0747")
WAGES = ("498.33", "451.40")
EMPTY = QueryDict("")


class World:
    """Two counties; an old employer that has paid nothing of 1996, and the first of its two workers sent to Yushu."""

    def __init__(self) -> None:
        make.open_year(JIUTAI, YUSHU, TONGYU)
        self.clerk = make.person(Role.CLERK, JIUTAI, "王淑琴")
        self.there = make.person(Role.CLERK, YUSHU, "赵国栋")
        self.works = make.employer(WAGES, lines=["pension"], name="九台市机械配件厂")
        self.worker, self.colleague = make.workers_of(self.works)
        make.taken_over(self.worker, "351.24", "325.89")
        make.assess(JANUARY)
        make.on(date(1996, 2, 20))
        self.new = make.employer([], lines=["pension"], county_id=YUSHU, name="榆树市酿酒厂")
        self.first = self.send(self.worker)
        with make.as_user(self.there):
            take_in(transfer=self.first, employer=self.new, first_period=FEBRUARY, by=self.there)

    def send(self, worker: int, **given: object) -> Transfer:
        values: dict[str, object] = {"to_county": Agency.objects.get(pk=YUSHU), "first_period": FEBRUARY}
        with make.as_user(self.clerk):
            held = Employment.objects.select_related("employer", "worker").get(
                worker_id=worker, county_id=JIUTAI
            )
            return send_transfer(employment=held, by=self.clerk, **(values | given))  # type: ignore[arg-type]

    def owed(self) -> Decimal:
        ((fen,),) = make.rows(
            "select sum(own_fen + unit_fen)::bigint from collection_openitem where employer_id = %s",
            [self.works.pk],
        )
        return Decimal(fen) / 100

    def pays_late(self, day: date = date(1996, 3, 14)) -> None:
        """The old employer pays what it owes: January counts for who is gone."""
        make.on(day)
        make.pay(self.works, str(self.owed()), day)

    def listed(self, unit: int = JIUTAI, by: User | None = None) -> list[Rest]:
        with make.as_user(by or self.clerk):
            return rests(unit)

    def first_total(self) -> Decimal:
        """What the account took along: it has arrived, and the old unit still owes it through the clearing account."""
        with make.as_user(self.clerk):
            return account_moves(self.worker)[0].total

    def sent(self) -> Transfer:
        with make.as_user(self.clerk):
            (made,) = send_rests(county_id=JIUTAI, sent=[self.first.pk], by=self.clerk)
            return made


@pytest.fixture
def world(db: None) -> World:
    return World()


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def _balance(agency: int, account: str) -> int:
    ((fen,),) = make.rows(
        "select coalesce(sum(debit_fen - credit_fen), 0)::bigint from ledger_balance where agency_id = %s and account = %s",
        [agency, account],
    )
    return int(fen)


def _january(worker: int) -> tuple[Decimal, Decimal]:
    """What January brings to an account, own part and employer's part, as the months say."""
    ((own, unit),) = make.rows(
        "select sum(own_fen)::bigint, sum(transfer_fen + average_part_fen)::bigint from collection_workermonth"
        " where worker_id = %s and due_period = %s and line = 'pension'",
        [worker, JANUARY],
    )
    return Decimal(own) / 100, Decimal(unit) / 100


def _interest(amount: Decimal, months: int, rate: Decimal) -> Decimal:
    return (amount * months * rate / 12).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


# ── found ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_paid_late_for_who_is_gone_is_found_to_the_fen(world: World) -> None:
    assert world.listed() == []
    world.pays_late()
    (rest,) = world.listed()
    own, unit = _january(world.worker)
    # paid in March, and March is the month to which interest is reckoned: one month at the book rate of 1995
    assert (rest.own, rest.unit) == (
        own + _interest(own, 1, RATE_1995),
        unit + _interest(unit, 1, RATE_1995),
    )
    assert (rest.pk, rest.person_id, rest.state, rest.to, rest.months) == (
        world.first.pk,
        world.worker,
        "send",
        "榆树市",
        1,
    )
    assert (rest.since, rest.employer, rest.came) == (MARCH, "九台市机械配件厂", "1996-01")
    assert [(credit.period, credit.own, credit.unit) for credit in rest.late] == [(JANUARY, own, unit)]


def test_nobody_but_the_old_unit_sees_its_rests(world: World) -> None:
    world.pays_late()
    assert world.listed(JIUTAI, world.there) == []
    with make.as_user(world.there), pytest.raises(PermissionDenied):
        send_rests(county_id=JIUTAI, sent=[world.first.pk], by=world.there)


def test_who_is_employed_here_again_has_no_rest(world: World) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "update enrollment_employment set last_period = %s where worker_id = %s and county_id = %s",
            [FEBRUARY, world.worker, YUSHU],
        )
        cursor.execute(
            "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
            " values (%s, %s, %s, %s, '')",
            [world.worker, world.works.pk, JIUTAI, MARCH],
        )
    world.pays_late()
    assert world.listed() == []


def test_the_set_and_the_single_account_agree(world: World) -> None:
    """What is found over all people is what each account comes to, and the close comes to the same."""
    world.pays_late()
    for period in year_periods(1996)[1:]:
        make.assess(period)
    make.closed(*year_periods(1996))
    with as_owner(), transaction.atomic():
        close_accounts(JIUTAI, 1996)
    own, unit = _january(world.worker)
    ((closing,),) = make.rows(
        "select closing_own_fen + closing_unit_fen from collection_accountyear"
        " where worker_id = %s and fee_year = 1996 and county_id = %s",
        [world.worker, JIUTAI],
    )
    # a credit of March rests ten months (PEN-8: 13 less the month)
    assert Decimal(closing) / 100 == own + unit + _interest(own, 10, RATE_1996) + _interest(
        unit, 10, RATE_1996
    )
    make.open_year(year=1997)
    make.on(date(1997, 1, 20))
    (rest,) = world.listed()
    closed_own, closed_unit = own + _interest(own, 10, RATE_1996), unit + _interest(unit, 10, RATE_1996)
    assert (rest.own, rest.unit) == (
        closed_own + _interest(closed_own, 1, RATE_1996),
        closed_unit + _interest(closed_unit, 1, RATE_1996),
    )
    assert rest.since == MARCH
    sound()


# ── sent and taken in ────────────────────────────────────────────────────────────────────────────────────────────
def test_the_rest_goes_after_the_account_in_both_books(world: World) -> None:
    world.pays_late()
    (rest,) = world.listed()
    before = {(unit, account): _balance(unit, account) for unit in (JIUTAI, YUSHU) for account in BOOKS}
    supplement = world.sent()
    fen = int(rest.total * 100)
    assert (supplement.supplement_to_id, supplement.state) == (world.first.pk, Transfer.State.WAITING)
    assert supplement.number == f"BZ-{JIUTAI}-{supplement.pk:06d}"
    assert supplement.check_code != world.first.check_code
    moved = {account: _balance(JIUTAI, account) - before[JIUTAI, account] for account in BOOKS}
    assert moved == {"2021": -fen, "5101": fen, "3001.02": fen, "3001.01": -fen, "4104": 0}
    assert world.listed() == []
    sound()

    with make.as_user(world.clerk), pytest.raises((PermissionDenied, Refusal)):
        take_in(transfer=supplement, employer=None, by=world.clerk)
    with make.as_user(world.there):
        done = take_in(transfer=supplement, employer=None, by=world.there)
        account = account_of(world.worker)
        moves = account_moves(world.worker)
    assert (done.state, done.new_employment_id) == (Transfer.State.DONE, None)
    moved = {account: _balance(YUSHU, account) - before[YUSHU, account] for account in BOOKS}
    assert moved == {"2021": fen, "4104": -fen, "3001.02": -fen, "3001.01": fen, "5101": 0}
    assert [move.supplement for move in moves] == [False, True]
    assert account.balance == sum(move.total for move in moves)
    assert account.under_way == 0
    sound()
    with make.as_user(world.there), _refused("over"):
        take_in(transfer=supplement, employer=None, by=world.there)


BOOKS = ("2021", "5101", "3001.02", "3001.01", "4104")


def test_the_new_unit_goes_on_with_interest_and_the_old_account_is_empty(world: World) -> None:
    world.pays_late()
    supplement = world.sent()
    with make.as_user(world.there):
        take_in(transfer=supplement, employer=None, by=world.there)
        first, second = account_moves(world.worker)
    for unit in (JIUTAI, YUSHU):
        for period in year_periods(1996)[0 if unit == YUSHU else 1 :]:
            make.assess(period, county_id=unit)
        make.closed(*year_periods(1996), county_id=unit)
        with as_owner(), transaction.atomic():
            close_accounts(unit, 1996)
    old, new = make.rows(
        "select closing_own_fen + closing_unit_fen, interest_own_fen + interest_unit_fen, total_months"
        " from collection_accountyear where worker_id = %s and fee_year = 1996 order by county_id",
        [world.worker],
    )
    settled = first.interest_own + first.interest_unit + second.interest_own + second.interest_unit
    assert old == (0, int(settled * 100), 0)
    earned = _interest(first.own * 10 + second.own * 9, 1, RATE_1996)
    earned += _interest(first.unit * 10 + second.unit * 9, 1, RATE_1996)
    total = first.total + second.total + earned
    assert new == (int(total * 100), int(earned * 100), 49)
    sound()


def test_nothing_is_sent_twice(world: World) -> None:
    world.pays_late()
    world.sent()
    with make.as_user(world.clerk), _refused("changed"):
        send_rests(county_id=JIUTAI, sent=[world.first.pk], by=world.clerk)
    assert Transfer._base_manager.filter(supplement_to__isnull=False).count() == 1


def test_another_payment_of_the_same_month_goes_by_itself(world: World) -> None:
    world.pays_late()
    world.sent()
    make.corrected(world.works, world.worker, "598.33", JANUARY, FEBRUARY)  # back-pay, known in February
    make.assess(FEBRUARY)
    world.pays_late(date(1996, 3, 28))
    (rest,) = world.listed()
    own = sum((credit.own for credit in rest.late), Decimal(0))
    unit = sum((credit.unit for credit in rest.late), Decimal(0))
    assert own > 0
    assert (rest.own, rest.unit) == (own + _interest(own, 1, RATE_1995), unit + _interest(unit, 1, RATE_1995))
    second = world.sent()
    with make.as_user(world.clerk):
        assert transfer_sheet(second.pk).own == int(rest.own * 100)
    assert world.listed() == []
    sound()


def test_a_record_that_was_merged_since_is_followed_under_the_one_kept(world: World) -> None:
    """The rest stands under the old record; it goes after the person, who is the record kept."""
    later = make.employer(("600.00",), lines=["pension"], county_id=YUSHU, first_period=month(1996, 6))
    (kept,) = make.workers_of(later)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "update enrollment_employment set last_period = %s where worker_id = %s and county_id = %s",
            [FEBRUARY, world.worker, YUSHU],
        )
        cursor.execute(
            "update enrollment_employment set first_period = %s where worker_id = %s", [month(1996, 6), kept]
        )
        cursor.execute("update enrollment_worker set merged_into_id = %s where id = %s", [kept, world.worker])
    world.pays_late()
    (rest,) = world.listed()
    assert (rest.person_id, sorted(rest.records)) == (kept, sorted([world.worker, kept]))
    own, _unit = _january(world.worker)
    assert rest.own == own + _interest(own, 1, RATE_1995)
    supplement = world.sent()
    assert supplement.worker_id == kept
    with make.as_user(world.there):
        take_in(transfer=supplement, employer=None, by=world.there)
        assert account_of(kept).under_way == 0
    assert world.listed() == []
    assert make.rows(
        "select person_id, worker_id, own_fen + unit_fen from collection_accountmove where transfer_id = %s"
        " and own_fen > 0",
        [supplement.pk],
    ) == [(kept, world.worker, int(rest.total * 100))]
    sound()


def test_last_years_accounts_must_be_closed_first(world: World, client: Client) -> None:
    make.open_year(year=1997)
    world.pays_late(date(1997, 1, 14))
    (rest,) = world.listed()
    with make.as_user(world.clerk), _refused("year_not_closed"):
        send_rests(county_id=JIUTAI, sent=[rest.pk], by=world.clerk)
    client.force_login(world.clerk)
    assert "1996" in client.get(reverse("collection:rests")).context["unclosed"]


# ── back, on, out ────────────────────────────────────────────────────────────────────────────────────────────────
def test_sent_back_and_taken_back_the_rest_is_listed_again(world: World) -> None:
    world.pays_late()
    (before,) = world.listed()
    supplement = world.sent()
    with make.as_user(world.there):
        send_back(transfer=supplement, reason="户名不符", by=world.there)
    with make.as_user(world.clerk):
        take_back(transfer=supplement, reason="", by=world.clerk)
    sound()
    (after,) = world.listed()
    assert (after.pk, after.since, [credit.period for credit in after.late]) == (before.pk, MARCH, [JANUARY])
    assert after.total >= before.total
    assert world.sent().state == Transfer.State.WAITING
    sound()


def test_who_has_moved_on_is_followed_to_the_last_county(world: World) -> None:
    onward = make.person(Role.CLERK, TONGYU, "马玉兰")
    with make.as_user(world.there):
        held = Employment.objects.select_related("employer", "worker").get(
            worker_id=world.worker, county_id=YUSHU
        )
        again = send_transfer(
            employment=held, first_period=MARCH, by=world.there, to_county=Agency.objects.get(pk=TONGYU)
        )
    world.pays_late()
    (rest,) = world.listed()
    assert (rest.state, rest.to) == ("on_its_way", "通榆县")
    with make.as_user(world.clerk), _refused("changed"):
        send_rests(county_id=JIUTAI, sent=[rest.pk], by=world.clerk)
    works = make.employer([], lines=["pension"], county_id=TONGYU)
    with make.as_user(onward):
        take_in(transfer=again, employer=works, first_period=MARCH, by=onward)
    (rest,) = world.listed()
    assert (rest.state, rest.to_county_id) == ("send", TONGYU)
    supplement = world.sent()
    with make.as_user(onward):
        take_in(transfer=Transfer.objects.get(pk=supplement.pk), employer=None, by=onward)
    sound()


def test_a_supplement_on_its_way_does_not_keep_the_person_from_moving_on(world: World) -> None:
    """What arrives where the account is no more is a rest there, and goes on."""
    world.pays_late()
    supplement = world.sent()
    onward = make.person(Role.CLERK, TONGYU, "马玉兰")
    works = make.employer([], lines=["pension"], county_id=TONGYU)
    with make.as_user(world.there):
        held = Employment.objects.select_related("employer", "worker").get(
            worker_id=world.worker, county_id=YUSHU
        )
        again = send_transfer(
            employment=held,
            first_period=month(1996, 4),
            by=world.there,
            to_county=Agency.objects.get(pk=TONGYU),
        )
    with make.as_user(onward):
        take_in(transfer=again, employer=works, first_period=month(1996, 4), by=onward)
    with make.as_user(world.there):
        take_in(transfer=supplement, employer=None, by=world.there)
    (rest,) = world.listed(YUSHU, world.there)
    assert (rest.to_county_id, rest.late, rest.employer) == (TONGYU, [], "榆树市酿酒厂")
    with make.as_user(world.there):
        send_rests(county_id=YUSHU, sent=[rest.pk], by=world.there)
    sound()


def test_out_of_the_province_a_second_person_pays_the_rest(world: World) -> None:
    gone = world.send(world.colleague, to_county=None, destination="辽宁省沈阳市社会保险公司")
    finance = make.person(Role.FINANCE, JIUTAI)
    make.pay(world.works, "0.01", date(1996, 2, 20))  # the account is empty: nothing has to be in the bank
    with make.as_user(finance):
        let_go(transfer=gone, by=finance)
    world.pays_late()
    rest = next(row for row in world.listed() if row.pk == gone.pk)
    assert (rest.to_county_id, rest.to) == (None, "辽宁省沈阳市社会保险公司")
    with make.as_user(world.clerk):
        (supplement,) = send_rests(county_id=JIUTAI, sent=[gone.pk], by=world.clerk)
        with pytest.raises(PermissionDenied):
            let_go(transfer=supplement, by=world.clerk)
    sound()
    paid = _balance(JIUTAI, "1003")
    with make.as_user(finance):
        assert let_go(transfer=supplement, by=finance).state == Transfer.State.DONE
        assert account_of(world.colleague).balance == 0
    assert _balance(JIUTAI, "1003") == paid  # funded and paid
    assert _balance(JIUTAI, "2021") == -int(world.first_total() * 100)
    sound()


def test_less_than_nothing_is_listed_and_not_sent(world: World) -> None:
    """A correction took back more than has come since: it is to be seen, and nothing goes along."""
    world.pays_late()
    world.sent()
    make.corrected(world.works, world.worker, "298.33", JANUARY, FEBRUARY)
    make.assess(FEBRUARY)
    make.settled(MARCH, date(1996, 3, 28))
    (rest,) = world.listed()
    assert rest.state == "short"
    assert rest.own < 0
    with make.as_user(world.clerk), _refused("changed"):
        send_rests(county_id=JIUTAI, sent=[rest.pk], by=world.clerk)


# ── one act over the list ────────────────────────────────────────────────────────────────────────────────────────
def _both(world: World) -> BulkRun:
    """Both workers moved to Yushu; their January came late, and both rests are sent by one act."""
    second = world.send(world.colleague)
    with make.as_user(world.there):
        take_in(transfer=second, employer=world.new, first_period=FEBRUARY, by=world.there)
    world.pays_late()
    act = SendRests()
    with make.as_user(world.clerk):
        plan = act.plan(JIUTAI, EMPTY, world.clerk, {})
        assert sorted(plan.ids) == sorted([world.first.pk, second.pk])
        assert plan.lines[0][1].endswith("榆树市")
        with transaction.atomic():
            return bulk.run_act(act, plan, EMPTY, {}, world.clerk)


def test_all_rows_go_by_one_act_and_come_back_by_one(world: World) -> None:
    run = _both(world)
    assert (run.count, len(run.details["supplements"])) == (2, 2)
    assert world.listed() == []
    sound()
    with make.as_user(world.clerk):
        bulk.take_back(SendRests(), run, "办早了", world.clerk)
        cases = list(Transfer.objects.filter(pk__in=run.details["supplements"]))
    assert {(case.state, case.return_reason, case.done_by_id) for case in cases} == {
        (Transfer.State.BACK, "办早了", world.clerk.pk)
    }
    assert len(world.listed()) == 2
    assert _balance(JIUTAI, "2021") == -int(world.first_total() * 100)
    sound()


def test_what_was_taken_in_keeps_all_of_the_act(world: World) -> None:
    run = _both(world)
    with make.as_user(world.there):
        taken = Transfer.objects.get(pk=run.details["supplements"][0])
        take_in(transfer=taken, employer=None, by=world.there)
    with make.as_user(world.clerk):
        with pytest.raises(bulk.BulkRefused), transaction.atomic():
            bulk.take_back(SendRests(), run, "办早了", world.clerk)
        with _refused("taken_in"):
            take_rests_back(
                county_id=JIUTAI, supplements=run.details["supplements"], reason="办早了", by=world.clerk
            )
    sound()


def test_one_that_was_taken_back_by_itself_does_not_keep_the_others(world: World) -> None:
    run = _both(world)
    with make.as_user(world.clerk):
        take_back(
            transfer=Transfer.objects.get(pk=run.details["supplements"][0]), reason="错", by=world.clerk
        )
        bulk.take_back(SendRests(), run, "办早了", world.clerk)
    assert len(world.listed()) == 2
    sound()


def test_what_the_other_unit_sent_back_comes_back_with_the_rest_of_the_act(world: World) -> None:
    run = _both(world)
    with make.as_user(world.there):
        back = Transfer.objects.get(pk=run.details["supplements"][0])
        send_back(transfer=back, reason="户名不符", by=world.there)
    with make.as_user(world.clerk):
        bulk.take_back(SendRests(), run, "办早了", world.clerk)
        reasons = Transfer.objects.filter(pk__in=run.details["supplements"]).values_list(
            "state", "return_reason"
        )
        assert sorted(reasons) == [("back", "办早了"), ("back", "户名不符")]
    assert len(world.listed()) == 2
    sound()


def test_many_rests_cost_no_more_questions_than_one(world: World) -> None:
    def asked() -> int:
        with make.as_user(world.clerk), CaptureQueriesContext(connection) as found:
            rests(JIUTAI)
        return len(found)

    works = [
        make.employer([wage], lines=["pension"], first_period=FEBRUARY)
        for wage in ("510.00", "520.00", "530.00")
    ]
    make.assess(FEBRUARY)
    for at in works:
        gone = world.send(make.workers_of(at)[0], first_period=MARCH)
        with make.as_user(world.there):
            take_in(transfer=gone, employer=world.new, first_period=MARCH, by=world.there)
    world.pays_late()
    one = asked()
    assert len(world.listed()) == 1
    for at in works:
        make.pay(at, "500.00", date(1996, 3, 20))
    assert len(world.listed()) == 4
    assert asked() == one


# ── the database ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", ["to", "person", "first"])
def test_the_database_lets_a_supplement_follow_only_its_account(world: World, wrong: str) -> None:
    world.pays_late()
    (rest,) = world.listed()
    sent = world.sent()
    given = {
        "supplement_to_id": sent.pk if wrong == "first" else world.first.pk,
        "worker_id": world.colleague if wrong == "person" else world.worker,
        "county_id": JIUTAI,
        "to_county_id": TONGYU if wrong == "to" else YUSHU,
        "employment_id": world.first.employment_id,
        "first_period": FEBRUARY,
        "name": rest.name,
        "identity_number": rest.identity_number,
        "employer_name": rest.employer,
        "sent_on": date(1996, 3, 20),
    }
    with as_owner(), acting_as(everything()), pytest.raises(DatabaseError), transaction.atomic():
        Transfer.objects.create(**given)


def test_verify_finds_a_supplement_that_is_done_while_its_money_is_open(world: World) -> None:
    world.pays_late()
    supplement = world.sent()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table enrollment_transfer disable trigger keeps")
        cursor.execute(
            "update enrollment_transfer set state = 'done', done_by_id = %s, done_on = sent_on, done_at = now() where id = %s",
            [world.there.pk, supplement.pk],
        )
        cursor.execute("alter table enrollment_transfer enable trigger keeps")
    with as_owner():
        assert "collection.supplements_follow" in broken()


def test_verify_finds_a_voucher_of_the_clearing_account_without_a_move(world: World) -> None:
    with as_owner():
        book(
            agency_id=JIUTAI,
            fund="pension",
            kind="account_sent",
            booked_on=date(1996, 2, 20),
            legs={"5101": Decimal(5), "2021": Decimal(-5)},
        )
    with as_owner():
        assert "collection.clearing_has_its_moves" in broken()


# ── the papers and the pages ─────────────────────────────────────────────────────────────────────────────────────
def test_the_form_tells_the_months_and_its_code_opens_it(world: World) -> None:
    world.pays_late()
    (rest,) = world.listed()
    supplement = world.sent()
    with make.as_user(world.there):  # the unit that takes in prints the same form
        seen = Transfer.objects.get(pk=supplement.pk)
        paper = transfer_paper(
            seen, transfer_sheet(seen.pk), Issue(seen.number, seen.check_code, seen.sent_on, "九台")
        )
        assert transfer_file(seen, "zh-hans").body.startswith(b"%PDF")
        assert transfer_file(seen, "en").name.startswith("Supplementary transfer form BZ-")
    assert [row[0] for row in paper["years"]["rows"]] == ["1996-01 · 1996-03 九台市机械配件厂"]
    assert [world.first.number] == [value for _name, value in paper["facts"] if str(value).startswith("ZY-")]
    answer = Client().get(reverse("check:statement", args=[supplement.check_code]))
    found = answer.context["transfer"]
    assert (found.number, found.total) == (supplement.number, rest.total)
    assert world.first.name not in answer.content.decode()


def test_the_pages_tell_the_rest_and_its_story(world: World, client: Client, settings: object) -> None:
    settings.DESK_SECONDS = 0  # type: ignore[attr-defined]
    client.force_login(world.clerk)
    assert reverse("collection:rests") not in client.get(reverse("desk")).content.decode()
    world.pays_late()
    (rest,) = world.listed()
    shown = f"{rest.total:,.2f}"
    assert reverse("collection:rests") in client.get(reverse("desk")).content.decode()
    page = client.get(reverse("collection:rests")).content.decode()
    assert shown in page
    assert f"{reverse('bulk_act', args=['send_rests'])}?transfer={rest.pk}" in page
    assert shown in client.get(reverse("enrollment:worker", args=[world.worker])).content.decode()
    supplement = world.sent()
    story = client.get(reverse("enrollment:worker", args=[world.worker])).content.decode()
    assert reverse("enrollment:transfer_case", args=[supplement.pk]) in story
    client.force_login(world.there)
    case = client.get(reverse("enrollment:transfer_case", args=[supplement.pk])).content.decode()
    assert world.first.number in case
    assert "补转单" in case
    assert shown in case
