"""The short words for the lines of insurance. A line that is not among them goes by its app's own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_SHORT: dict[str, StrOrPromise] = {
    "pension": pgettext_lazy("line", "Pension"),
    "unemployment": pgettext_lazy("line", "Unemployment"),
    "medical": pgettext_lazy("line", "Medical"),
    "injury": pgettext_lazy("line", "Injury"),
    "maternity": pgettext_lazy("line", "Maternity"),
}


def line_name(line: str) -> StrOrPromise:
    """The short word for a line."""
    if line in _SHORT:
        return _SHORT[line]
    try:
        return apps.get_app_config(line).verbose_name
    except LookupError:
        return line


def line_choices() -> list[tuple[str, StrOrPromise]]:
    """Every line in the order of the settings."""
    return [(line, line_name(line)) for line in settings.LINES]
