"""The arithmetic of rules over sets, as Python has it beside SQL.

SQL has functions of the same names (``share``, ``base_of`` and ``adjusted`` by migrations of this app, ``interest`` by
``collection``): plain SQL, immutable, without a SET clause and not strict, so that the planner puts them in line.
Property tests hold SQL, these and the calculators together over random people and every edge.
"""

from __future__ import annotations

MILLION = 1_000_000


def share(amount_fen: int, ppm: int) -> int:
    """An amount times parts per million, half up to the fen; a negative amount as its positive, then signed (GEN-1)."""
    rounded = (abs(amount_fen) * ppm + MILLION // 2) // MILLION
    return -rounded if amount_fen < 0 else rounded


def base_of(wage_fen: int, floor_fen: int, cap_fen: int) -> int:
    """The contribution base: the wage held between floor and cap (PEN-4)."""
    return max(floor_fen, min(wage_fen, cap_fen))


def interest(opening_fen: int, product_fen: int, rate_ppm: int) -> int:
    """A year's interest: on the opening balance, and on the month product of the year's credits (PEN-8).

    Each is rounded by itself, as the rule has it; the product is each credit times the months for which it earns.
    """
    on_current = (2 * abs(product_fen) * rate_ppm + 12 * MILLION) // (24 * MILLION)
    return share(opening_fen, rate_ppm) + (-on_current if product_fen < 0 else on_current)


def adjusted(
    pension_fen: int,
    ratio_ppm: int,
    before_fen: int,
    after_fen: int,
    step_fen: int = 1,
    upwards: bool = False,
) -> int:
    """A pension after the yearly adjustment by a part of the growth of the average wage (PEN-20).

    Half up, or ``upwards``, to a step of so many fen. Raises ZeroDivisionError where there was no average before.
    """
    grown = pension_fen * (before_fen * MILLION + (after_fen - before_fen) * ratio_ppm)
    whole = before_fen * MILLION * step_fen
    return step_fen * (-(-grown // whole) if upwards else (2 * grown + whole) // (2 * whole))
