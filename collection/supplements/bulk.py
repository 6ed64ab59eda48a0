"""The act over the list: sending all rests of a filter after their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collection.supplements.forms import STATES, RestFilter
from collection.supplements.selectors import SEND, rests
from collection.supplements.services import send_rests, take_rests_back
from enrollment.forms import RefusedForm
from enrollment.permissions import MAY_ENTER
from enrollment.refusals import Refusal
from jilin_si.ledger.services import LedgerError
from jilin_si.money import format_yuan
from jilin_si.web.bulk import MOST_ROWS, BulkAct, BulkRefused, Plan

if TYPE_CHECKING:
    from jilin_si.access.models import User
    from jilin_si.web.models import BulkRun

SHOWN = 12


class SendRests(BulkAct):
    """Each rest of the list goes after its account, with a supplementary transfer of its own."""

    name = "send_rests"
    table = "collection.RestTable"
    title = gettext_lazy("Send supplementary transfers")
    what = gettext_lazy(
        "For each person a supplementary transfer is made: the rest leaves our books with interest to this month, and"
        " waits where the account is kept now; out of the province it waits for a second person here."
    )
    roles = MAY_ENTER

    def form(self, data: Any) -> forms.Form:
        return RefusedForm(data)

    def plan(self, unit: int, query: QueryDict, user: User, values: Mapping[str, Any]) -> Plan:
        rows = rests(unit, RestFilter(query, units=[unit]).read)
        if len(rows) > MOST_ROWS:
            raise BulkRefused(
                _("More than %(most)s rows. Filter the list first.") % {"most": f"{MOST_ROWS:,}"}
            )
        kept = [row for row in rows if row.state == SEND]
        out = [
            (STATES[state], sum(row.state == state for row in rows))
            for state in STATES
            if state != SEND
        ]  # fmt: skip
        return Plan(
            unit,
            [row.pk for row in kept],
            [
                (
                    f"{row.name} · {row.employer}",
                    _("%(amount)s yuan to %(to)s") % {"amount": format_yuan(row.total), "to": row.to},
                )
                for row in kept[:SHOWN]
            ],
            [(why, count) for why, count in out if count],
        )

    def carry_out(self, plan: Plan, values: Mapping[str, Any], run: BulkRun, user: User) -> Mapping[str, Any]:
        try:
            made = send_rests(county_id=plan.unit, sent=plan.ids, by=user)
        except Refusal as refusal:
            raise BulkRefused(refusal.message) from refusal
        except LedgerError as error:
            raise BulkRefused(str(error)) from error
        return {"supplements": [transfer.pk for transfer in made]}

    def take_back(self, run: BulkRun, user: User) -> None:
        try:
            take_rests_back(
                county_id=run.unit_id,
                supplements=run.details["supplements"],
                reason=run.undo_reason,
                by=user,
            )
        except Refusal as refusal:
            raise BulkRefused(refusal.message) from refusal
