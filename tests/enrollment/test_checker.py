"""The public check of workbooks: the same faults as the office finds, no registry asked, nothing kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.checker import views
from enrollment.models import Declaration, Employer
from enrollment.services import start_declaration
from enrollment.sheets.writing import write_workbook
from jilin_si.access.models import User
from tests.enrollment import factories as make

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent.parent / "data" / "rosters"


@pytest.fixture(autouse=True)
def nobody_came_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _send(client: Client, data: bytes, name: str = "表.xlsx") -> Any:
    return client.post(reverse("check_workbook"), {"file": SimpleUploadedFile(name, data)})


def test_a_stranger_is_told_what_the_office_would_find(client: Client) -> None:
    assert client.get(reverse("check_workbook")).status_code == 200
    page = _send(client, (SAMPLES / "roster_state_enterprise.xlsx").read_bytes())
    report = page.context["report"]
    assert (report.rows, report.good) == (300, 287)
    assert [fault.row for fault in report.faults][:3] == [15, 27, 45]
    assert "校验码" in page.content.decode() or "前17位" in page.content.decode()


def test_nothing_is_stored_and_no_registry_is_asked(
    client: Client, works: Employer, acting: User, owner: None
) -> None:
    known = make.worker(acting, works, name="陈国富").worker
    unknown = make.identity_number(date(1961, 2, 3))
    book = io.BytesIO()
    made = xlsxwriter.Workbook(book)
    made.add_worksheet().write_row(0, 0, ["姓名", "身份证号码"])
    for line, number in enumerate((known.identity_number, unknown), 1):
        made.worksheets()[0].write_row(line, 0, ["别的名字", number])
    made.close()
    uploads = Path(settings.PLACES.var) / "uploads"
    before = set(uploads.iterdir()) if uploads.is_dir() else set()
    with connection.cursor() as cursor:
        cursor.execute("select sum(n_tup_ins) from pg_stat_xact_user_tables")
        rows = cursor.fetchone()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        report = _send(client, book.getvalue()).context["report"]
    with connection.cursor() as cursor:
        cursor.execute("select sum(n_tup_ins) from pg_stat_xact_user_tables")
        assert cursor.fetchone() == rows
    assert (report.rows, report.good) == (2, 2)  # insured or not: both are right as numbers
    tables = ("enrollment_worker", "enrollment_employment", "enrollment_declaration", "identity_standings")
    assert not [query for query in asked if any(table in query["sql"] for table in tables)]
    assert not [query for query in asked if query["sql"].lower().startswith(("insert", "update", "delete"))]
    assert (set(uploads.iterdir()) if uploads.is_dir() else set()) == before


def test_the_workbook_of_a_return_is_checked_by_itself(client: Client, works: Employer, acting: User) -> None:
    for name in ("陈国富", "王桂芝"):
        make.worker(acting, works, name=name)
    declaration: Declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    declaration.draft["rows"][0]["year_wages"] = "4800"
    report = _send(client, write_workbook(declaration).read()).context["report"]
    assert (report.kind, report.rows, report.good) == ("sheet", 2, 1)
    assert [fault.row for fault in report.faults] == [7]
    declaration.draft["rows"][1] |= {"year_wages": "10000000000", "months": "12"}
    report = _send(client, write_workbook(declaration).read()).context["report"]
    assert report.good == 1
    declaration.draft["rows"][1] = {**declaration.draft["rows"][1], "year_wages": "", "answer": "unpaid"}
    report = _send(client, write_workbook(declaration).read()).context["report"]
    assert report.faults == []


@pytest.mark.parametrize(
    ("data", "status"), [(b"x" * (5 * 1024 * 1024 + 1), 422), (b"PK\x03\x04 half", 422), (b"a,b\n1,2\n" * 20_001, 422), (b"", 422)]
)  # fmt: skip
def test_what_is_too_large_or_no_workbook_is_refused(client: Client, data: bytes, status: int) -> None:
    page = _send(client, data)
    assert page.status_code == status
    assert page.context["form"].errors
    assert page.context["report"] is None


def test_too_many_files_in_a_minute_are_not_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "A_MINUTE_EACH", 2)
    monkeypatch.setattr("time.time", lambda: 820_000_000.0)
    sent = [_send(client, b"a,b\n1,2\n").status_code for _time in range(3)]
    assert sent == [422, 422, 429]
    other = client.post(
        reverse("check_workbook"),
        {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")},
        REMOTE_ADDR="10.1.1.1",
    )
    assert other.status_code == 422
