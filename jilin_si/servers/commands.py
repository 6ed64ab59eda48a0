"""``manage.py``: starts the servers that a command needs, and says in one line what is wrong with the settings."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import warnings
from contextlib import nullcontext
from typing import NoReturn

from jilin_si.servers.connections import uses_embedded_database
from jilin_si.servers.errors import DISK_FULL, SetupError, disk_full
from jilin_si.servers.places import default_places
from jilin_si.servers.sharing import reset, servers

# Django's own commands that need no database. One of ours says so itself: ``needs_servers = False``.
WITHOUT_SERVERS = {
    *("help", "version", "check", "compilemessages", "makemessages", "makemigrations", "collectstatic"),
    *("findstatic", "diffsettings", "startapp", "startproject", "spectacular", "pgtrigger"),
}
# Who looks at the state of the migrations, or changes it, finds it as it is.
WITHOUT_MIGRATING = {
    "migrate",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "optimizemigration",
    "dbshell",
}
SERVING = {"runserver"}
LOST = re.compile(
    "could not connect|connection to server|server closed|terminating connection|connection already closed"
)
ALMOST_FULL = 20 * 2**20  # bytes; a segment of PostgreSQL's log takes 16 MB


def say(line: str) -> None:
    """A progress line. Not on standard output, which belongs to the command."""
    print(line, file=sys.stderr, flush=True)


def run(argv: list[str]) -> int:
    """Run a command of ``manage.py``; returns its exit status."""
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    except Exception as problem:
        line = _in_one_line(problem)
        if line is None:
            raise
        print(line, file=sys.stderr)
        return 2


def _run(argv: list[str]) -> int:
    signal.signal(signal.SIGTERM, _end)
    name = next((word for word in argv[1:] if not word.startswith("-")), "help")
    if name in SERVING:
        os.environ["DB_ROLE"] = "app"
    if name == "demo":
        os.environ.setdefault("DEMO", "1")
        if os.environ.get("RESET", "") not in {"", "0"} and not {"-h", "--help"} & set(argv):
            _start_anew()

    # makemigrations would like to look at the database, and does as well without
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    import django
    from django.core.management import ManagementUtility

    django.setup()
    utility = ManagementUtility(argv)
    with _what_it_needs(utility, name, argv):
        try:
            utility.execute()
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
                return 1
            return end.code or 0
    return 0


def _what_it_needs(utility, name: str, argv: list[str]):  # type: ignore[no-untyped-def]
    if name in WITHOUT_SERVERS or {"-h", "--help", "--version"} & set(argv[1:]):
        return nullcontext()
    command = utility.fetch_command(name)
    if not getattr(command, "needs_servers", True):
        return nullcontext()

    from jilin_si.servers import upkeep
    from jilin_si.servers.postgres import program

    os.environ["PATH"] = (
        f"{program('psql').parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"  # for dbshell
    )
    upkeep.check_given_urls()
    if name == "demo" and not uses_embedded_database():
        upkeep.bring_up_to_date()  # else nobody's database but ours is migrated unasked
    return servers(
        say=say, when_started=(lambda: None) if name in WITHOUT_MIGRATING else upkeep.bring_up_to_date
    )


def _start_anew() -> None:
    if os.environ.get("DATABASE_URL"):
        raise SetupError(
            "RESET=1 empties the embedded database only. Make the one of DATABASE_URL anew yourself."
        )
    reset(default_places(), say)


def _end(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _in_one_line(problem: BaseException) -> str | None:
    """What to do, where the machine or the settings are at fault; None where the program is."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError
    from psycopg2 import errors
    from redis.exceptions import ConnectionError as NoRedis

    if isinstance(problem, SetupError):
        return str(problem)
    seen: BaseException | None = problem
    while seen is not None:
        if isinstance(seen, errors.DiskFull) or (isinstance(seen, OSError) and seen.errno in DISK_FULL):
            return disk_full(default_places())
        if isinstance(seen, NoRedis):
            return "Redis does not answer any more. Look at REDIS_URL, or run the command again."
        if isinstance(seen, errors.OutOfMemory):
            return "The database is out of memory. Give it more, or run with fewer processes."
        seen = seen.__cause__
    if isinstance(problem, OperationalError) and LOST.search(str(problem)):
        return _lost(str(problem).strip().splitlines()[0])
    if isinstance(problem, ImproperlyConfigured):
        return f"The settings are not right: {problem} See docs/operations.md."
    return None


def _lost(reason: str) -> str:
    """The database went away in the middle of a command. A full disk ends it too, without saying so to its clients."""
    places = default_places()
    if not uses_embedded_database():
        return f"The database does not answer any more ({reason}). Look at DATABASE_URL, or run the command again."
    if shutil.disk_usage(places.var).free < ALMOST_FULL:
        return disk_full(places)
    return f"PostgreSQL went away ({reason}). Run the command again; see {places.postgres / 'server.log'}."
