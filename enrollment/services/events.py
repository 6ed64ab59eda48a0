"""Events of a whole employer (单位变更, rules REST-1, REST-5, REST-7): stopped, closed, merged, split, moved.

Coverage and employments follow, for all its workers at once. Nothing that is owed is waived (COL-6): the successor of a
merger pays it from then on, at a split whoever agreed to (REST-5). Stopping production changes neither coverage nor
debt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment import hooks
from enrollment.acts.models import ChangedEmployment, EmployerChange
from enrollment.checks import check_first_period
from enrollment.hooks import EmployerSums, PeopleMoved, PeopleTakenOver
from enrollment.models import TAKEN_BACK, Coverage, Employer, Employment, LeaveReason, Ownership
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.ledger.services import LedgerError, recording_period
from jilin_si.money import ZERO
from jilin_si.periods import add_months, format_period

if TYPE_CHECKING:
    from jilin_si.access.models import User
    from jilin_si.agencies.models import Agency

Kind = EmployerChange.Kind
STATUS_AFTER = {
    Kind.SUSPENSION: Employer.Status.SUSPENDED,
    Kind.RESUMPTION: Employer.Status.ACTIVE,
    Kind.CLOSURE: Employer.Status.CLOSED,
    Kind.BANKRUPTCY: Employer.Status.BANKRUPT,
    Kind.MERGER: Employer.Status.MERGED,
    Kind.MOVE: Employer.Status.MOVED,
}


@dataclass(frozen=True)
class EventPlan:
    """What an event will change, before it is done: shown to whoever enters it.

    ``people`` are those whose employment ends, ``lost_lines`` the lines that the successor is not in.
    """

    people: Sequence[Employment]
    coverages: Sequence[Coverage]
    sums: EmployerSums
    lost_lines: Sequence[str] = ()
    wages: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def not_declared(self) -> int:
        """How many of the people have no wage that goes on: their months wait for a return."""
        return len(self.people) - len(self.wages)


@dataclass(frozen=True)
class Event:
    """What is entered about an event: its kind, first month and whatever the kind asks for."""

    kind: str
    effective_period: date
    document_no: str = ""
    note: str = ""
    successor: Employer | None = None
    to_county: Agency | None = None
    ownership: str = ""
    workers: Sequence[int] = ()
    arrears_taken: bool = False


def plan_event(employer: Employer, event: Event) -> EventPlan:
    """Check an event and say what it will change. Raises Refusal."""
    _check_month(employer, event.effective_period)
    _check_order(employer, event)
    _check_particulars(employer, event)
    ends = event.kind in EmployerChange.ENDING
    people: list[Employment] = []
    coverages: list[Coverage] = []
    if ends or event.kind == Kind.SPLIT:
        people = _people(employer, event)
    if ends:
        coverages = _coverages(employer, event.effective_period)
    wages: dict[int, dict[str, Any]] = {}
    if people:
        wages = hooks.running_wages(
            employer.pk, employer.county_id, [e.worker_id for e in people], event.effective_period
        )
    return EventPlan(
        people,
        coverages,
        hooks.employer_sums(employer.pk, event.effective_period),
        _lost_lines(employer, event) if event.successor else (),
        wages,
    )


def record_event(*, employer: Employer, event: Event, by: User | None) -> EmployerChange:
    """Enter an event and let everything follow. Raises Refusal, PermissionDenied."""
    require(by, employer.county_id, *MAY_ENTER)
    with transaction.atomic():
        held = Employer.objects.select_for_update().get(pk=employer.pk)
        plan = plan_event(held, event)
        first = event.effective_period
        reason = (
            LeaveReason.EMPLOYER_ENDED
            if event.kind in (Kind.CLOSURE, Kind.BANKRUPTCY)
            else LeaveReason.TRANSFERRED
        )
        _end_employments([e.pk for e in plan.people], first, reason)
        for coverage in plan.coverages:
            Coverage.objects.filter(pk=coverage.pk).update(last_period=add_months(first, -1))
        change = _keep(held, event, plan, by)
        _keep_employments(change, plan)
        held.status = change.status_after
        held.ownership = change.ownership_after
        held.save(update_fields=["status", "ownership"])
        if plan.people or change.kind in EmployerChange.ENDING:
            hooks.on_people_left.call(
                PeopleMoved(
                    held.pk,
                    held.county_id,
                    [e.worker_id for e in plan.people],
                    first,
                    change.kind in EmployerChange.ENDING,
                )
            )
        if event.successor:
            _go_on_with(change, event.successor)
        record(
            "employer_event",
            by=by,
            about="employer",
            number=held.pk,
            county_id=held.county_id,
            employer_id=held.pk,
            reason=event.note,
            details={
                "change": change.pk,
                "kind": change.kind,
                "first_period": first,
                "people": change.people,
                "coverages": len(plan.coverages),
                "arrears": change.arrears,
                "arrears_taken": change.arrears_taken,
                "successor": event.successor.number if event.successor else "",
                "to_county": event.to_county.pk if event.to_county else None,
                "ownership": event.ownership,
            },
        )
    return change


def _go_on_with(change: EmployerChange, successor: Employer) -> None:
    """Employ the people with the successor from the event's month on, on the wages that went on."""
    rows = list(change.employments.values_list("worker_id", "last_period", "wages"))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into enrollment_employment (worker_id, employer_id, county_id, first_period, last_period,"
            " leave_reason) select worker_id, %s, %s, %s, last_period, leave_reason"
            " from enrollment_changedemployment where change_id = %s order by worker_id",
            [successor.pk, successor.county_id, change.effective_period, change.pk],
        )
    if successor.successor_of_id is None:
        successor.successor_of_id = change.employer_id
        successor.save(update_fields=["successor_of"])
    retirees = change.kind != Kind.SPLIT
    hooks.on_people_taken_over.call(
        PeopleTakenOver(
            successor.pk,
            successor.county_id,
            change.effective_period,
            {worker: wages for worker, _last, wages in rows if wages},
            change.retirees if retirees else 0,
            change.retiree_cost if retirees else ZERO,
        )
    )


