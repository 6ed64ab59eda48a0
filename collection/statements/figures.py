"""What a statement says, gathered once and kept: an employer's months and people, a worker's year (STAT-2, PEN-10).

Figures are whole fen under plain names, so that they can be stored as they are, compared, and drawn again as PDF or
Excel in either language.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from collection.names import lines_in_order
from collection.selectors.accounts import account_of
from collection.selectors.bills import EmployerMonth, employer_months
from collection.selectors.people import worker_months
from collection.statements.taken_over import HandedFigures, TakenFigures, handed_figures, taken_figures
from enrollment.models import Employer, Employment, Worker
from jilin_si.money import ZERO, to_fen
from jilin_si.periods import format_period, periods


@dataclass
class LineFigures:
    """One line of one month; fen. ``supplements`` are the periods in which later changes were recorded."""

    period: str
    line: str
    workers: int
    wages: int
    retiree_cost: int
    unit_due: int
    own_due: int
    owed: int
    own_owed: int
    received_on: str | None
    supplements: list[str] = field(default_factory=list)

    @property
    def due(self) -> int:
        return self.unit_due + self.own_due

    @property
    def paid(self) -> int:
        return self.due - self.owed


@dataclass
class PersonFigures:
    """One worker over the months of a statement; fen. ``limit``: the base stands at the floor or the ceiling."""

    identity_number: str
    name: str
    base: int
    limit: str
    own_monthly: int
    months_due: int
    months_credited: int
    own_due: int
    own_paid: int
    credited: int


@dataclass
class RateFigures:
    """The rates of a line over a stretch of months; ppm and fen, for the notes under the tables."""

    line: str
    first: str
    last: str
    unit_ppm: int
    own_ppm: int
    floor: int
    cap: int
    transfer_ppm: int
    average_part: int
    includes_retiree_cost: bool


@dataclass
class ContributionFigures:
    """An employer's contribution statement."""

    employer_id: int
    number: str
    name: str
    ownership: str
    county_id: int
    first: str
    last: str
    months: list[LineFigures] = field(default_factory=list)
    people: list[PersonFigures] = field(default_factory=list)
    rates: list[RateFigures] = field(default_factory=list)
    taken: list[TakenFigures] = field(default_factory=list)
    handed: list[HandedFigures] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return lines_in_order({row.line for row in self.months})

    @property
    def due(self) -> int:
        return sum(row.due for row in self.months)

    @property
    def paid(self) -> int:
        return sum(row.paid for row in self.months)

    @property
    def owed(self) -> int:
        return sum(row.owed for row in self.months)

    @property
    def own_due(self) -> int:
        return sum(row.own_due for row in self.months)

    @property
    def taken_owed(self) -> int:
        """What was taken over from other employers and is open; none of it is in the sums of the months."""
        return sum(row.principal for row in self.taken)

    @property
    def taken_fee(self) -> int:
        return sum(row.late_fee for row in self.taken)

    def as_json(self) -> dict[str, Any]:
        """The figures as they are kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> ContributionFigures:
        given = dict(kept)
        given["months"] = [LineFigures(**row) for row in kept["months"]]
        given["people"] = [PersonFigures(**row) for row in kept["people"]]
        given["rates"] = [RateFigures(**row) for row in kept["rates"]]
        given["taken"] = [TakenFigures(**row) for row in kept.get("taken", ())]
        given["handed"] = [HandedFigures(**row) for row in kept.get("handed", ())]
        return cls(**given)


def contribution_figures(employer: Employer, first: date, last: date) -> ContributionFigures:
    """What the employer's books say of the months from ``first`` to ``last`` today."""
    months = employer_months(employer.pk, first, last)
    return ContributionFigures(
        employer_id=employer.pk,
        number=employer.number,
        name=employer.name,
        ownership=employer.ownership,
        county_id=employer.county_id,
        first=format_period(first),
        last=format_period(last),
        months=[row for month in months for row in _lines(month)],
        people=_people(employer, first, last),
        rates=_rates(employer, first, last),
        taken=taken_figures(employer.pk),
        handed=handed_figures(employer.pk, first, last),
    )


def _lines(month: EmployerMonth) -> list[LineFigures]:
    return [
        LineFigures(
            period=format_period(month.period),
            line=line.line,
            workers=line.workers,
            wages=to_fen(line.wages),
            retiree_cost=to_fen(line.retiree_cost),
            unit_due=to_fen(line.unit_due),
            own_due=to_fen(line.own_due),
            owed=to_fen(line.owed),
            own_owed=to_fen(line.own_owed),
            received_on=line.received_on.isoformat() if line.received_on else None,
            supplements=sorted({format_period(bill.recorded_in) for bill in line.supplements}),
        )
        for line in month.lines
    ]


