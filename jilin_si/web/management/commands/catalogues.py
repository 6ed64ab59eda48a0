"""``manage.py catalogues --check``: every text has its Chinese. ``--update`` adds what is missing, to be filled in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jilin_si.web.catalogues import check, update


class Command(BaseCommand):
    help = "Check that every text of code and templates has its Chinese, or add the missing ones to the catalogues."
    requires_system_checks: list[str] = []
    needs_servers = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="say what is missing and end with 1 (the default)"
        )
        parser.add_argument(
            "--update", action="store_true", help="add missing texts, empty, and drop unused ones"
        )
        parser.add_argument("--app", default="", help="only this app's catalogue (with --update)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["update"]:
            for name, number in update(options["app"]).items():
                self.stdout.write(f"{name}: {number} texts to translate")
            return
        wrong, looked_at = check()
        for line in wrong:
            self.stdout.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} faults in the catalogues.")
        self.stdout.write(f"{looked_at} texts, all in Chinese.")
