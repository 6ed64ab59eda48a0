"""Events of a whole employer: what ends, who goes on where, what stays owed, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from time import perf_counter
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from enrollment.acts.models import EmployerChange, UndoneAct
from enrollment.models import Coverage, Employer, Employment, LeaveReason
from enrollment.refusals import Refusal
from enrollment.services import Event, end_employment, record_event, set_coverage, take_in
from enrollment.services.undo import undo_act
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import Agency
from tests.collection import factories as month
from tests.collection.test_invariants import sound
from tests.enrollment import factories as make
from tests.pace import seconds
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = month.FEBRUARY, month.MARCH


def _refused(code: str) -> pytest.RaisesExc:  # type: ignore[name-defined]
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


@pytest.fixture
def clerk(db: None) -> Iterator[User]:
    """The clerk of Jiutai, with January assessed and February open."""
    month.open_year()
    with as_owner():
        set_today(date(1996, 2, 6))
    made = month.person(Role.CLERK, name="王淑琴")
    with month.as_user(made):
        yield made


@pytest.fixture
def works(clerk: User) -> Employer:
    """Three workers with spells of the year, two retirees; January is assessed and owed."""
    made = month.employer(retirees=2, retiree_cost="410.00")
    month.assess(month.JANUARY)
    return made


def _enter(by: User, at: Employer, kind: str, period: date = FEBRUARY, **given: Any) -> EmployerChange:
    return record_event(employer=at, event=Event(kind, period, **given), by=by)


def _cost(at: Employer, period: date) -> int:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(sign * cost_fen), 0)::bigint from collection_retireecost where employer_id = %s"
            " and %s between first_period and last_period",
            [at.pk, period],
        )
        return int(cursor.fetchone()[0])


def test_a_stop_changes_the_status_and_nothing_that_is_owed(works: Employer, clerk: User) -> None:
    change = _enter(clerk, works, "suspension", document_no="九经贸〔1996〕7号", note="停产整顿")
    works.refresh_from_db()
    assert (works.status, change.people, change.arrears > 0) == ("suspended", 0, True)
    assert (change.retirees, f"{change.retiree_cost}") == (2, "410.00")
    assert len(month.charged(works, MARCH)) == 3
    assert not Coverage.objects.filter(employer=works, last_period__isnull=False).exists()
    with _refused("not_active"):
        _enter(clerk, works, "suspension")
    _enter(clerk, works, "resumption", MARCH)
    works.refresh_from_db()
    assert works.status == "active"
    with _refused("order"):
        _enter(clerk, works, "closure")
    entry = AuditEntry.objects.filter(act="employer_event").latest("id")
    assert (entry.employer_id, entry.details["kind"]) == (works.pk, "resumption")


@pytest.mark.parametrize(("kind", "status"), [("closure", "closed"), ("bankruptcy", "bankrupt")])
def test_an_end_ends_coverage_employments_and_charges(
    works: Employer, clerk: User, kind: str, status: str
) -> None:
    change = _enter(clerk, works, kind)
    works.refresh_from_db()
    assert (works.status, change.people, len(change.coverages)) == (status, 3, 3)
    assert set(Employment.objects.filter(employer=works).values_list("last_period", "leave_reason")) == {
        (month.JANUARY, LeaveReason.EMPLOYER_ENDED)
    }
    assert set(Coverage.objects.filter(employer=works).values_list("last_period", flat=True)) == {
        month.JANUARY
    }
    assert (month.charged(works, FEBRUARY), _cost(works, FEBRUARY)) == ([], 0)
    assert (len(month.charged(works, month.JANUARY)), _cost(works, month.JANUARY)) == (3, 41_000)
    month.assess(FEBRUARY)
    sound()


def test_a_merger_lets_everybody_go_on_elsewhere(works: Employer, clerk: User) -> None:
    other = month.employer(
        ["700.00"],
        retirees=1,
        retiree_cost="200.00",
        lines=("pension", "unemployment"),
        first_period=FEBRUARY,
    )
    before = month.charged(works, MARCH)
    change = _enter(clerk, works, "merger", successor=other)
    works.refresh_from_db()
    other.refresh_from_db()
    assert (works.status, other.successor_of_id, change.people) == ("merged", works.pk, 3)
    assert set(before) < set(month.charged(other, MARCH))
    assert (_cost(works, FEBRUARY), _cost(other, FEBRUARY), _cost(other, month.JANUARY)) == (
        0,
        61_000,
        0,
    )
    month.assess(FEBRUARY, MARCH)
    sound()


def test_a_split_takes_the_people_named(works: Employer, clerk: User) -> None:
    new = month.employer([], lines=("pension", "unemployment", "injury"))
    first, *others = month.workers_of(works)
    _enter(clerk, works, "split", MARCH, successor=new, workers=[first])
    assert [worker for worker, _wage in month.charged(new, MARCH)] == [first]
    assert [worker for worker, _wage in month.charged(works, MARCH)] == others
    assert _cost(works, MARCH) == 41_000
    works.refresh_from_db()
    assert works.status == "active"
    month.assess(FEBRUARY, MARCH)
    sound()


def test_a_move_waits_until_the_other_county_takes_it_in(works: Employer, clerk: User) -> None:
    month.open_year(month.YUSHU)
    with as_owner(), acting_as(everything()):
        Employer.objects.filter(pk=works.pk).update(organisation_code="D2143569-X")
        works.refresh_from_db()
    wages = month.charged(works, FEBRUARY)
    change = _enter(clerk, works, "move", to_county=Agency.objects.get(pk=month.YUSHU))
    assert change.state == "waiting"
    with pytest.raises(PermissionDenied):
        take_in(change=change, by=clerk)
    there = month.person(Role.CLERK, month.YUSHU)
    with month.as_user(there):
        made = take_in(change=EmployerChange.objects.get(pk=change.pk), by=there)
        assert (made.name, made.county_id, made.organisation_code) == (works.name, month.YUSHU, "D2143569-X")
        assert Employment.objects.filter(employer=made, first_period=FEBRUARY).count() == 3
        with _refused("taken_in"):
            take_in(change=change, by=there)
    assert (month.charged(made, FEBRUARY), month.charged(works, FEBRUARY)) == (wages, [])
    month.assess(FEBRUARY)
    month.assess(month.JANUARY, FEBRUARY, county_id=month.YUSHU)
    sound()


@pytest.fixture
def moved(works: Employer, clerk: User) -> tuple[Employer, Employer, User]:
    """The works, its successor in Yushu from February on, and the clerk there."""
    month.open_year(month.YUSHU)
    month.assess(month.JANUARY, county_id=month.YUSHU)
    with as_owner(), acting_as(everything()):
        Employer.objects.filter(pk=works.pk).update(organisation_code="D2143569-X")
        works.refresh_from_db()
    change = _enter(clerk, works, "move", to_county=Agency.objects.get(pk=month.YUSHU))
    there = month.person(Role.CLERK, month.YUSHU)
    with month.as_user(there):
        made = take_in(change=EmployerChange.objects.get(pk=change.pk), by=there)
    return works, made, there


def _take_back(by: User, act: str = "take_in_employer") -> UndoneAct:
    entry = AuditEntry.objects.filter(act=act).latest("id")
    return undo_act(entry=entry, reason="迁移取消", by=by)


@pytest.mark.parametrize("assessed", [False, True])
def test_a_taking_in_is_taken_back_and_then_the_move(
    moved: tuple[Employer, Employer, User], clerk: User, assessed: bool
) -> None:
    works, made, there = moved
    if assessed:
        month.assess(FEBRUARY)
        month.assess(FEBRUARY, county_id=month.YUSHU)
    with _refused("depends"):
        _take_back(clerk, "employer_event")
    with pytest.raises(PermissionDenied), month.as_user(there):
        _take_back(clerk)
    with month.as_user(there):
        assert _take_back(there).direct is not assessed
        change = EmployerChange.objects.get()
        assert (change.state, change.successor, change.taken_in_by) == ("waiting", None, None)
        with _refused("undone"):
            _take_back(there)
    with as_owner(), acting_as(everything()):
        made.refresh_from_db()
        assert (made.status, made.successor_of) == ("taken_back", None)
        covered = set(Coverage.objects.filter(employer=made).values_list("last_period", flat=True))
        assert covered == ({FEBRUARY} if assessed else set())
    assert month.charged(made, FEBRUARY) == []
    assert _cost(made, FEBRUARY) == 0
    with month.as_user(clerk):
        assert _take_back(clerk, "employer_event").direct is not assessed
        works.refresh_from_db()
    assert (works.status, len(month.charged(works, FEBRUARY)), _cost(works, FEBRUARY)) == (
        "active",
        3,
        41_000,
    )
    rest = [MARCH] if assessed else [FEBRUARY, MARCH]
    month.assess(*rest)
    month.assess(*rest, county_id=month.YUSHU)
    owed = month.rows(
        "select coalesce(sum(own_due_fen + unit_due_fen), 0)::bigint from collection_bill where employer_id = %s",
        [made.pk],
    )
    assert owed == [(0,)]
    sound()


def test_an_employer_is_taken_in_again_after_it_was_taken_back(
    moved: tuple[Employer, Employer, User],
) -> None:
    _works, made, there = moved
    month.assess(FEBRUARY, county_id=month.YUSHU)
    with month.as_user(there):
        _take_back(there)
        again = take_in(change=EmployerChange.objects.get(), by=there)
        assert (again.organisation_code, again.number != made.number) == ("D2143569-X", True)
    assert len(month.charged(again, FEBRUARY)) == 3
    month.assess(MARCH, county_id=month.YUSHU)
    month.assess(FEBRUARY, MARCH)
    sound()


@pytest.mark.parametrize("since", ["joined", "left", "paid", "declared", "covered", "suspended"])
def test_what_was_done_since_keeps_the_taking_in_and_is_named(
    moved: tuple[Employer, Employer, User], since: str
) -> None:
    _works, made, there = moved
    told = made.name
    with month.as_user(there):
        employment = Employment.objects.filter(employer=made).select_related("worker").earliest("id")
        if since == "joined":
            told = make.worker(there, made, name="林后来", first_period=FEBRUARY).worker.name
        elif since == "left":
            end_employment(employment=employment, effective_period=MARCH, reason="resigned", by=there)
            told = employment.worker.name
        elif since == "declared":
            told = make.handed_in(made, there).code
        elif since == "covered":
            set_coverage(employer=made, line="medical", first_period=FEBRUARY, by=there)
            told = "1996-02"
        elif since == "suspended":
            record_event(employer=made, event=Event("suspension", FEBRUARY), by=there)
            told = "1996-02"
    if since == "paid":
        month.pay(made, "100.00", date(1996, 2, 6), settle=False)
        told = "100.00"
    with month.as_user(there), _refused("depends") as refused:
        _take_back(there)
    assert told in str(refused.value)
    assert EmployerChange.objects.get().state == "done"


@pytest.mark.parametrize(
    ("kind", "period", "code"),
    [
        ("closure", month.JANUARY, "assessed"),
        ("closure", date(1996, 4, 1), "period_future"),
        ("resumption", FEBRUARY, "not_suspended"),
        ("merger", FEBRUARY, "successor"),
        ("split", FEBRUARY, "successor"),
        ("move", FEBRUARY, "to_county"),
        ("ownership", FEBRUARY, "ownership"),
        ("strike", FEBRUARY, "kind"),
    ],
)
def test_what_cannot_be_is_refused(works: Employer, clerk: User, kind: str, period: date, code: str) -> None:
    with _refused(code):
        _enter(clerk, works, kind, period)
    assert not EmployerChange.objects.exists()


def test_nothing_follows_an_end_and_nobody_joins_after_it(works: Employer, clerk: User) -> None:
    _enter(clerk, works, "closure", MARCH)
    with _refused("ended"):
        _enter(clerk, works, "suspension", MARCH)
    works.refresh_from_db()
    with _refused("employer_ended"):
        set_coverage(employer=works, line="medical", first_period=MARCH, by=clerk)
    late = {"worker_id": month.workers_of(works)[0], "employer": works, "county_id": works.county_id}
    with pytest.raises(DatabaseError, match="nothing runs on"), transaction.atomic():
        Employment.objects.create(first_period=MARCH, **late)
    with pytest.raises(DatabaseError, match="nothing runs on"), transaction.atomic():
        Coverage.objects.create(employer=works, county_id=works.county_id, line="medical", first_period=MARCH)
    with pytest.raises(DatabaseError, match="kept as it was entered"), transaction.atomic():
        EmployerChange.objects.update(note="other")
    with pytest.raises(DatabaseError, match="not deleted"), transaction.atomic():
        connection.cursor().execute("delete from enrollment_employerchange")


def test_who_is_no_clerk_here_enters_nothing(works: Employer) -> None:
    for other in (month.person(Role.REVIEWER), month.person(Role.CLERK, month.YUSHU)):
        with month.as_user(other), pytest.raises(PermissionDenied):
            _enter(other, works, "closure")


def _ten_thousand(at: Employer) -> None:
    """As many people of an employer, each with a spell of the year."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            """
            insert into enrollment_worker (identity_number, identity_key, name, pinyin, initials, sex, birth_date,
                                           category, identity, deemed_months)
            select k, k, '陈' || n, '', '', 'M', date '1960-01-01' + n, 'permanent', 'worker', 0
            from generate_series(1, 10000) n, format('220182%s', lpad(n::text, 12, '0')) k
            """
        )
        cursor.execute("analyze enrollment_worker")
        for statement in (
            (
                "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)"
                " select id, %(at)s, %(county)s, '1990-01-01', '' from enrollment_worker where identity_key like '220182%%'"
            ),
            (
                "insert into collection_spell (worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,"
                " fee_year, county_id) select id, %(at)s, 48000, '1996-01-01', '1996-12-01', '1996-02-01', 1996, %(county)s"
                " from enrollment_worker where identity_key like '220182%%'"
            ),
            "analyze enrollment_employment",
        ):
            cursor.execute(statement, {"at": at.pk, "county": at.county_id})


def test_ten_thousand_people_are_merged_in_seconds(clerk: User) -> None:
    works, other = month.employer([]), month.employer(["700.00"])
    _ten_thousand(works)
    begun = perf_counter()
    _enter(clerk, works, "merger", successor=other)
    assert perf_counter() - begun < seconds(8)
    assert len(month.charged(other, MARCH)) == 10_001


def test_the_page_says_what_will_change_and_then_does_it(
    works: Employer, clerk: User, client: Client
) -> None:
    client.force_login(clerk)
    url = reverse("enrollment:event_new", args=[works.pk, "closure"])
    key = client.get(url).context["once_key"]
    given = {"_once": key, "effective_period": "1996-02", "document_no": "法破字第3号"}
    shown = client.post(url, given)
    assert shown.status_code == 200
    assert shown.context["plan"]["plan"].sums.owed > 0
    assert not EmployerChange.objects.exists()
    done = client.post(url, given | {"done": "yes"})
    assert (done.status_code, EmployerChange.objects.count()) == (302, 1)
    client.post(url, given | {"done": "yes"})
    assert EmployerChange.objects.count() == 1
    page = client.get(done.headers["Location"]).content.decode()
    assert "法破字第3号" in page
    refused = client.post(url, given | {"_once": client.get(url).context["once_key"]})
    assert refused.status_code == 422
