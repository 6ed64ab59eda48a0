"""``manage.py benchmark``: the month, the opening, ``verify`` and a what-if, against a bare COPY in the same run."""

from __future__ import annotations

import json
import os
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

DATABASE = "jilin_si_benchmark"
ROUNDS = 3


class Command(BaseCommand):
    help = "Measure the month (or the opening, verify, a what-if) against a bare COPY of the same rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["month", "opening", "verify", "whatif"])
        parser.add_argument("--workers", type=int, default=250_000, help="pension workers to make")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--lines", choices=["pension", "all"], default="pension")
        parser.add_argument("--json", action="store_true", help="only the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["workers"] < 52 or options["processes"] < 1:
            raise CommandError("At least 52 workers, one for each unit, and one process.")
        self.quiet = options["json"]
        before = connection.settings_dict["NAME"]
        self._make_database()
        try:
            connection.settings_dict["NAME"] = DATABASE
            result = self._measure(options)
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = before
            self._drop_database()
        self.stdout.write(json.dumps(result))

    def say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)
            self.stdout.flush()

    def _make_database(self) -> None:
        self._drop_database()
        with connection.cursor() as cursor:
            cursor.execute(
                f"create database {DATABASE} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'"
            )
        connections.close_all()

    def _drop_database(self) -> None:
        connections.close_all()
        with connection.cursor() as cursor:
            cursor.execute(f"drop database if exists {DATABASE}")

    def _measure(self, options: dict[str, Any]) -> dict[str, Any]:
        from sample.benchmark.province import make_province, registered

        self.say("making the database")
        call_command("migrate", verbosity=0)
        call_command("bootstrap", verbosity=0)
        size = make_province(
            options["workers"], registered(options["lines"]), lambda step: self.say(f"  {step}")
        )
        self.say(f"{size.workers:,} workers with {size.employers:,} employers in {', '.join(size.lines)}")
        measure: dict[str, Callable[[int], dict[str, Any]]] = {
            "month": self._month,
            "opening": self._opening,
            "verify": self._verify,
            "whatif": self._what_if,
        }
        result = {
            "what": options["what"],
            "workers": options["workers"],
            "processes": options["processes"],
            "lines": options["lines"],
        }
        result |= measure[options["what"]](options["processes"])
        return result

    def _counties(self) -> list[int]:
        """The units, the one with most workers first."""
        with connection.cursor() as cursor:
            cursor.execute(
                "select county_id from enrollment_declaration group by 1 order by sum(workers) desc, 1"
            )
            return [county for (county,) in cursor.fetchall()]

    # ── the unit ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _copy_file(self) -> Any:
        """The month's worker rows as text: worker, employer, county, period and four amounts."""
        file = tempfile.TemporaryFile(mode="w+b")  # noqa: SIM115 -- the caller closes it
        with connection.cursor() as cursor:
            cursor.copy_expert(
                """copy (select l.worker_id, l.employer_id, l.county_id, date '1996-01-01',
                     (l.wage_fen / 100.0)::numeric(12,2), (l.wage_fen * 2 / 10000.0)::numeric(12,2),
                     (l.wage_fen * 9 / 10000.0)::numeric(12,2), 18.46::numeric(12,2)
                   from enrollment_declarationline l join enrollment_coverage c
                     on c.employer_id = l.employer_id and c.line = 'pension') to stdout""",
                file,
            )
            cursor.execute(
                "create table benchmark_copy (worker_id bigint, employer_id integer, county_id integer, period date,"
                " wage numeric(12,2), own numeric(12,2), transferred numeric(12,2), average numeric(12,2))"
            )
        return file

    def _copy(self, file: Any) -> float:
        with connection.cursor() as cursor:
            cursor.execute("truncate benchmark_copy")
            self._write_out()
            file.seek(0)
            started = time.perf_counter()
            cursor.copy_expert("copy benchmark_copy from stdin", file)
            return time.perf_counter() - started

    def _write_out(self) -> None:
        """Both the COPY and the work begin with nothing of what went before waiting to be written."""
        with connection.cursor() as cursor:
            cursor.execute("select pg_has_role(current_user, 'pg_checkpoint', 'usage')")
            if cursor.fetchone()[0]:
                cursor.execute("checkpoint")

    # ── what is measured ───────────────────────────────────────────────────────────────────────────────────────────

    def _month(self, processes: int) -> dict[str, Any]:
        from sample.benchmark.province import FEE_YEAR, bank_pays
        from sample.benchmark.work import Crew

        counties = self._counties()
        january = date(FEE_YEAR, 1, 1)
        copies, months, assesses, settles, agains = [], [], [], [], []
        with self._copy_file() as file:
            with Crew(processes) as crew:
                crew.run("open_year", counties, january)
            self._analyze()
            for round_ in range(ROUNDS):
                period = date(FEE_YEAR, 1 + round_, 1)
                copies.append(self._copy(file))
                self._write_out()
                with Crew(processes) as crew:
                    assess = crew.run("assess", counties, period)
                    bank_pays(period, period.replace(day=14))
                    settle = crew.run("settle", counties, period)
                    again = crew.run("assess", counties, period) + crew.run("settle", counties, period)
                assesses.append(assess)
                settles.append(settle)
                months.append(assess + settle)
                agains.append(again)
                self.say(
                    f"  {period:%Y-%m}: COPY {copies[-1]:.2f} s, month {months[-1]:.2f} s"
                    f" (assess {assess:.2f}, settle {settle:.2f}), again {again:.2f} s"
                )
        copy_s, month_s, again_s = median(copies), median(months), median(agains)
        self.say(f"month: {month_s / copy_s:.2f} x COPY; again {again_s / copy_s:.3f} x")
        return {
            "copy_s": round(copy_s, 3),
            "month_s": round(month_s, 3),
            "ratio": round(month_s / copy_s, 3),
            "assess_s": round(median(assesses), 3),
            "settle_s": round(median(settles), 3),
            "again_s": round(again_s, 3),
            "again_ratio": round(again_s / copy_s, 4),
        }

    def _opening(self, processes: int) -> dict[str, Any]:
        from sample.benchmark.province import FEE_YEAR
        from sample.benchmark.work import Crew

        counties = self._counties()
        january = date(FEE_YEAR, 1, 1)
        copies, works = [], []
        with self._copy_file() as file:
            for _round in range(ROUNDS):
                copies.append(self._copy(file))
                self._write_out()
                with Crew(processes) as crew:
                    works.append(crew.run("open_year", counties, january))
                self.say(f"  COPY {copies[-1]:.2f} s, opening {works[-1]:.2f} s")
                with connection.cursor() as cursor:
                    cursor.execute(f"drop table collection_spell_{FEE_YEAR}")
                    cursor.execute("alter table collection_retireecost disable trigger user")
                    cursor.execute("delete from collection_retireecost")
                    cursor.execute("alter table collection_retireecost enable trigger user")
                    cursor.execute("delete from jobs_jobunit where job = 'open_year'")
        return self._summary(copies, works)

    def _verify(self, processes: int) -> dict[str, Any]:
        from jilin_si.jobs.invariants import check
        from sample.benchmark.province import FEE_YEAR, bank_pays
        from sample.benchmark.work import Crew

        counties = self._counties()
        with Crew(processes) as crew:
            crew.run("open_year", counties, date(FEE_YEAR, 1, 1))
            for number in range(1, 13):
                period = date(FEE_YEAR, number, 1)
                crew.run("assess", counties, period)
                bank_pays(period, period.replace(day=14))
                crew.run("settle", counties, period)
                self.say(f"  {period:%Y-%m} done")
        self._analyze()
        copies, works = [], []
        with self._copy_file() as file:
            for _round in range(ROUNDS):
                copies.append(self._copy(file))
                started = time.perf_counter()
                findings = check(sessions=processes)
                works.append(time.perf_counter() - started)
                self.say(f"  COPY {copies[-1]:.2f} s, verify {works[-1]:.2f} s")
                broken = [finding.invariant.name for finding in findings if finding.rows]
                if broken:
                    raise CommandError(
                        f"verify found the benchmark's own database broken: {', '.join(broken)}"
                    )
        return self._summary(copies, works)

    def _what_if(self, processes: int) -> dict[str, Any]:
        """One parameter tried on the month of everybody: the units that the queue works on, as many at a time."""
        from sample.benchmark.province import FEE_YEAR
        from sample.benchmark.work import TRIED, Crew

        counties = self._counties()
        january = date(FEE_YEAR, 1, 1)
        with Crew(processes) as crew:
            crew.run("open_year", counties, january)
            crew.run("assess", counties, january)
        self._analyze()
        copies, works = [], []
        with self._copy_file() as file:
            for _round in range(ROUNDS):
                copies.append(self._copy(file))
                self._write_out()
                with Crew(processes) as crew:
                    works.append(crew.run("what_if", counties, january))
                self.say(f"  COPY {copies[-1]:.2f} s, what-if {works[-1]:.2f} s")
        people = sum(
            int(part.split()[1]) for answer in crew.answers for part in answer.split(",") if "moved" in part
        )
        return self._summary(copies, works) | {"parameter": TRIED, "people_changed": people}

    def _summary(self, copies: list[float], works: list[float]) -> dict[str, Any]:
        copy_s, work_s = median(copies), median(works)
        self.say(f"{work_s / copy_s:.2f} x COPY")
        return {"copy_s": round(copy_s, 3), "work_s": round(work_s, 3), "ratio": round(work_s / copy_s, 3)}

    def _analyze(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("analyze")
