"""``make mutants``: run every mutant of the rules and hold the survivors against ``docs/mutants.md``.

    python -m tests.mutants [APP …] [--write] [--list]

Ends with 1 where a mutant survives that is not recorded, or a recorded one does not survive.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.mutants.kit import checks_of
from tests.mutants.making import Mutant, configuration, files_of, mutants_of
from tests.mutants.record import Key, app_rows, read_record, reasons, write_record
from tests.mutants.running import survivors


def main() -> int:
    given = _arguments(list(configuration()["files"]))
    if given.list:
        for app in given.app:
            print(f"{app}: {sum(len(mutants_of(file)) for file in files_of(app))} mutants")
        return 0
    found = [mutant for app in given.app for mutant in _run(app)]
    if given.write:
        write_record(found, given.app)
    wrong = _differences({mutant.key: mutant for mutant in found}, given.app)
    print("\n".join(wrong) if wrong else "docs/mutants.md names them, with the reason for each.")
    return 1 if wrong else 0


def _arguments(apps: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description="Mutation testing of the rules.")
    parser.add_argument("app", nargs="*", help=f"of {', '.join(apps)}; all without one")
    parser.add_argument("--write", action="store_true", help="record what survives in docs/mutants.md")
    parser.add_argument("--list", action="store_true", help="only count the mutants")
    given = parser.parse_args()
    if unknown := set(given.app) - set(apps):
        parser.error(f"no rules of {', '.join(sorted(unknown))}: there are {', '.join(apps)}")
    given.app = given.app or apps
    return given


def _run(app: str) -> list[Mutant]:
    begun = time.monotonic()
    checks = checks_of(app)
    made = [mutant for file in files_of(app) for mutant in mutants_of(file)]
    alive = list(survivors(made, checks, told=sys.stdout.isatty()))
    spent = time.monotonic() - begun
    print(
        f"{app}: {len(alive)} of {len(made)} mutants survive {len(checks)} checks, {spent:.0f} s", flush=True
    )
    return alive


def _differences(found: dict[Key, Mutant], apps: list[str]) -> list[str]:
    """What survives and is not recorded, what is recorded and does not, and what has no reason."""
    record, known = app_rows(read_record(), apps), reasons()
    unknown = [mutant for key, mutant in found.items() if key not in record]
    return [
        *(f"survives: {m.file}:{m.line} {m.function}: {m.before} → {m.after}" for m in unknown),
        *(f"is recorded and does not survive: {' | '.join(key)}" for key in record if key not in found),
        *(f"has no reason: {' | '.join(key)}" for key, why in record.items() if why not in known),
    ]
