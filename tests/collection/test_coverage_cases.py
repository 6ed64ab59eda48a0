"""A coverage with billed months is taken back, or given back: one line's bills, to the fen, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from collection.accounts import close_accounts
from collection.corrections import coverages
from collection.corrections.models import Correction, LineChange
from collection.corrections.services import (
    approve_correction,
    effect_of,
    enter_counter_case,
    enter_coverage_case,
    enter_employer_correction,
    refuse_correction,
)
from collection.selectors.people import worker_months
from collection.statements.figures import contribution_figures
from enrollment.acts.models import UndoneAct
from enrollment.models import Coverage, Employer, Employment
from enrollment.refusals import Refusal
from enrollment.services import set_coverage
from enrollment.services.transfers import send_transfer, take_back
from enrollment.services.undo import plan_undo, undo_act
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.once import new_key
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.models import Agency
from jilin_si.jobs.units import lock_county
from jilin_si.ledger.services import LedgerError
from jilin_si.periods import month, year_periods
from tests.collection import factories as make
from tests.collection.test_invariants import broken, sound
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH, DECEMBER = make.JANUARY, make.FEBRUARY, make.MARCH, make.DECEMBER
APRIL, MAY = month(1996, 4), month(1996, 5)
WAGES = ("498.33", "451.40", "607.00", "1999.99")


@dataclass
class Office:
    clerk: User
    reviewer: User


@pytest.fixture
def office(db: None) -> Iterator[Office]:
    """A unit with open books and another employer beside those of a test."""
    make.open_year()
    make.employer()
    clerk, reviewer = make.person(Role.CLERK), make.person(Role.REVIEWER)
    with make.as_user(clerk):
        yield Office(clerk, reviewer)


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def _works(office: Office, line: str = "pension", lines: tuple[str, ...] = ("unemployment",)) -> Employer:
    """A works with retirees that joined a line with January by an act of the clerk."""
    works = make.employer(WAGES, lines=lines, retirees=2, retiree_cost="410.35")
    works = Employer.objects.get(pk=works.pk)
    set_coverage(employer=works, line=line, first_period=JANUARY, by=office.clerk)
    return works


def _entry(at: Employer) -> AuditEntry:
    return AuditEntry.objects.filter(act="set_coverage", object_id=at.pk).latest("id")


def _enter(office: Office, at: Employer, entry: AuditEntry | None = None) -> Correction:
    return enter_coverage_case(
        entry=entry or _entry(at),
        evidence_no="九劳险〔1996〕3号",
        evidence="该单位未参加此险种",
        by=office.clerk,
    )


def _approve(office: Office, case: Correction) -> Correction:
    with make.as_user(office.reviewer):
        return approve_correction(case=case, by=office.reviewer)


def _take_back(office: Office, at: Employer, entry: AuditEntry | None = None) -> Correction:
    return _approve(office, _enter(office, at, entry))


Sums = dict[tuple[date, str], tuple[int, ...]]


def _bills(at: Employer, *lines: str) -> Sums:
    """What an employer's bills of each month and line come to in all: own, employer's part, credit, heads, wages."""
    found = make.rows(
        "select due_period, line, sum(own_due_fen)::bigint, sum(unit_due_fen)::bigint, sum(unit_credit_fen)::bigint,"
        " sum(workers)::int, sum(wage_fen)::bigint, sum(retiree_cost_fen)::bigint from collection_bill"
        " where employer_id = %s group by 1, 2",
        [at.pk],
    )
    return {
        (due, line): tuple(money)
        for due, line, *money in found
        if (not lines or line in lines) and any(money)
    }


def _told(case: Correction) -> dict[date, tuple[int, int, int]]:
    return {
        date.fromisoformat(f"{told['period']}-01"): (told["own"], told["unit"], told["credit"])
        for told in case.effect
    }


def _recorded(at: Employer, period: date, line: str) -> dict[date, tuple[int, int]]:
    """What an assessment billed for the months before it, in a line."""
    return {
        due: (own, unit)
        for due, own, unit in make.rows(
            "select due_period, sum(own_due_fen)::bigint, sum(unit_due_fen)::bigint from collection_bill"
            " where employer_id = %s and recorded_in = %s and due_period < recorded_in and line = %s group by 1",
            [at.pk, period, line],
        )
    }


def _owed(at: Employer) -> int:
    return int(
        make.rows(
            "select coalesce(sum(own_fen + unit_fen), 0) from collection_openitem where employer_id = %s",
            [at.pk],
        )[0][0]
    )


def _waits(at: Employer, line: str) -> int:
    return int(
        make.rows(
            "select coalesce(sum(fen), 0) from collection_unapplied where employer_id = %s and line = %s",
            [at.pk, line],
        )[0][0]
    )


# ── a line that was never joined ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("line", make.ALL_LINES)
def test_a_line_is_taken_back_whole_and_nothing_else(office: Office, line: str) -> None:
    works = _works(office, line, ("unemployment", "injury") if line == "pension" else ("pension",))
    make.assess(JANUARY, FEBRUARY)
    make.on(date(1996, 3, 6))
    before = _bills(works)
    assert {due for due, each in before if each == line} == {JANUARY, FEBRUARY}
    case = _enter(office, works)
    assert Coverage.objects.filter(employer=works, line=line).exists()  # nothing has changed yet
    shown = {d.period: (d.own, d.unit) for d in effect_of(case).differences}
    assert shown == {due: (-money[0], -money[1]) for (due, each), money in before.items() if each == line}
    done = _approve(office, case)
    assert not Coverage.objects.filter(employer=works, line=line).exists()
    undone = UndoneAct.objects.get(entry_id=case.asked["entry"])
    assert (undone.direct, undone.recorded_in, undone.made_by_id) == (False, MARCH, office.reviewer.pk)
    sound()
    make.assess(MARCH)
    assert _recorded(works, MARCH, line) == shown == {p: t[:2] for p, t in _told(done).items()}
    assert _bills(works, line) == {}
    others = {key: money for key, money in before.items() if key[1] != line}
    assert {key: money for key, money in _bills(works).items() if key[0] < MARCH} == others
    sound()
    make.assess(APRIL)
    assert _bills(works, line) == {}
    sound()


@pytest.mark.parametrize("paid", ["none", "part", "all"])
def test_money_that_met_the_line_becomes_a_credit(office: Office, paid: str) -> None:
    works = _works(office)
    make.assess(JANUARY)
    january = sum(_bills(works, "pension")[JANUARY, "pension"][:2])
    amount = {"none": 0, "part": january // 3, "all": january}[paid]
    if amount:
        make.pay(works, f"{amount / 100:.2f}", date(1996, 1, 20), line="pension")
    make.assess(FEBRUARY)
    make.on(date(1996, 3, 6))
    done = _take_back(office, works)
    assert bool(_told(done)[JANUARY][2]) is True
    make.assess(MARCH)
    make.settled(MARCH, date(1996, 3, 20))
    assert _waits(works, "pension") == amount
    owed = make.rows(
        "select coalesce(sum(own_fen + unit_fen), 0) from collection_openitem where employer_id = %s"
        " and line = 'pension'",
        [works.pk],
    )
    assert owed == [(0,)]
    for worker in make.workers_of(works):
        months = [m for m in worker_months(worker, [1996]) if m.line == "pension" and m.period < MARCH]
        assert [(m.state, m.own, m.credit) for m in months] == [("not_insured", 0, 0)] * 2
    sound()


def test_the_individual_accounts_close_without_the_line(office: Office) -> None:
    works = _works(office)
    make.assess(JANUARY)
    make.pay(works, "99999.00", date(1996, 1, 20), line="pension")
    make.assess(FEBRUARY)
    make.settled(FEBRUARY, date(1996, 2, 28))
    make.on(date(1996, 3, 6))
    credited = make.rows(
        "select sum(own_fen + transfer_fen + average_part_fen)::bigint from collection_workermonth"
        " where employer_id = %s and line = 'pension' and paid_in is not null",
        [works.pk],
    )[0][0]
    done = _take_back(office, works)
    assert sum(told[2] for told in _told(done).values()) == -credited
    for period in year_periods(1996)[2:]:
        make.assess(period)
        make.settled(period, period.replace(day=28))
    make.closed(*year_periods(1996))
    with as_owner(), acting_as(everything()), transaction.atomic():
        lock_county(make.JIUTAI)
        close_accounts(make.JIUTAI, 1996)
    rows = make.rows(
        "select credit_own_fen, credit_unit_fen, months_credited, months_due, total_months, interest_own_fen >= 0"
        " from collection_accountyear where fee_year = 1996 and worker_id = any(%s)",
        [make.workers_of(works)],
    )
    assert rows == [(0, 0, 0, 0, 0, True)] * len(WAGES)
    sound()


def test_a_closed_year_stays_closed_and_the_next_takes_it_out(office: Office) -> None:
    make.open_year(year=1997)
    works = _works(office)
    for period in year_periods(1996):
        make.assess(period)
    make.pay(works, "99999.00", date(1996, 12, 20), line="pension")
    make.closed(*year_periods(1996))
    with as_owner(), acting_as(everything()), transaction.atomic():
        lock_county(make.JIUTAI)
        close_accounts(make.JIUTAI, 1996)
    make.on(date(1997, 1, 8))
    _take_back(office, works)
    for period in year_periods(1997):
        make.assess(period)
        make.settled(period, period.replace(day=28))
    make.closed(*year_periods(1997))
    with as_owner(), acting_as(everything()), transaction.atomic():
        lock_county(make.JIUTAI)
        close_accounts(make.JIUTAI, 1997)
    rows = make.rows(
        "select o.credit_own_fen > 0, n.credit_own_fen + o.credit_own_fen, n.credit_unit_fen + o.credit_unit_fen,"
        " o.months_credited + n.months_credited, n.total_months from collection_accountyear o"
        " join collection_accountyear n on n.worker_id = o.worker_id and n.fee_year = 1997"
        " where o.fee_year = 1996 and o.worker_id = any(%s)",
        [make.workers_of(works)],
    )
    assert rows == [(True, 0, 0, 0, 0)] * len(WAGES)
    sound()


def test_the_statement_of_the_months_says_what_stands(office: Office) -> None:
    works = _works(office, "pension", ("injury",))
    make.assess(JANUARY)
    make.pay(works, "300.00", date(1996, 1, 20), line="pension")
    make.assess(FEBRUARY)
    make.on(date(1996, 3, 6))
    _take_back(office, works)
    make.assess(MARCH)
    make.settled(MARCH, date(1996, 3, 20))
    found = contribution_figures(works, JANUARY, MARCH)
    assert found.people == []
    assert sum(row.due for row in found.months if row.line == "pension") == 0
    assert sum(row.due for row in found.months if row.line == "injury") > 0


def test_an_account_that_went_elsewhere_with_these_months_comes_back_first(office: Office) -> None:
    make.open_year(make.YUSHU)
    works = _works(office)
    make.assess(JANUARY)
    make.pay(works, "9999.00", date(1996, 1, 20), line="pension")
    make.on(date(1996, 2, 20))
    employment = Employment.objects.filter(employer=works).select_related("employer", "worker").earliest("id")
    transfer = send_transfer(
        employment=employment,
        first_period=FEBRUARY,
        to_county=Agency.objects.get(pk=make.YUSHU),
        by=office.clerk,
    )
    blocks = plan_undo(_entry(works)).plan.blocks
    assert [point.url for point in blocks] == [reverse("enrollment:transfer_case", args=[transfer.pk])]
    with _refused("depends"):
        _enter(office, works)
    take_back(transfer=transfer, reason="弄错了人", by=office.clerk)
    _take_back(office, works)
    employment.refresh_from_db()
    with _refused("months_taken_out"):  # what the next assessment takes out of it does not go along before
        send_transfer(
            employment=employment,
            first_period=FEBRUARY,
            to_county=Agency.objects.get(pk=make.YUSHU),
            by=office.clerk,
        )
    make.assess(FEBRUARY)
    assert _bills(works, "pension") == {}
    sound()


def test_a_line_comes_back_from_an_open_month(office: Office) -> None:
    works = _works(office)
    make.assess(JANUARY, FEBRUARY)
    make.on(date(1996, 3, 6))
    _take_back(office, works)
    set_coverage(employer=works, line="pension", first_period=MARCH, by=office.clerk)
    make.assess(MARCH, APRIL)
    assert {due for due, _line in _bills(works, "pension")} == {MARCH, APRIL}
    sound()


def test_later_wages_of_a_line_that_was_taken_back_are_not_billed_by_it(office: Office) -> None:
    works = _works(office)
    worker = make.workers_of(works)[0]
    make.assess(JANUARY)
    make.corrected(works, worker, "777.77", JANUARY, FEBRUARY)
    make.assess(FEBRUARY)
    make.on(date(1996, 3, 6))
    _take_back(office, works)
    make.left(works, make.workers_of(works)[1], JANUARY, MARCH)
    make.assess(MARCH)
    make.corrected(works, make.workers_of(works)[2], "333.33", JANUARY, APRIL)
    make.assess(APRIL)
    assert _bills(works, "pension") == {}
    assert _bills(works, "unemployment")
    sound()


# ── a line that never ended ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(6))
def test_months_given_back_are_billed_as_if_the_line_had_never_ended(office: Office, seed: int) -> None:
    """Beside a twin of the same history that never left: the same to the fen, and the same accounts once paid."""
    draw = random.Random(seed)
    line = ("pension", "injury", "unemployment")[seed % 3]
    works, twin = (_works(office, line, ("maternity",)) for _ in range(2))
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    set_coverage(employer=works, line=line, first_period=JANUARY, last_period=JANUARY, by=office.clerk)
    places = draw.sample(range(len(WAGES)), 3)
    for place, period in zip(places, (FEBRUARY, MARCH, APRIL), strict=True):
        first = month(1996, draw.randrange(1, period.month + 1))
        wage = f"{draw.randrange(8000, 400000) / 100:.2f}"
        for each in (works, twin):
            make.corrected(each, make.workers_of(each)[place], wage, first, period)
        if period < APRIL:
            make.assess(period)
    make.on(date(1996, 4, 5))
    done = _take_back(office, works)
    assert Coverage.objects.get(employer=works, line=line).last_period is None
    sound()
    make.assess(APRIL)
    assert _bills(works, line) == _bills(twin, line)
    late = _recorded(works, APRIL, line)
    told = {period: money[:2] for period, money in _told(done).items()}
    january = {period: money for period, money in late.items() if period == JANUARY}
    assert {p: m for p, m in late.items() if p > JANUARY} == told
    assert (
        january == {} or JANUARY not in told
    )  # its supplement of April was billed by the coverage all the time
    sound()
    for each in (works, twin):
        make.pay(each, "99999.00", date(1996, 4, 20), line=line)
    counted = [
        [
            (m.period, m.own, m.credit, m.state[:8])
            for worker in make.workers_of(each)
            for m in worker_months(worker, [1996])
            if m.line == line and m.period < MAY
        ]
        for each in (works, twin)
    ]
    assert counted[0] == counted[1]
    sound()


def test_a_line_given_back_is_taken_back_whole_afterwards(office: Office) -> None:
    works = _works(office)
    joined = _entry(works)
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    set_coverage(employer=works, line="pension", first_period=JANUARY, last_period=JANUARY, by=office.clerk)
    ended = _entry(works)
    make.assess(FEBRUARY)
    make.on(date(1996, 3, 5))
    assert [point.url for point in plan_undo(joined).plan.blocks] == [
        reverse("enrollment:undo", args=[ended.pk])
    ]
    with _refused("depends"):
        _enter(office, works, joined)
    _take_back(office, works, ended)
    make.assess(MARCH)
    assert {due for due, _line in _bills(works, "pension")} == {JANUARY, FEBRUARY, MARCH}
    sound()
    make.on(date(1996, 4, 5))
    _take_back(office, works, joined)
    make.assess(APRIL)
    assert _bills(works, "pension") == {}
    sound()


def test_both_in_one_open_month_leave_what_the_later_one_says(office: Office) -> None:
    works = _works(office)
    joined = _entry(works)
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    set_coverage(employer=works, line="pension", first_period=JANUARY, last_period=JANUARY, by=office.clerk)
    ended = _entry(works)
    make.assess(FEBRUARY)
    make.on(date(1996, 3, 5))
    _take_back(office, works, ended)
    _take_back(office, works, joined)
    make.assess(MARCH)
    assert _bills(works, "pension") == {}
    sound()


def test_an_end_stays_where_the_line_was_joined_again(office: Office) -> None:
    works = _works(office)
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    set_coverage(employer=works, line="pension", first_period=JANUARY, last_period=JANUARY, by=office.clerk)
    ended = _entry(works)
    make.assess(FEBRUARY)
    make.on(date(1996, 3, 5))
    set_coverage(employer=works, line="pension", first_period=MARCH, by=office.clerk)
    with _refused("depends"):
        _enter(office, works, ended)


# ── with a corrected risk class ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("together", [False, True])
def test_a_line_whose_risk_class_was_corrected_is_taken_back(office: Office, together: bool) -> None:
    works = _works(office, "injury")
    make.assess(JANUARY, FEBRUARY)
    make.on(date(1996, 3, 5))
    klass = enter_employer_correction(
        employer=works, about="trade_class", asked={"trade_class": 5, "first_period": JANUARY},
        evidence_no="1", evidence="x", by=office.clerk,
    )  # fmt: skip
    _approve(office, klass)
    if not together:
        make.assess(MARCH)
        make.on(date(1996, 4, 5))
    _take_back(office, works)
    make.assess(MARCH if together else APRIL)
    assert _bills(works, "injury") == {}
    sound()


# ── who, how often, and half of it ───────────────────────────────────────────────────────────────────────────────
def test_two_persons_once(office: Office) -> None:
    works = _works(office)
    entry = _entry(works)
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    with _refused("needs_case"):
        undo_act(entry=entry, reason="误录", by=office.clerk)
    case = _enter(office, works)
    with _refused("waits"):
        _enter(office, works)
    with make.as_user(office.reviewer):
        both = make.person(Role.REVIEWER)
    with make.as_user(both), _refused("decided"):
        approve_correction(case=_approve(office, case), by=both)
    with _refused("undone"):
        _enter(office, works, entry)
    with _refused("undone"):
        undo_act(entry=entry, reason="误录", by=office.clerk)
    with _refused("counter_act"):
        enter_counter_case(case=case, asked_by="employer", evidence_no="1", evidence="x", by=office.clerk)
    make.assess(FEBRUARY)
    with pytest.raises(LedgerError):
        make.assess(FEBRUARY)
    assert _bills(works, "pension") == {}
    with as_owner(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update collection_linechange set covered = true")
    sound()


def test_who_entered_it_does_not_decide_it(office: Office) -> None:
    works = _works(office)
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    case = _enter(office, works)
    with as_owner():
        Assignment.objects.create(user=office.clerk, role=Role.REVIEWER, agency_id=make.JIUTAI)
    with make.as_user(office.clerk), _refused("two_persons"):
        approve_correction(case=case, by=office.clerk)
    with make.as_user(office.reviewer):
        refuse_correction(case=case, reason="证据不足", by=office.reviewer)
    assert Coverage.objects.filter(employer=works, line="pension").exists()
    assert not UndoneAct.objects.exists()
    make.assess(FEBRUARY)
    assert {due for due, _line in _bills(works, "pension")} == {JANUARY, FEBRUARY}


def test_an_approval_that_breaks_off_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    works = _works(office)
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    case = _enter(office, works)

    def breaks(**_given: Any) -> None:
        raise RuntimeError("the power fails")

    with monkeypatch.context() as patched:
        patched.setattr(coverages.LineChange.objects, "create", breaks)
        with pytest.raises(RuntimeError), transaction.atomic():
            _approve(office, case)
    assert Coverage.objects.filter(employer=works, line="pension").exists()
    assert not UndoneAct.objects.exists()
    assert not LineChange.objects.exists()
    _approve(office, case)
    with monkeypatch.context() as patched:
        patched.setattr("collection.assess.bill_corrected_classes", breaks)
        with pytest.raises(TypeError), transaction.atomic():
            make.assess(FEBRUARY)
    assert not make.rows("select 1 from collection_bill where recorded_in = %s", [FEBRUARY])
    make.assess(FEBRUARY)
    assert _bills(works, "pension") == {}
    sound()


def test_the_month_was_assessed_between_entering_and_approving(office: Office) -> None:
    works = _works(office)
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    case = _enter(office, works)
    make.assess(FEBRUARY)
    make.on(date(1996, 3, 5))
    assert _approve(office, case).recorded_in == MARCH
    make.assess(MARCH)
    assert _bills(works, "pension") == {}
    sound()


def test_verify_sees_a_bill_that_stands_without_coverage(office: Office) -> None:
    works = _works(office)
    make.assess(JANUARY)
    make.on(date(1996, 2, 5))
    _take_back(office, works)
    with as_owner():
        Coverage.objects.create(
            employer=works,
            county_id=works.county_id,
            line="pension",
            first_period=JANUARY,
            last_period=JANUARY,
        )
    make.assess(FEBRUARY)
    with as_owner():
        assert "collection.bills_by_coverage" in broken()


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_clerk_is_led_from_the_history_to_the_case(office: Office, client: Client) -> None:
    works = _works(office)
    make.assess(JANUARY)
    make.pay(works, "100.00", date(1996, 1, 20), line="pension")
    make.on(date(1996, 2, 5))
    entry = _entry(works)
    client.force_login(office.clerk)
    page = client.get(reverse("enrollment:employer", args=[works.pk])).content.decode()
    assert reverse("enrollment:undo", args=[entry.pk]) in page
    answer = client.get(reverse("enrollment:undo", args=[entry.pk]))
    assert answer.url == reverse("collection:coverage_case", args=[entry.pk])
    shown = client.get(answer.url).content.decode()
    assert "100.00" in shown
    assert "1996-01" in shown
    refused = client.post(answer.url, {"evidence_no": "", "evidence": "x", "_once": new_key()})
    assert refused.status_code == 422
    entered = client.post(answer.url, {"evidence_no": "7号", "evidence": "误录", "_once": new_key()})
    case = Correction.objects.get()
    assert entered.url == reverse("collection:correction", args=[case.pk])
    assert client.get(answer.url).url == entered.url
    client.force_login(office.reviewer)
    assert client.get(entered.url).status_code == 200
    client.post(entered.url, {"approve": "yes", "_once": new_key()})
    make.assess(FEBRUARY)
    with make.as_user(office.clerk):
        reversal = make.rows("select bill_id from collection_bill where reverses is not null")[0][0]
    client.force_login(office.clerk)
    for kind in ("bill_unit", "bill_own", "bill_wages"):
        assert client.get(reverse("trace", args=[kind, str(reversal)])).status_code == 200
    assert client.get(reverse("collection:bill", args=[works.pk, "1996-02"])).status_code == 200
    stranger = make.person(Role.CLERK, make.YUSHU)
    client.force_login(stranger)
    assert client.get(answer.url).status_code == 404
