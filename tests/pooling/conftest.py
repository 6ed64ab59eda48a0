"""Pooling is tested in the scope of who acts; most acts as the owner of the tables, as set jobs are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jilin_si.access.scope import acting_as, everything


@pytest.fixture
def books(owner: None) -> Iterator[None]:
    """The whole test runs as set jobs do: owner of the tables, sees everything."""
    with acting_as(everything()):
        yield
