"""Rosters from Excel and CSV: what each sample gives, what is refused, what is stored."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from enrollment.imports.checking import CheckedRoster, check_roster
from enrollment.imports.columns import find_columns
from enrollment.imports.models import RosterImport
from enrollment.imports.opening import open_path
from enrollment.imports.results import Result
from enrollment.imports.storing import store_roster
from enrollment.models import Declaration, Employer, Employment, Worker
from enrollment.refusals import Refusal
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import User
from jilin_si.periods import month
from tests.enrollment import factories as make
from tests.enrollment.old_workbook import old_workbook
from tests.pace import seconds

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent.parent / "data" / "rosters"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))


def _write(
    path: Path, rows: list[list[Any]], heads: tuple[str, ...] = ("姓名", "身份证号码", "月工资")
) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    for number, row in enumerate([list(heads), *rows]):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    book.close()
    return path


def _check(path: Path, employer: Employer | None = None) -> CheckedRoster:
    sheet = open_path(path)
    columns = find_columns(sheet.rows)
    assert columns is not None
    return check_roster(sheet.rows, columns, employer)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_sample_files_give_what_they_must(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_roster", str(SAMPLES / name), "--dry-run", "--json")
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    wanted = EXPECTED[name]
    assert (told["header_row"], told["rows"]) == (wanted["header_row"], wanted["rows"])
    assert told["wrong"] == wanted.get("wrong", {})
    assert told["good"] == wanted.get("good", wanted["rows"])
    assert told["encoding"] == wanted.get("encoding", "")
    assert not Worker._base_manager.exists()


def test_good_rows_are_stored_without_the_bad_and_twice_changes_nothing(
    works: Employer, acting: User
) -> None:
    path = SAMPLES / "roster_state_enterprise.xlsx"
    stored = store_roster(employer=works, rows=_check(path, works).rows, first_period=None, by=acting)
    assert (stored.new, stored.changed) == (287, 0)
    assert Employment.objects.filter(employer=works, first_period=month(1996, 1)).count() == 287
    draft = Declaration.objects.get(employer=works)
    assert sum(1 for row in draft.draft["rows"] if row["year_wages"]) == 287
    assert AuditEntry.objects.get(act="import_roster").details["new"] == 287
    again = _check(path, works)
    assert again.counts == {"new": 0, "change": 0, "same": 287, "wrong": 13}
    assert store_roster(employer=works, rows=again.rows, first_period=None, by=acting).new == 0
    assert AuditEntry.objects.filter(act="import_roster").count() == 1


def test_who_is_there_with_other_facts_is_changed(works: Employer, acting: User, tmp_path: Path) -> None:
    worker = make.worker(acting, works, name="陈国富", category="permanent").worker
    path = _write(
        tmp_path / "a.xlsx", [["陈国富", worker.identity_number, "合同制"]], ("姓名", "身份证号", "用工形式")
    )
    checked = _check(path, works)
    assert checked.counts["change"] == 1
    store_roster(employer=works, rows=checked.rows, first_period=None, by=acting)
    worker.refresh_from_db()
    assert worker.category == "contract"
    assert _check(path, works).counts["same"] == 1


def test_who_is_insured_elsewhere_is_wrong_without_saying_where(
    works: Employer, acting: User, clerk_elsewhere: User, tmp_path: Path
) -> None:
    with make.as_user(clerk_elsewhere):
        there = make.employer(clerk_elsewhere, make.YUSHU, name="榆树市秘密工厂")
        number = make.worker(clerk_elsewhere, there, name="王平").worker.identity_number
    with make.as_user(acting):
        checked = _check(_write(tmp_path / "a.xlsx", [["王平", number, 400]]), works)
    (row,) = checked.rows
    assert row.wrong is not None
    assert row.wrong.code == "already_insured"
    assert "榆树" not in row.wrong.text


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["陈国富", "220104195508150012", 400], "id_checksum"),
        (["陈国富", "22018119731305214", 400], "id_length"),
        (["陈国富", 220104195508150013, 400], "id_numeric"),
        (["陈国富", "", 400], "id_missing"),
        (["", "220104550815001", 400], "name_missing"),
        (["长" * 65, "220104550815001", 400], "name_too_long"),
        (["陈\u202e富", "220104550815001", 400], "name_characters"),
        (["陈国富", make.identity_number(date(1985, 1, 1)), 400], "under_age"),
        (["陈国富", "220104550815001", -350], "wage_not_positive"),
        (["陈国富", "220104550815001", 0], "wage_not_positive"),
        (["陈国富", "220104550815001", "四百五十"], "wage_not_a_number"),
        (["陈国富", "220104550815001", "NaN"], "wage_not_a_number"),
        (["陈国富", "220104550815001", "1e3"], "wage_not_a_number"),
        (["陈国富", "220104550815001", "0.005"], "wage_too_precise"),
        (["陈国富", "220104550815001", 0.005], "wage_too_precise"),
        (["陈国富", "220104550815001", 10**9], "wage_implausible"),
        (["陈国富", "220104550815001", "1" + "0" * 25], "wage_implausible"),
    ],
)
def test_a_wrong_cell_is_told_with_its_reason(row: list[Any], code: str, tmp_path: Path) -> None:
    (checked,) = _check(_write(tmp_path / "a.xlsx", [row])).rows
    assert checked.wrong is not None
    assert checked.wrong.code == code
    assert checked.row == 2


@pytest.mark.parametrize(
    ("cell", "wage"),
    [
        (546.8200000000001, "546.82"), ("１，２８０．５０元", "1280.50"), ("1,234.50", "1234.50"), ("１２３４", "1234.00"),
        (253.7, "253.70"), (" 300 ", "300.00"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_the_sheet_shows_them(cell: Any, wage: str, tmp_path: Path) -> None:
    (checked,) = _check(_write(tmp_path / "a.xlsx", [["陈国富", "220104550815001", cell]])).rows
    assert (checked.wrong, checked.wage) == (None, Decimal(wage))


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("1983-12-01", date(1983, 12, 1)), ("1990/1/1", date(1990, 1, 1)), ("197810", date(1978, 10, 1)),
        ("1965.10", date(1965, 10, 1)), ("1962年11月", date(1962, 11, 1)), ("68年3月", date(1968, 3, 1)), ("75年3月", date(1975, 3, 1)),
        ("1990年1月5日", date(1990, 1, 5)), (date(1985, 3, 9), date(1985, 3, 9)),
        ("民国85年", None), ("1990-02-29", None), ("0000-00-00", None), (45000, None), ("3/14/96", None),
        ("199613", None), ("明年", None), ("2031-05-01", None), ("03/04/1996", None), ("4-3-96", None), ("96.3", None),
    ],
)  # fmt: skip
def test_days_in_known_notations_only(cell: Any, read: date | None, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "身份证号码", "参加工作时间"])
    sheet.write_row(1, 0, ["陈国富", make.identity_number(date(1945, 8, 15))])
    if isinstance(cell, date):
        sheet.write_datetime(1, 2, cell, book.add_format({"num_format": "yyyy-mm-dd"}))
    else:
        sheet.write(1, 2, cell)
    book.close()
    (row,) = _check(path).rows
    assert row.first_work_date == read
    assert (row.wrong is None) == (read is not None)


@pytest.mark.parametrize("name", ["长" * 64, "𠮷野", "㛃玉", "古丽·买买提"])
def test_long_and_rare_names_are_taken_as_they_are(
    name: str, works: Employer, acting: User, tmp_path: Path
) -> None:
    path = _write(tmp_path / "a.xlsx", [[name, make.identity_number(), 400]])
    store_roster(employer=works, rows=_check(path, works).rows, first_period=None, by=acting)
    assert Worker.objects.get().name == name


def test_a_formula_counts_as_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "身份证号码", "月工资"])
    sheet.write_formula(1, 0, '="陈"&"国富"', None, "陈国富")
    sheet.write_string(1, 1, "220104550815001")
    sheet.write_formula(1, 2, "=200+200.5", None, 400.5)

    book.close()
    (row,) = _check(path).rows
    assert (row.name, row.wage) == ("陈国富", Decimal("400.50"))


def test_an_old_workbook_under_the_new_ending_is_read(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    path.write_bytes(old_workbook([["姓名", "身份证号码", "月工资"], ["陈国富", "220104550815001", "400"]]))
    sheet = open_path(path)
    assert sheet.kind == "xls"
    (row,) = _check(path).rows
    assert (row.name, row.wage, row.wrong) == ("陈国富", Decimal(400), None)


def test_a_twin_of_15_digits_is_the_same_person(tmp_path: Path) -> None:
    rows = [["陈国富", "220104550815001", 400], ["陈国富", "220104195508150013", 400]]
    checked = _check(_write(tmp_path / "a.xlsx", rows))
    assert checked.wrong_codes() == {"3": "duplicate_in_file"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r\r\n", "\r"])
def test_text_files_are_read_in_every_coding(encoding: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    name = "𠮷野" if encoding == "gb18030" else "陈国富"
    path.write_bytes(
        ending.join(["姓名,身份证号码,月工资", f'{name},220104550815001,"1,280.50"']).encode(encoding)
    )
    (row,) = _check(path).rows
    assert (row.name, row.wage) == (name, Decimal("1280.50"))


def _zip(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def _million() -> bytes:
    return b"a,b\n" + b"1,2\n" * 1_000_000


@pytest.mark.parametrize(
    ("make_file", "code"),
    [
        (lambda: b"", "empty"),
        (lambda: b"\n\n ,\n", "empty"),
        (lambda: _zip({"xl/worksheets/sheet1.xml": b"0" * 30_000_000}), "bomb"),
        (lambda: _zip({f"x{number}": b"x" for number in range(300)}), "bomb"),
        (lambda: _zip({"hello.txt": b"no workbook"}), "damaged"),
        (lambda: b"PK\x03\x04 half a zip", "damaged"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (lambda: "姓名\x00,身份证号码\n".encode(), "nul"),
        (lambda: b"\xff\xff\xff\xff\x81", "encoding"),
        (lambda: b"\xff\xfe\x00\xd8\x00\xd8", "encoding"),
        (_million, "too_many_rows"),
        (lambda: b",".join([b"x"] * 100) + b"\n", "too_many_columns"),
        (lambda: b",".join([b"x"] * 20_000) + b"\n", "too_many_columns"),
        (lambda: b"x" * 5000 + b"\n", "long_cell"),
        (lambda: b"x" * 200_000 + b"\n", "long_cell"),
        (lambda: b"x" * (21 * 1024 * 1024), "too_large"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_what_to_do(
    make_file: Callable[[], bytes], code: str, tmp_path: Path
) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(make_file())
    began = time.monotonic()
    with pytest.raises(Refusal) as told:
        open_path(path)
    assert told.value.code == code
    assert told.value.message
    assert time.monotonic() - began < 10


def test_a_workbook_under_another_name_is_read_by_what_it_is(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.xlsx", [["陈国富", "220104550815001", 400]])
    other = path.rename(tmp_path / "roster.csv")
    assert _check(other).good == 1


def test_billion_laughs_and_outside_entities_are_not_followed(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.xlsx", [["陈国富", "220104550815001", 400]])
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    members = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            members[name] = archive.read(name)
    strings = members["xl/sharedStrings.xml"].decode()
    members["xl/sharedStrings.xml"] = (bomb + strings.split("?>", 1)[1].replace("陈国富", "&c;&b;")).encode()
    path.write_bytes(_zip(members))
    with suppress(Refusal):  # refused as damaged is right too
        text = json.dumps(open_path(path).rows, ensure_ascii=False)
        assert "root:" not in text
        assert "hahaha" not in text


# ── the pages ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def client(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def _upload(client: Client, works: Employer, path: Path, **more: str) -> Any:
    form = {
        "file": SimpleUploadedFile(path.name, path.read_bytes()),
        "first_period": "1996-01",
        "pasted": "",
        "_once": str(uuid.uuid4()),
    }
    return client.post(reverse("enrollment:import_roster", args=[works.pk]), form | more, follow=True)


def test_a_file_is_uploaded_previewed_stored_and_its_wrong_rows_given_back(
    client: Client, works: Employer, acting: User
) -> None:
    page = _upload(client, works, SAMPLES / "roster_state_enterprise.xlsx")
    assert dict(page.context["counts"]) == {"new": 287, "change": 0, "same": 0, "wrong": 13}
    assert not Employment.objects.exists()
    kept = RosterImport.objects.get()
    url = reverse("enrollment:roster_store", args=[kept.pk])
    key = {"_once": str(uuid.uuid4())}
    client.post(url, key)
    client.post(url, key)
    assert Employment.objects.filter(employer=works).count() == 287
    wrong = client.get(reverse("enrollment:roster_wrong", args=[kept.pk]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(wrong.streaming_content)))
    rows = [row for row in book.get_sheet_by_index(0).to_python() if row[-2] and str(row[-2]).isdigit()]
    assert [row[-2] for row in rows] == list(EXPECTED["roster_state_enterprise.xlsx"]["wrong"])
    assert all(row[-1] for row in rows)


def test_unknown_heads_are_asked_with_a_proposal(
    client: Client, works: Employer, acting: User, tmp_path: Path
) -> None:
    heads = ("姓名", "身份证号码", "月平均工资额", "爱好")
    path = _write(tmp_path / "a.xlsx", [["陈国富", "220104550815001", 400, "下棋"]], heads)
    page = _upload(client, works, path)
    assert [column.proposal for column in page.context["columns"].unknown] == ["wage", "ignore"]
    kept = RosterImport.objects.get()
    page = client.post(
        reverse("enrollment:roster", args=[kept.pk]), {"column-2": "wage", "column-3": "ignore"}, follow=True
    )
    assert dict(page.context["counts"])["new"] == 1


def test_rows_are_pasted_from_a_sheet(client: Client, works: Employer, acting: User) -> None:
    form = {
        "first_period": "1996-01",
        "pasted": "姓名\t身份证号码\t月工资\r\n陈国富\t220104550815001\t１，２８０．５０元\r\n",
        "_once": str(uuid.uuid4()),
    }
    page = client.post(reverse("enrollment:import_roster", args=[works.pk]), form, follow=True)
    assert dict(page.context["counts"])["new"] == 1


def test_a_file_that_cannot_be_read_is_told_at_the_field(
    client: Client, works: Employer, acting: User, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 half")
    page = _upload(client, works, path)
    assert page.status_code == 422
    assert "file" in page.context["form"].errors
    nothing = client.post(
        reverse("enrollment:import_roster", args=[works.pk]),
        {"first_period": "1996-01", "pasted": "", "_once": str(uuid.uuid4())},
    )
    assert nothing.status_code == 422
    path.write_bytes("一,二\n三,四\n".encode())
    assert "姓名" in _upload(client, works, path).content.decode()
    assert not Employment.objects.exists()


def test_formulas_and_markup_stay_text(client: Client, works: Employer, acting: User, tmp_path: Path) -> None:
    rows = [
        ["=cmd|' /C calc'!A0", "220104195508150012", "=1+1"],
        ["</script><img src=x onerror=alert(1)>", "220104550815001", 400],
    ]
    page = _upload(client, works, _write(tmp_path / "a.xlsx", rows))
    assert "<img src=x" not in page.content.decode()
    kept = RosterImport.objects.get()
    wrong = client.get(reverse("enrollment:roster_wrong", args=[kept.pk]))
    body = b"".join(wrong.streaming_content)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist() if "sheet" in name)


def test_another_countys_roster_is_not_there(
    client: Client, works: Employer, acting: User, clerk_elsewhere: User
) -> None:
    _upload(client, works, SAMPLES / "roster_collective_gbk.csv")
    kept = RosterImport.objects.get()
    client.force_login(clerk_elsewhere)
    assert client.get(reverse("enrollment:roster", args=[kept.pk])).status_code == 404
    assert (
        client.post(
            reverse("enrollment:roster_store", args=[kept.pk]), {"_once": str(uuid.uuid4())}
        ).status_code
        == 404
    )
    assert client.get(reverse("enrollment:roster_wrong", args=[kept.pk])).status_code == 404


def test_ten_thousand_rows_are_checked_and_stored_in_seconds(
    works: Employer, acting: User, tmp_path: Path
) -> None:
    rows = [
        [
            f"王{'赵钱孙李周吴郑王冯陈'[number % 10]}{'春夏秋冬梅兰竹'[number // 10 % 7]}",
            make.identity_number(date(1940 + number % 38, 1 + number % 12, 1 + number // 38 % 28)),
            300 + number % 200,
        ]
        for number in range(10_000)
    ]
    path = _write(tmp_path / "a.xlsx", rows)
    began = time.process_time()
    checked = _check(path, works)
    preview = Result.of(checked)
    read = time.process_time()
    assert preview.counts["new"] + preview.counts["wrong"] == 10_000
    store_roster(employer=works, rows=checked.rows, first_period=None, by=acting)
    stored = time.process_time()
    assert read - began < seconds(5)
    assert stored - read < seconds(3)
