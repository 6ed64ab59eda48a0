"""A worker's months (缴费月份) and individual account (个人账户), derived from spells, bills and payments.

Year and county are always named, so that a plan touches one leaf a year: through the worker alone it would look into
every county's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from collection.models import Bill, Spell, WorkerMonth
from collection.selectors.fees import due_day
from enrollment.models import Coverage, Employer, Employment, Worker
from enrollment.standing import person_records
from jilin_si.agencies.clock import today
from jilin_si.money import ZERO
from jilin_si.periods import period_of

# How a month stands: counted in the account, counted after a late payment, owed, not yet due, not insured.
CREDITED, CREDITED_LATE, OWED, NOT_DUE, NOT_INSURED = (
    "credited",
    "credited_late",
    "owed",
    "not_due",
    "not_insured",
)


@dataclass(frozen=True)
class PersonMonth:
    """One line of a worker's month; corrections are added up, ``spell_id`` names the spell that counts now; yuan."""

    worker_id: int
    period: date
    line: str
    county_id: int
    employer_id: int
    fee_year: int
    spell_id: int
    wage: Decimal
    base: Decimal
    own: Decimal
    transfer: Decimal
    average_part: Decimal
    state: str
    paid_in: date | None
    bill_id: int | None
    parameter_id: int
    provisional: bool

    @property
    def credit(self) -> Decimal:
        return self.own + self.transfer + self.average_part

    @property
    def unit(self) -> Decimal:
        return self.transfer + self.average_part

    @property
    def is_due(self) -> bool:
        """Whether a bill was made of it and its day has passed."""
        return self.state in (CREDITED, CREDITED_LATE, OWED)

    @property
    def is_credited(self) -> bool:
        return self.state in (CREDITED, CREDITED_LATE)

    @property
    def trace_key(self) -> str:
        """The month as traces name it."""
        return f"{self.fee_year}-{self.county_id}-{self.spell_id}-{self.period:%Y%m}-{self.line}"


_MONTH_COLUMNS = (
    "worker_id", "due_period", "line", "county_id", "employer_id", "fee_year", "spell_id", "sign", "wage", "base",
    "own", "transfer", "average_part", "paid_in", "bill_id", "parameter_id", "provisional", "recorded_in",
)  # fmt: skip


def counties_of(worker_id: int) -> list[int]:
    """The units in which a person was ever employed, as far as they are to be seen."""
    return _counties(person_records(worker_id))


def _counties(records: Sequence[int]) -> list[int]:
    return sorted(set(Employment.objects.filter(worker_id__in=records).values_list("county_id", flat=True)))


def worker_months(worker_id: int, years: Sequence[int], employer_id: int | None = None) -> list[PersonMonth]:
    """The months of a person in these years, in every line with a worker's part, oldest first; of all its records."""
    records = person_records(worker_id)
    counties = _counties(records)
    if not counties or not years:
        return []
    condition = Q(worker_id__in=records, fee_year__in=list(years), county_id__in=counties)
    if employer_id is not None:
        condition &= Q(employer_id=employer_id)
    rows = WorkerMonth.objects.filter(condition).values_list(*_MONTH_COLUMNS, named=True)
    groups: dict[tuple[date, str], list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.due_period, row.line].append(row)
    on = today()
    covered = _coverages({row.employer_id for row in rows if row.bill_id is None})
    return [_month(key, group, on, covered) for key, group in sorted(groups.items())]


_Spans = dict[tuple[int, str], list[tuple[date, date | None]]]


def _coverages(employers: set[int]) -> _Spans:
    """From when to when these employers are in each line: who is in none is never billed for it."""
    spans: _Spans = defaultdict(list)
    if employers:
        for employer, line, first, last in Coverage.objects.filter(employer_id__in=employers).values_list(
            "employer_id", "line", "first_period", "last_period"
        ):
            spans[employer, line].append((first, last))
    return spans


def _month(key: tuple[date, str], rows: Sequence[Any], on: date, covered: _Spans) -> PersonMonth:
    period, line = key
    ordered = sorted(rows, key=lambda row: (row.recorded_in, row.sign, row.spell_id))
    living = next((row for row in reversed(ordered) if row.sign == 1), ordered[-1])
    paid = [row.paid_in for row in rows if row.paid_in]
    return PersonMonth(
        worker_id=living.worker_id,
        period=period,
        line=line,
        county_id=living.county_id,
        employer_id=living.employer_id,
        fee_year=living.fee_year,
        spell_id=living.spell_id,
        wage=living.wage,
        base=living.base,
        own=sum((row.own for row in rows), ZERO),
        transfer=sum((row.transfer for row in rows), ZERO),
        average_part=sum((row.average_part for row in rows), ZERO),
        state=_state(
            period,
            rows,
            on,
            any(
                first <= period and (last is None or period <= last)
                for first, last in covered.get((living.employer_id, line), ())
            ),
        ),
        paid_in=max(paid, default=None),
        bill_id=living.bill_id,
        parameter_id=living.parameter_id,
        provisional=living.provisional,
    )


def _state(period: date, rows: Sequence[Any], on: date, covered: bool) -> str:
    if sum(row.sign for row in rows) == 0:
        return NOT_INSURED
    if all(row.bill_id is None for row in rows):
        return NOT_DUE if covered and period <= period_of(on) else NOT_INSURED
    unpaid = [row for row in rows if row.bill_id and not row.paid_in]
    if unpaid:
        due = due_day(rows[0].county_id, max(row.recorded_in for row in unpaid))
        return OWED if on > due else NOT_DUE
    return CREDITED_LATE if max(row.paid_in for row in rows if row.paid_in) > period else CREDITED


