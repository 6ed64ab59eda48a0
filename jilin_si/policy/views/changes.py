"""A parameter is changed by two provincial persons: one proposes, a second looks at the effect and approves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jilin_si.access.once import new_key, once
from jilin_si.agencies.clock import today
from jilin_si.policy import selectors, showing, units
from jilin_si.policy.database import database_policy
from jilin_si.policy.effects import examples_changed
from jilin_si.policy.errors import InputError
from jilin_si.policy.forms.proposal import AnswerForm, ProposalForm, WhatIfForm
from jilin_si.policy.forms.values import typed_value
from jilin_si.policy.lookup import PROVINCE, ParameterInfo, ParameterVersion, What
from jilin_si.policy.models import ParameterValue, ValueState
from jilin_si.policy.services import (
    ChangeRefusal,
    approve_value,
    examples_broken_by,
    policy_with,
    propose_value,
    withdraw_value,
)
from jilin_si.policy.views.parameters import history_row, may_change, policy_at, shown_version
from jilin_si.policy.what_if import effect_on_month
from jilin_si.web import desk, navigation


@once
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, code: str) -> HttpResponseBase:
    """Propose a new value; nothing is in force before a second person approves it."""
    if not may_change(request):
        raise PermissionDenied
    policy, on, agency_id = policy_at(request)
    info = policy.infos.get(code)
    if info is None:
        raise Http404
    status = 200
    if request.method == "POST":
        form = ProposalForm(request.POST, info=info)
        if form.is_valid():
            try:
                value = propose_value(form.proposal(), request.user)  # type: ignore[arg-type]
            except InputError as refused:
                form.take_errors(refused)
            except ChangeRefusal as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, _("Proposed. A second provincial person approves it."))
                return HttpResponseRedirect(reverse("policy:change", args=[value.pk]))
        status = 422
    else:
        filled = _first_showing(info, policy.find(code, on, agency_id), agency_id)
        form = ProposalForm(info=info, initial=filled | {"document": request.GET.get("document", "")})
    places = showing.place_names()
    context = {
        "form": form,
        "info": info,
        "name": showing.info_name(info),
        "unit_word": "%" if info.unit == "rate" else showing.unit_text(info.unit),
        "rows": [
            history_row(value, info, places)
            for value in selectors.history(code).filter(state=ValueState.APPROVED).reverse()
        ],
        "once": request.POST.get("_once") or new_key(),
    }
    return render(request, "policy/propose.html", context, status=status)


def _first_showing(info: ParameterInfo, version: ParameterVersion | None, agency_id: int) -> dict[str, Any]:
    """A form filled in with what is in force, from the next month on."""
    following = (today().replace(day=28) + timedelta(days=4)).replace(day=1)
    filled: dict[str, Any] = {"agency": agency_id, "valid_from": following, "confidence": "law"}
    if version is not None:
        filled["value"] = typed_value(units.write(version.value), info.shape)
    return filled


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what was decided lately."""
    places = showing.place_names()
    infos = database_policy().infos
    context = {
        "waiting": [_listed(value, infos, places) for value in selectors.proposals()],
        "decided": [_listed(value, infos, places) for value in selectors.decided()[:20]],
        "may_change": may_change(request),
        "me": request.user.pk,
    }
    return render(request, "policy/changes.html", context)


def waiting_count(request: HttpRequest) -> desk.Count | None:
    """On the desk: parameter changes that wait for who is signed in, not for what one proposed oneself."""
    waiting = selectors.proposals().exclude(proposed_by_id=request.user.pk).count()
    return (
        desk.Count(_("Parameter changes to approve"), waiting, reverse("policy:changes")) if waiting else None
    )


@dataclass(frozen=True)
class ListedChange:
    """A change as the list shows it."""

    value: ParameterValue
    name: str
    text: str
    unit: str
    place: str


def _listed(value: ParameterValue, infos: dict[str, ParameterInfo], places: dict[int, str]) -> ListedChange:
    info = infos[value.parameter.code]
    row = history_row(value, info, places)
    return ListedChange(value, showing.info_name(info), row.text, showing.unit_text(info.unit), row.place)


def _change_or_404(pk: int) -> ParameterValue:
    value = selectors.value_of(pk)
    if value is None:
        raise Http404
    return value


@require_safe
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposed value beside what it takes the place of, its effect, and the second person's answer."""
    return _change_page(request, _change_or_404(pk))


