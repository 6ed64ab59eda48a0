"""Text files: how they are coded, cut and delimited."""

from __future__ import annotations

from collections.abc import Callable

from tests.enrollment.corpus.making import HEADS, NAME, NUMBER, OTHER, Case, text

ROW = [NAME, NUMBER, "400"]
SECOND = [*OTHER, "380"]


def _good(name: str, make: Callable[[], bytes], encoding: str = "utf-8", good: int = 1) -> Case:
    return Case(f"text: {name}", make, good=good, encoding=encoding)


def _bad(name: str, make: Callable[[], bytes], code: str) -> Case:
    return Case(f"text: {name}", make, refused=code)


def _line(row: list[str], encoding: str = "utf-8") -> bytes:
    return (",".join(row) + "\n").encode(encoding)


_HEAD = _line(list(HEADS))


def cases() -> list[Case]:
    """Codings, ends of lines, delimiters, quotes, sizes."""
    return [
        _good("UTF-8", lambda: text([ROW])),
        _good("UTF-8 with a mark", lambda: text([ROW], "utf-8-sig")),
        _good("GBK", lambda: text([ROW], "gbk"), "gbk"),
        _good("GB18030 with four bytes", lambda: text([["𠮷野", NUMBER, "400"]], "gb18030"), "gb18030"),
        _good("GB18030 with a name in Ext-A", lambda: text([["㛃玉", NUMBER, "400"]], "gb18030"), "gb18030"),
        _good("UTF-16", lambda: text([ROW], "utf-16"), "utf-16"),
        _good("UTF-16, big end first", lambda: b"\xfe\xff" + text([ROW], "utf-16-be"), "utf-16"),
        _good("GBK that looks like UTF-8 in part", lambda: text([["联通", NUMBER, "400"]], "gbk"), "gbk"),
        _bad("UTF-16 without a mark", lambda: text([ROW], "utf-16-le"), "encoding"),
        _bad("UTF-16 cut in two", lambda: text([ROW], "utf-16")[:-1], "encoding"),
        _bad("UTF-16 with half a pair", lambda: text([ROW], "utf-16") + b"\x00\xd8a\x00", "encoding"),
        _bad("UTF-32", lambda: text([ROW], "utf-32"), "nul"),
        _bad("Big5", lambda: text([["陳國富", NUMBER, "400"]], "gbk").replace("月工资".encode("gbk"), b"\xa4\xff"), "encoding"),
        _bad("surrogates in UTF-8", lambda: _HEAD + b"\xed\xa0\x80\xed\xb0\x80," + NUMBER.encode() + b",1\n", "mixed"),
        _bad("one cell in GBK, the rest in UTF-8", lambda: text([SECOND]) + _line(ROW, "gbk"), "mixed"),
        _bad("one line in UTF-8, the rest in GBK", lambda: text([SECOND], "gbk") + _line(ROW), "mixed"),
        _bad("one cell in UTF-8, the rest in GBK",
             lambda: text([SECOND], "gbk") + NAME.encode() + f",{NUMBER},四百\n".encode("gbk"), "mixed"),
        _bad("a zero byte", lambda: text([["陈\x00富", NUMBER, "400"]]), "nul"),
        _bad("only zero bytes", lambda: b"\x00" * 5000, "nul"),
        _bad("bytes of no text", lambda: bytes(range(128, 256)) * 10, "encoding"),
        *(_good(f"lines end with {ending!r}", lambda ending=ending: text([ROW, SECOND], ending=ending), good=2)  # type: ignore[misc]
          for ending in ("\n", "\r\n", "\r\r\n", "\r")),
        _good("no line end at the end", lambda: text([ROW, SECOND])[:-1], good=2),
        _good("blank lines", lambda: text([ROW]) + b"\n\n,,\n" + _line(SECOND) + b"\n\n", good=2),
        _good("tabs", lambda: text([ROW], delimiter="\t")),
        _good("semicolons", lambda: text([ROW], delimiter=";")),
        _good("tabs below a title", lambda: "某厂职工花名册\n".encode() + text([ROW], delimiter="\t")),
        _good("semicolons below a title with a comma", lambda: "某厂,花名册\n".encode() + text([ROW, SECOND], delimiter=";"),
              good=2),
        _good("sep= as Excel writes it", lambda: b"sep=;\n" + text([ROW], delimiter=";")),
        _good("quoted cells", lambda: text([[f'"{NAME}"', f'"{NUMBER}"', '"1,234.50"']])),
        _good("a quoted line break", lambda: text([['"陈\n国富"', NUMBER, "400"]])),
        _good("a quotation mark within a name", lambda: text([['陈"国富', NUMBER, "400"]])),
        _bad("a quotation mark never closed", lambda: text([[f'"{NAME}', NUMBER, "400"], SECOND]), "quotes"),
        _bad("a quoted cell that goes on", lambda: text([['"陈"国富', NUMBER, "400"], SECOND]), "quotes"),
        _good("formulas before numbers", lambda: text([[NAME, f"'{NUMBER}", "400"]])),
        Case("text: a number as Excel's formula", lambda: text([[NAME, f'="{NUMBER}"', "400"]]),
             wrong={2: "id_characters"}, encoding="utf-8"),
        Case("text: a number that Excel spoilt", lambda: text([[NAME, "2.20104E+17", "400"]]),
             wrong={2: "id_length"}, encoding="utf-8"),
        Case("text: a line cut short", lambda: text([ROW]) + "王桂芝,2201".encode(),
             wrong={3: "id_length"}, good=1, encoding="utf-8"),
        _bad("nothing", lambda: b"", "empty"),
        _bad("only line ends", lambda: b"\r\n" * 50, "empty"),
        _bad("only delimiters", lambda: b",,,\n,,,\n", "empty"),
        _bad("only a mark", lambda: b"\xef\xbb\xbf", "empty"),
        _bad("no roster", lambda: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj", "no_heads"),
        _bad("HTML under the name of a workbook", lambda: b"<html><table><tr><td>x</td></tr></table></html>", "no_heads"),
        _bad("a million rows", lambda: _HEAD + _line(ROW) * 1_000_000, "too_large"),
        _bad("201,000 short rows", lambda: b"a,b\n" * 201_000, "too_many_rows"),
        _bad("ten thousand columns", lambda: b",".join([b"x"] * 10_000) + b"\n", "too_many_columns"),
        _bad("100 columns", lambda: b",".join([b"x"] * 100) + b"\n", "too_many_columns"),
        _bad("three million cells and more", lambda: (b"1," * 63 + b"1\n") * 50_000, "too_many_cells"),
        _bad("a cell of 5,000 characters", lambda: text([["长" * 5000, NUMBER, "400"]]), "long_cell"),
        _bad("a line of 100 MB", lambda: b"x" * (100 * 1024 * 1024), "too_large"),
        _bad("a line of 19 MB", lambda: b"x" * (19 * 1024 * 1024), "long_cell"),
        _bad("a quoted line of 19 MB", lambda: b'"' + b"x\n" * (9 * 1024 * 1024), "long_cell"),
    ]  # fmt: skip
