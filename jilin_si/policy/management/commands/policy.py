"""``manage.py policy check|export|load``: look the parameters over, write them to files, load them from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from jilin_si.access.scope import acting_as, everything
from jilin_si.policy.check import check
from jilin_si.policy.database import read_set
from jilin_si.policy.load import load_parameters
from jilin_si.policy.parameter_files import (
    FileProblem,
    ParameterSet,
    agency_codes,
    parameter_folders,
    read_folders,
)
from jilin_si.policy.parameter_writing import write_folders


class Command(BaseCommand):
    help = "Check the parameters, export them to TOML, or load what is new in TOML."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        checking = acts.add_parser("check", help="gaps, overlaps, sources, and what rules ask for")
        checking.add_argument(
            "folder", nargs="?", type=Path, help="a folder of exported files (default: the database)"
        )
        checking.add_argument("--files", action="store_true", help="check the apps' own files")
        exporting = acts.add_parser("export", help="write what is in force to a folder, one folder an app")
        exporting.add_argument("folder", type=Path)
        loading = acts.add_parser("load", help="add what is new, list what differs")
        loading.add_argument(
            "folder", nargs="?", type=Path, help="a folder of exported files (default: the apps')"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(everything()):
            getattr(self, f"_{options['act']}")(options)

    def _check(self, options: dict[str, Any]) -> None:
        problems: list[FileProblem] = []
        if options["folder"] is None and not options["files"]:
            found = read_set()
        else:
            found = self._read(options["folder"], problems)
        findings = check(found, agency_codes())
        for line in [*map(str, problems), *map(str, findings)]:
            self.stdout.write(line)
        wrong = len(problems) + len(findings)
        if wrong:
            raise CommandError(_("%(count)s findings.") % {"count": wrong})
        self.stdout.write(
            _("%(parameters)s parameters, %(values)s values, %(documents)s documents: nothing wrong.")
            % {
                "parameters": len(found.infos),
                "values": len(found.versions),
                "documents": len(found.documents),
            }
        )

    def _export(self, options: dict[str, Any]) -> None:
        written = write_folders(read_set(), options["folder"])
        self.stdout.write(
            _("%(count)s files written to %(folder)s.") % {"count": len(written), "folder": options["folder"]}
        )

    def _load(self, options: dict[str, Any]) -> None:
        try:
            report = load_parameters(self._read(options["folder"]))
        except FileProblem as problem:
            raise CommandError(str(problem)) from problem
        for difference in report.differences:
            self.stdout.write(difference)
        self.stdout.write(f"{report.summary()}, {len(report.differences)} differences.")

    def _read(self, folder: Path | None, problems: list[FileProblem] | None = None) -> ParameterSet:
        if folder is None:
            return read_folders(parameter_folders(), problems)
        if not folder.is_dir():
            raise CommandError(_("%(folder)s is no folder.") % {"folder": folder})
        return read_folders(((sub.name, sub) for sub in sorted(folder.iterdir()) if sub.is_dir()), problems)
