"""What the registry's templates need besides the office's own filters."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def choice_word(value: str, choices: Any) -> Any:
    """The word of a stored choice."""
    return dict(choices).get(value, value)


@register.filter
def trace_key(worker_id: int, declaration_id: int) -> str:
    """The key of a declared wage's explanation."""
    return f"{declaration_id}-{worker_id}"
