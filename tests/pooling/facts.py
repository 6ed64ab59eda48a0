"""Facts for the tests of pooling, made without a month's work: books, what January assessed, money in the bank."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from jilin_si.access.models import Assignment, Role, User
from jilin_si.access.scope import Scope, acting_as, scope_of
from jilin_si.agencies.models import PROVINCE
from jilin_si.jobs.invariants import all_invariants
from jilin_si.ledger.services import book, open_periods
from jilin_si.money import to_fen
from jilin_si.periods import month, year_periods
from pooling import services
from tests.roles import as_owner

CHANGCHUN, JIUTAI, YUSHU, DEHUI, LIAOYUAN, DONGFENG = 220100, 220181, 220182, 220183, 220400, 220421
JANUARY = month(1996, 1)
PASSWORD = "of-the-tests-1996"
# Wages and retiree cost of January, two counties that remit and two that benefit
FIGURES = {
    CHANGCHUN: ("9000000.00", "900000.00"),
    JIUTAI: ("7333333.33", "1208333.33"),
    YUSHU: ("3416666.67", "1266666.67"),
    LIAOYUAN: ("2000000.00", "900000.00"),
}

_counter = itertools.count(1)


def person(role: str, agency_id: int = PROVINCE) -> User:
    """A member of an office with one role."""
    user = User.objects.create_user(f"{role}-{agency_id}-{next(_counter)}", password=PASSWORD)
    with as_owner():
        Assignment.objects.create(user=user, role=role, agency_id=agency_id)
    return user


def province() -> User:
    """One of the provincial staff."""
    return person(Role.PROVINCE)


def finance(county_id: int) -> User:
    """A county's finance officer."""
    return person(Role.FINANCE, county_id)


def as_user(user: User) -> AbstractContextManager[Scope]:
    """Act in the scope of a person, as a request does."""
    return acting_as(scope_of(user))


@contextmanager
def as_request(user: User) -> Iterator[Scope]:
    """Act as a request of this person does: one transaction, the scope told to the database in it."""
    with transaction.atomic(), acting_as(scope_of(user)) as scope:
        yield scope


def open_books(counties: Iterable[int], year: int = 1996) -> None:
    """Open a year's months at these units and at the province."""
    open_periods([PROVINCE, *counties], year_periods(year))


def assessed(
    figures: Mapping[int, tuple[str, str]], period: date = JANUARY, last: date | None = None
) -> None:
    """Say that months were assessed: unit → (wages, retiree cost) of a month, in yuan."""
    months = [p for p in year_periods(period.year) if period <= p <= (last or period)]
    with connection.cursor() as cursor:
        for county_id, (wages, cost) in figures.items():
            cursor.execute(
                "insert into collection_summary (county_id, line, period, workers, wage_fen, retiree_cost_fen)"
                " select %s, 'pension', p, 1, %s, %s from unnest(%s::date[]) p",
                [county_id, to_fen(Decimal(wages)), to_fen(Decimal(cost)), months],
            )
            for each in months:
                cursor.execute(
                    "update ledger_period set state = 'assessed', assessed_at = now()"
                    " where agency_id = %s and period = %s",
                    [county_id, each],
                )


def collected(county_id: int, amount: str, period: date = JANUARY) -> None:
    """Money of contributions in a unit's bank, in yuan."""
    book(
        agency_id=county_id,
        fund="pension",
        kind="received",
        booked_on=period,
        period=period,
        legs={"1002": Decimal(amount), "4001.01": -Decimal(amount)},
    )


def year_plan(figures: Mapping[int, tuple[str, str]], year: int = 1996) -> tuple[User, User]:
    """Books, January and an approved plan of these units; returns who proposed and who approved it."""
    first, second = province(), province()
    open_books(figures, year)
    assessed(figures, month(year, 1))
    services.propose_plan(year, first.pk)
    services.approve_plan(year, second.pk)
    return first, second


def remitted(county_id: int, period: date, by: User | None = None, received_by: User | None = None) -> Any:
    """A month's remittance all the way: proposed, confirmed by the finance, received by the province."""
    proposal = services.propose_remittance(county_id, period)
    assert proposal is not None
    services.confirm_remittance(proposal.pk, (by or finance(county_id)).pk)
    return services.receive_remittance(proposal.pk, (received_by or province()).pk)


def offences(*prefixes: str) -> dict[str, list[Any]]:
    """The rows that offend against the invariants whose names begin so, in this transaction."""
    found: dict[str, list[Any]] = {}
    with as_owner(), connection.cursor() as cursor:
        for invariant in all_invariants():
            if invariant.name.startswith(prefixes or ("pooling.", "ledger.")):
                cursor.execute(invariant.sql)
                if rows := cursor.fetchall():
                    found[invariant.name] = rows
    return found


def rows_of(*tables: str) -> dict[str, list[Any]]:
    """All rows of tables, for comparing before and after."""
    with as_owner(), connection.cursor() as cursor:
        answer = {}
        for table in tables:
            cursor.execute(f"select * from {table} order by 1")
            answer[table] = cursor.fetchall()
        return answer


POOLING_TABLES = (
    "pooling_countyplan",
    "pooling_remittance",
    "pooling_redistribution",
    "pooling_redistributionshare",
    "pooling_pensionpayment",
    "pooling_poolingmonth",
    "ledger_journal",
    "ledger_posting",
    "ledger_balance",
)
