"""What the pages do with files beyond the corpus: other employers' files, periods, pasted rows, returns, sizes."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from enrollment.imports.models import ReturnedSheet, RosterHeads, RosterImport
from enrollment.models import Declaration, Employer, Employment
from enrollment.services import start_declaration
from enrollment.sheets.layout import COLUMNS, key_of
from jilin_si.access.models import User
from jilin_si.web.uploads import UnnamedFileUploadHandler
from tests.enrollment import factories as make
from tests.enrollment.corpus.making import HEADS, NAME, NUMBER, OTHER, book, text
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
PEOPLE = [[NAME, NUMBER, 400], [*OTHER, 380]]


@pytest.fixture
def client(client: Client, clerk: User) -> Iterator[Client]:
    cache.clear()
    client.force_login(clerk)
    yield client
    cache.clear()


def _upload(client: Client, works: Employer, data: bytes = b"", **more: str) -> Any:
    form: dict[str, Any] = {"first_period": "1996-01", "pasted": "", "_once": str(uuid.uuid4()), **more}
    if data:
        form["file"] = SimpleUploadedFile("名册.xlsx", data)
    return client.post(reverse("enrollment:import_roster", args=[works.pk]), form, follow=True)


def _store(client: Client) -> None:
    kept = RosterImport.objects.first()
    assert kept is not None
    client.post(reverse("enrollment:roster_store", args=[kept.pk]), {"_once": str(uuid.uuid4())})


def test_the_same_people_in_another_order_change_nothing(
    client: Client, works: Employer, acting: User
) -> None:
    _upload(client, works, book(PEOPLE))
    _store(client)
    page = _upload(client, works, book(PEOPLE[::-1]))
    assert dict(page.context["counts"]) == {"new": 0, "change": 0, "same": 2, "wrong": 0}
    assert page.context["stored_before"] is None
    page = _upload(
        client, works, book([[NAME, "220104195508150013", 400]])
    )  # the other spelling of one person
    assert dict(page.context["counts"])["same"] == 1
    assert Employment.objects.count() == 2


def test_a_file_that_names_another_employer_is_not_taken(
    client: Client, works: Employer, acting: User, tmp_path: Any
) -> None:
    other = make.employer(acting)
    for above in (
        f"单位编号：{other.number}",
        f"单位编号： {other.number.replace('-', '－')} 某厂",
        "220199-9999",
    ):
        page = _upload(client, works, book(PEOPLE, above=["花名册", above]))
        assert page.status_code == 422
        assert other.name not in str(page.context["form"].errors)
    assert not RosterImport.objects.exists()
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(PEOPLE, above=[other.number]))
    with as_owner(), pytest.raises(CommandError, match=other.number):
        call_command("import_roster", str(path), "--employer", works.number, stdout=io.StringIO())
    # its own number, a telephone and a day are no other employer's
    for above in (works.number, "电话 0431-2201810", "19960115-0001"):
        assert _upload(client, works, book(PEOPLE, above=[above])).status_code == 200


@pytest.mark.parametrize(
    "period", ["199613", "1996-13", "1949-09", "2031-05", "", "1996-01\x00", "９９９９-01"]
)
def test_a_period_outside_is_told_at_its_field(
    client: Client, works: Employer, acting: User, period: str
) -> None:
    page = _upload(client, works, book(PEOPLE), first_period=period)
    assert page.status_code == 422
    assert "first_period" in page.context["form"].errors
    assert not RosterImport.objects.exists()


@pytest.mark.parametrize(
    "pasted",
    [
        "x" * 5000,
        "\t".join("x" * 65),
        "\n".join(["\t".join(HEADS), f"{'长' * 5000}\t{NUMBER}\t1"]),
        "姓名\x00\t身份证号码",
    ],
)
def test_pasted_rows_have_the_limits_of_a_file(
    client: Client, works: Employer, acting: User, pasted: str
) -> None:
    page = _upload(client, works, pasted=pasted)
    assert page.status_code == 422
    assert {"file", "pasted"} & set(page.context["form"].errors)
    assert not RosterImport.objects.exists()


@pytest.mark.parametrize(
    "field", ["column-²", "column-99999999999999999999", "column-x", "column-0\x00", "column-7"]
)
def test_choices_of_columns_that_are_not_there_are_passed_over(
    client: Client, works: Employer, acting: User, field: str
) -> None:
    _upload(client, works, book(PEOPLE, ("姓名", "身份证号码", "应发数")))
    kept = RosterImport.objects.get()
    url = reverse("enrollment:roster", args=[kept.pk])
    assert client.post(url, {"column-2": "county_id", field: "wage"}).status_code == 422
    page = client.post(url, {"column-0": "\x00", "column-2": "wage", field: "wage\x00"}, follow=True)
    assert dict(page.context["counts"])["new"] == 2
    assert RosterHeads.objects.get().choices == {"应发数": "wage"}


# ── the workbook of a return ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def declaration(works: Employer, acting: User) -> Declaration:
    make.worker(acting, works, name=NAME)
    return start_declaration(employer=works, fee_year=1996, by=acting)


@pytest.fixture
def row(declaration: Declaration, works: Employer) -> list[Any]:
    key = key_of(1996, works.number, int(declaration.draft["rows"][0]["worker"]))
    return [key, 1, NAME, "2201**", "合同制", "", 4800, 12, "", "", "", ""]


def _hand_in(client: Client, declaration: Declaration, row: list[Any], **more: Any) -> Any:
    data = book([row], [str(column.head) for column in COLUMNS], **more)
    url = reverse("enrollment:declaration_excel", args=[declaration.pk])
    form = {"file": SimpleUploadedFile("表.xlsx", data), "_once": str(uuid.uuid4())}
    return client.post(url, form, follow=True)


def _formula(_book: Any, sheet: Any) -> None:
    sheet.write_formula(1, 6, "=400*12", None, "")


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (6, True, "wage_not_a_number"), (6, "4,50", "wage_not_a_number"), (6, "1e3", "wage_not_a_number"),
        (6, 1e300, "too_long"), (7, 13, "months"), (11, "长" * 201, "too_long"), (0, "²", "key_changed"),
        (8, "已离开" * 90, "too_long"), (6, -1, "wage_not_positive"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_from_a_return_is_told_and_changes_nothing(
    client: Client, declaration: Declaration, row: list[Any], place: int, value: Any, code: str
) -> None:
    row[place] = value
    page = _hand_in(client, declaration, row)
    (sheet,) = ReturnedSheet.objects.all()
    assert ([fault["code"] for fault in sheet.faults], sheet.differences) == ([code], [])
    assert page.context["faults"][0][2]


def test_wages_that_are_hidden_in_a_return_are_not_taken_and_a_hidden_key_is(
    client: Client, declaration: Declaration, row: list[Any]
) -> None:
    def hide(place: int) -> Any:
        return lambda _book, sheet: sheet.set_column(place, place, None, None, {"hidden": True})

    _hand_in(client, declaration, row, also=hide(6))
    assert [fault["code"] for fault in ReturnedSheet.objects.get().faults] == ["cell_hidden"]
    page = _hand_in(client, declaration, row, also=hide(0))
    assert [difference["comes"]["year_wages"] for difference in page.context["differences"]] == ["4,800.00"]


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_file_beyond_every_limit_is_counted_and_not_kept(
    client: Client, works: Employer, acting: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = UnnamedFileUploadHandler()
    handler.new_file("file", "a.csv", "text/csv", None, None, None)
    block = b"x" * (1 << 20)
    for number in range(40):
        handler.receive_data_chunk(block, number << 20)
    file = handler.file_complete(40 << 20)
    assert (file.size, file.read()) == (40 << 20, b"")
    assert settings.FILE_UPLOAD_MOST < 40 << 20
    page = _upload(client, works, text([[NAME, NUMBER, "1"]]) + b"\n" * (26 << 20))
    assert page.status_code == 422
    assert "20" in str(page.context["form"].errors["file"])
