"""Workers join and leave (增减员): the registry's half. What they pay on is declared beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment import hooks
from enrollment.checks import (
    ALREADY_INSURED,
    DIED,
    check_employer_runs,
    check_first_period,
    check_first_work_date,
    refuse_insured,
)
from enrollment.identity_numbers import IdentityNumber, read_identity_number, read_name
from enrollment.models import Category, Employer, Employment, Identity, LeaveReason
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.romanise import romanise
from enrollment.standing import standing
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.periods import add_months, format_period
from jilin_si.web.desk import forget_count

if TYPE_CHECKING:
    from jilin_si.access.models import User

UNIQUE_VIOLATION, EXCLUSION_VIOLATION = "23505", "23P01"


@dataclass(frozen=True)
class NewWorker:
    """A person as the form or the import gives it, checked: ready to be written."""

    number: IdentityNumber
    name: str
    category: str
    identity: str
    first_work_date: date | None = None
    deemed_months: int = 0


def enrol_worker(
    *,
    employer: Employer,
    identity_number: str,
    name: str,
    first_period: date,
    by: User | None,
    category: str = Category.PERMANENT,
    identity: str = Identity.WORKER,
    first_work_date: date | None = None,
    deemed_months: int = 0,
    wage: Decimal | None = None,
    other_name_confirmed: bool = False,
) -> Employment:
    """Enrol a worker with an employer from a month on (增员); ``wage`` in yuan a month is declared with it.

    A person whom the registry knows from an earlier employment is taken up again, not entered twice; one who is
    insured in that month is refused, without saying where. Raises Refusal, PermissionDenied.
    """
    require(by, employer.county_id, *MAY_ENTER)
    person = check_new_worker(
        identity_number=identity_number,
        name=name,
        category=category,
        identity=identity,
        first_work_date=first_work_date,
        deemed_months=deemed_months,
    )
    check_first_period(person.number.birth_date, first_period)
    check_employer_runs(employer)
    with transaction.atomic():
        worker_id = _worker_for(person, first_period, other_name_confirmed)
        employment = employ(worker_id, employer, first_period)
        record(
            "enrol_worker",
            by=by,
            about="worker",
            number=worker_id,
            county_id=employer.county_id,
            employer_id=employer.pk,
            details={"first_period": first_period, "category": category, "identity": identity},
        )
        if wage is not None:
            from enrollment.services.joining import declare_joining

            declare_joining(employer=employer, first_period=first_period, wages={worker_id: wage}, by=by)
    return employment


def check_new_worker(
    *,
    identity_number: object,
    name: object,
    category: str = Category.PERMANENT,
    identity: str = Identity.WORKER,
    first_work_date: date | None = None,
    deemed_months: int = 0,
) -> NewWorker:
    """Read what was typed about a person. Raises Refusal at the first thing that cannot be."""
    day = today()
    number = read_identity_number(identity_number, day)
    plain_name = read_name(name)
    if category not in Category.values:
        raise Refusal("category", "category", _("Choose how the worker is employed."))
    if identity not in Identity.values:
        raise Refusal("identity", "identity", _("Choose worker or cadre."))
    if first_work_date is not None:
        check_first_work_date(number.birth_date, first_work_date, day)
    if not 0 <= deemed_months <= 12 * 60:
        raise Refusal("deemed_months", "deemed_months", _("Deemed months lie between 0 and 720."))
    return NewWorker(number, plain_name, category, identity, first_work_date, deemed_months)


def _worker_for(person: NewWorker, first_period: date, other_name_confirmed: bool) -> int:
    """The person's record: the one that is there, or a new one."""
    known = standing(person.number.key, person.name, first_period)
    if known is None:
        return insert_workers([person])[0]
    if known.insured:
        raise refuse_insured(known)
    if known.died:
        raise Refusal("identity_number", "died", DIED)
    if not known.same_name and not (other_name_confirmed and known.visible):
        raise Refusal(
            "name",
            "other_name",
            _("This number is registered under another name. Check the number and the name."),
        )
    return known.worker_id


