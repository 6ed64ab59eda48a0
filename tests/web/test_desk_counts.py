"""The desk's counts of whole units: reckoned before anybody waits for them, and anew when they are old."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from jilin_si.access.scope import Scope, acting_as, current
from jilin_si.agencies.models import Agency
from jilin_si.web import desk
from jilin_si.web.tasks import reckon_desk

pytestmark = pytest.mark.django_db

JIUTAI = 220181


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[int]:
    """The units that were reckoned, in order; the count is how many times one was."""
    settings.DESK_SECONDS, settings.DESK_KEPT_SECONDS = 300, 3600
    seen: list[int] = []

    def find(unit: int) -> int:
        assert unit in current().units
        seen.append(unit)
        return seen.count(unit)

    monkeypatch.setattr(desk, "_reckonings", {"test": find})
    cache.clear()
    return seen


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass for the desk alone."""
    start, passed = time.time(), [0.0]
    monkeypatch.setattr(desk.time, "time", lambda: start + passed[0])

    def wait(seconds: float) -> None:
        passed[0] += seconds

    return wait


def test_every_unit_is_known_before_anybody_opens_the_desk(asked: list[int]) -> None:
    units = Agency.objects.units().count()
    assert reckon_desk() == units == len(set(asked))
    assert desk.remembered("test", [JIUTAI]) == {JIUTAI: 1}
    assert reckon_desk() == 0
    assert len(asked) == units


def test_who_opens_it_sees_the_old_count_and_the_queue_reckons_it_anew(
    asked: list[int], later: Callable[[float], None]
) -> None:
    reckon_desk()
    later(299)
    desk.remembered("test", [JIUTAI])
    assert reckon_desk() == 0
    later(2)
    assert desk.remembered("test", [JIUTAI]) == {JIUTAI: 1}
    assert reckon_desk() == 1
    assert desk.remembered("test", [JIUTAI]) == {JIUTAI: 2}
    assert asked.count(JIUTAI) == 2
    later(1801)
    assert reckon_desk() == Agency.objects.units().count()


def test_an_act_has_its_unit_counted_at_once(asked: list[int]) -> None:
    reckon_desk()
    desk.forget_count("test", JIUTAI)
    with acting_as(Scope(units=frozenset({JIUTAI}))):
        assert desk.remembered("test", [JIUTAI]) == {JIUTAI: 2}
