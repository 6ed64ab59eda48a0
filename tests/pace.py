"""How fast this machine is just now, so that a bar in seconds holds on a slow or a busy one too."""

from __future__ import annotations

from hashlib import sha256
from time import process_time

QUIET = (
    0.060  # seconds that the fixed piece of work takes on the quiet machine for which the bars are written
)


def seconds(bar: float) -> float:
    """The bar, longer by as much as this machine is now slower than the one for which it was written.

    Ask after what is measured, in the same process: what else runs meanwhile slows both alike.
    """
    return bar * max(1.0, min(_spent() for _again in range(3)) / QUIET)


def _spent() -> float:
    begun = process_time()
    kept: dict[str, int] = {}
    for number in range(40_000):
        kept[sha256(str(number).encode()).hexdigest()[:6]] = number
    return process_time() - begun
