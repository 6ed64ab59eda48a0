"""What can go wrong on a page and still be told plainly: conflicts, and servers that do not answer."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNAVAILABLE = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)


@dataclass(frozen=True)
class ConflictLine:
    """One field of a record that two people changed: as it was, as the other stored it, as you filled it in."""

    field: StrOrPromise
    name: str
    old: str
    theirs: str
    yours: str

    @property
    def differs(self) -> bool:
        """Whether both changed it, to different values: the only lines where one has to choose."""
        return self.theirs != self.yours and self.theirs != self.old and self.yours != self.old


class Conflict(Exception):
    """Somebody else stored the record first (status 409): both versions are shown side by side, nothing is lost."""

    def __init__(
        self,
        record: StrOrPromise,
        who: str = "",
        when: str = "",
        lines: Sequence[ConflictLine] = (),
        again: str = "",
    ) -> None:
        super().__init__(str(record))
        self.record = record
        self.who = who
        self.when = when
        self.lines = list(lines)
        self.again = again
        """Where the choice is posted: the chosen values come as fields of the form's own names."""


def error_number() -> str:
    """A short number that stands on the page and in the log: ``7F3A-19``."""
    digits = secrets.token_hex(3).upper()
    return f"{digits[:4]}-{digits[4:]}"


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and all that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database or Redis did not answer: the page says so (503) and asks to try again."""
    return any(isinstance(cause, UNAVAILABLE) for cause in causes(error))
