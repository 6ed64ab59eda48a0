"""``manage.py rulecheck FILE…``: run worked examples against the rules, under the parameters in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from jilin_si.policy.database import database_policy
from jilin_si.policy.rulecheck import MalformedFile, example_files, read_examples, run_examples


class Command(BaseCommand):
    help = "Run worked examples: print each failure with both values and, last, how many passed and failed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, metavar="FILE", help="files of examples (default: the apps')"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = options["files"] or example_files()
        try:
            examples = [(path, example) for path in files for example in read_examples(path)]
        except MalformedFile as error:
            raise CommandError(" ".join(str(error).split())) from error
        outcomes = run_examples([example for _path, example in examples], database_policy())
        failed = 0
        for (path, _example), outcome in zip(examples, outcomes, strict=True):
            if outcome.passed:
                continue
            failed += 1
            self.stdout.write(_("%(file)s: %(name)s failed") % {"file": path.name, "name": outcome.name})
            for difference in outcome.differences:
                self.stdout.write(f"  {difference}")
        self.stdout.write(f"{len(outcomes) - failed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)
