"""Sending what came to accounts after they were sent, and taking it back: any number of rests at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from collection.account_moves import (
    Leaving,
    account_standings,
    last_book_rate,
    refuse_unclosed_year,
    take_accounts_back,
    take_out,
)
from collection.supplements.selectors import SEND, Rest, rests
from enrollment.models import Transfer
from enrollment.permissions import MAY_ENTER, require
from enrollment.refusals import Refusal
from jilin_si.agencies.clock import now, today
from jilin_si.jobs.units import lock_county
from jilin_si.ledger.services import booking_period
from jilin_si.money import to_fen
from jilin_si.periods import format_period
from jilin_si.web.desk import forget_count

if TYPE_CHECKING:
    from jilin_si.access.models import User

COUNT = "late_credits"


def send_rests(*, county_id: int, sent: Sequence[int], by: User | None) -> list[Transfer]:
    """Send the rests of these transfers after their accounts, each as a supplement: all of them or none.

    What goes along is reckoned under the county's lock, with interest as for the account itself (PEN-8a). Raises
    Refusal where one of them is not to be sent any more, PermissionDenied.
    """
    require(by, county_id, *MAY_ENTER)
    with transaction.atomic():
        lock_county(county_id)
        wanted = set(sent)
        rows = [row for row in rests(county_id, {"state": SEND}) if row.pk in wanted]
        if len(rows) != len(wanted):
            raise Refusal("", "changed", _("The list has changed meanwhile. Look at what would change now."))
        period = booking_period(county_id, today())
        records = [record for row in rows for record in row.records]
        refuse_unclosed_year(records, county_id, period)
        made = Transfer.objects.bulk_create([_supplement(row, by) for row in rows])
        rate_ppm = last_book_rate(county_id, period)
        standings = account_standings(records, county_id, period, rate_ppm)
        take_out(
            [
                Leaving(transfer, standings[record], _history(row, record, period.isoformat()))
                for transfer, row in zip(made, rows, strict=True)
                for record in row.records
                if record == row.person_id or standings[record].own + standings[record].unit
            ],
            county_id,
            period,
            rate_ppm,
        )
        _count_anew(county_id)
    return made


def _supplement(row: Rest, by: User | None) -> Transfer:
    """The case of a rest: the person as the first transfer told of it."""
    first = row.transfer
    return Transfer(
        supplement_to=first,
        worker_id=row.person_id,
        county_id=first.county_id,
        to_county_id=row.to_county_id,
        destination=row.destination,
        employment_id=first.employment_id,
        first_period=first.first_period,
        name=first.name,
        identity_number=first.identity_number,
        employer_name=row.employer[:200],
        facts=first.facts,
        sent_by=by,
        sent_on=today(),
    )


def _history(row: Rest, record: int, sent_in: str) -> Mapping[str, Any]:
    """The months behind a rest, for its form, kept once with the person's own record."""
    late = row.late if record == row.person_id else ()
    return {
        "years": [],
        "unpaid": [],
        "late": [
            [
                format_period(credit.period),
                credit.employer,
                format_period(credit.paid_in),
                to_fen(credit.own),
                to_fen(credit.unit),
            ]
            for credit in late
        ],
        "paid": [
            [credit.spell_id, credit.period.isoformat()]
            for credit in late
            if credit.paid_in.isoformat() == sent_in
        ],
    }


def take_rests_back(*, county_id: int, supplements: Sequence[int], reason: str, by: User | None) -> int:
    """Take supplements back as one; returns how many. Those taken back by themselves before stay so.

    Raises Refusal where one was taken in, or left the province, meanwhile.
    """
    require(by, county_id, *MAY_ENTER)
    with transaction.atomic():
        lock_county(county_id)
        held = list(
            Transfer.objects.select_for_update()
            .filter(pk__in=supplements, county_id=county_id, supplement_to__isnull=False)
            .exclude(state=Transfer.State.BACK)
            .order_by("pk")
        )
        done = sum(transfer.state == Transfer.State.DONE for transfer in held)
        if done:
            raise Refusal(
                "",
                "taken_in",
                _("%(count)s of them were taken in meanwhile: what has arrived is not taken back."),
                count=done,
            )
        returned = Transfer.objects.filter(pk__in=[transfer.pk for transfer in held])
        finished = {"state": Transfer.State.BACK, "done_by": by, "done_on": today(), "done_at": now()}
        returned.filter(return_reason="").update(return_reason=reason, **finished)
        returned.exclude(state=Transfer.State.BACK).update(**finished)
        if held:
            for transfer in held:
                transfer.done_by = by
            take_accounts_back(held)
        _count_anew(county_id)
    return len(held)


def count_again(transfer: Transfer) -> None:
    """A transfer came back or arrived: what either unit has to send after is another (registered with enrollment)."""
    _count_anew(transfer.county_id)
    if transfer.to_county_id:
        _count_anew(transfer.to_county_id)


def _count_anew(county_id: int) -> None:
    transaction.on_commit(lambda: forget_count(COUNT, county_id))
