"""Identity numbers."""

from __future__ import annotations

from datetime import date

from enrollment.rules import check_character
from tests.enrollment.corpus.making import NAME, NUMBER, NUMBER_18, OTHER, Case, book, one


def _full(area: str, born: str, sequence: str = "001") -> str:
    body = f"{area}{born}{sequence}"
    return body + check_character(body)


def _with_x() -> str:
    numbers = (_full("220104", "19550815", f"{n:03d}") for n in range(1, 999, 2))
    return next(number for number in numbers if number.endswith("X"))


def _wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def _numbers() -> list[tuple[str, object, str]]:
    x = _with_x()
    return [
        ("15 digits", NUMBER, ""),
        ("18 digits", NUMBER_18, ""),
        ("15 digits as a figure", 220104550815001, ""),
        ("18 digits as a figure", 220104195508150013, "id_numeric"),
        ("with X", x, ""),
        ("with a small x", x.lower(), ""),
        ("with a wide X", x[:-1] + "Ｘ", ""),
        ("with a sign of multiplication for X", x[:-1] + "×", "id_characters"),
        ("with a Cyrillic X", x[:-1] + "Х", "id_characters"),
        ("full width", _wide(NUMBER_18), ""),
        ("Arabic digits", "".join(chr(ord(c) + 0x630) for c in NUMBER_18), "id_characters"),
        ("blanks within", "220104 19550815 0013", ""),
        ("an ideographic blank after it", NUMBER_18 + "\u3000", ""),
        ("no-break blanks", "220104\u00a019550815\u00a00013", ""),
        ("an apostrophe before it", "'" + NUMBER_18, ""),
        ("a curly apostrophe before it", "\u2018" + NUMBER_18, ""),
        ("a tab before it", "\t" + NUMBER_18, ""),
        ("a zero-width blank within", "220104\u200b195508150013", "id_length"),
        ("wrong check character", NUMBER_18[:-1] + "4", "id_checksum"),
        ("two digits exchanged", "220104195508510013", "id_birth_date"),
        ("17 digits", NUMBER_18[:-1], "id_length"),
        ("19 digits", NUMBER_18 + "1", "id_length"),
        ("nothing", "", "id_missing"),
        ("only blanks", "   ", "id_missing"),
        ("null", "null", "id_length"),
        ("letters", "ABCDEFGHIJKLMNOPQR", "id_characters"),
        ("X in the midst", "22010419X508150013", "id_characters"),
        ("a formula as text", "=1+1", "id_length"),
        ("a day", date(1955, 8, 15), "id_length"),
        ("yes", True, "id_length"),
        ("0", 0, "id_length"),
        ("a negative figure", -220104550815001, "id_numeric"),
        ("a figure with decimals", 220104550815.5, "id_length"),
        ("area of nowhere", _full("990104", "19550815"), "id_area"),
        ("area in Jilin that never was", _full("229999", "19550815"), "id_area"),
        ("area 000000", _full("000000", "19550815"), "id_area"),
        ("29 February 1995", _full("220104", "19950229"), "id_birth_date"),
        ("29 February 1956", _full("220104", "19560229"), ""),
        ("month 13", _full("220104", "19551301"), "id_birth_date"),
        ("day 0", _full("220104", "19550800"), "id_birth_date"),
        ("15 digits with day 32", "220104550832001", "id_birth_date"),
        ("year 0000", _full("220104", "00000101"), "id_birth_date"),
        ("born in the future", _full("220104", "20900101"), "id_birth_future"),
        ("born 1850", _full("220104", "18500101"), "id_too_old"),
        ("under 16", _full("220104", "19850101"), "under_age"),
        ("centenarian of 1989", "220104550815999", "id_too_old"),
        ("4,000 digits", "1" * 4000, "id_length"),
    ]


def cases() -> list[Case]:
    """Numbers right and wrong, and the same person twice."""
    made = [one(f"number: {name}", [NAME, number, 400], code) for name, number, code in _numbers()]
    twice = {3: "duplicate_in_file"}
    return [
        *made,
        Case("number: the same twice", lambda: book([[NAME, NUMBER, 400]] * 2), wrong=twice, good=1),
        Case("number: twins of 15 and 18", lambda: book([[NAME, NUMBER, 400], [NAME, NUMBER_18, 400]]),
             wrong=twice, good=1),
        Case("number: twins of 18 and full width", lambda: book([[NAME, NUMBER_18], [NAME, _wide(NUMBER_18)]]),
             wrong=twice, good=1),
        Case("number: three times, among others",
             lambda: book([[NAME, NUMBER], list(OTHER), [NAME, NUMBER_18], [NAME, NUMBER]]),
             wrong={4: "duplicate_in_file", 5: "duplicate_in_file"}, good=2),
        Case("number: two names", lambda: book([[NAME, NUMBER, 400], [OTHER[0], NUMBER, 400]]), wrong=twice, good=1),
    ]  # fmt: skip
