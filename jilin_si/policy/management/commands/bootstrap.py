"""``manage.py bootstrap``: fill the database with what every installation needs. Quick where nothing is behind."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from jilin_si.access.scope import acting_as, everything
from jilin_si.policy.bootstrap import bootstrap_steps
from jilin_si.policy.parameter_files import FileProblem


class Command(BaseCommand):
    help = "Load agencies, accounts, legal documents and parameters where they are behind."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for step in bootstrap_steps():
            try:
                with transaction.atomic(), acting_as(everything()):
                    said = step.run()
            except FileProblem as problem:
                raise CommandError(str(problem)) from problem
            if said and options["verbosity"] > 0:
                self.stdout.write(f"{step.name}: {said}")