def _people(employer: Employer, first: date, last: date) -> list[PersonFigures]:
    """Each worker's part over these months, added up by the database; a month counts as paid where its own part is."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with bill as materialized (          -- the assessments with workers' parts, and what of them is paid
              select b.due_period, coalesce(b.spells_of, b.recorded_in) as recorded_in,
                     case when b.reverses is null then 1 else -1 end as sign,
                     p.floor_fen, p.cap_fen, p.own_ppm, p.transfer_ppm, p.average_part_fen,
                     d.bill_id is not null as is_paid, coalesce(o.own_fen, 0) = 0 as own_is_paid
              from collection_bill b
              join collection_assessmentparameter p on p.id = b.parameter_id and p.own_ppm + p.transfer_ppm > 0
              left join collection_paidbill d on d.bill_id = b.bill_id
              left join collection_openitem o on o.bill_id = b.bill_id
              where b.employer_id = %(employer)s and b.due_period between %(first)s and %(last)s
            ),
            part as (               -- worker and month with the assessment it stands in
              select s.worker_id, b.due_period, s.sign * b.sign as sign, s.wage_fen, s.recorded_in,
                     b.is_paid, b.own_is_paid,
                     base_of(s.wage_fen, b.floor_fen, b.cap_fen) as base_fen,
                     s.sign * b.sign * share(base_of(s.wage_fen, b.floor_fen, b.cap_fen), b.own_ppm) as own_fen,
                     s.sign * b.sign * (share(base_of(s.wage_fen, b.floor_fen, b.cap_fen), b.own_ppm)
                       + share(base_of(s.wage_fen, b.floor_fen, b.cap_fen), b.transfer_ppm)
                       + b.average_part_fen) as credit_fen
              from collection_spell s join bill b
                on s.first_period <= b.due_period and s.last_period >= b.due_period
               and greatest(s.recorded_in, b.due_period) = b.recorded_in
              where s.fee_year = any(%(years)s) and s.county_id = %(county)s and s.employer_id = %(employer)s
            ),
            month as (              -- corrections added up; the last recorded spell gives base and monthly part
              select worker_id, due_period, (sum(sign) > 0)::int as is_due, bool_and(is_paid) as is_credited,
                     sum(own_fen) as own_fen, coalesce(sum(own_fen) filter (where own_is_paid), 0) as own_paid,
                     coalesce(sum(credit_fen) filter (where is_paid), 0) as credited,
                     (array_agg(array[base_fen, wage_fen, own_fen] order by recorded_in desc)
                       filter (where sign = 1))[1:1] as newest
              from part group by 1, 2
            ),
            whole as (              -- the last month in which the worker counted stands for his base
              select worker_id, sum(is_due) as months_due, sum(is_due) filter (where is_credited) as months_credited,
                     sum(own_fen) as own_due, sum(own_paid) as own_paid, sum(credited) as credited,
                     (array_agg(newest order by due_period desc) filter (where newest is not null))[1:1][1:1] as newest
              from month group by 1
            )
            select w.identity_number, w.name, t.newest[1][1][1],
                   case when t.newest[1][1][1] > t.newest[1][1][2] then 'floor'
                        when t.newest[1][1][1] < t.newest[1][1][2] then 'cap' else '' end,
                   t.newest[1][1][3], t.months_due::int, coalesce(t.months_credited, 0)::int, t.own_due::bigint,
                   t.own_paid::bigint, t.credited::bigint
            from whole t
            cross join lateral (      -- one by one: never all sums again for each worker, whatever is estimated
              select identity_number, identity_key, name from enrollment_worker where id = t.worker_id offset 0
            ) w
            where t.months_due > 0 or t.own_due <> 0
            order by w.identity_key
            """,
            {
                "years": list(range(first.year, last.year + 1)),
                "county": employer.county_id,
                "employer": employer.pk,
                "first": first,
                "last": last,
            },
        )
        return [PersonFigures(*row) for row in cursor.fetchall()]


