"""Arrears follow the employer (REST-5): one pool of money and debt after a merger, by agreement at a split."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from collection.models import Bill, Receipt
from collection.selectors import bills, lists, receipts
from collection.selectors.takeovers import takeovers_of
from collection.statements.bill import bill_paper
from collection.takeovers import payers
from enrollment.acts.models import EmployerChange
from enrollment.models import Employer
from enrollment.refusals import Refusal
from enrollment.services import Event, record_event
from enrollment.services.undo import plan_undo, undo_act
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Role, User
from jilin_si.web.traces import explain
from tests.collection import factories as make
from tests.collection.test_invariants import broken, sound
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH, APRIL = make.JANUARY, make.FEBRUARY, make.MARCH, date(1996, 4, 1)


@pytest.fixture
def clerk(db: None) -> Iterator[User]:
    """The clerk of Jiutai, in February."""
    make.open_year()
    make.on(date(1996, 2, 6))
    made = make.person(Role.CLERK, name="王淑琴")
    with make.as_user(made):
        yield made


@pytest.fixture
def old(clerk: User) -> Employer:
    return make.employer(["500.00", "400.00"], lines=["pension"], name="九台市农具厂")


@pytest.fixture
def new(old: Employer) -> Employer:
    """Both are assessed for January, nobody has paid."""
    made = make.employer(["700.00"], lines=["pension"], name="九台市机械总厂")
    make.assess(JANUARY)
    return made


def enter(by: User, at: Employer, kind: str, period: date = FEBRUARY, **given: Any) -> EmployerChange:
    return record_event(employer=at, event=Event(kind, period, **given), by=by)


def owed(at: Employer) -> list[tuple[date, int]]:
    """What is open of an employer's bills, a month each (fen)."""
    return make.rows(
        "select due_period, sum(own_fen + unit_fen)::bigint from collection_openitem"
        " where employer_id = %s and own_fen + unit_fen > 0 group by 1 order by 1",
        [at.pk],
    )


def met(at: Employer) -> list[tuple[int, date, int]]:
    """What was paid of an employer's bills: whose money, for which month, how much (fen)."""
    return make.rows(
        "select r.employer_id, b.due_period, sum(a.own_fen + a.unit_fen)::bigint from collection_allocation a"
        " join collection_bill b using (bill_id) join collection_receipt r using (receipt_id)"
        " where b.employer_id = %s group by 1, 2 order by 1, 2",
        [at.pk],
    )


def test_the_successor_s_money_meets_the_oldest_month_of_both(
    old: Employer, new: Employer, clerk: User
) -> None:
    [(_january, theirs)], [(_also, ours)] = owed(old), owed(new)
    enter(clerk, old, "merger", successor=new)
    make.assess(FEBRUARY)
    [(_m, february)] = owed(new)[1:]
    make.pay(new, f"{(theirs + ours) / 100 + 30:.2f}", date(1996, 2, 20))
    assert (owed(old), owed(new)) == ([], [(FEBRUARY, february - 3000)])
    assert met(old) == [(new.pk, JANUARY, theirs)]
    assert make.rows("select count(*) from collection_paidbill where employer_id = %s", [old.pk]) == [(1,)]
    sound()


def test_a_part_meets_the_workers_part_of_both_before_the_employers(
    old: Employer, new: Employer, clerk: User
) -> None:
    enter(clerk, old, "merger", successor=new)
    own = make.rows(
        "select sum(own_fen)::bigint, min(own_fen) from collection_openitem where due_period = %s", [JANUARY]
    )[0][0]
    make.pay(new, f"{own / 100:.2f}", date(1996, 2, 20))
    assert make.rows("select coalesce(sum(own_fen), 0)::bigint from collection_openitem") == [(0,)]
    assert make.rows("select sum(unit_fen)::bigint from collection_allocation") == [(0,)]
    sound()


def test_money_under_either_name_is_one_pool(old: Employer, new: Employer, clerk: User) -> None:
    [(_m, theirs)], [(_n, ours)] = owed(old), owed(new)
    enter(clerk, old, "merger", successor=new)
    make.pay(old, f"{theirs / 100:.2f}", date(1996, 2, 19), settle=False)
    make.pay(new, f"{ours / 100 + 50:.2f}", date(1996, 2, 20), settle=False)
    make.settled(FEBRUARY, date(1996, 2, 20))
    assert (owed(old), owed(new)) == ([], [])
    assert make.rows("select employer_id, fen from collection_unapplied") == [(new.pk, 5000)]
    make.assess(FEBRUARY)
    make.settled(FEBRUARY, date(1996, 2, 21))
    sound()


