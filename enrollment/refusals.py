"""Why the registry refuses an act: a code for programs, a message for people, the field that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Refusal(ValueError):
    """The act was not done. ``field`` names the input to mend ("" the act as a whole), ``code`` the reason."""

    def __init__(self, field: str, code: str, message: StrOrPromise, **values: Any) -> None:
        self.field, self.code, self.template, self.values = field, code, message, values
        super().__init__(code)

    @property
    def message(self) -> str:
        """The reason in the language active now."""
        return str(self.template) % self.values if self.values else str(self.template)

    def __str__(self) -> str:
        return self.message


class Stale(Exception):
    """Somebody else stored the record first: who, when, and how it stands now."""

    def __init__(self, record: Any, who: str, when: str) -> None:
        self.record, self.who, self.when = record, who, when
        super().__init__(str(record))
