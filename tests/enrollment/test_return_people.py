"""Returns that tell of people: who has left leaves with the approval, whom the employer names joins with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from enrollment.models import (
    Declaration,
    DeclarationAnswer,
    DeclarationNewcomer,
    Employer,
    Employment,
    LeaveReason,
    Worker,
)
from enrollment.refusals import Refusal
from enrollment.selectors.declarations import people_of_review
from enrollment.selectors.history import declaration_history, worker_history
from enrollment.services import (
    approve_declaration,
    end_employment,
    return_declaration,
    start_declaration,
    start_naming,
    submit_declaration,
)
from enrollment.services.declarations import NotReady
from enrollment.services.undo import plan_undo, undo_act
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from jilin_si.periods import month as month_of
from tests.collection import factories as month
from tests.collection.test_invariants import sound
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = month.JANUARY, month.FEBRUARY, month.MARCH
LEFT = {"answer": "left", "left_from": "1996-01", "left_why": "resigned"}


def _faults(error: NotReady) -> list[tuple[int, str, str]]:
    return [(row.place, fault.cell, fault.code) for row in error.checked.rows for fault in row.open_faults]


def _typed(at: Employer, by: User, rows: Mapping[int, Mapping[str, str]]) -> Declaration:
    declaration = start_declaration(employer=at, fee_year=1996, by=by)
    paid = {place: {"year_wages": "4800", "months": "12"} for place in range(len(declaration.draft["rows"]))}
    given = {place: row if "answer" in row else paid.get(place, {}) | row for place, row in rows.items()}
    return make.typed(declaration, by, {}, rows=paid | given)


def _handed_in(at: Employer, by: User, rows: Mapping[int, Mapping[str, str]]) -> Declaration:
    declaration = _typed(at, by, rows)
    return submit_declaration(declaration=declaration, version=declaration.version, by=by)


def _approve(declaration: Declaration, reviewer: User) -> Declaration:
    declaration.refresh_from_db()
    with make.as_user(reviewer):
        return approve_declaration(declaration=declaration, version=declaration.version, by=reviewer)


def _undo(act: str, by: User, way: str = "") -> Any:
    with make.as_user(by):
        return undo_act(
            entry=AuditEntry.objects.filter(act=act).latest("id"), reason="录入有误", by=by, way=way
        )


@pytest.fixture
def three(works: Employer, acting: User) -> list[Employment]:
    """Three workers of the works, since 1990."""
    return [make.worker(acting, works, name=name) for name in ("陈国富", "王桂芝", "李德林")]


# ── who has left ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [
        ({"left_from": ""}, "left_from", "leave_month"),
        ({"left_from": "1996-13"}, "left_from", "period"),
        ({"left_from": "去年"}, "left_from", "period"),
        ({"left_from": "1990-03"}, "left_from", "leaves_before_joining"),
        ({"left_from": "1996-09"}, "left_from", "period_future"),
        ({"left_why": ""}, "left_why", "leave_reason"),
        ({"left_why": "transferred"}, "left_why", "leave_reason"),
        ({"left_from": "1996-02"}, "year_wages", "wages_until_then"),
        ({"year_wages": "4800", "months": "12"}, "year_wages", "wages_and_answer"),
    ],
)
def test_an_answer_says_from_when_and_why_before_it_is_handed_in(
    works: Employer, acting: User, three: list[Employment], row: dict[str, str], cell: str, code: str
) -> None:
    with pytest.raises(NotReady) as told:
        _handed_in(works, acting, {1: LEFT | row})
    assert _faults(told.value) == [(1, cell, code)]


def test_a_row_is_checked_as_it_is_typed(
    works: Employer, acting: User, three: list[Employment], client: Client
) -> None:
    declaration = _typed(works, acting, {})
    client.force_login(acting)
    sent = {"_row": "1", "version": str(declaration.version), "page": "p", "year_wages": "", "answer": "left"}
    url = reverse("enrollment:declaration_row", args=[declaration.pk])
    answer = client.post(url, sent | {"left_from": "９６年", "left_why": ""}).json()
    assert {(fault["cell"], fault["code"]) for fault in answer["errors"]} == {
        ("left_from", "period"),
        ("left_why", "leave_reason"),
    }
    answer = client.post(url, sent | {"left_from": "1996.1", "left_why": "retired"}).json()
    assert (answer["errors"], answer["values"]) == ([], {"left_from": "1996-01"})


def test_the_approval_ends_the_employments_and_is_taken_back_with_them(
    works: Employer, acting: User, reviewer: User, three: list[Employment]
) -> None:
    moved = {"answer": "moved", "left_from": "1995-12", "left_why": ""}
    declaration = _handed_in(works, acting, {1: LEFT, 2: moved})
    with make.as_user(reviewer):
        shown = people_of_review(declaration)
    assert shown["ends"] == [(date(1995, 11, 1), 1), (date(1995, 12, 1), 1)]
    assert not Employment.objects.filter(employer=works, last_period__isnull=False).exists()
    declaration = _approve(declaration, reviewer)
    ended = Employment.objects.filter(employer=works).order_by("worker_id")
    assert [(e.last_period, e.leave_reason) for e in ended] == [
        (None, ""),
        (date(1995, 12, 1), LeaveReason.RESIGNED),
        (date(1995, 11, 1), LeaveReason.TRANSFERRED),
    ]
    assert [worker for worker, _fen in month.charged(works, JANUARY)] == [three[0].worker_id]
    told = [h for h in worker_history(three[1].worker) if h.act == "leave_by_return"]
    assert [(declaration.code in h.what, "1996-01" in h.what, h.undone) for h in told] == [
        (True, True, False)
    ]
    assert any("2" in h.what for h in declaration_history(declaration) if h.act == "approve_declaration")
    entry = AuditEntry.objects.filter(act="approve_declaration").latest("id")
    with make.as_user(reviewer):
        takes = " ".join(point.text for point in plan_undo(entry).plan.takes)
    assert "王桂芝" in takes
    assert "李德林" in takes
    _undo("approve_declaration", reviewer, "review")
    assert not Employment.objects.filter(employer=works, last_period__isnull=False).exists()
    assert month.charged(works, JANUARY) == []
    told = [h for h in worker_history(three[1].worker) if h.act == "leave_by_return"]
    assert [h.undone for h in told] == [True]
    _approve(declaration, reviewer)
    assert [e.last_period for e in ended.all()] == [None, date(1995, 12, 1), date(1995, 11, 1)]
    undone = [h.undone for h in worker_history(three[1].worker) if h.act == "leave_by_return"]
    assert sorted(undone) == [False, True]
    month.assess(JANUARY)
    sound()


@pytest.mark.parametrize("assessed", [False, True])
def test_nobody_is_charged_for_months_after_the_leaving(
    works: Employer, acting: User, reviewer: User, three: list[Employment], assessed: bool
) -> None:
    """The year began without a return, so last year's wages went on: somebody left before it, somebody in February."""
    make.open_year(year=1995)
    workers = [e.worker_id for e in three]
    month.spells(works, workers, ["400.00"] * 3, month_of(1995, 1), month_of(1995, 12))
    month.assess(*(month_of(1995, number) for number in range(1, 13)))
    month.assess(JANUARY)
    with as_owner():
        set_today(date(1996, 2, 6))
    assert [worker for worker, _fen in month.charged(works, MARCH)] == workers
    later = {
        "answer": "left",
        "left_from": "1996-03",
        "left_why": "retired",
        "year_wages": "4800",
        "months": "12",
    }
    declaration = _handed_in(works, acting, {1: LEFT | {"left_from": "1995-12"}, 2: later})
    _approve(declaration, reviewer)
    charged = {
        period: [worker for worker, _fen in month.charged(works, period)]
        for period in (month_of(1995, 11), month_of(1995, 12), JANUARY, FEBRUARY, MARCH)
    }
    assert charged == {
        month_of(1995, 11): workers,
        month_of(1995, 12): [workers[0], workers[2]],
        JANUARY: [workers[0], workers[2]],
        FEBRUARY: [workers[0], workers[2]],
        MARCH: workers[:1],
    }
    if assessed:
        month.assess(FEBRUARY)
    assert _undo("approve_declaration", reviewer).direct is False
    for period in (month_of(1995, 12), JANUARY, MARCH):
        assert month.charged(works, period) == [(worker, 40_000) for worker in workers], period
    month.assess(*([MARCH] if assessed else [FEBRUARY, MARCH]))
    sound()