def test_a_credit_note_of_the_one_taken_over_meets_the_successor_s_debt(
    old: Employer, new: Employer, clerk: User
) -> None:
    [(_m, theirs)] = owed(old)
    make.pay(old, f"{theirs / 100:.2f}", date(1996, 1, 20))
    enter(clerk, old, "merger", MARCH, successor=new)
    make.corrected(old, make.workers_of(old)[0], "300.00", JANUARY, FEBRUARY)
    make.assess(FEBRUARY)
    credit = make.rows("select receipt_id, amount_fen from collection_receipt where credit_of is not null")
    make.settled(FEBRUARY, date(1996, 2, 28))
    assert [(payer, due) for payer, due, _fen in met(old)] == [(old.pk, JANUARY), (old.pk, FEBRUARY)]
    assert len(credit) == 1
    sound()


def test_a_supplement_billed_later_is_the_successor_s_too(old: Employer, new: Employer, clerk: User) -> None:
    make.pay(old, f"{owed(old)[0][1] / 100:.2f}", date(1996, 1, 20))
    make.pay(new, f"{owed(new)[0][1] / 100:.2f}", date(1996, 1, 20))
    enter(clerk, old, "merger", successor=new)
    first, second = make.workers_of(old)[:2]
    with as_owner(), connection.cursor() as cursor:  # the wages of January, corrected upwards
        cursor.execute(
            "insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,"
            " fee_year, county_id, sign, reverses)"
            " select worker_id, employer_id, wage_fen, %s, %s, %s, fee_year, county_id, -1, spell_id"
            " from collection_spell where employer_id = %s and sign = 1",
            [JANUARY, JANUARY, FEBRUARY, old.pk],
        )
    make.spells(old, [first, second], ["900.00", "800.00"], JANUARY, JANUARY, FEBRUARY)
    make.assess(FEBRUARY)
    [(_m, supplement)] = owed(old)
    make.pay(new, f"{supplement / 100:.2f}", date(1996, 2, 20))
    assert owed(old) == []
    assert (new.pk, JANUARY, supplement) in met(old)
    sound()


def test_a_chain_ends_with_the_last(old: Employer, new: Employer, clerk: User) -> None:
    last = make.employer(["600.00"], lines=["pension"], recorded_in=FEBRUARY, first_period=FEBRUARY)
    one = enter(clerk, old, "merger", successor=new)
    two = enter(clerk, new, "merger", MARCH, successor=last)
    assert {(s.employer_id, s.payer_id) for s in payers(FEBRUARY).stretches} == {(old.pk, new.pk)}
    found = payers(MARCH)
    assert {(s.employer_id, s.payer_id) for s in found.stretches} == {(old.pk, last.pk), (new.pk, last.pk)}
    assert payers(JANUARY).stretches == ()
    make.assess(FEBRUARY)
    together = owed(old)[0][1] + owed(new)[0][1]  # January, before what the last owes for February
    make.pay(last, f"{together / 100:.2f}", date(1996, 3, 20))
    assert (owed(old), [due for due, _fen in owed(new)]) == ([], [FEBRUARY])
    sound()
    for change in (one, two):
        with pytest.raises(DatabaseError, match="met debt of the other"), transaction.atomic():
            EmployerChange.objects.filter(pk=change.pk).update(state="undone")


def test_before_the_event_takes_effect_each_pays_for_itself(
    old: Employer, new: Employer, clerk: User
) -> None:
    enter(clerk, old, "merger", MARCH, successor=new)
    [(_m, ours)] = owed(new)
    make.pay(new, f"{ours / 100 + 100:.2f}", date(1996, 2, 20))
    assert owed(new) == []
    assert make.rows("select fen from collection_unapplied where employer_id = %s", [new.pk]) == [(10_000,)]
    make.assess(FEBRUARY, MARCH)
    make.settled(MARCH, date(1996, 3, 20))
    assert (new.pk, JANUARY, 10_000) in met(old)
    sound()


def _entry(change: EmployerChange) -> AuditEntry:
    return AuditEntry.objects.get(act="employer_event", details__change=change.pk)


def test_a_merger_is_taken_back_whole_until_money_met_across(
    old: Employer, new: Employer, clerk: User
) -> None:
    change = enter(clerk, old, "merger", successor=new)
    undo_act(entry=_entry(change), reason="误录", by=clerk)
    assert payers(FEBRUARY).stretches == ()
    again = enter(clerk, old, "merger", successor=new)
    make.pay(new, "10.00", date(1996, 2, 20))
    assert met(old) == [(new.pk, JANUARY, 1000)]
    [block] = plan_undo(_entry(again)).plan.blocks
    assert new.name in block.text
    assert old.name in block.text
    assert block.url.startswith("/collection/receipts/")
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "depends"):
        undo_act(entry=_entry(again), reason="误录", by=clerk)
    sound()


