"""The arithmetic of rules over sets, as Python has it beside SQL.

``share`` and ``base_of`` are SQL functions of the same names (made by the first migration of this app): plain SQL,
immutable, without a SET clause and not strict, so that the planner puts them in line. A property test holds the pairs
together over random facts and every edge.
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