def test_who_left_meanwhile_by_another_act_leaves_once(
    works: Employer, acting: User, reviewer: User, three: list[Employment]
) -> None:
    declaration = _handed_in(works, acting, {1: LEFT, 2: LEFT | {"left_from": "1995-11"}})
    end_employment(employment=three[1], effective_period=FEBRUARY, reason="dismissed", by=acting)
    with make.as_user(reviewer):
        shown = people_of_review(declaration)
    assert (shown["ends"], shown["known"]) == ([(date(1995, 10, 1), 1)], 1)
    _approve(declaration, reviewer)
    left = Employment.objects.get(pk=three[1].pk)
    assert (left.last_period, left.leave_reason) == (JANUARY, "dismissed")
    _undo("approve_declaration", reviewer)
    left.refresh_from_db()
    assert left.last_period == JANUARY
    assert Employment.objects.get(pk=three[2].pk).last_period is None


def test_an_answer_of_before_without_a_month_ends_nothing(
    works: Employer, acting: User, reviewer: User, three: list[Employment]
) -> None:
    declaration = _handed_in(works, acting, {1: LEFT})
    DeclarationAnswer.objects.update(effective_period=None, leave_reason="")
    with make.as_user(reviewer):
        assert people_of_review(declaration)["unclear"] == 1
    _approve(declaration, reviewer)
    assert Employment.objects.get(pk=three[1].pk).last_period is None