def test_at_a_split_the_old_one_keeps_its_arrears(old: Employer, new: Employer, clerk: User) -> None:
    before = owed(old)
    enter(clerk, old, "split", successor=new, workers=make.workers_of(old)[:1])
    make.pay(new, f"{owed(new)[0][1] / 100 + 20:.2f}", date(1996, 2, 20))
    assert (owed(old), owed(new)) == (before, [])
    sound()


def test_at_a_split_the_new_one_takes_the_months_before_by_agreement(
    old: Employer, new: Employer, clerk: User
) -> None:
    given: dict[str, Any] = {"successor": new, "workers": make.workers_of(old)[:1], "arrears_taken": True}
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "document_missing"):
        enter(clerk, old, "split", **given)
    enter(clerk, old, "split", document_no="分立协议1996-2", **given)
    make.assess(FEBRUARY)
    [(_j, january), (_f, february)] = owed(old)
    make.pay(old, f"{february / 100 + 10:.2f}", date(1996, 2, 20))  # its own money pays its own months only
    assert owed(old) == [(JANUARY, january)]
    make.pay(new, f"{(january + sum(fen for _d, fen in owed(new))) / 100:.2f}", date(1996, 2, 21))
    assert (owed(old), owed(new)) == ([], [])
    assert (new.pk, JANUARY, january) in met(old)
    sound()


def test_verify_tells_money_that_met_across_without_an_event(
    old: Employer, new: Employer, clerk: User
) -> None:
    enter(clerk, old, "merger", successor=new)
    make.pay(new, "800.00", date(1996, 2, 20))
    assert met(old)
    sound()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table enrollment_employerchange disable trigger user")
        cursor.execute("update enrollment_employerchange set state = 'undone'")
        cursor.execute("alter table enrollment_employerchange enable trigger user")
        assert "collection.allocations_stay_in_their_line" in broken()


def test_nobody_else_is_told_who_pays_for_whom(old: Employer, new: Employer, clerk: User) -> None:
    stranger = make.employer([])
    enter(clerk, old, "merger", successor=new)
    assert len(payers(FEBRUARY).stretches) == 1
    for other in (make.person(Role.CLERK, make.YUSHU), make.employer_user(stranger)):
        with make.as_user(other):
            assert payers(FEBRUARY).stretches == ()
    for side in (old, new):
        with make.as_user(make.employer_user(side)):
            assert [s.payer_name for s in payers(FEBRUARY).stretches] == [new.name]


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def merged(old: Employer, new: Employer, clerk: User) -> tuple[Employer, Employer]:
    """Merged from February; on the 20th the successor has paid a part that met the old one's workers' part too."""
    enter(clerk, old, "merger", successor=new)
    make.assess(FEBRUARY)
    make.pay(new, "100.00", date(1996, 2, 20))
    make.on(date(1996, 2, 26))
    return old, new


def _all_of(sheet: bills.BillSheet | None) -> bills.BillSheet:
    assert sheet is not None
    return sheet


def test_the_successor_s_bill_counts_what_it_took_over(merged: tuple[Employer, Employer]) -> None:
    old, new = merged
    before, sheet = (
        _all_of(bills.bill_sheet(at.pk, month)) for at, month in ((old, JANUARY), (new, FEBRUARY))
    )
    open_there = before.sums.owed
    assert [item.other for item in sheet.taken] == [old.name]
    assert sheet.arrears_sum == open_there + _all_of(bills.bill_sheet(new.pk, JANUARY)).sums.owed
    assert {fee.bill_id for fee in sheet.fees} >= {item.bill_id for item in sheet.taken}
    assert before.to_pay == before.fee_sum == 0
    assert before.handed_to == [(new.name, open_there)]
    assert (bills.owed_now(old.pk), bills.owed_now(new.pk)) == (0, sheet.sums.owed + sheet.arrears_sum)
    [row] = lists.arrears(make.JIUTAI)
    assert (row["employer_id"], row["owed"]) == (new.pk, bills.owed_now(new.pk))


def test_every_amount_still_explains_itself(merged: tuple[Employer, Employer], clerk: User, rf: Any) -> None:
    old, new = merged
    request = rf.get("/")
    request.user, request.roles = clerk, frozenset({"clerk"})
    for kind, key in (
        ("to_pay", f"{new.pk}-199602"),
        ("to_pay", f"{old.pk}-199601"),
        ("late_fees", f"{new.pk}-199602"),
        *(("receipt", number) for (number,) in make.rows("select receipt_id from collection_receipt")),
        *(("bill_paid", number) for (number,) in make.rows("select bill_id from collection_bill")),
    ):
        assert explain(request, kind, str(key)).recomputed, (kind, key)
    [receipt] = make.rows("select receipt_id from collection_receipt")
    told = explain(request, "receipt", str(receipt[0]))
    assert any(old.name in step.label for step in told.steps)


