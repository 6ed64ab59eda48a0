"""What a transfer form says of the account: kept with the move as it was sent, read by both units."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from collection.accounts import account_line
from collection.names import percent_of_ppm
from jilin_si.periods import format_period


def history_of(worker_id: int, county_id: int, sent_in: date) -> dict[str, Any]:
    """Bases and months of a record in a unit, by year, and the months that are not paid: the form tells them.

    ``paid`` are the months paid in the month of sending that go along, as spell and month: another payment of the
    same month comes after it.
    """
    line = account_line().line
    with connection.cursor() as cursor:
        cursor.execute(
            "select fee_year, due_period, sum(sign)::int,"
            " (array_agg(base_fen order by recorded_in desc, sign desc))[1], bool_and(paid_in is not null)"
            " from collection_workermonth where worker_id = %s and county_id = %s and line = %s"
            " and bill_id is not null group by 1, 2 order by 2",
            [worker_id, county_id, line],
        )
        counted = cursor.fetchall()
        cursor.execute(
            "select spell_id, due_period from collection_workermonth where worker_id = %s and county_id = %s"
            " and line = %s and paid_in = %s and transfer_fen + average_part_fen <> 0 order by 1, 2",
            [worker_id, county_id, line, sent_in],
        )
        paid_now = [[spell, period.isoformat()] for spell, period in cursor.fetchall()]
        years: dict[int, list[int]] = {}
        unpaid: list[str] = []
        for year, period, living, base, paid in counted:
            if living <= 0:
                continue
            told = years.setdefault(year, [base, 0, 0])
            told[0], told[1], told[2] = base, told[1] + 1, told[2] + int(paid)
            if not paid:
                unpaid.append(format_period(period))
    return {"years": [[year, *told] for year, told in years.items()], "unpaid": unpaid, "paid": paid_now}


@dataclass(frozen=True)
class LateMonth:
    """A month that came to the account after it was sent; fen."""

    period: str
    employer: str
    paid_in: str
    own: int
    unit: int


@dataclass(frozen=True)
class Sheet:
    """What a transfer form says of the account; fen, own part and unit part. All records of the person added up."""

    own: int = 0
    unit: int = 0
    opening: tuple[int, int] = (0, 0)
    credited: tuple[int, int] = (0, 0)
    interest: tuple[int, int] = (0, 0)
    months: int = 0
    sent_in: str = ""
    rate: str = ""
    years: Sequence[tuple[int, int, int, int]] = ()
    unpaid: Sequence[str] = ()
    late: Sequence[LateMonth] = ()


def transfer_sheet(transfer_id: int) -> Sheet:
    """The figures of a transfer's form, to both units."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select own_fen, unit_fen, opening_own_fen, opening_unit_fen, interest_own_fen, interest_unit_fen, months,"
            " sent_in, rate_ppm, history from collection_accountmove where transfer_id = %s order by move_id",
            [transfer_id],
        )
        rows = cursor.fetchall()
    if not rows:
        return Sheet()
    own, unit, opening_own, opening_unit, interest_own, interest_unit, months = (
        sum(row[place] for row in rows) for place in range(7)
    )
    told = [json.loads(row[9]) if isinstance(row[9], str) else row[9] for row in rows]
    return Sheet(
        own=own,
        unit=unit,
        opening=(opening_own, opening_unit),
        credited=(own - opening_own - interest_own, unit - opening_unit - interest_unit),
        interest=(interest_own, interest_unit),
        months=months,
        sent_in=format_period(rows[0][7]),
        rate=percent_of_ppm(rows[0][8]),
        years=sorted((year, base, due, paid) for each in told for year, base, due, paid in each["years"]),
        unpaid=sorted({period for each in told for period in each["unpaid"]}),
        late=sorted(
            (LateMonth(*month) for each in told for month in each.get("late", ())),
            key=lambda month: (month.period, month.paid_in),
        ),
    )
