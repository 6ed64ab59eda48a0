"""``make check``: all that is proven without running a test, each step a line, the failures in full."""

from __future__ import annotations

import subprocess
import sys
import time

from jilin_si.servers.places import BASE

PYTHON = sys.executable
FLOORS = "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint())"
STEPS: tuple[tuple[str, list[str]], ...] = (
    ("ruff: rules", ["-m", "ruff", "check", "--quiet", "."]),
    ("ruff: format", ["-m", "ruff", "format", "--check", "--quiet", "."]),
    ("floors: who may import whom", ["-c", FLOORS]),
    ("djlint: templates", ["-m", "djlint", "--lint", "--quiet", "templates"]),
    ("Django's own checks", ["manage.py", "check", "--fail-level", "WARNING"]),
    ("migrations in step with the models", ["manage.py", "makemigrations", "--check", "--dry-run"]),
    ("translations complete", ["manage.py", "catalogues", "--check"]),
    ("mypy: types", ["-m", "mypy", "."]),
)


def main() -> int:
    """Run every step, also after one has failed; returns 1 where any has."""
    failed = []
    for what, arguments in STEPS:
        begun = time.monotonic()
        done = subprocess.run(
            [PYTHON, *arguments],
            cwd=BASE,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{verdict:7}{what} ({time.monotonic() - begun:.1f} s)", flush=True)
        if done.returncode:
            failed.append(what)
            print("\n".join(f"       {line}" for line in done.stdout.splitlines()[-60:]), flush=True)
    if failed:
        print(f"{len(failed)} of {len(STEPS)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