def test_who_works_elsewhere_since_keeps_the_approval(
    works: Employer, acting: User, reviewer: User, three: list[Employment]
) -> None:
    _approve(_handed_in(works, acting, {1: LEFT}), reviewer)
    other = make.employer(acting, name="九台市酒厂")
    make.worker(
        acting,
        other,
        name="王桂芝",
        identity_number=three[1].worker.identity_number,
        first_period=FEBRUARY,
    )
    with pytest.raises(Refusal, check=lambda r: r.code == "depends") as told:
        _undo("approve_declaration", reviewer)
    assert "九台市酒厂" in str(told.value)


# ── whom the employer names ──────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def sunli(works: Employer, acting: User, three: list[Employment]) -> User:
    """The works' own user."""
    with as_owner():
        user = User.objects.create_user("sunli", password=make.PASSWORD, display_name="孙丽")
        Assignment.objects.create(user=user, role=Role.EMPLOYER, employer_id=works.pk)
    return user


def _new(number: str, **given: str) -> dict[str, str]:
    values = {"number": number, "name": "郭艳秋", "category": "contract", "identity": "worker"}
    return values | {"year_wages": "450", "months": "1"} | given


def _named(at: Employer, by: User, *people: dict[str, str]) -> Declaration:
    with make.as_user(by):
        return _handed_in(at, by, {3 + place: row for place, row in enumerate(people)})


def test_an_employer_names_somebody_and_the_approval_enrols(
    works: Employer, acting: User, reviewer: User, sunli: User
) -> None:
    number = make.identity_number()
    before = Worker.objects.count()
    declaration = _named(works, sunli, _new(number, joins_from="1996-02"))
    assert (declaration.workers, declaration.from_employer) == (4, True)
    assert Worker.objects.count() == before
    with make.as_user(reviewer):
        shown = people_of_review(declaration)
        assert (shown["joins"], shown["stopped"]) == ([(FEBRUARY, 1)], 0)
    _approve(declaration, reviewer)
    joined = Employment.objects.get(worker__identity_number=number)
    assert (joined.employer, joined.first_period) == (works, FEBRUARY)
    assert dict(month.charged(works, FEBRUARY))[joined.worker_id] == 45_000
    assert joined.worker_id not in dict(month.charged(works, JANUARY))
    assert [
        h.what for h in worker_history(joined.worker) if declaration.code in h.what and "1996-02" in h.what
    ]
    month.assess(JANUARY, FEBRUARY)
    _undo("approve_declaration", reviewer, "review")
    joined.refresh_from_db()
    assert joined.leave_reason == "taken_back"
    assert month.charged(works, FEBRUARY) == []
    _approve(declaration, reviewer)
    again = Employment.objects.exclude(leave_reason="taken_back").get(worker_id=joined.worker_id)
    assert dict(month.charged(works, FEBRUARY))[again.worker_id] == 45_000
    month.assess(MARCH)
    sound()


