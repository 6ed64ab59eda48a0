"""What changes a parameter: a provincial person proposes a value, a second one approves it, either may withdraw it.

A value takes effect by its dates. What would reach into a month that is assessed already is refused: the version used
there is frozen, and a supplement is the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jilin_si.access.audit import record
from jilin_si.access.models import Role, User
from jilin_si.access.scope import scope_of
from jilin_si.agencies.models import Agency
from jilin_si.policy.database import database_policy, forget_policy, hold_parameters
from jilin_si.policy.errors import InputError
from jilin_si.policy.lookup import ParameterVersion, Policy, unknown_place
from jilin_si.policy.models import (
    Confidence,
    LegalDocument,
    Parameter,
    ParameterValue,
    ValueOrigin,
    ValueState,
)
from jilin_si.policy.rulecheck import Outcome, run_examples
from jilin_si.policy.worked_examples import all_examples

# Finest rate that the set statements can hold: a part per million.
RATE_DECIMALS = 6
FINE_UNITS = {"rate"}


@dataclass(frozen=True)
class Reach:
    """Where and when a change of a parameter would be felt, both days included."""

    parameter: str
    agency_id: int
    first: date
    last: date | None


# Says why a change may not reach there and what to do instead; None where it may.
PeriodGuard = Callable[[Reach], str | None]

_guards: list[PeriodGuard] = []


def register_period_guard(guard: PeriodGuard) -> None:
    """Let an upper floor refuse changes that reach into what it has assessed. Called once from its ``ready``."""
    if guard not in _guards:
        _guards.append(guard)


class ChangeRefusal(Exception):
    """A change that may not be made; ``code`` is one of person, role, state, period, examples."""

    def __init__(self, code: str, reason: object, values: Mapping[str, object] | None = None) -> None:
        self.code, self.reason, self.values = code, reason, dict(values or {})
        super().__init__(code)

    @property
    def message(self) -> str:
        return str(self.reason) % self.values if self.values else str(self.reason)

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Proposal:
    """A value as somebody enters it. ``value`` is written as in files: numbers as text, a table as rows of texts."""

    parameter: str
    valid_from: date
    value: Any
    document: str
    confidence: str
    agency_id: int = 220000
    valid_to: date | None = None
    note: str = ""
    reason: str = ""


@transaction.atomic
def propose_value(proposal: Proposal, by: User) -> ParameterValue:
    """Enter a value for a second person to approve.

    Raises InputError naming the field that is wrong, ChangeRefusal where ``by`` is no provincial person or the value
    would reach into an assessed month.
    """
    _need_provincial(by)
    parameter, document = _check(proposal)
    _ask_guards(Reach(proposal.parameter, proposal.agency_id, proposal.valid_from, proposal.valid_to))
    row = ParameterValue.objects.create(
        parameter=parameter,
        agency_id=proposal.agency_id,
        valid_from=proposal.valid_from,
        valid_to=proposal.valid_to,
        value=proposal.value,
        document=document,
        confidence=proposal.confidence,
        note=proposal.note,
        reason=proposal.reason,
        state=ValueState.PROPOSED,
        origin=ValueOrigin.PERSON,
        proposed_by=by,
    )
    _record("propose_parameter", row, by, proposal.reason)
    return row


def _check(proposal: Proposal) -> tuple[Parameter, LegalDocument]:
    errors: list[InputError] = []
    parameter = Parameter.objects.filter(code=proposal.parameter).first()
    if parameter is None:
        raise InputError("parameter", proposal.parameter, _("a parameter of the catalogue"), "unknown")
    if not Agency.objects.filter(id=proposal.agency_id).exists():
        errors.append(unknown_place(proposal.agency_id))
    document = LegalDocument.objects.filter(code=proposal.document).first()
    if document is None:
        errors.append(InputError("document", proposal.document, _("a document on record"), "unknown"))
    if proposal.confidence not in Confidence.values:
        errors.append(
            InputError("confidence", proposal.confidence, ", ".join(map(str, Confidence.values)), "range")
        )
    if proposal.valid_to is not None and proposal.valid_to < proposal.valid_from:
        errors.append(InputError("valid_to", proposal.valid_to, _("a day not before it begins"), "order"))
    try:
        parameter.shape.read(proposal.value, "value")
        if parameter.unit in FINE_UNITS and len(str(proposal.value).partition(".")[2]) > RATE_DECIMALS:
            raise InputError("value", proposal.value, _("a rate with at most six decimals"), "range")
    except InputError as error:
        errors.extend(error.errors)
    if errors or document is None:
        raise InputError.of_all(errors)
    return parameter, document


@transaction.atomic
def approve_value(value_id: int, by: User, reason: str = "") -> ParameterValue:
    """Put a proposed value in force. The values it overlaps end before it, go on after it, or are withdrawn.

    Raises ChangeRefusal for the person who proposed it, where it reaches into an assessed month, and where worked
    examples would fail that pass now, unless a ``reason`` is given for that.
    """
    _need_provincial(by)
    hold_parameters()
    row = _locked(value_id)
    if row.state != ValueState.PROPOSED:
        raise ChangeRefusal(
            "state", _("Only a proposed value can be approved; this one is not proposed any more.")
        )
    if row.proposed_by_id == by.pk:
        raise ChangeRefusal("person", _("A second person approves: you proposed this value yourself."))
    _ask_guards(Reach(row.parameter.code, row.agency_id, row.valid_from, row.valid_to))
    failing = examples_broken_by(row)
    if failing and not reason.strip():
        raise ChangeRefusal(
            "examples",
            _("These worked examples would fail: %(examples)s. Give a reason to approve all the same."),
            {"examples": ", ".join(str(outcome.example.get("id")) for outcome in failing)},
        )
    _make_room(row)
    row.state, row.approved_by, row.approved_at = ValueState.APPROVED, by, timezone.now()
    row.version = _next_version(row)
    if reason:
        row.reason = reason
    row.save()
    forget_policy()
    _record("approve_parameter", row, by, reason)
    return row


@transaction.atomic
def withdraw_value(value_id: int, by: User, reason: str = "") -> ParameterValue:
    """Take a value back. What held before one in force goes on in its place.

    A proposed value is withdrawn by any provincial person; one in force by somebody other than who proposed it, and
    only where it has not been used in an assessed month.
    """
    _need_provincial(by)
    hold_parameters()
    row = _locked(value_id)
    if row.state == ValueState.WITHDRAWN:
        raise ChangeRefusal("state", _("This value is withdrawn already."))
    if row.state == ValueState.APPROVED:
        if row.proposed_by_id == by.pk:
            raise ChangeRefusal("person", _("A second person withdraws: you proposed this value yourself."))
        if not reason.strip():
            raise ChangeRefusal("state", _("Give the reason for which a value in force is withdrawn."))
        _ask_guards(Reach(row.parameter.code, row.agency_id, row.valid_from, row.valid_to))
    was_approved = row.state == ValueState.APPROVED
    row.state = ValueState.WITHDRAWN
    if reason:
        row.reason = reason
    row.save()
    if was_approved:
        _let_go_on(row)
    forget_policy()
    _record("withdraw_parameter", row, by, reason)
    return row


def policy_with(row: ParameterValue, base: Policy | None = None) -> Policy:
    """The parameters in force as they would be with a proposed value."""
    base = base or database_policy()
    first, last = row.valid_from, row.valid_to
    info = base.infos[row.parameter.code]
    kept = []
    replaced = []
    for version in base.versions(info.code):
        if version.agency_id != row.agency_id or not _overlap(
            version.valid_from, version.valid_to, first, last
        ):
            continue
        replaced.append(version.id or 0)
        kept += _cut(version, first, last)
    tried = row.snapshot(info, row.document.snapshot())
    return base.with_versions([*kept, tried], without=replaced)


def _cut(version: ParameterVersion, first: date, last: date | None) -> list[ParameterVersion]:
    """What is left of a version beside the days from ``first`` to ``last``."""
    parts = []
    if version.valid_from < first:
        parts.append(replace(version, valid_to=first - timedelta(days=1), id=None))
    if last is not None and (version.valid_to is None or version.valid_to > last):
        parts.append(replace(version, valid_from=last + timedelta(days=1), id=None))
    return parts


def _overlap(first: date, last: date | None, other_first: date, other_last: date | None) -> bool:
    return (other_last is None or first <= other_last) and (last is None or other_first <= last)


def examples_broken_by(row: ParameterValue) -> list[Outcome]:
    """The worked examples that pass now and would fail with a proposed value."""
    base = database_policy()
    examples = all_examples()
    now = run_examples(examples, base)
    then = run_examples(examples, policy_with(row, base))
    return [after for before, after in zip(now, then, strict=True) if before.passed and not after.passed]


def _need_provincial(by: User) -> None:
    if not scope_of(by).has(Role.PROVINCE, Role.ADMINISTRATOR):
        raise ChangeRefusal("role", _("Only provincial staff change parameters."))


def _ask_guards(reach: Reach) -> None:
    for guard in _guards:
        refusal = guard(reach)
        if refusal:
            raise ChangeRefusal("period", refusal)


def _locked(value_id: int) -> ParameterValue:
    row = (
        ParameterValue.objects.select_related("parameter", "document")
        .select_for_update(of=("self",))
        .get(pk=value_id)
    )
    Parameter.objects.select_for_update().get(pk=row.parameter_id)
    return row


def _approved_beside(row: ParameterValue) -> Any:
    return ParameterValue.objects.filter(
        parameter_id=row.parameter_id, agency_id=row.agency_id, state=ValueState.APPROVED
    ).exclude(pk=row.pk)


def _make_room(row: ParameterValue) -> None:
    overlapping = _approved_beside(row).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=row.valid_from))
    if row.valid_to is not None:
        overlapping = overlapping.filter(valid_from__lte=row.valid_to)
    for old in overlapping.order_by("valid_from"):
        goes_on = row.valid_to is not None and (old.valid_to is None or old.valid_to > row.valid_to)
        tail_ends = old.valid_to
        if old.valid_from < row.valid_from:
            old.valid_to = row.valid_from - timedelta(days=1)
        elif goes_on:
            old.valid_from = _day_after(row.valid_to)
            goes_on = False
        else:
            old.state = ValueState.WITHDRAWN
        old.save()
        if goes_on:
            tail = ParameterValue.objects.get(pk=old.pk)
            tail.pk = None
            tail._state.adding = True
            tail.valid_from, tail.valid_to = _day_after(row.valid_to), tail_ends
            tail.version = _next_version(old)
            tail.save()


def _let_go_on(row: ParameterValue) -> None:
    """Let the value before a withdrawn one hold until where that would have ended."""
    before = _approved_beside(row).filter(valid_to=row.valid_from - timedelta(days=1)).first()
    if before is not None:
        before.valid_to = row.valid_to
        before.save()


def _day_after(day: date | None) -> date:
    if day is None:
        raise ValueError("an open end has no day after")
    return day + timedelta(days=1)


def _next_version(row: ParameterValue) -> int:
    highest = ParameterValue.objects.filter(parameter_id=row.parameter_id, agency_id=row.agency_id).aggregate(
        highest=Max("version")
    )["highest"]
    return int(highest or 0) + 1


def _record(act: str, row: ParameterValue, by: User, reason: str) -> None:
    record(
        act,
        by=by,
        about="parameter",
        number=row.pk,
        reason=reason[:500],
        details={
            "parameter": row.parameter.code,
            "agency": row.agency_id,
            "value": row.value,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
        },
    )
