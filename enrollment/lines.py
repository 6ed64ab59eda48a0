"""The words for the lines of insurance, from the apps that are the lines; this floor knows only their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def line_name(line: str) -> StrOrPromise:
    """The word for a line: that of its app."""
    try:
        return apps.get_app_config(line).verbose_name
    except LookupError:
        return line


def line_choices() -> list[tuple[str, StrOrPromise]]:
    """Every line in the order of the settings."""
    return [(line, line_name(line)) for line in settings.LINES]
