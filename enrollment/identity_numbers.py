"""Reading what people type or import as an identity number or a name (rules ID-1 to ID-3).

A number is made plain (full-width digits, blanks, a leading apostrophe, a small x) and then checked; a wrong one is
refused with its reason and never mended silently. It is kept as given, and as a key of 18 under which both
spellings of one person meet.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from enrollment.refusals import Refusal
from enrollment.rules import JILIN, check_character, jilin_area_codes, province_prefixes
from jilin_si.policy.database import database_policy

CENTENARIANS = frozenset({"996", "997", "998", "999"})
OLDEST = 120
NAME_LENGTH = 64

_SHAPE = re.compile(r"\d{15}|\d{17}[\dX]")
_SPACES = re.compile(r"[\s\u3000'\u2018\u2019`-]+")
# letters and marks that show nothing, and the sign for a lost character
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\ufffd")
_DOTS = str.maketrans({"\u2022": "\u00b7", "\u30fb": "\u00b7", "\uff65": "\u00b7", "\u2027": "\u00b7"})

MESSAGES = {
    "id_missing": _("Enter the identity number."),
    "id_characters": _("“%(given)s” is not an identity number: 15 digits, or 18 of which the last may be X."),
    "id_length": _("This number has %(count)s characters. It should have 15, or 18."),
    "id_area": _("The area code %(area)s was never in use."),
    "id_birth_date": _("The number gives the birth date %(birth)s, which does not exist."),
    "id_birth_future": _("The number gives the birth date %(birth)s, which has not come yet."),
    "id_too_old": _("The number gives the birth date %(birth)s, more than 120 years ago."),
    "id_checksum": _(
        "The check character does not fit the other 17: a digit is wrong, or two are exchanged."
    ),
    "name_missing": _("Enter the name."),
    "name_too_long": _("A name has at most 64 characters; this one has %(count)s."),
    "name_no_word": _("“%(given)s” is no name."),
    "name_characters": _("There are invisible characters in the name. Type it anew."),
}


@dataclass(frozen=True)
class IdentityNumber:
    """A number that is right: as given (15 or 18), its key of 18, and what it tells of the person."""

    given: str
    key: str
    sex: str
    birth_date: date


def plain_number(text: object) -> str:
    """The characters that count, in capitals: ``２２０１８１ 730305 213`` is 220181730305213."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", str(text))).upper()


def read_identity_number(text: object, today: date, prefixes: frozenset[str] | None = None) -> IdentityNumber:
    """Check a number. Raises Refusal (``id_missing``, ``id_length``, ``id_birth_date``, ``id_checksum`` …).

    ``prefixes`` are the first two digits of the provinces; without them they are looked up.
    """
    number = plain_number(text)
    if not number:
        raise _refusal("id_missing")
    if len(number) not in (15, 18):
        raise _refusal("id_length", count=len(number))
    if not number.isascii() or not _SHAPE.fullmatch(number):
        raise _refusal("id_characters", given=number)
    if not _known_area(number[:6], known_prefixes() if prefixes is None else prefixes):
        raise _refusal("id_area", area=number[:6])
    body = number[:17] if len(number) == 18 else _seventeen(number)
    birth_date = _birth_date(body[6:14], today)
    key = body + check_character(body)
    if len(number) == 18 and key != number:
        raise _refusal("id_checksum")
    return IdentityNumber(number, key, "M" if int(body[16]) % 2 else "F", birth_date)


def read_name(text: object) -> str:
    """A person's name made plain. Raises Refusal where it is missing, too long or holds hidden characters."""
    given = str(text).translate(_DOTS)
    name = " ".join(unicodedata.normalize("NFC", given).replace("\u3000", " ").split())
    if not name:
        raise _refusal("name_missing", "name")
    if any(
        character in _UNSEEN or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")
        for character in name
    ):
        raise _refusal("name_characters", "name")
    if len(name) > NAME_LENGTH:
        raise _refusal("name_too_long", "name", count=len(name))
    if not any(character.isalpha() for character in name):
        raise _refusal("name_no_word", "name", given=name)
    if all("\u4e00" <= character <= "\u9fff" or character == " " for character in name):
        name = name.replace(" ", "")  # 李　敏 is 李敏
    return name


def _seventeen(number: str) -> str:
    """A 15-digit number with its century: 18 for the centenarians' sequences of 1989, else 19 (rule ID-2)."""
    century = "18" if number[12:] in CENTENARIANS else "19"
    return number[:6] + century + number[6:]


def _birth_date(digits: str, today: date) -> date:
    shown = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        birth_date = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _refusal("id_birth_date", birth=shown) from None
    if birth_date > today:
        raise _refusal("id_birth_future", birth=shown)
    if birth_date.year < today.year - OLDEST:
        raise _refusal("id_too_old", birth=shown)
    return birth_date


def known_prefixes() -> frozenset[str]:
    """The first two digits of the provinces, from the parameters in force."""
    return province_prefixes(database_policy())


def _known_area(area: str, prefixes: frozenset[str]) -> bool:
    """In Jilin a code of the list, whatever its years; elsewhere the prefix of a real province (rule ID-1)."""
    return area in jilin_area_codes() if area.startswith(JILIN) else area[:2] in prefixes


def _refusal(code: str, field: str = "identity_number", **values: object) -> Refusal:
    return Refusal(field, code, MESSAGES[code], **values)
