"""The way from what happened to taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.urls import reverse

from enrollment.acts.undoing import roles_for

if TYPE_CHECKING:
    from django.template import Context

    from enrollment.selectors.history import Happened

register = template.Library()


@register.simple_tag(takes_context=True)
def undo_url(context: Context, happened: Happened) -> str:
    """Where an act is taken back, for whoever may; nothing for others. The page itself asks for the unit."""
    request: Any = context.get("request")
    scope = getattr(request, "scope", None)
    if not happened.entry or happened.undone or scope is None or not scope.has(*roles_for(happened.act)):
        return ""
    return reverse("enrollment:undo", args=[happened.entry])
