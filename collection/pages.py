"""What collection lists at start-up for the pages: entries of rail and portal, words of states, cards, traces."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jilin_si.web import states
from jilin_si.web.bulk import register_act
from jilin_si.web.desk import Count, CountCard, Step, register_count, register_cycle
from jilin_si.web.navigation import EMPLOYER_ROLES, STAFF_ROLES, NavItem, register
from jilin_si.web.shell import PeriodShown, register_employer, register_notices, register_period

if TYPE_CHECKING:
    from django.http import HttpRequest

MONEY_ROLES = ("clerk", "finance", "head")


def register_pages() -> None:
    """List everything (called when the app starts)."""
    from collection.corrections.elsewhere import register_corrections
    from collection.panels import register_panels
    from collection.portal.declaring import notices
    from collection.portal.employer import shown_employer
    from collection.supplements.bulk import SendRests
    from collection.supplements.desk import register_cards
    from collection.traces import register_traces

    _register_entries()
    _register_states()
    register_traces()
    register_panels()
    register_corrections()
    register_cards()
    register_act(SendRests())
    register_employer(shown_employer)
    register_notices("portal_declarations", notices)
    register_period(working_month)
    register_cycle(month_steps)
    register_count(CountCard("unmatched_money", MONEY_ROLES, 40, _unmatched))
    register_count(CountCard("month_to_close", ("finance", "head"), 50, _to_close))


def _register_entries() -> None:
    register(
        NavItem(
            name=gettext_lazy("Collection"),
            icon="receipt",
            url_name="collection:month",
            roles=STAFF_ROLES,
            order=50,
            match_prefix="/collection/",
        )
    )
    for name, icon, url_name, order, prefix in (
        (gettext_lazy("Contributions"), "receipt", "portal:home", 10, "/portal/bills/"),
        (gettext_lazy("Statements"), "file-text", "portal:statements", 20, ""),
        (gettext_lazy("Declarations"), "table", "portal:declarations", 30, "/portal/declarations/"),
        (pgettext_lazy("tab", "People"), "users", "portal:people", 40, ""),
        (gettext_lazy("Notices"), "bell", "notices", 50, ""),
    ):
        register(
            NavItem(
                name=name, icon=icon, url_name=url_name, roles=EMPLOYER_ROLES, order=order, match_prefix=prefix,
                home_for=("employer",) if url_name == "portal:home" else (),
            )
        )  # fmt: skip


def _register_states() -> None:
    for value, word, tone in (
        ("unmatched", gettext_lazy("Employer not known"), "warn"),
        ("unsettled", gettext_lazy("Waits for the settlement"), ""),
        ("booked", gettext_lazy("In the books"), "good"),
        ("gone_back", gettext_lazy("Gone back"), ""),
        ("new", gettext_lazy("New"), "good"),
        ("repeated", gettext_lazy("Repeated, counts once"), ""),
        ("known", gettext_lazy("Known already"), ""),
        ("preview", gettext_lazy("Preview"), "warn"),
        ("committed", gettext_lazy("Taken in"), "good"),
        ("credited", gettext_lazy("Credited"), "good"),
        ("credited_late", gettext_lazy("Credited late"), "good"),
        ("owed", gettext_lazy("Owed"), "bad"),
        ("not_due", gettext_lazy("Not due yet"), ""),
        ("not_insured", gettext_lazy("Not insured"), ""),
    ):
        states.register(value, word, tone)


def own_unit(request: HttpRequest) -> int | None:
    """The one unit of an office worker; None for whoever sees several or none."""
    scope = getattr(request, "scope", None)
    return next(iter(scope.units)) if scope and len(scope.units) == 1 else None


def working_month(request: HttpRequest) -> PeriodShown | None:
    """The month that the bar shows: the first of the own unit that is not closed; the province has none of its own."""
    from jilin_si.ledger.models import Period

    unit = own_unit(request)
    if unit is None:
        return None
    found = (
        Period.objects.filter(agency_id=unit).exclude(state=Period.State.CLOSED).order_by("period").first()
        or Period.objects.filter(agency_id=unit).order_by("-period").first()
    )
    return PeriodShown(found.period, found.state) if found else None


def month_steps(request: HttpRequest) -> list[Step]:
    """The month's calendar (COL-1): changes, assessment, payment, crediting, close."""
    from jilin_si.agencies.clock import today
    from jilin_si.periods import last_day, period_of
    from jilin_si.policy.database import database_policy

    on = today()
    policy = database_policy()
    steps: list[tuple[date, str]] = []
    for code, words in (
        ("col.report_day", _("changes by %(day)s")),
        ("col.assess_day", _("assessed on %(day)s")),
        ("col.due_day", _("due on %(day)s")),
    ):
        found = policy.find(code, on)
        if found is not None:
            day = on.replace(day=min(int(found.value), last_day(period_of(on)).day))
            steps.append((day, words % {"day": f"{day:%m-%d}"}))
    end = last_day(period_of(on))
    steps.append((end, _("credited, closed after %(day)s") % {"day": f"{end:%m-%d}"}))
    coming = next((day for day, _text in steps if day >= on), None)
    return [Step(text, "now" if day == coming else "done" if day < on else "", day) for day, text in steps]


def _unmatched(request: HttpRequest) -> Count:
    from collection.selectors.receipts import UNMATCHED, counts

    number = counts(sorted(request.scope.units))[UNMATCHED]  # type: ignore[attr-defined]
    address = f"{reverse('collection:receipts')}?state={UNMATCHED}"
    return Count(_("Unmatched money"), number, address, tone="warn" if number else "")


def _to_close(request: HttpRequest) -> Count:
    from jilin_si.ledger.models import Period

    waiting = Period.objects.filter(
        agency_id__in=request.scope.units,  # type: ignore[attr-defined]
        state=Period.State.ASSESSED,
    ).count()
    return Count(_("Months to close"), waiting, reverse("collection:periods"))