def test_nothing_tells_an_employer_who_is_known_elsewhere(
    works: Employer, acting: User, reviewer: User, sunli: User, clerk_elsewhere: User, client: Client
) -> None:
    """An unknown person, one insured in another county, one under another name, one who died: all look the same."""
    make.open_year(make.YUSHU)
    with make.as_user(clerk_elsewhere):
        there = make.employer(clerk_elsewhere, make.YUSHU)
        insured = make.worker(clerk_elsewhere, there, name="郭艳秋").worker.identity_number
        other_name = make.worker(clerk_elsewhere, there, name="赵另").worker.identity_number
        gone = make.worker(clerk_elsewhere, there, name="郭艳秋")
        died = gone.worker.identity_number
        end_employment(employment=gone, effective_period=month_of(1995, 5), reason="died", by=clerk_elsewhere)
    client.force_login(sunli)
    with make.as_user(sunli):
        declaration = _typed(works, sunli, {})
    url = reverse("portal:declaration_row", args=[declaration.pk])
    answers = []
    numbers = [make.identity_number(), insured, other_name, died]
    for number in numbers:
        sent = {"_row": "3", "version": str(declaration.version), "page": "p", **_new(number)}
        answer = client.post(url, sent).json()
        side = client.post(reverse("portal:declaration_side", args=[declaration.pk]), {"_row": "3"}).content
        del answer["values"]["number"], answer["calc"]["born"]
        answers.append((answer, side.count(b"<")))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0]["errors"] == []
    declaration = _named(works, sunli, *(_new(number) for number in numbers))
    page = client.get(reverse("portal:declaration", args=[declaration.pk])).content.decode()
    assert page.count("郭艳秋") == 4
    with make.as_user(reviewer):
        told = [each.why and each.why.code for each in people_of_review(declaration)["newcomers"]]
        assert told == [None, "already_insured", "already_insured", "died"]
    with pytest.raises(Refusal, check=lambda r: r.code == "already_insured"):
        _approve(declaration, reviewer)
    assert not Employment.objects.filter(employer=works, worker__identity_number=numbers[0]).exists()


def test_a_reason_stands_at_the_row_until_it_says_otherwise(
    works: Employer, acting: User, reviewer: User, sunli: User, client: Client
) -> None:
    declaration = _named(works, sunli, _new(make.identity_number()))
    client.force_login(reviewer)
    page = client.get(reverse("enrollment:declaration", args=[declaration.pk]))
    assert 'name="row-3"' in page.content.decode()
    sent = {"_once": page.context["once_key"], "version": str(declaration.version), "row-3": "请带合同来"}
    client.post(reverse("enrollment:declaration_return", args=[declaration.pk]), sent | {"reason": ""})
    declaration.refresh_from_db()
    assert declaration.state == "returned"
    with make.as_user(sunli):
        with pytest.raises(NotReady) as told:
            submit_declaration(declaration=declaration, version=declaration.version, by=sunli)
        assert _faults(told.value) == [(3, "number", "returned")]
        assert "请带合同来" in told.value.checked.rows[3].warnings[0].text
        kept = make.typed(declaration, sunli, {}, rows={3: {"name": "郭艳秋"}, 0: {}}, page="mine")
        mended = make.typed(kept, sunli, {}, rows={3: {"name": "郭燕秋"}}, page="mine")
        done = submit_declaration(declaration=mended, version=mended.version, by=sunli)
    assert [each.name for each in DeclarationNewcomer.objects.filter(declaration=done)] == ["郭燕秋"]
    with make.as_user(reviewer):
        done = return_declaration(
            declaration=done, version=done.version, reason="", rows={3: "还是不对"}, by=reviewer
        )
    with make.as_user(sunli):
        reasoned = make.typed(done, sunli, {}, rows={3: {"reason": "合同已送到"}}, page="again")
        done = submit_declaration(declaration=reasoned, version=reasoned.version, by=sunli)
    assert done.state == "submitted"


@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [
        ({"number": "220104195508150012"}, "number", "checksum"),
        ({"joins_from": "1995-12"}, "joins_from", "other_year"),
        ({"joins_from": "1996-03"}, "joins_from", "period_future"),
        ({"joins_from": "x"}, "joins_from", "period"),
        ({"name": ""}, "name", "name_missing"),
        ({"year_wages": ""}, "year_wages", "wage_missing"),
    ],
)
def test_what_an_employer_types_wrong_is_told_at_the_cell(
    works: Employer, acting: User, sunli: User, row: dict[str, str], cell: str, code: str
) -> None:
    with pytest.raises(NotReady) as told:
        _named(works, sunli, _new(make.identity_number()) | row)
    assert [(place, where) for place, where, _code in _faults(told.value)] == [(3, cell)]
    assert code in _faults(told.value)[0][2]


