"""Worked examples: run those of a calculator or all of them, add one, retire one."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jilin_si.access.once import new_key, once
from jilin_si.agencies.models import PROVINCE
from jilin_si.policy import showing
from jilin_si.policy.calculator_address import FIRST
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import InputError
from jilin_si.policy.forms import inputs as typed
from jilin_si.policy.forms.examples import ExampleForm
from jilin_si.policy.rulecheck import run_examples
from jilin_si.policy.trying import attempt
from jilin_si.policy.views.calculators import calculator_or_404
from jilin_si.policy.views.parameters import may_change
from jilin_si.policy.views.rulebook import shown_example
from jilin_si.policy.worked_examples import (
    ExampleRefusal,
    WorkedExample,
    add_example,
    all_examples,
    retire_example,
)


@require_safe
def suite(request: HttpRequest) -> HttpResponse:
    """All worked examples by line; run where that is asked for."""
    examples = all_examples()
    context: dict[str, Any] = {
        "count": len(examples),
        "added": WorkedExample.objects.filter(retired=False).select_related("added_by"),
        "may_add": may_change(request),
        "once": new_key(),
        "ran": "run" in request.GET,
    }
    if context["ran"]:
        started = time.perf_counter()
        outcomes = run_examples(examples, database_policy())
        context["milliseconds"] = int((time.perf_counter() - started) * 1000)
        context["passed"] = sum(outcome.passed for outcome in outcomes)
        context["failing"] = [shown_example(outcome) for outcome in outcomes if not outcome.passed]
        context["groups"] = _by_app(outcomes)
    return render(request, "policy/examples.html", context)


def _by_app(outcomes: list[Any]) -> list[tuple[str, int, int]]:
    groups: dict[str, list[bool]] = {}
    for outcome in outcomes:
        app = showing.app_name(outcome.example["calc"].partition(".")[0])
        groups.setdefault(app, []).append(outcome.passed)
    return [(app, sum(passed), len(passed)) for app, passed in groups.items()]


@require_safe
def of_calculator(request: HttpRequest, name: str) -> HttpResponse:
    """The examples of one calculator with their result now: a part of its page, or a page of its own."""
    rule = calculator_or_404(name)
    examples = [shown_example(outcome) for outcome in run_examples(all_examples(name), database_policy())]
    context = {"calculator": rule, "examples": examples, "passed": sum(e.passed for e in examples)}
    template = (
        "policy/_examples.html" if "HX-Request" in request.headers else "policy/calculator_examples.html"
    )
    return render(request, template, context)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, name: str) -> HttpResponseBase:
    """Keep what stands in the calculator's form as an example, with what the rule must answer."""
    if not may_change(request):
        raise PermissionDenied
    rule = calculator_or_404(name)
    given = request.GET.dict()
    inputs = typed.collect(rule.inputs, given, FIRST)
    made = attempt(rule, inputs, database_policy(), None, PROVINCE)
    outputs = made.result.outputs_json() if made.result else None
    status = 200
    if request.method == "POST":
        form = ExampleForm(request.POST, calculator=rule, outputs=outputs)
        if form.is_valid():
            try:
                add_example(name, form.words(), inputs, form.cleaned_data["expected"], request.user)  # type: ignore[arg-type]
            except (InputError, ExampleRefusal) as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("Kept. The suite runs it from now on."))
                return HttpResponseRedirect(reverse("policy:run_examples", args=[name]))
        status = 422
    else:
        form = ExampleForm(calculator=rule, outputs=outputs, initial={"refused": bool(made.reason)})
    context = {
        "calculator": rule,
        "form": form,
        "given": [
            (control.label, control.value)
            for control in typed.controls(typed.build(rule.inputs, given, FIRST))
            if control.value
        ],
        "made": made,
        "once": request.POST.get("_once") or new_key(),
    }
    return render(request, "policy/add_example.html", context, status=status)


@once
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Run an added example no more."""
    if not may_change(request):
        raise PermissionDenied
    if not WorkedExample.objects.filter(pk=pk).exists():
        raise Http404
    try:
        retire_example(pk, request.user, request.POST.get("reason", "")[:500])  # type: ignore[arg-type]
    except ExampleRefusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Retired. The suite runs it no more."))
    return HttpResponseRedirect(reverse("policy:examples"))
