"""What a check found, small enough to keep beside the file: rows by state, and what is wrong with the wrong ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import activate, deactivate_all, get_language, gettext

from enrollment.imports.checking import CheckedRoster
from enrollment.refusals import Refusal

STATES = ("wrong", "new", "change", "same")


@dataclass(frozen=True)
class Result:
    """Sheet rows (counted from 1) by state; of a wrong one its field, code, untranslated message and values."""

    rows: Mapping[str, list[int]]
    wrong: Mapping[int, tuple[str, str, str, Mapping[str, Any]]]

    @property
    def counts(self) -> dict[str, int]:
        return {state: len(self.rows[state]) for state in ("new", "change", "same", "wrong")}

    @property
    def total(self) -> int:
        return sum(len(rows) for rows in self.rows.values())

    def field_of(self, row: int) -> str:
        """The field whose cell is wrong; "" for a good row."""
        return self.wrong[row][0] if row in self.wrong else ""

    def reason_of(self, row: int) -> str:
        """What is wrong with a row, in the language active now."""
        if row not in self.wrong:
            return ""
        _field, _code, message, values = self.wrong[row]
        return said([message, values])

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        return {"rows": dict(self.rows), "wrong": [[row, *told] for row, told in self.wrong.items()]}

    @classmethod
    def of(cls, checked: CheckedRoster) -> Result:
        """What a check just found."""
        rows: dict[str, list[int]] = {state: [] for state in STATES}
        wrong = {}
        for row in checked.rows:
            rows[row.state].append(row.row)
            if row.wrong:
                why = row.wrong
                wrong[row.row] = (why.field, why.code, untranslated(why.message), _plain(why.values))
        return cls(rows, wrong)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Result:
        """What a check of an earlier moment found."""
        return cls(
            {state: kept["rows"].get(state, []) for state in STATES},
            {row: (field, code, message, values) for row, field, code, message, values in kept["wrong"]},
        )


def untranslated(message: object) -> str:
    """A lazily translated message as it stands in the code: kept so, it is told in each reader's language."""
    if not isinstance(message, Promise):
        return str(message)
    language = get_language()
    try:
        deactivate_all()
        return str(message)
    finally:
        if language:
            activate(language)


def refusal_kept(refusal: Refusal) -> list[Any]:
    """Why an act was refused, to be told later in the reader's language."""
    return [untranslated(refusal.template), _plain(refusal.values)]


def said(kept: list[Any]) -> str:
    """A message that was kept, in the language active now."""
    if not kept:
        return ""
    message, values = kept
    text = gettext(message) if message else ""
    return text % values if values else text


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else value
        if isinstance(value, int)
        else untranslated(value)
        for name, value in values.items()
    }
