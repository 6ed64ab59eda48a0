"""Names in pinyin, so that a clerk finds 陈国富 by ``chengf`` or ``cgf``."""

from __future__ import annotations

import re
from functools import cache

from pypinyin import Style, pinyin

# Characters read otherwise where they stand first in a name.
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "朴": "piao", "盖": "ge",
    "任": "ren", "尉": "wei", "种": "chong", "繁": "po", "覃": "qin", "乐": "yue", "召": "shao", "折": "she",
    "缪": "miao", "宓": "fu", "洗": "xian", "员": "yun", "翟": "zhai", "长": "chang", "重": "chong", "石": "shi",
    "俞": "yu", "车": "che", "万": "wan", "卜": "bu", "秘": "bi", "冼": "xian",
}  # fmt: skip

_LATIN = re.compile(r"[a-z]")


@cache
def _reading(character: str) -> str:
    return (
        pinyin(character, style=Style.NORMAL, errors="ignore", heteronym=False)[0][0]
        if _han(character)
        else ""
    )


def _han(character: str) -> bool:
    return bool(pinyin(character, style=Style.NORMAL, errors="ignore"))


def readings(name: str) -> list[str]:
    """The reading of each character, without tones; letters stand for themselves."""
    found = []
    for place, character in enumerate(name):
        reading = SURNAMES.get(character, "") if place == 0 else ""
        reading = reading or _reading(character)
        if not reading and _LATIN.fullmatch(character.lower()):
            reading = character.lower()
        if reading:
            found.append(reading.replace("ü", "v"))
    return found


def romanise(name: str, longest: int = 128) -> tuple[str, str]:
    """``("chenguofu", "cgf")``: the whole and the initials, as they are searched."""
    found = readings(name)
    return "".join(found)[:longest], "".join(reading[0] for reading in found)[:32]
