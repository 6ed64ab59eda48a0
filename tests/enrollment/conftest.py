"""People of two offices; the tests run under the application's role, in the scope of who acts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from enrollment.models import Employer
from jilin_si.access.models import Role, User
from tests.enrollment import factories as make


@pytest.fixture
def clerk(db: None) -> User:
    return make.person(Role.CLERK, name="王淑琴")


@pytest.fixture
def second_clerk(db: None) -> User:
    return make.person(Role.CLERK, name="张敏")


@pytest.fixture
def reviewer(db: None) -> User:
    return make.person(Role.REVIEWER, name="李志强")


@pytest.fixture
def clerk_elsewhere(db: None) -> User:
    return make.person(Role.CLERK, make.YUSHU, name="赵国栋")


@pytest.fixture
def acting(clerk: User) -> Iterator[User]:
    """The clerk of Jiutai acts; the year's books are open."""
    make.open_year()
    with make.as_user(clerk):
        yield clerk


@pytest.fixture
def works(acting: User) -> Employer:
    """An employer of Jiutai."""
    return make.employer(acting)
