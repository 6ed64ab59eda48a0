"""The month's work: run it, confirm and receive remittances, pass down, pay pensions, close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jilin_si.agencies.clock import today
from jilin_si.jobs.reconciler import try_again
from jilin_si.money import MoneyError, format_yuan, parse_yuan
from jilin_si.periods import format_period
from pooling import month as jobs
from pooling import services
from pooling.forms import TypedPeriodForm
from pooling.models import Remittance
from pooling.permissions import acting_user, is_finance, is_province, require_province, require_reader
from pooling.selectors import month as selectors
from pooling.selectors.progress import find_run, latest_run, progress
from pooling.views.refusal import refused


def address(period: date) -> str:
    """The page of a month's work."""
    return reverse("pooling:month", args=[format_period(period)])


@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """To the month at work: the first that is not closed."""
    require_reader(request)
    return HttpResponseRedirect(address(selectors.current_period() or today().replace(day=1)))


@require_safe
def month(request: HttpRequest, period: date) -> HttpResponse:
    """What was done of a month and what can be done next."""
    require_reader(request)
    books = selectors.books(period)
    if not books.units and not books.province:
        raise Http404
    run = latest_run(period)
    remittances = list(selectors.remittances(period))
    redistributions = selectors.redistributions(period)
    waiting = selectors.waiting_redistribution() if is_province(request) else None
    in_transit = [r for r in remittances if r.state == Remittance.State.CONFIRMED]
    context = {
        "period": period,
        "periods": selectors.known_periods(),
        "books": books,
        "run": run,
        "number": jobs.next_number(period),
        "remittances": remittances,
        "proposed": [r for r in remittances if r.state == Remittance.State.PROPOSED],
        "in_transit": in_transit,
        "in_transit_sum": sum((r.amount for r in in_transit), Decimal(0)),
        "remitted_sum": sum((r.amount for r in remittances), Decimal(0)),
        "redistributions": redistributions,
        "shares": selectors.shares(redistributions[0]) if redistributions else [],
        "waiting": waiting,
        "pension_run": latest_run(period, jobs.PENSIONS),
        "pensions": selectors.pensions(period),
        "acts": is_province(request),
        "may_confirm": is_finance(request),
        "units_of": request.scope.units,  # type: ignore[attr-defined]
    }
    return render(request, "pooling/month.html", context)


@require_safe
def run_progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """How far a run is, as a fragment that asks again until it is done."""
    require_reader(request)
    run = find_run(run_id)
    if run is None:
        raise Http404
    whole = request.GET.get("whole") == "1"
    template = "pooling/_run.html" if whole else "pooling/_progress.html"
    response = render(request, template, {"run": progress(run), "polled": True, "acts": is_province(request)})
    response["Cache-Control"] = "no-store"
    return response


# ── irreversible acts: a page names the figures, the period is typed ─────────────────────────────────────────────
def _typed(
    request: HttpRequest, period: date, template: str, context: dict[str, Any], act: Callable[[], str]
) -> HttpResponse:
    """Show what an act does; do it once its period was typed. ``act`` returns what is told afterwards."""
    form = TypedPeriodForm(request.POST or None, period=period)
    if request.method == "POST" and form.is_valid():
        try:
            told = act()
        except services.PoolingError as error:
            return refused(request, error, address(period))
        messages.success(request, told)
        return HttpResponseRedirect(address(period))
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"period": period, "form": form, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, period: date) -> HttpResponse:
    """Start the month's job for all units; the button carries the number of the run, so that two clicks are one."""
    require_province(request)
    given = request.POST.get("number", "")
    number = int(given) if given.isdigit() and len(given) < 4 else jobs.next_number(period)

    def act() -> str:
        run = jobs.start_month(period, acting_user(request), number, early=True)
        return _("%(period)s is running, started at %(time)s.") % {
            "period": format_period(period),
            "time": f"{run.started_at:%H:%M}",
        }

    context = {
        "books": selectors.books(period),
        "number": number,
        "early": today() < jobs.assessment_day(period),
        "today": today(),
        "assessment_day": jobs.assessment_day(period),
    }
    return _typed(request, period, "pooling/start.html", context, act)


