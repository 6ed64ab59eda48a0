"""Who of a unit reaches pensionable age between two days: rule PEN-11 over sets, in one statement.

The estimate says the same of one person (``pension.estimate.of_worker.age_of``); ``tests/pension/test_retiring.py``
holds the two together over random histories.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from enrollment.models import Employment
from enrollment.people import DeemedEvidence
from jilin_si.agencies.clock import today
from jilin_si.periods import add_months, last_day, period_of
from jilin_si.policy.database import database_policy
from jilin_si.policy.lookup import Policy

# Nobody insured is older: how far back "passed" looks.
LONGEST_AGO = 12 * 40


@dataclass(frozen=True)
class Retiring:
    """A person in work who reaches pensionable age on a day; the pension begins with ``first_month``."""

    pk: int
    worker_id: int
    name: str
    identity_number: str
    sex: str
    identity: str
    category: str
    age: int
    reached: date
    first_month: date
    employer_id: int
    employer: str
    contact_name: str
    contact_phone: str
    deemed_months: int
    has_evidence: bool


def window(when: str = "coming", day: date | None = None) -> tuple[date, date]:
    """The days asked: ``coming`` from today to the end of the parameter's months ahead, ``passed`` all before today."""
    day = day or today()
    if when == "passed":
        return add_months(period_of(day), -LONGEST_AGO), date.fromordinal(day.toordinal() - 1)
    months = int(database_policy().value("pension.retiring_months", day))
    return day, last_day(add_months(period_of(day), months))


def table_of_ages(policy: Policy) -> list[dict[str, Any]]:
    """The rows of the table of ages, each with the days on which it is in force (PEN-11)."""
    return [
        {
            "sex": sex,
            "identity": identity,
            "category": category,
            "age": int(age),
            "valid_from": version.valid_from.isoformat(),
            "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        }
        for version in policy.versions("pension.retirement_age")
        for sex, identity, category, age in version.value
        if category in ("normal", "special")
    ]


def special_years(policy: Policy) -> list[dict[str, Any]]:
    """The years that each kind of special work takes."""
    return [{"kind": kind, "years": int(years)} for kind, years in policy.value("pension.special_work_years")]


def _arguments(unit: int, first: date, last: date) -> list[Any]:
    policy = database_policy()
    return [
        unit,
        first,
        last,
        json.dumps(table_of_ages(policy)),
        json.dumps(special_years(policy)),
    ]


def count_and_next(unit: int, most: int = 5) -> tuple[int, list[tuple[int, str, str, int, date]]]:
    """How many of a unit reach the age in the months ahead, and the first of them without a name: the employment,
    identity, category, age, the day. What the desk may remember."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select employment_id, identity, category, age, reached, count(*) over ()"
            " from reaching_age(%s, %s, %s, %s, %s) order by reached, employment_id limit %s",
            [*_arguments(unit, *window()), most],
        )
        rows = cursor.fetchall()
    return (int(rows[0][-1]) if rows else 0), [tuple(row[:-1]) for row in rows]


def named(found: list[tuple[int, str, str, int, date]]) -> list[dict[str, Any]]:
    """The people of such rows, as the desk shows them."""
    people = Employment.objects.select_related("worker").in_bulk([row[0] for row in found])
    proven = set(
        DeemedEvidence.objects.filter(worker__in=[e.worker_id for e in people.values()]).values_list(
            "worker_id", flat=True
        )
    )
    return [
        {
            "worker_id": person.worker_id,
            "name": person.worker.name,
            "sex": person.worker.sex,
            "identity": identity,
            "category": category,
            "age": age,
            "reached": reached,
            "has_evidence": not person.worker.deemed_months or person.worker_id in proven,
        }
        for number, identity, category, age, reached in found
        if (person := people.get(number))
    ]


def retiring(unit: int, filters: Mapping[str, Any] | None = None, most: int | None = None) -> list[Retiring]:
    """People of a unit who reach the age in the window, soonest first.

    ``filters``: ``when`` (``coming`` or ``passed``), ``sex``, ``category``, ``q`` a part of a name or an employer.
    """
    filters = filters or {}
    first, last = window(filters.get("when") or "coming")
    text = (filters.get("q") or "").strip()
    like = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    delay = int(database_policy().value("pension.first_month_after", last))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select r.employment_id, r.worker_id, w.name, w.identity_number, w.sex, r.identity, r.category, r.age,
                   r.reached, m.id, m.name, m.contact_name, m.contact_phone, w.deemed_months,
                   w.deemed_months = 0 or exists (select from enrollment_deemedevidence v where v.worker_id = w.id)
            from reaching_age(%s, %s, %s, %s, %s) r
            join enrollment_worker w on w.id = r.worker_id
            join enrollment_employment e on e.id = r.employment_id
            join enrollment_employer m on m.id = e.employer_id
            where (%s = '' or w.sex = %s) and (%s = '' or r.category = %s)
              and (%s = '' or w.name like %s || '%%' or m.name like '%%' || %s || '%%')
            order by r.reached, m.number, w.name
            """,
            [
                *_arguments(unit, first, last),
                *[filters.get("sex") or ""] * 2,
                *[filters.get("category") or ""] * 2,
                text,
                like,
                like,
            ],
        )
        found = cursor.fetchall()
    return [
        Retiring(*(*told[:9], add_months(period_of(told[8]), delay), *told[9:]))  # the month after (PEN-11)
        for told in found
    ]
