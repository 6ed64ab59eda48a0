"""Amounts in Chinese capitals (人民币大写), as banks demand them on paper: nobody adds a stroke to 贰 unnoticed."""

from __future__ import annotations

from decimal import Decimal

from jilin_si.money import to_fen

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿", "亿亿")


def capitals(amount: Decimal) -> str:
    """Yuan in capitals: ``26678.32`` → 人民币贰万陆仟陆佰柒拾捌元叁角贰分; no fen: it ends with 整."""
    fen = to_fen(amount)
    sign = "负" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    said = _whole(yuan) + "元" if yuan else ""
    if not rest:
        return f"人民币{sign}{said or '零元'}整"
    if jiao:
        said += f"{_DIGITS[jiao]}角"
    elif yuan:
        said += "零"
    if yuan and jiao and yuan % 10 == 0:  # 10.50: 壹拾元零伍角
        said = said.replace("元", "元零", 1)
    return f"人民币{sign}{said}" + (f"{_DIGITS[cents]}分" if cents else "整")


def _whole(number: int) -> str:
    """A whole number of yuan: groups of four digits, one 零 for any gap."""
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    said, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            gap = bool(said)
            continue
        if said and (gap or group < 1000):
            said += "零"
        said += _four(group) + _GROUPS[place]
        gap = False
    return said


def _four(group: int) -> str:
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit == 0:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return said
