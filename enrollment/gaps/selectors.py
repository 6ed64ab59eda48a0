"""Silent employers and broken months of one unit, as their lists, the desk and the follow-up page read them.

Both are asked of a unit and a month: the month of the business date from the parameter ``desk.silent_day`` on, before
that the month before, whose reports are the last that can be late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from enrollment.gaps.models import FollowUp
from enrollment.hooks import months_without_spell
from enrollment.models import TAKEN_BACK, Declaration, LeaveReason
from jilin_si.agencies.clock import today
from jilin_si.periods import add_months, months_between, period_of
from jilin_si.policy.database import database_policy

# Reasons that say where somebody went and that no month is owed after: all but "to another employer" and "other",
# after which a following employment, or a word why there is none, is still to come.
EXPLAINED = [
    TAKEN_BACK,
    *(r.value for r in LeaveReason if r not in (LeaveReason.TRANSFERRED, LeaveReason.OTHER)),
]


def month_asked(day: date | None = None) -> date:
    """The month whose reports are late on a day (today): from the sixth its own, before that the one before."""
    day = day or today()
    first = int(database_policy().value("desk.silent_day", day))
    return period_of(day) if day.day >= first else add_months(period_of(day), -1)


@dataclass(frozen=True)
class LastStep:
    """The latest follow-up about a case."""

    how: str
    day: date
    said: str
    promised_on: date | None
    by: str

    @property
    def word(self) -> Any:
        return FollowUp.How(self.how).label


@dataclass(frozen=True)
class SilentEmployer:
    """An employer that has not declared, or has people without a declared wage, since which month."""

    pk: int
    county_id: int
    number: str
    name: str
    ownership: str
    contact_name: str
    contact_phone: str
    kind: str
    """``nothing`` not begun, ``draft`` being typed, ``returned`` sent back, ``people`` some have no wage."""
    declaration_id: int | None
    entered_by: str
    people: int
    without_wage: int
    since: date
    listed_on: date
    months: int
    last: LastStep | None


_SILENT = """
with handed_in as materialized (
  select id from enrollment_declaration
  where county_id = %(unit)s and fee_year = %(year)s and state in ('submitted', 'approved')
), person as materialized (    -- in two stretches, each of an index alone
  select employer_id, worker_id, first_period from enrollment_employment
  where county_id = %(unit)s and last_period is null and first_period <= %(month)s
  union all
  select employer_id, worker_id, first_period from enrollment_employment
  where county_id = %(unit)s and last_period >= %(month)s and first_period <= %(month)s
    and leave_reason <> 'taken_back'
), at_work as (
  select employer_id, count(*) as people from person group by 1
), missing as (     -- neither with wages in a return of the year that was handed in, nor answered for
  select p.employer_id, count(*) as without_wage, min(p.first_period) as first_without
  from person p
  where not exists (select from enrollment_declarationline l
                    where l.fee_year = %(year)s and l.county_id = %(unit)s and l.worker_id = p.worker_id
                      and l.employer_id = p.employer_id and l.declaration_id in (select id from handed_in))
    and not exists (select from enrollment_declarationanswer a
                    where a.county_id = %(unit)s and a.worker_id = p.worker_id and a.employer_id = p.employer_id
                      and a.declaration_id in (select id from handed_in))
  group by 1
), declared as (
  select employer_id, max(fee_year) as year from enrollment_declaration
  where county_id = %(unit)s and kind = 'yearly' and state in ('submitted', 'approved') and fee_year <= %(year)s
  group by 1
), silent as (
  select m.*, d.id as declaration_id, d.entered_by_id, coalesce(w.people, 0) as people,
         coalesce(g.without_wage, 0) as without_wage,
         case when d.id is null then 'nothing' when d.state in ('draft', 'returned') then d.state
              else 'people' end as kind,
         case when d.state in ('submitted', 'approved') then greatest(g.first_without, make_date(%(year)s, 1, 1))
              else greatest(date_trunc('month', m.registered_on)::date,
                            coalesce(make_date(p.year + 1, 1, 1), '1992-01-01'))
         end as since
  from enrollment_employer m
  left join enrollment_declaration d
    on d.employer_id = m.id and d.county_id = %(unit)s and d.fee_year = %(year)s and d.kind = 'yearly'
  left join at_work w on w.employer_id = m.id
  left join missing g on g.employer_id = m.id
  left join declared p on p.employer_id = m.id
  where m.county_id = %(unit)s and m.status = 'active' and m.registered_on < %(month)s::date + interval '1 month'
    and (d.id is null or d.state in ('draft', 'returned') or g.without_wage > 0)
)
"""


def silent_employers(unit: int, filters: Mapping[str, Any] | None = None) -> list[SilentEmployer]:
    """The silent employers of a unit in the month asked, longest silent first.

    ``filters``: ``q`` a part of name or number, ``kind``, ``ownership``, ``step`` (``none`` nobody followed up yet,
    ``done`` somebody did, ``broken`` what was promised has passed), ``pk`` one employer alone.
    """
    filters, month = filters or {}, month_asked()
    with connection.cursor() as cursor:
        cursor.execute(
            _SILENT
            + """
            select s.id, s.county_id, s.number, s.name, s.ownership, s.contact_name, s.contact_phone, s.kind,
                   s.declaration_id, coalesce(u.display_name, ''), s.people, s.without_wage, s.since
            from silent s left join access_user u on u.id = s.entered_by_id
            where (%(kind)s = '' or s.kind = %(kind)s) and (%(ownership)s = '' or s.ownership = %(ownership)s)
              and (%(q)s = '' or s.name like '%%' || %(like)s || '%%' or s.number like %(like)s || '%%')
              and (%(pk)s is null or s.id = %(pk)s)
            order by s.since, s.number
            """,
            _asked(unit, month, filters),
        )
        found: Any = cursor.fetchall()
    steps = last_steps(unit, month, "employer_id")
    rows = [
        SilentEmployer(*(*told, _listed_on(told[-1]), months_between(told[-1], month), steps.get(told[0])))
        for told in found
    ]
    return [row for row in rows if _fits(row.last, filters.get("step") or "")]


def count_silent(unit: int) -> int:
    """How many employers of a unit are silent."""
    with connection.cursor() as cursor:
        cursor.execute(_SILENT + "select count(*) from silent", _asked(unit, month_asked(), {}))
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class BrokenMonth:
    """A worker whose months broke off: from which month, with which employer, how it shows."""

    pk: int
    """The employment."""
    worker_id: int
    name: str
    identity_number: str
    employer_id: int
    county_id: int
    employer: str
    contact_name: str
    contact_phone: str
    kind: str
    """``left`` ended and nobody took the person up, ``unpaid`` employed without a spell in the assessed month."""
    leave_reason: str
    since: date
    listed_on: date
    months: int
    last: LastStep | None


_BROKEN = """
with gap as (
  select employment_id, null::date as since from broken_off(%(unit)s, %(first)s, %(month)s, %(explained)s)
  union all
  select * from unnest(%(ids)s::bigint[], %(since)s::date[])
), open_gap as (
  select e.*, coalesce(g.since, (e.last_period + interval '1 month')::date) as since, g.since is not null as unpaid
  from gap g join enrollment_employment e on e.id = g.employment_id
  where e.county_id = %(unit)s
    and not exists (select from enrollment_followup f
                    where f.employer_id = e.employer_id and f.employment_id = e.id and f.explains
                      and f.taken_back_at is null)
    and not exists (select from enrollment_declarationanswer a join enrollment_declaration d on d.id = a.declaration_id
                    where a.worker_id = e.worker_id and a.employer_id = e.employer_id
                      and d.fee_year = extract(year from %(month)s::date) and d.state in ('submitted', 'approved'))
)
"""


def broken_months(unit: int, filters: Mapping[str, Any] | None = None) -> list[BrokenMonth]:
    """The broken months of a unit, oldest first. What an answer explains is left out.

    ``filters``: ``q`` a part of a name, of the employer's name, or its number; ``kind``, ``step``; ``pk`` one alone.
    """
    filters, month = filters or {}, month_asked()
    with connection.cursor() as cursor:
        cursor.execute(
            _BROKEN
            + """
            select g.id, g.worker_id, w.name, w.identity_number, g.employer_id, g.county_id, m.name, m.contact_name,
                   m.contact_phone, case when g.unpaid then 'unpaid' else 'left' end, g.leave_reason, g.since
            from open_gap g
            join enrollment_worker w on w.id = g.worker_id
            join enrollment_employer m on m.id = g.employer_id
            where (%(kind)s = '' or g.unpaid = (%(kind)s = 'unpaid'))
              and (%(q)s = '' or w.name like %(like)s || '%%' or m.name like '%%' || %(like)s || '%%'
                   or m.number like %(like)s || '%%')
              and (%(pk)s is null or g.id = %(pk)s)
            order by g.since, m.number, w.name
            """,
            _asked(unit, month, filters) | _gaps(unit, month),
        )
        found: Any = cursor.fetchall()
    steps = last_steps(unit, month, "employment_id")
    rows = [
        BrokenMonth(*(*told, _listed_on(told[-1]), months_between(told[-1], month), steps.get(told[0])))
        for told in found
    ]
    return [row for row in rows if _fits(row.last, filters.get("step") or "")]


def count_broken(unit: int) -> int:
    """How many months of a unit's workers broke off and are not explained."""
    month = month_asked()
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN + "select count(*) from open_gap", {"unit": unit, **_gaps(unit, month)})
        return int(cursor.fetchone()[0])


