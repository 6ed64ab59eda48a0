"""The words of rules in templates: ``{% load policy %}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from jilin_si.policy import terms
from jilin_si.policy.words import choice_words

register = template.Library()


@register.filter
def term(symbol: str) -> str:
    """The words for a symbol of a formula, an input or an output."""
    return terms.term(symbol) if symbol else ""


@register.filter
def choice(code: object) -> str:
    """The words for a choice."""
    return choice_words(str(code))


@register.filter
def from_names(key: Any, names: Mapping[Any, str]) -> str:
    """The name under a key; the key where it has none."""
    return names.get(key, str(key))
