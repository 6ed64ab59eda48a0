"""The office's estimate, begun from a worker's record: what the record says, where it says so, what it would give."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from enrollment.models import Worker
from enrollment.views.access import staff_page, worker_or_404
from jilin_si.agencies.clock import today
from jilin_si.money import MoneyFormField
from jilin_si.policy.calculations import documents_shown, formula_steps, parameters_shown
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import RuleRefusal
from jilin_si.web.forms import OfficeForm
from jilin_si.web.navigation import STAFF_ROLES, roles_of
from jilin_si.web.panels import register_panel
from jilin_si.web.traces import Link, TracePage, register, trace_url
from pension.estimate.of_worker import recorded
from pension.estimate.reckoning import estimate
from pension.estimate.views import amounts, why

KIND = "retirement"


class StandardWageForm(OfficeForm):
    """What the record does not know."""

    standard_wage = MoneyFormField(
        label=gettext_lazy("Standard wage"),
        required=False,
        help_text=gettext_lazy("yuan, without bonuses and allowances; empty: the wage is taken for it"),
    )

    def clean_standard_wage(self) -> Any:
        amount = self.cleaned_data.get("standard_wage")
        if amount is not None and amount < 0:
            raise forms.ValidationError(_("This cannot be negative."))
        return amount or None


@staff_page
@require_safe
def worker_estimate(request: HttpRequest, worker_id: int) -> HttpResponse:
    """The estimate of one worker."""
    worker = worker_or_404(worker_id)
    form = StandardWageForm(request.GET or None)
    wage = form.cleaned_data["standard_wage"] if form.is_bound and form.is_valid() else None
    day, policy = today(), database_policy()
    context: dict[str, Any] = {"worker": worker, "today": day, "form": form}
    try:
        told = recorded(worker, policy, day, wage)
        context |= {"facts": told.facts, "why_url": trace_url(KIND, worker.pk)}
        if told.person is not None:
            found = estimate(told.person, policy, day)
            context |= {
                "found": found,
                "why": why(told.person, found, policy),
                "amounts": amounts(told.person, found, policy, day),
            }
    except RuleRefusal as refusal:
        context["fault"] = refusal.message
    return render(request, "pension/worker_estimate.html", context)


def explain_retirement(request: HttpRequest, key: str) -> TracePage:
    """Why a worker may retire from this month: the age, and where each fact behind it stands."""
    if not roles_of(request) & STAFF_ROLES or not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Http404
    worker = worker_or_404(int(key))
    day, policy = today(), database_policy()
    try:
        told = recorded(worker, policy, day)
    except RuleRefusal as refusal:
        raise Http404 from refusal
    steps = formula_steps(told.age)
    used = list(told.age.trace.versions.values())
    return TracePage(
        title=_("Why from %(period)s?") % {"period": told.age["first_pension_month"]},
        amount=str(told.age["first_pension_month"]),
        crumbs=[worker.name, _("Pension estimate")],
        steps=steps[:-1],
        total=steps[-1],
        facts=list(told.facts),
        parameters=parameters_shown(used, policy),
        documents=documents_shown(used),
        on=day,
        rules=told.age.trace.rules,
        path=[Link(_("the estimate"), reverse("pension:estimate_of", args=[worker.pk]))],
    )


def estimate_action(request: HttpRequest, worker: Worker) -> str:
    """The way to the estimate, from the worker's page."""
    return format_html(
        '<a class="btn" href="{}"><i class="ti ti-calculator" aria-hidden="true"></i>{}</a>',
        reverse("pension:estimate_of", args=[worker.pk]),
        _("Pension estimate"),
    )


def register_estimate() -> None:
    """List the trace and the action (called when the app starts)."""
    register(KIND, explain_retirement)
    register_panel("worker", 15, estimate_action, column="actions")
