"""Load the sample province into an empty database: one transaction, by COPY, two processes making rows meanwhile.

Killed at any point it leaves nothing; the next start begins anew.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from enrollment.models import Employer
from enrollment.romanise import romanise
from jilin_si.access.audit import record
from jilin_si.access.models import User
from jilin_si.access.scope import acting_as, everything
from jilin_si.agencies.models import PROVINCE
from jilin_si.ledger.services import open_periods
from jilin_si.periods import year_periods
from sample.bare_tables import bare
from sample.crew import cores, crew
from sample.declarations_1997 import write_drafts
from sample.identity import LAST_SEQUENCE, area_codes
from sample.models import SampleProvince
from sample.offices import make_office_accounts
from sample.people import Batch, declaration_1997, make_people
from sample.plan import Plan, PlannedEmployer
from sample.reference import REFERENCE
from sample.users import make_users, username

BATCH_WORKERS = 20_000
INLINE_WORKERS = (
    150_000  # a province up to this size is made in this process: another would take longer to start
)
AHEAD = 4  # batches that wait to be written

Say = Callable[[str], None]

_COLUMNS = {
    "worker": "id, identity_number, identity_key, name, pinyin, initials, sex, birth_date, category, identity,"
    " first_work_date, deemed_months",
    "employment": "id, worker_id, employer_id, county_id, first_period, last_period, leave_reason",
    "lines": "fee_year, county_id, declaration_id, worker_id, employer_id, year_wages_fen, months_worked,"
    " wage_fen, note",
    "accounts": "fee_year, county_id, worker_id, closing_own_fen, closing_unit_fen, total_months, taken_over",
}
_DIALLING = {
    2201: "0431", 2202: "0432", 2203: "0434", 2204: "0437", 2205: "0435", 2206: "0439", 2207: "0438", 2208: "0436",
    2224: "0433",
}  # fmt: skip
_BANKS = ("工商银行", "农业银行", "建设银行", "中国银行")


class NotEmptyError(Exception):
    """There are employers in this database that are not the sample's."""


def load_province(plan: Plan, say: Say) -> None:
    """Load all up to the declarations for 1996 and 1997. Raises NotEmptyError where employers are there already."""
    with acting_as(everything()), transaction.atomic():
        if Employer.objects.exists():
            raise NotEmptyError
        with connection.cursor() as cursor:
            cursor.execute("set local work_mem = '256MB'; set local maintenance_work_mem = '1GB'")
            number_workers(plan)
            say(f"{len(plan.employers):,} employers with {plan.workers:,} workers, 1:{plan.scale}")
            with bare(["enrollment_employer", "enrollment_coverage"]):
                _load_employers(cursor, plan)
            make_office_accounts(plan.seed, _DIALLING)
            make_users(plan.seed, [e.number for e in _with_sign_in(plan)])
            _load_declarations(cursor, plan)
            told = say if plan.workers > INLINE_WORKERS else _quietly
            with bare(["enrollment_worker", "enrollment_employment"], lambda what: told(f"building {what}")):
                _load_people(cursor, plan, say)
            cursor.execute("select note_all_duplicates()")  # what notes newcomers was off meanwhile
            write_drafts()
            _set_sequences(cursor)
            open_periods(
                [PROVINCE, *(unit.id for unit in plan.units)], [*year_periods(1996), *year_periods(1997)]
            )
            record(
                "load_sample",
                by=None,
                about="sample",
                details={
                    "scale": plan.scale,
                    "seed": plan.seed,
                    "employers": len(plan.employers),
                    "workers": plan.workers,
                },
            )
            SampleProvince.objects.create(
                scale=plan.scale,
                seed=plan.seed,
                workers=plan.workers,
                employers=len(plan.employers),
                loaded_at=timezone.now(),
            )
            cursor.execute("set constraints all immediate")
    say("gathering statistics")
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def _quietly(line: str) -> None:
    """A small province is built in no time."""


def _with_sign_in(plan: Plan) -> Iterator[PlannedEmployer]:
    """The employers that have a user of their own: the reference employer and the first of every prefecture."""
    seen: set[int] = set()
    for employer in plan.employers:
        if employer.is_reference or (employer.group.key == "state" and employer.unit.id not in seen):
            if not employer.is_reference:
                seen.add(employer.unit.id)
            yield employer


def number_workers(plan: Plan) -> None:
    """Give every employer's people their ids, in one row without gaps."""
    following = 1
    for employer in plan.employers:
        employer.first_worker_id = following
        following += employer.workers


