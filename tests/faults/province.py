"""A small province with a real month to do: employers, workers, spells, retirees and money in the bank, made in sets.

January is done and its remittances are received, so that the job of February has something to pass down. Numbers are
given, not drawn from sequences: the same facts have the same checksums however often they are made.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction

from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.clock import set_today
from jilin_si.agencies.models import PROVINCE, Agency
from jilin_si.jobs.invariants import check
from jilin_si.ledger.services import close_period, open_periods
from jilin_si.periods import last_day, month, year_periods
from pooling import month as jobs
from pooling import services
from pooling.models import Remittance

JANUARY, FEBRUARY = month(1996, 1), month(1996, 2)
EMPLOYERS, WORKERS = 3, 8

_FACTS = """
insert into enrollment_employer (id, county_id, number, organisation_code, name, pinyin, ownership, industry, system,
  trade_class, status, bank_name, bank_account, contact_name, contact_phone, registered_on)
select c * 10 + e, c, c || '-' || lpad(e::text, 4, '0'), '', '第' || e || '机械厂', '', 'state', 'machinery', '',
       3, 'active', '', '', '', '', '1992-01-01'
from unnest(%(counties)s::int[]) c, generate_series(1, %(employers)s) e;

insert into enrollment_coverage (employer_id, county_id, line, first_period)
select id, county_id, l, '1992-01-01' from enrollment_employer, unnest(array['pension', 'unemployment', 'injury']) l;

insert into enrollment_worker (id, identity_number, identity_key, name, pinyin, initials, sex, birth_date, category,
  identity, deemed_months)
select e.id::bigint * 100 + w, k, k, '陈国富', '', '', 'M', '1960-01-01', 'permanent', 'worker', 0
from enrollment_employer e, generate_series(1, %(workers)s) w,
     lateral (select '22' || lpad((e.id::bigint * 100 + w)::text, 16, '0') as k) x;

insert into enrollment_employment (worker_id, employer_id, county_id, first_period, leave_reason)
select e.id::bigint * 100 + w, e.id, e.county_id, '1990-01-01', ''
from enrollment_employer e, generate_series(1, %(workers)s) w;

insert into collection_spell (spell_id, worker_id, employer_id, wage_fen, first_period, last_period, recorded_in,
  fee_year, county_id)
select e.id::bigint * 100 + w, e.id::bigint * 100 + w, e.id, 20000 + (e.id * 37 + w * 1301) %% 60000,
       '1996-01-01', '1996-12-01', '1996-01-01', 1996, e.county_id
from enrollment_employer e, generate_series(1, %(workers)s) w;

insert into collection_retireecost (id, employer_id, county_id, retirees, cost_fen, first_period, last_period, recorded_in)
select id, id, county_id, 2, case when county_id %% 3 = 0 then 160000 else 30000 end + id %% 997,
       '1996-01-01', '1996-12-01', '1996-01-01'
from enrollment_employer;

-- most pay in time, some in part, some never
insert into collection_bankline (id, county_id, employer_id, bank, received_on, serial, amount_fen)
select e.id::bigint * 100 + m, county_id, id, '中国工商银行', make_date(1996, m, 10 + id %% 15), id || '/' || m,
       case id %% 4 when 0 then 40000 else 220000 end + id %% 991
