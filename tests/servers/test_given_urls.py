"""DATABASE_URL and REDIS_URL put both on servers of the office's own; then nothing is started or made unasked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jilin_si.servers import postgres
from jilin_si.servers.places import BASE, Places
from jilin_si.servers.sharing import servers

WHO = "from jilin_si.servers.serving import *; refuse_to_serve_as_owner(); c = connection.cursor()"
WHO += "; c.execute('select current_user, (select count(*) from agencies_agency)'); print(*c.fetchone())"


@dataclass
class Office:
    """A PostgreSQL as an administrator set it up: a database and its owner, who may not make roles."""

    places: Places
    folder: Path

    def administrator(self, statement: str) -> None:
        connection = postgres.connect(self.places)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    def url(self, login: str) -> str:
        return f"postgres://{login}@/office?host={self.places.sockets}"

    def manage(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("JSI_", "DJANGO_", "DB_"))
        }
        given = {
            "DATABASE_URL": self.url("office"),
            "REDIS_URL": f"unix://{self.places.valkey_socket}?db=0",
            "JSI_VAR": str(self.folder),
        }
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE,
            env=kept | given | settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def office(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    with servers(Places(open_folder / "theirs")) as places:
        office = Office(places, open_folder / "ours")
        for statement in (
            "drop database jilin_si",
            "drop role jsi_owner",
            "drop role jsi_app",
            "create role office login",
            "create role web login",
            "create database office owner office",
        ):
            office.administrator(statement)
        yield office


def test_the_offices_own_servers(office: Office) -> None:
    refused = office.manage("migrate")
    assert refused.returncode == 2
    assert "create role jsi_app nologin; grant jsi_app to" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1

    office.administrator("create role jsi_app nologin")
    office.administrator("grant jsi_app to office")
    office.administrator("grant jsi_app to web")
    assert office.manage("migrate", "-v0").returncode == 0
    assert office.manage("bootstrap").returncode == 0

    one_url = office.manage("shell", "-v0", "-c", WHO, DB_ROLE="app")
    assert one_url.stdout.split() == ["jsi_app", "53"], one_url.stderr
    two_logins = office.manage("shell", "-v0", "-c", WHO, DB_ROLE="app", DATABASE_APP_URL=office.url("web"))
    assert two_logins.stdout.split() == ["web", "53"], two_logins.stderr
    as_owner = office.manage("shell", "-v0", "-c", WHO, DB_ROLE="app", DATABASE_APP_URL=office.url("office"))
    assert as_owner.returncode == 2
    assert "must not serve as office" in as_owner.stderr

    assert {path.name for path in office.folder.iterdir()} == {"secret-key"}
