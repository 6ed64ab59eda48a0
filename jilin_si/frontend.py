"""The front-end packages' files that pages may ask for, taken from node_modules by name.

Nothing else of node_modules is ever served. A file is asked for by its own path:
``{% static "npm/htmx.org/dist/htmx.min.js" %}``. A new file is a new line in ``FILES``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

PREFIX = "npm/"

FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map",
    "@tabler/core/dist/css/tabler-vendors.min.css",
    "@tabler/core/dist/css/tabler-vendors.min.css.map",
    "@tabler/core/dist/js/tabler.min.js",
    "@tabler/core/dist/js/tabler.min.js.map",
    "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.ttf",
    "htmx.org/dist/htmx.min.js",
    "@alpinejs/csp/dist/cdn.min.js",
    "echarts/dist/echarts.min.js",
)


class NodePackagesFinder(BaseFinder):
    """Finds the files of ``FILES`` under ``npm/``."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=str(settings.NODE_MODULES))
        self.storage.prefix = PREFIX.rstrip("/")  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [name for name in FILES if not (Path(settings.NODE_MODULES) / name).is_file()]
        if not missing:
            return []
        return [
            Error(
                f"{len(missing)} front-end files are missing, the first is node_modules/{missing[0]}.",
                hint="Run `make install`.",
                id="jilin_si.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.removeprefix(PREFIX)
        place = Path(settings.NODE_MODULES) / name
        if path.startswith(PREFIX) and name in FILES and place.is_file():
            return [str(place)] if find_all else str(place)
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, FileSystemStorage]]:
        for name in FILES:
            if (Path(settings.NODE_MODULES) / name).is_file():
                yield name, self.storage
