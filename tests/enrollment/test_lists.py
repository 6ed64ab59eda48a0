"""Lists that work: chosen columns, lists kept under a name and shared in the office, acts over all rows of a filter."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from enrollment.models import Declaration, Employer, Employment, FollowUp
from enrollment.selectors.history import worker_history
from enrollment.services import start_declaration, submit_declaration
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from jilin_si.web.models import BulkRun, ListColumns, SavedList
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
EMPLOYERS = "enrollment.EmployerTable"


@pytest.fixture
def pages(clerk: User) -> Client:
    return _browser(clerk)


def _browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _heads(page: str) -> list[str]:
    found = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    return [text.strip() for text in found]


def _keep(pages: Client, name: str, **more: str) -> Any:
    sent = {
        "list": EMPLOYERS, "back": reverse("enrollment:employers"), "name": name,
        "query": "ownership=state&sort=-name&page=3&export=csv", "columns": "name,phone",
    }  # fmt: skip
    return pages.post(reverse("list_save"), sent | more)


def test_chosen_columns_are_kept_for_one_person_and_are_what_a_file_has(
    pages: Client, works: Employer, acting: User, second_clerk: User
) -> None:
    address = reverse("enrollment:employers")
    usual = _heads(pages.get(address).content.decode())
    chosen = {"list": EMPLOYERS, "back": address, "columns": ["number", "name", "phone", "x;y"]}
    assert pages.post(reverse("list_columns"), chosen).status_code == 302
    shown = _heads(pages.get(address).content.decode())
    assert len(shown) == 3 < len(usual)
    sheet = pages.get(address + "?export=csv").getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]
    assert sheet.splitlines()[0].split(",") == shown
    assert works.name in sheet
    assert _heads(_browser(second_clerk).get(address).content.decode()) == usual
    pages.post(reverse("list_columns"), chosen | {"usual": "1"})
    assert not ListColumns.objects.exists()
    assert _heads(pages.get(address).content.decode()) == usual
    away = chosen | {"back": "https://elsewhere.example/"}
    assert pages.post(reverse("list_columns"), away).status_code == 400


def test_a_file_says_words_and_not_codes(pages: Client, works: Employer, acting: User) -> None:
    make.worker(acting, works)
    for name in ("employers", "workers", "declarations"):
        answer = pages.get(reverse(f"enrollment:{name}") + "?export=csv", headers={"Accept-Language": "en"})
        sheet = answer.getvalue().decode("utf-8-sig")  # type: ignore[attr-defined]
        assert not re.search(r"\b(state|machinery|permanent|Coverage object)\b", sheet), sheet


def test_a_list_opens_as_it_was_kept(pages: Client, works: Employer, acting: User) -> None:
    opened = _keep(pages, "国有的")
    kept = SavedList.objects.get()
    assert (kept.query, kept.columns, kept.shared, kept.unit_id) == (
        "ownership=state&sort=-name", ["name", "phone"], False, None,
    )  # fmt: skip
    page = pages.get(opened["Location"]).content.decode()
    assert len(_heads(page)) == 2
    assert 'aria-sort="descending"' in page
    assert "国有的" in page
    _keep(pages, "国有的", query="ownership=private")  # the same name again is the same list
    assert [found.query for found in SavedList.objects.all()] == ["ownership=private"]
    assert _keep(pages, "  ").status_code == 302
    assert SavedList.objects.count() == 1
    pages.post(reverse("list_delete", args=[kept.pk]))
    assert not SavedList.objects.exists()


@pytest.fixture
def shared(clerk: User, second_clerk: User, clerk_elsewhere: User) -> SavedList:
    """A list shared in the office of Jiutai, and one of its clerk alone."""
    _keep(_browser(clerk), "共用的", shared="on")
    _keep(_browser(clerk), "自己的")
    with as_owner(), acting_as(everything()):
        found: SavedList = SavedList.objects.get(name="共用的")
    return found


def test_a_shared_list_is_read_in_the_office_and_changed_by_its_owner_alone(
    shared: SavedList, second_clerk: User, clerk_elsewhere: User
) -> None:
    """Asked in SQL, past every filter of the application."""
    with make.as_user(second_clerk):
        assert _sql("select name from web_savedlist") == [("共用的",)]
        assert _sql("update web_savedlist set name = 'x'") == [(0,)]
        assert _sql("delete from web_savedlist") == [(0,)]
    with make.as_user(clerk_elsewhere):
        assert _sql("select name from web_savedlist") == []
        columns = 'user_id, "table", name, path, query, columns, shared, unit_id, made_at'
        row = f"{clerk_elsewhere.pk}, 'a.B', 'x', '/', '', '[]', true, {make.JIUTAI}, now()"
        theirs = f"{second_clerk.pk}, 'a.B', '[]'"
        for statement in (
            f"insert into web_savedlist ({columns}) values ({row})",
            f'insert into web_listcolumns (user_id, "table", columns) values ({theirs})',
        ):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                _sql(statement)
    page = _browser(second_clerk).get(reverse("enrollment:employers")).content.decode()
    assert "共用的" in page
    assert "自己的" not in page
    assert _browser(second_clerk).post(reverse("list_delete", args=[shared.pk])).status_code == 404
    assert "共用的" not in _browser(clerk_elsewhere).get(reverse("enrollment:employers")).content.decode()


def _sql(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


# ── acts over all rows ───────────────────────────────────────────────────────────────────────────────────────────
def _mark(page: str) -> dict[str, str]:
    found = re.search(r'name="mark" value="(\w*)"', page)
    assert found
    return {"mark": found[1], "_once": str(uuid.uuid4())}


def test_a_step_for_all_silent_employers_counts_once_and_is_taken_back_as_one(
    pages: Client, acting: User, clerk_elsewhere: User
) -> None:
    employers = [make.employer(acting) for _again in range(3)]
    with as_owner():
        set_today(date(1996, 1, 8))
    act = reverse("bulk_act", args=["follow_up_silent"]) + "?kind=nothing"
    page = pages.get(act).content.decode()
    assert all(employer.name in page for employer in employers)
    form = {"how": "asked", "said": "请尽快报来", "promised_on": ""} | _mark(page)
    late = make.employer(acting)  # the list changed after it was shown
    assert pages.post(act, form).status_code == 422
    assert not FollowUp.objects.exists()
    form |= _mark(pages.get(act).content.decode())
    done = pages.post(act, form)
    again = pages.post(act, form)  # sent twice by the network
    assert done["Location"] == again["Location"]
    assert FollowUp.objects.count() == BulkRun.objects.get().count == 4
    entry = AuditEntry.objects.get(act="follow_up_silent")
    assert sorted(entry.details["ids"]) == sorted(e.pk for e in (*employers, late))
    assert "请尽快报来" in pages.get(reverse("enrollment:silent")).content.decode()
    assert _browser(clerk_elsewhere).get(done["Location"]).status_code == 404
    assert pages.post(done["Location"], {"reason": "", "_once": str(uuid.uuid4())}).status_code == 422
    undo = {"reason": "发错了", "_once": str(uuid.uuid4())}
    assert pages.post(done["Location"], undo).status_code == 302
    assert not FollowUp.objects.filter(taken_back_at=None).exists()
    assert "请尽快报来" not in pages.get(reverse("enrollment:silent")).content.decode()
    assert pages.post(done["Location"], undo | {"_once": str(uuid.uuid4())}).status_code == 422
    assert "发错了" in pages.get(done["Location"]).content.decode()
    assert AuditEntry.objects.get(act="undo_follow_up_silent").reason == "发错了"


def test_employments_of_a_filter_end_as_one_and_come_back_as_one(
    pages: Client, works: Employer, acting: User, reviewer: User
) -> None:
    here = [make.worker(acting, works, name=f"工人{sign}") for sign in "甲乙丙"]
    make.worker(acting, make.employer(acting), name="别厂的")
    act = reverse("bulk_act", args=["end_employments"])
    assert pages.get(act).status_code == 422  # without a filter it would be the whole county
    act += f"?employer={works.number}"
    page = pages.get(act).content.decode()
    assert "别厂的" not in page
    form = {"effective_period": "1996-02", "reason": "dismissed", "note": "停产"} | _mark(page)
    assert pages.post(act, form | {"effective_period": "1996-2x"}).status_code == 422
    done = pages.post(act, form | {"_once": str(uuid.uuid4())})
    ended = Employment.objects.filter(employer=works)
    assert {(e.last_period, e.leave_reason) for e in ended} == {(date(1996, 1, 1), "dismissed")}
    assert AuditEntry.objects.get(act="end_employments").details["count"] == 3
    told = [happened for happened in worker_history(here[0].worker) if happened.url]
    assert [(happened.url, happened.undone) for happened in told] == [(done["Location"], False)]
    assert _browser(reviewer).get(act).status_code == 403
    assert (
        _browser(reviewer).post(done["Location"], {"reason": "x", "_once": str(uuid.uuid4())}).status_code
        == 403
    )
    undo = {"reason": "选错了单位"}
    there = make.employer(acting)
    again = make.worker(
        acting, there, name="工人甲", first_period=date(1996, 2, 1),
        identity_number=here[0].worker.identity_number,
    )  # fmt: skip
    assert pages.post(done["Location"], undo | {"_once": str(uuid.uuid4())}).status_code == 422
    assert not ended.filter(last_period=None).exists()  # all or nothing
    Employment.objects.filter(pk=again.pk).delete()
    assert pages.post(done["Location"], undo | {"_once": str(uuid.uuid4())}).status_code == 302
    assert {(e.last_period, e.leave_reason) for e in ended.all()} == {(None, "")}
    assert str(done["Location"]) in pages.get(reverse("bulk_runs")).content.decode()


def test_returns_in_which_nothing_stands_out_are_approved_as_one_and_taken_back_as_one(
    acting: User, reviewer: User
) -> None:
    quiet, grown, newcomer = (make.employer(acting) for _again in range(3))
    for employer in (quiet, grown, newcomer):
        make.worker(acting, employer)
        make.worker(acting, employer)
        make.approved(employer, acting, reviewer, 1995)
    make.worker(acting, newcomer)
    waiting = make.handed_in(quiet, acting)
    uneven = start_declaration(employer=grown, fee_year=1996, by=acting)
    uneven = make.typed(uneven, acting, {0: "4800", 1: "9900"})
    submit_declaration(declaration=uneven, version=uneven.version, by=acting)
    make.handed_in(newcomer, acting)
    pages = _browser(reviewer)
    act = reverse("bulk_act", args=["approve_quiet"]) + "?state=submitted"
    page = pages.get(act).content.decode()
    assert quiet.name in page
    assert grown.name not in page
    assert newcomer.name not in page
    done = pages.post(act, _mark(page))
    assert _state(waiting.pk) == "approved"
    assert AuditEntry.objects.get(act="approve_quiet").details["ids"] == [waiting.pk]
    assert pages.post(done["Location"], {"reason": "看漏了", "_once": str(uuid.uuid4())}).status_code == 302
    assert _state(waiting.pk) == "submitted"  # what stood before: waiting in the reviewer's queue
    assert quiet.name in pages.get(act).content.decode()
    assert (
        reverse("bulk_act", args=["approve_quiet"])
        in pages.get(reverse("enrollment:declarations")).content.decode()
    )


def _state(number: int) -> str:
    return str(Declaration.objects.values_list("state", flat=True).get(pk=number))


def test_runs_are_seen_in_their_unit_alone(pages: Client, acting: User, clerk_elsewhere: User) -> None:
    BulkRun.objects.create(
        act="follow_up_silent", table="x.Y", unit_id=make.JIUTAI, user=acting, day=date(1996, 1, 1)
    )
    with make.as_user(clerk_elsewhere):
        assert _sql("select count(*) from web_bulkrun") == [(0,)]
    assert _browser(make.person(Role.AUDITOR, make.JIUTAI)).get(reverse("bulk_runs")).status_code == 200
