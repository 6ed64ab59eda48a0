"""The prefilled workbook of a return: given out, typed in, taken back by its keys; and who is answered for."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from enrollment.imports.models import ReturnedSheet
from enrollment.invariants import invariants
from enrollment.models import Declaration, DeclarationAnswer, DeclarationLine, Employer
from enrollment.refusals import Refusal
from enrollment.services import end_employment, start_declaration, submit_declaration
from enrollment.services.declarations import NotReady, bring_people_up_to_date
from enrollment.sheets.comparing import compare
from enrollment.sheets.layout import key_of, read_key
from enrollment.sheets.services import receive_sheet, take_sheet
from enrollment.sheets.writing import write_workbook
from jilin_si.access.models import User
from jilin_si.periods import month
from tests.enrollment import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def declaration(works: Employer, acting: User) -> Declaration:
    for name in ("陈国富", "王桂芝", "李德林"):
        make.worker(acting, works, name=name)
    return start_declaration(employer=works, fee_year=1996, by=acting)


def _cells(declaration: Declaration) -> list[list[str]]:
    """The workbook as a reader gives it: text cells tagged."""
    table = CalamineWorkbook.from_filelike(write_workbook(declaration)).get_sheet_by_index(0)
    rows = table.to_python(skip_empty_area=False)
    return [[f"s{_shown(cell)}" if cell != "" else "" for cell in row] for row in rows]


def _shown(cell: Any) -> str:
    return format(cell, ".15g") if isinstance(cell, float) else str(cell)


def _fill(rows: list[list[str]], line: int, **typed: str) -> None:
    places = {
        "key": 0,
        "year_wages": 6,
        "months": 7,
        "answer": 8,
        "left_from": 9,
        "left_why": 10,
        "reason": 11,
    }
    for name, text in typed.items():
        rows[5 + line][places[name]] = f"s{text}" if text else ""


def _take(declaration: Declaration, rows: list[list[str]], by: User) -> Declaration:
    sheet = receive_sheet(declaration=declaration, rows=rows, file_name="表.xlsx", by=by)
    return take_sheet(sheet=sheet, by=by)


def test_a_key_tells_whose_row_it_is_and_a_changed_one_tells_nothing() -> None:
    key = key_of(1996, "220181-0417", 8412)
    assert read_key(f" {key} ") == (1996, "220181-0417", 8412)
    wrong = [key.replace("8412", "8421"), key.replace("1996", "1997"), key[:-2] + "00", "", "8412", key + "1"]
    assert [read_key(text) for text in wrong] == [None] * 6


def test_a_sheet_holds_everybody_and_only_wages_can_be_typed(declaration: Declaration) -> None:
    book = CalamineWorkbook.from_filelike(write_workbook(declaration))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows[-3:]] == ["陈国富", "王桂芝", "李德林"]
    assert all("****" in row[3] for row in rows[-3:])
    with zipfile.ZipFile(write_workbook(declaration)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<sheetProtection" in sheet
    assert "<f>" not in sheet


def test_only_what_differs_is_reviewed_and_taken(declaration: Declaration, acting: User) -> None:
    make.typed(declaration, acting, {0: "4,800"})
    declaration.refresh_from_db()
    rows = _cells(declaration)
    rows[6], rows[7] = rows[7], rows[6]  # sorted by somebody
    _fill(rows, 0, year_wages="4800.00", months="12")
    _fill(rows, 1, answer="已离开", left_from="1995年12月", left_why="辞职", reason="六月起没来")
    _fill(rows, 2, year_wages="５，４００", months="11")
    rows[2][6] = "s3521.40"
    rows[2][3] = "s11"
    sheet = receive_sheet(declaration=declaration, rows=rows, file_name="表.xlsx", by=acting)
    assert (sheet.same, sheet.faults) == (1, [])
    assert [(d["row"], d["name"], d["comes"]) for d in sheet.differences] == [
        (
            7,
            "李德林",
            {"answer": "left", "left_from": "1995-12", "left_why": "resigned", "reason": "六月起没来"},
        ),
        (8, "王桂芝", {"year_wages": "5,400.00", "months": "11"}),
    ]
    taken = take_sheet(sheet=sheet, by=acting)
    assert [row["year_wages"] for row in taken.draft["rows"]] == ["4,800", "5,400.00", ""]
    assert (taken.draft["retirees"], taken.draft["retiree_cost"]) == ("11", "3521.40")
    assert take_sheet(sheet=sheet, by=acting).version == taken.version
    # the same sheet again says nothing new
    assert compare(taken, rows).differences == []


def test_rows_that_are_not_of_the_sheet_are_told_and_left_out(
    declaration: Declaration, works: Employer, acting: User
) -> None:
    rows = _cells(declaration)
    other = make.employer(acting)
    stranger = make.worker(acting, other).worker_id
    rows += [["", "s4", "s新来的", "s220104550815001"]]
    rows += [[f"s{key_of(1996, other.number, stranger)}", "", "s别家的"]]
    rows += [[f"s{key_of(1996, works.number, stranger)}", "", "s没有的"]]
    rows += [list(rows[5])]
    _fill(rows, 0, key=key_of(1996, works.number, 1) + "0")
    _fill(rows, 1, year_wages="四百")
    _fill(rows, 2, answer="生病")
    found = compare(declaration, rows)
    assert [(fault.row, fault.code) for fault in found.faults] == [
        (6, "key_changed"), (7, "wage_not_a_number"), (8, "answer"), (9, "no_key"), (10, "other_sheet"), (11, "not_here"),
    ]  # fmt: skip
    assert found.differences == []
    with pytest.raises(Refusal) as told:
        compare(declaration, [["s姓名", "s身份证号码"], ["s陈国富", "s220104550815001"]])
    assert told.value.code == "no_such_sheet"


def test_who_left_by_the_sheet_needs_a_month_and_a_reason(declaration: Declaration, acting: User) -> None:
    rows = _cells(declaration)
    _fill(rows, 0, answer="已离开")
    _fill(rows, 1, answer="已离开", left_from="年底", left_why="辞职")
    _fill(rows, 2, answer="已离开", left_from="1996-01", left_why="生病")
    found = compare(declaration, rows)
    assert [(fault.row, fault.code) for fault in found.faults] == [
        (6, "leave_month"), (7, "left_from"), (8, "answer"),
    ]  # fmt: skip
    assert found.differences == []
    rows = _cells(declaration)
    _fill(rows, 0, answer="已调出", left_from="1996-01")
    rows[5][9] = "d1996-01-01"  # as Excel keeps a month that was typed
    assert [d.comes for d in compare(declaration, rows).differences] == [
        {"answer": "moved", "left_from": "1996-01"}
    ]


def test_a_row_typed_meanwhile_is_not_overwritten(declaration: Declaration, acting: User) -> None:
    rows = _cells(declaration)
    _fill(rows, 0, year_wages="4800")
    sheet = receive_sheet(declaration=declaration, rows=rows, file_name="表.xlsx", by=acting)
    make.typed(declaration, acting, {0: "5000"})
    with pytest.raises(Refusal) as told:
        take_sheet(sheet=sheet, by=acting)
    assert told.value.code == "typed_meanwhile"


def test_everybody_has_wages_or_is_answered_for_before_the_return_is_handed_in(
    declaration: Declaration, acting: User, reviewer: User
) -> None:
    people = [int(row["worker"]) for row in declaration.draft["rows"]]
    typed = make.typed(
        declaration, acting, {0: "4800"}, rows={0: {"year_wages": "4800"}, 1: {"answer": "unpaid"}}
    )
    with pytest.raises(NotReady) as told:
        submit_declaration(declaration=typed, version=typed.version, by=acting)
    assert [row.place for row in told.value.checked.rows if not row.good] == [2]
    moved = {"answer": "moved", "left_from": "1996-01"}
    both = make.typed(typed, acting, {}, rows={2: moved | {"year_wages": "300"}})
    with pytest.raises(NotReady) as told:
        submit_declaration(declaration=both, version=both.version, by=acting)
    assert told.value.checked.rows[2].errors[0].code == "wages_and_answer"
    done = make.typed(both, acting, {}, rows={2: moved | {"year_wages": "", "reason": "调长春"}})
    done = submit_declaration(declaration=done, version=done.version, by=acting)
    assert done.workers == 1
    assert DeclarationLine.objects.filter(declaration=done).count() == 1
    told_of = DeclarationAnswer.objects.filter(declaration=done).values_list("worker_id", "answer", "note")
    assert set(told_of) == {(people[1], "unpaid", ""), (people[2], "moved", "调长春")}
    broken = next(i.sql for i in invariants() if i.name == "declared_or_answered_for")
    with connection.cursor() as cursor:
        cursor.execute(broken)
        assert cursor.fetchall() == []
        cursor.execute(
            "update enrollment_declarationanswer set worker_id = %s where answer = 'moved'", [people[0]]
        )
        cursor.execute(broken)
        assert cursor.fetchall() == [(done.pk, people[0], "moved")]
    with pytest.raises(IntegrityError, match="declaration_answer_known"), connection.cursor() as cursor:
        cursor.execute("update enrollment_declarationanswer set answer = 'forgotten'")


def test_a_return_begun_earlier_is_brought_up_to_date(
    declaration: Declaration, works: Employer, acting: User
) -> None:
    came = make.worker(acting, works, name="周亚珍").worker_id
    first = Declaration.objects.get().draft["rows"][0]["worker"]
    from enrollment.models import Employment

    gone = Employment.objects.get(worker_id=int(first))
    gone = end_employment(employment=gone, effective_period=month(1995, 6), reason="resigned", by=acting)
    typed = make.typed(declaration, acting, {1: "4800", 2: "4800"})
    with pytest.raises(NotReady) as told:
        submit_declaration(declaration=typed, version=typed.version, by=acting)
    assert told.value.checked.rows[0].errors[0].code == "gone"
    assert [fault.code for fault in told.value.checked.errors] == ["incomplete"]
    done = bring_people_up_to_date(declaration=typed, version=typed.version, by=acting)
    assert done == (1, 1)
    now = Declaration.objects.get()
    assert [row["worker"] for row in now.draft["rows"]][-1] == str(came)
    assert [row.get("year_wages", "") for row in now.draft["rows"]] == ["4800", "4800", ""]
    assert bring_people_up_to_date(declaration=now, version=now.version, by=acting) == (0, 0)


def test_a_sheet_goes_round_by_the_pages(declaration: Declaration, client: Client, acting: User) -> None:
    client.force_login(acting)
    fetched = client.get(reverse("enrollment:declaration_workbook", args=[declaration.pk]))
    body = io.BytesIO(b"".join(fetched.streaming_content))
    rows = CalamineWorkbook.from_filelike(body).get_sheet_by_index(0).to_python(skip_empty_area=False)
    for row, wages in zip(rows[5:], (4800, 5400, 6000.5), strict=True):
        row[6] = wages
    text = "\n".join(",".join(f'"{_shown(cell)}"' for cell in row) for row in rows)
    page = _post(client, declaration, text.encode("gbk"))
    assert page.status_code == 200
    assert [d["comes"]["year_wages"] for d in page.context["differences"]] == [
        "4,800.00",
        "5,400.00",
        "6,000.50",
    ]
    url = reverse("enrollment:sheet_take", args=[ReturnedSheet.objects.get().pk])
    grid = client.post(url, {"_once": str(uuid.uuid4())}, follow=True)
    assert grid.context["totals"]["done"] == "3"
    assert _post(client, declaration, "姓名,电话\n陈国富,1\n".encode()).status_code == 422


def _post(client: Client, declaration: Declaration, data: bytes) -> Any:
    url = reverse("enrollment:declaration_excel", args=[declaration.pk])
    form = {"file": SimpleUploadedFile("表.csv", data), "_once": str(uuid.uuid4())}
    return client.post(url, form, follow=True)


def test_only_who_may_type_takes_a_sheet(
    declaration: Declaration, client: Client, acting: User, reviewer: User, clerk_elsewhere: User
) -> None:
    rows = _cells(declaration)
    _fill(rows, 0, year_wages="4800")
    sheet = receive_sheet(declaration=declaration, rows=rows, file_name="表.xlsx", by=acting)
    with pytest.raises(PermissionDenied):
        take_sheet(sheet=sheet, by=reviewer)
    client.force_login(clerk_elsewhere)
    for name, number in (
        ("declaration_workbook", declaration.pk), ("declaration_excel", declaration.pk), ("sheet", sheet.pk)
    ):  # fmt: skip
        assert client.get(reverse(f"enrollment:{name}", args=[number])).status_code == 404


def test_ten_thousand_rows_are_written_in_three_seconds(
    works: Employer, acting: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from time import process_time

    from enrollment.return_rows import people_of
    from enrollment.sheets import writing
    from tests.pace import seconds

    make.worker(acting, works, name="陈国富")
    declaration = start_declaration(employer=works, fee_year=1996, by=acting)
    (one,) = people_of(works, 1996).values()
    many: dict[int | None, Any] = dict.fromkeys(range(1, 10_001), one)
    monkeypatch.setattr("enrollment.declaring.people_of", lambda employer, year: many)
    declaration.draft["rows"] = [
        {"worker": str(number), "months": "12", "year_wages": "4800"} for number in many
    ]
    begun = process_time()
    size = len(writing.write_workbook(declaration).read())
    assert size > 100_000
    assert process_time() - begun < seconds(3)
