"""Returns are begun: the yearly one with everybody in it, and one for people who come after it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.checks import check_employer_runs
from enrollment.models import Declaration, Employer
from enrollment.permissions import require_declaring
from enrollment.refusals import Refusal
from enrollment.return_rows import ROW_FIELDS, people_of
from enrollment.services.declarations import note, row_of
from enrollment.services.workers import UNIQUE_VIOLATION, sqlstate
from jilin_si.agencies import clock
from jilin_si.periods import month, period_of

if TYPE_CHECKING:
    from jilin_si.access.models import User

State = Declaration.State


def start_declaration(*, employer: Employer, fee_year: int, by: User | None) -> Declaration:
    """The yearly declaration of an employer: the one that is there, or a new draft with everybody in it."""
    require_declaring(by, employer.county_id, employer.pk)
    there = Declaration.objects.filter(
        employer=employer, fee_year=fee_year, kind=Declaration.Kind.YEARLY
    ).first()
    if there is not None:
        return there
    _check_fee_year(fee_year)
    before = (
        Declaration.objects.filter(
            employer=employer, fee_year=fee_year - 1, kind=Declaration.Kind.YEARLY, state=State.APPROVED
        )
        .only("retirees", "retiree_cost")
        .first()
    )
    rows = [row_of(person, fee_year) for person in people_of(employer, fee_year).values()]
    draft = {
        "rows": rows,
        "retirees": str(before.retirees) if before else "",
        "retiree_cost": str(before.retiree_cost) if before else "",
        "editors": [by.pk] if by else [],
    }
    try:
        with transaction.atomic():
            declaration = Declaration.objects.create(
                employer=employer,
                county_id=employer.county_id,
                fee_year=fee_year,
                first_period=max(month(fee_year, 1), period_of(employer.registered_on)),
                workers=len(rows),
                entered_by=by,
                draft=draft,
            )
            note("start_declaration", declaration, by)
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        return Declaration.objects.get(employer=employer, fee_year=fee_year, kind=Declaration.Kind.YEARLY)
    return declaration


def start_naming(*, employer: Employer, fee_year: int, by: User | None) -> Declaration:
    """A return in which an employer names people who join after its yearly one: the one being typed, or a new one.

    For this year, or late for the last. While the yearly return can still be typed, new people are rows of it. Raises
    Refusal, PermissionDenied.
    """
    require_declaring(by, employer.county_id, employer.pk)
    this = period_of(clock.today())
    if fee_year not in (this.year, this.year - 1):
        raise Refusal("fee_year", "fee_year", _("People are named for this year, or late for the last."))
    with transaction.atomic():
        Employer.objects.select_for_update(of=("self",)).get(pk=employer.pk)
        returns = Declaration.objects.filter(employer=employer, fee_year=fee_year).select_related("employer")
        yearly = returns.filter(kind=Declaration.Kind.YEARLY).first()
        if yearly is None:
            raise Refusal("", "yearly_first", _("Begin the yearly return first: new people are rows of it."))
        if yearly.may_be_entered:
            return yearly
        there = returns.filter(
            kind=Declaration.Kind.JOINING, state__in=[State.DRAFT, State.RETURNED], from_employer=True
        ).first()
        if there is not None:
            return there
        check_employer_runs(employer)
        declaration = Declaration.objects.create(
            employer=employer,
            county_id=employer.county_id,
            fee_year=fee_year,
            kind=Declaration.Kind.JOINING,
            first_period=min(this, month(fee_year, 12)),
            from_employer=True,
            entered_by=by,
            draft={
                "rows": [dict.fromkeys(ROW_FIELDS, "") | {"months": "1"}],
                "editors": [by.pk] if by else [],
            },
        )
        note("start_declaration", declaration, by)
    return declaration


def _check_fee_year(fee_year: int) -> None:
    this: date = clock.today()
    if not 1992 <= fee_year <= this.year + (this.month == 12):
        raise Refusal(
            "fee_year",
            "fee_year",
            _("Declarations are made for %(year)s or an earlier year."),
            year=this.year,
        )
