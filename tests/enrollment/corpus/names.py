"""Names of people."""

from __future__ import annotations

from datetime import date

from tests.enrollment.corpus.making import HEADS, NUMBER, Case, book, one

NAMES: list[tuple[str, object, str]] = [
    ("beyond the first plane", "𠮷野", ""),
    ("Ext-A", "㛃玉", ""),
    ("a dot as Uyghurs write it", "古丽·买买提", ""),
    ("a bullet for the dot", "古丽•买买提", ""),
    ("a katakana dot", "古丽・买买提", ""),
    ("64 characters", "长" * 64, ""),
    ("64 characters of the second plane", "𠮷" * 64, ""),
    ("65 characters", "长" * 65, "name_too_long"),
    ("4,000 characters", "长" * 4000, "name_too_long"),
    ("blanks within", "李　敏", ""),
    ("Latin", "O'Neil", ""),
    ("Korean", "김영희", ""),
    ("Mongolian letters", "ᠪᠠᠲᠤ", ""),
    ("null", "null", ""),
    ("None", "None", ""),
    ("markup", "</script><img src=x onerror=alert(1)>", ""),
    ("a formula", "=cmd|' /C calc'!A0", ""),
    ("plus", "+王", ""),
    ("minus", "-王", ""),
    ("at", "@SUM(A1)", ""),
    ("HYPERLINK", '=HYPERLINK("http://127.0.0.1","王")', ""),
    ("quotes", "王\"'`;--", ""),
    ("percent signs", "王%(name)s%s%%", ""),
    ("braces", "{{ 7*7 }}{% now %}王", ""),
    ("backslash", "王\\u0000\\n", ""),
    ("a letter and a mark made one", "Jose\u0301", ""),
    ("marks upon marks", "王" + "\u0301" * 20, ""),
    ("a line break within", "陈\n国富", ""),
    ("a tab before", "\t陈国富", ""),
    ("zero-width joiner", "陈\u200d富", "name_characters"),
    ("zero-width blank", "陈\u200b国富", "name_characters"),
    ("byte order mark within", "陈\ufeff富", "name_characters"),
    ("right to left", "陈\u202e富", "name_characters"),
    ("isolate", "陈\u2066富\u2069", "name_characters"),
    ("soft hyphen", "陈\u00ad富", "name_characters"),
    ("of nobody's plane", "陈\ue000富", "name_characters"),
    ("no character", "陈\ufdd0富", "name_characters"),
    ("a lost character", "陈\ufffd富", "name_characters"),
    ("Hangul filler", "陈\u3164富", "name_characters"),
    ("grapheme joiner", "陈\u034f富", "name_characters"),
    ("bell", "陈\x07富", "name_characters"),
    ("emoji of a family", "王👨\u200d👩\u200d👧", "name_characters"),
    ("only emoji", "😀", "name_no_word"),
    ("only marks", "——", "name_no_word"),
    ("only a dot", "·", "name_no_word"),
    ("only digits", "12345", "name_no_word"),
    ("a figure", 12345, "name_no_word"),
    ("a day", date(1990, 1, 1), "name_no_word"),
    ("yes", True, "name_no_word"),
    ("nothing", "", "name_missing"),
    ("an ideographic blank", "\u3000", "name_missing"),
]


def cases() -> list[Case]:
    """Names right and wrong, and people of one name."""
    same = lambda: book([["王平", NUMBER, 400], ["王平", "220104600517024", 400]], HEADS)  # noqa: E731
    return [*(one(f"name: {told}", [name, NUMBER, 400], code) for told, name, code in NAMES),
            Case("name: two people of one name", same, good=2)]  # fmt: skip
