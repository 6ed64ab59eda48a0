"""The claim filed with a liquidator: its parts, and the sum that is set aside for the retirees (REST-2, REST-4)."""

from __future__ import annotations

from decimal import Decimal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collection.names import line_name
from collection.selectors.claims import Filed, claim_of
from collection.traces.common import (
    amount_part,
    number_of,
    page_link,
    sees,
    shown_documents,
    shown_parameters,
    trace_link,
    why,
)
from collection.traces.late import again
from enrollment.models import Employer
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import format_period
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
from jilin_si.web.traces import Fact, Step, TracePage


def _filed(key: str) -> tuple[Employer, Filed]:
    employer = Employer.objects.filter(pk=number_of(key)).first()
    if employer is None:
        raise Http404
    return employer, claim_of(employer)


def claim(request: HttpRequest, key: str) -> TracePage:
    """The claim in all: each open bill, the late fee of each line, the reserve."""
    employer, filed = _filed(key)
    found = filed.claim
    parts = [
        amount_part(
            " ".join(
                filter(
                    None,
                    (
                        line_name(row.line),
                        format_period(row.due_period),
                        filed.others.get(row.employer_id, ""),
                        _("owed"),
                    ),
                )
            ),
            row.owed,
            trace_link("bill_paid", row.bill_id, format_yuan(row.owed))
            if sees(row.county_id, row.employer_id)
            else None,
            symbols=_("late fee %(fee)s") % {"fee": format_yuan(filed.fee_of(row.bill_id))},
        )
        for row in filed.rows
    ]
    parts += [
        amount_part(
            _("%(line)s, late fee to %(day)s") % {"line": line.name, "day": found.on.isoformat()},
            line.late_fee,
            symbols="COL-5",
        )
        for line in found.lines
        if line.late_fee
    ]
    if found.reserve:
        parts.append(
            amount_part(
                _("reserve for the retirees"),
                found.reserved,
                trace_link("retiree_reserve", employer.pk, format_yuan(found.reserved)),
            )
        )
    whole = sum((row.owed for row in filed.rows), ZERO) + sum((again(fee) for fee in filed.fees), ZERO)
    return TracePage(
        title=why(found.total),
        amount=format_yuan(found.total),
        crumbs=[employer.name, _("claim on %(day)s") % {"day": found.on.isoformat()}],
        parts=parts,
        path=[page_link(request, _("claim"), "collection:claim", args=[employer.pk])],
        rules=("COL-5", "REST-2", "REST-4"),
        recomputed=whole + _again(filed) == found.total,
    )


def _again(filed: Filed) -> Decimal:
    reserve = filed.claim.reserve
    if reserve is None:
        return ZERO
    result = calculate(reserve.calculation.name, reserve.calculation.inputs)
    return Decimal(result[reserve.calculation.output])


def reserve(request: HttpRequest, key: str) -> TracePage:
    """The reserve: what the retirees get a month together, times the months in force at the event."""
    employer, filed = _filed(key)
    found = filed.claim.reserve
    if found is None:
        raise Http404
    event = filed.event
    versions = found.calculation.versions
    return TracePage(
        title=why(found.amount),
        amount=format_yuan(found.amount),
        crumbs=[employer.name, _("reserve for the retirees")],
        total=Step(
            label=_("Reserve"),
            symbols=_("Σ monthly benefit × months"),
            values=f"{format_yuan(found.monthly)} × {found.months}",
            rounded=format_yuan(found.amount),
            rule="REST-4",
        ),
        facts=[
            Fact(
                ngettext(
                    "What %(count)s retiree gets a month",
                    "What %(count)s retirees get a month",
                    found.retirees,
                )
                % {"count": found.retirees},
                format_yuan(found.monthly),
            ),
            *(
                [
                    Fact(
                        _("As kept by the event: %(event)s") % {"event": str(event)},
                        event.document_no or "—",
                        page_link(request, "", "enrollment:employer", args=[employer.pk]),
                    )
                ]
                if event
                else []
            ),
        ],
        parameters=shown_parameters(versions, database_policy()),
        on=event.effective_period if event else filed.claim.on,
        documents=shown_documents(versions),
        rules=("REST-2", "REST-4"),
        recomputed=_again(filed) == found.amount,
    )
