"""The web as a process of its own, on the test's database; its workers are killed by number only."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings
from django.test import Client

from tests.faults.workers import ROOT, wait_until
from tests.servers.test_serving import children_of, free_port

TOKEN = "t" * 32


class Web:
    """gunicorn with one worker: the one that answers is the one to kill."""

    def __init__(self, log: Path) -> None:
        self.port, self.log = free_port(), log / "web.log"
        command = [sys.executable, "-m", "gunicorn", "-c", "python:jilin_si.servers.gunicorn_config"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "jilin_si.wsgi:application"]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DB_ROLE": "app"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def worker(self) -> int:
        """The number of the process that answers."""
        wait_until(lambda: bool(children_of(self.process.pid)), 30, "a worker of the web")
        return children_of(self.process.pid)[0]

    def kill_worker(self) -> None:
        os.kill(self.worker(), signal.SIGKILL)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as asked:
                asked.sendall(b"GET /sign-in/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                asked.settimeout(10)
                return asked.recv(12).startswith(b"HTTP/1.")
        except OSError:
            return False

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def web(log: Path) -> Iterator[Web]:
    """A web that answers, and is gone afterwards."""
    started = Web(log)
    try:
        wait_until(started.answers, 60, "the web answers")
        yield started
    except AssertionError as error:
        error.add_note(f"the web's log ends with:\n{started.log.read_text(errors='replace')[-3000:]}")
        raise
    finally:
        started.stop()


class Sent:
    """A form on its way: sent as far as is wanted, and then awaited or not."""

    def __init__(
        self, at: Web, client: Client, path: str, fields: Mapping[str, str], file: bytes | None = None
    ) -> None:
        edge = uuid.uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in {"csrfmiddlewaretoken": TOKEN, **fields}.items()
        ]
        if file is not None:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
            parts.append(head.encode() + file + b"\r\n")
        self.body = b"".join(parts) + f"--{edge}--\r\n".encode()
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        self.connection = http.client.HTTPConnection("127.0.0.1", at.port, timeout=60)
        self.connection.putrequest("POST", path)
        self.connection.putheader("Cookie", cookie)
        self.connection.putheader("Content-Type", f"multipart/form-data; boundary={edge}")
        self.connection.putheader("Content-Length", str(len(self.body)))
        self.connection.endheaders()

    def send(self, share: float = 1.0) -> Self:
        """Send the first part of the body."""
        with suppress(OSError):  # who listened may be gone
            self.connection.send(self.body[: int(len(self.body) * share)])
        return self

    def answer(self) -> tuple[int, str]:
        """Status, and where it leads."""
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
