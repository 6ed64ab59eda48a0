"""Signing in: lock-out, return to the page, idle and absolute limits, first password, second factor, the demo."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher as Django
from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.test import Client, override_settings
from django.urls import reverse

from jilin_si.access.models import User
from jilin_si.access.sessions import SEEN, STARTED
from tests.pace import seconds
from tests.roles import as_owner
from tests.styleguide.fixtures import PASSWORD, people, registries, style_site  # noqa: F401

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


def enter(client: Client, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": username, "password": password, **more})


def move_clock(client: Client, **seconds: int) -> None:
    session = client.session
    for name, back in seconds.items():
        session[{"started": STARTED, "seen": SEEN}[name]] = int(time.time()) - back
    session.save()


@pytest.fixture
def client(people: dict[str, User]) -> Client:  # noqa: F811
    return Client()


def test_every_page_asks_for_a_sign_in_and_leads_back(client: Client) -> None:
    asked = client.get("/style/list/?page=2")
    assert asked.headers["Location"] == "/account/login/?next=/style/list/%3Fpage%3D2"
    assert (
        enter(client, "wangshuqin", next="/style/list/?page=2").headers["Location"] == "/style/list/?page=2"
    )


def test_it_never_leads_to_a_foreign_page(client: Client) -> None:
    assert enter(client, "wangshuqin", next="https://evil.example/").headers["Location"] == "/"


@pytest.mark.parametrize("username", ["wangshuqin", "unknown"])
def test_a_wrong_name_and_a_wrong_password_sound_the_same(client: Client, username: str) -> None:
    html = enter(client, username, "wrong").content.decode()
    assert "登录名或口令不对。" in html


def test_a_password_is_dear_to_guess_and_an_office_that_comes_at_eight_is_let_in() -> None:
    with override_settings(PASSWORD_HASHERS=["jilin_si.access.hashers.Argon2PasswordHasher"]):
        kept = make_password("jilin1996")
        assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
        begun = time.process_time()
        for _person in range(10):
            assert check_password("jilin1996", kept)
        assert time.process_time() - begun < seconds(0.6)
        dear = Django().encode("jilin1996", "0123456789abcdef")
        assert check_password("jilin1996", dear)  # as it was kept before, and is no more from now on
        assert get_hasher("argon2").must_update(dear)


def test_the_key_of_the_session_changes_at_sign_in(client: Client) -> None:
    client.get(LOGIN)
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    enter(client, "wangshuqin")
    assert client.session.session_key != before


def test_after_six_wrong_passwords_one_place_waits_and_others_do_not(client: Client) -> None:
    for _attempt in range(6):
        response = enter(client, "wangshuqin", "wrong")
    assert response.status_code == 429
    assert "尝试次数过多" in response.content.decode()
    assert enter(client, "wangshuqin").status_code == 429
    assert enter(Client(REMOTE_ADDR="10.0.0.9"), "wangshuqin").status_code == 302
    assert enter(client, "zhaoguodong").status_code == 302


def test_thirty_idle_minutes_end_it(client: Client) -> None:
    enter(client, "wangshuqin")
    assert client.get("/style/list/").status_code == 200
    move_clock(client, seen=31 * 60)
    asked = client.get("/style/list/")
    assert asked.status_code == 302
    assert "您离开超过 30 分钟" in client.get(asked.headers["Location"]).content.decode()


def test_ten_hours_end_it_however_busy(client: Client) -> None:
    enter(client, "wangshuqin")
    move_clock(client, started=10 * 3600 + 5, seen=10)
    asked = client.get("/style/list/")
    assert "一次登录最长 10 小时" in client.get(asked.headers["Location"]).content.decode()


def test_a_polling_page_keeps_nobody_signed_in(client: Client) -> None:
    enter(client, "wangshuqin")
    move_clock(client, seen=20 * 60)
    client.get("/style/list/", headers={"X-Poll": "1"})
    assert int(time.time()) - client.session[SEEN] >= 20 * 60
    client.get("/style/list/")
    assert int(time.time()) - client.session[SEEN] < 5


def test_a_script_is_told_that_the_sign_in_ended(client: Client) -> None:
    for headers in ({"HX-Request": "true"}, {"X-Requested-With": "fetch"}):
        response = client.get("/style/list/", headers=headers)
        assert (response.status_code, response.json()["signed_out"]) == (401, True)


def test_signing_in_again_in_the_background(client: Client) -> None:
    headers = {"X-Requested-With": "fetch", "Accept": "application/json, text/plain"}
    wrong = client.post(LOGIN, {"login": "wangshuqin", "password": "x"}, headers=headers)
    assert (wrong.status_code, wrong.json()) == (422, {"errors": ["登录名或口令不对。"]})
    right = client.post(LOGIN, {"login": "wangshuqin", "password": PASSWORD}, headers=headers)
    assert right.json() == {"signed_in": True, "go_to": ""}


def test_a_first_password_must_be_changed_before_anything_else(client: Client) -> None:
    with as_owner():
        User.objects.filter(username="wangshuqin").update(must_change_password=True)
    enter(client, "wangshuqin")
    assert client.get("/style/list/").headers["Location"] == reverse("account_change_password")
    assert "只用一次" in client.get(reverse("account_change_password")).content.decode()
    weak = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "123456789012", "password2": "123456789012"},
    )
    assert weak.status_code == 200
    new = "Songhua-lake-1997"
    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert client.get("/style/list/").status_code == 200
    with as_owner():
        user = User.objects.get(username="wangshuqin")
    assert user.check_password(new)
    assert not user.must_change_password


def test_after_the_first_password_one_is_on_the_page_that_one_asked_for(client: Client) -> None:
    with as_owner():
        User.objects.filter(username="wangshuqin").update(must_change_password=True)
    asked = "/style/list/?page=2"
    assert enter(client, "wangshuqin", next=asked).headers["Location"] == asked
    client.get(asked)
    new = "Songhua-lake-1997"
    done = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert done.headers["Location"] == asked
    assert client.get(asked).status_code == 200
    assert "wanted" not in client.session


def test_a_changed_password_ends_the_other_sign_ins(client: Client) -> None:
    other = Client()
    enter(client, "wangshuqin")
    enter(other, "wangshuqin")
    new = "Songhua-lake-1997"
    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert client.get("/style/list/").status_code == 200
    assert other.get("/style/list/").status_code == 302


def test_the_demo_asks_neither_for_a_new_password_nor_for_a_second_factor(
    client: Client, settings: Any
) -> None:
    settings.DEMO = True
    with as_owner():
        User.objects.filter(username="wangshuqin").update(must_change_password=True)
    enter(client, "wangshuqin")
    assert client.get("/style/list/").status_code == 200


def test_staff_set_up_a_second_factor_first_and_employers_need_none(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    enter(client, "wangshuqin")
    assert client.get("/style/list/").headers["Location"] == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp"), follow=True).content.decode()
    assert "entrance" in page
    employer = Client()
    enter(employer, "sunlixin")
    assert employer.get("/style/portal/").status_code == 200


def test_the_samples_sign_ins_are_shown_in_the_demo_only(client: Client, settings: Any) -> None:
    assert "zhaoguodong" not in client.get(LOGIN).content.decode()
    settings.DEMO = True
    html = client.get(LOGIN).content.decode()
    assert "zhaoguodong" in html
    assert PASSWORD in html
    html = client.get(LOGIN, headers={"Accept-Language": "en"}).content.decode()
    assert "Sign-ins of the sample province" in html


@pytest.mark.parametrize(
    "path", ["/account/signup/", "/account/password/reset/", "/account/email/", "/accounts/login/"]
)
def test_there_is_no_sign_up_and_no_mail(client: Client, path: str) -> None:
    assert client.get(path).status_code in (302, 404)
    enter(client, "wangshuqin")
    assert client.get(path).status_code == 404


def test_signing_out_is_a_post(client: Client) -> None:
    enter(client, "wangshuqin")
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/style/list/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/style/list/").status_code == 302


def test_a_right_taken_away_is_gone_with_the_next_page(client: Client, people: dict[str, User]) -> None:  # noqa: F811
    enter(client, "wangshuqin")
    assert client.get("/desk/").status_code == 200
    with as_owner():
        people["wangshuqin"].assignments.all().delete()
    assert client.get("/desk/").status_code == 403
