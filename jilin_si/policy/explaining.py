"""What policy itself explains in the drawer: any calculation by its inputs, and any value of a parameter."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from jilin_si.policy import selectors, showing
from jilin_si.policy.calculations import documents_shown, formula_steps, parameters_shown
from jilin_si.policy.calculator_address import FIRST
from jilin_si.policy.calculators import get_calculator
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import UnknownCalculator
from jilin_si.policy.forms import inputs as typed
from jilin_si.policy.terms import term
from jilin_si.policy.trying import attempt, output_text
from jilin_si.policy.views.parameters import policy_at
from jilin_si.web.traces import Document, Fact, Link, Parameter, Step, TracePage, register


def register_traces() -> None:
    """List what this app explains (called when it starts)."""
    register("calculation", explain_calculation)
    register("parameter", explain_parameter)


def explain_calculation(request: HttpRequest, key: str) -> TracePage:
    """A calculator's answer to the inputs in the address: formula, values, parameters, documents."""
    try:
        rule = get_calculator(key)
    except UnknownCalculator:
        raise Http404 from None
    policy, on, agency_id = policy_at(request)
    given = request.GET.dict()
    asked = on if given.get("on") else None
    made = attempt(rule, typed.collect(rule.inputs, given, FIRST), policy, asked, agency_id)
    if made.result is None:
        raise Http404
    versions = list(made.result.trace.versions.values())
    last_name, last_kind = list(rule.outputs.items())[-1]
    inner = getattr(last_kind, "kind", last_kind)
    amount = output_text(inner, made.result.outputs.get(last_name))
    facts = [
        Fact(control.label, control.value)
        for control in typed.controls(typed.build(rule.inputs, given, FIRST))
        if control.value
    ]
    return TracePage(
        title=str(rule.title),
        amount=amount,
        crumbs=[_("Calculators"), rule.name],
        steps=formula_steps(made.result),
        total=Step(term(last_name), rounded=amount),
        facts=facts,
        facts_title=_("Inputs"),
        parameters=parameters_shown(versions, policy),
        documents=documents_shown(versions),
        rules=rule.rules,
        actions=[
            Link(
                _("To the calculator"),
                f"{reverse('policy:calculator', args=[key])}?{request.GET.urlencode()}",
            )
        ],
    )


def explain_parameter(request: HttpRequest, key: str) -> TracePage:
    """A parameter's value: ``code@day@place`` or a value's number. What was before it, where it comes from."""
    policy = database_policy()
    code, day, place = _asked(key)
    info = policy.infos.get(code)
    version = policy.find(code, day, place) if info else None
    if info is None or version is None:
        raise Http404
    places = showing.place_names()
    history = [v for v in policy.versions(code) if v.agency_id == version.agency_id]
    text = showing.value_text(version.value, info.unit)
    document = version.document
    page = f"{reverse('policy:parameter', args=[code])}?on={version.valid_from.isoformat()}"
    return TracePage(
        title=f"{showing.info_name(info)} {text}",
        amount=text,
        unit=showing.unit_text(info.unit),
        crumbs=[_("Parameters"), showing.app_name(info.app), code],
        facts=[Fact(_("Scope"), places.get(version.agency_id, "")), *_rows(version.value, info)],
        facts_title=_("Value"),
        parameters=[
            Parameter(
                name=showing.info_name(info),
                value=showing.value_text(v.value, info.unit),
                since=v.valid_from,
                version=f"v{v.version}",
                document=v.document.number if v.document else "",
                confidence=v.confidence,
                url=page,
                code=code,
            )
            for v in history
        ],
        documents=[
            Document(
                document.number,
                showing.document_name(document),
                version.note,
                Link(_("What rests on it"), reverse("policy:document", args=[document.code])),
            )
        ]
        if document
        else [],
        rules=info.rules,
        actions=[Link(_("To the parameter"), page)],
    )


def _asked(key: str) -> tuple[str, date, int | None]:
    if key.isdigit():
        value = selectors.value_of(int(key))
        if value is None:
            raise Http404
        return value.parameter.code, value.valid_from, value.agency_id
    code, _at, rest = key.partition("@")
    day, _at, place = rest.partition("@")
    try:
        return code, date.fromisoformat(day), int(place) if place else None
    except ValueError:
        raise Http404 from None


def _rows(value: Any, info: Any) -> list[Fact]:
    table = showing.table_of(value, info.shape)
    return (
        [Fact(row[0][0], " · ".join(cell for cell, _figure in row[1:])) for row in table.rows]
        if table
        else []
    )
