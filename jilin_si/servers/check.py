"""``make check``: all that is proven without running a test, each step a line, the failures in full."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from jilin_si.servers.places import BASE

PYTHON = sys.executable
FLOORS = "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint())"
STEPS: tuple[tuple[str, list[str]], ...] = (
    ("mypy: types", ["-m", "mypy", "."]),
    ("ruff: rules", ["-m", "ruff", "check", "--quiet", "."]),
    ("ruff: format", ["-m", "ruff", "format", "--check", "--quiet", "."]),
    ("floors: who may import whom", ["-c", FLOORS, "--cache-dir", "var/imports"]),
    ("djlint: templates", ["-m", "djlint", "--lint", "--quiet", "templates"]),
    ("Django's own checks", ["manage.py", "check", "--fail-level", "WARNING"]),
    ("migrations in step with the models", ["manage.py", "makemigrations", "--check", "--dry-run"]),
    ("translations complete", ["manage.py", "catalogues", "--check"]),
)


def _run(step: tuple[str, list[str]]) -> tuple[subprocess.CompletedProcess[str], float]:
    begun = time.monotonic()
    done = subprocess.run(
        [PYTHON, *step[1]], cwd=BASE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done, time.monotonic() - begun


def main() -> int:
    """Run every step, two at a time, also after one has failed; returns 1 where any has."""
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for (what, _), (done, seconds) in zip(STEPS, pool.map(_run, STEPS), strict=True):
            print(f"{'FAILED' if done.returncode else 'ok':7}{what} ({seconds:.1f} s)", flush=True)
            if done.returncode:
                failed.append(what)
                print("\n".join(f"       {line}" for line in done.stdout.splitlines()[-60:]), flush=True)
    if failed:
        print(f"{len(failed)} of {len(STEPS)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