def _copy(cursor: Any, table: str, columns: str, rows: str | Iterable[Iterable[object]]) -> None:
    text = rows if isinstance(rows, str) else "".join(_line(row) for row in rows)
    cursor.copy_expert(f"copy {table} ({columns}) from stdin", io.StringIO(text))


def _line(row: Iterable[object]) -> str:
    return "\t".join("\\N" if value is None else str(value) for value in row) + "\n"


def _load_employers(cursor: Any, plan: Plan) -> None:
    _copy(
        cursor,
        "enrollment_employer",
        "id, county_id, number, organisation_code, name, pinyin, ownership, industry, system, trade_class, status,"
        " bank_name, bank_account, contact_name, contact_phone, registered_on",
        (_employer_row(employer) for employer in plan.employers),
    )
    _copy(
        cursor,
        "enrollment_coverage",
        "employer_id, county_id, line, first_period",
        (
            (employer.id, employer.unit.id, line, since)
            for employer in plan.employers
            for line, since in employer.lines.items()
        ),
    )


def _employer_row(employer: PlannedEmployer) -> tuple[object, ...]:
    contact = _contact(employer.id)
    if employer.group.key == "household":
        contact = employer.name.rpartition("个体户")[2]
    if employer.is_reference:
        contact = REFERENCE.contact
    bank = _BANKS[employer.id % len(_BANKS)]
    return (
        employer.id,
        employer.unit.id,
        employer.number,
        employer.organisation_code,
        employer.name,
        romanise(employer.name)[0][:200],
        employer.group.ownership,
        employer.industry,
        employer.system,
        employer.trade_class,
        "active",
        f"{bank}{employer.unit.name}支行",
        f"{employer.unit.id}{employer.id % len(_BANKS) + 1}{employer.id * 7919 % 10**8:08d}",
        contact,
        f"{_DIALLING[employer.unit.prefecture]}-{2_000_000 + employer.id * 104_729 % 7_000_000}",
        date(1992, 1, 1),
    )


