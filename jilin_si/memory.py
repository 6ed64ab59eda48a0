"""What a page reads once, though many parts of it ask: the business date, the desks of a person, records of a worker.

Only requests that read remember, from their first query to their answer; an act, a job and a command read anew each
time, so that a right taken away is gone at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Kept = TypeVar("Kept")
_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """From here on what is asked with ``remembered`` is asked once."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(key: Hashable, read: Callable[[], Kept]) -> Kept:
    """What ``read`` answers; inside ``remembering`` the first answer for this key."""
    memory = _memory.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    found: Kept = memory[key]
    return found


def forget(key: Hashable) -> None:
    """It was changed: the next who asks reads it anew."""
    memory = _memory.get()
    if memory is not None:
        memory.pop(key, None)
