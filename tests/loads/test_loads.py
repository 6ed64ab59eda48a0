"""The loads of the long ring: how long pages take while many work, and whether all that was handed in is there once."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jilin_si.servers.places import BASE
from tests.servers.test_serving import free_port

SCALE = os.environ.get("JSI_LOAD_SCALE", "1")
SECONDS = int(os.environ.get("JSI_LOAD_SECONDS", "120"))
PACKAGES = BASE / ".venv" / "load"
READY_SECONDS = 3600  # the province of 1:1 is loaded in 7 minutes on a quiet machine
ROLES = ("clerk", "finance", "head")
# What is asked of the province before and after: where people sit, and what stands of what they were told.
FACTS = """
import json, sys
from django.db import connection
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from pathlib import Path

told = json.loads(Path({told!r}).read_text()) if {told!r} else []
keys = {{kind: [key for each, key, value in told if each == kind] for kind in ("enrolled", "received")}}
with acting_as(everything()), connection.cursor() as cursor:
    cursor.execute(
        "select w.identity_number, count(*) from enrollment_worker w"
        " join enrollment_employment e on e.worker_id = w.id where w.identity_number = any(%s) group by 1",
        [keys["enrolled"]],
    )
    enrolled = dict(cursor.fetchall())
    cursor.execute(
        "select serial, count(*), min(amount_fen) from collection_bankline where serial = any(%s) group by 1",
        [keys["received"]],
    )
    received = {{serial: [count, int(fen)] for serial, count, fen in cursor.fetchall()}}
    units = [agency.id for agency in Agency.objects.units()]
print("FACTS" + json.dumps({{"day": today().isoformat(), "units": units, "enrolled": enrolled, "received": received }}))
"""


@dataclass(frozen=True)
class Came:
    """What the people of one load got: milliseconds by the name of the request, what failed, what they were told."""

    answers: dict[str, list[float]]
    failed: list[str]
    told: list[list[str]]

    def share(self, kind: str, part: float = 0.95) -> float:
        """The milliseconds within which this part of the requests of a kind was answered."""
        times = sorted(ms for name, all_ms in self.answers.items() if name.startswith(kind) for ms in all_ms)
        assert times, f"nobody has done {kind}"
        return times[min(len(times) - 1, int(part * len(times)))]

    def count(self, kind: str) -> int:
        return sum(len(all_ms) for name, all_ms in self.answers.items() if name.startswith(kind))


class Province:
    """A province that is served on this machine, as ``make demo`` serves it."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port, self.told = var, port, ""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JSI_", "DJANGO_", "DB_"))
        }
        for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "RESET"):
            kept.pop(name, None)
        self.environment = kept | {"JSI_VAR": str(var), "PORT": str(port), "DEMO": "1", "LOG_LEVEL": "ERROR"}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def facts(self, told: Path | None = None) -> dict[str, Any]:
        """Who sits where, and what stands in the books of what people were told."""
        done = self.command("shell", "-v0", "-c", FACTS.format(told=str(told or "")))
        said = next((line for line in done.stdout.splitlines() if line.startswith("FACTS")), None)
        assert said, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(said.removeprefix("FACTS"))
        return found


@pytest.fixture(scope="module", name="province")
def province_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    if not PACKAGES.is_dir():
        pytest.fail("the packages of the loads are not there: make test-long installs them")
    given = os.environ.get("JSI_LOAD_VAR")
    province = Province(Path(given) if given else tmp_path_factory.mktemp("a province"), free_port())
    log = tmp_path_factory.mktemp("log") / "demo"
    with log.open("wb") as out:
        served = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--scale", SCALE],
            cwd=BASE,
            env=province.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        begun = time.monotonic()
        while "Ctrl-C ends it" not in log.read_text(errors="replace"):
            assert served.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() - begun < READY_SECONDS, log.read_text(errors="replace")
            time.sleep(1)
        yield province
    finally:
        os.killpg(served.pid, signal.SIGINT)
        served.wait(120)


Come = Callable[..., Came]


