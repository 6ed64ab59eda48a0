"""Correction requests on other pages: a worker's, an employer's, the desk's, the notices of an employer's users."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from collection.corrections.models import Correction
from collection.corrections.showing import TERM, standing_of
from collection.portal.employer import employers_of
from enrollment.models import Employer, Employment, Worker
from enrollment.permissions import may_enter
from enrollment.terms import Terms
from enrollment.views.access import who
from jilin_si.agencies.clock import today
from jilin_si.web.desk import Count, CountCard, register_count
from jilin_si.web.panels import register_panel
from jilin_si.web.shell import Notice, register_notices

SHOWN = 5
TOLD_FOR = timedelta(days=30)
State = Correction.State


def register_corrections() -> None:
    """List them (called when the app starts)."""
    register_panel("worker", 20, correction_action, column="actions")
    register_panel("employer", 20, employer_correction_action, column="actions")
    register_panel("employer", 20, employer_cases, column="side")
    register_count(CountCard("corrections", ("clerk", "reviewer", "head"), 45, _to_decide))
    register_count(CountCard("corrections_asked", ("clerk",), 44, _to_take_up))
    register_notices("portal_corrections", portal_notices)


def correction_action(request: HttpRequest, worker: Worker) -> str | None:
    """The way to a new case, from the worker's page."""
    place = Employment.objects.filter(worker=worker).order_by("-first_period", "-pk").first()
    if place is None or not may_enter(who(request), place.county_id):
        return None
    return _button(reverse("collection:correction_new", args=[worker.pk, "wage"]))


def employer_correction_action(request: HttpRequest, employer: Employer) -> str | None:
    """The way to a new case, from the employer's page."""
    if not may_enter(who(request), employer.county_id):
        return None
    return _button(reverse("collection:employer_correction_new", args=[employer.pk, "retirees"]))


def _button(url: str) -> str:
    return format_html(
        '<a class="btn" href="{}"><i class="ti ti-edit" aria-hidden="true"></i>{}</a>',
        url,
        _("Correct a record"),
    )


def employer_cases(request: HttpRequest, employer: Employer) -> str | None:
    """The newest cases of an employer and of its workers' months, each with where it is."""
    cases = list(
        Correction.objects.filter(employer=employer).select_related("worker", "decided_by", "requested_by")[
            :SHOWN
        ]
    )
    if not cases:
        return None
    terms = Terms()
    context = {
        "employer": employer,
        "rows": [(case, standing_of(case, terms)) for case in cases],
        "more": f"{reverse('collection:corrections')}?employer={employer.number}",
    }
    return render_to_string("collection/corrections/_of_employer.html", context, request)


def _to_decide(request: HttpRequest) -> Count:
    return _count(_("Corrections to decide"), State.WAITING)


def _to_take_up(request: HttpRequest) -> Count | None:
    """Only where an employer has asked."""
    count = _count(_("Corrections asked by employers"), State.ASKED)
    return count if count.value else None


def _count(label: str, state: str) -> Count:
    cases = Correction.objects.filter(state=state)
    # the oldest by the day from which its term counts
    days = [min(filter(None, pair)) for pair in cases.values_list("requested_on", "entered_on")]
    oldest = min(days, default=None)
    hint = _("since %(day)s") % {"day": f"{oldest:%m-%d}"} if oldest else ""
    late = oldest is not None and Terms().of(TERM, oldest).late
    url = f"{reverse('collection:corrections')}?state={state}"
    return Count(label, len(days), url, hint, "bad" if late else "")


def portal_notices(request: HttpRequest) -> list[Notice]:
    """What the office decided of late about what one's employers asked for."""
    mine = employers_of(request)
    if not mine:
        return []
    decided = Correction.objects.filter(
        employer__in=mine,
        requested_on__isnull=False,
        state__in=(State.APPROVED, State.REFUSED),
        decided_on__gte=today() - TOLD_FOR,
    ).order_by("-decided_on", "-pk")[:SHOWN]
    return [
        Notice(
            text=_("Correction %(code)s is approved.") % {"code": case.code}
            if case.state == State.APPROVED
            else _("Correction %(code)s is refused: %(reason)s")
            % {"code": case.code, "reason": case.refusal},
            url=reverse("portal:correction", args=[case.pk]),
            tone="" if case.state == State.APPROVED else "warn",
            when=f"{case.decided_on:%m-%d}" if case.decided_on else "",
        )
        for case in decided
    ]
