"""Pooling's part of the desk and the bell: what waits for finance and for the province, and jobs that ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jilin_si.access.models import Role
from jilin_si.jobs.models import JobRun
from jilin_si.periods import format_period
from jilin_si.web.desk import Count, CountCard, register_count
from jilin_si.web.shell import Notice, register_notices
from jilin_si.web.states import register as register_state
from pooling.models import Redistribution, Remittance
from pooling.month import MONTH, PENSIONS

if TYPE_CHECKING:
    from django.http import HttpRequest


def register_cards() -> None:
    """List this app's counts, notices and words for states (called when it starts)."""
    register_count(CountCard("to_send_off", (Role.FINANCE,), 60, _to_send_off))
    register_count(CountCard("to_receive", (Role.PROVINCE,), 60, _to_receive))
    register_count(CountCard("to_approve", (Role.PROVINCE,), 61, _to_approve))
    register_notices("pooling", _notices)
    register_state("remittance_proposed", pgettext_lazy("pooling", "Proposed"), "warn")
    register_state("remittance_confirmed", pgettext_lazy("pooling", "In transit"), "act")
    register_state("remittance_received", pgettext_lazy("pooling", "Received"), "good")
    for what in ("plan", "redistribution"):
        register_state(f"{what}_proposed", gettext_lazy("Waiting for approval"), "warn")
        register_state(f"{what}_approved", pgettext_lazy("pooling", "Approved"), "good")
    register_state("redistribution_replaced", gettext_lazy("Replaced"), "")


def _waiting(state: str) -> tuple[int, str, str]:
    """How many remittances are in a state, the month page of the oldest, and since which month."""
    rows = Remittance.objects.filter(state=state)
    oldest = rows.aggregate(oldest=Min("period"))["oldest"]
    page = reverse("pooling:current_month")
    if oldest:
        page = reverse("pooling:month", args=[format_period(oldest)])
    return rows.count(), page, format_period(oldest) if oldest else ""


def _to_send_off(request: HttpRequest) -> Count:
    count, page, since = _waiting(Remittance.State.PROPOSED)
    return Count(
        _("Remittances to send off"), count, page, _("since %(month)s") % {"month": since} if count else ""
    )


def _to_receive(request: HttpRequest) -> Count:
    count, page, since = _waiting(Remittance.State.CONFIRMED)
    return Count(
        _("Remittances in transit"), count, page, _("since %(month)s") % {"month": since} if count else ""
    )


def _to_approve(request: HttpRequest) -> Count:
    waiting = Redistribution.objects.filter(state=Redistribution.State.PROPOSED).first()
    page = reverse("pooling:current_month")
    if waiting is None:
        return Count(_("Redistributions to approve"), 0, page)
    return Count(
        _("Redistributions to approve"),
        1,
        reverse("pooling:month", args=[format_period(waiting.period)]),
        format_period(waiting.period),
        "warn",
    )


def _notices(request: HttpRequest) -> list[Notice]:
    """Runs of the last day that this person started and that ended."""
    user_id = request.user.pk
    if not request.scope.has(Role.PROVINCE):  # type: ignore[attr-defined]
        return []
    since = timezone.now() - timedelta(days=1)
    ended = JobRun.objects.filter(
        job__in=(MONTH, PENSIONS), started_by_id=user_id, finished_at__gte=since
    ).order_by("-finished_at")[:5]
    words = {
        MONTH: gettext_lazy("Month %(period)s is done"),
        PENSIONS: gettext_lazy("Pensions of %(period)s are booked"),
    }
    return [
        Notice(
            text=str(words[run.job]) % {"period": format_period(run.period)},
            url=reverse("pooling:month", args=[format_period(run.period)]),
            tone="good",
            when=f"{timezone.localtime(run.finished_at):%H:%M}",
        )
        for run in ended
    ]
