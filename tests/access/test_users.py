"""Users and roles on their pages: who may make, give, take away and close; from what on it acts; what is kept of it (S9, S10)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from enrollment.models import Employer
from jilin_si.access import users
from jilin_si.access.acting import acting_for
from jilin_si.access.audit import AuditEntry
from jilin_si.access.granting import granter_of
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import scope_of
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE, Agency
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
TODAY = date(1996, 1, 31)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _today(db: None) -> Iterator[None]:
    cache.clear()
    with as_owner():
        set_today(TODAY)
    yield
    cache.clear()


@pytest.fixture
def administrator(db: None) -> User:
    return make.person(Role.ADMINISTRATOR, PROVINCE, "徐晓红")


@pytest.fixture
def head(db: None) -> User:
    return make.person(Role.HEAD, make.JIUTAI, "刘振海")


@pytest.fixture
def clerk(db: None) -> User:
    return make.person(Role.CLERK, make.JIUTAI, "王淑琴")


@pytest.fixture
def works(clerk: User) -> Employer:
    make.open_year()
    with make.as_user(clerk):
        return make.employer(clerk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def post(client: Client, view: str, *arguments: Any, **fields: Any) -> Any:
    return client.post(
        reverse(f"users:{view}", args=arguments),
        {"_once": str(uuid.uuid4()), "reason": "人员调整", **fields},
    )


def roles_of(user: User) -> set[tuple[str, int | None, int | None]]:
    return set(Assignment.ever.filter(user=user).values_list("role", "agency_id", "employer_id"))


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def new_user(**more: Any) -> dict[str, Any]:
    return {"username": "sun.wei", "display_name": "孙伟", "unit": make.JIUTAI, **more}


def shown_password(html: str) -> str:
    found = re.search(r'id="starting-password">([^<]+)<', html)
    return found[1] if found else ""


# ── a sign-in is made ────────────────────────────────────────────────────────────────────────────────────────────
def test_an_administrator_makes_a_user_whose_password_is_shown_once_and_changed_first(
    administrator: User, works: Employer
) -> None:
    client = browser(administrator)
    fields = new_user(roles=[Role.CLERK, Role.FINANCE], employers=works.number)
    answer = post(client, "user_new", **fields)
    assert answer.status_code == 302
    made = User.objects.get(username="sun.wei")
    page = client.get(answer.headers["Location"]).content.decode()
    password = shown_password(page)
    assert len(password) == 19
    assert made.check_password(password)
    assert password not in client.get(answer.headers["Location"]).content.decode()
    assert roles_of(made) == {
        (Role.CLERK, make.JIUTAI, None),
        (Role.FINANCE, make.JIUTAI, None),
        (Role.EMPLOYER, None, works.pk),
    }
    assert "人员调整" in page
    theirs = Client()
    theirs.post("/account/login/", {"login": "sun.wei", "password": password})
    assert theirs.get("/desk/").headers["Location"] == reverse("account_change_password")
    with make.as_user(administrator):
        entry = AuditEntry.objects.get(object_kind="user", object_id=made.pk)
    assert (entry.act, entry.user, entry.county_id, entry.reason) == (
        "make_user", administrator, make.JIUTAI, "人员调整",
    )  # fmt: skip
    assert entry.details["roles"] == ["clerk", "finance"]


def test_a_form_sent_twice_makes_one_user(administrator: User) -> None:
    client = browser(administrator)
    fields = {"_once": str(uuid.uuid4()), "reason": "新来", **new_user(roles=[Role.CLERK])}
    first = client.post(reverse("users:user_new"), fields)
    assert client.post(reverse("users:user_new"), fields).headers["Location"] == first.headers["Location"]
    assert shown_password(client.get(first.headers["Location"]).content.decode())


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("username", {"username": "SUN.WEI", "roles": ["clerk"]}),
        ("username", {"username": "sun wei", "roles": ["clerk"]}),
        ("roles", {"username": "a", "roles": []}),
        ("roles", {"username": "a", "roles": ["province"]}),
        ("roles", {"username": "a", "roles": ["auditor", "clerk"], "unit": PROVINCE}),
        ("roles", {"username": "a", "roles": ["king"]}),
        ("employers", {"username": "a", "employers": "九台"}),
        ("employers", {"username": "a", "employers": "220181-9999"}),
        ("display_name", {"username": "a", "display_name": "", "roles": ["clerk"]}),
        ("reason", {"username": "a", "roles": ["clerk"], "reason": ""}),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_made(
    administrator: User, field: str, fields: dict[str, Any]
) -> None:
    client = browser(administrator)
    post(client, "user_new", **new_user(roles=["clerk"]))
    before = User.objects.count()
    answer = post(client, "user_new", **new_user(**fields))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert User.objects.count() == before


def test_the_list_is_searched_filtered_sorted_and_given_out(
    administrator: User, clerk: User, head: User
) -> None:
    client = browser(administrator)
    page = client.get(reverse("users:users") + "?role=clerk").content.decode()
    assert clerk.username in page
    assert head.username not in page
    assert clerk.username not in client.get(reverse("users:users") + "?q=刘振").content.decode()
    assert clerk.username not in client.get(reverse("users:users") + "?state=closed").content.decode()
    file = client.get(reverse("users:users") + "?export=csv&sort=-username")
    lines = b"".join(file).decode("utf-8-sig").splitlines()
    assert any("经办人" in line and clerk.username in line for line in lines)


def test_a_field_that_is_left_says_how_it_was_understood(administrator: User) -> None:
    fields = new_user(employers="220181-0001，220181-0417", roles=["clerk"], _check="employers")
    answer = post(browser(administrator), "user_new", **fields)
    assert answer.json() == {"field": "employers", "errors": [], "value": "220181-0001 220181-0417"}


def test_the_first_administrator_comes_from_the_command_line_and_makes_the_others(owner: None) -> None:
    said = StringIO()
    arguments = ("make_administrator", "xu.xiaohong", "--full-name", "徐晓红", "--reason", "启用系统")
    call_command(*arguments, stdout=said)
    made = User.objects.get(username="xu.xiaohong")
    password = said.getvalue().split()[4]
    assert made.check_password(password)
    assert made.must_change_password
    assert granter_of(made).everywhere
    with pytest.raises(CommandError):
        call_command(*arguments)


# ── who may give what (S10) ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", list(Role))
def test_a_head_gives_the_desks_of_the_own_unit_and_no_more(
    head: User, clerk: User, works: Employer, role: Role
) -> None:
    place = {Role.PREFECTURE: 220100}.get(
        role, PROVINCE if role in (Role.PROVINCE, Role.AUDITOR, Role.ADMINISTRATOR) else make.JIUTAI
    )
    given: dict[str, Any] = (
        {"agency": None, "employer_number": works.number}
        if role == Role.EMPLOYER
        else {"agency": Agency.objects.get(pk=place), "employer_number": ""}
    )
    more = {"first_day": None, "last_day": None, "version": 0, "reason": "x", "by": head}
    allowed = role in (Role.REVIEWER, Role.FINANCE, Role.EMPLOYER)
    with make.as_user(head):
        if allowed:
            users.give_role(clerk, role=role, **given, **more)
        else:
            refused = ValidationError if role == Role.CLERK else PermissionDenied  # a clerk already
            with pytest.raises(refused):
                users.give_role(clerk, role=role, **given, **more)
    assert Assignment.ever.filter(user=clerk).count() == 1 + allowed


def test_a_head_gives_nothing_elsewhere_and_sees_nobody_of_elsewhere(head: User, clerk: User) -> None:
    elsewhere = make.person(Role.CLERK, make.YUSHU)
    client = browser(head)
    assert elsewhere.username not in client.get(reverse("users:users")).content.decode()
    assert client.get(reverse("users:user", args=[elsewhere.pk])).status_code == 404
    answer = post(client, "give_role", clerk.pk, role="reviewer", agency=make.YUSHU, version=0)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["agency"]
    assert (
        post(client, "give_role", clerk.pk, role="administrator", agency=PROVINCE, version=0).status_code
        == 422
    )
    assert roles_of(clerk) == {(Role.CLERK, make.JIUTAI, None)}


def test_a_head_lets_people_act_for_employers_of_the_own_unit_alone(head: User, works: Employer) -> None:
    there = make.person(Role.CLERK, make.YUSHU)
    make.open_year(make.YUSHU)
    with make.as_user(there):
        theirs = make.employer(there, make.YUSHU)
    client = browser(head)
    answer = post(client, "user_new", **new_user(employers=theirs.number))
    assert answer.status_code == 422
    assert theirs.name not in answer.content.decode()
    assert post(client, "user_new", **new_user(employers=works.number)).status_code == 302


def test_a_head_does_not_touch_who_holds_more(head: User, clerk: User) -> None:
    with as_owner():
        Assignment.objects.create(user=clerk, role=Role.PROVINCE, agency_id=PROVINCE)
    client = browser(head)
    assert client.get(reverse("users:user", args=[clerk.pk])).status_code == 200
    assert post(client, "user_act", clerk.pk, "password", version=0).status_code == 403
    assert post(client, "user_act", clerk.pk, "close", version=0).status_code == 403
    assert (
        post(client, "give_role", clerk.pk, role="finance", agency=make.JIUTAI, version=0).status_code == 403
    )
    second = make.person(Role.HEAD, make.JIUTAI)
    assert post(client, "user_act", second.pk, "close", version=0).status_code == 403


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.HEAD])
def test_nobody_changes_the_own_sign_in(role: Role) -> None:
    person = make.person(role, PROVINCE if role == Role.ADMINISTRATOR else make.JIUTAI)
    client = browser(person)
    assert (
        post(client, "give_role", person.pk, role="clerk", agency=make.JIUTAI, version=0).status_code == 403
    )
    for act in ("password", "second-factor", "close", "sessions"):
        assert post(client, "user_act", person.pk, act, version=0).status_code == 403, act
    own = Assignment.ever.get(user=person)
    assert post(client, "take_role", own.pk, version=0).status_code == 403
    assert post(client, "change_days", own.pk, last_day="1996-12-31", version=0).status_code == 403
    assert (
        post(client, "user_name", person.pk, display_name="x", unit=make.JIUTAI, version=0).status_code == 403
    )
    assert Assignment.ever.filter(user=person).count() == 1


def test_the_database_lets_nobody_give_himself_and_no_clerk_give_anything(
    administrator: User, head: User, clerk: User
) -> None:
    def give(by: User, to: User, role: str, agency: int) -> None:
        with make.as_user(by), transaction.atomic():
            Assignment.ever.create(user=to, role=role, agency_id=agency)

    for by, to, agency in (
        (administrator, administrator, make.JIUTAI),
        (head, head, make.JIUTAI),
        (clerk, head, make.JIUTAI),
        (head, clerk, make.YUSHU),
    ):
        with pytest.raises(DatabaseError, match="row-level security"):
            give(by, to, Role.REVIEWER, agency)
    give(head, clerk, Role.REVIEWER, make.JIUTAI)
    with make.as_user(clerk):
        assert Assignment.ever.filter(user=clerk).update(role=Role.FINANCE) == 0
        assert Assignment.ever.filter(user=head).delete()[0] == 0


def test_an_auditor_reads_and_changes_nothing(clerk: User) -> None:
    client = browser(make.person(Role.AUDITOR, PROVINCE))
    assert client.get(reverse("users:user", args=[clerk.pk])).status_code == 200
    assert client.get(reverse("users:user_new")).status_code == 403
    assert post(client, "user_act", clerk.pk, "close", version=0).status_code == 403
    assert browser(clerk).get(reverse("users:users")).status_code == 403


# ── from when on it acts (S9) ────────────────────────────────────────────────────────────────────────────────────
def test_a_role_taken_away_is_gone_with_the_next_page_and_in_a_job_that_runs(
    administrator: User, clerk: User
) -> None:
    theirs = browser(clerk)
    assert theirs.get(reverse("enrollment:employers")).status_code == 200
    held = Assignment.ever.get(user=clerk)
    assert post(browser(administrator), "take_role", held.pk, version=0).status_code == 302
    assert theirs.get(reverse("enrollment:employers")).status_code == 403
    with acting_for(clerk) as scope:
        assert not scope.units
        assert not scope.roles


def test_a_session_goes_on_under_a_new_key_when_rights_change(administrator: User, clerk: User) -> None:
    theirs = browser(clerk)
    theirs.get("/desk/")
    before = theirs.cookies["sessionid"].value
    answer = post(
        browser(administrator), "give_role", clerk.pk, role="finance", agency=make.JIUTAI, version=0
    )
    assert answer.status_code == 302
    assert theirs.get("/desk/").status_code == 200
    assert theirs.cookies["sessionid"].value != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/desk/").headers["Location"].startswith("/account/login/")
    after = theirs.cookies["sessionid"].value
    theirs.get("/desk/")
    assert theirs.cookies["sessionid"].value == after


def test_a_role_holds_from_its_first_day_to_its_last(administrator: User, clerk: User) -> None:
    answer = post(
        browser(administrator), "give_role", clerk.pk,
        role="finance", agency=make.JIUTAI, first_day="1996-02-01", last_day="1996.2.29", version=0,
    )  # fmt: skip
    assert answer.status_code == 302
    for day, holds in (
        (TODAY, False),
        (date(1996, 2, 1), True),
        (date(1996, 2, 29), True),
        (date(1996, 3, 1), False),
    ):
        with as_owner():
            set_today(day)
        assert (Role.FINANCE in scope_of(clerk).roles) is holds, day


def test_the_days_of_a_role_are_changed_and_kept_from_what_to_what(administrator: User, clerk: User) -> None:
    held = Assignment.ever.get(user=clerk)
    client = browser(administrator)
    assert post(client, "change_days", held.pk, last_day="1996-06-30", version=0).status_code == 302
    page = client.get(reverse("users:user", args=[clerk.pk])).content.decode()
    assert "1996-06-30" in page
    assert "徐晓红" in page
    for wrong in ({"last_day": "1996-01-01"}, {"first_day": "1996-05-01", "last_day": "1996-04-01"}):
        answer = post(client, "change_days", held.pk, version=1, **wrong)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["last_day"]


def test_closing_ends_every_session_and_opening_brings_none_back(administrator: User, clerk: User) -> None:
    theirs, client = browser(clerk), browser(administrator)
    post(client, "user_act", clerk.pk, "close", version=0)
    assert theirs.get("/desk/").headers["Location"].startswith("/account/login/")
    post(client, "user_act", clerk.pk, "open", version=1)
    assert fresh(clerk).is_active
    assert theirs.get("/desk/").headers["Location"].startswith("/account/login/")


def test_all_sessions_end_at_once_and_the_person_signs_in_again(administrator: User, clerk: User) -> None:
    here, there = browser(clerk), browser(clerk)
    assert post(browser(administrator), "user_act", clerk.pk, "sessions", version=0).status_code == 302
    for client in (here, there):
        assert client.get("/desk/").headers["Location"].startswith("/account/login/")
    again = Client()
    again.post("/account/login/", {"login": clerk.username, "password": make.PASSWORD})
    assert again.get("/desk/").status_code == 200


def test_a_new_starting_password_ends_sessions_and_must_be_changed(administrator: User, clerk: User) -> None:
    theirs, client = browser(clerk), browser(administrator)
    answer = post(client, "user_act", clerk.pk, "password", version=0)
    password = shown_password(client.get(answer.headers["Location"]).content.decode())
    assert fresh(clerk).check_password(password)
    assert fresh(clerk).must_change_password
    assert theirs.get("/desk/").headers["Location"].startswith("/account/login/")


def test_a_lost_second_factor_is_forgotten(administrator: User, clerk: User) -> None:
    with as_owner():
        Authenticator.objects.create(user=clerk, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client = browser(administrator)
    assert post(client, "user_act", clerk.pk, "second-factor", version=0).status_code == 302
    assert not Authenticator.objects.filter(user=clerk).exists()
    assert "清除第二验证" in client.get(reverse("users:user", args=[clerk.pk])).content.decode()


def test_the_last_administrator_is_not_closed(administrator: User, clerk: User) -> None:
    acting = make.person(Role.ADMINISTRATOR, PROVINCE)
    with as_owner():
        Assignment.ever.filter(user=acting).update(last_day=date(1996, 6, 30))
    own = Assignment.ever.get(user=administrator)
    client = browser(acting)
    for answer in (
        post(client, "user_act", administrator.pk, "close", version=0),
        post(client, "take_role", own.pk, version=0),
        post(client, "change_days", own.pk, last_day="1996-12-31", version=0),
    ):
        assert answer.status_code == 422
        assert "最后一名" in answer.content.decode()
    assert fresh(administrator).is_active
    assert granter_of(fresh(administrator)).everywhere


def test_who_saw_an_older_version_is_told(administrator: User, clerk: User) -> None:
    client = browser(administrator)
    post(client, "give_role", clerk.pk, role="finance", agency=make.JIUTAI, version=0)
    answer = post(client, "user_act", clerk.pk, "close", version=0)
    assert answer.status_code == 409
    assert "徐晓红" in answer.content.decode()
    assert fresh(clerk).is_active


def test_one_person_acts_for_several_employers(administrator: User, works: Employer, clerk: User) -> None:
    with make.as_user(clerk):
        second = make.employer(clerk)
    client = browser(administrator)
    post(client, "user_new", **new_user(employers=f"{works.number}，{second.number}"))
    made = User.objects.get(username="sun.wei")
    assert scope_of(made).employers == {works.pk, second.pk}
    page = client.get(reverse("users:user", args=[made.pk])).content.decode()
    assert works.name in page
    assert second.name in page


def test_the_trail_of_a_user_is_read_where_the_unit_is_seen(
    administrator: User, head: User, clerk: User
) -> None:
    post(browser(administrator), "give_role", clerk.pk, role="finance", agency=make.JIUTAI, version=0)
    assert "授予角色" in browser(head).get(reverse("users:user", args=[clerk.pk])).content.decode()
    with make.as_user(make.person(Role.HEAD, make.YUSHU)), connection.cursor() as cursor:
        cursor.execute("select count(*) from access_auditentry where act = 'give_role'")
        assert cursor.fetchone() == (0,)
