"""People move (转移): to another employer of the unit, to another unit, out of the province (rule PEN-23).

Inside a unit it is one act. Across units the old one sends, and the case waits at the new one until it is taken in
or sent back; the individual account goes along, by what is registered for it. Out of the province a second person
lets it go.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment import hooks
from enrollment.checks import check_first_period
from enrollment.models import Employer, Employment, LeaveReason, Transfer
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.services.joining import declare_joining
from enrollment.services.workers import employ, end_employment
from jilin_si.access.audit import record
from jilin_si.access.models import Role
from jilin_si.agencies.clock import now, today
from jilin_si.agencies.models import Agency
from jilin_si.periods import format_period

if TYPE_CHECKING:
    from jilin_si.access.models import User

MAY_LET_GO = (Role.REVIEWER, Role.FINANCE, Role.HEAD)


def transfer_inside(
    *,
    employment: Employment,
    employer: Employer,
    first_period: date,
    by: User | None,
    wage: Decimal | None = None,
) -> Employment:
    """Move a worker to another employer of the unit: the first month with the new one is the first without the old.

    ``wage`` in yuan a month is declared with it. One transaction. Raises Refusal, PermissionDenied.
    """
    require(by, employment.county_id, *MAY_ENTER)
    if employer.pk == employment.employer_id:
        raise Refusal("employer", "same_employer", _("The worker is with this employer already."))
    if employer.county_id != employment.county_id:
        raise Refusal("employer", "other_county", _("Choose an employer of this county."))
    _takes_people(employer)
    with transaction.atomic():
        end_employment(
            employment=employment,
            effective_period=first_period,
            reason=LeaveReason.TRANSFERRED,
            by=by,
            part_of="transfer_inside",
        )
        new = employ(employment.worker_id, employer, first_period)
        record(
            "transfer_inside",
            by=by,
            about="worker",
            number=employment.worker_id,
            county_id=employer.county_id,
            employer_id=employer.pk,
            details={"first_period": first_period, "from": employment.employer_id, "employer": employer.name},
        )
        if wage is not None:
            declare_joining(
                employer=employer, first_period=first_period, wages={employment.worker_id: wage}, by=by
            )
    return new


def send_transfer(
    *,
    employment: Employment,
    first_period: date,
    by: User | None,
    to_county: Agency | None = None,
    destination: str = "",
    note: str = "",
) -> Transfer:
    """Send a worker off, with the account: to another unit, or to an office outside the province (``destination``).

    A living employment ends; one that ended before stays as it is, and only person and account go. The case waits at
    the other unit, or for a second person here. Raises Refusal, PermissionDenied.
    """
    require(by, employment.county_id, *MAY_ENTER)
    destination = destination.strip()
    if to_county is None and not destination:
        raise Refusal(
            "destination", "destination", _("Say which office outside the province takes the person.")
        )
    if to_county is not None and (
        to_county.pk == employment.county_id or to_county.level == Agency.Level.PROVINCE
    ):
        raise Refusal("to_county", "to_county", _("Choose another county."))
    with transaction.atomic():
        held = Employment.objects.select_for_update().get(pk=employment.pk)
        _may_be_sent(held, first_period)
        if held.last_period is None:
            reason = LeaveReason.TRANSFERRED if to_county else LeaveReason.MOVED_AWAY
            held = end_employment(employment=held, effective_period=first_period, reason=reason, by=by)
        try:
            with transaction.atomic():
                transfer = Transfer.objects.create(
                    county_id=held.county_id,
                    to_county=to_county,
                    destination="" if to_county else destination,
                    employment=held,
                    first_period=first_period,
                    note=note.strip(),
                    sent_by=by,
                    sent_on=today(),
                    **_as_sent(held),
                )
        except IntegrityError as error:
            raise Refusal("", "under_way", _("A transfer of this person is under way already.")) from error
        hooks.on_transfer_sent.call(transfer)
        _note("send_transfer", transfer, by, held.county_id, held.employer_id)
    return transfer


def _may_be_sent(employment: Employment, first_period: date) -> None:
    if employment.leave_reason == LeaveReason.DIED:
        raise Refusal("", "died", _("This person died: there is nothing to transfer."))
    if employment.last_period is not None and first_period <= employment.last_period:
        raise Refusal(
            "first_period",
            "before_the_end",
            _("The employment lasted until %(period)s: the transfer takes effect in a later month."),
            period=format_period(employment.last_period),
        )
    check_first_period(None, first_period)


def _as_sent(employment: Employment) -> dict[str, object]:
    """What the other office must know of the person: it does not see the worker yet."""
    worker = employment.worker
    return {
        "worker": worker,
        "name": worker.name,
        "identity_number": worker.identity_number,
        "employer_name": employment.employer.name,
        "facts": {
            "identity_key": worker.identity_key,
            "sex": worker.sex,
            "birth_date": worker.birth_date.isoformat(),
            "category": worker.category,
            "identity": worker.identity,
            "first_work_date": worker.first_work_date.isoformat() if worker.first_work_date else "",
            "deemed_months": worker.deemed_months,
            "first_period": format_period(employment.first_period),
            "last_period": format_period(employment.last_period) if employment.last_period else "",
        },
    }


def take_in(
    *,
    transfer: Transfer,
    employer: Employer | None,
    by: User | None,
    first_period: date | None = None,
    wage: Decimal | None = None,
) -> Transfer:
    """The new unit takes a worker in: with an employer from a month on, or as employed there already (None).

    A supplement takes nobody along: only what it holds arrives. The account arrives in the same transaction. Never the
    person who sent. Raises Refusal, PermissionDenied.
    """
    require(by, transfer.to_county_id or 0, *MAY_ENTER)
    with transaction.atomic():
        held = _waiting(transfer, by)
        if held.is_supplement:
            _finish(held, Transfer.State.DONE, by)
            hooks.on_transfer_arrived.call(held)
            _note("take_in_transfer", held, by, held.to_county_id or 0, None)
            return held
        if employer is None:
            new = Employment.objects.filter(
                worker_id=held.worker_id, county_id=held.to_county_id, last_period__isnull=True
            ).first()
            if new is None:
                raise Refusal("employer", "employer", _("Choose the employer that takes the person."))
        else:
            new = _employed_there(held, employer, first_period or held.first_period)
        _finish(held, Transfer.State.DONE, by, new_employment=new)
        hooks.on_transfer_arrived.call(held)
        _note("take_in_transfer", held, by, new.county_id, new.employer_id)
        if wage is not None and employer is not None:
            declare_joining(
                employer=employer, first_period=new.first_period, wages={held.worker_id: wage}, by=by
            )
    return held


def _employed_there(transfer: Transfer, employer: Employer, first_period: date) -> Employment:
    if employer.county_id != transfer.to_county_id:
        raise Refusal("employer", "other_county", _("Choose an employer of this county."))
    _takes_people(employer)
    if first_period < transfer.first_period:
        raise Refusal(
            "first_period",
            "before_the_transfer",
            _("Until %(period)s the old employer owes the months: join in that month or later."),
            period=format_period(transfer.first_period),
        )
    check_first_period(None, first_period)
    return employ(transfer.worker_id, employer, first_period)


def let_go(*, transfer: Transfer, by: User | None) -> Transfer:
    """A second person lets a transfer out of the province go: the balance is paid to the other office."""
    require(by, transfer.county_id, *MAY_LET_GO)
    with transaction.atomic():
        held = _waiting(transfer, by)
        if not held.leaves_the_province:
            raise Refusal("", "other_unit", _("The other county takes this transfer in."))
        _finish(held, Transfer.State.DONE, by)
        hooks.on_transfer_arrived.call(held)
        _note("let_go_transfer", held, by, held.county_id, held.employment.employer_id)
    return held


def send_back(*, transfer: Transfer, reason: str, by: User | None) -> Transfer:
    """The other side cannot take the transfer, and says why. It waits at the unit that sent it."""
    if transfer.leaves_the_province:
        require(by, transfer.county_id, *MAY_LET_GO)
    else:
        require(by, transfer.to_county_id or 0, *MAY_ENTER)
    with transaction.atomic():
        held = _waiting(transfer, None)
        held.return_reason = _reason(reason)
        _finish(held, Transfer.State.RETURNED, by)
        _note("return_transfer", held, by, transfer.to_county_id or transfer.county_id, None, reason)
    return held


def take_back(*, transfer: Transfer, reason: str, by: User | None) -> Transfer:
    """The unit that sent takes person and account back: the account stands in its books again."""
    require(by, transfer.county_id, *MAY_ENTER)
    with transaction.atomic():
        held = Transfer.objects.select_for_update().get(pk=transfer.pk)
        if held.state not in (Transfer.State.WAITING, Transfer.State.RETURNED):
            raise _over()
        held.return_reason = held.return_reason or _reason(reason)
        _finish(held, Transfer.State.BACK, by)
        hooks.on_transfer_back.call(held)
        _note("take_back_transfer", held, by, held.county_id, held.employment.employer_id, held.return_reason)
    return held


def _takes_people(employer: Employer) -> None:
    if employer.status in ENDED:
        raise Refusal("employer", "employer_ended", _("This employer has ended: nobody can join it."))


ENDED = (
    Employer.Status.CLOSED,
    Employer.Status.BANKRUPT,
    Employer.Status.MERGED,
    Employer.Status.MOVED,
    Employer.Status.TAKEN_BACK,
)


def _waiting(transfer: Transfer, by: User | None) -> Transfer:
    """The transfer, locked; refused where it is over, or where the same person sent it."""
    held = Transfer.objects.select_for_update().get(pk=transfer.pk)
    if held.state != Transfer.State.WAITING:
        raise _over()
    if by is not None and held.sent_by_id == by.pk:
        raise Refusal("", "own_act", _("You sent this transfer yourself: another person must finish it."))
    return held


def _over() -> Refusal:
    return Refusal("", "over", _("This transfer is over already. Load the page again."))


def _reason(text: str) -> str:
    if not text.strip():
        raise Refusal("reason", "reason", _("Say why."))
    return text.strip()


def _finish(
    transfer: Transfer, state: str, by: User | None, new_employment: Employment | None = None
) -> None:
    transfer.state, transfer.done_by, transfer.new_employment = state, by, new_employment
    transfer.done_on, transfer.done_at = today(), now()
    transfer.save(update_fields=["state", "done_by", "done_on", "done_at", "new_employment", "return_reason"])


def _note(
    act: str, transfer: Transfer, by: User | None, county_id: int, employer_id: int | None, reason: str = ""
) -> None:
    record(
        act,
        by=by,
        about="worker",
        number=transfer.worker_id,
        county_id=county_id,
        employer_id=employer_id,
        reason=reason,
        details={"first_period": transfer.first_period, "transfer": transfer.number},
    )
