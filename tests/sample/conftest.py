"""The sample works as set jobs do: as the owner of the tables, and it sees everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jilin_si.access.scope import acting_as, everything


@pytest.fixture
def books(owner: None) -> Iterator[None]:
    with acting_as(everything()):
        yield
