"""People of two offices; the tests run under the application's role, in the scope of who acts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from enrollment import hooks
from enrollment.hooks import LineRule, WageRules
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


@pytest.fixture
def pension_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of the pension line in January 1996, whatever lines are registered."""
    rules = WageRules(
        make.JANUARY,
        (LineRule("pension", "pension", 215_000, 20_000, 22_150, 110_751, 90_000, 1_846, True),),
        Decimal("369.17"),
        Decimal("0.6"),
        Decimal(3),
    )
    monkeypatch.setattr(hooks, "_rules", [lambda employer, period: rules])