def test_people_who_come_after_the_year_s_return_are_named_in_one_of_their_own(
    works: Employer, acting: User, reviewer: User, sunli: User, client: Client
) -> None:
    with make.as_user(sunli):
        with pytest.raises(Refusal, check=lambda r: r.code == "yearly_first"):
            start_naming(employer=works, fee_year=1996, by=sunli)
        typed = start_declaration(employer=works, fee_year=1996, by=sunli)
        assert start_naming(employer=works, fee_year=1996, by=sunli).pk == typed.pk
    with make.as_user(acting):
        yearly = _handed_in(works, acting, {})
    _approve(yearly, reviewer)
    with as_owner():
        set_today(date(1996, 2, 6))
    client.force_login(sunli)
    page = client.get(reverse("portal:declarations"))
    assert [year for year, _key in page.context["naming"]] == [1996]
    once_key = page.context["naming"][0][1]
    begun = client.post(reverse("portal:name_people"), {"_once": once_key, "year": "1996"}, follow=True)
    joining = begun.context["declaration"]
    assert (joining.kind, joining.first_period) == ("joining", FEBRUARY)
    number = make.identity_number()
    fields = {f"rows-0-{name}": value for name, value in _new(number, joins_from="1996-03").items()}
    sent = {"_once": begun.context["once_key"], "version": str(joining.version), "page": "mine"} | fields
    done = client.post(reverse("portal:declaration", args=[joining.pk]), sent, follow=True)
    assert "郭艳秋" in done.content.decode()
    joining.refresh_from_db()
    assert (joining.state, joining.first_period, joining.workers) == ("submitted", MARCH, 1)
    _approve(joining, reviewer)
    assert len(month.charged(works, MARCH)) == 4
    assert len(month.charged(works, FEBRUARY)) == 3
    with make.as_user(sunli):
        assert start_naming(employer=works, fee_year=1996, by=sunli).pk != joining.pk


def test_an_employer_says_of_nobody_whose_record_it_is(
    works: Employer, acting: User, reviewer: User, sunli: User, clerk_elsewhere: User
) -> None:
    """Past the application: no worker is put beside a name, nothing is changed once the return is approved."""
    declaration = _named(works, sunli, _new(make.identity_number()))
    with make.as_user(clerk_elsewhere):
        assert not DeclarationNewcomer.objects.exists()
    with make.as_user(sunli), connection.cursor() as cursor:
        cursor.execute("select count(*) from enrollment_declarationnewcomer")
        assert cursor.fetchone() == (1,)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(
                "update enrollment_declarationnewcomer set worker_id = (select min(id) from enrollment_worker)"
            )
    with make.as_user(clerk_elsewhere), connection.cursor() as cursor:
        cursor.execute("select count(*) from enrollment_declarationnewcomer")
        assert cursor.fetchone() == (0,)
    _approve(declaration, reviewer)
    with make.as_user(sunli), connection.cursor() as cursor:
        for statement in (
            "update enrollment_declarationnewcomer set name = 'x'",
            "delete from enrollment_declarationnewcomer",
        ):
            cursor.execute(statement)
            assert cursor.rowcount == 0
    with acting_as(everything()), as_owner():
        assert DeclarationNewcomer.objects.get().worker_id is not None


def test_who_joined_in_december_is_named_in_january(
    works: Employer, acting: User, reviewer: User, sunli: User
) -> None:
    _approve(_handed_in(works, acting, {}), reviewer)
    make.open_year(year=1997)
    month.assess(*(month_of(1996, number) for number in range(1, 13)))
    with as_owner():
        set_today(date(1997, 1, 6))
    with make.as_user(sunli):
        joining = start_naming(employer=works, fee_year=1996, by=sunli)
        joining = make.typed(joining, sunli, {}, rows={0: _new(make.identity_number(), joins_from="1996-12")})
        joining = submit_declaration(declaration=joining, version=joining.version, by=sunli)
        with pytest.raises(Refusal, check=lambda r: r.code == "fee_year"):
            start_naming(employer=works, fee_year=1995, by=sunli)
    _approve(joining, reviewer)
    assert len(month.charged(works, month_of(1996, 12))) == 4
    assert len(month.charged(works, month_of(1996, 11))) == 3
    assert _undo("approve_declaration", reviewer).direct is True
    assert len(month.charged(works, month_of(1996, 12))) == 3
    sound()