def take_in(*, change: EmployerChange, by: User | None) -> Employer:
    """Take in an employer that moved here from another county: a row of its own with the same people and lines.

    Raises Refusal where it was taken in or taken back meanwhile, PermissionDenied.
    """
    from enrollment.services.employers import register_employer

    require(by, change.to_county_id or 0, *MAY_ENTER)
    with transaction.atomic():
        held = EmployerChange.objects.select_for_update().get(pk=change.pk)
        if held.state != EmployerChange.State.WAITING:
            raise Refusal("", "taken_in", _("This employer does not wait any more. Load the page again."))
        told: dict[str, Any] = held.particulars
        made = register_employer(
            county_id=held.to_county_id or 0,
            by=by,
            registered_on=held.effective_period,
            lines={kept["line"]: held.effective_period for kept in held.coverages},
            **told,
        )
        held.state = EmployerChange.State.DONE
        held.successor = made
        held.taken_in_by = by
        held.save(update_fields=["state", "successor", "taken_in_by"])
        _go_on_with(held, made)
        record(
            "take_in_employer",
            by=by,
            about="employer",
            number=made.pk,
            county_id=made.county_id,
            employer_id=made.pk,
            details={"change": held.pk, "people": held.people, "first_period": held.effective_period},
        )
    return made


# ── checks ───────────────────────────────────────────────────────────────────────────────────────────────────────
def first_open(county_id: int) -> date:
    """The first month of a unit that is not assessed, kept from being assessed meanwhile. Raises Refusal."""
    try:
        return recording_period(county_id)
    except LedgerError as error:
        raise Refusal("", "no_open_period", "%(why)s", why=error) from error


