"""The web: never as the owner, never the demo to another machine; three processes kept together and ended in order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jilin_si.servers.errors import SetupError
from jilin_si.servers.places import BASE, default_places
from jilin_si.servers.serving import guarded, is_loopback, refuse_open_demo, refuse_to_serve_as_owner
from tests.roles import as_owner

SERVE = """
import django, sys
django.setup()
from jilin_si.servers.commands import say
from jilin_si.servers.places import Places
from jilin_si.servers.processes import serve
sys.exit(serve(int(sys.argv[1]), ready=lambda address: print("ready", address, flush=True), say=say))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer_of(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gunicorn(**settings: str) -> subprocess.CompletedProcess[str]:
    arguments = [
        "-m",
        "gunicorn",
        "-c",
        "python:jilin_si.servers.gunicorn_config",
        "jilin_si.wsgi:application",
    ]
    bind = settings.pop("bind", f"127.0.0.1:{free_port()}")
    return subprocess.run(
        [sys.executable, *arguments, "--bind", bind],
        cwd=BASE,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_web_refuses_to_serve_as_the_owner() -> None:
    done = gunicorn(DB_ROLE="owner")
    assert done.returncode != 0
    assert "The web must not serve as the database's owner. Set DB_ROLE=app." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_is_not_served_to_other_machines() -> None:
    done = gunicorn(
        DB_ROLE="app", DEMO="1", bind=f"0.0.0.0:{free_port()}", DJANGO_SETTINGS_MODULE="jilin_si.settings"
    )
    assert done.returncode != 0
    assert "DEMO=1 serves on this machine only" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "unix:/tmp/x", ""]
)
def test_addresses_of_this_machine(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "10.0.0.1", "::", "example.test"])
def test_addresses_of_other_machines(address: str, settings: Any) -> None:
    settings.DEMO = True
    with pytest.raises(SetupError, match="Bind 127"):
        refuse_open_demo([address])


def test_a_demo_behind_a_proxy_answers_nobody(settings: Any) -> None:
    settings.DEMO = True
    given: list[str] = []
    application = guarded(lambda environ, start_response: [b"page"])

    def asked_by(**environ: str) -> bytes:
        return b"".join(application(environ, lambda status, headers: given.append(status)))

    assert asked_by(REMOTE_ADDR="127.0.0.1") == b"page"
    assert asked_by(REMOTE_ADDR="10.1.2.3") != b"page"
    assert asked_by(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.1.2.3") != b"page"
    assert given == ["403 Forbidden"] * 2


@pytest.mark.django_db(transaction=True)
def test_a_login_that_owns_tables_is_refused_by_the_database_itself(settings: Any) -> None:
    settings.DB_ROLE, settings.TESTING = "app", False
    refuse_to_serve_as_owner()
    with as_owner(), pytest.raises(SetupError, match="jsi_owner"):
        refuse_to_serve_as_owner()


@pytest.fixture
def served(transactional_db: None) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)],
        cwd=BASE,
        env=os.environ | {"DB_ROLE": "owner"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready")
    yield process, port
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_web_worker_and_clock_are_started_kept_and_ended_together(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = served
    assert answer_of(port) < 500
    children = children_of(process.pid)
    assert len(children) == 3
    for name in ("web", "worker", "beat"):
        assert (default_places().logs / f"{name}.log").exists()

    (web,) = _webs(process.pid)
    os.kill(web, signal.SIGKILL)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        time.sleep(0.3)
        try:
            # what the killed one has left may still answer
            if _webs(process.pid) not in ([], [web]) and answer_of(port) < 500:
                break
        except OSError:
            continue
    else:
        pytest.fail("the web was not started again")

    below = [pid for child in children_of(process.pid) for pid in (child, *children_of(child))]
    assert len(below) >= 3
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)  # and an impatient hand
    assert process.wait(40) == 0
    assert [pid for pid in below if alive(pid)] == []


def _webs(keeper: int) -> list[int]:
    """The web servers that the keeper has now."""
    found = []
    for pid in children_of(keeper):
        with suppress(OSError):
            if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def test_where_the_keeper_is_killed_the_others_end_by_themselves(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    process, _ = served
    children = children_of(process.pid)
    process.kill()
    process.wait()
    until = time.monotonic() + 30
    while any(alive(pid) for pid in children) and time.monotonic() < until:
        time.sleep(0.1)
    assert [pid for pid in children if alive(pid)] == []


@pytest.mark.django_db
def test_requests_wait_for_no_lost_connection() -> None:
    assert connection.settings_dict["CONN_HEALTH_CHECKS"]
