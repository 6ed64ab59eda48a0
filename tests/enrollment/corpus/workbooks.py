"""Workbooks: what is hidden, merged, reckoned or on another sheet; old ones; those made element by element."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.enrollment.corpus.making import (
    HEADS,
    NAME,
    NUMBER,
    OTHER,
    Case,
    book,
    cell,
    packed,
    parts,
    raw,
    row_xml,
)
from tests.enrollment.old_workbook import old_workbook

PEOPLE = [[NAME, NUMBER, 400], [*OTHER, 380]]
_FORMULA = '<c r="C2"><f>200+200</f></c>'


def _also(also: Any, rows: list[list[Any]] | None = None, **more: Any) -> bytes:
    return book(PEOPLE if rows is None else rows, also=also, **more)


def _hidden_row(_book: Any, sheet: Any) -> None:
    sheet.set_row(2, None, None, {"hidden": True})


def _hidden_column(place: int) -> Any:
    return lambda _book, sheet: sheet.set_column(place, place, None, None, {"hidden": True})


def _filtered(_book: Any, sheet: Any) -> None:
    sheet.autofilter(0, 0, 2, 2)
    sheet.filter_column(2, "x > 390")
    sheet.set_row(2, None, None, {"hidden": True})


def _merged(*ranges: str, text: str = "") -> Any:
    def also(_book: Any, sheet: Any) -> None:
        for one in ranges:
            sheet.merge_range(one, text)

    return also


def _sheet(name: str, rows: list[list[Any]], hidden: bool = False, first: bool = False) -> Any:
    def also(workbook: Any, given: Any) -> None:
        added = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            added.write_row(number, 0, row)
        if hidden:
            (given if first else added).hide()
            (added if first else given).activate()
            if first:
                added.set_first_sheet()

    return also


def _formula(value: Any) -> Any:
    return lambda _book, sheet: sheet.write_formula(1, 2, "=200+200.5", None, value)


def _case(name: str, make: Any, **expected: Any) -> Case:
    return Case(f"workbook: {name}", make, **({"good": 2} | expected))


def _of_elements() -> list[Case]:
    """What no library would write, but others do, or somebody by hand."""
    first = row_xml(2, '<c r="C2"><v>400</v></c>')
    hidden = '<cols><col min="3" max="3" hidden="1"/></cols>'
    return [
        _case("element by element", lambda: raw(first), good=1),
        _case("a formula without a value", lambda: raw(row_xml(2, _FORMULA)), wrong={2: "cell_formula"}, good=0),
        _case("a formula without a value in the number",
              lambda: raw(f'<row r="2">{cell("A2", NAME)}<c r="B2"><f>1</f></c></row>'),
              wrong={2: "cell_formula"}, good=0),
        _case("a formula without a value in the name",
              lambda: raw(f'<row r="2"><c r="A2"><f>D1</f></c>{cell("B2", NUMBER)}</row>'),
              wrong={2: "cell_formula"}, good=0),
        _case("a shared formula without a value",
              lambda: raw(row_xml(2, '<c r="C2"><f t="shared" si="0"/></c>')), wrong={2: "cell_formula"}, good=0),
        _case("a formula without a value in a column not taken",
              lambda: raw(row_xml(2, '<c r="C2"><v>400</v></c><c r="D2"><f>NOW()</f></c>')), good=1),
        _case("a formula whose value is nothing", lambda: raw(row_xml(2, '<c r="C2" t="str"><f>""</f><v></v></c>')), good=1),
        _case("a formula that failed", lambda: raw(row_xml(2, '<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')),
              wrong={2: "cell_error"}, good=0),
        _case("an error in the number", lambda: raw(f'<row r="2">{cell("A2", NAME)}<c r="B2" t="e"><v>#N/A</v></c></row>'),
              wrong={2: "cell_error"}, good=0),
        _case("cells without addresses",
              lambda: raw(f'<row><c t="inlineStr"><is><t>{NAME}</t></is></c><c t="inlineStr"><is><t>{NUMBER}</t></is></c>'
                          '<c><f>1</f></c></row>'), wrong={2: "cell_formula"}, good=0),
        _case("a wage that is no number", lambda: raw(row_xml(2, '<c r="C2"><v>NaN</v></c>')),
              wrong={2: "wage_not_a_number"}, good=0),
        _case("an endless wage", lambda: raw(row_xml(2, '<c r="C2"><v>1e999</v></c>')),
              wrong={2: "wage_not_a_number"}, good=0),
        _case("a zero character escaped", lambda: raw(row_xml(2, name="陈_x0000_富")), refused="nul"),
        _case("a bell escaped", lambda: raw(row_xml(2, name="陈_x0007_富")), wrong={2: "name_characters"}, good=0),
        _case("a zero character as an entity", lambda: raw(row_xml(2, name="陈&#0;富")), refused="damaged"),
        _case("half a pair as an entity", lambda: raw(row_xml(2, name="陈&#xD800;富")), refused="damaged"),
        _case("a column hidden by its width alone", lambda: raw(first, hidden), wrong={2: "cell_hidden"}, good=0),
        _case("columns hidden to the end of the sheet",
              lambda: raw(first, '<cols><col min="4" max="16384" hidden="1"/></cols>'), good=1),
        _case("a giant dimension", lambda: raw(first, '<dimension ref="A1:XFD1048576"/>'), good=1),
        _case("a giant merged cell", lambda: raw(first, "", '<mergeCells><mergeCell ref="D1:XFD1048576"/></mergeCells>'),
              good=1),
        _case("a merged cell that makes no sense",
              lambda: raw(first, "", '<mergeCells><mergeCell ref="C9:A1"/></mergeCells>'), good=1),
        _case("a cell in the last row", lambda: raw(first + f'<row r="1048576">{cell("A1048576", "x")}</row>'),
              refused="too_many_rows"),
        _case("a row beyond the last", lambda: raw(first + f'<row r="99999999">{cell("A99999999", "x")}</row>'),
              refused="bomb", alone=True),
        _case("a cell in the last column", lambda: raw(row_xml(2, cell("XFD2", "x"))), refused="too_many_columns"),
        _case("a formula far to the right", lambda: raw(row_xml(2, '<c r="XFD2"><f>1</f></c>')), refused="too_many_columns"),
        _case("a formula far below", lambda: raw(first + '<row r="900000"><c r="A900000"><f>1</f></c></row>'),
              refused="too_many_rows"),
        _case("not closed", lambda: raw(first + "<row>"), refused="damaged"),
        _case("no sheet of that name", lambda: packed({k: v for k, v in parts(first).items() if "sheet1" not in k}),
              refused="damaged"),
        _case("a sheet outside the file",
              lambda: packed({k: v.replace(b"worksheets/sheet1.xml", b"../../../etc/passwd") for k, v in parts(first).items()}),
              refused="damaged"),
        _case("a very hidden sheet", lambda: raw(first, about=' state="veryHidden"'), refused="hidden_sheet"),
    ]  # fmt: skip


def cases() -> list[Case]:
    """Hidden, merged, reckoned; one sheet or more; .xls."""
    roster = [list(HEADS), *PEOPLE]
    told = [["填表说明"], ["请用文本格式填写身份证号码"]]
    heads_apart = ["姓名", "身份证号码", "月工资", "性别"]
    return [
        _case("a hidden row", lambda: _also(_hidden_row), wrong={3: "cell_hidden"}, good=1),
        _case("filtered", lambda: _also(_filtered), wrong={3: "cell_hidden"}, good=1),
        _case("a hidden wage", lambda: _also(_hidden_column(2)), wrong={2: "cell_hidden", 3: "cell_hidden"}, good=0),
        _case("a hidden number", lambda: _also(_hidden_column(1)), wrong={2: "cell_hidden", 3: "cell_hidden"}, good=0),
        _case("a hidden column of notes", lambda: _also(_hidden_column(3), heads=(*HEADS, "备注"),
              rows=[[*row, "x"] for row in PEOPLE])),
        _case("a hidden column with nothing in it", lambda: _also(_hidden_column(7))),
        _case("a merged title", lambda: _also(_merged("A1:C1", text="花名册"), above=["花名册"])),
        _case("wages merged over two people", lambda: _also(_merged("C2:C3", text="400"), rows=[r[:2] for r in PEOPLE]),
              wrong={3: "cell_merged"}, good=1),
        _case("a number merged over two people",
              lambda: _also(_merged("B2:B3", text=NUMBER), rows=[[NAME, None, 400], [OTHER[0], None, 380]]),
              wrong={3: "cell_merged"}, good=1),
        _case("a name merged over two rows", lambda: _also(_merged("A2:A3", text=NAME), rows=[[None, NUMBER], [None, OTHER[1]]]),
              wrong={3: "cell_merged"}, good=1),
        _case("two rows merged for each person",
              lambda: _also(_merged("A2:A3", text=NAME), rows=[[None, NUMBER, 400]]), good=1),
        _case("a merged line below", lambda: _also(_merged("A4:C4", text="合计")), good=2),
        _case("sex merged over two people", lambda: _also(_merged("D2:D3", text="男"), heads=heads_apart),
              wrong={3: "cell_merged"}, good=1),
        _case("a formula with its value", lambda: _also(_formula(400.5), rows=[[NAME, NUMBER]]), good=1),
        _case("a formula with a value of text", lambda: _also(_formula("四百"), rows=[[NAME, NUMBER]]),
              wrong={2: "wage_not_a_number"}, good=0),
        _case("a formula with a value of 0", lambda: _also(_formula(0), rows=[[NAME, NUMBER]]),
              wrong={2: "wage_not_positive"}, good=0),
        _case("how to fill it in, then the roster", lambda: book(told, None, also=_sheet("名册", roster))),
        _case("the roster, then how to fill it in", lambda: _also(_sheet("说明", told))),
        _case("the roster, then a pattern without people", lambda: _also(_sheet("样表", [list(HEADS)]))),
        _case("two rosters", lambda: _also(_sheet("二车间", roster)), refused="several_sheets"),
        _case("two rosters, one hidden", lambda: _also(_sheet("去年", roster, hidden=True))),
        _case("only the first sheet hidden", lambda: _also(_sheet("二车间", roster, hidden=True, first=True))),
        _case("all of it on a hidden sheet", lambda: book([], None, also=_sheet("名册", roster, hidden=True)),
              refused="hidden_sheet"),
        _case("another sheet altogether", lambda: book(told, None), refused="no_heads"),
        _case("a sheet under a long name", lambda: book(PEOPLE, sheet="职" * 31)),
        _case("a sheet under a name of markup", lambda: book(PEOPLE, sheet="<b>&'x")),
        _case("only pictures and charts", lambda: book([], None, also=lambda b, s: s.insert_textbox(1, 1, "名册")),
              refused="empty"),
        _case("a comment in a cell", lambda: _also(lambda _b, s: s.write_comment("A2", "=cmd"))),
        _case("protected against typing", lambda: _also(lambda _b, s: s.protect("secret"))),
        _case("days counted from 1904", lambda: book(
            [[NAME, NUMBER, date(1975, 3, 5)]], ("姓名", "身份证号码", "参加工作时间"),
            also=lambda b, _s: setattr(b, "date_1904", True)), good=1),
        _case("an old one", lambda: old_workbook([list(HEADS), [NAME, NUMBER, "400"]]), good=1),
        _case("an old one cut short", lambda: old_workbook([list(HEADS), [NAME, NUMBER, "400"]])[:700], refused="damaged"),
        *_of_elements(),
    ]  # fmt: skip
