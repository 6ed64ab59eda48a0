"""Who pays alone (个体参保): an employer of one person, so that bill, arrears and credit need no code of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Employer, Employment, Identity, Ownership
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.services.declarations import submit_declaration
from enrollment.services.employers import register_employer
from enrollment.services.joining import declare_joining
from enrollment.services.workers import enrol_worker
from jilin_si.agencies.clock import today

if TYPE_CHECKING:
    from jilin_si.access.models import User


def join_alone(
    *,
    county_id: int,
    identity_number: str,
    name: str,
    first_period: date,
    wage: Decimal,
    industry: str,
    lines: Sequence[str],
    by: User | None,
    contact_phone: str = "",
    other_name_confirmed: bool = False,
) -> Employment:
    """Let a self-employed person join alone: registered as a household of one, enrolled, and the base handed in.

    ``wage`` is the base in yuan a month (rule PEN-7: as a rule last year's local average). One transaction; the
    return waits for a second person like any other. Raises Refusal, NotReady, PermissionDenied.
    """
    require(by, county_id, *MAY_ENTER)
    if not lines:
        raise Refusal("lines", "lines", _("Choose at least one line."))
    with transaction.atomic():
        employer = register_employer(
            county_id=county_id,
            name=f"{name.strip()}（个体）",
            ownership=Ownership.SELF_EMPLOYED_HOUSEHOLD,
            industry=industry,
            registered_on=min(first_period, today()),
            lines=dict.fromkeys(lines, first_period),
            contact_name=name.strip(),
            contact_phone=contact_phone,
            by=by,
        )
        employment = enrol_worker(
            employer=employer,
            identity_number=identity_number,
            name=name,
            first_period=first_period,
            category=Category.SELF_EMPLOYED,
            identity=Identity.WORKER,
            other_name_confirmed=other_name_confirmed,
            by=by,
        )
        _hand_in(employer, employment, first_period, wage, by)
    return employment


def _hand_in(
    employer: Employer, employment: Employment, first_period: date, wage: Decimal, by: User | None
) -> None:
    """The return of one person: the base for each month of the fee year from the first on."""
    declaration = declare_joining(
        employer=employer, first_period=first_period, wages={employment.worker_id: wage}, by=by
    )
    if declaration.may_be_entered:
        declaration.draft = declaration.draft | {"retirees": "0", "retiree_cost": "0"}
        declaration.save(update_fields=["draft"])
        submit_declaration(declaration=declaration, version=declaration.version, by=by)
