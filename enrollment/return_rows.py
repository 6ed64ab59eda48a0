"""The rows of a return as they are kept while it is typed, and the people whom the registry knows for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from enrollment.identity_numbers import plain_number
from enrollment.models import TAKEN_BACK, Declaration, DeclarationLine, Employer, Employment
from jilin_si.periods import month
from jilin_si.web.forms import PeriodField

ROW_FIELDS = (
    *("worker", "number", "name", "category", "identity", "joins_from", "year_wages", "months", "reason"),
    *("answer", "left_from", "left_why"),
)


@dataclass(frozen=True)
class Person:
    """What the registry knows of a worker in the employer's rows."""

    worker_id: int
    number: str
    name: str
    sex: str
    birth_date: date
    category: str
    identity: str
    first_work_date: date | None
    first_period: date
    last_period: date | None


def people_of(employer: Employer, fee_year: int) -> dict[int | None, Person]:
    """Who works at an employer in a fee year, by number, in the order of their numbers in the registry."""
    found = (
        Employment.objects.filter(employer=employer, first_period__lte=month(fee_year, 12))
        .filter(Q(last_period__isnull=True) | Q(last_period__gte=month(fee_year, 1)))
        .exclude(leave_reason=TAKEN_BACK)
        .order_by("worker_id", "first_period")
        .values_list(
            "worker_id",
            *(f"worker__{name}" for name in ("identity_number", "name", "sex", "birth_date")),
            *(f"worker__{name}" for name in ("category", "identity", "first_work_date")),
            "first_period",
            "last_period",
        )
    )
    return {row[0]: Person(*row) for row in found}


def last_year_wages(employer: Employer, fee_year: int) -> dict[int, Decimal]:
    """Each worker's approved average monthly wage of the year before, in yuan."""
    return dict(
        DeclarationLine.objects.filter(
            fee_year=fee_year - 1,
            county_id=employer.county_id,
            declaration_id__in=list(
                Declaration.objects.filter(
                    employer=employer, fee_year=fee_year - 1, state=Declaration.State.APPROVED
                ).values_list("pk", flat=True)
            ),
        ).values_list("worker_id", "wage")
    )


def months_possible(started: date | None, fee_year: int) -> int:
    """How many months of the year before a person can have worked; who started in the fee year has one month's wage."""
    if started is None or started.year < fee_year - 1:
        return 12
    return 13 - started.month if started.year == fee_year - 1 else 1


def draft_rows(draft: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows of a draft, each with every field, as text."""
    rows = draft.get("rows") or []
    return [{name: str(row.get(name, "") or "") for name in ROW_FIELDS} for row in rows]


def read_month(text: str) -> date | None:
    """A month as people write it; None for nothing. Raises ValidationError."""
    found: date | None = PeriodField().to_python(text)
    return found


def is_blank(row: Mapping[str, str]) -> bool:
    """A row added and left empty is no row."""
    return not any(row.get(name, "").strip() for name in ("worker", "number", "name", "year_wages", "answer"))


def works_at(person: Person, period: date) -> bool:
    """Whether somebody is employed in a month."""
    return person.first_period <= period and (person.last_period is None or person.last_period >= period)


def whole_number(text: str) -> int | None:
    """A whole number as it is typed; None for anything else."""
    plain = plain_number(text)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 12 else None
