"""A worker's particulars: category, identity over time, special work, deemed months on their papers (PEN-11, PEN-18a).

Each act is kept: the rows by their own history, the reason for deemed months as a row of evidence.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.checks import LOWEST_AGE, age_reached, check_first_period
from enrollment.models import (
    Category,
    DeemedEvidence,
    Employment,
    Identity,
    IdentitySpan,
    SpecialWork,
    Worker,
)
from enrollment.people import SpecialWorkKind
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.selectors.people import identity_on
from enrollment.services.workers import EXCLUSION_VIOLATION, UNIQUE_VIOLATION, sqlstate
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.periods import format_period, last_day, months_between, period_of

if TYPE_CHECKING:
    from jilin_si.access.models import User

MOST_DEEMED = 720


def set_category(*, worker: Worker, category: str, by: User | None) -> Worker:
    """How a worker is employed from now on. Raises Refusal, PermissionDenied."""
    place = _place(worker, by)
    if category not in Category.values:
        raise Refusal("category", "category", _("Choose how the worker is employed."))
    with transaction.atomic():
        held = Worker.objects.select_for_update().get(pk=worker.pk)
        before, held.category = held.category, category
        held.save(update_fields=["category"])
        _note("set_category", held, place, by, before=before, category=category)
    return held


def set_identity(
    *, worker: Worker, identity: str, first_period: date, document: str, by: User | None
) -> IdentitySpan:
    """Worker or cadre from a month on (PEN-11a); what was on record before holds until then.

    Raises Refusal, PermissionDenied.
    """
    place = _place(worker, by)
    if identity not in Identity.values:
        raise Refusal("identity", "identity", _("Choose worker or cadre."))
    check_first_period(worker.birth_date, first_period)
    _document(document)
    with transaction.atomic():
        held = Worker.objects.select_for_update().get(pk=worker.pk)
        if not IdentitySpan.objects.filter(worker=held).exists() and place.first_period < first_period:
            first = Employment.objects.filter(worker=held).order_by("first_period").first() or place
            IdentitySpan.objects.create(worker=held, identity=held.identity, first_period=first.first_period)
        if identity_on(held, last_day(first_period)) == identity:
            raise Refusal("identity", "same", _("This is the identity on record for that month already."))
        try:
            with transaction.atomic():
                span = IdentitySpan.objects.create(
                    worker=held, identity=identity, first_period=first_period, document=document.strip()
                )
        except IntegrityError as error:
            if sqlstate(error) != UNIQUE_VIOLATION:
                raise
            raise Refusal(
                "first_period", "twice", _("An identity is on record from this month already.")
            ) from error
        held.identity = identity_on(held, today())
        held.save(update_fields=["identity"])
        _note("set_identity", held, place, by, identity=identity, first_period=first_period)
    return span


def add_special_work(
    *,
    worker: Worker,
    kind: str,
    first_period: date,
    last_period: date | None,
    document: str,
    by: User | None,
) -> SpecialWork:
    """A stretch of special work with its paper; stretches do not overlap. Raises Refusal, PermissionDenied."""
    place = _place(worker, by)
    if kind not in SpecialWorkKind.values:
        raise Refusal("kind", "kind", _("Choose the kind of work."))
    check_first_period(worker.birth_date, first_period)
    if last_period is not None and not first_period <= last_period <= period_of(today()):
        raise Refusal(
            "last_period", "last_period", _("The last month lies between the first one and this month.")
        )
    _document(document)
    try:
        with transaction.atomic():
            row = SpecialWork.objects.create(
                worker=worker,
                kind=kind,
                first_period=first_period,
                last_period=last_period,
                document=document.strip(),
            )
            _note("special_work", worker, place, by, kind=kind, first_period=first_period)
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise Refusal(
            "first_period", "overlap", _("Special work is on record for some of these months already.")
        ) from error
    return row


def end_special_work(*, row: SpecialWork, last_period: date, by: User | None) -> SpecialWork:
    """Special work that runs ends with a month. Raises Refusal, PermissionDenied."""
    place = _place(row.worker, by)
    with transaction.atomic():
        held = SpecialWork.objects.select_for_update().get(pk=row.pk)
        if held.last_period is not None:
            raise Refusal("", "ended", _("This stretch has ended already. Load the page again."))
        if not held.first_period <= last_period <= period_of(today()):
            raise Refusal(
                "last_period", "last_period", _("The last month lies between the first one and this month.")
            )
        held.last_period = last_period
        held.save(update_fields=["last_period"])
        _note("special_work_ended", held.worker, place, by, kind=held.kind, first_period=last_period)
    return held


def settle_deemed(
    *, worker: Worker, months: int, document: str, note: str, by: User | None
) -> DeemedEvidence:
    """Settle a worker's deemed months on a paper (PEN-18a): not more than the service before the first covered month.

    Raises Refusal, PermissionDenied.
    """
    place = _place(worker, by)
    _document(document)
    most = MOST_DEEMED
    if worker.first_work_date:
        most = months_between(period_of(worker.first_work_date), period_of(today()))
    else:
        most = months_between(period_of(age_reached(worker.birth_date, LOWEST_AGE)), period_of(today()))
    if not 0 <= months <= min(most, MOST_DEEMED):
        raise Refusal(
            "months",
            "deemed_months",
            _("Deemed months lie between 0 and %(most)s for this person."),
            most=min(most, MOST_DEEMED),
        )
    with transaction.atomic():
        held = Worker.objects.select_for_update().get(pk=worker.pk)
        before, held.deemed_months = held.deemed_months, months
        held.save(update_fields=["deemed_months"])
        row = DeemedEvidence.objects.create(
            worker=held,
            months=months,
            document=document.strip(),
            note=note.strip(),
            noted_by=by,
            noted_on=today(),
        )
        _note("settle_deemed", held, place, by, before=before, months=months, document=document.strip())
    return row


def _place(worker: Worker, by: User | None) -> Employment:
    """The employment in whose unit the person acts; refused for a record that is merged into another."""
    rows = Employment.objects.filter(worker=worker)
    place = rows.filter(last_period__isnull=True).first() or rows.order_by("-first_period").first()
    if place is None or worker.merged_into_id:
        raise Refusal("", "no_place", _("This record is not kept here: open the one that is."))
    require(by, place.county_id, *MAY_ENTER)
    return place


def _document(text: str) -> None:
    if not text.strip():
        raise Refusal(
            "document", "document", _("Name the paper that proves it: its number, or the personnel file.")
        )


def _note(act: str, worker: Worker, place: Employment, by: User | None, **details: object) -> None:
    told = {
        name: format_period(value) if isinstance(value, date) else value for name, value in details.items()
    }
    record(
        act,
        by=by,
        about="worker",
        number=worker.pk,
        county_id=place.county_id,
        employer_id=place.employer_id,
        details=told,
    )
