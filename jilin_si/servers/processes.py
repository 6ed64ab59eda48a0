"""The application's own processes, kept together: web, worker, beat. Ctrl-C ends them in order.

``manage.py demo`` calls ``serve``; the embedded servers are held by the command itself and stop after these.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from jilin_si.servers.errors import SetupError
from jilin_si.servers.places import BASE, Places, default_places
from jilin_si.servers.secret import make_folder

HOST = "127.0.0.1"
READY_SECONDS = 90
RESTARTS = 5  # within RESTART_SECONDS; more is a fault that a restart does not mend
RESTART_SECONDS = 60
LOG_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1


@dataclass
class Process:
    """One of the application's processes: what to run, with what in its environment, how long it may take to end."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    patience: float  # seconds between asking it to end and ending it
    running: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self, places: Places) -> None:
        with _log(places, self.name) as log:
            self.running = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=BASE,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the whole group: these are ended by us, in order
                preexec_fn=_end_with_parent,
            )

    def end(self) -> None:
        """Ask it to end, then end it and all that it started."""
        if self.running is None:
            return
        if self.running.poll() is None:
            self.running.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.running.wait(self.patience)
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()
        self.running = None


def web(port: int) -> Process:
    """gunicorn, three processes of two threads, as the application's role."""
    arguments = [
        "-m",
        "gunicorn",
        "-c",
        "python:jilin_si.servers.gunicorn_config",
        "jilin_si.wsgi:application",
    ]
    return Process("web", arguments, {"DB_ROLE": "app", "PORT": str(port)}, patience=8)


def worker(
    concurrency: int = 2, name: str = "worker", queues: tuple[str, ...] = ("posting", "reports")
) -> Process:
    """A Celery worker, as the owner: it runs set jobs. A task that does not end in time comes again."""
    arguments = ["-m", "celery", "-A", "jilin_si", "worker", "-c", str(concurrency), "-O", "fair"]
    arguments += ["-Q", ",".join(queues), "-n", f"{name}@%h", "--loglevel", "INFO", "--without-gossip"]
    return Process(name, arguments, {"DB_ROLE": "owner"}, patience=12)


def beat() -> Process:
    """Celery's clock, which starts what is due."""
    return Process(
        "beat",
        ["-m", "celery", "-A", "jilin_si", "beat", "--loglevel", "INFO"],
        {"DB_ROLE": "owner"},
        patience=5,
    )


def address(port: int) -> str:
    return f"http://{HOST}:{port}/"


def chosen_port(port: int | None = None) -> int:
    """The port given, or that of PORT, or 8000."""
    text = str(port if port is not None else os.environ.get("PORT") or 8000)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SetupError(f"PORT={text} is no port. Choose a number from 1024 to 65535.")
    return int(text)


def check_port(port: int) -> None:
    """Refuse a port that is taken, before any long work."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as refused:
            raise SetupError(
                f"Port {port} is not yours to use. Choose another: make demo PORT=8001."
            ) from refused
        except OSError as taken:
            raise SetupError(f"Port {port} is taken. Choose another: make demo PORT={port + 1}.") from taken


def serve(
    port: int | None = None,
    ready: Callable[[str], None] = lambda address: None,
    say: Callable[[str], None] = lambda line: None,
    places: Places | None = None,
) -> int:
    """Run web, worker and beat until Ctrl-C or SIGTERM; returns the exit status (0: ended as asked).

    ``ready`` is called with the address once pages are answered.
    """
    from jilin_si.servers.statics import collect

    places = places or default_places()
    port = chosen_port(port)
    check_port(port)
    collect(places, say)
    say("Starting the web server, a worker and the clock …")
    processes = [web(port), beat(), worker()]  # in the order in which they are ended
    with _Signals() as asked:
        try:
            processes[0].start(places)
            _wait_until_it_answers(processes[0], port, asked, places)
            if not asked.to_end:  # pages first: the others compete for the same cores
                for process in processes[1:]:
                    process.start(places)
                ready(address(port))
            while not asked.to_end:
                _keep(processes, places, say)
                asked.wait(0.5)
        finally:
            say("Ending web, clock and worker …")
            for process in processes:
                process.end()
    return 0


class _Signals:
    """Ctrl-C and SIGTERM ask for the end; asked again while ending, they change nothing."""

    def __init__(self) -> None:
        self.to_end = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> _Signals:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._asked)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler or signal.SIG_DFL)  # type: ignore[arg-type]

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.to_end = True

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.to_end and time.monotonic() < until:
            time.sleep(0.05)


def _keep(processes: list[Process], places: Places, say: Callable[[str], None]) -> None:
    """Start again what has died; give up where it dies again and again."""
    for process in processes:
        if process.running is None or process.running.poll() is None:
            continue
        now = time.monotonic()
        process.deaths = [death for death in process.deaths if now - death < RESTART_SECONDS] + [now]
        if len(process.deaths) > RESTARTS:
            raise SetupError(
                f"The {process.name} ends again and again. See {_log_file(places, process.name)}."
            )
        say(f"The {process.name} ended with status {process.running.returncode}; starting it again.")
        process.end()
        process.start(places)


def _wait_until_it_answers(web: Process, port: int, asked: _Signals, places: Places) -> None:
    until = time.monotonic() + READY_SECONDS
    while not asked.to_end:
        if web.running is not None and web.running.poll() is not None:
            raise SetupError(f"The web server does not start: {_last_line(places, web.name)}")
        try:
            urllib.request.urlopen(address(port), timeout=10).close()
            return
        except urllib.error.HTTPError as answered:
            if answered.code < 500:
                return
            raise SetupError(f"The first page fails. See {_log_file(places, web.name)}.") from None
        except OSError:
            if time.monotonic() > until:
                raise SetupError(
                    f"The web server does not answer. See {_log_file(places, web.name)}."
                ) from None
            asked.wait(0.1)


def _log_file(places: Places, name: str) -> Path:
    return places.logs / f"{name}.log"


def _log(places: Places, name: str) -> IO[bytes]:
    make_folder(places.logs, places.var.stat().st_uid)
    file = _log_file(places, name)
    if file.exists() and file.stat().st_size > LOG_BYTES:
        file.replace(file.with_suffix(".old.log"))
    return file.open("ab")


def _last_line(places: Places, name: str) -> str:
    lines = _log_file(places, name).read_text(errors="replace").strip().splitlines()
    return f"{lines[-1] if lines else 'no reason was given.'} See {_log_file(places, name)}."


def _end_with_parent() -> None:
    """Between fork and exec: where the supervisor is killed, its children are told to end."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
