"""The late fee of a bill's page: every interval with its principal, days and rate."""

from __future__ import annotations

import re
from decimal import Decimal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collection.names import line_name
from collection.selectors.bills import bill_sheet
from collection.selectors.fees import DAILY, FeeInterval
from collection.traces.common import bill_link, shown_documents, shown_parameters, why
from enrollment.models import Employer
from jilin_si.money import format_yuan
from jilin_si.periods import format_period, month
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
from jilin_si.web.traces import Fact, Step, TracePage

_SHEET = re.compile(r"([0-9]{1,9})-([0-9]{4})(0[1-9]|1[0-2])")


def late_fees(request: HttpRequest, key: str) -> TracePage:
    """The late fee on what is owed today (COL-5): a step an interval. It is derived; booked with the payment of it."""
    match = _SHEET.fullmatch(key)
    employer = Employer.objects.filter(pk=int(match[1])).first() if match else None
    sheet = bill_sheet(employer.pk, month(int(match[2]), int(match[3]))) if match and employer else None
    if sheet is None or employer is None:
        raise Http404
    policy = database_policy()
    versions = {
        found.id: found
        for interval in sheet.fees
        if (found := policy.find(DAILY, interval.due_period, employer.county_id))
    }
    others = {item.bill_id: item.other for item in sheet.arrears if item.other}
    same = all(again(interval) == interval.fee for interval in sheet.fees)
    return TracePage(
        title=why(sheet.fee_sum),
        amount=format_yuan(sheet.fee_sum),
        crumbs=[
            employer.name,
            format_period(sheet.period),
            _("late fee to %(day)s") % {"day": sheet.on.isoformat()},
        ],
        steps=[_step(interval, others.get(interval.bill_id, "")) for interval in sheet.fees],
        total=Step(
            label=_("Late fee in all"),
            rounded=format_yuan(sheet.fee_sum),
            rounding=_("each interval rounded once"),
        ),
        facts=[
            Fact(_("Days are counted from the day after the due day to the day of payment"), ""),
            Fact(_("One more day costs"), format_yuan(sheet.fee_a_day)),
            Fact(_("Bill"), format_period(sheet.period), bill_link(request, "", employer.pk, sheet.period)),
        ],
        parameters=shown_parameters(versions.values(), policy),
        documents=shown_documents(versions.values()),
        rules=("COL-5", "COL-7"),
        recomputed=same,
    )


def _step(interval: FeeInterval, other: str) -> Step:
    rate = f"{(interval.daily * 1000).normalize():f}‰"
    return Step(
        label=" ".join(filter(None, (format_period(interval.due_period), line_name(interval.line), other))),
        symbols=f"{interval.since} → {interval.until}",
        values=f"{format_yuan(interval.principal)} × {rate} × {interval.days}",
        unrounded=f"{(interval.principal * interval.daily * interval.days).normalize():f}",
        rounded=format_yuan(interval.fee),
        rule="COL-5",
    )


def again(interval: FeeInterval) -> Decimal:
    """The fee of an interval, worked out anew."""
    result = calculate(
        "collection.late_fee",
        {
            "principal": interval.principal,
            "due": interval.since,
            "paid": interval.until,
            "daily": interval.daily,
        },
    )
    return Decimal(result["late_fee"])
