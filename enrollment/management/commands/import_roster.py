"""``manage.py import_roster FILE``: checks a roster, and with ``--employer`` stores its good rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enrollment.imports.checking import check_roster
from enrollment.imports.columns import NO_HEADS, check_employer, find_columns
from enrollment.imports.opening import open_path
from enrollment.imports.storing import store_roster
from enrollment.models import Employer
from enrollment.refusals import Refusal
from jilin_si.access.scope import acting_as, everything
from jilin_si.periods import parse_period


class Command(BaseCommand):
    help = "Check a roster from Excel or CSV; store its good rows for an employer unless --dry-run is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="an .xlsx, .xls or .csv file")
        parser.add_argument("--employer", default="", help="registration number, such as 220181-0417")
        parser.add_argument(
            "--period", default="", help="first month of the people who are new, such as 1996-01"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only; store nothing")
        parser.add_argument(
            "--json", action="store_true", help="end with one line of JSON: rows, good, wrong, or refused"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        if not options["dry_run"] and not options["employer"]:
            raise CommandError("Name the employer (--employer 220181-0417), or check only (--dry-run).")
        try:
            with acting_as(everything()):
                self._import(path, options)
        except Refusal as refusal:
            if options["json"]:
                self.stdout.write(
                    json.dumps({"file": path.name, "refused": refusal.code}, ensure_ascii=False)
                )
            raise CommandError(str(refusal)) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def _import(self, path: Path, options: dict[str, Any]) -> None:
        employer = None
        if options["employer"]:
            employer = Employer.objects.filter(number=options["employer"]).first()
            if employer is None:
                raise CommandError(f"No employer has the number {options['employer']}.")
        period = parse_period(options["period"]) if options["period"] else None
        sheet = open_path(path)
        columns = find_columns(sheet.rows)
        if columns is None or columns.missing:
            raise Refusal("file", "no_heads", NO_HEADS)
        if employer is not None:
            check_employer(sheet.rows, columns, employer.number)
        checked = check_roster(sheet.rows, columns, employer, period)
        for row in checked.of("wrong"):
            if row.wrong:
                self.stdout.write(f"row {row.row}: {row.wrong.code} ({row.wrong.text})")
        for column in columns.unknown:
            self.stdout.write(f"column {column.letter}: “{column.head}” is not known and was passed over")
        if employer is not None and not options["dry_run"]:
            stored = store_roster(employer=employer, rows=checked.rows, first_period=period, by=None)
            self.stdout.write(f"{stored.new} new, {stored.changed} changed")
        if options["json"]:
            answer = {
                "file": path.name,
                "kind": sheet.kind,
                "encoding": sheet.encoding,
                "header_row": columns.header + 1,
                "rows": len(checked.rows),
                "good": checked.good,
                "wrong": checked.wrong_codes(),
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write(
                f"{len(checked.rows)} rows, {checked.good} good, {len(checked.of('wrong'))} wrong"
            )
