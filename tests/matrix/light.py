"""Pages without their markup: for asking who is let in, a few thousand times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.template import Origin
from django.template.loaders.base import Loader as BaseLoader
from django.test import override_settings


class Loader(BaseLoader):
    """Every template is there and empty."""

    def get_template_sources(self, template_name: str) -> Iterator[Any]:
        yield Origin(name=template_name, template_name=template_name, loader=self)

    def get_contents(self, origin: Any) -> str:
        return ""


@contextmanager
def light_pages() -> Iterator[None]:
    """Meanwhile views decide and read as always, and what they would show is left out."""
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": ["tests.matrix.light.Loader"]},
    }
    with override_settings(TEMPLATES=[engine]):
        yield
