"""``manage.py``: what is wrong with the machine or the settings is told in one line, with what to do."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg2 import errors

from jilin_si.servers.commands import _in_one_line
from jilin_si.servers.connections import celery_url, redis_urls
from jilin_si.servers.errors import SetupError
from jilin_si.servers.places import BASE, Places, default_places
from jilin_si.servers.postgres import _reason
from jilin_si.servers.processes import check_port, chosen_port

Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def manage(open_folder: Path) -> Manage:
    """Runs a command with settings of its own."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("JSI_", "DJANGO_", "DB_"))
        }
        kept.pop("DATABASE_URL", None)
        kept.pop("REDIS_URL", None)
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE,
            env=kept | {"JSI_VAR": str(open_folder / "var")} | settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "cannot be reached"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "must name a PostgreSQL database"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "cannot be reached"),
        ({"REDIS_URL": "127.0.0.1:6379"}, "REDIS_URL must begin with"),
        ({"DB_ROLE": "root"}, "Set DB_ROLE to owner or app"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"JSI_VAR": "/proc/version/var"}, "Set JSI_VAR"),
    ],
)
def test_wrong_settings_end_a_command_with_one_line(
    manage: Manage, settings: dict[str, str], told: str
) -> None:
    done = manage("sqlsequencereset", "access", **settings)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr + done.stdout


def test_what_needs_no_database_starts_nothing(manage: Manage, open_folder: Path) -> None:
    for arguments in (("help",), ("migrate", "--help"), ("check",)):
        done = manage(*arguments)
        assert done.returncode == 0, done.stderr
        assert "Starting" not in done.stderr
    assert not (open_folder / "var" / "postgres").exists()


def test_an_unknown_command_starts_nothing(manage: Manage, open_folder: Path) -> None:
    done = manage("no_such_command")
    assert done.returncode == 1
    assert "Unknown command" in done.stderr
    assert not (open_folder / "var" / "postgres").exists()


def test_a_fresh_checkout_is_brought_up_to_date_by_its_first_command(manage: Manage) -> None:
    done = manage("showmigrations", "--plan")
    assert done.returncode == 0, done.stderr
    assert "[X]" not in done.stdout  # who looks at the migrations finds them as they are
    first = manage("dumpdata", "agencies.agency", "--format", "jsonl")
    assert first.returncode == 0, first.stderr
    assert "Bringing the database up to date" in first.stderr
    second = manage("showmigrations", "--plan")
    assert "[ ]" not in second.stdout


def test_a_full_disk_is_told_in_one_line() -> None:
    for problem in (
        OSError(errno.ENOSPC, "No space left on device"),
        errors.DiskFull("could not extend file"),
    ):
        line = _in_one_line(problem)
        assert line is not None
        assert line.startswith("The disk is full. Free some space")
    places = default_places()
    assert "Free some space" in _reason("It fails", "FATAL: could not write: No space left on device", places)


def test_a_defect_of_the_program_is_not_hidden() -> None:
    assert _in_one_line(ValueError("a defect")) is None
    assert _in_one_line(FileNotFoundError(errno.ENOENT, "a defect")) is None


def test_a_port_that_is_taken_is_told_before_any_work() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=f"PORT={port + 1}"):
            check_port(port)
    check_port(port)


def test_a_port_that_is_none_is_refused() -> None:
    for wrong in ("http", "0", "65536", "-1"):
        with pytest.raises(SetupError, match="Choose a number"):
            chosen_port(wrong)  # type: ignore[arg-type]


def test_each_use_of_redis_has_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JSI_REDIS_DB", raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://:secret@example.test:6379/4")
    urls = redis_urls(default_places())
    assert [urls.broker[-2:], urls.cache[-2:], urls.results[-2:]] == ["/4", "/5", "/6"]
    assert celery_url(urls.broker) == urls.broker
    monkeypatch.delenv("REDIS_URL")
    embedded = redis_urls(Places(Path("/a b/var")))
    assert celery_url(embedded.cache).startswith("redis+socket:///tmp/jsi-")
    assert celery_url(embedded.cache).endswith("/valkey.sock?virtual_host=1")
