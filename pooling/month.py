"""The month as jobs: each county assesses, settles and proposes its remittance; then the province redistributes.

A run is a ``JobRun`` (job ``month``, key ``1996-03-31.1``: business day and number of the run). Its units are written
before anything is sent, so that the database alone can tell what is left; the chord in the queue only makes it fast.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from collection.tasks import ASSESS, SETTLE, assess_unit, settle_unit
from jilin_si.access.models import Role
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE
from jilin_si.jobs.models import JobRun
from jilin_si.jobs.reconciler import Sending, Unfinished, send, unfinished
from jilin_si.jobs.units import UnitResult, finish_run_if_complete, plan_units, run_unit
from jilin_si.ledger.services import open_periods
from jilin_si.money import format_yuan
from jilin_si.periods import format_period, last_day
from jilin_si.policy.lookup import database_policy
from pooling.models import Redistribution
from pooling.services import (
    PoolingConflict,
    PoolingError,
    book_pensions,
    propose_redistribution,
    propose_remittance,
)
from pooling.services.common import lock, note, require_role

MONTH, PENSIONS = "month", "pensions"
REMIT, REDISTRIBUTE = "remit", "redistribute"


def day_of(key: str) -> date:
    """The business day on which a run was started: bank lines up to it are taken in."""
    return date.fromisoformat(key[:10])


def assessment_day(period: date) -> date:
    """The day of a month from which it is assessed (核定日, rule COL-1)."""
    day = int(database_policy().value("col.assess_day", period))
    return min(period.replace(day=1) + timedelta(days=day - 1), last_day(period))


# ── the units ────────────────────────────────────────────────────────────────────────────────────────────────────
def run_county(period: date, county_id: int, key: str) -> None:
    """A county's part of a run: assess (once a month), settle, propose the remittance. Each is done once."""
    assess_unit(period, county_id)
    settle_unit(period, county_id, day_of(key), key)
    run_unit(REMIT, period, county_id, lambda: _remit(county_id, period), key=key)


def _remit(county_id: int, period: date) -> UnitResult:
    proposal = propose_remittance(county_id, period)
    amount = format_yuan(proposal.amount) if proposal else "0.00"
    return UnitResult(checksum=amount, figures={"remittance": amount})


def run_province(period: date, key: str) -> str:
    """The province's part: ``done`` or ``already``, ``waiting`` while a county's part is not done."""
    run = JobRun.objects.filter(job=MONTH, period=period, key=key).first()
    if run is None or not counties_done(run.pk):
        return "waiting"
    result = run_unit(
        REDISTRIBUTE, period, PROVINCE, lambda: _redistribute(period, run.started_by_id), key=key
    )
    finish_run_if_complete(run.pk)
    return result


def _redistribute(period: date, user_id: int | None) -> UnitResult:
    proposal = propose_redistribution(period, user_id)
    total = format_yuan(proposal.total) if proposal else "0.00"
    return UnitResult(checksum=total, figures={"redistribution": total})


def run_pensions(period: date, county_id: int) -> str:
    """Book a county's pensions of a month as a job unit."""
    return run_unit(PENSIONS, period, county_id, lambda: _pay(county_id, period))


def _pay(county_id: int, period: date) -> UnitResult:
    payment = book_pensions(county_id, period)
    return UnitResult(
        checksum=str(payment.paid),
        figures={"paid": format_yuan(payment.paid), "unpaid": format_yuan(payment.unpaid)},
    )


def counties_done(run_id: int) -> bool:
    """Whether the database shows every county's unit of a run done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select not exists (select from jobs_jobunit where run_id = %s and agency_id <> %s and state <> 'done')",
            [run_id, PROVINCE],
        )
        return bool(cursor.fetchone()[0])


# ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────────
def next_number(period: date) -> int:
    """The number of the next run of a month; the page's button carries it, so that two clicks are one run."""
    return JobRun.objects.filter(job=MONTH, period=period).count() + 1


@transaction.atomic
def start_month(
    period: date, user_id: int | None = None, number: int | None = None, early: bool = False
) -> JobRun:
    """Start the month's job for every unit whose books are open for it, and return its run.

    A run that is not finished is returned instead of a second one; so is run ``number`` where it was started before
    (two people pressed the same button). Before the day of the assessment it is refused unless ``early``: what is
    assessed is fixed.
    """
    from pooling.tasks import send_chord

    run, is_new = plan_month(period, user_id, number, early)
    if is_new:
        # read now: after the commit the scope of who starts it is gone
        left = by_agency(unfinished(run))
        waiting = {agency_id: mark_of(run.pk, items) for agency_id, items in left.items()}
        transaction.on_commit(lambda: send_chord(run, waiting))
    return run