@pytest.fixture(name="come")
def come_fixture(province: Province, tmp_path: Path, request: pytest.FixtureRequest) -> Come:
    facts = province.facts()

    def come(*kinds: str, people: int, seconds: int = SECONDS, a_second: int = 5) -> Came:
        """Let so many people of these kinds come, and wait until they have gone."""
        out = tmp_path / f"{'-'.join(kinds)}-{people}.json"
        given = {
            "SEATS": json.dumps({role: [f"{role}.{unit}" for unit in facts["units"]] for role in ROLES}),
            "DAY": facts["day"],
            "RUN": f"L{int(time.time())}",
            "OUT": str(out),
        }
        given = {f"JSI_LOAD_{name}": value for name, value in given.items()}
        done = subprocess.run(
            [sys.executable, "-m", "locust", "-f", "tests/loads/people.py", "--headless", "--only-summary", *kinds,
             "--host", f"http://127.0.0.1:{province.port}", "-u", str(people), "-r", str(a_second),
             "-t", f"{seconds + people // a_second}s", "--stop-timeout", "30"],
            cwd=BASE,
            env=province.environment | given | {"PYTHONPATH": str(PACKAGES)},
            capture_output=True,
            text=True,
        )  # fmt: skip
        assert out.exists(), done.stdout + done.stderr
        kept = json.loads(out.read_text(encoding="utf-8"))
        answers: dict[str, list[float]] = {}
        for name, milliseconds, _failure in kept["answers"]:
            answers.setdefault(name, []).append(milliseconds)
        failed = [f"{name}: {failure}" for name, _milliseconds, failure in kept["answers"] if failure]
        (tmp_path / "told.json").write_text(json.dumps(kept["told"]), encoding="utf-8")
        came = Came(answers, failed, kept["told"])
        _say(request.node.name, people, came)
        return came

    return come


def _say(load: str, people: int, came: Came) -> None:
    print(f"\n{load}, {people} people, province 1:{SCALE}")
    for name in sorted(came.answers):
        times = sorted(came.answers[name])
        print(
            f"  {name:28} {len(times):6} requests, median {statistics.median(times):6.0f} ms,"
            f" p95 {times[min(len(times) - 1, int(0.95 * len(times)))]:6.0f} ms"
        )
    for failure in came.failed[:10]:
        print("  failed:", failure)


def _all_is_there(province: Province, came: Came, told: Path) -> None:
    """Each thing that somebody was told is stored stands there once, as it was handed in."""
    facts = province.facts(told)
    assert {key: 1 for kind, key, _who in came.told if kind == "enrolled"} == facts["enrolled"]
    assert {key: [1, int(fen)] for kind, key, fen in came.told if kind == "received"} == facts["received"]
    verified = province.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.long
def test_l1_a_hundred_clerks_at_work(province: Province, come: Come, tmp_path: Path) -> None:
    come(
        "Clerk", "Finance", people=20, seconds=30
    )  # every web process has read its templates, the database its pages
    alone = come("Clerk", "Finance", people=1, seconds=min(SECONDS, 60))
    came = come("Clerk", "Finance", people=100)
    print(
        f"  read: p95 {came.share('read'):.0f} ms, {came.share('read') / alone.share('read'):.1f} times that of one;"
        f" write: p95 {came.share('write'):.0f} ms, {came.share('write') / alone.share('write'):.1f} times"
    )
    assert came.failed == []
    assert came.count("write enrolment") > 0
    assert came.count("write receipt") > 0
    _all_is_there(province, came, tmp_path / "told.json")
    # two cores that also hold the database and the hundred are full with it: twice what it took there
    assert came.share("read") < 6000
    assert came.share("write") < 6000


@pytest.mark.long
def test_l5_fifty_people_type_ahead(province: Province, come: Come) -> None:
    came = come("Asker", people=50)
    assert came.failed == []
    assert came.share("read search", 0.5) < 100
    assert came.share("read search") < 300


@pytest.mark.long
def test_l6_every_head_opens_the_desk_at_eight(province: Province, come: Come) -> None:
    came = come("Head", people=52, seconds=60, a_second=10)
    assert came.failed == []
    assert came.count("read dashboard") == 52
    assert came.share("read") < 5000
