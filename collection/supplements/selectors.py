"""Rests of accounts that a unit sent away: who, how much, since when, from which months, and where they have to go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from collection.account_moves import last_book_rate
from collection.accounts import account_line
from enrollment.models import Employer, Transfer
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.ledger.services import LedgerError, booking_period
from jilin_si.money import from_fen
from jilin_si.periods import format_period, period_of

SEND, ON_ITS_WAY, SHORT = "send", "on_its_way", "short"


@dataclass(frozen=True)
class LateCredit:
    """A month that counted here after the account was sent; yuan."""

    spell_id: int
    period: date
    employer_id: int
    employer: str
    paid_in: date
    own: Decimal
    unit: Decimal


@dataclass(frozen=True)
class Rest:
    """What still stands in this unit's account of a person whose account is kept elsewhere; yuan, interest included."""

    pk: int
    """The transfer that sent the account away."""
    transfer: Transfer
    person_id: int
    records: Sequence[int]
    to_county_id: int | None
    destination: str
    to: str
    state: str
    """``send``; ``on_its_way``: the account itself moves on just now; ``short``: less than nothing stands here."""
    own: Decimal
    unit: Decimal
    months: int
    since: date
    late: Sequence[LateCredit]

    @property
    def total(self) -> Decimal:
        return self.own + self.unit

    @property
    def name(self) -> str:
        return self.transfer.name

    @property
    def identity_number(self) -> str:
        return self.transfer.identity_number

    @property
    def worker_id(self) -> int:
        """The record that this unit sent: it sees that one."""
        return self.transfer.worker_id

    @property
    def employer(self) -> str:
        """Whose months they are; where no month is behind it, the employer from which the person left."""
        names = dict.fromkeys(credit.employer for credit in self.late)
        return "、".join(names) or self.transfer.employer_name

    @property
    def came(self) -> str:
        """The months behind it: ``1996-02``, ``1996-02 – 1996-05``."""
        periods = sorted({credit.period for credit in self.late})
        return " – ".join(dict.fromkeys(format_period(end) for end in (*periods[:1], *periods[-1:])))


def sending_month(county_id: int) -> date:
    """The month up to which a rest sent today would earn interest: the one in which it would be booked."""
    try:
        return booking_period(county_id, today())
    except LedgerError:  # a unit without open books sends nothing; its list is still to be read
        return period_of(today())


def rests(
    county_id: int, filters: Mapping[str, Any] | None = None, of_person: int | None = None
) -> list[Rest]:
    """The rests of a unit, oldest first.

    ``filters``: ``q`` the beginning of a name or a part of an employer's name, ``state``, ``transfer`` one alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select sent_id, person_id, records, to_county_id, destination, on_its_way, short, own, unit_part, months,"
            " since, late from collection_account_rests(%s, %s, %s, %s, %s) order by since, sent_id",
            _asked(county_id, of_person),
        )
        found = [(*row[:-1], json.loads(row[-1]) if isinstance(row[-1], str) else row[-1]) for row in cursor]
    sent = Transfer.objects.select_related("county").in_bulk([row[0] for row in found])
    counties = Agency.objects.in_bulk({row[3] for row in found if row[3]})
    employers = Employer.objects.in_bulk({month[2] for row in found for month in row[-1]})
    rows = [_rest(row, sent[row[0]], counties, employers) for row in found]
    return [row for row in rows if _fits(row, filters or {})]


def _asked(county_id: int, of_person: int | None = None) -> list[Any]:
    period = sending_month(county_id)
    return [account_line().line, county_id, period, last_book_rate(county_id, period), of_person]


def _rest(
    row: Sequence[Any],
    transfer: Transfer,
    counties: Mapping[int, Agency],
    employers: Mapping[int, Employer],
) -> Rest:
    pk, person, records, to_county, destination, on_its_way, short, own, unit, months, since, late = row
    return Rest(
        pk=pk,
        transfer=transfer,
        person_id=person,
        records=records,
        to_county_id=to_county,
        destination=destination,
        to=counties[to_county].unit_name if to_county else destination,
        state=SHORT if short else ON_ITS_WAY if on_its_way else SEND,
        own=from_fen(own),
        unit=from_fen(unit),
        months=months,
        since=since,
        late=[
            LateCredit(
                spell,
                date.fromisoformat(period),
                employer,
                employers[employer].name if employer in employers else "",
                date.fromisoformat(paid_in),
                from_fen(own_part),
                from_fen(unit_part),
            )
            for spell, period, employer, paid_in, own_part, unit_part in late
        ],
    )


def _fits(row: Rest, filters: Mapping[str, Any]) -> bool:
    text = (filters.get("q") or "").strip()
    return (
        (not filters.get("transfer") or row.pk == filters["transfer"])
        and (not filters.get("state") or row.state == filters["state"])
        and (not text or row.name.startswith(text) or text in row.employer)
    )


def count_rests(county_id: int) -> int:
    """How many rests of a unit there is something to do about: what may be remembered of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from collection_account_rests(%s, %s, %s, %s, %s) where short or not on_its_way",
            _asked(county_id),
        )
        (count,) = cursor.fetchone()
    return int(count)
