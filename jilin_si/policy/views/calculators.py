"""A page for every calculator: a form made from its inputs, result and trace as one types, all in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE
from jilin_si.policy import kinds, selectors, showing
from jilin_si.policy.calculations import formula_steps, parameters_shown
from jilin_si.policy.calculator_address import FIRST, SECOND, address_errors, flat
from jilin_si.policy.calculators import Calculator, calculators, get_calculator
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import InputError, UnknownCalculator
from jilin_si.policy.forms import inputs as typed
from jilin_si.policy.forms.filters import place_choices
from jilin_si.policy.forms.values import value_field
from jilin_si.policy.lookup import Policy
from jilin_si.policy.rule_book import rule_book
from jilin_si.policy.terms import term
from jilin_si.policy.trying import (
    Attempt,
    attempt,
    default_range,
    numeric_inputs,
    numeric_outputs,
    output_rows,
    range_chart,
)
from jilin_si.policy.views.parameters import may_change
from jilin_si.policy.worked_examples import all_examples, in_words
from jilin_si.web.forms import DayField
from jilin_si.web.traces import trace_url

TURNING_DAYS = 8
NOWHERE = 0


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every calculator by line, with the rules it follows."""
    words = request.GET.get("q", "").strip().lower()
    groups: dict[str, list[Calculator]] = {}
    for calculator in calculators():
        says = f"{calculator.name} {calculator.title} {' '.join(calculator.rules)}".lower()
        if words in says:
            groups.setdefault(showing.app_name(calculator.app), []).append(calculator)
    context = {
        "groups": groups.items(),
        "words": request.GET.get("q", ""),
        "count": sum(map(len, groups.values())),
    }
    return render(request, "policy/calculators.html", context)


def calculator_or_404(name: str) -> Calculator:
    try:
        return get_calculator(name)
    except UnknownCalculator:
        raise Http404 from None


@dataclass
class State:
    """What the address of a calculator's page holds."""

    calculator: Calculator
    given: dict[str, str]
    policy: Policy
    on: date | None
    agency_id: int
    second: bool
    second_on: date | None
    second_agency_id: int
    wrong: list[InputError]
    example: str = ""

    @classmethod
    def of(cls, request: HttpRequest, calculator: Calculator) -> State:
        given = request.GET.dict()
        example = ""
        if not any(key.startswith(f"{FIRST}.") for key in given):
            example = _fill_with_example(calculator, given)
        second = given.get("b") == "1"
        if second and not any(key.startswith(f"{SECOND}.") for key in given):
            copied = {k: v for k, v in given.items() if k.startswith(f"{FIRST}.")}
            given |= {SECOND + key[len(FIRST) :]: value for key, value in copied.items()}
            given |= {"jon": given.get("on", ""), "jagency": given.get("agency", "")}
        return cls(
            calculator=calculator,
            given=given,
            policy=database_policy(),
            on=_day(given.get("on", "")),
            agency_id=_place(given.get("agency", "")),
            second=second,
            second_on=_day(given.get("jon", "")),
            second_agency_id=_place(given.get("jagency", "")),
            wrong=address_errors(request.GET, calculator),
            example=example,
        )

    def first_attempt(self) -> Attempt:
        inputs = typed.collect(self.calculator.inputs, self.given, FIRST)
        if self.wrong:  # what was meant is not certain: no number
            return Attempt(inputs, self.on, self.agency_id)
        return attempt(self.calculator, inputs, self.policy, self.on, self.agency_id)

    def second_attempt(self, overrides: dict[str, Any]) -> Attempt:
        inputs = typed.collect(self.calculator.inputs, self.given, SECOND)
        if self.wrong:
            return Attempt(inputs, self.second_on, self.second_agency_id)
        return attempt(self.calculator, inputs, self.policy, self.second_on, self.second_agency_id, overrides)

    def address(self, **changed: str) -> str:
        """The address with what is empty left out, and some of it changed."""
        kept = {k: v for k, v in {**self.given, **changed}.items() if v != ""}
        return f"{reverse('policy:calculator', args=[self.calculator.name])}?{urlencode(kept)}"


