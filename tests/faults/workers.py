"""Celery workers as processes of their own, on the test's database and its numbers in Redis; killed by number only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """A worker with pool children, started in a session of its own."""

    def __init__(self, log: Path, name: str = "one", processes: int = 2) -> None:
        self.log = log / f"worker-{name}.log"
        command = [sys.executable, "-m", "celery", "-A", "jilin_si", "worker", "--pool=prefork", "-O", "fair"]
        command += [
            f"--concurrency={processes}",
            "--loglevel=INFO",
            f"--hostname={name}@%h",
            "--without-gossip",
        ]
        command += ["--without-mingle", "--queues=posting,reports"]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "LOG_LEVEL": "INFO"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def children(self) -> list[int]:
        """The numbers of the pool's processes."""
        pid = self.process.pid
        try:
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except FileNotFoundError:
            return []

    def kill_child(self, place: int) -> int | None:
        """Kill -9 one of the pool; returns its number."""
        children = self.children()
        if not children:
            return None
        child = children[place % len(children)]
        os.kill(child, signal.SIGKILL)
        return child

    def kill(self) -> None:
        """Kill -9 the worker with all of its pool: the host is gone."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """End it as an operator does, and at once where it does not listen."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def worker(log: Path, name: str = "one", processes: int = 2) -> Iterator[Worker]:
    """A worker that is ready for tasks, and gone afterwards."""
    started = Worker(log, name, processes)
    try:
        yield started
    except AssertionError as error:
        error.add_note(f"the worker's log ends with:\n{started.text()[-3000:]}")
        raise
    finally:
        started.stop()


def wait_until(condition: Callable[[], bool], seconds: float, what: str, each: float = 0.05) -> float:
    """Wait for something; returns how long it took. Fails with what was waited for."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(each)
    return time.monotonic() - begin


def forget_everything() -> None:
    """Redis loses all data of this test."""
    import redis

    for url in (settings.REDIS.broker, settings.REDIS.cache, settings.REDIS.results):
        redis.Redis.from_url(url).flushdb()
