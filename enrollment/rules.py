"""The rules of the registry (ID), as calculators: identity numbers and organisation codes.

The functions under the calculators are what forms and imports call for each row.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.calculators import Outputs, calculator
from jilin_si.policy.errors import InputError
from jilin_si.policy.kinds import Bool, Choice, Date, ListOf, Text
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import add_terms
from jilin_si.policy.trace import Trace

add_terms(
    {
        "id15": _("Identity number, 15 digits"),
        "id18": _("Identity number, 18 digits"),
        "ids": _("Identity numbers"),
        "valid": _("Valid"),
        "century": _("Century of birth"),
        "id17": _("First 17 digits"),
        "id_check": _("Check character"),
        "sequence": _("Sequence number"),
        "body": _("Body of the code"),
        "check": _("Check character of the code"),
        "code": _("Organisation code"),
        "weighted_sum": _("Weighted sum"),
        "province_prefixes": _("Province prefixes"),
    }
)

AREA_CODES = Path(__file__).parent / "data" / "id_area_codes_jilin.csv"
JILIN = "22"

# GB 11643: weights and check characters of an identity number; sequences that marked people over a hundred.
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CENTENARIANS = range(996, 1000)
# GB 11714: weights of an organisation code; letters count from A = 10.
_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_FIFTEEN = re.compile("[0-9]{15}")
_EIGHTEEN = re.compile("[0-9]{17}[0-9X]")


@dataclass(frozen=True)
class Identity:
    """What an identity number says: its 18-digit form, sex and date of birth."""

    id18: str
    sex: str
    birth: date


@lru_cache(maxsize=1)
def jilin_area_codes() -> frozenset[str]:
    """Every area code that an identity number issued in Jilin may carry, whenever issued (ID-1)."""
    with AREA_CODES.open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))


def check_character(first17: str) -> str:
    """The 18th character of an identity number (ID-2)."""
    return _ID_CHECKS[sum(map(mul, map(int, first17), _ID_WEIGHTS)) % 11]


def read_identity(number: str, province_prefixes: frozenset[str]) -> Identity | None:
    """What a 15- or 18-digit number says; None where it is none: digits, check, date or area are wrong (ID-1, ID-2)."""
    if _FIFTEEN.fullmatch(number):
        century = "18" if int(number[12:]) in _CENTENARIANS else "19"
        first17 = number[:6] + century + number[6:]
        number = first17 + check_character(first17)
    elif not _EIGHTEEN.fullmatch(number) or check_character(number[:17]) != number[17]:
        return None
    area = number[:6]
    if area[:2] == JILIN:
        if area not in jilin_area_codes():
            return None
    elif area[:2] not in province_prefixes:
        return None
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return Identity(number, "M" if int(number[16]) % 2 else "F", birth)


def province_prefixes(policy: Policy) -> frozenset[str]:
    """The first two digits of the provinces, from the parameters."""
    return frozenset(prefix for prefix, _name in policy.get("identity.province_prefixes").value)


@calculator(
    "enrollment.identity_number",
    title=_("Identity number: 15 to 18 digits"),
    rules=("ID-1", "ID-2"),
    inputs={"id15": Text("[0-9]{15}", allowed=_("15 digits"))},
    outputs={"id18": Text(), "sex": Choice("M", "F"), "birth": Date()},
)
def identity_number(policy: Policy, trace: Trace, *, id15: str) -> Outputs:
    """The 18-digit form, sex and date of birth of a 15-digit number (ID-1, ID-2)."""
    prefixes = province_prefixes(policy)
    trace.use(policy.get("identity.province_prefixes"), "province_prefixes")
    found = read_identity(id15, prefixes)
    if found is None:
        raise InputError("id15", id15, _("a known area code and a real date of birth"), "range")
    trace.find("sequence", "id15", id15[12:], put_in=id15)
    trace.find("century", "sequence", found.id18[6:8], put_in=id15[12:], rule="ID-1")
    trace.find(
        "id17",
        "id15, century",
        found.id18[:17],
        put_in=f"{id15[:6]} {found.id18[6:8]} {id15[6:]}",
        rule="ID-2",
    )
    trace.find("id_check", "id17", found.id18[17], put_in=found.id18[:17], rule="ID-2")
    trace.find("id18", "id17, id_check", found.id18, rule="ID-2")
    trace.find("birth", "id18", found.birth, put_in=found.id18[6:14])
    trace.find("sex", "id18", found.sex, put_in=found.id18[16])
    return {"id18": found.id18, "sex": found.sex, "birth": found.birth}


@calculator(
    "enrollment.identity_valid",
    title=_("Validity of identity numbers"),
    rules=("ID-1", "ID-2"),
    inputs={"ids": ListOf(Text())},
    outputs={"valid": ListOf(Bool())},
)
def identity_valid(policy: Policy, trace: Trace, *, ids: list[str]) -> Outputs:
    """For each number whether it can be one: length, check character, real date of birth, known area (ID-1, ID-2)."""
    prefixes = province_prefixes(policy)
    trace.use(policy.get("identity.province_prefixes"), "province_prefixes")
    answers = [read_identity(number, prefixes) is not None for number in ids]
    for place, (number, answer) in enumerate(zip(ids, answers, strict=True), 1):
        trace.find(f"valid[{place}]", f"ids[{place}]", answer, put_in=number)
    return {"valid": answers}


@calculator(
    "enrollment.organisation_code",
    title=_("Organisation code with its check character"),
    rules=("ID-4",),
    inputs={"body": Text("[0-9A-Z]{8}", allowed=_("8 characters, digits and capital letters"))},
    outputs={"check": Text(), "code": Text()},
)
def organisation_code(policy: Policy, trace: Trace, *, body: str) -> Outputs:
    """The ninth character of an organisation code, and the code as it is written (ID-4)."""
    values = [_CODE_CHARACTERS.index(character) for character in body]
    total = sum(value * weight for value, weight in zip(values, _CODE_WEIGHTS, strict=True))
    trace.find(
        "weighted_sum",
        "body",
        total,
        put_in=lambda: " + ".join(f"{v} × {w}" for v, w in zip(values, _CODE_WEIGHTS, strict=True)),
    )
    check = organisation_check(body)
    trace.find("check", "11 − weighted_sum mod 11", check)
    return {"check": check, "code": trace.find("code", "body, check", f"{body}-{check}")}


def organisation_check(body: str) -> str:
    """The check character of an organisation code's 8 characters: 10 is X, 11 is 0 (ID-4)."""
    total = sum(
        _CODE_CHARACTERS.index(character) * weight
        for character, weight in zip(body, _CODE_WEIGHTS, strict=True)
    )
    remainder = 11 - total % 11
    return "X" if remainder == 10 else "0" if remainder == 11 else str(remainder)
