"""What an employer's heads were taken for, remembered: the next file of that shape needs no correction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from enrollment.imports.columns import FIELDS, IGNORE, Column, Columns, plain_head
from enrollment.imports.models import RosterHeads
from enrollment.models import Employer

if TYPE_CHECKING:
    from jilin_si.access.models import User


def recall(employer: Employer, columns: Columns | None) -> RosterHeads | None:
    """What somebody took these heads for before, in whatever order they stand; None where nobody corrected any."""
    if columns is None:
        return None
    return (
        RosterHeads.objects.filter(employer=employer, shape=shape_of(columns))
        .select_related("made_by")
        .first()
    )


def choices_from(heads: RosterHeads | None, columns: Columns | None) -> dict[str, str]:
    """The remembered choices by the places of this file."""
    if heads is None or columns is None:
        return {}
    return {
        str(column.place): heads.choices[name] for name, column in _named(columns) if name in heads.choices
    }


def remember(employer: Employer, columns: Columns, choices: Mapping[str, str], by: User | None) -> None:
    """Keep what the columns of a file were taken for; the same heads again replace it."""
    kept = {
        name: choices[str(column.place)]
        for name, column in _named(columns)
        if choices.get(str(column.place)) in (*FIELDS, IGNORE)
    }
    RosterHeads.objects.update_or_create(
        employer=employer,
        shape=shape_of(columns),
        defaults={"county_id": employer.county_id, "choices": kept, "made_by": by},
    )


def twice_taken(choices: Mapping[str, str]) -> list[str]:
    """The fields for which more than one column was taken."""
    taken = Counter(field for field in choices.values() if field not in ("", IGNORE))
    return [field for field, count in taken.items() if count > 1]


def shape_of(columns: Columns) -> str:
    """A digest of the heads, whatever their order."""
    return sha256("\n".join(sorted(name for name, _column in _named(columns))).encode()).hexdigest()


def _named(columns: Columns) -> Iterator[tuple[str, Column]]:
    """Each column under its plain head; one that comes again under the head and its number."""
    seen: Counter[str] = Counter()
    for column in columns.columns:
        head = plain_head(column.head)
        seen[head] += 1
        yield (head if seen[head] == 1 else f"{head}#{seen[head]}"), column
