"""F13: the web is killed while a file comes in, while it is read, and while its rows are stored."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment.imports.models import RosterImport
from enrollment.models import Employer, Employment, Worker
from jilin_si.access.audit import AuditEntry
from jilin_si.access.models import Role
from jilin_si.access.scope import acting_as, everything
from tests.enrollment import factories as make
from tests.faults import province
from tests.faults.web import Sent, Web, web
from tests.faults.workers import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("owner")]

ROWS, PATIENCE = 300, 60.0
NOTE = "注" * 3500  # with it the file is too large for memory
SEEDS = [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 40))]


@pytest.fixture
def desk(client: Client) -> Iterator[tuple[Client, Employer]]:
    """A clerk who is signed in, and an employer of the clerk's county."""
    cache.clear()
    with acting_as(everything()):
        clerk = make.person(Role.CLERK, name="王淑琴")
        make.open_year()
        works = make.employer(clerk)
        client.force_login(clerk)
        yield client, works


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[Web]:
    with web(tmp_path) as started:
        yield started


def _roster() -> bytes:
    lines = ["姓名,身份证号码,月工资,备注"]
    for n in range(ROWS):
        number = make.identity_number(make.date(1950 + n % 28, 1 + n % 12, 1 + n // 28 % 28))
        lines.append(f"王小明,{number},300,{NOTE}")
    return "\n".join(lines).encode()


def _upload(at: Web, client: Client, works: Employer, file: bytes, key: str) -> Sent:
    fields = {"first_period": "1996-01", "pasted": "", "_once": key}
    return Sent(at, client, reverse("enrollment:import_roster", args=[works.pk]), fields, file)


def _left_on_disk() -> set[Path]:
    folder = Path(settings.PLACES.var) / "uploads"
    return {*folder.glob("*"), *Path("/tmp").glob("*.upload*")}


def _kill(at: Web) -> None:
    """Kill it, and wait until the database has seen that it is gone and another answers."""
    at.kill_worker()
    wait_until(lambda: not _at_work(), PATIENCE, "the database is done with who was killed")
    wait_until(at.answers, PATIENCE, "another worker answers")


def _at_work() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and pid <> pg_backend_pid() and state in ('active', 'idle in transaction')"
        )
        (count,) = cursor.fetchone()
    return int(count)


def _everything_holds() -> None:
    assert province.verified() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_while_a_file_comes_in_or_is_read(desk: Any, at_work: Web, seed: int) -> None:
    client, works = desk
    dice = random.Random(seed)
    file, key, before = _roster(), str(uuid.uuid4()), _left_on_disk()
    with _upload(at_work, client, works, file, key) as sent:
        if dice.random() < 0.5:
            sent.send(dice.random())
            time.sleep(dice.uniform(0, 0.1))
        else:
            sent.send()
            time.sleep(dice.uniform(0, 1.5))
        _kill(at_work)
    assert RosterImport.objects.count() in (0, 1)
    assert not Worker.objects.exists()
    assert not Employment.objects.exists()
    assert _left_on_disk() <= before
    # the same form sent again begins afresh, or leads to what the first had stored
    with _upload(at_work, client, works, file, key) as sent:
        status, where = sent.send().answer()
    kept = RosterImport.objects.get()
    assert (status, where) == (302, reverse("enrollment:roster", args=[kept.pk]))
    assert len(kept.table) == ROWS + 1
    _everything_holds()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_while_the_rows_are_stored(desk: Any, at_work: Web, seed: int) -> None:
    client, works = desk
    dice = random.Random(seed)
    with _upload(at_work, client, works, _roster(), str(uuid.uuid4())) as sent:
        assert sent.send().answer()[0] == 302
    kept = RosterImport.objects.get()
    store, key = reverse("enrollment:roster_store", args=[kept.pk]), {"_once": str(uuid.uuid4())}
    with Sent(at_work, client, store, key) as sent:
        sent.send()
        time.sleep(dice.uniform(0, 1.2))
        _kill(at_work)
    stored = _stored(works)
    assert stored in ((0, 0, 0, "checked"), (ROWS, ROWS, 1, "stored"))
    _everything_holds()
    with Sent(at_work, client, store, key) as sent:
        assert sent.send().answer() == (302, reverse("enrollment:roster", args=[kept.pk]))
    assert _stored(works) == (ROWS, ROWS, 1, "stored")
    # the same file in another form finds everybody the same
    with _upload(at_work, client, works, _roster_again(), str(uuid.uuid4())) as sent:
        _status, where = sent.send().answer()
    assert dict(client.get(where).context["counts"])["same"] == ROWS
    _everything_holds()


def _stored(works: Employer) -> tuple[int, int, int, str]:
    return (
        Worker.objects.count(),
        Employment.objects.filter(employer=works).count(),
        AuditEntry.objects.filter(act="import_roster").count(),
        RosterImport.objects.get().state,
    )


def _roster_again() -> bytes:
    rows = Worker.objects.order_by("-pk").values_list("name", "identity_number")
    return "\n".join(["姓名,身份证号码,月工资", *(f"{name},{number},300" for name, number in rows)]).encode()
