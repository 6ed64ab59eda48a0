"""Provincial people who change parameters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, scope_of
from jilin_si.policy.database import forget_policy
from tests.roles import as_owner


@pytest.fixture(autouse=True)
def _snapshot_of_this_test() -> Iterator[None]:
    """No test sees the parameters as another left them."""
    forget_policy()
    yield
    forget_policy()


def person(username: str, role: Role, agency_id: int) -> User:
    user = User.objects.create_user(username, password="of-the-tests-1996")
    with as_owner():
        Assignment.objects.create(user=user, role=role, agency_id=agency_id)
    return user


@pytest.fixture
def proposer(db: None) -> User:
    return person("proposer", Role.PROVINCE, 220000)


@pytest.fixture
def approver(db: None) -> User:
    return person("approver", Role.PROVINCE, 220000)


@pytest.fixture
def clerk(db: None) -> User:
    return person("clerk", Role.CLERK, 220181)


@pytest.fixture
def as_proposer(proposer: User) -> Iterator[User]:
    with acting_as(scope_of(proposer)):
        yield proposer