@transaction.atomic
def plan_month(
    period: date, user_id: int | None = None, number: int | None = None, early: bool = False
) -> tuple[JobRun, bool]:
    """Write down a run of the month and its units as ``start_month`` does, and send nothing.

    Returns the run, and whether it was made now.
    """
    if user_id is not None:
        require_role(user_id, Role.PROVINCE, PROVINCE, _("Starting the month"))
    lock([PROVINCE])
    runs = list(JobRun.objects.filter(job=MONTH, period=period).order_by("id"))
    if runs and runs[-1].finished_at is None:
        return runs[-1], False
    if number is not None and number <= len(runs):
        return runs[number - 1], False
    if number is not None and number > len(runs) + 1:
        raise PoolingConflict(_("The month was run differently meanwhile. Load the page again."))
    day = today()
    assessed_from = assessment_day(period)
    if day < assessed_from and not early:
        raise PoolingError(
            _("%(period)s is assessed from day %(day)s on.")
            % {"period": format_period(period), "day": assessed_from.day}
        )
    counties = _with_state(period, ("open", "assessed"))
    if not counties:
        raise PoolingError(
            _("The books of no unit are open for %(period)s.") % {"period": format_period(period)}
        )
    open_periods([PROVINCE], [period])
    key = f"{day.isoformat()}.{len(runs) + 1}"
    run = plan_units(MONTH, period, [], key, user_id)
    _add_units(run, ASSESS, _with_state(period, ("open",)), "")
    _add_units(run, SETTLE, counties, key)
    _add_units(run, REMIT, counties, key)
    _add_units(run, REDISTRIBUTE, [PROVINCE], key)
    note("start_month", user_id, "job", run.pk, period=period, units=len(counties))
    return run, True


@transaction.atomic
def start_pensions(period: date, user_id: int | None = None) -> JobRun:
    """Start the month's last step for every unit: pensions booked as paid. Started before: that run is returned."""
    run, is_new = plan_pensions(period, user_id)
    if is_new:
        sendings = resume_pensions(run, unfinished(run))
        transaction.on_commit(lambda: send(sendings))
    return run


@transaction.atomic
def plan_pensions(period: date, user_id: int | None = None) -> tuple[JobRun, bool]:
    """Write down the pension run of a month and its units, and send nothing; returns whether it was made now."""
    if user_id is not None:
        require_role(user_id, Role.PROVINCE, PROVINCE, _("Booking pensions"))
    lock([PROVINCE])
    run = JobRun.objects.filter(job=PENSIONS, period=period).first()
    if run is not None:
        return run, False
    if Redistribution.objects.filter(period=period, state=Redistribution.State.PROPOSED).exists():
        raise PoolingError(
            _("The redistribution of %(period)s waits for approval; pensions are booked after it.")
            % {"period": format_period(period)}
        )
    if _with_state(period, ("open",)):
        raise PoolingError(_("%(period)s is not assessed yet.") % {"period": format_period(period)})
    counties = _with_state(period, ("assessed",))
    if not counties:
        raise PoolingError(
            _("The books of no unit are open for %(period)s.") % {"period": format_period(period)}
        )
    run = plan_units(PENSIONS, period, counties, "", user_id)
    note("start_pensions", user_id, "job", run.pk, period=period, units=len(counties))
    return run, True


def due_period(day: date) -> date | None:
    """The first month not assessed everywhere whose assessment day has come and that nobody has started yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(period) from ledger_period where state = 'open' and agency_id <> %s", [PROVINCE]
        )
        (period,) = cursor.fetchone()
    if period is None or day < assessment_day(period):
        return None
    return None if JobRun.objects.filter(job=MONTH, period=period).exists() else period


def _with_state(period: date, states: Iterable[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select agency_id from ledger_period where period = %s and state = any(%s) and agency_id <> %s order by 1",
            [period, list(states), PROVINCE],
        )
        return [agency_id for (agency_id,) in cursor.fetchall()]


def _add_units(run: JobRun, job: str, agency_ids: list[int], key: str) -> None:
    """Add units to a run; one that an earlier attempt outside any run left unfinished is taken into it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into jobs_jobunit as u"
            " (run_id, job, period, agency_id, key, state, attempts, checksum, figures, error)"
            " select %s, %s, %s, a, %s, 'waiting', 0, '', '{}', '' from unnest(%s::int[]) a"
            " on conflict (job, period, agency_id, key) do update set run_id = excluded.run_id"
            " where u.run_id is null and u.state <> 'done'",
            [run.pk, job, run.period, key, agency_ids],
        )


# ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────────
def resume_month(run: JobRun, left: list[Unfinished]) -> list[Sending]:
    """What to send of a run not finished: each county with something left to send; the province once all are done."""
    from pooling.tasks import county_month, province_month

    period = run.period.isoformat()
    agencies = by_agency(left)
    counties = {county_id: items for county_id, items in agencies.items() if county_id != PROVINCE}
    if counties:
        return [
            Sending(mark_of(run.pk, items), county_month.si(period, county_id, run.key))
            for county_id, items in counties.items()
            if _may_be_sent(items)
        ]
    return [
        Sending(mark_of(run.pk, items), province_month.si(period, run.key))
        for items in agencies.values()
        if _may_be_sent(items)
    ]


def resume_pensions(run: JobRun, left: list[Unfinished]) -> list[Sending]:
    """What to send of a pension run not finished."""
    from pooling.tasks import county_pensions

    return [
        Sending(mark_of(run.pk, items), county_pensions.si(run.period.isoformat(), county_id))
        for county_id, items in by_agency(left).items()
        if _may_be_sent(items)
    ]


def by_agency(left: list[Unfinished]) -> dict[int, list[Unfinished]]:
    """The unfinished units of each agency: one task does them one after the other."""
    agencies: dict[int, list[Unfinished]] = {}
    for item in left:
        agencies.setdefault(item.unit.agency_id, []).append(item)
    return agencies


def _may_be_sent(items: list[Unfinished]) -> bool:
    """Not while somebody works on one of them, nor once one has failed for good."""
    return all(item.may_be_sent for item in items)


def mark_of(run_id: int, items: list[Unfinished]) -> str:
    """A new try has a new mark: what died in the middle is sent again at once, what only waits is not."""
    attempts = sum(item.unit.attempts for item in items)
    return f"{run_id}:{items[0].unit.agency_id}:{len(items)}:{attempts}"
