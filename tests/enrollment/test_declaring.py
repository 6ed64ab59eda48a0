"""A declaration is typed, handed in, sent back or approved by a second person."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from enrollment.models import Declaration, DeclarationLine, Employer, Employment, LeaveReason, Worker
from enrollment.refusals import Refusal, Stale
from enrollment.services import (
    approve_declaration,
    end_employment,
    return_declaration,
    save_declaration_draft,
    start_declaration,
    submit_declaration,
    withdraw_declaration,
)
from enrollment.services.declarations import NotReady
from jilin_si.access.models import Assignment, Role, User
from jilin_si.periods import month
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def _faults(error: NotReady) -> list[tuple[int, str, str]]:
    return [(row.place, fault.cell, fault.code) for row in error.checked.rows for fault in row.open_faults]


def _spells(employer: Employer) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select worker_id, wage_fen, first_period, last_period, sign from collection_spell"
            " where employer_id = %s order by spell_id",
            [employer.pk],
        )
        return cursor.fetchall()


def test_a_draft_begins_with_everybody_the_registry_knows(works: Employer, acting: User) -> None:
    workers = [make.worker(acting, works).worker_id for _ in range(3)]
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    assert [row["worker"] for row in declaration.draft["rows"]] == [str(number) for number in workers]
    assert start_declaration(employer=works, fee_year=1996, by=acting).pk == declaration.pk


def test_handing_in_writes_the_lines(works: Employer, acting: User) -> None:
    worker = make.worker(acting, works).worker_id
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    declaration = make.typed(declaration, acting, {0: "５，９８０"}, retirees="11", retiree_cost="3521.40")
    done = submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert (done.state, done.workers, done.wages) == ("submitted", 1, Decimal("498.33"))
    assert (done.retirees, done.retiree_cost) == (11, Decimal("3521.40"))
    line = DeclarationLine.objects.get(declaration=done)
    assert (line.worker_id, line.year_wages, line.months_worked, line.wage) == (
        worker, Decimal("5980.00"), 12, Decimal("498.33"),
    )  # fmt: skip


def test_approval_writes_what_is_charged(works: Employer, acting: User, reviewer: User) -> None:
    worker = make.worker(acting, works).worker_id
    declaration = make.approved(works, acting, reviewer)
    assert (declaration.state, declaration.reviewed_by) == ("approved", reviewer)
    assert _spells(works) == [(worker, 40000, month(1996, 1), month(1996, 12), 1)]


@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [
        ({"year_wages": ""}, "year_wages", "wage_missing"),
        ({"year_wages": "-350"}, "year_wages", "wage_not_positive"),
        ({"year_wages": "0"}, "year_wages", "wage_not_positive"),
        ({"year_wages": "四百五十"}, "year_wages", "wage_not_a_number"),
        ({"year_wages": "NaN"}, "year_wages", "wage_not_a_number"),
        ({"year_wages": "Infinity"}, "year_wages", "wage_not_a_number"),
        ({"year_wages": "1e3"}, "year_wages", "wage_not_a_number"),
        ({"year_wages": "0.005"}, "year_wages", "wage_too_precise"),
        ({"year_wages": "1000000000"}, "year_wages", "wage_too_large"),
        ({"year_wages": "1" + "0" * 25}, "year_wages", "wage_too_large"),
        ({"year_wages": "120000"}, "year_wages", "wage_implausible"),
        ({"months": "0"}, "months", "months"),
        ({"months": "13"}, "months", "months"),
        ({"months": "1.5"}, "months", "months"),
        ({"months": "twelve"}, "months", "months"),
    ],
)
def test_a_wrong_cell_keeps_the_return_back_and_says_why(
    works: Employer, acting: User, row: dict[str, str], cell: str, code: str, pension_rules: None
) -> None:
    make.worker(acting, works)
    make.worker(acting, works)
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    good = {"year_wages": "4800", "months": "12"}
    declaration = make.typed(declaration, acting, {}, rows={0: good, 1: good | row})
    with pytest.raises(NotReady) as told:
        submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert _faults(told.value) == [(1, cell, "wage_too_large" if code == "wage_too_large" else code)]
    declaration.refresh_from_db()
    assert declaration.state == "draft"
    assert not DeclarationLine.objects.exists()


def test_a_strange_wage_stands_with_a_reason(
    works: Employer, acting: User, reviewer: User, pension_rules: None
) -> None:
    make.worker(acting, works)
    make.approved(works, acting, reviewer, fee_year=1995)
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    declaration = make.typed(declaration, acting, {0: "24900"})
    with pytest.raises(NotReady) as told:
        submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert _faults(told.value) == [(0, "year_wages", "wage_jump")]
    declaration = make.typed(declaration, acting, {}, rows={0: {"reason": "承包奖"}})
    done = submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert DeclarationLine.objects.get(declaration=done).note == "承包奖"


def test_months_cannot_be_more_than_since_the_start_of_work(works: Employer, acting: User) -> None:
    from datetime import date

    make.worker(acting, works, first_work_date=date(1995, 8, 1), first_period=month(1995, 8))
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    assert declaration.draft["rows"][0]["months"] == "5"
    declaration = make.typed(declaration, acting, {}, rows={0: {"year_wages": "1386", "months": "8"}})
    with pytest.raises(NotReady) as told:
        submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert _faults(told.value) == [(0, "months", "months_too_many")]


def test_new_people_of_a_return_are_enrolled_with_it(works: Employer, acting: User) -> None:
    make.worker(acting, works)
    number = make.identity_number(digits=15)
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    new = {
        "number": number, "name": "郭艳秋", "category": "contract", "identity": "worker",
        "year_wages": "1806", "months": "6",
    }  # fmt: skip
    declaration = make.typed(declaration, acting, {0: "4800"}, rows={0: {"year_wages": "4800"}, 1: new})
    done = submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    employment = Employment.objects.get(worker__identity_number=number)
    assert (employment.employer, employment.first_period) == (works, month(1996, 1))
    assert DeclarationLine.objects.filter(declaration=done, worker=employment.worker).exists()


def test_a_new_person_insured_elsewhere_is_a_fault_of_the_row(
    works: Employer, acting: User, clerk_elsewhere: User
) -> None:
    with make.as_user(clerk_elsewhere):
        there = make.employer(clerk_elsewhere, make.YUSHU)
        number = make.worker(clerk_elsewhere, there).worker.identity_number
    with make.as_user(acting):
        declaration = start_declaration(employer=works, fee_year=1996, by=acting)
        row = {"number": number, "name": "陈国富", "category": "contract", "identity": "worker"}
        declaration = make.typed(
            declaration, acting, {}, rows={0: row | {"year_wages": "1806", "months": "6"}}
        )
        with pytest.raises(NotReady) as told:
            submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert _faults(told.value) == [(0, "number", "already_insured")]


def test_the_same_person_twice_is_a_fault_of_the_second_row(works: Employer, acting: User) -> None:
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    old, new = "220104550815001", "220104195508150013"
    row = {
        "name": "陈国富",
        "category": "contract",
        "identity": "worker",
        "year_wages": "1806",
        "months": "6",
    }
    declaration = make.typed(
        declaration, acting, {}, rows={0: row | {"number": old}, 1: row | {"number": new}}
    )
    with pytest.raises(NotReady) as told:
        submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert _faults(told.value) == [(1, "number", "duplicate_in_file")]


def test_everybody_has_to_be_in_the_return(works: Employer, acting: User) -> None:
    make.worker(acting, works)
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    make.worker(acting, works, name="后来人")
    declaration = make.typed(declaration, acting, {0: "4800"})
    with pytest.raises(NotReady) as told:
        submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert [fault.code for fault in told.value.checked.errors] == ["incomplete"]
    assert "后来人" in told.value.checked.errors[0].text


def test_who_entered_cannot_approve(works: Employer, acting: User) -> None:
    with as_owner():
        Assignment.objects.create(user=acting, role=Role.REVIEWER, agency_id=works.county_id)
    make.worker(acting, works)
    declaration = make.handed_in(works, acting)
    with pytest.raises(Refusal, check=lambda r: r.code == "two_persons"):
        approve_declaration(declaration=declaration, version=declaration.version, by=acting)
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=declaration.pk).update(state="approved", reviewed_by=acting)


def test_who_typed_a_part_cannot_approve_either(works: Employer, acting: User, second_clerk: User) -> None:
    with as_owner():
        Assignment.objects.create(user=second_clerk, role=Role.REVIEWER, agency_id=works.county_id)
    make.worker(acting, works)
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    with make.as_user(second_clerk):
        declaration = make.typed(declaration, second_clerk, {0: "4800"})
    with make.as_user(acting):
        declaration = submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    with make.as_user(second_clerk), pytest.raises(Refusal, check=lambda r: r.code == "two_persons"):
        approve_declaration(declaration=declaration, version=declaration.version, by=second_clerk)


def test_a_clerk_and_a_reviewer_of_another_office_cannot_approve(
    works: Employer, acting: User, second_clerk: User
) -> None:
    make.worker(acting, works)
    declaration = make.handed_in(works, acting)
    for other in (second_clerk, make.person(Role.REVIEWER, make.YUSHU)):
        with pytest.raises(PermissionDenied):
            approve_declaration(declaration=declaration, version=declaration.version, by=other)


def test_a_return_is_sent_back_with_a_reason_and_handed_in_again(
    works: Employer, acting: User, reviewer: User
) -> None:
    make.worker(acting, works)
    declaration = make.handed_in(works, acting)
    with make.as_user(reviewer):
        with pytest.raises(Refusal, check=lambda r: r.code == "reason_missing"):
            return_declaration(declaration=declaration, version=declaration.version, reason="  ", by=reviewer)
        declaration = return_declaration(
            declaration=declaration, version=declaration.version, reason="第 1 行请核对", by=reviewer
        )
    assert declaration.return_reason == "第 1 行请核对"
    with make.as_user(acting):
        declaration = make.typed(declaration, acting, {0: "5400"})
        declaration = submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert (declaration.state, declaration.wages) == ("submitted", Decimal("450.00"))
    assert DeclarationLine.objects.filter(declaration=declaration).count() == 1


def test_a_return_is_withdrawn_until_it_is_reviewed(works: Employer, acting: User, reviewer: User) -> None:
    make.worker(acting, works)
    declaration = make.handed_in(works, acting)
    declaration = withdraw_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert declaration.state == "draft"
    declaration = submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    with make.as_user(reviewer):
        declaration = approve_declaration(declaration=declaration, version=declaration.version, by=reviewer)
    with make.as_user(acting), pytest.raises(Refusal, check=lambda r: r.code == "state"):
        withdraw_declaration(declaration=declaration, version=declaration.version, by=acting)


def test_approval_is_bound_to_what_was_read(works: Employer, acting: User, reviewer: User) -> None:
    make.worker(acting, works)
    declaration = make.handed_in(works, acting)
    read = declaration.version
    declaration = withdraw_declaration(declaration=declaration, version=read, by=acting)
    declaration = make.typed(declaration, acting, {0: "9999"}, page="another page")
    submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    with make.as_user(reviewer), pytest.raises(Stale) as told:
        approve_declaration(declaration=declaration, version=read, by=reviewer)
    assert told.value.who == "王淑琴"


def test_the_second_of_two_clerks_is_told_who_was_first(
    works: Employer, acting: User, second_clerk: User
) -> None:
    make.worker(acting, works)
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    make.typed(declaration, acting, {0: "4800"}, page="first")
    make.typed(declaration, acting, {0: "4810"}, page="first")  # the same page saves as often as it likes
    with make.as_user(second_clerk), pytest.raises(Stale) as told:
        make.typed(declaration, second_clerk, {0: "6000"}, page="second")
    assert told.value.who == "王淑琴"
    declaration.refresh_from_db()
    assert declaration.draft["rows"][0]["year_wages"] == "4810"


def test_a_page_cannot_say_whom_a_row_is_about(works: Employer, acting: User) -> None:
    mine = make.worker(acting, works).worker_id
    other = make.employer(acting)
    theirs = make.worker(acting, other).worker_id
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    declaration = save_declaration_draft(
        declaration=declaration,
        rows={0: {"worker": str(theirs), "year_wages": "4800"}, 1: {"worker": str(theirs), "year_wages": "4800"}},
        retirees=None, retiree_cost=None, version=declaration.version, page="p", by=acting,
    )  # fmt: skip
    assert [row["worker"] for row in declaration.draft["rows"]] == [str(mine), ""]


def test_a_wage_declared_with_enrolment_goes_into_the_draft(works: Employer, acting: User) -> None:
    start_declaration(employer=works, fee_year=1996, by=acting)
    employment = make.worker(acting, works, wage=Decimal("421.50"))
    declaration = Declaration.objects.get(employer=works)
    assert declaration.draft["rows"][0]["worker"] == str(employment.worker_id)
    assert declaration.draft["rows"][0]["year_wages"] == "421.50"


def test_who_joins_after_the_yearly_return_is_declared_and_reviewed_apart(
    works: Employer, acting: User, reviewer: User
) -> None:
    first = make.worker(acting, works).worker_id
    make.approved(works, acting, reviewer)
    with make.as_user(acting):
        second = make.worker(acting, works, first_period=month(1996, 2), wage=Decimal("421.50")).worker_id
    joining = Declaration.objects.get(employer=works, kind="joining")
    assert (joining.state, joining.wages, joining.first_period) == (
        "submitted",
        Decimal("421.50"),
        month(1996, 2),
    )
    with make.as_user(reviewer):
        approve_declaration(declaration=joining, version=joining.version, by=reviewer)
    assert _spells(works) == [
        (first, 40000, month(1996, 1), month(1996, 12), 1),
        (second, 42150, month(1996, 2), month(1996, 12), 1),
    ]


def test_the_yearly_return_comes_before_the_joining_one(
    works: Employer, acting: User, reviewer: User
) -> None:
    make.worker(acting, works)
    yearly = make.handed_in(works, acting)
    make.worker(acting, works, first_period=month(1996, 2), wage=Decimal("421.50"))
    joining = Declaration.objects.get(employer=works, kind="joining")
    with make.as_user(reviewer):
        with pytest.raises(Refusal, check=lambda r: r.code == "yearly_first"):
            approve_declaration(declaration=joining, version=joining.version, by=reviewer)
        approve_declaration(declaration=yearly, version=yearly.version, by=reviewer)
        approve_declaration(declaration=joining, version=joining.version, by=reviewer)


def test_leaving_takes_back_what_was_to_be_charged(works: Employer, acting: User, reviewer: User) -> None:
    employment = make.worker(acting, works)
    make.approved(works, acting, reviewer)
    with make.as_user(acting):
        end_employment(
            employment=employment, effective_period=month(1996, 2), reason=LeaveReason.RETIRED, by=acting
        )
    assert _spells(works) == [
        (employment.worker_id, 40000, month(1996, 1), month(1996, 12), 1),
        (employment.worker_id, 40000, month(1996, 2), month(1996, 12), -1),
    ]


def test_nothing_is_half_done_where_a_new_person_is_refused(works: Employer, acting: User) -> None:
    """Two new people, the second enrolled elsewhere at the same moment: neither is there afterwards."""
    before = Worker.objects.count()
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    row = {"name": "甲", "category": "contract", "identity": "worker", "year_wages": "1806", "months": "6"}
    rows = {0: row | {"number": make.identity_number()}, 1: row | {"number": "220104195508150012"}}
    declaration = make.typed(declaration, acting, {}, rows=rows)
    with pytest.raises(NotReady):
        submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    assert Worker.objects.count() == before