def _check_month(employer: Employer, period: date) -> None:
    try:
        check_first_period(None, period)
    except Refusal as refusal:
        raise Refusal("effective_period", refusal.code, refusal.template, **refusal.values) from None
    first = first_open(employer.county_id)
    if period < first:
        raise Refusal(
            "effective_period",
            "assessed",
            _(
                "%(period)s is assessed already. Enter the event from %(first)s on; for who had gone before,"
                " enter the leaving in its own month: what was charged is taken back by reversal."
            ),
            period=format_period(period),
            first=format_period(first),
        )


def _check_order(employer: Employer, event: Event) -> None:
    last = EmployerChange.objects.filter(employer=employer).exclude(state="undone").first()
    if last and last.kind in EmployerChange.ENDING:
        raise Refusal(
            "kind",
            "ended",
            _("The employer ended: %(kind)s from %(period)s. Nothing can follow it."),
            kind=last.get_kind_display(),
            period=format_period(last.effective_period),
        )
    if last and event.effective_period < last.effective_period:
        raise Refusal(
            "effective_period",
            "order",
            _("A later event is there: %(kind)s from %(period)s. Events are entered in order."),
            kind=last.get_kind_display(),
            period=format_period(last.effective_period),
        )
    if event.kind == Kind.SUSPENSION and employer.status != Employer.Status.ACTIVE:
        raise Refusal("kind", "not_active", _("Only an employer that works can stop production."))
    if event.kind == Kind.RESUMPTION and employer.status != Employer.Status.SUSPENDED:
        raise Refusal("kind", "not_suspended", _("Production was not stopped here."))
    if employer.status not in (Employer.Status.ACTIVE, Employer.Status.SUSPENDED):
        raise Refusal("kind", "ended", _("The employer has ended already."))


def _check_particulars(employer: Employer, event: Event) -> None:
    if event.kind not in Kind.values:
        raise Refusal("kind", "kind", _("Choose what happened."))
    if event.kind in EmployerChange.SUCCEEDED:
        _check_successor(employer, event)
    if event.kind == Kind.SPLIT and not event.workers:
        raise Refusal("workers", "workers_missing", _("Name the people who go to the new employer."))
    if event.arrears_taken and event.kind == Kind.SPLIT and not event.document_no:
        raise Refusal(
            "document_no",
            "document_missing",
            _("Give the number of the agreement by which the new employer takes over the arrears."),
        )
    if event.kind == Kind.MOVE and (event.to_county is None or event.to_county.pk == employer.county_id):
        raise Refusal("to_county", "to_county", _("Choose the county to which it moves."))
    if event.kind == Kind.OWNERSHIP and (
        event.ownership not in Ownership.values or event.ownership == employer.ownership
    ):
        raise Refusal("ownership", "ownership", _("Choose the new ownership."))


def _check_successor(employer: Employer, event: Event) -> None:
    if event.successor is None or event.successor.pk == employer.pk:
        raise Refusal("successor", "successor", _("Name the employer that goes on, by its number."))
    if event.successor.county_id != employer.county_id:
        raise Refusal(
            "successor",
            "other_county",
            _("The successor is registered in another county. Enter the move there first, then the merger."),
        )
    if event.successor.status not in (Employer.Status.ACTIVE, Employer.Status.SUSPENDED):
        raise Refusal(
            "successor", "successor_ended", _("%(name)s has ended itself."), name=event.successor.name
        )


def _people(employer: Employer, event: Event) -> list[Employment]:
    """The employments that reach into the event's month: all, or those of the people named."""
    first = event.effective_period
    running = (
        Employment.objects.filter(employer=employer)
        .select_related("worker")
        .exclude(leave_reason=TAKEN_BACK)
        .exclude(last_period__lt=first)
        .order_by("worker_id")
    )
    if event.kind == Kind.SPLIT:
        running = running.filter(worker_id__in=list(event.workers))
    people = list(running)
    if missing := set(event.workers) - {e.worker_id for e in people}:
        raise Refusal(
            "workers", "not_employed", _("%(count)s of the people do not work here."), count=len(missing)
        )
    late = [e for e in people if e.first_period >= first]
    if late:
        raise Refusal(
            "effective_period",
            "joins_later",
            _("%(name)s and %(others)s others join in %(period)s or later. Take that back first."),
            name=late[0].worker.name,
            others=len(late) - 1,
            period=format_period(first),
        )
    return people


