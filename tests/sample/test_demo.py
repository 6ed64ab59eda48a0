"""``make demo`` in a place of its own: killed, gone on with, served, ended by Ctrl-C, started again with its data."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from jilin_si.servers import postgres, valkey
from jilin_si.servers.places import BASE, Places
from tests.servers.test_serving import free_port

PATIENCE = 240.0
SMALL = {"SCALE": "2000", "MONTHS": "1", "RESET": ""}
DEMO = (sys.executable, "manage.py", "demo", "--scale", "2000", "--months", "1")
END_SECONDS = 40

Start = Callable[..., "Started"]


class Started:
    """A command in a group of its own, as a terminal starts it, with what it has said."""

    def __init__(self, var: Path, log: Path, *command: str, **settings: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JSI_", "DJANGO_", "DB_", "MAKE"))}
        for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "RESET"):
            kept.pop(name, None)
        self.log = log
        self.begun = time.monotonic()
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=BASE,
                env=kept | {"JSI_VAR": str(var)} | settings,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, words: str) -> float:
        """Wait until it says this; returns the seconds since it was started."""
        while not re.search(words, self.said):
            if self.process.poll() is not None and not re.search(words, self.said):
                raise AssertionError(f"ended with {self.process.returncode}:\n{self.said}")
            if time.monotonic() - self.begun > PATIENCE:
                raise AssertionError(f"never said {words}:\n{self.said}")
            time.sleep(0.05)
        return time.monotonic() - self.begun

    def ended(self) -> int:
        return self.process.wait(PATIENCE)

    def killed(self) -> None:
        """The command is gone without a word, and what started it; the servers and workers have groups of their own."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(END_SECONDS)

    def interrupted(self) -> None:
        """Ctrl-C, which reaches the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(END_SECONDS)


@pytest.fixture
def places(open_folder: Path) -> Places:
    return Places(open_folder / "a place with spaces")


@pytest.fixture
def start(places: Places, tmp_path: Path) -> Iterator[Start]:
    """Starts ``make demo`` of a small sample, or a command of ``manage.py``."""
    started: list[Started] = []

    def begin(*command: str, **settings: str) -> Started:
        log = tmp_path / f"log-{len(started)}"
        begun = Started(
            places.var, log, *(command or ("make", "demo")), **(settings if command else SMALL | settings)
        )
        started.append(begun)
        return begun

    yield begin
    for each in started:
        with suppress(ProcessLookupError):
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.wait()
    # the last command out stops the servers
    Started(places.var, tmp_path / "log-last", sys.executable, "manage.py", "shell", "-c", "").ended()


def _page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        return str(answer.read().decode())


def _left(places: Places) -> list[int]:
    """What still runs in this place."""
    return postgres.processes(places) + valkey.processes(places) + _with(str(places.var))


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


def _wait_until_gone(places: Places) -> None:
    """What was killed with its group takes a moment to be gone."""
    until = time.monotonic() + 10
    while _left(places) and time.monotonic() < until:
        time.sleep(0.1)
    assert _left(places) == []
    assert not places.sockets.exists()


def test_the_demo_is_killed_goes_on_is_served_and_keeps_its_data(
    start: Start, places: Places, tmp_path: Path
) -> None:
    # a newcomer's first start, killed while it loads: nothing of it is there, the next start loads anew
    port = free_port()
    loading = start(PORT=str(port))
    loading.wait_for(r"employers with")
    loading.killed()

    # killed in the middle of a month: the next start goes on with it
    month = start(*DEMO, "--no-serve")
    month.wait_for(r"1996-01: ")
    assert "employers with" in month.said
    time.sleep(3)
    month.process.kill()
    month.ended()

    serving = start(PORT=str(port))
    serving.wait_for(r"Look first")
    assert "Going on with the first month that is not closed." in serving.said
    assert "employers with" not in serving.said
    assert f"http://127.0.0.1:{port}/" in serving.said
    assert "clerk.220181" in _page(port)  # the sign-in page offers the sample's people
    assert re.search(r"employer\.220181-0417 .*孙立新", serving.said)
    verify = start(sys.executable, "manage.py", "verify")
    assert verify.ended() == 0, verify.said
    taken = Started(tmp_path / "other", tmp_path / "log-other", "make", "demo", **SMALL, PORT=str(port))
    assert taken.process.wait(60) != 0
    assert f"Port {port} is taken" in taken.said

    # Ctrl-C ends all and leaves nothing behind; a second start keeps the data and is quick
    serving.interrupted()
    assert "Traceback" not in serving.said
    _wait_until_gone(places)
    with pytest.raises(OSError):
        _page(port)
    for ending in (signal.SIGINT, signal.SIGTERM):  # the command itself, without make around it
        again = start(*DEMO, PORT=str(port))
        took = again.wait_for(r"Look first")
        assert "1996-01: " not in again.said
        assert "<html" in _page(port)
        again.process.send_signal(ending)
        assert again.ended() == 0, again.said
    _wait_until_gone(places)
    assert took < 15 * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))

    # another scale is not mixed in
    other = start(sys.executable, "manage.py", "demo", "--no-serve", "--scale", "500")
    assert other.ended() == 1
    assert "RESET=1 starts anew with 1:500" in other.said
    assert "Traceback" not in other.said


@pytest.mark.parametrize("option", [{"scale": 0}, {"scale": 10_001}, {"months": 0}, {"months": 13}])
def test_a_wrong_option_is_told(option: dict[str, int]) -> None:
    with pytest.raises(CommandError, match=f"--{next(iter(option))} takes a whole number"):
        call_command("demo", no_serve=True, **option)
