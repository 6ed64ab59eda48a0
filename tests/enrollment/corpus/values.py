"""Days, amounts and words of a row."""

from __future__ import annotations

from datetime import date

from tests.enrollment.corpus.making import NAME, NUMBER, Case, one

DAYS: list[tuple[object, str]] = [
    ("1975-12-01", ""), ("1975.3", ""), ("1975.10", ""), ("1975年3月", ""), ("1975年3月5日", ""), ("75年3月", ""),
    ("1975/3/5", ""), ("197503", ""), ("1975-03", ""), ("1975.3.5", ""), ("１９７５．３", ""), (" 1975 年 3 月 ", ""),
    (date(1975, 3, 5), ""), (1975.3, ""), (197503, ""), ("", ""),
    (1975.1, "date_ambiguous"),
    ("1976-02-29", ""), ("1975-02-29", "date_impossible"), ("1900-02-29", "date_impossible"),
    ("0000-00-00", "date_impossible"), ("1975-13-01", "date_impossible"), ("197513", "date_impossible"),
    ("1975.0", "date_impossible"), ("9999-12-31", "date_impossible"), ("1850-01-01", "date_impossible"),
    (45000, "date_unreadable"), (27000.5, "date_unreadable"), ("民国64年", "date_unreadable"),
    ("3/5/1975", "date_unreadable"), ("3-5-75", "date_unreadable"), ("75.3", "date_unreadable"),
    ("19750305", "date_unreadable"), ("一九七五年三月", "date_unreadable"), ("明年", "date_unreadable"),
    ("1975-03-05 08:00", "date_unreadable"), ("١٩٧٥-٠٣", "date_unreadable"), ("1975-3-5-1", "date_unreadable"),
    ("=TODAY()", "date_unreadable"), ("#N/A", "date_unreadable"), (True, "date_unreadable"),
    ("2031-05-01", "date_in_future"), (date(2031, 5, 1), "date_in_future"),
    ("1960-01-01", "started_work_too_young"), (date(1900, 1, 1), "started_work_too_young"),
    ("1" * 4000, "date_unreadable"),
]  # fmt: skip

WAGES: list[tuple[object, str]] = [
    (400, ""), (400.5, ""), (546.8200000000001, ""), ("400", ""), ("1,234.50", ""), ("１２３４", ""), ("1，280.50元", ""),
    ("￥400", ""), (" 300 ", ""), ("400.", ""), (0.01, ""), ("", ""),
    (-350, "wage_not_positive"), ("−350", "wage_not_positive"), (0, "wage_not_positive"), ("0.00", "wage_not_positive"),
    (0.005, "wage_too_precise"), ("0.005", "wage_too_precise"), (1e-7, "wage_too_precise"),
    ("1e3", "wage_not_a_number"), ("四百五十", "wage_not_a_number"), ("—", "wage_not_a_number"),
    ("NaN", "wage_not_a_number"), ("Infinity", "wage_not_a_number"), ("-Infinity", "wage_not_a_number"),
    ("1e400", "wage_not_a_number"), ("4,50", "wage_not_a_number"), ("400,50", "wage_not_a_number"),
    ("1,2,3", "wage_not_a_number"), ("(350)", "wage_not_a_number"), ("400元/月", "wage_not_a_number"),
    ("4.0.0", "wage_not_a_number"), ("0x190", "wage_not_a_number"), ("=200+200", "wage_not_a_number"),
    ("٤٠٠", "wage_not_a_number"), ("null", "wage_not_a_number"), (True, "wage_not_a_number"),
    (date(1995, 3, 5), "wage_not_a_number"), ("--5", "wage_not_a_number"), ("5-", "wage_not_a_number"),
    (10**9, "wage_implausible"), (10**15, "wage_implausible"), (1e22, "wage_implausible"),
    ("1" + "0" * 25, "wage_implausible"), (1e300, "wage_not_a_number"), ("9" * 4000, "wage_not_a_number"),
]  # fmt: skip

WORDS: list[tuple[str, object, str]] = [
    ("性别", "男", ""), ("性别", "M", ""), ("性别", "女", "sex_contradicts_id"), ("性别", "不详", "sex_unreadable"),
    ("性别", 1, "sex_unreadable"), ("性别", "＃", "sex_unreadable"),
    ("出生年月", "1955-08-15", ""), ("出生年月", "1955.8", ""), ("出生年月", date(1955, 8, 15), ""),
    ("出生年月", "1955-08-16", "birth_contradicts_id"), ("出生年月", "1955年9月", "birth_contradicts_id"),
    ("出生年月", "1955-02-30", "date_impossible"),
    ("用工形式", "固定工", ""), ("用工形式", "Contract", ""), ("用工形式", "合同工 ", ""), ("用工形式", "返聘", "category_unknown"),
    ("用工形式", 3, "category_unknown"), ("身份", "干部", ""), ("身份", "农民", "identity_unknown"),
    ("视同缴费年限", "12年6个月", ""), ("视同缴费年限", 12.5, ""), ("视同缴费年限", "十二年", "deemed_unreadable"),
    ("视同缴费年限", -1, "deemed_unreadable"), ("视同缴费年限", 100, "deemed_unreadable"),
    ("视同缴费年限", "١٢", "deemed_unreadable"), ("视同缴费年限", 1e9, "deemed_unreadable"),
    ("备注", "=1+1", ""), ("备注", "\u202e", ""), ("备注", "长" * 4000, ""),
]  # fmt: skip


def cases() -> list[Case]:
    """One row each."""
    return [
        *(one(f"day: {_told(value)}", [NAME, NUMBER, value], code, ("姓名", "身份证号码", "参加工作时间"))
          for value, code in DAYS),
        *(one(f"wage: {_told(value)}", [NAME, NUMBER, value], code) for value, code in WAGES),
        *(one(f"{head}: {_told(value)}", [NAME, NUMBER, value], code, ("姓名", "身份证号码", head))
          for head, value, code in WORDS),
    ]  # fmt: skip


def _told(value: object) -> str:
    return f"{type(value).__name__} {value!r}"[:40]