def _coverages(employer: Employer, first: date) -> list[Coverage]:
    running = list(Coverage.objects.filter(employer=employer).exclude(last_period__lt=first).order_by("line"))
    for coverage in running:
        if coverage.first_period >= first:
            raise Refusal(
                "effective_period",
                "covered_later",
                _("A coverage begins in %(period)s. Take that back first."),
                period=format_period(coverage.first_period),
            )
    return running


def _lost_lines(employer: Employer, event: Event) -> list[str]:
    def lines(of: Employer) -> set[str]:
        running = Coverage.objects.filter(employer=of, first_period__lte=event.effective_period)
        return set(running.exclude(last_period__lt=event.effective_period).values_list("line", flat=True))

    return sorted(lines(employer) - lines(event.successor)) if event.successor else []


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _end_employments(numbers: Sequence[int], first: date, reason: str) -> None:
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(
                "update enrollment_employment set last_period = %s, leave_reason = %s where id = any(%s)",
                [add_months(first, -1), reason, list(numbers)],
            )


def _keep(employer: Employer, event: Event, plan: EventPlan, by: User | None) -> EmployerChange:
    moves = event.kind == Kind.MOVE
    return EmployerChange.objects.create(
        employer=employer,
        county_id=employer.county_id,
        kind=event.kind,
        effective_period=event.effective_period,
        document_no=event.document_no,
        note=event.note,
        state=EmployerChange.State.WAITING if moves else EmployerChange.State.DONE,
        successor=event.successor,
        to_county=event.to_county,
        status_before=employer.status,
        status_after=STATUS_AFTER.get(Kind(event.kind), employer.status),
        ownership_before=employer.ownership,
        ownership_after=event.ownership or employer.ownership,
        coverages=[
            {"id": c.pk, "line": c.line, "last_period": c.last_period and c.last_period.isoformat()}
            for c in plan.coverages
        ],
        people=len(plan.people),
        arrears=plan.sums.owed,
        arrears_taken=event.arrears_taken and event.kind == Kind.SPLIT,
        retirees=plan.sums.retirees,
        retiree_cost=plan.sums.retiree_cost,
        particulars=_particulars(employer) if moves else {},
        made_by=by,
        made_on=today(),
    )


def _particulars(employer: Employer) -> dict[str, Any]:
    """What the other county registers it with."""
    names = (
        "name",
        "organisation_code",
        "ownership",
        "industry",
        "system",
        "trade_class",
        "bank_name",
        "bank_account",
        "contact_name",
        "contact_phone",
    )
    return {name: getattr(employer, name) for name in names}


def _keep_employments(change: EmployerChange, plan: EventPlan) -> None:
    """Note each employment as it stood, with its wages: 10,000 of them in one statement."""
    if not plan.people:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {ChangedEmployment._meta.db_table} (change_id, employer_id, county_id, to_county_id,"
            " employment_id, worker_id, last_period, leave_reason, wages)"
            " select %s, %s, %s, %s, t.* from unnest(%s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::jsonb[])"
            " t(employment_id, worker_id, last_period, leave_reason, wages)",
            [
                change.pk,
                change.employer_id,
                change.county_id,
                change.to_county_id,
                [e.pk for e in plan.people],
                [e.worker_id for e in plan.people],
                [e.last_period for e in plan.people],
                [e.leave_reason for e in plan.people],
                [json.dumps(plan.wages.get(e.worker_id, {})) for e in plan.people],
            ],
        )
