"""Heads, and what stands above and below the rows."""

from __future__ import annotations

from tests.enrollment.corpus.making import HEADS, NAME, NUMBER, OTHER, Case, book, packed, parts

PERSON = [NAME, NUMBER, 400]
SECOND = [*OTHER, 380]


def _case(name: str, heads: tuple[str, ...], **expected: object) -> Case:
    return Case(f"heads: {name}", lambda: book([PERSON, SECOND], heads), **({"good": 2} | expected))  # type: ignore[arg-type]


def cases() -> list[Case]:
    """Heads in many shapes; totals, blanks and lines that are no people."""
    people = [PERSON, SECOND]
    return [
        _case("plain", HEADS),
        _case("with blanks and marks", ("姓　名", "身份证 号码：", "月工资（元）*")),
        _case("with line breaks", ("姓\n名", "身份证\n号码", "月平均\n工资")),
        _case("English", ("Name", "ID Number", "Monthly wage")),
        _case("other words", ("职工姓名", "公民身份号码", "缴费基数")),
        _case("full width letters", ("ＮＡＭＥ", "ＩＤ ＮＵＭＢＥＲ", "ｗａｇｅ")),
        _case("one unknown", ("姓名", "身份证号码", "电话")),
        _case("a doubled head: the first counts", ("姓名", "身份证号码", "姓名")),
        _case("no number", ("姓名", "证件", "工资"), refused="no_heads", good=0),
        _case("no name", ("称呼", "身份证号码", "工资"), refused="no_heads", good=0),
        _case("no heads at all", ("", "", ""), refused="no_heads", good=0),
        Case("heads: none, people at once", lambda: book(people, None), refused="no_heads"),
        Case("heads: nothing below", lambda: book([]), good=0),
        Case("heads: twice", lambda: book([PERSON, list(HEADS), SECOND]), wrong={3: "id_length"}, good=2),
        Case("heads: below title lines", lambda: book(people, above=["花名册", "", "单位：某厂"]), good=2),
        Case("heads: in row 30", lambda: book(people, above=["x"] * 29), good=2),
        Case("heads: in row 31", lambda: book(people, above=["x"] * 30), refused="no_heads"),
        Case("heads: in another order", lambda: book([[400, NUMBER, NAME]], HEADS[::-1]), good=1),
        Case("heads: far to the right",
             lambda: book([["", "", "", "", *PERSON]], ("", "", "", "", *HEADS)), good=1),
        Case("heads: a sum among them", lambda: book(people, (*HEADS, "合计")), good=2),
        Case("heads: named after fields of the registry",
             lambda: book([[*PERSON, 1, "closed"]], (*HEADS, "county_id", "status")), good=1),
        Case("heads: of 4,000 characters", lambda: book(people, (*HEADS, "长" * 4000)), good=2),
        Case("heads: markup", lambda: book(people, (*HEADS, "<script>alert(1)</script>")), good=2),
        Case("rows: a sum below", lambda: book([*people, ["合计", "", 780]]), good=2),
        Case("rows: a sum in the second column", lambda: book([[*PERSON, ""], ["", "合 计", 780]]),
             wrong={3: "id_length"}, good=1),
        Case("rows: sums of both kinds", lambda: book([PERSON, ["小计", None, 400], SECOND, ["总计", None, 780]]), good=2),
        Case("rows: somebody called Total without a number", lambda: book([["Total", "", 400]]), good=0),
        Case("rows: a sum that names somebody", lambda: book([["合计", NUMBER, 400]]), good=1),
        Case("rows: who filled it in, below", lambda: book([PERSON, ["填表人：王某"]]), wrong={3: "id_missing"}, good=1),
        Case("rows: blank between", lambda: book([PERSON, [], SECOND]), good=2),
        Case("rows: only line numbers below",
             lambda: book([[1, *PERSON], [2, *SECOND], [3], [4]], ("序号", *HEADS)), good=2),
        Case("rows: blank cells of blanks", lambda: book([PERSON, ["  ", "\u3000", "\t"], SECOND]), good=2),
        Case("rows: the same in another order", lambda: book(people[::-1]), good=2),
        Case("rows: without a wage", lambda: book([PERSON[:2]]), good=1),
        Case("rows: longer than the heads", lambda: book([[*PERSON, "x", "y"]]), good=1),
        Case("rows: a mark in column 64", lambda: book([[*PERSON, *[""] * 60, "x"]]), good=1),
        Case("rows: a mark in column 65", lambda: book([[*PERSON, *[""] * 61, "x"]]), refused="too_many_columns"),
        Case("rows: given back with reasons, mended",
             lambda: book([[*PERSON, "7", "校验码不符"]], (*HEADS, "行", "原因")), good=1),
        Case("rows: none, nor anything else", lambda: packed(parts("")), refused="empty"),
        Case("rows: 600 people", lambda: book(_many(600)), good=600),
    ]  # fmt: skip


def _many(count: int) -> list[list[object]]:
    return [
        [NAME, f"220104{50 + n // 336:02d}{1 + n // 28 % 12:02d}{1 + n % 28:02d}001", 300]
        for n in range(count)
    ]
