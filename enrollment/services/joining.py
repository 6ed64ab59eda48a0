"""The wages of workers who come after the yearly declaration (增员申报)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from enrollment.declaring import Checker
from enrollment.models import Declaration, Employer
from enrollment.return_rows import draft_rows
from enrollment.services.beginning import start_declaration
from enrollment.services.declarations import NotReady
from enrollment.services.return_lines import write_lines
from jilin_si.access.audit import record
from jilin_si.agencies import clock
from jilin_si.money import ZERO
from jilin_si.periods import month

if TYPE_CHECKING:
    from jilin_si.access.models import User


def declare_joining(
    *, employer: Employer, first_period: date, wages: Mapping[int, Decimal], by: User | None
) -> Declaration:
    """Declare the wages (yuan a month) of workers just enrolled, from their first month in this fee year on.

    While the yearly declaration is still being typed they become rows of it; otherwise they make a return of their
    own, which a second person reviews like any other.
    """
    fee_year = max(first_period.year, clock.today().year)
    yearly = Declaration.objects.filter(
        employer=employer, fee_year=fee_year, kind=Declaration.Kind.YEARLY
    ).first() or start_declaration(employer=employer, fee_year=fee_year, by=by)
    new_rows = [
        {"worker": str(worker), "year_wages": str(wage), "months": "1"} for worker, wage in wages.items()
    ]
    if yearly.may_be_entered:
        return _into_the_yearly(yearly, new_rows, by)
    declaration = Declaration.objects.create(
        employer=employer,
        county_id=employer.county_id,
        fee_year=fee_year,
        kind=Declaration.Kind.JOINING,
        state=Declaration.State.SUBMITTED,
        first_period=max(first_period, month(fee_year, 1)),
        workers=len(wages),
        wages=sum(wages.values(), ZERO),
        entered_by=by,
        submitted_at=clock.now(),
        draft={"rows": new_rows, "editors": [by.pk] if by else []},
    )
    checked = Checker(declaration).whole(declaration.draft)
    if any(row.errors for row in checked.rows):
        raise NotReady(checked)
    write_lines(declaration, checked.rows)
    record(
        "submit_declaration",
        by=by,
        about="declaration",
        number=declaration.pk,
        county_id=employer.county_id,
        employer_id=employer.pk,
        details={"fee_year": fee_year, "kind": "joining", "workers": len(wages), "wages": declaration.wages},
    )
    return declaration


def _into_the_yearly(yearly: Declaration, new_rows: list[dict[str, str]], by: User | None) -> Declaration:
    held = Declaration.objects.select_for_update().get(pk=yearly.pk)
    draft = dict(held.draft or {})
    by_worker = {row["worker"]: row for row in new_rows}
    rows = draft_rows(draft)
    for row in rows:
        typed = by_worker.pop(row["worker"], None)
        if typed and not row["year_wages"].strip():
            row.update(typed)
    draft["rows"] = [*rows, *by_worker.values()]
    draft["page"] = ""
    draft["editors"] = sorted({*draft.get("editors", []), *([by.pk] if by else [])})
    held.draft = draft
    held.version += 1
    held.workers = len(draft["rows"])
    held.save(update_fields=["draft", "version", "workers"])
    return held