from enrollment_employer e, generate_series(1, 2) m where (e.id + m) %% 9 <> 0;
"""


def make(counties: int = 14) -> dict[str, Any]:
    """Make the province with January done; returns its units and its two provincial persons."""
    units = list(Agency.objects.units().values_list("id", flat=True))[:counties]
    with acting_as(everything()):
        with transaction.atomic(), connection.cursor() as cursor:
            open_periods([PROVINCE, *units], year_periods(1996))
            for unit in units:
                cursor.execute("select make_county_partition('collection_spell', 1996, %s)", [unit])
            cursor.execute(_FACTS, {"counties": units, "employers": EMPLOYERS, "workers": WORKERS})
        first, second = (_person(f"province-{n}", Role.PROVINCE, PROVINCE) for n in (1, 2))
        finances = {unit: _person(f"finance-{unit}", Role.FINANCE, unit) for unit in units}
        _january(units, first, second, finances)
        set_today(last_day(FEBRUARY))
    return {"units": units, "first": first, "second": second}


def _person(name: str, role: str, agency_id: int) -> int:
    user = User.objects.create(username=name, password="!")
    Assignment.objects.create(user=user, role=role, agency_id=agency_id)
    return int(user.pk)


def _january(units: list[int], first: int, second: int, finances: dict[int, int]) -> None:
    set_today(last_day(JANUARY))
    key = f"{last_day(JANUARY)}.1"
    for unit in units:
        jobs.assess_unit(JANUARY, unit)
    services.propose_plan(1996, first)
    services.approve_plan(1996, second)
    for unit in units:
        jobs.run_county(JANUARY, unit, key)
    for remittance in Remittance.objects.filter(state="proposed"):
        services.confirm_remittance(remittance.pk, finances[remittance.county_id])
        services.receive_remittance(remittance.pk, first)
    for unit in units:
        jobs.run_pensions(JANUARY, unit)
        close_period(agency_id=unit, period=JANUARY, user_id=finances[unit])


def undisturbed(province: dict[str, Any]) -> str:
    """What February leaves when nothing goes wrong: done here, looked at, and taken back; once for these units."""
    units = tuple(province["units"])
    if units not in _left:
        _left[units] = _undisturbed(province)
    return _left[units]


_left: dict[tuple[int, ...], str] = {}


def _undisturbed(province: dict[str, Any]) -> str:
    with acting_as(everything()), transaction.atomic():
        run = jobs.start_month(FEBRUARY, province["first"])
        for unit in province["units"]:
            jobs.run_county(FEBRUARY, unit, run.key)
        assert jobs.run_province(FEBRUARY, run.key) == "done"
        left = fingerprint()
        transaction.set_rollback(True)
    return left


_FINGERPRINT = (
    "select job, period, agency_id, key, state, checksum from jobs_jobunit",
    "select agency_id, period, state from ledger_period",
    "select agency_id, fund, account, period, debit_fen, credit_fen from ledger_balance",
    "select agency_id, fund, period, kind, booked_on, count(*) from ledger_journal group by 1, 2, 3, 4, 5",
    "select line, employer_id, due_period, recorded_in, own_due_fen, unit_due_fen from collection_bill",
    "select line, employer_id, due_period, own_fen, unit_fen from collection_openitem",
    "select line, employer_id, sum(amount_fen) from collection_receipt group by 1, 2",
    "select line, employer_id, sum(fen) from collection_unapplied group by 1, 2",
    "select * from collection_summary",
    "select county_id, period, amount_fen, state from pooling_remittance",
    "select period, run, total_fen, state from pooling_redistribution",
    "select county_id, period, need_fen, amount_fen from pooling_redistributionshare",
    "select county_id, period, plan_up_fen, proposed_fen, remitted_fen, redistributed_fen from pooling_poolingmonth",
)


def fingerprint() -> str:
    """A checksum over everything that the month wrote, by names and amounts, not by row numbers."""
    with connection.cursor() as cursor:
        parts = []
        for query in _FINGERPRINT:
            cursor.execute(
                f"select md5(coalesce(string_agg(r::text, ';' order by r::text), '')) from ({query}) r"
            )
            parts.append(cursor.fetchone()[0])
    return ",".join(parts)


def verified() -> list[str]:
    """The invariants that do not hold, over the whole database."""
    return [f"{finding.invariant.name}: {finding.rows[:3]}" for finding in check() if finding.count]


def units_of(run_id: int) -> dict[str, int]:
    """How many units of a run are in which state."""
    with connection.cursor() as cursor:
        cursor.execute("select state, count(*) from jobs_jobunit where run_id = %s group by 1", [run_id])
        return dict(cursor.fetchall())


def day() -> date:
    return last_day(FEBRUARY)