def insert_workers(people: list[NewWorker]) -> list[int]:
    """Write new persons and give their numbers, in order.

    The numbers are taken from the sequence first: under row-level security a person without an employment is not
    to be seen, so the insert cannot tell them afterwards.
    """
    rows: list[Mapping[str, Any]] = [
        {
            "identity_number": p.number.given,
            "identity_key": p.number.key,
            "name": p.name,
            "pinyin": pinyin,
            "initials": initials,
            "sex": p.number.sex,
            "birth_date": p.number.birth_date,
            "category": p.category,
            "identity": p.identity,
            "first_work_date": p.first_work_date,
            "deemed_months": p.deemed_months,
        }
        for p, (pinyin, initials) in zip(people, [romanise(p.name) for p in people], strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('enrollment_worker', 'id')) from generate_series(1, %s)",
            [len(rows)],
        )
        numbers = [number for (number,) in cursor.fetchall()]
        try:
            with transaction.atomic():
                cursor.execute(
                    """
                    insert into enrollment_worker (id, identity_number, identity_key, name, pinyin, initials, sex,
                                                   birth_date, category, identity, first_work_date, deemed_months)
                    select * from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                                         %s::text[], %s::date[], %s::text[], %s::text[], %s::date[], %s::smallint[])
                    """,
                    [numbers, *([row[name] for row in rows] for name in rows[0])],
                )
        except IntegrityError as error:
            if sqlstate(error) != UNIQUE_VIOLATION:
                raise
            raise Refusal(
                "identity_number",
                "just_enrolled",
                _("Somebody enrolled this person at this very moment. Look the number up again."),
            ) from error
    return numbers


def employ(worker_id: int, employer: Employer, first_period: date) -> Employment:
    """Begin an employment, wherever the person was before. Raises Refusal where the months overlap another."""
    try:
        with transaction.atomic():
            return Employment.objects.create(
                worker_id=worker_id,
                employer=employer,
                county_id=employer.county_id,
                first_period=first_period,
            )
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION_VIOLATION:
            raise
        raise Refusal("identity_number", "already_insured", ALREADY_INSURED) from error


def end_employment(
    *, employment: Employment, effective_period: date, reason: str, by: User | None, part_of: str = ""
) -> Employment:
    """End an employment (减员). The effective month is the first without it: nothing is owed for it any more.

    What was charged from then on is taken back by what is registered for it. ``part_of`` names the act of which it is
    a part, and with which alone it is taken back. Raises Refusal, PermissionDenied.
    """
    require(by, employment.county_id, *MAY_ENTER)
    if reason not in LeaveReason.values:
        raise Refusal("reason", "leave_reason", _("Choose why the worker leaves."))
    if effective_period <= employment.first_period:
        raise Refusal(
            "effective_period",
            "leaves_before_joining",
            _("The worker joined in %(period)s: leaving takes effect in a later month."),
            period=format_period(employment.first_period),
        )
    try:
        check_first_period(None, effective_period)
    except Refusal as refusal:
        raise Refusal("effective_period", refusal.code, refusal.template, **refusal.values) from None
    with transaction.atomic():
        held = Employment.objects.select_for_update().get(pk=employment.pk)
        if held.last_period is not None:
            raise Refusal("", "ended_already", _("This employment has ended already. Load the page again."))
        held.last_period = add_months(effective_period, -1)
        held.leave_reason = reason
        held.save(update_fields=["last_period", "leave_reason"])
        record(
            "end_employment",
            by=by,
            about="worker",
            number=held.worker_id,
            county_id=held.county_id,
            employer_id=held.employer_id,
            details={"effective_period": effective_period, "reason": reason}
            | ({"part_of": part_of} if part_of else {}),
        )
        hooks.on_employment_ended.call(held)
        forget_count("broken", held.county_id)
    return held


def sqlstate(error: IntegrityError) -> str:
    """The database's code of a refused statement."""
    return getattr(error.__cause__, "pgcode", "") or ""