def _fill_with_example(calculator: Calculator, given: dict[str, str]) -> str:
    """An empty page shows the first worked example that is no edge; gives its id."""
    examples = all_examples(calculator.name)
    for example in sorted(examples, key=lambda one: ".e" in str(one["id"])):
        if isinstance(example["inputs"], dict) and isinstance(example["expected"], dict):
            try:
                calculator.read(example["inputs"])
            except InputError:
                continue
            given |= dict(flat(calculator.inputs, example["inputs"]))
            return str(example["id"])
    return ""


def _day(text: str) -> date | None:
    try:
        found = DayField(required=False).clean(text)
    except forms.ValidationError:
        return None
    return found if isinstance(found, date) else None


def _place(text: str) -> int:
    if not text:
        return PROVINCE
    return int(text) if text.isdigit() and len(text) == 6 else NOWHERE


@require_safe
def calculator(request: HttpRequest, name: str) -> HttpResponse:
    """One calculator. An htmx request gets the result alone, and the address that holds what was typed."""
    rule = calculator_or_404(name)
    state = State.of(request, rule)
    if state.agency_id not in state.policy.agencies or state.second_agency_id not in state.policy.agencies:
        raise Http404
    context = _result(state)
    if "HX-Request" in request.headers:
        response = render(request, "policy/_result.html", context)
        response["HX-Replace-Url"] = state.address()
        return response
    context |= _form(state, context["first"], context["second"], context["tried"])
    context |= {
        "rules": [(rule_id, rule_book().rule(rule_id)) for rule_id in rule.rules],
        "may_add": may_change(request),
        "turning_days": _turning_days(state),
        "place_choices": place_choices(),
        "keep_url": reverse("policy:add_example", args=[name]) + "?" + urlencode(_only(state.given, FIRST)),
    }
    return render(request, "policy/calculator.html", context)


def _only(given: dict[str, str], column: str) -> dict[str, str]:
    return {k: v for k, v in given.items() if k.startswith(f"{column}.") and v != ""}


@dataclass
class Tried:
    """A parameter that the second column may hold another value of."""

    code: str
    name: str
    now: str
    unit: str
    value: str
    error: str = ""


def _result(state: State) -> dict[str, Any]:
    rule = state.calculator
    first = state.first_attempt()
    tried, overrides = _overrides(state, first)
    second = state.second_attempt(overrides) if state.second else None
    faults, missing = _faults(first, FIRST, state)
    if second is not None:
        more, also = _faults(second, SECOND, state)
        faults, missing = faults | more, missing + [word for word in also if word not in missing]
    faults |= {f"p.{row.code}": row.error for row in tried if row.error}
    faults |= {error.field: error.message for error in state.wrong}
    context: dict[str, Any] = {
        "calculator": rule,
        "state": state,
        "first": first,
        "second": second,
        "tried": tried,
        "outputs": output_rows(rule, first, second),
        "faults": faults,
        "missing": missing,
        "steps": formula_steps(first.result) if first.result else [],
        "second_steps": formula_steps(second.result) if second and second.result else [],
        "parameters": _parameters(first, state.policy),
        "second_parameters": _parameters(second, state.policy) if second else [],
        "warnings": first.result.trace.warning_texts() if first.result else [],
        "sheet_url": _sheet_url(state),
    }
    return context | _chart(state, first, second)


def _parameters(made: Attempt, policy: Policy) -> list[Any]:
    return parameters_shown(made.result.trace.versions.values(), policy) if made.result else []


def _sheet_url(state: State) -> str:
    kept = _only(state.given, FIRST) | {k: state.given[k] for k in ("on", "agency") if state.given.get(k)}
    return f"{trace_url('calculation', state.calculator.name)}?{urlencode(kept)}"


def _faults(made: Attempt, column: str, state: State) -> tuple[dict[str, str], list[str]]:
    return typed.faults(made.errors, column, state.given) if made.errors else ({}, [])


