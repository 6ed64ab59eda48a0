"""The settings under test: the real ones, in a database and in Redis databases of this run's own.

Several runs may go on at once in one checkout; each of their processes has its own numbers in Redis.
"""

import fcntl
import os

from jilin_si.servers.places import default_places

os.environ["JSI_TESTING"] = "1"

_process = os.environ.get("PYTEST_XDIST_WORKER", "alone")
if os.environ.get("JSI_TEST_PROCESS") != _process:  # a subprocess of a test keeps its parent's places
    os.environ["JSI_TEST_PROCESS"] = _process
    os.environ.pop("DEMO", None)
    os.environ["DB_ROLE"] = "owner"  # it makes the database; tests/conftest.py then takes jsi_app
    os.environ.setdefault("JSI_TEST_DATABASE", f"test_{os.getpid()}")
    _folder = default_places().state / "tests"
    _folder.mkdir(parents=True, exist_ok=True)
    for _number in range(1, 5 if os.environ.get("REDIS_URL") else 80):
        _slot = os.open(_folder / f"redis-{_number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        try:
            fcntl.flock(_slot, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held until this process ends
            os.environ["JSI_REDIS_DB"] = str(3 * _number)
            break
        except BlockingIOError:
            os.close(_slot)

from jilin_si.settings import *  # noqa: E402, F403

DESK_SECONDS = 0  # what a test has just stored is counted
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
