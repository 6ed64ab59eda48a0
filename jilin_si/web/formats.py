"""Formats shared by pages, tables, files and charts. Amounts come in as ``Decimal`` yuan and go out as text."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from jilin_si.money import MINUS

WAN = Decimal(10000)
# The words for units: in a head or caption, and short beside a big figure.
UNITS = {"yuan": _("yuan"), "wan": _("10,000 yuan"), "wan_short": _("×10k")}
RATE_BOUNDS = ((Decimal(60), "r1"), (Decimal(80), "r2"), (Decimal(95), "r3"), (Decimal(100), "r4"))

# Characters that reorder or hide text have no place in a name or a remark.
_HIDDEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DOTS = str.maketrans({"\u2022": "\u00b7", "\u30fb": "\u00b7", "\uff65": "\u00b7"})


def _fixed(value: Decimal, decimals: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    shown = f"{abs(rounded):,.{decimals}f}"
    return f"{MINUS}{shown}" if rounded < 0 else shown


def wan(amount: Decimal | int | None) -> str:
    """Yuan shown in 万元 with two decimals: ``1,750.00``."""
    return "—" if amount is None else _fixed(Decimal(amount) / WAN, 2)


def percent(value: Decimal | int | None, decimals: int = 1) -> str:
    """``67.4%``; nothing is an em dash."""
    return "—" if value is None else f"{_fixed(Decimal(value), int(decimals))}%"


def rate_class(value: Decimal | int | None) -> str:
    """The named class of a rate in percent, so that colour always has a word: r1 below 60, r2, r3, r4, r5 paid."""
    if value is None:
        return "r0"
    return next((name for bound, name in RATE_BOUNDS if Decimal(value) < bound), "r5")


def masked_id(number: str | None) -> str:
    """Keep the area and the last three (of 15) or four (of 18) characters."""
    if not number:
        return "—"
    kept = 4 if len(number) >= 18 else 3
    hidden = max(len(number) - 6 - kept, 0)
    return f"{number[:6]}{'*' * hidden}{number[-kept:]}" if hidden else number


def plain_text(text: str) -> str:
    """A text as typed, made plain: full-width digits and letters become ordinary ones, dots in names become one."""
    return unicodedata.normalize("NFKC", text.translate(_DOTS)).translate(_DOTS).strip()


def has_hidden_characters(text: str) -> bool:
    """Whether control, zero-width or direction characters are in it."""
    return bool(_HIDDEN.search(text))
