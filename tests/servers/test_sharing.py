"""The embedded servers: whoever comes first starts them, whoever goes last stops them, whatever is killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from jilin_si.servers import postgres, valkey
from jilin_si.servers.errors import SetupError
from jilin_si.servers.places import BASE, Places
from jilin_si.servers.sharing import reset, servers

USER = """
import sys
from pathlib import Path
from jilin_si.servers.places import Places
from jilin_si.servers.sharing import servers
with servers(Places(Path(sys.argv[1])), say=lambda line: print(line, flush=True)):
    print("in", flush=True)
    sys.stdin.read()
"""


class User:
    """A command that uses the servers until it is told to end."""

    def __init__(self, places: Places) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(places.var)],
            cwd=BASE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_in(self) -> list[str]:
        """Returns what it said on its way in."""
        said: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == "in":
                return said
            said.append(line.strip())
        raise AssertionError(f"it never came in: {said}")

    def leave(self) -> None:
        self.process.communicate("")
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def places(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """A data folder of its own, at a path that many a script breaks on."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    (open_folder / "data 数据 'x'").mkdir()
    mine = Places(open_folder / "data 数据 'x'" / "var")
    yield mine
    for pid in everything_of(mine):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def everything_of(places: Places) -> list[int]:
    return postgres.processes(places) + valkey.processes(places)


def query(places: Places, statement: str) -> object:
    connection = postgres.connect(places, "jilin_si", "jsi_owner")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    connection.close()
    return row[0] if row else None


def test_the_first_in_starts_them_and_the_last_out_stops_them(places: Places) -> None:
    first = User(places)
    assert any("PostgreSQL" in line for line in first.wait_until_in())
    second = User(places)
    assert second.wait_until_in() == []
    first.leave()
    assert query(places, "select 1") == 1
    assert valkey.answers(places)
    second.leave()
    assert everything_of(places) == []
    assert not places.sockets.exists()


def test_two_commands_at_the_same_moment_start_one_of_each(places: Places) -> None:
    users = [User(places) for _ in range(3)]
    starters = sum(bool(user.wait_until_in()) for user in users)
    assert starters >= 1
    assert len(valkey.processes(places)) == 1
    pid = int((places.postgres / "postmaster.pid").read_text().split()[0])
    assert pid in postgres.processes(places)
    for user in users:
        user.leave()
    assert everything_of(places) == []


def test_two_checkouts_never_meet(places: Places, open_folder: Path) -> None:
    other = Places(open_folder / "other" / "var")
    with servers(places), servers(other):
        query(places, "create table mine (x int)")
        assert query(places, "select to_regclass('mine') is not null")
        assert not query(other, "select to_regclass('mine') is not null")
        valkey.ask(places, "SET whose mine")
        assert valkey.ask(other, "EXISTS whose") == ":0"
    assert everything_of(places) + everything_of(other) == []


def test_a_killed_user_does_not_keep_them_running(places: Places) -> None:
    killed = User(places)
    killed.wait_until_in()
    killed.kill()
    assert valkey.answers(places)  # nobody was left to stop them
    next_one = User(places)
    assert next_one.wait_until_in() == []
    next_one.leave()
    assert everything_of(places) == []


def test_after_a_killed_postgresql_the_next_command_finds_what_was_committed(places: Places) -> None:
    with servers(places):
        query(places, "create table kept as select 7 as x")
        busy = postgres.connect(places, "jilin_si", "jsi_owner")
        os.kill(int((places.postgres / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        busy.close()
    with servers(places):
        assert query(places, "select x from kept") == 7


def test_postgresql_killed_under_a_living_user_is_started_by_the_next_command(places: Places) -> None:
    user = User(places)
    user.wait_until_in()
    os.kill(int((places.postgres / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    second = User(places)
    assert any("PostgreSQL" in line for line in second.wait_until_in())
    assert query(places, "select 1") == 1
    second.leave()
    assert query(places, "select 1") == 1
    user.leave()
    assert everything_of(places) == []


def test_a_killed_valkey_comes_back_with_its_queues(places: Places) -> None:
    with servers(places):
        assert valkey.ask(places, "RPUSH posting unit") == ":1"
        time.sleep(1.2)  # written to disk each second
        os.kill(valkey.processes(places)[0], signal.SIGKILL)
    with servers(places):
        assert valkey.ask(places, "LLEN posting") == ":1"


def test_a_number_that_belongs_to_another_program_now_does_not_block_the_start(places: Places) -> None:
    with servers(places):
        pass
    (places.postgres / "postmaster.pid").write_text(f"{os.getpid()}\n{places.postgres}\n1\n5432\n")
    with servers(places):
        assert query(places, "select 1") == 1


def test_an_initialisation_that_was_cut_short_begins_anew(places: Places) -> None:
    places.var.mkdir()
    (places.var / "postgres.new").mkdir()
    (places.var / "postgres.new" / "PG_VERSION").write_text("18")
    with servers(places):
        assert query(places, "select 1") == 1


def test_somebody_elses_socket_folder_is_refused(places: Places) -> None:
    places.var.mkdir()
    places.sockets.mkdir(mode=0o777)
    places.sockets.chmod(0o777)
    try:
        with pytest.raises(SetupError, match="Remove it"), servers(places):
            pass
    finally:
        places.sockets.rmdir()


def test_postgresql_runs_as_the_caller_but_never_as_root(places: Places) -> None:
    with servers(places):
        owners = set()
        for pid in everything_of(places):
            with suppress(FileNotFoundError):  # one of PostgreSQL's workers that ended meanwhile
                owners.add(Path(f"/proc/{pid}").stat().st_uid)
    assert len(owners) == 1
    assert 0 not in owners
    if os.geteuid():
        assert owners == {os.geteuid()}


def test_nobody_else_may_read_the_data_or_the_sockets(places: Places) -> None:
    with servers(places):
        for folder in (places.postgres, places.valkey, places.sockets):
            assert folder.stat().st_mode & 0o077 == 0
        assert query(places, "show listen_addresses") == ""


def test_starting_anew_is_refused_while_they_are_in_use(places: Places) -> None:
    user = User(places)
    user.wait_until_in()
    query(places, "create table old (x int)")
    with pytest.raises(SetupError, match="in use"):
        reset(places)
    user.leave()
    reset(places)
    with servers(places):
        assert not query(places, "select to_regclass('old') is not null")


def test_a_second_start_takes_little_time(places: Places) -> None:
    with servers(places):
        pass
    begun = time.monotonic()
    with servers(places):
        pass
    assert time.monotonic() - begun < 10  # half a second on a quiet machine
