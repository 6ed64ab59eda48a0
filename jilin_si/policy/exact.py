"""Exact numbers: what a rule computes with between its inputs and its rounded amounts.

Rule GEN-1 rounds once, at the end of a formula, from unrounded factors. A quotient such as 31/3 has no end in decimals,
so the factors are fractions; an amount that ends exactly at half a fen is then seen as such and goes up.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

Exact = Fraction

FEN_HALF_UP: Final = "FEN_HALF_UP"
JIAO_UP: Final = "JIAO_UP"
YUAN_UP: Final = "YUAN_UP"
YUAN_HALF_UP: Final = "YUAN_HALF_UP"
ROUNDING_MODES: Final = (FEN_HALF_UP, JIAO_UP, YUAN_UP, YUAN_HALF_UP)

# Units in a yuan, and whether any excess goes up (见分进角, 见角进元) or only half and more.
_MODES: Final = {FEN_HALF_UP: (100, False), JIAO_UP: (10, True), YUAN_UP: (1, True), YUAN_HALF_UP: (1, False)}


def round_half_up(value: Fraction, units: int) -> Fraction:
    """Round to a multiple of 1/``units``, halves away from zero: the positive is rounded, then signed."""
    numerator, denominator = value.numerator * units, value.denominator
    whole, rest = divmod(abs(numerator), denominator)
    if 2 * rest >= denominator:
        whole += 1
    return Fraction(whole if numerator >= 0 else -whole, units)


def round_by_mode(value: Fraction, mode: str) -> Fraction:
    """Round yuan by a mode of rule GEN-1: half up to the fen or the yuan, or up to the next 0.1 or 1 yuan."""
    units, any_excess_goes_up = _MODES[mode]
    if not any_excess_goes_up:
        return round_half_up(value, units)
    numerator, denominator = value.numerator * units, value.denominator
    whole, rest = divmod(abs(numerator), denominator)
    if rest:
        whole += 1
    return Fraction(whole if numerator >= 0 else -whole, units)


def to_fen(yuan: Fraction) -> int:
    """Exact yuan as whole fen, half up (GEN-1)."""
    return int(round_half_up(yuan, 100) * 100)


def to_decimal(value: Fraction, places: int | None = None) -> Decimal:
    """Turn an exact number into a Decimal: half up to ``places``, or all its digits where they end.

    Raises ValueError where ``places`` is None and the digits do not end.
    """
    if places is None:
        places = _ending_places(value)
        if places is None:
            raise ValueError(f"{value} has no end in decimals")
    scaled = round_half_up(value, 10**places) * 10**places
    return Decimal(scaled.numerator).scaleb(-places)


def exact_text(value: Fraction, longest: int = 12) -> str:
    """Write an exact number for a reader: all digits where they end within ``longest``, else cut and marked ``…``."""
    places = _ending_places(value)
    if places is not None and places <= longest:
        return str(to_decimal(value, places))
    whole, rest = divmod(abs(value.numerator), value.denominator)
    digits = rest * 10**longest // value.denominator
    return f"{'-' if value < 0 else ''}{whole}.{digits:0{longest}d}…"


def _ending_places(value: Fraction) -> int | None:
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    return max(twos, fives) if denominator == 1 else None