def _contact(number: int) -> str:
    return (
        "王李张刘赵孙杨于陈徐"[number % 10]
        + "建国文海永春志明玉华"[number // 10 % 10]
        + "军华林英辉平"[number % 6]
    )


def _load_declarations(cursor: Any, plan: Plan) -> None:
    """The declarations of both years with states and totals; wages are summed from the lines after these are there."""
    ids = dict(User.objects.values_list("username", "id"))

    def row(employer: PlannedEmployer, fee_year: int, number: int, state: str) -> tuple[object, ...]:
        unit = employer.unit.id
        entered = (
            date(fee_year - 1, 12, 20 + employer.id % 10)
            if state == "approved"
            else date(fee_year, 1, 2 + employer.id % 4)
        )
        reviewed = state in ("approved", "returned")
        growth = 106 if fee_year == 1997 and not employer.is_reference else 100
        return (
            number,
            employer.id,
            unit,
            fee_year,
            "yearly",
            state,
            employer.workers,
            0,
            employer.retirees,
            employer.retiree_cost_fen * growth // 100,
            date(fee_year, 1, 1),
            ids[username("clerk", unit)],
            f"{entered} 10:{employer.id % 60:02d}:00+08" if state != "draft" else None,
            ids[username("reviewer", unit)] if reviewed else None,
            f"{date(fee_year, 1, 3 + employer.id % 3)} 15:{employer.id % 60:02d}:00+08" if reviewed else None,
            "缺 1996 年 12 月工资表，请补上再报。" if state == "returned" else "",
            2 if state == "draft" else 3,
            "{}",
        )

    rows = [row(employer, 1996, employer.id, "approved") for employer in plan.employers]
    rows += [
        row(employer, 1997, declaration_1997(employer.id), employer.state_1997)
        for employer in plan.employers
        if employer.state_1997 != "missing"
    ]
    _copy(
        cursor,
        "enrollment_declaration",
        "id, employer_id, county_id, fee_year, kind, state, workers, wages_fen, retirees, retiree_cost_fen,"
        " first_period, entered_by_id, submitted_at, reviewed_by_id, reviewed_at, return_reason, version, draft",
        rows,
    )


def batches(plan: Plan) -> list[Batch]:
    """The employers in batches of a unit each, with sequence numbers of their own within the prefecture."""
    groups: list[list[PlannedEmployer]] = []
    for employer in plan.employers:
        last = groups[-1] if groups else []
        if (
            last
            and last[0].unit is employer.unit
            and sum(e.workers for e in last) + employer.workers <= BATCH_WORKERS
        ):
            last.append(employer)
        else:
            groups.append([employer])
    in_prefecture: dict[int, int] = {}
    for group in groups:
        in_prefecture[group[0].unit.prefecture] = in_prefecture.get(group[0].unit.prefecture, 0) + 1
    areas = area_codes()
    taken: dict[int, int] = {}
    made = []
    for group in groups:
        unit = group[0].unit
        width = LAST_SEQUENCE // in_prefecture[unit.prefecture] // 2 * 2
        place = taken.get(unit.prefecture, 0)
        taken[unit.prefecture] = place + 1
        first = 1 + place * width
        made.append(Batch(unit.id, tuple(group), areas[unit.id], first, first + width - 1))
    return made


def _load_people(cursor: Any, plan: Plan, say: Say) -> None:
    leaves = {
        (kind, unit.id): _bare_leaf(cursor, table, year, unit.id)
        for unit in plan.units
        for kind, table, year in (
            ("lines_1996", "enrollment_declarationline", 1996),
            ("lines_1997", "enrollment_declarationline", 1997),
            ("accounts", "collection_accountyear", 1995),
        )
    }
    done, told = 0, 0
    for batch, rows in _made(batches(plan), plan.workers):
        _copy(cursor, "enrollment_worker", _COLUMNS["worker"], rows["worker"])
        _copy(cursor, "enrollment_employment", _COLUMNS["employment"], rows["employment"])
        for kind in ("lines_1996", "lines_1997", "accounts"):
            _copy(cursor, leaves[kind, batch.unit_id], _COLUMNS[kind.partition("_")[0]], rows[kind])
        done += batch.workers
        if done == plan.workers or done - told >= max(plan.workers // 10, 50_000):
            told = done
            say(f"{done:,} of {plan.workers:,} workers")
    say("attaching the years")
    for (_kind, unit), leaf in leaves.items():
        _attach(cursor, leaf, unit)
    _sum_declarations(cursor)


def _made(wanted: list[Batch], workers: int) -> Iterator[tuple[Batch, dict[str, str]]]:
    """Each batch with its rows, in order; made ahead by other processes where that pays."""
    if workers <= INLINE_WORKERS or cores() == 1:
        for batch in wanted:
            yield batch, make_people(batch)
        return
    with crew() as pool:
        waiting: deque[tuple[Batch, Future[dict[str, str]]]] = deque()
        following = iter(wanted)
        while True:
            while len(waiting) < AHEAD and (ahead := next(following, None)) is not None:
                waiting.append((ahead, pool.submit(make_people, ahead)))
            if not waiting:
                return
            batch, future = waiting.popleft()
            yield batch, future.result()


def _bare_leaf(cursor: Any, table: str, year: int, unit: int) -> str:
    """A table like a county's leaf of that year, not attached yet: no index costs while it is filled.

    A leaf that is there already, of a year opened before anything was loaded, is empty and makes room.
    """
    leaf = f"{table}_{year}_{unit}"
    cursor.execute("select make_year_partition(%s, %s)", [table, year])
    cursor.execute(f'drop table if exists "{leaf}"')
    cursor.execute(f'create table "{leaf}" (like {table} including defaults including constraints)')
    return leaf


def _attach(cursor: Any, leaf: str, unit: int) -> None:
    """Make it the county's leaf; its key and indexes are built by that."""
    parent = leaf.rpartition("_")[0]
    cursor.execute(f'alter table "{parent}" attach partition "{leaf}" for values in ({unit})')


def _sum_declarations(cursor: Any) -> None:
    """The totals that each declaration states."""
    cursor.execute(
        """
        update enrollment_declaration d set workers = l.workers, wages_fen = l.wages_fen
        from (select declaration_id, count(*) as workers, sum(wage_fen)::bigint as wages_fen
              from enrollment_declarationline group by 1) l
        where l.declaration_id = d.id
        """
    )


def _set_sequences(cursor: Any) -> None:
    for table in ("employer", "coverage", "worker", "employment", "declaration"):
        cursor.execute(
            f"select setval(pg_get_serial_sequence('enrollment_{table}', 'id'),"
            f" (select coalesce(max(id), 1) from enrollment_{table}))"
        )
