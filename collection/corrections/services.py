"""The acts of a correction request: asked for by an employer, entered or taken up by a clerk, decided by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from collection.corrections.coverages import coverage_case
from collection.corrections.effects import (
    PARTICULARS as PARTICULARS,
)
from collection.corrections.effects import Effect as Effect
from collection.corrections.effects import effect_of as effect_of
from collection.corrections.effects import read_asked as read_asked
from collection.corrections.effects import stood, told, write, written
from collection.corrections.models import Correction
from collection.corrections.subjects import Subject
from enrollment.models import Employer, Employment
from enrollment.permissions import MAY_ENTER, MAY_REVIEW, acts_for, require
from enrollment.refusals import Refusal
from enrollment.services.workers import UNIQUE_VIOLATION, sqlstate
from jilin_si.access.audit import record
from jilin_si.agencies.clock import today
from jilin_si.ledger.services import LedgerError

if TYPE_CHECKING:
    from jilin_si.access.audit import AuditEntry
    from jilin_si.access.models import User

About = Correction.About
State = Correction.State
OPEN = (State.ASKED, State.WAITING)
COUNTERED = _("A counter-case to it is there already.")


def enter_correction(
    *,
    employment: Employment,
    about: str,
    asked_by: str,
    asked: Mapping[str, Any],
    evidence_no: str,
    evidence: str,
    by: User | None,
) -> Correction:
    """Enter a case about a worker, through one employment. ``asked``: what is to stand (see ``read_asked``).

    Raises Refusal, PermissionDenied.
    """
    subject = Subject.of_employment(employment)
    return _enter(subject, about, asked_by, asked, evidence_no, evidence, by)


def enter_employer_correction(
    *,
    employer: Employer,
    about: str,
    asked: Mapping[str, Any],
    evidence_no: str,
    evidence: str,
    by: User | None,
    asked_by: str = Correction.AskedBy.EMPLOYER,
) -> Correction:
    """Enter a case about an employer's own record. Raises Refusal, PermissionDenied."""
    return _enter(Subject(employer), about, asked_by, asked, evidence_no, evidence, by)


def _enter(
    subject: Subject,
    about: str,
    asked_by: str,
    asked: Mapping[str, Any],
    evidence_no: str,
    evidence: str,
    by: User | None,
) -> Correction:
    require(by, subject.employer.county_id, *MAY_ENTER)
    case = _case(subject, about, asked_by)
    _fill(case, subject, asked, evidence_no, evidence, by)
    _save(case, "enter_correction", by)
    return case


def enter_coverage_case(*, entry: AuditEntry, evidence_no: str, evidence: str, by: User | None) -> Correction:
    """Enter the case that takes back a coverage, or an end of one, whose months are billed. Raises Refusal.

    Raises PermissionDenied.
    """
    require(by, entry.county_id or 0, *MAY_ENTER)
    case = coverage_case(entry)
    _evidence(case, evidence_no, evidence, by)
    effect_of(case)
    _save(case, "enter_correction", by)
    return case


def enter_counter_case(
    *, case: Correction, asked_by: str, evidence_no: str, evidence: str, by: User | None
) -> Correction:
    """Enter the case that restores what an approved one changed, month by month; a second person decides it too.

    Raises Refusal where something came after it, PermissionDenied.
    """
    require(by, case.county_id, *MAY_ENTER)
    case = Correction.objects.select_related("employer", "worker").get(pk=case.pk)
    if case.counter_cases.filter(state__in=(State.WAITING, State.APPROVED)).exists():
        raise Refusal("", "countered", COUNTERED)
    if case.state != State.APPROVED:
        raise Refusal("", "not_approved", _("Only what an approved case changed is taken back."))
    if case.about == About.COVERAGE:
        raise Refusal("", "counter_act", _("This case is a counter-act itself: nothing takes it back."))
    if not case.written:
        raise Refusal(
            "", "not_kept",
            _("This case was approved before months were kept with it: enter a new case with what is right."),
        )  # fmt: skip
    counter = _case(Subject.of_case(case), case.about, asked_by)
    counter.counter_of = case
    counter.asked, counter.stood = case.stood, case.asked
    _evidence(counter, evidence_no, evidence, by)
    effect_of(counter)
    _save(counter, "enter_correction", by)
    return counter


def ask_correction(
    *,
    employer: Employer,
    about: str,
    asked: Mapping[str, Any],
    request: str,
    by: User,
    employment: Employment | None = None,
) -> Correction:
    """An employer asks on line for a correction of its own record, or of one of its workers'.

    Nothing changes by it: a clerk takes it up. Raises Refusal, PermissionDenied.
    """
    if not acts_for(by, employer.pk) or (employment and employment.employer_id != employer.pk):
        raise PermissionDenied(_now("Your role does not include this act."))
    request = " ".join(request.split())[:500]
    if not request:
        raise Refusal("request", "evidence_missing", _("Say what proves it, and on which paper."))
    subject = Subject.of_employment(employment) if employment else Subject(employer)
    case = _case(subject, about, Correction.AskedBy.EMPLOYER)
    case.requested = read_asked(subject, about, asked)
    case.stood = stood(subject, about, case.requested)
    if about == About.WAGE:
        effect_of(case)  # months without a charge are refused now, not when a clerk takes the case up
    case.state = State.ASKED
    case.request = request
    case.requested_by, case.requested_on = by, today()
    _save(case, "ask_correction", by)
    return case