def test_a_receipt_applied_before_the_event_of_its_month_still_adds_up(
    old: Employer, new: Employer, clerk: User, rf: Any
) -> None:
    make.pay(new, "60.00", date(1996, 2, 3))
    enter(clerk, old, "merger", successor=new)
    make.pay(new, "70.00", date(1996, 2, 20))
    request = rf.get("/")
    request.user, request.roles = clerk, frozenset({"clerk"})
    for (number,) in make.rows("select receipt_id from collection_receipt"):
        assert explain(request, "receipt", str(number)).recomputed
    sound()


def test_each_side_s_own_people_see_what_concerns_them(merged: tuple[Employer, Employer]) -> None:
    old, new = merged
    wanted = _all_of(bills.bill_sheet(new.pk, FEBRUARY))
    with make.as_user(make.employer_user(new)):
        sheet = _all_of(bills.bill_sheet(new.pk, FEBRUARY))
        assert (sheet.to_pay, sheet.fee_sum, sheet.arrears) == (wanted.to_pay, wanted.fee_sum, wanted.arrears)
        assert {bill.employer_id for bill in Bill.objects.all()} == {old.pk, new.pk}
        assert not Employer.objects.filter(pk=old.pk).exists()
    with make.as_user(make.employer_user(old)):
        sheet = _all_of(bills.bill_sheet(old.pk, JANUARY))
        assert sheet.handed_to == [(new.name, sheet.sums.owed)]
        [paid] = [
            p for found in receipts.payments_of([r.bill_id for r in sheet.rows]).values() for p in found
        ]
        assert (paid.paid_by, paid.amount) == (new.name, sheet.sums.paid)
        assert not Bill.objects.filter(employer_id=new.pk).exists()
        assert Receipt.objects.count() == 1


def test_row_level_security_says_the_same_without_the_managers(merged: tuple[Employer, Employer]) -> None:
    old, new = merged
    stranger = make.employer([])
    for at, seen in ((new, {old.pk, new.pk}), (old, {old.pk}), (stranger, set())):
        with make.as_user(make.employer_user(at)), connection.cursor() as cursor:
            for table in ("collection_bill", "collection_openitem", "collection_allocation"):
                cursor.execute(f"select distinct employer_id from {table}")
                assert {pk for (pk,) in cursor.fetchall()} == seen


def test_the_pages_say_from_whom_and_who_pays(
    merged: tuple[Employer, Employer], clerk: User, client: Client
) -> None:
    old, new = merged
    client.force_login(clerk)

    def page(url: str) -> str:
        answer = client.get(url)
        assert answer.status_code == 200
        return str(answer.content.decode())

    assert "takeovers" in page(reverse("enrollment:employer", args=[new.pk]))
    assert old.name in page(f"/collection/employers/{new.pk}/")
    assert new.name in page(f"/collection/employers/{old.pk}/")
    assert old.name in page(f"/collection/employers/{new.pk}/1996-02/")
    assert new.name in page(f"/collection/employers/{old.pk}/1996-01/")
    [line] = make.rows("select id from collection_bankline")
    assert old.name in page(f"/collection/receipts/{line[0]}/")
    paper = bill_paper(new, _all_of(bills.bill_sheet(new.pk, FEBRUARY)))
    assert any(old.name in cell for row in paper["arrears"]["rows"] for cell in row)
    client.force_login(make.employer_user(new))
    assert old.name in page("/portal/bills/")
    assert old.name in page("/portal/bills/1996-02/")


def test_after_a_split_both_are_shown_as_liable(old: Employer, new: Employer, clerk: User) -> None:
    someone = make.workers_of(old)[:1]
    kept = enter(clerk, old, "split", successor=new, workers=someone)
    assert [row.number for row in takeovers_of(new.pk).joint] == [old.number]
    assert not takeovers_of(old.pk)
    undo_act(entry=_entry(kept), reason="误录", by=clerk)
    enter(clerk, old, "split", successor=new, workers=someone, arrears_taken=True, document_no="协议1号")
    assert [row.number for row in takeovers_of(old.pk).joint] == [new.number]
    assert [row.amount for row in takeovers_of(new.pk).taken] == [
        row.amount for row in takeovers_of(old.pk).handed
    ]
