"""``manage.py forget_second_factor NAME --reason …``: for somebody whose telephone and codes are lost."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.access.second_factor import forget


class Command(BaseCommand):
    help = "Take a lost second factor away: the person sets up another at the next sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the sign-in name")
        parser.add_argument("--reason", required=True, help="why, for the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['name']}.")
        with acting_as(everything()):
            forget(user, by=None, reason=options["reason"])
        self.stdout.write(f"{user.username} sets up a second factor at the next sign-in.")
