"""``manage.py compile_catalogues``: the binary catalogues that the application reads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jilin_si.web.catalogues import compile_all


class Command(BaseCommand):
    help = "Compile the translations that changed (no GNU gettext needed)."
    requires_system_checks: list[str] = []
    needs_servers = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="compile all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        written = compile_all(force=options["force"])
        if options["verbosity"]:
            self.stdout.write(f"{written} catalogues compiled.")
