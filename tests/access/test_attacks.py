"""Attacks on the sign-in and on forms: guessing, spraying, old sessions, fields that nobody asked for, one person twice.

What has its own place is not repeated here: docs/asvs.md names the test of each requirement.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment.models import Employer
from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _no_attempt_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clerk(db: None) -> User:
    return make.person(Role.CLERK, name="王淑琴")


@pytest.fixture
def works(clerk: User) -> Employer:
    make.open_year()
    with as_owner():
        set_today(date(1996, 1, 31))
    with make.as_user(clerk):
        return make.employer(clerk)


def rows(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchall() if cursor.description else []


def enter(name: str, password: str = make.PASSWORD, address: str = "127.0.0.1") -> Any:
    return Client(REMOTE_ADDR=address).post(LOGIN, {"login": name, "password": password})


# ── guessing (S8) ────────────────────────────────────────────────────────────────────────────────────────────────
class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is worked on: that, not the clock, decides how long an answer takes."""

    algorithm = "counting"
    worked = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.worked += 1
        return super().encode(password, salt)


def test_an_unknown_name_takes_as_much_work_as_a_wrong_password(clerk: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["tests.access.test_attacks.CountingHasher"]
    with as_owner():
        clerk.set_password(make.PASSWORD)
        clerk.save(update_fields=["password"])
    spent = []
    for name in (clerk.username, "nobody-of-this-name"):
        CountingHasher.worked = 0
        answer = enter(name, "wrong")
        spent.append((CountingHasher.worked, answer.status_code, len(answer.content)))
    (known, *first), (unknown, *second) = spent
    assert known == unknown > 0
    assert first[0] == second[0]
    assert abs(first[1] - second[1]) < 60  # the name that was typed stands in the field


def test_one_name_tried_from_everywhere_is_held_off(clerk: User) -> None:
    for number in range(20):
        enter(clerk.username, "wrong", f"10.1.{number}.1")
    answer = enter(clerk.username, make.PASSWORD, "10.2.0.1")
    assert answer.status_code == 200
    assert "尝试次数过多" in answer.content.decode()


def test_many_names_tried_from_one_address_are_held_off_and_an_office_is_not(
    clerk: User, settings: Any
) -> None:
    assert (
        settings.ACCOUNT_RATE_LIMITS["login"] == "120/m/ip"
    )  # a whole office behind one address signs in at eight
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "12/m/ip"}
    statuses = [enter(f"nobody-{number}", "Spring1996", "10.3.0.1").status_code for number in range(13)]
    assert statuses == [200] * 12 + [429]
    assert enter(clerk.username, address="10.4.0.1").status_code == 302


# ── sessions (S9) ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_closed_sign_in_ends_at_once(clerk: User) -> None:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/desk/").status_code == 200
    with as_owner():
        User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert client.get("/desk/").headers["Location"].startswith(LOGIN)


def test_a_session_that_was_signed_out_opens_nothing(clerk: User) -> None:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    kept = client.cookies["sessionid"].value
    client.post("/account/logout/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/desk/").headers["Location"].startswith(LOGIN)