def take_up_correction(
    *, case: Correction, asked: Mapping[str, Any], evidence_no: str, evidence: str, by: User
) -> Correction:
    """A clerk takes up what an employer asked for, completed; from then on it waits for a second person.

    Raises Refusal, PermissionDenied.
    """
    require(by, case.county_id, *MAY_ENTER)
    with transaction.atomic():
        held = _held(case)
        if held.state != State.ASKED:
            raise Refusal("", "taken_up", _("Somebody took this case up meanwhile. Load the page again."))
        held.state = State.WAITING
        _fill(held, Subject.of_case(held), asked, evidence_no, evidence, by)
        _save(held, "take_up_correction", by)
    return held


def withdraw_correction(*, case: Correction, by: User) -> Correction:
    """The employer withdraws what nobody has taken up yet. Raises Refusal, PermissionDenied."""
    if not acts_for(by, case.employer_id):
        raise PermissionDenied(_now("Your role does not include this act."))
    with transaction.atomic():
        held = _held(case)
        if held.state != State.ASKED:
            raise Refusal("", "taken_up", _("The office has taken this case up: it decides it."))
        held.state, held.decided_on = State.WITHDRAWN, today()
        held.save()
        _note("withdraw_correction", held, by)
    return held


def approve_correction(*, case: Correction, by: User) -> Correction:
    """Approve a case, by somebody who did not enter it: the record changes, and what was charged is written anew.

    Raises Refusal, PermissionDenied.
    """
    require(by, case.county_id, *MAY_REVIEW)
    with transaction.atomic():
        held = _waiting(case, by)
        effect = effect_of(held)
        held.decided_by, held.decided_on = by, today()
        try:
            held.recorded_in = write(held, effect)
        except LedgerError as error:
            raise Refusal("", "no_open_period", "%(why)s", why=error) from error
        held.state = State.APPROVED
        held.effect = told(effect)
        # a case about a coverage is a counter-act itself: there is none to it
        held.written = {} if held.about == About.COVERAGE else written(effect)
        held.save()
        _note("approve_correction", held, by, fen=effect.total, months=len(effect.changed))
    return held


def refuse_correction(*, case: Correction, reason: str, by: User) -> Correction:
    """Refuse a case, entered or only asked for, saying why. Raises Refusal, PermissionDenied."""
    require(by, case.county_id, *MAY_REVIEW)
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Refusal("reason", "reason_missing", _("Say why it is refused."))
    with transaction.atomic():
        held = _waiting(case, by, *OPEN)
        held.state = State.REFUSED
        held.refusal = reason
        held.decided_by, held.decided_on = by, today()
        held.save()
        _note("refuse_correction", held, by, reason=reason)
    return held


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _case(subject: Subject, about: str, asked_by: str) -> Correction:
    return Correction(
        county_id=subject.employer.county_id,
        employer=subject.employer,
        worker=subject.worker,
        about=about,
        asked_by=asked_by,
    )


def _fill(
    case: Correction,
    subject: Subject,
    asked: Mapping[str, Any],
    evidence_no: str,
    evidence: str,
    by: User | None,
) -> None:
    """What is to stand and on which evidence; its effect must be there."""
    _evidence(case, evidence_no, evidence, by)
    case.asked = read_asked(subject, case.about, asked)
    case.stood = stood(subject, case.about, case.asked)
    effect = effect_of(case)
    if case.about == About.WAGE and not effect.changed:
        raise Refusal("wage", "no_change", _("The record stands so already."))


def _evidence(case: Correction, evidence_no: str, evidence: str, by: User | None) -> None:
    if not evidence_no.strip():
        raise Refusal("evidence_no", "evidence_missing", _("Name the document that proves it."))
    if not evidence.strip():
        raise Refusal("evidence", "evidence_missing", _("Say what the document proves."))
    case.evidence_no, case.evidence = evidence_no.strip(), evidence.strip()
    case.entered_by, case.entered_on = by, today()


def _save(case: Correction, act: str, by: User | None) -> None:
    """Store a case and note the act; of one kind one case waits about a record."""
    try:
        with transaction.atomic():
            case.save()
            _note(act, case, by)
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        if "countered" in str(error):
            raise Refusal("", "countered", COUNTERED) from error
        raise Refusal(
            "about", "waits", _("A case about the same waits already. It has to be decided first.")
        ) from error


def _held(case: Correction) -> Correction:
    held: Correction = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("employer", "worker", "counter_of")
        .get(pk=case.pk)
    )
    return held


def _waiting(case: Correction, by: User, *states: str) -> Correction:
    held = _held(case)
    if held.state not in (states or (State.WAITING,)):
        raise Refusal("", "decided", _("This case was decided meanwhile. Load the page again."))
    if held.entered_by_id == by.pk:
        raise Refusal("", "two_persons", _("You entered this case yourself: a second person decides it."))
    return held


def _note(act: str, case: Correction, by: User | None, reason: str = "", **details: Any) -> None:
    record(
        act,
        by=by,
        about="worker" if case.worker_id else "employer",
        number=case.worker_id or case.employer_id,
        county_id=case.county_id,
        employer_id=case.employer_id,
        reason=reason,
        details={"case": case.pk, "code": case.code, "about": case.about, **details},
    )
