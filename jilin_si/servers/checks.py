"""What a database must be like, asked whenever it is migrated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def chinese_can_be_searched(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A database that is not C.UTF-8 makes no trigrams of Chinese, so that a search by name finds nothing."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("select exists (select from pg_extension where extname = 'pg_trgm')")
            if not cursor.fetchone()[0]:
                continue
            cursor.execute("select show_trgm('王小明') <> '{}'")
            if not cursor.fetchone()[0]:
                found.append(
                    Error(
                        "This database finds no Chinese names: its LC_CTYPE is not a UTF-8 one.",
                        hint="Make it with: createdb --template=template0 --locale=C.UTF-8 NAME",
                        id="jilin_si.E002",
                    )
                )
    return found
