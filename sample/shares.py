"""Splitting whole numbers of people over units and employers so that the parts add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int], minimum: int = 0) -> list[int]:
    """Split ``total`` heads in proportion to ``weights`` by largest remainders; each part has at least ``minimum``.

    Where the minima alone exceed the total, each part is the minimum.
    """
    if not weights:
        return []
    rest = max(total - minimum * len(weights), 0)
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts = [minimum + rest * weight // whole for weight in weights]
    left = rest + minimum * len(weights) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(rest * weights[i] % whole), i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return parts
