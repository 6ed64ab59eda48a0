"""Rosters whose heads somebody corrects, and long ones that a job checks and stores."""

from __future__ import annotations

import io
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from enrollment.imports import running
from enrollment.imports.models import RosterHeads, RosterImport
from enrollment.models import Declaration, Employer, Employment
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Assignment, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.jobs.models import JobRun, JobUnit
from jilin_si.jobs.reconciler import Unfinished
from tests.enrollment import factories as make
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
HEADS = ("姓名", "身份证号码", "月工资")


@pytest.fixture
def client(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def _book(rows: list[list[Any]], heads: tuple[str, ...] = HEADS) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet = book.add_worksheet()
    for number, row in enumerate([list(heads), *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()


def _upload(client: Client, works: Employer, data: bytes) -> Any:
    form = {
        "file": SimpleUploadedFile("名册.xlsx", data),
        "first_period": "1996-01",
        "pasted": "",
        "_once": str(uuid.uuid4()),
    }
    return client.post(reverse("enrollment:import_roster", args=[works.pk]), form, follow=True)


def _born(n: int) -> date:
    return date(1950 + n % 28, 1 + n % 12, 1 + n // 28 % 28)


def _long(rows: int = 620) -> bytes:
    given = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹"
    people: list[list[Any]] = [
        [f"王{given[n % 26]}{given[n // 26 % 26]}", make.identity_number(_born(n)), 300] for n in range(rows)
    ]
    people[10][1] = people[10][1][:17] + ("0" if people[10][1][17] != "0" else "1")
    return _book(people)


def _store(client: Client, kept: RosterImport) -> Any:
    url = reverse("enrollment:roster_store", args=[kept.pk])
    return client.post(url, {"_once": str(uuid.uuid4())}, follow=True)


def _work(kept: RosterImport, run: int) -> str:
    with as_owner():
        return running.run_roster(kept.pk, run)


# ── heads ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_corrected_heads_are_remembered_for_the_next_file_of_that_shape(
    client: Client, works: Employer
) -> None:
    row = ["陈国富", make.identity_number(), 400, "下棋"]
    page = _upload(client, works, _book([row], ("姓名", "证件编号", "应发数", "爱好")))
    assert page.status_code == 422
    kept = RosterImport.objects.get()
    url = reverse("enrollment:roster", args=[kept.pk])
    half = client.post(url, {"column-1": "number", "column-2": "number", "column-3": "ignore"})
    assert half.status_code == 422
    assert half.context["twice"]
    client.post(url, {"column-0": "name", "column-1": "number", "column-2": "wage", "column-3": "ignore"})
    assert dict(client.get(url).context["counts"])["new"] == 1
    # another order, the same heads: nothing is asked, and the page says whose correction it is
    again = _upload(client, works, _book([[400, "读书", *row[:2]]], ("应发数", "爱好", "姓名", "证件编号")))
    assert again.status_code == 200
    assert dict(again.context["counts"])["new"] == 1
    assert again.context["remembered"].made_by.display_name == "王淑琴"
    assert RosterHeads.objects.count() == 1
    # other heads, and another employer, are asked
    assert _upload(client, works, _book([row], ("姓名", "证件编号", "应发数", "籍贯"))).status_code == 422
    with make.as_user(works_clerk := User.objects.get(display_name="王淑琴")):
        other = make.employer(works_clerk)
    assert _upload(client, other, _book([row], ("姓名", "证件编号", "应发数", "爱好"))).status_code == 422


def test_heads_that_no_row_names_are_proposed_all(client: Client, works: Employer) -> None:
    page = _upload(
        client, works, _book([["陈国富", make.identity_number()]], ("员工姓名栏", "居民身份证号码栏"))
    )
    assert [column.proposal for column in page.context["unknown"]] == ["name", "number"]
    assert len(page.context["missing"]) == 2


def test_what_a_roster_does_not_say_stays_as_it_is(client: Client, works: Employer, acting: User) -> None:
    worker = make.worker(acting, works, category="permanent", identity="cadre").worker
    page = _upload(client, works, _book([[worker.name, worker.identity_number, 300]]))
    assert dict(page.context["counts"])["same"] == 1


def test_wrong_rows_come_back_as_the_same_workbook_and_are_taken_mended(
    client: Client, works: Employer
) -> None:
    number = make.identity_number()
    bad = number[:17] + ("0" if number[17] != "0" else "1")
    _upload(client, works, _book([["陈国富", bad, 400]]))
    kept = RosterImport.objects.get()
    given = client.get(reverse("enrollment:roster_wrong", args=[kept.pk]))
    body = b"".join(given.streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert rows[1][:3] == list(HEADS)
    assert rows[2][:4] == ["陈国富", bad, "400", "2"]
    mended = [["陈国富", number, 400, *rows[2][3:]]]
    page = _upload(client, works, _book(mended, tuple(rows[1])))
    assert dict(page.context["counts"])["new"] == 1


# ── long files ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_long_file_is_checked_and_stored_by_a_job(client: Client, works: Employer, acting: User) -> None:
    data = _long()
    page = _upload(client, works, data)
    kept = RosterImport.objects.get()
    assert page.context["progress"].total == 620
    assert not Employment.objects.exists()
    progress = reverse("enrollment:roster_progress", args=[kept.pk])
    assert 'hx-trigger="every 1s"' in client.get(progress).content.decode()
    assert _work(kept, 1) == "done"
    assert client.get(progress).headers["HX-Refresh"] == "true"
    page = client.get(reverse("enrollment:roster", args=[kept.pk]))
    assert dict(page.context["counts"]) == {"new": 619, "change": 0, "same": 0, "wrong": 1}
    assert _store(client, kept).context["progress"].running
    assert _work(kept, 2) == "done"
    assert _work(kept, 2) == "already"
    assert _work(kept, 1) == "nothing"  # an old delivery
    assert Employment.objects.filter(employer=works).count() == 619
    entry = AuditEntry.objects.get(act="import_roster")
    assert (entry.user_id, entry.details["new"]) == (acting.pk, 619)
    assert sum(1 for row in Declaration.objects.get().draft["rows"] if row["year_wages"]) == 619
    assert not JobRun.objects.filter(finished_at__isnull=True).exists()
    # the wrong row is given back from what the job found; the same file again changes nothing
    wrong = client.get(reverse("enrollment:roster_wrong", args=[kept.pk]))
    assert wrong.status_code == 200
    _upload(client, works, data)
    again = RosterImport.objects.latest("pk")
    _work(again, 1)
    page = client.get(reverse("enrollment:roster", args=[again.pk]))
    assert dict(page.context["counts"]) == {"new": 0, "change": 0, "same": 619, "wrong": 1}
    assert page.context["stored_before"].pk == kept.pk
    assert not page.context["to_store"]


def test_a_job_cut_off_is_taken_up_again_and_stores_once(
    client: Client, works: Employer, acting: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _upload(client, works, _long(510))
    kept = RosterImport.objects.get()
    _work(kept, 1)
    _store(client, kept)

    def killed(*given: Any, **named: Any) -> None:
        raise OSError("the machine is gone")

    # after all rows were written, before anything is committed
    monkeypatch.setattr("enrollment.imports.running.Result.of", killed)
    with pytest.raises(OSError, match="gone"):
        _work(kept, 2)
    monkeypatch.undo()
    assert not Employment.objects.filter(employer=works).exists()
    with as_owner(), acting_as(everything()):
        unit = JobUnit.objects.get(job=running.JOB, key=f"{kept.pk}.2")
        unit.state = JobUnit.State.RUNNING  # as a kill -9 leaves it: nobody wrote down that it failed
        unit.save(update_fields=["state"])
        (sending,) = running.resume(unit.run, [Unfinished(unit, held=False)])
    assert (sending.mark, sending.signature.args) == (f"roster:{kept.pk}.2", (kept.pk, 2))
    assert _work(kept, 2) == "done"
    assert Employment.objects.filter(employer=works).count() == 509


def test_a_job_acts_in_the_scope_of_who_started_it(client: Client, works: Employer, acting: User) -> None:
    _upload(client, works, _long(510))
    kept = RosterImport.objects.get()
    _work(kept, 1)
    _store(client, kept)
    with as_owner(), acting_as(everything()):
        Assignment.objects.filter(user=acting).delete()
    with pytest.raises(RosterImport.DoesNotExist):
        _work(kept, 2)
    with as_owner(), acting_as(everything()):
        assert not Employment.objects.exists()


def test_what_the_registry_refuses_a_job_is_told_on_the_preview(
    client: Client, works: Employer, acting: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from enrollment.checks import ALREADY_INSURED
    from enrollment.refusals import Refusal

    _upload(client, works, _long(510))
    kept = RosterImport.objects.get()
    _work(kept, 1)
    _store(client, kept)

    def refuse(**given: Any) -> None:
        raise Refusal("", "already_insured", ALREADY_INSURED)

    monkeypatch.setattr("enrollment.imports.running.store_roster", refuse)
    assert _work(kept, 2) == "done"
    page = client.get(reverse("enrollment:roster", args=[kept.pk]))
    assert str(ALREADY_INSURED) == page.context["told"]
    assert page.context["to_store"] == 509


def test_more_than_500_pasted_rows_go_to_a_job_too(client: Client, works: Employer, tmp_path: Path) -> None:
    lines = [
        "\t".join(HEADS),
        *(f"王小明\t{make.identity_number(_born(n))}\t300" for n in range(501)),
    ]
    form = {"first_period": "1996-01", "pasted": "\r\n".join(lines) + "\r\n", "_once": str(uuid.uuid4())}
    page = client.post(reverse("enrollment:import_roster", args=[works.pk]), form, follow=True)
    assert page.context["progress"].running
    form |= {"pasted": "\n".join(lines[:501]), "_once": str(uuid.uuid4())}
    page = client.post(reverse("enrollment:import_roster", args=[works.pk]), form, follow=True)
    assert dict(page.context["counts"])["new"] == 500
