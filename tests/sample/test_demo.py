"""``manage.py demo`` in a place of its own: killed, gone on with, served, ended by Ctrl-C, started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from jilin_si.servers.places import BASE

PATIENCE = 240.0
SMALL = ("--scale", "2000", "--months", "1")

Start = Callable[..., "Demo"]


class Demo:
    """A command in the background, with what it has said."""

    def __init__(self, var: Path, log: Path, *arguments: str, **settings: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JSI_", "DJANGO_", "DB_"))}
        for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "RESET"):
            kept.pop(name, None)
        self.log = log
        self.begun = time.monotonic()
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=BASE,
                env=kept | {"JSI_VAR": str(var)} | settings,
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Demo] = []
    var = tmp_path / "a place with spaces"

    def begin(*arguments: str, **settings: str) -> Demo:
        demo = Demo(var, tmp_path / f"log-{len(started)}", *arguments, **settings)
        started.append(demo)
        return demo

    yield begin
    for demo in started:
        with suppress(ProcessLookupError):
            os.killpg(demo.process.pid, signal.SIGKILL)
        demo.process.wait()
    Demo(var, tmp_path / "log-last", "shell", "-c", "").ended()  # the last command out stops the servers


def test_the_demo_is_killed_goes_on_is_served_and_keeps_its_data(start: Start) -> None:
    # killed while it loads: nothing of it is there, the next start loads anew
    loading = start("demo", "--no-serve", *SMALL)
    loading.wait_for(r"employers with")
    loading.process.kill()
    loading.ended()

    # killed in the middle of a month: the next start goes on with it
    month = start("demo", "--no-serve", *SMALL)
    month.wait_for(r"1996-01: ")
    assert "employers with" in month.said
    time.sleep(3)
    month.process.kill()
    month.ended()

    port = free_port()
    serving = start("demo", *SMALL, PORT=str(port))
    serving.wait_for(r"Look first")
    assert "Going on with the first month that is not closed." in serving.said
    assert "employers with" not in serving.said
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
        assert "clerk.220181" in page.read().decode()  # the sign-in page offers the sample's people
    assert re.search(r"employer\.220181-0417 .*孙立新", serving.said)
    verify = start("verify")
    assert verify.ended() == 0, verify.said

    # Ctrl-C ends all; a second start keeps the data and is quick
    serving.process.send_signal(signal.SIGINT)
    assert serving.ended() == 0, serving.said
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
    again = start("demo", *SMALL, PORT=str(port))
    took = again.wait_for(r"Look first")
    assert "1996-01: " not in again.said
    again.process.send_signal(signal.SIGTERM)
    assert again.ended() == 0, again.said
    assert took < 15 * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))

    # another scale is not mixed in
    other = start("demo", "--no-serve", "--scale", "500")
    assert other.ended() == 1
    assert "RESET=1 starts anew with 1:500" in other.said
    assert "Traceback" not in other.said


@pytest.mark.parametrize("option", [{"scale": 0}, {"scale": 10_001}, {"months": 0}, {"months": 13}])
def test_a_wrong_option_is_told(option: dict[str, int]) -> None:
    with pytest.raises(CommandError, match=f"--{next(iter(option))} takes a whole number"):
        call_command("demo", no_serve=True, **option)
