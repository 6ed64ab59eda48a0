"""The second factor: set up before anything else, asked for at the sign-in, guarded against guessing, and forgotten."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as project
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from tests.roles import as_owner
from tests.second_factor import code_of
from tests.styleguide.fixtures import PASSWORD, people, registries, style_site  # noqa: F401

pytestmark = pytest.mark.django_db
LOGIN, CODE, SET_UP = "/account/login/", "/account/2fa/authenticate/", "/account/2fa/totp/activate/"
PAGE = "/style/list/"


@pytest.fixture(autouse=True)
def _required(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = True
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def client(people: dict[str, User]) -> Client:  # noqa: F811
    return Client()


def enter(client: Client, username: str = "wangshuqin", **more: Any) -> Any:
    return client.post(LOGIN, {"login": username, "password": PASSWORD, **more})


def set_up(client: Client) -> str:
    """Set the second factor up as the page says; returns the app's key."""
    html = client.get(SET_UP).content.decode()
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', html)
    assert found
    answer = client.post(SET_UP, {"code": code_of(found[1])})
    assert answer.status_code == 302, answer.content.decode()
    cache.clear()  # a code counts once; the same period's serves the next sign-in here
    return found[1]


def acts() -> list[str]:
    with as_owner(), acting_as(everything()):
        return list(AuditEntry.objects.order_by("id").values_list("act", flat=True))


@pytest.mark.parametrize("name", ["wangshuqin", "zhaoguodong"])
def test_county_and_province_set_it_up_before_anything_else(client: Client, name: str) -> None:
    enter(client, name)
    assert client.get(PAGE).headers["Location"] == SET_UP
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    assert client.get(PAGE).headers["Location"] == SET_UP
    set_up(client)
    assert client.get(PAGE).status_code == 200
    assert acts() == ["second_factor_on"]


def test_then_it_is_asked_for_and_the_way_leads_back_to_the_page(client: Client) -> None:
    enter(client)
    secret = set_up(client)
    again = Client()
    asked = enter(again, next=f"{PAGE}?page=2")
    assert asked.headers["Location"].startswith(CODE)
    assert again.get(PAGE).status_code == 302  # a password alone opens nothing
    wrong = again.post(CODE, {"code": "123456"})
    assert "验证码不对" in wrong.content.decode()
    assert again.post(CODE, {"code": code_of(secret)}).headers["Location"] == f"{PAGE}?page=2"
    assert again.get(PAGE).status_code == 200


def test_a_code_opens_once(client: Client) -> None:
    enter(client)
    secret = set_up(client)
    for opens in (True, False):
        again = Client()
        enter(again)
        answer = again.post(CODE, {"code": code_of(secret)})
        assert (answer.status_code == 302) is opens


def test_a_recovery_code_opens_once(client: Client) -> None:
    enter(client)
    set_up(client)
    html = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r"<li>([0-9a-f]{8})</li>", html)
    assert len(codes) == 10
    for opens in (True, False):
        again = Client()
        enter(again)
        assert (again.post(CODE, {"code": codes[0]}).status_code == 302) is opens


def test_who_guesses_codes_is_held_off(client: Client) -> None:
    enter(client)
    secret = set_up(client)
    again = Client()
    enter(again)
    for number in range(20):
        again.post(CODE, {"code": f"{number:06d}"})
    answer = again.post(CODE, {"code": code_of(secret)})
    assert answer.status_code == 200
    assert "尝试次数过多" in answer.content.decode()


def test_a_script_is_led_to_the_code(client: Client) -> None:
    enter(client)
    set_up(client)
    again = Client()
    answer = again.post(
        LOGIN, {"login": "wangshuqin", "password": PASSWORD}, headers={"X-Requested-With": "fetch"}
    )
    assert answer.json()["signed_in"] is False
    assert answer.json()["go_to"].startswith(CODE)


def test_who_switches_it_off_owes_another(client: Client) -> None:
    enter(client)
    set_up(client)
    assert client.get(PAGE).status_code == 200
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert client.get(PAGE).headers["Location"] == SET_UP
    assert "second_factor_off" in acts()


def test_an_employers_user_may_have_one_and_owes_none(client: Client) -> None:
    enter(client, "sunlixin")
    assert client.get("/style/portal/").status_code == 200
    set_up(client)
    assert enter(Client(), "sunlixin").headers["Location"].startswith(CODE)


def test_what_is_lost_is_forgotten_with_a_reason(client: Client, people: dict[str, User]) -> None:  # noqa: F811
    enter(client)
    set_up(client)
    with as_owner():
        call_command("forget_second_factor", "wangshuqin", "--reason", "手机丢失")
        with pytest.raises(CommandError, match="Nobody"):
            call_command("forget_second_factor", "who", "--reason", "x")
        assert not Authenticator.objects.filter(user=people["wangshuqin"]).exists()
    assert acts()[-1] == "forget_second_factor"
    again = Client()
    enter(again)
    assert again.get(PAGE).headers["Location"] == SET_UP


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_its_pages_speak_both_languages(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    enter(client)
    first = client.get(SET_UP).content.decode()
    set_up(client)
    pages = [first] + [
        client.get(reverse(name)).content.decode()
        for name in (
            "mfa_index",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_deactivate_totp",
        )
    ]
    for html in pages:
        heading = re.search(r"<h1>(.*?)</h1>", html)
        assert heading
        assert bool(re.search(r"[\u4e00-\u9fff]", heading[1])) is (language == "zh-hans")


@pytest.mark.parametrize(("demo", "required"), [("0", "True"), ("1", "False")])
def test_it_is_required_everywhere_but_in_the_demo_and_passwords_are_argon2(demo: str, required: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JSI_TEST", "SECOND_"))}
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from jilin_si import settings as s; print(s.SECOND_FACTOR, s.PASSWORD_HASHERS[0], s.AXES_FAILURE_LIMIT)",
        ],
        env={**kept, "DEMO": demo, "SECRET_KEY": "of-the-tests"},
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told == [required, "jilin_si.access.hashers.Argon2PasswordHasher", "6"]