def test_cookies_are_for_this_host_and_for_no_script() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JSI_TEST")}
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import json; from jilin_si import settings as s; print(json.dumps([s.SESSION_COOKIE_NAME,"
                " s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_NAME,"
                " s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.DEBUG]))"
            ),
        ],
        env={**kept, "DEMO": "0", "SECRET_KEY": "of-the-tests"},
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == [
        "__Host-sessionid", True, True, "Lax", "__Host-csrftoken", True, True, False,
    ]  # fmt: skip


# ── fields that nobody asked for (S4) ────────────────────────────────────────────────────────────────────────────
EXTRA = {
    "county": make.YUSHU, "county_id": make.YUSHU, "agency": make.YUSHU, "agency_id": make.YUSHU, "number": "220182-0001",
    "status": "closed", "state": "approved", "is_superuser": "1", "is_staff": "1", "role": "province", "pk": "1", "id": "1",
    "employer": "1", "employer_id": "1", "worker_id": "1", "entered_by": "1", "reviewed_by": "1", "approved_by": "1",
    "amount": "1", "amount_fen": "1", "wages_fen": "1", "closed": "1", "merged_into": "1", "user": "1", "must_change_password": "0",
}  # fmt: skip


def test_a_form_takes_its_own_fields_and_no_others(works: Employer, clerk: User) -> None:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")

    def post(view: str, *arguments: Any, **fields: Any) -> Any:
        answer = client.post(
            reverse(f"enrollment:{view}", args=arguments), {**EXTRA, "_once": str(uuid.uuid4()), **fields}
        )
        assert answer.status_code == 302, (view, dict(answer.context["form"].errors))
        return answer

    post(
        "employer_new",
        name="九台市新厂",
        ownership="state",
        industry="machinery",
        registered_on="1995-12-01",
        first_period="1996-01",
    )
    post(
        "enrol", works.pk, name="郭艳秋", identity_number=make.identity_number(), category="contract",
        identity="worker", first_period="1996-01",
    )  # fmt: skip
    post("declare", works.pk, year="1996")
    with as_owner(), acting_as(everything()):
        new = Employer.objects.get(name="九台市新厂")
        assert (new.county_id, new.status) == (make.JIUTAI, "active")
        assert new.number.startswith(str(make.JIUTAI))
        assert not User.objects.filter(is_superuser=True).exists()
        assert list(Assignment.objects.values_list("role", "agency_id")) == [(Role.CLERK, make.JIUTAI)]
    assert rows("select state, county_id, reviewed_by_id from enrollment_declaration") == [
        ("draft", make.JIUTAI, None)
    ]
    assert rows("select distinct county_id, employer_id from enrollment_employment") == [
        (make.JIUTAI, works.pk)
    ]


def test_no_form_takes_every_field_of_a_record() -> None:
    """``fields = "__all__"`` would give a page's reader the columns that are nobody's to type."""
    base = Path(project.BASE_DIR)
    apps = [
        base / app.split(".")[0] for app in project.INSTALLED_APPS if (base / app.replace(".", "/")).is_dir()
    ]
    sources = {
        path: path.read_text(encoding="utf-8") for app in sorted(set(apps)) for path in app.rglob("*.py")
    }
    found = [str(path) for path, text in sources.items() if re.search("""["']__all__["']""", text)]
    assert apps
    assert found == []


# ── one person twice (S11) ───────────────────────────────────────────────────────────────────────────────────────
PAIRS = (
    ("entered_by_id", "reviewed_by_id"),
    ("proposed_by_id", "approved_by_id"),
    ("confirmed_by_id", "received_by_id"),
    ("sent_by_id", "taken_in_by_id"),
)


def test_the_database_wants_two_persons_wherever_one_enters_and_another_decides(db: None) -> None:
    """Every table with such a pair of columns has a check over both of them."""
    without = [
        (table, first, second)
        for first, second in PAIRS
        for (table,) in rows(
            "select a.attrelid::regclass::text from pg_attribute a join pg_attribute b using (attrelid)"
            " join pg_class c on c.oid = a.attrelid where a.attname = %s and b.attname = %s"
            " and c.relkind in ('r', 'p') and not c.relispartition and c.relname !~ 'event$'"
            " and c.relnamespace = 'public'::regnamespace",
            first,
            second,
        )
        if not rows(
            "select 1 from pg_constraint where conrelid = %s::regclass and contype = 'c'"
            " and pg_get_constraintdef(oid) like %s and pg_get_constraintdef(oid) like %s",
            table,
            f"%{first}%",
            f"%{second}%",
        )
    ]
    assert without == []
    assert rows("select 1 from pg_constraint where conname = 'declaration_two_persons'")
