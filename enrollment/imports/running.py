"""Long rosters are checked and stored by a job, whose progress the page tells; short ones at once, by the same steps.

The truth is the unit of the job and the file's own row; what the page tells of the progress stands in the cache and
may be lost. A file has as many jobs as it was checked or stored: ``run`` is part of their key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.imports.checking import check_roster
from enrollment.imports.models import RosterImport
from enrollment.imports.preview import columns_of
from enrollment.imports.results import Result, refusal_kept
from enrollment.imports.storing import Stored, store_roster
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from enrollment.services.declarations import NotReady
from jilin_si.access.acting import acting_for
from jilin_si.access.scope import acting_as, everything
from jilin_si.jobs.models import JobRun, JobUnit
from jilin_si.jobs.reconciler import MAX_ATTEMPTS, Sending, Unfinished, send, try_again
from jilin_si.jobs.units import UnitResult, finish_run_if_complete, plan_units, run_unit

if TYPE_CHECKING:
    from jilin_si.access.models import User

JOB = "roster"
AT_ONCE = 500
KEPT_SECONDS = 3600
State = RosterImport.State
RUNNING = (State.CHECKING, State.STORING)


def is_long(kept: RosterImport) -> bool:
    """Whether the file has more rows under its heads than are answered at once."""
    return _rows_of(kept) > AT_ONCE


def _rows_of(kept: RosterImport) -> int:
    columns = columns_of(kept)
    return len(kept.table) - (columns.header + 1 if columns else 0)


def start_check(kept: RosterImport, by: User) -> None:
    """Check a file anew: a long one by a job, a short one each time that it is looked at."""
    kept.checked, kept.told = None, []
    if is_long(kept):
        _start(kept, State.CHECKING, by)
    else:
        kept.state = State.CHECKED
        kept.save(update_fields=["state", "checked", "told"])


def start_storing(kept: RosterImport, by: User) -> Stored | None:
    """Store the good rows: a long file by a job (None), a short one now. Raises Refusal, NotReady."""
    require(by, kept.county_id, *MAY_ENTER)
    if is_long(kept):
        _start(kept, State.STORING, by)
        return None
    return _store(kept, by, lambda done: None)


def _start(kept: RosterImport, state: str, by: User) -> None:
    kept.state = state
    kept.run += 1
    kept.save(update_fields=["state", "run", "checked", "told"])
    plan_units(JOB, kept.first_period, [kept.county_id], key=_key(kept), user_id=by.pk)
    sending = _sending(kept.pk, kept.run)
    transaction.on_commit(lambda: send([sending]))


# ── the job ──────────────────────────────────────────────────────────────────────────────────────────────────────
def run_roster(number: int, run: int) -> str:
    """Do one job of a file: ``done``, or ``already`` where it had been done, or ``nothing`` where it is no more."""
    with acting_as(everything()):
        kept = RosterImport.objects.defer("table").filter(pk=number, run=run).first()
        unit = JobUnit.objects.filter(job=JOB, key=f"{number}.{run}").first()
        if kept is None or unit is None or unit.run is None:
            return "nothing"
        started_by = unit.run.started_by
        result = run_unit(
            JOB, kept.first_period, kept.county_id, lambda: _work(number, started_by), key=unit.key
        )
        finish_run_if_complete(unit.run_id or 0)
    return result


def _work(number: int, by: User | None) -> UnitResult:
    """In the scope and the role of who started it: what is no longer allowed is refused now."""
    with acting_for(by):
        kept = RosterImport.objects.select_for_update(of=("self",)).select_related("employer").get(pk=number)
        progress = _teller(kept)
        if kept.state == State.CHECKING:
            _check(kept, progress)
        elif kept.state == State.STORING:
            try:
                with transaction.atomic():
                    _store(kept, by, progress)
            except Refusal as refusal:
                _back(kept, refusal_kept(refusal))
            except NotReady as refused:
                _back(kept, [_not_ready(refused), {}])
        return UnitResult(figures=kept.figures)


def _check(kept: RosterImport, progress: Callable[[int], None]) -> Result:
    columns = columns_of(kept)
    assert columns is not None
    checked = check_roster(kept.table, columns, kept.employer, kept.first_period, progress)
    result = Result.of(checked)
    kept.checked, kept.state = result.kept(), State.CHECKED
    kept.save(update_fields=["checked", "state"])
    return result


def _store(kept: RosterImport, by: User | None, progress: Callable[[int], None]) -> Stored:
    """The rows are checked against the registry as it is now, and the good ones stored in the same transaction."""
    columns = columns_of(kept)
    assert columns is not None
    checked = check_roster(kept.table, columns, kept.employer, kept.first_period, progress)
    stored = store_roster(
        employer=kept.employer, rows=checked.rows, first_period=kept.first_period, by=by, roster=kept.pk
    )
    result = Result.of(checked)
    kept.state = State.STORED
    kept.figures = {**result.counts, "wages": str(stored.wages), "stored": stored.new + stored.changed}
    kept.checked, kept.told = result.kept(), []
    if not result.wrong:
        kept.table = []
    kept.save(update_fields=["state", "figures", "table", "checked", "told"])
    return stored


def _back(kept: RosterImport, told: list[Any]) -> None:
    """The registry refused: the preview is shown again, with why."""
    kept.state, kept.told = State.CHECKED, told
    kept.save(update_fields=["state", "told"])


def _not_ready(refused: NotReady) -> str:
    return " ".join(fault.text for row in refused.checked.rows for fault in row.errors[:1])[:500]


# ── its progress ─────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Progress:
    """How far a job is: rows looked at of all rows; ``failed`` says why it will not go on by itself."""

    label: object
    done: int
    total: int
    running: bool
    failed: str = ""


def progress_of(kept: RosterImport) -> Progress:
    """How far the file's job is, told by its unit; the count of rows by the cache."""
    words = {State.CHECKING: _("Checking the rows"), State.STORING: _("Storing the good rows")}
    total = _rows_of(kept)
    if kept.state not in RUNNING:
        return Progress("", total, total, running=False)
    unit = JobUnit.objects.filter(job=JOB, agency_id=kept.county_id, key=_key(kept)).first()
    failed = unit is not None and unit.state == JobUnit.State.FAILED and unit.attempts >= MAX_ATTEMPTS
    done = int(cache.get(_place(kept), 0))
    return Progress(
        words[State(kept.state)], done, total, not failed, (unit.error or "?") if failed and unit else ""
    )


def run_again(kept: RosterImport) -> None:
    """Give a job that failed new tries."""
    run = JobRun.objects.filter(job=JOB, key=_key(kept)).first()
    if run is not None:
        try_again(run)


def resume(run: JobRun, units: list[Unfinished]) -> Iterable[Sending]:
    """What the reconciler sends again."""
    for item in units:
        number, _dot, count = item.unit.key.partition(".")
        if item.may_be_sent and number.isdigit() and count.isdigit():
            yield _sending(int(number), int(count))


def _sending(number: int, run: int) -> Sending:
    from enrollment.tasks import roster_job

    return Sending(f"{JOB}:{number}.{run}", roster_job.si(number, run))


def _teller(kept: RosterImport) -> Callable[[int], None]:
    place = _place(kept)

    def tell(done: int) -> None:
        cache.set(place, done, KEPT_SECONDS)

    return tell


def _key(kept: RosterImport) -> str:
    return f"{kept.pk}.{kept.run}"


def _place(kept: RosterImport) -> str:
    return f"roster:{_key(kept)}"
