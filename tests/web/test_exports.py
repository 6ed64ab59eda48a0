"""Files hold what is filtered, and nothing in them is a formula."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from jilin_si.periods import month
from jilin_si.web import exports
from jilin_si.web.exports import Column, export, harmless

EVIL = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']
COLUMNS = [
    Column("单位", "name"),
    Column("工资", "wages", "money"),
    Column("人数", "people", "number"),
    Column("所属期", "period", "period"),
    Column("日期", lambda row: row["day"], "day"),
    Column("号码", "number", "identity"),
]


def row(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "wages": Decimal("90071992547409.91"),
        "people": 38,
        "period": month(1996, 3),
        "day": date(1996, 3, 14),
        "number": "220104550815001",
    }


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("name", EVIL)
def test_excel_gets_text_not_a_formula(name: str) -> None:
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(body(export("xlsx", "x", COLUMNS, [row(name)])))
    ).get_sheet_by_index(0)
    first = sheet.to_python()[1]
    assert first[0] == name.replace("\r", "\n").replace("_x000D_", "\r") or first[0] == name
    assert first[2:4] == [38.0, "1996-03"]
    assert first[4] == date(1996, 3, 14)
    assert first[5] == "220104******001"


def test_no_fen_is_lost_in_excel() -> None:
    content = body(export("xlsx", "x", COLUMNS, [row("厂")], title="缴费", notes="1996-03"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "缴费"
    assert format(rows[3][1], ".16g") == "90071992547409.91"


@pytest.mark.parametrize("name", EVIL)
def test_csv_gets_an_apostrophe_before_a_formula(name: str) -> None:
    text = body(export("csv", "x", COLUMNS, [row(name)])).decode("utf-8-sig")
    assert next(iter(list(csv.reader(io.StringIO(text, newline="")))[1:]))[0] == f"'{name}"


@pytest.mark.parametrize("number", ["-12.50", "+4.1%", "-1,234.00"])
def test_a_plain_number_stays_a_number(number: str) -> None:
    assert harmless(number) == number


def test_a_file_is_named_after_the_record_only() -> None:
    response = export("csv", "申报\r\nX: 1", COLUMNS, [])
    assert "\n" not in response["Content-Disposition"]
    assert response["Content-Type"].startswith("text/csv")


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROW_LIMIT", 3)
    for kind in ("csv", "xlsx"):
        with pytest.raises(exports.TooManyRows):
            export(kind, "x", COLUMNS, [row("a")] * 4)