def _rates(employer: Employer, first: date, last: date) -> list[RateFigures]:
    """The rates used in these months, a row a line and stretch of equal ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select distinct p.line, p.due_period, p.unit_ppm, p.own_ppm, p.floor_fen, p.cap_fen, p.transfer_ppm,
                   p.average_part_fen, p.includes_retiree_cost
            from collection_bill b join collection_assessmentparameter p on p.id = b.parameter_id
            where b.employer_id = %s and b.due_period between %s and %s order by 1, 2
            """,
            [employer.pk, first, last],
        )
        found: list[RateFigures] = []
        for line, period, *rates in cursor.fetchall():
            shown = format_period(period)
            if found and found[-1].line == line and _values(found[-1]) == rates:
                found[-1].last = shown
            else:
                found.append(RateFigures(line, shown, shown, *rates))
    return found


def _values(rate: RateFigures) -> list[Any]:
    return list(asdict(rate).values())[3:]


@dataclass
class AccountFigures:
    """A worker's yearly account statement (PEN-10); fen. ``months`` are (period, state, credit)."""

    worker_id: int
    identity_number: str
    worker_name: str
    employer_id: int
    number: str
    name: str
    county_id: int
    year: int
    first: str
    last: str
    base: int
    months_due: int
    months_credited: int
    unpaid: list[str]
    opening_own: int
    opening_unit: int
    credit_own: int
    credit_on_base: int
    credit_on_average: int
    interest_own: int | None
    interest_unit: int | None
    closing_own: int
    closing_unit: int
    total_months: int
    deemed_months: int
    book_rate: str
    months: list[list[Any]] = field(default_factory=list)
    settled_own: int = 0  # interest that a transfer settled in a year that is not closed
    settled_unit: int = 0
    moved_own: int = 0  # what arrived less what was sent
    moved_unit: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> AccountFigures:
        return cls(**kept)


def account_figures(worker: Worker, employment: Employment, year: int) -> AccountFigures:
    """What the account of a worker says of a year today; interest only where the year is closed."""
    account = account_of(worker.pk, year)
    mine = worker_months(worker.pk, [year])
    due = [month for month in mine if month.is_due]
    base = due[-1].base if due else mine[-1].base if mine else None
    unpaid = [format_period(month.period) for month in due if not month.is_credited]
    before = next((row for row in reversed(account.years) if row.fee_year < year), None)
    on_average = sum(to_fen(credit.average_part) for credit in account.credits)
    credit_unit = to_fen(account.credit_unit)
    return AccountFigures(
        worker_id=worker.pk,
        identity_number=worker.identity_number,
        worker_name=worker.name,
        employer_id=employment.employer_id,
        number=employment.employer.number,
        name=employment.employer.name,
        county_id=employment.county_id,
        year=year,
        first=f"{year}-01",
        last=f"{year}-12",
        base=to_fen(base) if base is not None else 0,
        months_due=len(due),
        months_credited=account.months_credited,
        unpaid=unpaid,
        opening_own=to_fen(account.opening_own),
        opening_unit=to_fen(account.opening_unit),
        credit_own=to_fen(account.credit_own),
        credit_on_base=credit_unit - on_average,
        credit_on_average=on_average,
        interest_own=to_fen(account.interest_own or ZERO) if account.closed else None,
        interest_unit=to_fen(account.interest_unit or ZERO) if account.closed else None,
        settled_own=0 if account.closed else to_fen(account.interest_own or ZERO),
        settled_unit=0 if account.closed else to_fen(account.interest_unit or ZERO),
        moved_own=to_fen(account.moved_own),
        moved_unit=to_fen(account.moved_unit),
        closing_own=to_fen(account.balance_own),
        closing_unit=to_fen(account.balance_unit),
        total_months=(
            account.closed.total_months
            if account.closed
            else (before.total_months if before else 0) + account.months_credited
        ),
        deemed_months=worker.deemed_months,
        book_rate=_book_rate(year, employment.county_id) if account.closed else "",
        months=[[format_period(m.period), m.state, to_fen(m.credit)] for m in mine],
    )


def _book_rate(year: int, county_id: int) -> str:
    """The book rate of a year as text, ``0.0916``; nothing where none was set (PEN-9)."""
    from jilin_si.policy.database import database_policy

    found = database_policy().find("account.book_rate", date(year, 12, 1), county_id)
    return str(found.value) if found else ""


def all_periods(figures: ContributionFigures) -> list[str]:
    """Every month of the statement's span, also those without a bill."""
    first, last = (date.fromisoformat(f"{text}-01") for text in (figures.first, figures.last))
    return [format_period(period) for period in periods(first, last)]
