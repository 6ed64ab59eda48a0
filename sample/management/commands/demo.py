"""``manage.py demo``: the sample province, its twelve months of 1996, then the web, a worker and the clock."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from jilin_si.access.scope import acting_as, everything
from jilin_si.servers import processes
from sample import practice
from sample.crew import crew
from sample.cycle import Cycle
from sample.load import NotEmptyError, load_province
from sample.models import SampleProvince
from sample.plan import plan_province
from sample.users import PASSWORD, sample_signins

DEFAULT_SCALE = 100
SEED = 1996


class Command(BaseCommand):
    help = "Load the sample province and run its twelve months of 1996, where that was not done yet; then serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scale", type=int, help=f"the province at 1:N (1 is the whole; default {DEFAULT_SCALE})"
        )
        parser.add_argument(
            "--months", type=int, default=12, help="only the first so many months of 1996, to start sooner"
        )
        parser.add_argument("--no-serve", action="store_true", help="load and run the months, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = time.monotonic()
        scale = options["scale"]
        if scale is not None and not 1 <= scale <= 10_000:
            raise CommandError("--scale takes a whole number from 1 to 10000.")
        months = options["months"]
        if not 1 <= months <= 12:
            raise CommandError("--months takes a whole number from 1 to 12.")
        serve = not options["no_serve"]
        if serve:
            processes.check_port(processes.chosen_port())  # before any long work
        self._make_ready(scale, months)
        if serve:
            status = processes.serve(ready=self._show, say=self.say)
            if status:
                sys.exit(status)

    def say(self, line: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.begun:7.1f} s  {line}")
        self.stdout.flush()

    def _make_ready(self, scale: int | None, months: int) -> None:
        """Load what is not loaded and run what has not run; where all is there, nothing is done."""
        sample = SampleProvince.objects.first()
        if sample is not None and scale not in (None, sample.scale):
            raise CommandError(
                f"The database holds the province at 1:{sample.scale}. RESET=1 starts anew with 1:{scale}."
            )
        if sample is not None and sample.finished_at is not None:
            practice.prepare()
            self.say(
                f"The sample province is there: {sample.employers:,} employers, {sample.workers:,} workers."
            )
            return
        with crew() as pool:
            pool.submit(int)  # the first process starts while this one reads on
            if sample is None:
                try:
                    with acting_as(everything()):
                        load_province(plan_province(scale or DEFAULT_SCALE, SEED), self.say)
                except NotEmptyError:
                    raise CommandError(
                        "There are employers in this database that are not the sample's. Use an empty one."
                    ) from None
            else:
                self.say("Going on with the first month that is not closed.")
            with acting_as(everything()):
                Cycle(pool, self.say).run(months)
        if practice.prepare():
            self.say("The practice county is ready: /sample/practice/")
        if months < 12:
            self.say(f"The sample province stands at the end of 1996-{months:02d}.")
        else:
            self.say("The sample province is ready: 1996 is closed, the office's date is 1997-01-06.")

    def _show(self, address: str) -> None:
        with translation.override("en"):
            self._tell(address)

    def _tell(self, address: str) -> None:
        write = self.stdout.write
        write(f"\n  Jilin social insurance stands at {address}   (Ctrl-C ends it)\n")
        write(f"  Sign in as one of these; the password of all is {PASSWORD}")
        for signin in sample_signins():
            write(f"    {signin.username:22} {signin.who}: {signin.sees}")
        write(
            "\n  Look first:\n"
            "    employer.220181-0417   the bills of a works with 46 people, and its statement as PDF and Excel\n"
            "    clerk.220181           the desk: returns for 1997 that wait, money that nobody has claimed\n"
            "    province.1             who remits, who is behind since when, down to an employer's bill\n"
        )
        self.stdout.flush()
