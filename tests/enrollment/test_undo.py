"""Acts taken back: whole, with a reason, once; directly before the assessment, by a counter-act after it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment.acts.models import UndoneAct
from enrollment.acts.people import corrected_since
from enrollment.models import Coverage, Declaration, Employer, Employment, Worker
from enrollment.refusals import Refusal
from enrollment.selectors.history import worker_history
from enrollment.services import Event, end_employment, record_event, set_coverage
from enrollment.services.transfers import transfer_inside
from enrollment.services.undo import plan_undo, undo_act
from jilin_si.access.audit import AuditEntry, record
from jilin_si.access.models import User
from jilin_si.agencies.clock import set_today
from tests.collection import factories as month
from tests.collection.test_invariants import sound
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = month.FEBRUARY, month.MARCH


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def _last(act: str) -> AuditEntry:
    return AuditEntry.objects.filter(act=act).latest("id")


def _undo(act: str, by: User, reason: str = "录入有误") -> UndoneAct:
    return undo_act(entry=_last(act), reason=reason, by=by)


@pytest.fixture
def charged(works: Employer, acting: User, reviewer: User) -> Employer:
    """Two workers on an approved return; the business date is in February, January is assessed."""
    make.worker(acting, works)
    make.worker(acting, works, name="王桂芝")
    make.approved(works, acting, reviewer)
    month.assess(month.JANUARY)
    with as_owner():
        set_today(date(1996, 2, 6))
    return works


def test_an_enrolment_not_charged_yet_goes_as_if_it_had_never_been(works: Employer, acting: User) -> None:
    made = make.worker(acting, works, name="李民", first_period=month.JANUARY)
    number = made.worker.identity_number
    undone = _undo("enrol_worker", acting)
    assert (undone.direct, Employment.objects.count()) == (True, 0)
    with as_owner():
        assert not Worker._base_manager.filter(pk=made.worker_id).exists()
    with _refused("undone"):
        _undo("enrol_worker", acting)
    make.worker(acting, works, name="李敏", identity_number=number)
    entry = _last("undo_act")
    assert (entry.reason, entry.details["act"], entry.object_id) == (
        "录入有误",
        "enrol_worker",
        made.worker_id,
    )


def test_an_enrolment_with_a_wage_takes_its_return_along_until_that_is_approved(
    charged: Employer, acting: User, reviewer: User
) -> None:
    make.worker(acting, charged, first_period=FEBRUARY, wage=Decimal("450.00"))
    assert Declaration.objects.filter(kind="joining").count() == 1
    _undo("enrol_worker", acting)
    assert not Declaration.objects.filter(kind="joining").exists()
    made = make.worker(acting, charged, first_period=FEBRUARY, wage=Decimal("450.00"))
    _approve_joining(reviewer)
    with _refused("depends") as told:
        _undo("enrol_worker", acting)
    assert "ZY-1996" in str(told.value)
    month.assess(FEBRUARY)
    planned = plan_undo(_last("enrol_worker"))
    assert (planned.plan.direct, planned.recorded_in, len(planned.plan.depends)) == (False, MARCH, 3)
    assert _undo("enrol_worker", acting).details["void"] == 1
    made.refresh_from_db()
    assert (made.leave_reason, made.last_period) == ("taken_back", FEBRUARY)
    assert len(month.charged(charged, FEBRUARY)) == 2
    other = make.employer(acting)
    make.worker(
        acting,
        other,
        identity_number=made.worker.identity_number,
        name=made.worker.name,
        first_period=FEBRUARY,
    )
    month.assess(MARCH)
    sound()


def _approve_joining(reviewer: User) -> None:
    from enrollment.services import approve_declaration

    with make.as_user(reviewer):
        joining = Declaration.objects.get(kind="joining")
        approve_declaration(declaration=joining, version=joining.version, by=reviewer)


@pytest.mark.parametrize("assessed", [False, True])
def test_who_left_is_charged_again(charged: Employer, acting: User, assessed: bool) -> None:
    before = month.charged(charged, FEBRUARY)
    first = Employment.objects.filter(employer=charged).earliest("id")
    end_employment(employment=first, effective_period=FEBRUARY, reason="resigned", by=acting)
    if assessed:
        month.assess(FEBRUARY)
    assert len(month.charged(charged, FEBRUARY)) == 1
    assert _undo("end_employment", acting).direct is not assessed
    assert month.charged(charged, FEBRUARY) == before
    first.refresh_from_db()
    assert (first.last_period, first.leave_reason) == (None, "")
    month.assess(*([MARCH] if assessed else [FEBRUARY]))
    sound()


def test_who_works_elsewhere_since_did_leave(charged: Employer, acting: User) -> None:
    first = Employment.objects.filter(employer=charged).earliest("id")
    end_employment(employment=first, effective_period=FEBRUARY, reason="resigned", by=acting)
    other = make.employer(acting, name="九台市酒厂")
    make.worker(
        acting,
        other,
        identity_number=first.worker.identity_number,
        name=first.worker.name,
        first_period=FEBRUARY,
    )
    entry = AuditEntry.objects.filter(act="end_employment").latest("id")
    with _refused("depends") as told:
        undo_act(entry=entry, reason="x", by=acting)
    assert "九台市酒厂" in str(told.value)


def test_a_coverage_is_taken_back_until_a_month_of_it_is_assessed(charged: Employer, acting: User) -> None:
    set_coverage(employer=charged, line="medical", first_period=FEBRUARY, by=acting)
    _undo("set_coverage", acting)
    assert not Coverage.objects.filter(employer=charged, line="medical").exists()
    set_coverage(
        employer=charged, line="injury", first_period=date(1992, 1, 1), last_period=FEBRUARY, by=acting
    )
    _undo("set_coverage", acting)
    assert Coverage.objects.get(employer=charged, line="injury").last_period is None
    set_coverage(employer=charged, line="medical", first_period=FEBRUARY, by=acting)
    month.assess(FEBRUARY)
    with _refused("needs_case"):
        _undo("set_coverage", acting)
    with _refused("assessed"):
        set_coverage(employer=charged, line="maternity", first_period=FEBRUARY, by=acting)
    sound()


@pytest.mark.parametrize("assessed", [False, True])
def test_an_approved_return_goes_back_and_is_approved_anew(
    works: Employer, acting: User, reviewer: User, assessed: bool
) -> None:
    from enrollment.services import approve_declaration, submit_declaration

    make.worker(acting, works)
    declaration = make.approved(works, acting, reviewer)
    charged = month.charged(works, FEBRUARY)
    if assessed:
        month.assess(month.JANUARY)
    with make.as_user(acting), pytest.raises(PermissionDenied):
        _undo("approve_declaration", acting)
    with make.as_user(reviewer):
        assert _undo("approve_declaration", reviewer, "工资有误").direct is not assessed
    declaration.refresh_from_db()
    assert (declaration.state, declaration.return_reason, month.charged(works, FEBRUARY)) == (
        "returned",
        "工资有误",
        [],
    )
    declaration = submit_declaration(declaration=declaration, version=declaration.version, by=acting)
    with make.as_user(reviewer):
        approve_declaration(declaration=declaration, version=declaration.version, by=reviewer)
    assert month.charged(works, FEBRUARY) == charged
    month.assess(*([FEBRUARY] if assessed else [month.JANUARY, FEBRUARY]))
    sound()


def test_who_approved_too_early_lets_the_return_wait_for_review_again(
    works: Employer, acting: User, reviewer: User, client: Client
) -> None:
    make.worker(acting, works)
    declaration = make.approved(works, acting, reviewer)
    client.force_login(reviewer)
    url = reverse("enrollment:undo", args=[_last("approve_declaration").pk])
    page = client.get(url)
    given = {"_once": page.context["once_key"], "reason": "批早了"}
    assert client.post(url, given | {"way": "approved"}).status_code == 422
    assert client.post(url, given | {"way": "review"}).status_code == 302
    declaration.refresh_from_db()
    assert (declaration.state, declaration.reviewed_by, declaration.return_reason) == ("submitted", None, "")
    assert month.charged(works, FEBRUARY) == []
    with make.as_user(reviewer):
        from enrollment.services import approve_declaration

        approve_declaration(declaration=declaration, version=declaration.version, by=reviewer)
    month.assess(month.JANUARY)
    sound()


@pytest.mark.parametrize("assessed", [False, True])
def test_who_went_to_another_employer_stayed(charged: Employer, acting: User, assessed: bool) -> None:
    other = make.employer(acting, name="九台市酒厂")
    before = month.charged(charged, FEBRUARY)
    first = Employment.objects.filter(employer=charged).earliest("id")
    new = transfer_inside(
        employment=first, employer=other, first_period=FEBRUARY, by=acting, wage=Decimal("450.00")
    )
    if assessed:
        month.assess(FEBRUARY)
    with _refused("part"):
        _undo("end_employment", acting)
    told = [h for h in worker_history(first.worker) if h.entry]
    assert {h.act for h in told} == {"transfer_inside", "enrol_worker"}
    undone = _undo("transfer_inside", acting)
    assert undone.direct is not assessed
    first.refresh_from_db()
    assert (first.last_period, first.leave_reason) == (None, "")
    assert not Employment.objects.filter(pk=new.pk).exists()
    assert not Declaration.objects.filter(
        employer=other, draft__rows__contains=[{"worker": str(first.worker_id)}]
    ).exists()
    assert month.charged(charged, FEBRUARY) == before
    assert [h.undone for h in worker_history(first.worker) if h.act == "transfer_inside"] == [True]
    month.assess(*([MARCH] if assessed else [FEBRUARY]))
    sound()


def test_a_transfer_that_is_charged_goes_after_its_return_and_not_once_somebody_left_again(
    charged: Employer, acting: User, reviewer: User
) -> None:
    other = make.employer(acting, name="九台市酒厂")
    make.worker(acting, other)
    make.approved(other, acting, reviewer)
    first = Employment.objects.filter(employer=charged).earliest("id")
    transfer_inside(
        employment=first, employer=other, first_period=FEBRUARY, by=acting, wage=Decimal("450.00")
    )
    _approve_joining(reviewer)
    with _refused("depends") as told:
        _undo("transfer_inside", acting)
    assert "ZY-1996" in str(told.value)
    month.assess(FEBRUARY)
    new = Employment.objects.get(employer=other, worker=first.worker)
    end_employment(employment=new, effective_period=MARCH, reason="resigned", by=acting)
    with _refused("depends"):
        _undo("transfer_inside", acting)
    _undo("end_employment", acting)
    assert _undo("transfer_inside", acting).direct is False
    new.refresh_from_db()
    assert new.leave_reason == "taken_back"
    assert first.worker_id in dict(month.charged(charged, FEBRUARY))
    assert first.worker_id not in dict(month.charged(other, FEBRUARY))
    month.assess(MARCH)
    sound()


@pytest.mark.parametrize("assessed", [False, True])
@pytest.mark.parametrize("kind", ["closure", "merger", "suspension"])
def test_an_event_did_not_happen(acting: User, kind: str, assessed: bool) -> None:
    works = month.employer(retirees=2, retiree_cost="410.00")
    other = month.employer(["700.00"], retirees=1, retiree_cost="200.00")
    month.assess(month.JANUARY)
    with as_owner():
        set_today(date(1996, 2, 6))
    before = (month.charged(works, MARCH), month.charged(other, MARCH))
    given: dict[str, Any] = {"successor": other} if kind == "merger" else {}
    record_event(employer=works, event=Event(kind, FEBRUARY, **given), by=acting)
    if assessed:
        month.assess(FEBRUARY)
    assert _undo("employer_event", acting).direct is not assessed
    works.refresh_from_db()
    assert (works.status, month.charged(works, MARCH), month.charged(other, MARCH)) == ("active", *before)
    assert not Employment.objects.filter(employer=works, last_period__isnull=False).exists()
    assert not Coverage.objects.filter(employer=works, last_period__isnull=False).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "select employer_id, sum(sign * cost_fen)::bigint from collection_retireecost"
            " where date '1996-03-01' between first_period and last_period group by 1 order by 1"
        )
        assert [cost for _at, cost in cursor.fetchall()] == [41_000, 20_000]
    month.assess(*([MARCH] if assessed else [FEBRUARY]))
    sound()


def test_an_event_with_others_after_it_stays(acting: User) -> None:
    works, other = month.employer(), month.employer(["700.00"])
    record_event(employer=works, event=Event("suspension", month.JANUARY), by=acting)
    first = _last("employer_event")
    record_event(employer=works, event=Event("closure", FEBRUARY), by=acting)
    with _refused("depends"):
        undo_act(entry=first, reason="x", by=acting)
    worker = Worker.objects.get(pk=month.workers_of(works)[0])
    Employment.objects.create(worker=worker, employer=other, county_id=other.county_id, first_period=FEBRUARY)
    with _refused("depends") as told:
        _undo("employer_event", acting)
    assert other.name in str(told.value)


def test_a_correction_that_came_after_leads_to_the_record_that_it_is_about(
    works: Employer, acting: User
) -> None:
    before = AuditEntry.objects.latest("pk")
    worker = make.worker(acting, works).worker
    for about, number in (("employer", works.pk), ("worker", worker.pk)):
        record(
            "approve_correction",
            by=acting,
            about=about,
            number=number,
            county_id=works.county_id,
            employer_id=works.pk,
            details={"code": f"GZ-{about}"},
        )
    points = corrected_since(before, works.pk)
    assert {point.url for point in points} == {
        reverse("enrollment:employer", args=[works.pk]),
        reverse("enrollment:worker", args=[worker.pk]),
    }


def test_a_roster_is_taken_back_whole(works: Employer, acting: User, client: Client) -> None:
    known = make.worker(acting, works, name="王桂芝", first_period=month.JANUARY)
    numbers = [make.identity_number() for _place in range(3)]
    rows = ["身份证号\t姓名\t用工形式\t月工资"]
    rows += [f"{n}\t陈国{c}\t合同工\t420.00" for n, c in zip(numbers, "富强民", strict=True)]
    rows.append(f"{known.worker.identity_number}\t王桂芝\t合同工\t430.00")
    client.force_login(acting)
    url = reverse("enrollment:import_roster", args=[works.pk])
    key = client.get(url).context["once_key"]
    sent = client.post(url, {"_once": key, "first_period": "1996-01", "pasted": "\n".join(rows)}, follow=True)
    stored = client.post(
        sent.request["PATH_INFO"] + "store/", {"_once": sent.context["once_key"]}, follow=True
    )
    assert stored.status_code == 200
    assert Employment.objects.filter(employer=works).count() == 4
    known.worker.refresh_from_db()
    assert known.worker.category == "contract"
    page = sent.request["PATH_INFO"]
    undo = reverse("enrollment:undo", args=[_last("import_roster").pk])
    assert undo in client.get(page).content.decode()
    client.post(undo, {"_once": client.get(undo).context["once_key"], "reason": "选错了文件"})
    told = client.get(page)
    assert undo not in told.content.decode()
    assert (told.context["undone"].user, told.context["undone"].reason) == (acting, "选错了文件")
    assert "选错了文件" in told.content.decode()
    assert Employment.objects.filter(employer=works).count() == 1
    known.worker.refresh_from_db()
    assert known.worker.category == "permanent"


def test_the_page_tells_what_depends_and_takes_it_back(
    charged: Employer, acting: User, reviewer: User, client: Client
) -> None:
    first = Employment.objects.filter(employer=charged).earliest("id")
    end_employment(employment=first, effective_period=FEBRUARY, reason="resigned", by=acting)
    url = reverse("enrollment:undo", args=[_last("end_employment").pk])
    client.force_login(reviewer)
    assert client.get(url).status_code == 403
    client.force_login(acting)
    worker = reverse("enrollment:worker", args=[first.worker_id])
    assert url in client.get(worker).content.decode()
    page = client.get(url)
    assert page.context["planned"].plan.direct
    empty = client.post(url, {"_once": page.context["once_key"], "reason": ""})
    assert empty.status_code == 422
    done = client.post(url, {"_once": page.context["once_key"], "reason": "误报"})
    assert (done.status_code, done.headers["Location"]) == (302, worker)
    shown = client.get(worker).content.decode()
    assert url not in shown
    assert UndoneAct.objects.count() == 1
