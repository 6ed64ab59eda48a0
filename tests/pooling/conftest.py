"""Pooling is tested under the application's role, in the scope of who acts; set jobs as the owner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jilin_si.access.scope import acting_as, everything


@pytest.fixture(autouse=True)
def _tmp_reference(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management import get_commands

    if "bootstrap" in get_commands():
        return
    request.getfixturevalue("db")
    from jilin_si.agencies.load import load_agencies
    from jilin_si.ledger.load import load_accounts
    from jilin_si.policy.parameter_files import policy_of, read_all
    from pooling.services import plan
    from tests.roles import as_owner

    with as_owner():
        load_agencies()
        load_accounts()
    monkeypatch.setattr(plan, "_policy", lambda: policy_of(read_all()))


@pytest.fixture
def books(owner: None) -> Iterator[None]:
    """The whole test runs as set jobs do: owner of the tables, sees everything."""
    with acting_as(everything()):
        yield
