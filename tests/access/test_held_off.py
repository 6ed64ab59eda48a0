"""What is held off is told to who looks after it, released for a reason, and told to the person (S8)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from structlog.testing import capture_logs

from jilin_si.access.held_off import FailedSignIn, HeldOff
from jilin_si.access.models import Role, User
from jilin_si.access.tasks import forget_old_tries
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
SECRET = "my-password-typed-as-name"


@pytest.fixture(autouse=True)
def _no_attempt_counted(db: None) -> Iterator[None]:
    cache.clear()
    with as_owner():
        set_today(date(1996, 1, 31))
    yield
    cache.clear()


@pytest.fixture
def clerk(db: None) -> User:
    return make.person(Role.CLERK, name="王淑琴")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def enter(name: str, password: str = "wrong", address: str = "10.9.0.1") -> Any:
    return Client(REMOTE_ADDR=address).post(LOGIN, {"login": name, "password": password})


def hold(name: str, address: str = "10.9.0.1") -> None:
    for _attempt in range(6):
        enter(name, address=address)


def rows(sql: str) -> list[tuple[Any, ...]]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_a_name_held_off_stands_on_the_desk_of_who_looks_after_it(clerk: User) -> None:
    with capture_logs() as logs:
        hold(clerk.username)
        enter(clerk.username)
        enter(clerk.username, address="10.9.0.2")
    begun = [line for line in logs if line["event"] == "sign_in_held_off"]
    assert [(line["log_level"], line["name"], line["address"]) for line in begun] == [
        ("warning", clerk.username, "10.9.0.1")
    ]
    assert rows(
        "select kind, tries from access_heldoff, lateral (select sum(tries) as tries from access_failedsignin) t"
    ) == [("place", 8)]
    for person in (make.person(Role.ADMINISTRATOR, PROVINCE), make.person(Role.HEAD, make.JIUTAI)):
        client = browser(person)
        page = client.get("/desk/").content.decode()
        assert "暂停登录" in page
        assert clerk.username in page
        listed = client.get(reverse("users:held_off")).content.decode()
        assert clerk.username in listed
        assert clerk.username in client.get(reverse("notices")).content.decode()
    for person in (make.person(Role.HEAD, make.YUSHU), make.person(Role.REVIEWER, make.JIUTAI)):
        assert clerk.username not in browser(person).get("/desk/").content.decode()


def test_tries_and_addresses_are_counted(clerk: User) -> None:
    for number in range(20):
        enter(clerk.username, address=f"10.8.0.{number}")
    enter(clerk.username, address="10.8.1.1")
    held = rows("select id, kind from access_heldoff")
    assert [kind for _pk, kind in held] == ["name"]
    page = browser(make.person(Role.HEAD, make.JIUTAI)).get(reverse("users:release", args=[held[0][0]]))
    assert (page.context["held"].tries, page.context["held"].addresses) == (21, 21)


def test_a_name_that_nobody_has_is_a_count_and_is_written_nowhere(clerk: User) -> None:
    with capture_logs() as logs:
        hold(SECRET)
    assert SECRET not in repr(logs)
    assert len(rows("select * from axes_accessattempt")) == 1
    assert SECRET not in repr(rows("select * from axes_accessattempt"))
    assert rows("select user_id, sum(tries) from access_failedsignin group by user_id") == [(None, 6)]
    assert rows("select user_id, unit_id from access_heldoff") == [(None, PROVINCE)]
    page = browser(make.person(Role.ADMINISTRATOR, PROVINCE)).get("/desk/")
    assert "不存在的登录名" in page.content.decode()
    assert SECRET not in page.content.decode()
    assert "不存在的登录名" not in browser(make.person(Role.HEAD, make.JIUTAI)).get("/desk/").content.decode()


def test_the_log_of_the_library_does_not_name_what_was_typed(
    clerk: User, caplog: pytest.LogCaptureFixture
) -> None:
    hold(SECRET)
    assert SECRET not in caplog.text


def test_it_is_released_for_a_reason_and_the_person_signs_in_at_once(clerk: User) -> None:
    hold(clerk.username)
    assert enter(clerk.username, make.PASSWORD).status_code == 429
    ((pk,),) = rows("select id from access_heldoff")
    client = browser(make.person(Role.HEAD, make.JIUTAI, "刘振海"))
    address = reverse("users:release", args=[pk])
    assert client.post(address, {"_once": str(uuid.uuid4()), "reason": ""}).status_code == 422
    assert enter(clerk.username, make.PASSWORD).status_code == 429
    assert client.post(address, {"_once": str(uuid.uuid4()), "reason": "本人忘记口令"}).status_code == 302
    assert enter(clerk.username, make.PASSWORD).status_code == 302
    told = client.get(reverse("users:user", args=[clerk.pk])).content.decode()
    assert "本人忘记口令" in told
    assert "解除暂停登录" in told
    assert rows("select reason, released_at is not null from access_heldoff") == [("本人忘记口令", True)]


def test_a_name_held_off_everywhere_is_released_too(clerk: User) -> None:
    for number in range(21):
        enter(clerk.username, address=f"10.8.0.{number}")
    ((pk,),) = rows("select id from access_heldoff")
    administrator = browser(make.person(Role.ADMINISTRATOR, PROVINCE))
    assert enter(clerk.username, make.PASSWORD, "10.8.2.2").status_code == 200
    administrator.post(reverse("users:release", args=[pk]), {"_once": str(uuid.uuid4()), "reason": "已核实"})
    assert enter(clerk.username, make.PASSWORD, "10.8.2.2").status_code == 302


@pytest.mark.parametrize(("role", "unit"), [(Role.HEAD, make.YUSHU), (Role.CLERK, make.JIUTAI)])
def test_nobody_else_releases(clerk: User, role: str, unit: int) -> None:
    hold(clerk.username)
    ((pk,),) = rows("select id from access_heldoff")
    answer = browser(make.person(role, unit)).post(
        reverse("users:release", args=[pk]), {"_once": str(uuid.uuid4()), "reason": "x"}
    )
    assert answer.status_code in (403, 404)
    assert rows("select released_at from access_heldoff") == [(None,)]


def test_an_auditor_sees_it_and_does_not_release_it(clerk: User) -> None:
    hold(clerk.username)
    ((pk,),) = rows("select id from access_heldoff")
    auditor = browser(make.person(Role.AUDITOR, PROVINCE))
    address = reverse("users:release", args=[pk])
    assert auditor.get(address).status_code == 200
    assert auditor.post(address, {"_once": str(uuid.uuid4()), "reason": "x"}).status_code == 403


def test_the_person_is_told_at_the_next_sign_in_how_many_tries_failed(clerk: User) -> None:
    for address in ("10.7.0.1", "10.7.0.2", "10.7.0.2"):
        enter(clerk.username, address=address)
    client = Client()
    page = client.post(
        LOGIN, {"login": clerk.username, "password": make.PASSWORD}, follow=True
    ).content.decode()
    assert "有 3 次用您的登录名登录失败" in page
    client.post("/account/logout/")
    page = client.post(
        LOGIN, {"login": clerk.username, "password": make.PASSWORD}, follow=True
    ).content.decode()
    assert "登录失败" not in page


def test_an_address_that_asks_too_often_is_told_plainly_and_on_the_desk(clerk: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}
    for number in range(4):
        answer = enter(f"nobody-{number}", address="10.6.0.1")
    assert answer.status_code == 429
    assert "请一分钟后再试" in answer.content.decode()
    assert rows("select kind, host(address) from access_heldoff") == [("address", "10.6.0.1")]
    listed = (
        browser(make.person(Role.ADMINISTRATOR, PROVINCE)).get(reverse("users:held_off")).content.decode()
    )
    assert "10.6.0.1" in listed
    quick = Client(REMOTE_ADDR="10.6.0.1").post(
        LOGIN, {"login": "x", "password": "x"}, headers={"X-Requested-With": "fetch"}
    )
    assert (quick.status_code, len(quick.json()["errors"])) == (429, 1)


def test_tries_are_counted_by_the_database_and_by_nobody_else(clerk: User) -> None:
    hold(clerk.username)
    with make.as_user(clerk):
        assert FailedSignIn._base_manager.count() in (1, 2)  # a minute may end between two tries
        assert HeldOff._base_manager.filter(unit_id=make.JIUTAI).count() == 1
    with make.as_user(make.person(Role.HEAD, make.YUSHU)):
        assert FailedSignIn._base_manager.count() == 0
        assert HeldOff._base_manager.count() == 0
        for act in (
            "insert into access_failedsignin (minute, at, way, tries) values (now(), now(), 'code', 1)",
            "delete from access_failedsignin",
            "insert into access_heldoff (kind, until, reason) values ('name', now(), '')",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(act)


def test_what_is_older_than_ninety_days_is_forgotten(clerk: User) -> None:
    enter(clerk.username)
    with as_owner():
        FailedSignIn._base_manager.update(at=timezone.now() - timedelta(days=89))
        assert forget_old_tries() == 0
        FailedSignIn._base_manager.update(at=timezone.now() - timedelta(days=91))
        assert forget_old_tries() == 1
