"""`make demo` as a newcomer meets it: it answers, Ctrl-C leaves nothing behind, and it is back at once with its data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from jilin_si.servers import postgres, valkey
from jilin_si.servers.places import BASE, Places

FIRST_SECONDS = 400
SECOND_SECONDS = 60  # under 15 on a quiet machine, and without a month that was left open
END_SECONDS = 40


class Demo:
    """One `make demo` in a group of its own, as a terminal starts it."""

    def __init__(self, places: Places, port: int, **settings: str) -> None:
        self.places, self.port = places, port
        self.log = places.var.with_suffix(".log")
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("JSI_", "DJANGO_", "DB_", "MAKE"))
        }
        given = {"JSI_VAR": str(places.var), "PORT": str(port), "SCALE": "10000", "MONTHS": "1", "RESET": ""}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["make", "demo"],
                cwd=BASE,
                env=kept | given | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for_its_page(self, seconds: int) -> tuple[float, str]:
        """How long it took, and the page."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
                    return time.monotonic() - begun, answer.read().decode()
            except OSError:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text()[-3000:])

    def interrupt(self) -> None:
        """Ctrl-C, which reaches the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(END_SECONDS)

    def left(self) -> list[int]:
        """What still runs of it."""
        return postgres.processes(self.places) + valkey.processes(self.places) + _with(str(self.places.var))

    def wait_until_gone(self) -> None:
        """What was killed with its group takes a moment to be gone."""
        until = time.monotonic() + 10
        while self.left() and time.monotonic() < until:
            time.sleep(0.1)
        assert self.left() == []

    def end(self) -> None:
        if self.process.poll() is None:
            self.interrupt()


def _with(var: str) -> list[int]:
    """The processes that have this data folder in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if f"JSI_VAR={var}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


@pytest.fixture
def places(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    (open_folder / "a folder").mkdir()
    return Places(open_folder / "a folder" / "var")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_answers_ends_on_ctrl_c_and_is_back_with_its_data(places: Places) -> None:
    port = _free_port()
    demo = Demo(places, port)
    try:
        _, page = demo.wait_for_its_page(FIRST_SECONDS)
        assert "<html" in page
        taken = Demo(Places(places.var.parent / "other"), port)
        assert taken.process.wait(60) != 0
        assert f"Port {port} is taken" in taken.log.read_text()
        demo.interrupt()
    finally:
        demo.end()
    said = demo.log.read_text()
    assert f"http://127.0.0.1:{port}/" in said
    assert "Traceback" not in said
    demo.wait_until_gone()
    assert not places.sockets.exists()

    again = Demo(places, port)
    try:
        seconds, _ = again.wait_for_its_page(FIRST_SECONDS)
        assert "1996-01:" not in again.log.read_text()
        assert seconds < SECOND_SECONDS
        again.interrupt()
    finally:
        again.end()
    again.wait_until_gone()