def last_steps(unit: int, month: date, about: str) -> dict[int, LastStep]:
    """The latest follow-up of each case of a unit since the gap of a month may have begun; ``about`` names the key.

    Steps of earlier years are history: whoever is silent again has to be called again.
    """
    found = (
        FollowUp.objects.filter(county_id=unit, taken_back_at=None, period__gte=date(month.year, 1, 1))
        .filter(employment__isnull=about == "employer_id")
        .select_related("made_by")
        .order_by("id")
    )
    return {
        getattr(step, about): LastStep(
            step.how, step.day, step.said, step.promised_on, str(step.made_by or "")
        )
        for step in found
    }


def steps_about(employer_id: int, employment_id: int | None = None) -> Iterable[FollowUp]:
    """What was done about an employer, or about one employment of it; the newest first."""
    steps: Iterable[FollowUp] = FollowUp.objects.filter(
        employer_id=employer_id, employment_id=employment_id
    ).select_related("made_by")[:20]
    return steps


def _listed_on(since: date) -> date:
    """The day on which a gap that began in a month came onto the list."""
    return since.replace(day=int(database_policy().value("desk.silent_day", since)))


def _asked(unit: int, month: date, filters: Mapping[str, Any]) -> dict[str, Any]:
    text = (filters.get("q") or "").strip()
    return {
        "unit": unit,
        "month": month,
        "year": month.year,
        "q": text,
        "like": text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"),
        "kind": filters.get("kind") or "",
        "ownership": filters.get("ownership") or "",
        "pk": filters.get("pk"),
    }


def _gaps(unit: int, month: date) -> dict[str, Any]:
    back = int(database_policy().value("desk.broken_months_back", month))
    unpaid = months_without_spell(unit)
    return {
        "first": add_months(month, -back),
        "month": month,
        "explained": EXPLAINED,
        "ids": [employment for employment, _since in unpaid],
        "since": [since for _employment, since in unpaid],
    }


def _fits(last: LastStep | None, step: str) -> bool:
    if step == "none":
        return last is None
    if step == "done":
        return last is not None
    if step == "broken":
        return last is not None and last.promised_on is not None and last.promised_on < today()
    return True


def goes_on_with(row: SilentEmployer) -> str:
    """What the clerk opens next for a silent employer: ``declare`` begins the return, ``open`` goes on with it."""
    if row.kind == "nothing":
        return "declare"
    return "open" if row.kind in (Declaration.State.DRAFT, Declaration.State.RETURNED) else "people"
