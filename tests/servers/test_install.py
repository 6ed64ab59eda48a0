"""What a newcomer's machine is asked for: locked packages, named without the address of any registry."""

from __future__ import annotations

import json
import re
import subprocess

from jilin_si.frontend import FILES
from jilin_si.servers.places import BASE


def test_the_locks_name_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-load.txt", "requirements-uv.txt"):
        text = (BASE / name).read_text()
        assert "://" not in text
        pinned = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line, re.IGNORECASE)]
        assert pinned
        assert all("==" in line for line in pinned)
        assert text.count("--hash=sha256:") >= len(pinned)
    packages = json.loads((BASE / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_every_front_end_file_that_pages_may_ask_for_is_there() -> None:
    assert [name for name in FILES if not (BASE / "node_modules" / name).is_file()] == []


def test_a_second_install_has_nothing_to_do() -> None:
    done = subprocess.run(
        ["make", "--question", ".venv/.packages", "node_modules/.packages"],
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_prints_its_targets() -> None:
    done = subprocess.run(["make"], cwd=BASE, capture_output=True, text=True, check=True)
    for target in ("install", "demo", "test", "test-long", "check", "lock", "shell", "verify", "benchmark"):
        assert re.search(rf"^  make {target} +\S", done.stdout, re.MULTILINE), target


def test_the_tree_stays_clean() -> None:
    """What is made while it runs is ignored by git."""
    made = [".venv/x", "node_modules/x", "var/x", "jilin_si/web/locale/zh_Hans/LC_MESSAGES/django.mo"]
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "check-ignore", "--no-index", *made],
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == made
