"""Who uses the embedded servers: the first in starts them, the last out stops them.

A user holds a shared lock on a file. The kernel lets go of it however the user ends, so that nothing need be counted
and a killed user never keeps the servers running once another command has come and gone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jilin_si.servers import postgres, valkey
from jilin_si.servers.account import Account, make_socket_folder, server_account
from jilin_si.servers.connections import uses_embedded_database, uses_embedded_redis
from jilin_si.servers.errors import SetupError, explained
from jilin_si.servers.places import Places, default_places, owner_uid
from jilin_si.servers.secret import make_folder

Say = Callable[[str], None]
_held: dict[Path, int] = {}  # how often this process is in, by data folder


@contextmanager
def servers(
    places: Places | None = None,
    say: Say = lambda line: None,
    when_started: Callable[[], None] = lambda: None,
) -> Iterator[Places]:
    """Keep the embedded servers running meanwhile.

    ``when_started`` runs once the one who starts PostgreSQL has it, before any other command may come in:
    that is where the database is brought up to date.
    """
    places = places or default_places()
    if not (uses_embedded_database() or uses_embedded_redis()):
        yield places
        return
    if _held.get(places.var):
        _held[places.var] += 1
        try:
            yield places
        finally:
            _held[places.var] -= 1
        return
    in_use = _enter(places, say, when_started)
    _held[places.var] = 1
    entered_by = os.getpid()
    try:
        yield places
    finally:
        if os.getpid() == entered_by:  # a forked child is not the user
            _held[places.var] = 0
            with _undisturbed():
                _leave(places, in_use, say)


def reset(places: Places | None = None, say: Say = lambda line: None) -> None:
    """Throw the embedded servers' data away. Refused while anybody uses them."""
    places = places or default_places()
    if not places.state.is_dir():
        return
    with _alone(places, say):
        if _somebody_is_in(places):
            raise SetupError(
                "The embedded servers are in use. End the other commands of this checkout first."
            )
        _stop(places)
        say("Removing the old data …")
        for folder in (places.postgres, places.valkey):
            shutil.rmtree(folder, ignore_errors=True)


def _enter(places: Places, say: Say, when_started: Callable[[], None]) -> int:
    with _explaining(places):
        make_folder(places.state, owner_uid(places.var))
        account = server_account(places)
        in_use = _open(places.state / "in-use", places)
    with _alone(places, say):
        make_socket_folder(account, places.sockets)  # whoever was last out has removed it
        fcntl.flock(in_use, fcntl.LOCK_SH)
        try:
            with _explaining(places):
                started = _start(places, account, say)
            if started:
                when_started()
        except BaseException:
            with _undisturbed():
                os.close(in_use)
                if not _somebody_is_in(places):
                    _stop(places)
            raise
    return in_use


@contextmanager
def _explaining(places: Places) -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        raise explained(trouble, places) from trouble


def _leave(places: Places, in_use: int, say: Say) -> None:
    with _alone(places, say):
        os.close(in_use)
        if not _somebody_is_in(places):
            _stop(places)


def _start(places: Places, account: Account, say: Say) -> bool:
    if uses_embedded_redis():
        valkey.start(places, account, say)
    return uses_embedded_database() and postgres.start(places, account, say)


def _stop(places: Places) -> None:
    account = server_account(places)
    valkey.stop(places)
    postgres.stop(places, account)
    shutil.rmtree(places.sockets, ignore_errors=True)


def _somebody_is_in(places: Places) -> bool:
    mine = _open(places.state / "in-use", places)
    try:
        fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(mine)
    return False


def _open(file: Path, places: Places) -> int:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    owner = owner_uid(places.var)
    if os.geteuid() == 0 and os.fstat(descriptor).st_uid != owner:
        os.fchown(descriptor, owner, -1)
    return descriptor


@contextmanager
def _alone(places: Places, say: Say) -> Iterator[None]:
    """One command at a time starts or stops the servers."""
    lock = _open(places.state / "lock", places)
    told = False
    begun = time.monotonic()
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told and time.monotonic() - begun > 1:
                    say("Waiting for another command that starts or stops the servers …")
                    told = True
                time.sleep(0.05)
        yield
    finally:
        os.close(lock)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not leave half of it running."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