def _overrides(state: State, first: Attempt) -> tuple[list[Tried], dict[str, Any]]:
    """The parameters of the second column: those the first one used, with what was typed instead."""
    rows: list[Tried] = []
    overrides: dict[str, Any] = {}
    if not state.second or first.result is None:
        return rows, overrides
    for version in first.result.trace.versions.values():
        info = state.policy.infos[version.code]
        if info.unit == "table":
            continue
        field = value_field(info.shape, required=False)
        value = state.given.get(f"p.{version.code}", "").strip()
        row = Tried(
            version.code,
            showing.info_name(info),
            showing.value_text(version.value, info.unit),
            "%" if info.unit == "rate" else showing.unit_text(info.unit),
            value,
        )
        rows.append(row)
        if value:
            try:
                written = field.clean(value)
                state.policy.override({version.code: written})
                overrides[version.code] = written
            except forms.ValidationError as error:
                row.error = " ".join(error.messages)
            except InputError as refused:
                row.error = typed.message(refused)
    return rows, overrides


def _chart(state: State, first: Attempt, second: Attempt | None) -> dict[str, Any]:
    rule = state.calculator
    ins, outs = numeric_inputs(rule), numeric_outputs(rule)
    vary, out = state.given.get("vary", ""), state.given.get("out", "")
    context: dict[str, Any] = {
        "vary_choices": [(name, term(name)) for name in ins],
        "out_choices": [(name, term(name)) for name in outs],
        "vary": vary,
        "out": out if out in outs else (outs[-1] if outs else ""),
        "chart": None,
        "chart_fault": "",
    }
    if vary not in ins or not outs or first.errors is not None or state.wrong:
        return context
    low, high = state.given.get("lo", "").strip(), state.given.get("hi", "").strip()
    if not low or not high:
        default_low, default_high = default_range(rule, vary, first.inputs.get(vary))
        low, high = low or default_low, high or default_high
    columns = [(_("as typed"), first)]
    if second is not None and second.errors is None:
        columns.append((_("what if"), second))
    try:
        context["chart"] = range_chart(
            rule,
            columns,
            state.policy,
            vary,
            context["out"],
            typed.number_text(low),
            typed.number_text(high),
        )
    except InputError as error:
        context["chart_fault"] = typed.message(error)
    return context | {"low": low, "high": high}


def _form(state: State, first: Attempt, second: Attempt | None, tried: list[Tried]) -> dict[str, Any]:
    rule = state.calculator
    nodes = typed.build(rule.inputs, state.given, FIRST)
    at_fields, _missing = _faults(first, FIRST, state)
    typed.mark(nodes, at_fields)
    pairs: list[tuple[Any, Any]] = [(node, None) for node in nodes]
    if second is not None:
        beside = typed.build(rule.inputs, state.given, SECOND)
        at_fields, _missing = _faults(second, SECOND, state)
        typed.mark(beside, at_fields)
        pairs = list(zip(nodes, beside, strict=True))
    return {
        "pairs": pairs,
        "one_column_url": state.address(b=""),
        "two_columns_url": state.address(b="1"),
        "examples": [{"id": one["id"], "title": in_words(one, "title")} for one in all_examples(rule.name)],
        "today": today(),
    }


def _turning_days(state: State) -> list[tuple[date, str, bool]]:
    """The days from which other values hold of what this calculator takes, each with the address that asks for it."""
    codes = selectors.parameters_taken(state.calculator.name)
    days = sorted(
        {v.valid_from for code in codes for v in state.policy.versions(code) if v.agency_id == PROVINCE}
    )
    dated = _date_input(state.calculator)
    found = []
    for day in days[-TURNING_DAYS:]:
        if dated is None:
            found.append((day, state.address(on=day.isoformat()), state.on == day))
        else:
            name, text = dated[0], day.isoformat()[: 7 if dated[1] else 10]
            found.append(
                (day, state.address(**{f"{FIRST}.{name}": text}), state.given.get(f"{FIRST}.{name}") == text)
            )
    return found if len(found) > 1 else []


def _date_input(calculator: Calculator) -> tuple[str, bool] | None:
    for name, kind in calculator.inputs.items():
        if isinstance(kind, kinds.Month):
            return name, False
        if isinstance(kind, kinds.Period):
            return name, True
    return None
