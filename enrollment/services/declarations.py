"""The life of a declaration (缴费工资申报): started, typed, handed in, sent back or approved by a second person."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment import hooks
from enrollment.declaring import MAX_ROWS, MAX_TEXT, CheckedDeclaration, CheckedRow, Checker
from enrollment.models import Declaration
from enrollment.permissions import MAY_REVIEW, require, require_declaring
from enrollment.refusals import Refusal, Stale
from enrollment.return_rows import (
    ROW_FIELDS,
    Person,
    draft_rows,
    months_possible,
    people_of,
    whole_number,
    works_at,
)
from enrollment.services.leavings import end_by_return
from enrollment.services.newcomers import enrol_by_return, keep_reasons
from enrollment.services.return_lines import write_answers, write_lines, write_newcomers
from enrollment.services.workers import enrol_worker
from jilin_si.access.audit import AuditEntry, record
from jilin_si.agencies import clock
from jilin_si.ledger.services import LedgerError
from jilin_si.money import from_fen
from jilin_si.web.desk import forget_count

if TYPE_CHECKING:
    from jilin_si.access.models import User

State = Declaration.State


class NotReady(Exception):
    """The return still has faults; ``checked`` tells each of them."""

    def __init__(self, checked: CheckedDeclaration) -> None:
        self.checked = checked
        super().__init__(f"{checked.faults} faults")


def save_declaration_draft(
    *,
    declaration: Declaration,
    rows: Mapping[int, Mapping[str, str]],
    retirees: str | None,
    retiree_cost: str | None,
    version: int,
    page: str,
    by: User | None,
) -> Declaration:
    """Keep what was typed. ``rows`` maps the place in the return to its fields; other places stay as they are.

    ``version`` is the one that the page began with and ``page`` the page's own mark: a page saves as often as it
    likes, but not over what somebody else stored meanwhile (Stale). Nothing is checked yet but the size.
    """
    require_declaring(by, declaration.county_id, declaration.employer_id)
    with transaction.atomic():
        held = _hold(declaration)
        _check_typing(held)
        draft = dict(held.draft or {})
        if held.version != version and draft.get("page") != page:
            raise _stale(held)
        kept = draft_rows(draft)
        for place, row in sorted(rows.items()):
            if not 0 <= place < MAX_ROWS:
                raise Refusal("", "too_many_rows", _("A return has at most %(most)s rows."), most=MAX_ROWS)
            while len(kept) <= place:
                kept.append(dict.fromkeys(ROW_FIELDS, ""))
            # whom a row is about is decided when the return is started, not by what a page sends
            worker = kept[place]["worker"]
            kept[place] = {
                name: worker
                if name == "worker"
                else str(row.get(name, kept[place][name]))[:MAX_TEXT].replace("\x00", "")
                for name in ROW_FIELDS
            }
        draft["rows"] = kept
        if retirees is not None:
            draft["retirees"] = retirees[:MAX_TEXT].replace("\x00", "")
        if retiree_cost is not None:
            draft["retiree_cost"] = retiree_cost[:MAX_TEXT].replace("\x00", "")
        if by is not None and by.pk not in draft.get("editors", []):
            draft["editors"] = [*draft.get("editors", []), by.pk]
        if draft.get("page") != page:
            draft["page"] = page
            held.version += 1
            note("type_declaration", held, by)
        draft["at"] = time.time()
        held.draft = draft
        held.entered_by = by
        held.save(update_fields=["draft", "version", "entered_by"])
    return held


def bring_people_up_to_date(*, declaration: Declaration, version: int, by: User | None) -> tuple[int, int]:
    """Add to a return being typed who works there and is not in it, and take out who is no longer of the employer.

    Returns how many came and went. Raises Stale, Refusal, PermissionDenied.
    """
    require_declaring(by, declaration.county_id, declaration.employer_id)
    with transaction.atomic():
        held = _hold(declaration)
        _check_typing(held)
        if held.version != version:
            raise _stale(held)
        people = people_of(held.employer, held.fee_year)
        rows = draft_rows(held.draft)
        staying = [row for row in rows if not row["worker"] or whole_number(row["worker"]) in people]
        inside = {whole_number(row["worker"]) for row in staying}
        missing = [
            row_of(p, held.fee_year)
            for p in people.values()
            if p.worker_id not in inside and works_at(p, held.first_period)
        ]
        came, went = len(missing), len(rows) - len(staying)
        if came or went:
            held.draft = {**held.draft, "rows": [*staying, *missing], "page": ""}
            held.version += 1
            held.workers = len(staying) + came
            held.save(update_fields=["draft", "version", "workers"])
            note("type_declaration", held, by, details={"came": came, "went": went})
    return came, went


def submit_declaration(
    *, declaration: Declaration, version: int, by: User | None, page: str = ""
) -> Declaration:
    """Hand the return in for review: check everything, enrol new people, write the lines.

    An employer's own return goes into the same queue, marked as such; its new people are enrolled by the approval.
    Raises NotReady with every fault, Stale,
    Refusal, PermissionDenied.
    """
    by_employer = require_declaring(by, declaration.county_id, declaration.employer_id)
    with transaction.atomic():
        held = _hold(declaration)
        if not held.may_be_entered:
            raise Refusal("", "state", _("This declaration was handed in already."))
        if held.version != version and (not page or (held.draft or {}).get("page") != page):
            raise _stale(held)
        checked = Checker(held, by_employer).whole(held.draft)
        if not checked.may_be_handed_in:
            raise NotReady(checked)
        new = [row for row in checked.declared if row.is_new]
        if new and held.kind == Declaration.Kind.JOINING:
            held.first_period = min(row.first_period or held.first_period for row in checked.declared)
        if not by_employer:
            for row in new:
                _enrol(row, held, by)
        write_lines(held, checked.declared)
        write_answers(held, checked.answered)
        write_newcomers(held, new if by_employer else [])
        held.draft = {name: value for name, value in held.draft.items() if name != "returned"}
        held.state = State.SUBMITTED
        held.from_employer = by_employer
        held.workers = len(checked.declared)
        held.wages = from_fen(checked.wages_fen)
        held.retirees = checked.retirees
        held.retiree_cost = from_fen(checked.retiree_cost_fen)
        held.entered_by = by
        held.submitted_at = clock.now()
        held.reviewed_by = held.reviewed_at = None
        held.return_reason = ""
        held.version += 1
        held.save()
        note(
            "submit_declaration",
            held,
            by,
            details={
                "workers": held.workers,
                "wages": held.wages,
                "retirees": held.retirees,
                "retiree_cost": held.retiree_cost,
                "answered": len(checked.answered),
                "new": len(new),
                "from_employer": by_employer,
            },
        )
    return held


def withdraw_declaration(*, declaration: Declaration, version: int, by: User | None) -> Declaration:
    """Take a return back before it is reviewed, to type on."""
    require_declaring(by, declaration.county_id, declaration.employer_id)
    with transaction.atomic():
        held = _submitted(declaration, version)
        held.state = State.DRAFT
        held.submitted_at = None
        held.version += 1
        held.save(update_fields=["state", "submitted_at", "version"])
        note("withdraw_declaration", held, by)
    return held


def return_declaration(
    *,
    declaration: Declaration,
    version: int,
    reason: str,
    by: User | None,
    rows: Mapping[int, str] | None = None,
) -> Declaration:
    """Send a return back, saying why; ``rows`` says it at the rows of new people, by their place in the return."""
    require(by, declaration.county_id, *MAY_REVIEW)
    reason = " ".join(reason.split())
    at_rows = {place: " ".join(text.split())[:200] for place, text in (rows or {}).items() if text.strip()}
    if not reason and at_rows:
        reason = gettext("See the rows of the new people.")
    if not reason:
        raise Refusal("reason", "reason_missing", _("Say what is to be mended."))
    with transaction.atomic():
        held = _submitted(declaration, version)
        _second_person(held, by)
        held.state = State.RETURNED
        held.reviewed_by = by
        held.reviewed_at = clock.now()
        held.return_reason = reason[:500]
        held.version += 1
        keep_reasons(held, at_rows)
        held.save(update_fields=["state", "reviewed_by", "reviewed_at", "return_reason", "version", "draft"])
        note("return_declaration", held, by, reason=held.return_reason)
    return held


def approve_declaration(*, declaration: Declaration, version: int, by: User) -> Declaration:
    """Approve a return, by somebody who typed none of it; from now on its wages are what is charged.

    Who is answered for as gone leaves with it, and whom the employer names anew joins. What is registered for an
    approval is done in the same transaction. Raises Refusal, Stale, PermissionDenied.
    """
    require(by, declaration.county_id, *MAY_REVIEW)
    with transaction.atomic():
        held = _submitted(declaration, version)
        _second_person(held, by)
        if (
            held.kind == Declaration.Kind.JOINING
            and not Declaration.objects.filter(
                employer=held.employer,
                fee_year=held.fee_year,
                kind=Declaration.Kind.YEARLY,
                state=State.APPROVED,
            ).exists()
        ):
            raise Refusal(
                "", "yearly_first", _("The yearly declaration of this employer must be approved first.")
            )
        held.state = State.APPROVED
        held.reviewed_by = by
        held.reviewed_at = clock.now()
        held.version += 1
        held.save(update_fields=["state", "reviewed_by", "reviewed_at", "version"])
        try:
            leavings = end_by_return(held, by)
            joinings = enrol_by_return(held, by)
            hooks.on_declaration_approved.call(held)
        except LedgerError as error:
            raise Refusal("", "no_open_period", "%(why)s", why=error) from error
        details: dict[str, Any] = {"workers": held.workers, "wages": held.wages}
        if leavings:
            details |= {"left": len(leavings), "leavings": leavings}
        if joinings:
            details |= {"joined": len(joinings), "joinings": joinings}
        note("approve_declaration", held, by, details=details)
    return held


def row_of(person: Person, fee_year: int) -> dict[str, str]:
    """The row of a person as a return begins with it."""
    return {"worker": str(person.worker_id), "months": str(months_possible(person.first_work_date, fee_year))}


def _enrol(row: CheckedRow, declaration: Declaration, by: User | None) -> None:
    """A new person of the office's return is enrolled with it."""
    try:
        employment = enrol_worker(
            employer=declaration.employer,
            identity_number=row.row["number"],
            name=row.row["name"],
            category=row.row["category"],
            identity=row.row["identity"],
            first_period=row.first_period or declaration.first_period,
            by=by,
        )
    except Refusal as refusal:
        field = "number" if refusal.field == "identity_number" else refusal.field
        raise Refusal(
            f"rows-{row.place}-{field}", refusal.code, refusal.template, **refusal.values
        ) from refusal
    row.person = people_of(declaration.employer, declaration.fee_year)[employment.worker_id]
    rows = draft_rows(declaration.draft)
    rows[row.place]["worker"] = str(employment.worker_id)
    declaration.draft = {**declaration.draft, "rows": rows}


