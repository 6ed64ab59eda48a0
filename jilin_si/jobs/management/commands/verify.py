"""``manage.py verify``: check every invariant over the whole database."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jilin_si.jobs.invariants import all_invariants, check


class Command(BaseCommand):
    help = "Check every invariant of the database; exit 1 with the offending rows where one does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="only what offends, and the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        offending = 0
        for finding in check():
            name = finding.invariant.name
            if not finding.rows:
                if not options["quiet"]:
                    self.stdout.write(f"holds   {name}: {finding.invariant.description}")
                continue
            offending += 1
            self.stdout.write(self.style.ERROR(f"BROKEN  {name}: {finding.invariant.description}"))
            self.stdout.write("        " + " | ".join(finding.columns))
            for row in finding.rows:
                self.stdout.write("        " + " | ".join(map(str, row)))
            if finding.count > len(finding.rows):
                self.stdout.write(f"        … {finding.count} rows in all")
        seconds = time.monotonic() - started
        checked = len(all_invariants())
        if offending:
            self.stdout.write(f"verify: {offending} of {checked} invariants are broken ({seconds:.1f} s)")
            sys.exit(1)
        self.stdout.write(f"verify: {checked} invariants hold over the whole database ({seconds:.1f} s)")
