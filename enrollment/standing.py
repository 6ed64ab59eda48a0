"""Questions to the whole registry, beyond the asker's scope: answered without saying where anybody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from jilin_si.memory import remembered


@dataclass(frozen=True)
class Standing:
    """How a person with this number stands: known already, visible here, under this name, insured from that month on.

    ``insured_by`` is the employer only where it lies in the asker's scope; ``died``: an earlier employment ended so.
    """

    worker_id: int
    visible: bool
    same_name: bool
    insured: bool
    insured_by: int | None = None
    died: bool = False


def standings(
    keys: Sequence[str], names: Sequence[str], from_periods: Sequence[date]
) -> list[Standing | None]:
    """For each number (as a key of 18) how it stands; None where the registry does not know it."""
    found: list[Standing | None] = [None] * len(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            "select place, worker_id, visible, same_name, insured, insured_by, died"
            " from identity_standings(%s::text[], %s::text[], %s::date[])",
            [list(keys), list(names), list(from_periods)],
        )
        for place, *told in cursor.fetchall():
            found[place - 1] = Standing(*told)
    return found


def standing(key: str, name: str, from_period: date) -> Standing | None:
    """The same for one number."""
    return standings([key], [name], [from_period])[0]


def namesakes(name: str, birth_date: date) -> list[int]:
    """Workers of the scope with this name and birth date: likely one person under two numbers."""
    with connection.cursor() as cursor:
        cursor.execute("select worker_id from namesakes(%s, %s)", [name, birth_date])
        return [number for (number,) in cursor.fetchall()]


def organisation_code_taken(code: str, besides: int | None = None) -> bool:
    """Whether an organisation code is another employer's, anywhere in the province."""
    with connection.cursor() as cursor:
        cursor.execute("select organisation_code_taken(%s, %s)", [code, besides])
        return bool(cursor.fetchone()[0])


def person_records(worker_id: int) -> list[int]:
    """The records of one person: the one kept, and those merged into it. Numbers, beyond the asker's scope."""
    return remembered(("person", worker_id), lambda: _person_records(worker_id))


def _person_records(worker_id: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select person_records(%s)", [worker_id])
        (found,) = cursor.fetchone()
    return list(found or [worker_id])