def _change_page(
    request: HttpRequest, value: ParameterValue, refused: str = "", status: int = 200
) -> HttpResponse:
    policy = database_policy()
    info = policy.infos[value.parameter.code]
    places = showing.place_names()
    proposed = value.state == ValueState.PROPOSED
    base = policy.find(info.code, value.valid_from, value.agency_id) if proposed else None
    events = list(selectors.changes(value.pk))
    context = {
        "value": value,
        "info": info,
        "name": showing.info_name(info),
        "new": history_row(value, info, places),
        "old": shown_version(info, base, places) if base else None,
        "replaced": [
            shown_version(info, version, places)
            for version in policy.versions(info.code)
            if proposed and version != base and _holds_within(version, value)
        ],
        "unit_word": showing.unit_text(info.unit),
        "events": events,
        "may_change": may_change(request),
        "is_author": value.proposed_by_id == request.user.pk,
        "proposed": proposed,
        "in_force": value.state == ValueState.APPROVED,
        "refused": refused,
        "form": AnswerForm(request.POST or None),
        "once": new_key(),
        "once_too": new_key(),
        "broken": examples_broken_by(value) if proposed else [],
    }
    return render(request, "policy/change.html", context, status=status)


def _holds_within(version: ParameterVersion, value: ParameterValue) -> bool:
    """Whether a version holds at the same place on days that a new value would take."""
    return (
        version.agency_id == value.agency_id
        and (value.valid_to is None or version.valid_from <= value.valid_to)
        and (version.valid_to is None or version.valid_to >= value.valid_from)
    )


@require_safe
def effect(request: HttpRequest, pk: int) -> HttpResponse:
    """What a proposed value changes: in the worked examples, and in the month assessed last."""
    value = _change_or_404(pk)
    base = database_policy()
    return effect_part(
        request,
        value.parameter.code,
        value.value,
        value.agency_id,
        lambda: examples_changed(base, policy_with(value, base)),
    )


@require_safe
def what_if(request: HttpRequest, code: str) -> HttpResponse:
    """What another value would change, without proposing it: over the whole province, or one's own part of it."""
    if not navigation.roles_of(request) & navigation.STAFF_ROLES:
        raise PermissionDenied
    policy, on, agency_id = policy_at(request)
    info = policy.infos.get(code)
    if info is None:
        raise Http404
    asked = any(name == "value" or name.startswith("value-") for name in request.GET)
    version = policy.find(code, on, agency_id)
    filled = (
        {"value": typed_value(units.write(version.value), info.shape), "agency": agency_id} if version else {}
    )
    form = WhatIfForm(request.GET if asked else None, info=info, initial=filled)
    ready = asked and form.is_valid()
    if ready and "HX-Request" in request.headers:
        written, place = form.cleaned_data["value"], form.cleaned_data["agency"]
        tried = policy.override({code: What(written, agency_id=None if place == PROVINCE else place)})
        return effect_part(request, code, written, place, lambda: examples_changed(policy, tried))
    context = {
        "form": form,
        "info": info,
        "name": showing.info_name(info),
        "unit_word": "%" if info.unit == "rate" else showing.unit_text(info.unit),
        "ready": ready,
        "effect_url": request.get_full_path(),
    }
    return render(request, "policy/what_if.html", context, status=422 if asked and not ready else 200)


def effect_part(request: HttpRequest, code: str, written: Any, agency_id: int, examples: Any) -> HttpResponse:
    """The progress line, which asks again, or the whole effect."""
    progress = effect_on_month(code, written, agency_id, database_policy())
    context = {
        "progress": progress,
        "effect_url": request.get_full_path(),
        "examples": examples() if progress.finished else [],
        "places": showing.place_names() if progress.finished else {},
    }
    return render(request, "policy/_effect.html", context)


@once
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The second person puts the value in force."""
    return _answer(request, pk, approve_value, _("Approved. It is in force by its dates."))


@once
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A value is taken back; what held before goes on in its place."""
    return _answer(request, pk, withdraw_value, _("Withdrawn."))


def _answer(request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponseBase:
    if not may_change(request):
        raise PermissionDenied
    value = _change_or_404(pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _change_page(
            request, value, " ".join(str(said) for said in form.errors.get("reason", [])), status=422
        )
    try:
        act(pk, request.user, form.cleaned_data["reason"])
    except ChangeRefusal as refused:
        return _change_page(request, value, refused.message, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("policy:change", args=[pk]))
