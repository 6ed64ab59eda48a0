"""What the registry's templates need besides the office's own filters."""

from __future__ import annotations

from typing import Any

from django import template

from enrollment.lines import line_name
from enrollment.models import LeaveReason
from enrollment.words import CATEGORY, IDENTITY, LEAVE_EFFECTS, LEAVES_RESTING, ROSTER, SEX

register = template.Library()


@register.filter
def choice_word(value: str, choices: Any) -> Any:
    """The word of a stored choice."""
    return dict(choices).get(value, value)


@register.filter
def category_word(value: str) -> Any:
    """How a worker is employed, in one word."""
    return CATEGORY.get(value, value)


@register.filter
def identity_word(value: str) -> Any:
    """Worker or cadre, in one word."""
    return IDENTITY.get(value, value)


@register.filter
def sex_word(value: str) -> Any:
    """男, M."""
    return SEX.get(value, value)


@register.filter
def line_word(value: str) -> Any:
    """The short word of a line of insurance."""
    return line_name(value)


@register.filter
def trace_key(worker_id: int, declaration_id: int) -> str:
    """The key of a declared wage's explanation."""
    return f"{declaration_id}-{worker_id}"


@register.filter
def leave_effect(reason: str) -> Any:
    """What a reason for leaving does to months and account."""
    return LEAVE_EFFECTS.get(reason, LEAVES_RESTING)


@register.filter
def transfer_state(transfer: Any) -> Any:
    """A transfer's state as a tag."""
    from enrollment.tables_people import state_tag

    return state_tag(transfer)


@register.filter
def roster_word(state: str) -> Any:
    """What became of a row of a roster."""
    return ROSTER.get(state, state)


@register.filter
def leave_word(value: str) -> Any:
    """Why a worker left."""
    return dict(LeaveReason.choices).get(value, value)