@dataclass(frozen=True)
class BillPerson:
    """A worker's part in one assessment; a correction has its sign; yuan."""

    worker_id: int
    name: str
    identity_number: str
    fee_year: int
    county_id: int
    spell_id: int
    due_period: date
    line: str
    sign: int
    wage: Decimal
    base: Decimal
    own: Decimal
    credit: Decimal
    bill_id: int | None = None

    @property
    def trace_key(self) -> str:
        """The month as traces name it; with the bill where the month stands in more than one."""
        named = f"-{self.bill_id}" if self.bill_id else ""
        return f"{self.fee_year}-{self.county_id}-{self.spell_id}-{self.due_period:%Y%m}-{self.line}{named}"


def assessed_spells(employer_id: int, county_id: int, period: date, recorded: date) -> QuerySet[Spell]:
    """The spells that one assessment of a month added up: its facts as they were recorded for it."""
    spells = Spell.objects.filter(
        fee_year=period.year,
        county_id=county_id,
        employer_id=employer_id,
        first_period__lte=period,
        last_period__gte=period,
    )
    return (
        spells.filter(recorded_in=recorded) if recorded > period else spells.filter(recorded_in__lte=period)
    )


def is_estimated(employer_id: int, county_id: int, period: date) -> bool:
    """Whether a month goes by last year's wages, because no return of its year is approved yet (COL-8)."""
    spells = Spell.objects.filter(fee_year=period.year, county_id=county_id, employer_id=employer_id)
    return (
        spells.filter(provisional=True, sign=1, first_period__lte=period, last_period__gte=period)
        .exclude(spell_id__in=spells.filter(reverses__isnull=False).values("reverses"))
        .exists()
    )


def bill_people(bill: Bill, first: int = 0, most: int = 50) -> list[BillPerson]:
    """The workers whose parts one assessment adds up, in the order of the registry, a page at a time.

    The page is chosen among the spells, whose key has that order: only its months are worked out.
    """
    spells = assessed_spells(bill.employer_id, bill.county_id, bill.due_period, bill.spells_recorded)
    page = dict(
        spells.order_by("worker_id", "spell_id").values_list("spell_id", "worker_id")[first : first + most]
    )
    months = WorkerMonth.objects.filter(
        fee_year=bill.due_period.year,
        county_id=bill.county_id,
        employer_id=bill.employer_id,
        worker_id__in=set(page.values()),
        spell_id__in=list(page),
        due_period=bill.due_period,
        line=bill.line,
        bill_id=bill.pk,
    )
    rows = sorted(months, key=lambda row: (row.worker_id, row.spell_id))
    workers = Worker.objects.filter(pk__in={row.worker_id for row in rows}).in_bulk()
    return [
        BillPerson(
            worker_id=row.worker_id,
            name=workers[row.worker_id].name,
            identity_number=workers[row.worker_id].identity_number,
            fee_year=row.fee_year,
            county_id=row.county_id,
            spell_id=row.spell_id,
            due_period=row.due_period,
            line=row.line,
            sign=row.sign,
            wage=row.wage,
            base=row.base,
            own=row.own,
            credit=row.own + row.transfer + row.average_part,
            bill_id=bill.pk if bill.spells_of else None,
        )
        for row in rows
        if row.worker_id in workers
    ]


@dataclass(frozen=True)
class PeoplePage:
    """A page of an employer's people in a month, each with the month where a line has workers' parts."""

    people: Sequence[tuple[Worker, PersonMonth | None]]
    number: int
    pages: int
    total: int

    def __iter__(self) -> Iterator[tuple[Worker, PersonMonth | None]]:
        return iter(self.people)

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1


def month_people(employer: Employer, period: date, text: str, number: int, most: int) -> PeoplePage:
    """The people of an employer's month with their parts, in the order of the registry, a page at a time.

    ``text`` is the beginning of a name or of an identity number. Somebody in lines without workers' parts has none.
    """
    here = {"fee_year": period.year, "county_id": employer.county_id, "employer_id": employer.pk}
    spells = Spell.objects.filter(**here, first_period__lte=period, last_period__gte=period)
    if text:
        column = "identity_key" if text[:1].isdigit() else "name"
        spells = spells.filter(**{f"worker__{column}__startswith": text})
    living = spells.order_by("worker_id").values("worker_id").annotate(signs=Sum("sign")).filter(signs__gt=0)
    ids = list(living.values_list("worker_id", flat=True))
    pages = max(1, -(-len(ids) // most))
    number = min(max(number, 1), pages)
    shown = ids[(number - 1) * most : number * most]
    rows = WorkerMonth.objects.filter(**here, due_period=period, worker_id__in=shown)
    groups: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in rows.values_list(*_MONTH_COLUMNS, named=True):
        groups[row.worker_id, row.line].append(row)
    on = today()
    covered = _coverages({employer.pk})
    found = {worker: _month((period, line), group, on, covered) for (worker, line), group in groups.items()}
    workers = Worker.objects.filter(pk__in=shown).in_bulk()
    people = [(workers[worker], found.get(worker)) for worker in shown if worker in workers]
    return PeoplePage(people, number, pages, len(ids))
