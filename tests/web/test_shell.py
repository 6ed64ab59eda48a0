"""The shell: who sees which entries, where each role begins, what the bar tells; drafts; traces; errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from jilin_si.access.scope import Scope, acting_as
from jilin_si.web import navigation
from jilin_si.web.models import Draft
from jilin_si.web.navigation import NavItem, home_for, items_for, register
from tests.roles import as_owner
from tests.styleguide.fixtures import PASSWORD, people, registries, style_site  # noqa: F401

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def as_user(people: dict[str, Any]) -> Any:  # noqa: F811
    def sign_in(username: str, **options: Any) -> Client:
        client = Client(raise_request_exception=False, **options)
        client.force_login(people[username], backend=BACKEND)
        return client

    return sign_in


def test_entries_are_shown_by_role_and_the_current_one_is_marked(registries: None) -> None:  # noqa: F811
    navigation._entries.clear()
    register(NavItem("desk", "x", "desk", ["clerk"], 20))
    register(NavItem("notices", "x", "notices", ["clerk", "province"], 10, match_prefix="/notices/"))
    register(NavItem("nowhere", "x", "no_such_page", ["clerk"], 1))
    register(NavItem("portal", "x", "drafts", ["employer"], 5))
    assert [item.name for item in items_for({"clerk"}, "/notices/")] == ["notices", "desk"]
    assert [item.current for item in items_for({"clerk"}, "/notices/7/")] == [True, False]
    assert [item.name for item in items_for({"employer"}, "/", portal=True)] == ["portal"]
    assert items_for({"employer"}, "/") == []


def test_each_role_has_its_first_page(registries: None) -> None:  # noqa: F811
    navigation._entries.clear()
    register(NavItem("notices", "x", "notices", ["clerk", "province"], 10, home_for=["province"]))
    register(NavItem("desk", "x", "desk", ["clerk", "province"], 5))
    register(NavItem("portal", "x", "drafts", ["employer"], 1))
    assert home_for({"clerk"}) == reverse("desk")
    assert home_for({"province"}) == reverse("notices")
    assert home_for({"employer"}) == reverse("drafts")
    assert home_for({"employer", "clerk"}) == reverse("desk")
    assert home_for(set()) is None


@pytest.mark.parametrize(
    ("username", "goes_to"),
    [("wangshuqin", "/style/desk/"), ("zhaoguodong", "/style/desk/"), ("sunlixin", "/style/portal/")],
)
def test_home_leads_to_the_roles_first_page(as_user: Any, username: str, goes_to: str) -> None:
    response = as_user(username).get("/")
    assert (response.status_code, response.headers["Location"]) == (302, goes_to)


def test_home_leads_a_stranger_to_the_sign_in_and_tells_who_has_no_role(as_user: Any) -> None:
    assert Client().get("/").headers["Location"] == reverse("account_login")
    response = as_user("nobody").get("/")
    assert response.status_code == 200
    assert "尚未分配角色" in response.content.decode()


def test_the_bar_tells_office_period_and_notices(as_user: Any) -> None:
    html = as_user("wangshuqin").get("/style/desk/").content.decode()
    assert "九台市社会保险公司" in html
    assert "1996-06" in html
    assert 'aria-label="通知 3 条"' in html
    assert "220181-0417" in as_user("sunlixin").get("/style/portal/").content.decode()


def test_the_desk_shows_registered_counts_with_their_keys(as_user: Any) -> None:
    html = as_user("wangshuqin").get("/desk/").content.decode()
    assert 'data-key="6"' in html
    assert "疑似重复" in html
    assert as_user("sunlixin").get("/desk/").status_code == 403


def test_pages_are_not_kept_by_caches(as_user: Any) -> None:
    assert "no-store" in as_user("wangshuqin").get("/style/desk/").headers["Cache-Control"]


def test_no_page_has_an_inline_style_or_script(as_user: Any) -> None:
    client = as_user("wangshuqin")
    for name in ("desk", "record", "grid", "remittance", "states", "form", "list"):
        html = client.get(f"/style/{name}/").content.decode()
        assert ' style="' not in html, name
        assert "<style" not in html, name
        assert "onclick" not in html, name


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────────────────────
def keep(client: Client, key: str = "d1", **body: Any) -> Any:
    return client.post(f"/drafts/{key}/", json.dumps(body), content_type="application/json")


def test_a_draft_is_its_authors_alone(as_user: Any) -> None:
    clerk, other = as_user("wangshuqin"), as_user("zhaoguodong")
    assert (
        keep(clerk, values={"wage": ["1"]}, title="申报", url="/style/grid/", progress="58").status_code
        == 200
    )
    assert clerk.get("/drafts/d1/").json()["values"] == {"wage": ["1"]}
    assert other.get("/drafts/d1/").status_code == 404
    assert keep(other, values={"wage": ["2"]}).status_code == 200
    assert clerk.get("/drafts/d1/").json()["values"] == {"wage": ["1"]}
    assert "58 行" in clerk.get("/drafts/").content.decode()


@pytest.mark.parametrize(
    ("kept", "told"), [("58 2", "58 行，2 处待改"), ("58 0", "58 行"), ("58", "58 行"), ("p. 2", "p. 2")]
)
def test_how_far_a_draft_is_stands_in_words(kept: str, told: str) -> None:
    with translation.override("zh-hans"):
        assert Draft(progress=kept).progress_told == told


def test_row_level_security_hides_drafts_without_the_applications_help(
    as_user: Any,
    people: dict[str, Any],  # noqa: F811
) -> None:
    keep(as_user("wangshuqin"), values={})
    with acting_as(Scope(user_id=people["zhaoguodong"].pk)):
        assert Draft.objects.count() == 0  # asked without a filter
    with as_owner():
        assert Draft.objects.count() == 1


def test_a_draft_is_dropped(as_user: Any) -> None:
    client = as_user("wangshuqin")
    keep(client, values={})
    assert keep(client, discard=True).json() == {"dropped": True}
    assert client.get("/drafts/d1/").status_code == 404


@pytest.mark.parametrize("body", ["", "[]", "{", '{"values": NaN}', '"x"'])
def test_a_draft_that_is_none_is_refused(as_user: Any, body: str) -> None:
    response = as_user("wangshuqin").post("/drafts/d1/", body, content_type="application/json")
    assert response.status_code == 400


def test_a_draft_leads_only_to_our_own_pages(as_user: Any) -> None:
    keep(as_user("wangshuqin"), url="https://evil.example/", title="x\u202e")
    with as_owner():
        draft = Draft.objects.get()
    assert (draft.url, draft.title) == ("/", "")


# ── traces ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_trace_is_a_page_a_fragment_and_json(as_user: Any) -> None:
    client = as_user("wangshuqin")
    page = client.get("/trace/style/credit/").content.decode()
    assert "<html" in page
    assert "44.8497" in page
    fragment = client.get("/trace/style/credit/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "推定" in fragment
    told = client.get("/trace/style/credit/?format=json").json()
    assert told["amount"] == "73.28"
    assert told["parameters"][0]["since"] == "1992-01-01"
    assert client.get("/trace/unknown/1/").status_code == 404


def test_a_trace_for_the_portal_has_the_portals_shell(as_user: Any) -> None:
    assert 'class="portal"' in as_user("sunlixin").get("/trace/style/sum/").content.decode()


# ── language ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_language_is_switched_by_post_and_stays_on_the_page(as_user: Any) -> None:
    client = as_user("wangshuqin")
    assert client.get("/language/").status_code == 405
    response = client.post("/language/", {"language": "en", "next": "/style/list/?page=2"})
    assert response.headers["Location"] == "/style/list/?page=2"
    assert "Skip to content" in client.get("/style/list/").content.decode()
    evil = client.post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert evil.headers["Location"] == "/"


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_list_sorts_pages_and_exports_by_its_address(as_user: Any) -> None:
    client = as_user("wangshuqin")
    html = client.get("/style/list/?sort=-people&page=3").content.decode()
    assert 'aria-sort="descending"' in html
    assert "第 31–45 条，共 45 条" in html
    assert "4,857" in html  # the foot is the sum of the list, not of the page
    assert client.get("/style/list/?sort=password&page=99").status_code == 200
    lines = (
        b"".join(client.get("/style/list/?sort=people&export=csv").streaming_content)
        .decode("utf-8-sig")
        .splitlines()
    )
    assert len(lines) == 46
    assert lines[1].split(",")[2] == "27"


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "status", "says"),
    [
        ("400", 400, "请求无法识别"),
        ("403", 403, "不在您的权限内"),
        ("404x", 500, "系统出错了"),
        ("503", 503, "系统暂时没有回应"),
    ],
)
def test_an_error_is_a_page(as_user: Any, kind: str, status: int, says: str) -> None:
    response = as_user("wangshuqin").get(f"/style/fault/{kind}/")
    html = response.content.decode()
    assert response.status_code == status
    assert says in html
    assert "Traceback" not in html
    assert "broken on purpose" not in html


def test_what_is_not_there_is_told_within_the_shell(as_user: Any) -> None:
    response = as_user("wangshuqin").get("/no/such/page/")
    assert response.status_code == 404
    assert 'class="rail"' in response.content.decode()
    assert Client().get("/no/such/page/").status_code == 404


def test_a_server_error_has_a_number_that_stands_in_the_log(
    as_user: Any, caplog: pytest.LogCaptureFixture
) -> None:
    import re

    html = as_user("wangshuqin").get("/style/fault/500/").content.decode()
    found = re.search(r"[0-9A-F]{4}-[0-9A-F]{2}", html)
    assert found
    assert any(found[0] in str(record.msg) or found[0] in str(record.args) for record in caplog.records)


def test_a_conflict_shows_both_versions_and_keeps_what_was_typed(as_user: Any) -> None:
    response = as_user("wangshuqin").post("/style/fault/409/", {"wage": "5,980.00", "name": "陈国富"})
    html = response.content.decode()
    assert response.status_code == 409
    assert "陈国富 刚被他人改过" in html
    assert '<input type="radio" name="wage" value="5,890.00">' in html
    assert '<input type="hidden" name="name" value="陈国富">' in html
    assert '<input type="hidden" name="kind" value="固定工">' in html


def test_a_forged_form_is_refused_with_a_page(as_user: Any) -> None:
    response = as_user("wangshuqin", enforce_csrf_checks=True).post("/style/form/", {})
    assert response.status_code == 403
    assert "此表单打开得太久" in response.content.decode()


def test_health_is_told_without_a_sign_in(style_site: None, db: None) -> None:  # noqa: F811
    response = Client().get("/healthz")
    assert response.json() == {"database": "ok", "redis": "ok"}


def test_health_tells_a_lost_database(style_site: None, db: None, settings: Any) -> None:  # noqa: F811
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock"}}
    response = Client().get("/healthz")
    assert (response.status_code, response.json()["redis"]) == (503, "down")


@pytest.mark.django_db(transaction=True)
def test_a_lost_database_is_a_page_and_it_comes_back_without_a_restart(style_site: None) -> None:  # noqa: F811
    client = Client(raise_request_exception=False)
    before = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        response = client.get("/account/login/")
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert "系统暂时没有回应" in response.content.decode()
        assert client.get("/healthz").status_code == 503
    finally:
        connection.close()
        connection.settings_dict["HOST"] = before
    assert client.get("/account/login/").status_code == 200
