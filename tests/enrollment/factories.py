"""Facts for the tests of the registry: offices with their people, employers, workers with right numbers."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from django.db import transaction

from enrollment.identity_numbers import check_character
from enrollment.models import Declaration, Employer, Employment
from enrollment.services import (
    approve_declaration,
    enrol_worker,
    register_employer,
    save_declaration_draft,
    start_declaration,
    submit_declaration,
)
from jilin_si.access.models import Assignment, User
from jilin_si.access.scope import acting_as, scope_of
from jilin_si.ledger.services import open_periods
from jilin_si.periods import month, year_periods
from tests.roles import as_owner

JIUTAI, YUSHU = 220181, 220182
JANUARY = month(1996, 1)
PASSWORD = "of-the-tests-1996"

_counter = itertools.count(1)


def identity_number(
    birth: date = date(1960, 5, 17),
    sex: str = "M",
    area: str = "220181",
    sequence: int | None = None,
    digits: int = 18,
) -> str:
    """A right identity number; each call gives another person."""
    number = next(_counter) if sequence is None else sequence
    odd = 1 if sex == "M" else 0
    middle = f"{(2 * number + odd) % 990:03d}"
    if digits == 15:
        return f"{area}{birth:%y%m%d}{middle}"
    body = f"{area}{birth:%Y%m%d}{middle}"
    return body + check_character(body)


def person(role: str, county_id: int = JIUTAI, name: str = "") -> User:
    """A member of an office with one role."""
    username = f"{role}-{county_id}-{next(_counter)}"
    user = User.objects.create_user(username, password=PASSWORD, display_name=name or username)
    with as_owner():
        Assignment.objects.create(user=user, role=role, agency_id=county_id)
    return user


def as_user(user: User) -> Any:
    """Act in the scope of a person, as a request does."""
    return acting_as(scope_of(user))


def employer(by: User, county_id: int = JIUTAI, **given: Any) -> Employer:
    """A state-owned machine works, in the pension, unemployment and injury lines since 1992."""
    values: dict[str, Any] = {
        "name": f"九台市第{next(_counter)}机械厂",
        "ownership": "state",
        "industry": "machinery",
        "registered_on": date(1992, 1, 1),
        "lines": {line: month(1992, 1) for line in ("pension", "unemployment", "injury")},
    }
    return register_employer(county_id=county_id, by=by, **(values | given))


def worker(by: User, at: Employer, **given: Any) -> Employment:
    """A worker of an employer since 1990."""
    values: dict[str, Any] = {"name": "陈国富", "first_period": month(1990, 3)}
    if "identity_number" not in given:
        values["identity_number"] = identity_number()
    return enrol_worker(employer=at, by=by, **(values | given))


def typed(declaration: Declaration, by: User, wages: dict[int, str], **given: Any) -> Declaration:
    """Type the wages of a return's rows (place → wages of the year)."""
    values: dict[str, Any] = {
        "rows": {place: {"year_wages": text, "months": "12"} for place, text in wages.items()},
        "retirees": None,
        "retiree_cost": None,
        "version": declaration.version,
        "page": "a page",
    }
    return save_declaration_draft(declaration=declaration, by=by, **(values | given))


def handed_in(at: Employer, by: User, fee_year: int = 1996, wage: str = "4800") -> Declaration:
    """A return of the year with the same wage for everybody, handed in."""
    declaration = start_declaration(employer=at, fee_year=fee_year, by=by)
    places = range(len(declaration.draft["rows"]))
    declaration = typed(declaration, by, dict.fromkeys(places, wage))
    return submit_declaration(declaration=declaration, version=declaration.version, by=by)


def approved(at: Employer, clerk: User, reviewer: User, fee_year: int = 1996) -> Declaration:
    """A return of the year, approved by a second person."""
    declaration = handed_in(at, clerk, fee_year)
    with as_user(reviewer):
        return approve_declaration(declaration=declaration, version=declaration.version, by=reviewer)


def open_year(county_id: int = JIUTAI, year: int = 1996) -> None:
    """The twelve months of the unit's books, open."""
    with as_owner():
        open_periods([county_id], year_periods(year))


def mended(declaration: Declaration, clerk: User) -> Declaration:
    """The half-typed return of the works of Jiutai, with its three faults mended, handed in."""
    rows = {8: {"months": "5"}, 11: {"reason": "承包奖"}, 45: {"number": "220181730305213"}}
    with transaction.atomic(), as_user(clerk):
        kept = typed(declaration, clerk, {}, rows=rows, page="mended")
        return submit_declaration(declaration=kept, version=kept.version, by=clerk)
