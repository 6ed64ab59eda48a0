"""``manage.py make_administrator NAME --full-name … --reason …``: the first one, or one where none is left."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from jilin_si.access.scope import acting_as, everything
from jilin_si.access.users import make_first_administrator


class Command(BaseCommand):
    help = "Make an administrator, who makes everybody else on the pages; says the starting password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the sign-in name")
        parser.add_argument("--full-name", required=True, help="the person's name")
        parser.add_argument("--reason", required=True, help="why, for the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(everything()):
            try:
                user, password = make_first_administrator(
                    options["name"], options["full_name"], options["reason"]
                )
            except ValidationError as refused:
                raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(f"{user.username} signs in with {password} and chooses another password first.")
