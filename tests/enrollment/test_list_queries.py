"""Lists and the desk ask the database as often for many rows as for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.services import end_employment
from jilin_si.access.models import User
from jilin_si.periods import month
from tests.enrollment import factories as make

pytestmark = pytest.mark.django_db

LISTS = ("workers", "employers", "declarations", "duplicates", "silent", "broken", "search?q=陈")


def _fill(by: User, rows: int) -> None:
    """People who had another employer under another number, one who left, and a return that waits, of each."""
    for _row in range(rows):
        first, second, number = make.employer(by), make.employer(by), make.identity_number()
        old = make.worker(by, first, name="陈国富", identity_number=number)
        end_employment(employment=old, effective_period=month(1996, 1), reason="resigned", by=by)
        make.worker(by, second, name="陈国富")
        make.handed_in(second, by)


def _asked(client: Client, page: str) -> list[str]:
    name, _mark, query = page.partition("?")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"{reverse(f'enrollment:{name}' if name != 'desk' else name)}?{query}")
    assert answer.status_code == 200
    return [query["sql"] for query in asked.captured_queries]


def test_many_rows_cost_no_more_questions_than_one(
    client: Client, acting: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jilin_si.policy.database.SECONDS_BETWEEN_LOOKS", 3600.0)  # not counted: the clock's
    client.force_login(acting)
    _fill(acting, 1)
    for page in ("desk", *LISTS):
        _asked(client, page)  # what is looked up once a process
    few = {page: _asked(client, page) for page in ("desk", *LISTS)}
    _fill(acting, 5)
    many = {page: _asked(client, page) for page in ("desk", *LISTS)}
    assert {page: len(asked) for page, asked in many.items()} == {
        page: len(asked) for page, asked in few.items()
    }
    counts = {page: sum('AS "__count"' in question for question in asked) for page, asked in many.items()}
    assert counts["workers"] == 0, "three million people are not counted to show fifteen"
    assert counts["employers"] == counts["declarations"] == 1