def _hold(declaration: Declaration) -> Declaration:
    """The declaration as it stands now, held until the act is done."""
    return (
        Declaration.objects.select_for_update(of=("self",)).select_related("employer").get(pk=declaration.pk)
    )


def _check_typing(held: Declaration) -> None:
    if not held.may_be_entered:
        raise Refusal("", "state", _("This declaration is not being entered any more. Load the page again."))


def _submitted(declaration: Declaration, version: int) -> Declaration:
    held = _hold(declaration)
    if held.version != version:
        raise _stale(held)
    if held.state != State.SUBMITTED:
        raise Refusal("", "state", _("This declaration is not waiting for review. Load the page again."))
    return held


def typed_by(declaration: Declaration, person: User) -> bool:
    """Whether somebody typed any of a return: then another has to review it."""
    return declaration.entered_by_id == person.pk or person.pk in (declaration.draft or {}).get("editors", [])


def _second_person(held: Declaration, by: User | None) -> None:
    if by is None or typed_by(held, by):
        raise Refusal(
            "", "two_persons", _("You entered this return yourself: a second person has to review it.")
        )


def _stale(held: Declaration) -> Stale:
    last = (
        AuditEntry.objects.filter(object_kind="declaration", object_id=held.pk).select_related("user").first()
    )
    when = timezone.localtime(last.at).strftime("%H:%M") if last else ""
    return Stale(held, str(last.user) if last and last.user else "", when)


def note(
    act: str,
    declaration: Declaration,
    by: User | None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note an act about a return; what of it counts for the silent is counted anew."""
    if act != "type_declaration":
        forget_count("silent", declaration.county_id)
    record(
        act,
        by=by,
        about="declaration",
        number=declaration.pk,
        county_id=declaration.county_id,
        employer_id=declaration.employer_id,
        reason=reason,
        details={"fee_year": declaration.fee_year, "kind": declaration.kind, **(details or {})},
    )