@require_http_methods(["GET", "HEAD", "POST"])
def approve_redistribution(request: HttpRequest, redistribution_id: int) -> HttpResponse:
    """Pass money down: the second person sees the figures and types the period."""
    require_province(request)
    found = selectors.find_redistribution(redistribution_id)
    if found is None:
        raise Http404
    total = _amount(request.POST.get("total"))

    def act() -> str:
        done = services.approve_redistribution(found.pk, acting_user(request), total)
        return _("%(total)s yuan were passed down.") % {"total": format_yuan(done.total)}

    context = {
        "found": found,
        "shares": selectors.shares(found),
        "is_second": found.proposed_by_id != acting_user(request),
    }
    return _typed(request, found.period, "pooling/approve_redistribution.html", context, act)


@require_http_methods(["GET", "HEAD", "POST"])
def pensions(request: HttpRequest, period: date) -> HttpResponse:
    """Book the month's pensions in every unit: the month's last step."""
    require_province(request)

    def act() -> str:
        jobs.start_pensions(period, acting_user(request))
        return _("The pensions of %(period)s are being booked.") % {"period": format_period(period)}

    cost, cash = selectors.pension_forecast(period)
    return _typed(request, period, "pooling/pensions.html", {"cost": cost, "cash": cash}, act)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, period: date) -> HttpResponse:
    """Close the month in the province's own books."""
    require_province(request)

    def act() -> str:
        services.close_province(period, acting_user(request))
        return _("The province's books of %(period)s are closed.") % {"period": format_period(period)}

    return _typed(request, period, "pooling/close.html", {"books": selectors.books(period)}, act)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """The county's finance sends its remittance off, once the month was typed."""
    remittance = _remittance(request, remittance_id)
    if not is_finance(request):
        raise Http404
    amount = _amount(request.POST.get("amount"))

    def act() -> str:
        services.confirm_remittance(remittance.pk, acting_user(request), amount)
        return _("%(amount)s yuan are on their way to the province.") % {
            "amount": format_yuan(remittance.amount)
        }

    return _typed(
        request, remittance.period, "pooling/confirm_remittance.html", {"remittance": remittance}, act
    )


# ── plain acts ───────────────────────────────────────────────────────────────────────────────────────────────────
@require_POST
def receive(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """The province has found a remittance in its bank."""
    require_province(request)
    remittance = _remittance(request, remittance_id)
    try:
        services.receive_remittance(remittance.pk, acting_user(request), _amount(request.POST.get("amount")))
    except services.PoolingError as error:
        return refused(request, error, address(remittance.period))
    messages.success(
        request,
        _("%(amount)s yuan of %(unit)s are received.")
        % {"amount": format_yuan(remittance.amount), "unit": remittance.county.unit_name},
    )
    return HttpResponseRedirect(address(remittance.period))


@require_POST
def propose_redistribution(request: HttpRequest, period: date) -> HttpResponse:
    """Have the redistribution worked out from what is there now."""
    require_province(request)
    try:
        proposal = services.propose_redistribution(period, acting_user(request))
    except services.PoolingError as error:
        return refused(request, error, address(period))
    if proposal is None:
        messages.info(request, _("Nothing can be passed down: nobody needs anything, or nothing is there."))
    else:
        messages.success(
            request,
            _("%(total)s yuan are proposed; a second person approves.")
            % {"total": format_yuan(proposal.total)},
        )
    return HttpResponseRedirect(address(period))


@require_POST
def retry(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give what failed in a run new tries."""
    require_province(request)
    run = find_run(run_id)
    if run is None:
        raise Http404
    count = try_again(run)
    messages.success(request, _("%(count)s units are tried again.") % {"count": count})
    return HttpResponseRedirect(address(run.period))


def _remittance(request: HttpRequest, remittance_id: int) -> Remittance:
    require_reader(request)
    found = Remittance.objects.select_related("county").filter(pk=remittance_id).first()
    if found is None:
        raise Http404
    remittance: Remittance = found
    return remittance


def _amount(text: str | None) -> Decimal | None:
    """The amount that the page showed, so that another one by now is a conflict."""
    try:
        return parse_yuan(text) if text else None
    except MoneyError:
        return None
