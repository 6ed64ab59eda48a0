"""``make test``: every test but the long ring, the fast ones first; one closing line over all of them.

The parts run one after the other, each in two processes that take a file of tests at a time, the longest first
(``tests/order.py``), so that neither waits for the other in the end.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator

from jilin_si.servers.places import BASE

# What starts browsers, workers and whole demos, and kills on purpose: last.
SLOW = {"browser, demo and faults": ["tests/sample/test_demo.py", "tests/faults", "tests/e2e"]}
PYTEST = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "--durations=5",
    "--durations-min=5",
    "-n",
    "2",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
]
COUNT = re.compile(r"(\d+) (passed|failed|error|errors|skipped|xfailed|xpassed)\b")


def parts(long: bool) -> list[tuple[str, list[str]]]:
    """Name and arguments of each part, in order."""
    if long:
        return [("the long ring", ["-m", "long", "-n", "0", "tests"])]
    ignored = [f"--ignore={place}" for places in SLOW.values() for place in places]
    fast = ("rules, acts and pages", ["-m", "not long", *ignored, "tests"])
    return [fast, *((name, ["-m", "not long", *places]) for name, places in SLOW.items())]


def _lines(run: subprocess.Popen[str]) -> Iterator[str]:
    """What a run prints. Ctrl-C reaches it too: it stops its servers before we go."""
    assert run.stdout is not None
    try:
        yield from run.stdout
    except KeyboardInterrupt:
        run.wait()
        raise


def main() -> int:
    """Run all parts, also after one has failed; returns the first failure's status."""
    begun, status = time.monotonic(), 0
    total: dict[str, int] = {}
    for name, arguments in parts("--long" in sys.argv):
        print(f"── {name}", flush=True)
        run = subprocess.Popen(
            [*PYTEST, *arguments], cwd=BASE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        last = ""
        for line in _lines(run):
            print(line, end="", flush=True)
            if re.search(r"\d+ (passed|failed|errors?).* in [\d.]+s", line):
                last = line
        status = status or run.wait()
        for number, what in COUNT.findall(last):
            total[what.removesuffix("s")] = total.get(what.removesuffix("s"), 0) + int(number)
    counts = ", ".join(
        f"{total[what]} {what}" for what in ("failed", "passed", "skipped", "error") if what in total
    )
    if not total:
        print("no test ran")
        return status or 5
    print(f"===== {counts} in {time.monotonic() - begun:.2f}s =====", flush=True)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
