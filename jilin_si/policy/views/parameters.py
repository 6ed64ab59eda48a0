"""Parameters as of any day and place, the history of one, and two days side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jilin_si.access.models import Role
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import PROVINCE
from jilin_si.policy import selectors, showing
from jilin_si.policy.database import database_policy
from jilin_si.policy.forms.filters import ParameterFilter, TwoDaysFilter
from jilin_si.policy.lookup import ParameterInfo, ParameterVersion, Policy
from jilin_si.policy.models import Parameter, ParameterValue, ValueState
from jilin_si.policy.tables import ParameterTable
from jilin_si.web.tables import export_for, table_for

PER_PAGE = 15


def may_change(request: HttpRequest) -> bool:
    """Whether who asks is provincial staff, who alone change parameters."""
    return bool(request.scope.has(Role.PROVINCE, Role.ADMINISTRATOR))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class ShownVersion:
    """A parameter with the value in force, as a list or a page shows it."""

    code: str
    name: str
    app: str
    url: str
    value: str = "—"
    unit: str = ""
    since: date | None = None
    until: date | None = None
    place: str = ""
    document: str = ""
    document_title: str = ""
    document_url: str = ""
    confidence: str = ""
    note: str = ""
    version: int = 0
    table: showing.ShownTable | None = None


def shown_version(
    info: ParameterInfo, version: ParameterVersion | None, places: dict[int, str], address: str = ""
) -> ShownVersion:
    """One parameter for a page; ``address`` is what its link carries on, such as the day and the place."""
    url = reverse("policy:parameter", args=[info.code]) + address
    name, app = showing.info_name(info), showing.app_name(info.app)
    if version is None:
        return ShownVersion(info.code, name, app, url)
    document = version.document
    return ShownVersion(
        code=info.code,
        name=name,
        app=app,
        url=url,
        value=showing.value_text(version.value, info.unit),
        unit=showing.unit_text(info.unit),
        since=version.valid_from,
        until=version.valid_to,
        place=places.get(version.agency_id, ""),
        document=document.number if document else "",
        document_title=showing.document_name(document) if document else "",
        document_url=reverse("policy:document", args=[document.code]) if document else "",
        confidence=version.confidence,
        note=version.note,
        version=version.version,
        table=showing.table_of(version.value, info.shape),
    )


@require_safe
def parameters(request: HttpRequest) -> HttpResponse:
    """Every parameter with the value in force on a day at a place, filtered; the list is a file too."""
    policy = database_policy()
    form = ParameterFilter(
        {"on": today().isoformat(), "agency": PROVINCE, **request.GET.dict()},
        app_codes=sorted({info.app for info in policy.infos.values()}),
    )
    form.is_valid()
    wanted = form.cleaned_data
    on, agency_id = wanted.get("on") or today(), wanted.get("agency") or PROVINCE
    places = showing.place_names()
    rows = [
        shown_version(found.info, found.version, places, _address(on, agency_id))
        for found in selectors.parameters_in_force(
            on, agency_id, app=wanted.get("app", ""), search=wanted.get("q", ""), policy=policy
        )
        if _has_rule(found.info, wanted.get("rule", ""))
        and _is_as_sure(found.version, wanted.get("confidence", ""))
    ]
    table = table_for(request, ParameterTable, rows, per_page=PER_PAGE)
    context = {
        "table": table,
        "form": form,
        "on": on,
        "place": places[agency_id],
        "shown": len(rows),
        "waiting": selectors.proposals().count(),
        "rules": selectors.rules_covered(),
    }
    file = export_for(request, table, "parameters", _("Parameters as of %(day)s") % {"day": on})
    return file or render(request, "policy/parameters.html", context)  # type: ignore[return-value]


def _address(on: date, agency_id: int) -> str:
    return f"?on={on.isoformat()}" + (f"&agency={agency_id}" if agency_id != PROVINCE else "")


def _has_rule(info: ParameterInfo, rule: str) -> bool:
    return not rule or rule.strip().upper() in (known.upper() for known in info.rules)


def _is_as_sure(version: ParameterVersion | None, confidence: str) -> bool:
    return not confidence or (version is not None and version.confidence == confidence)


@require_safe
def two_days(request: HttpRequest) -> HttpResponse:
    """What is in force on two days at a place, side by side; what is equal only where it is asked for."""
    given = request.GET.dict()
    form = TwoDaysFilter({"first": "1993-01-01", "second": today().isoformat(), "agency": PROVINCE, **given})
    pairs: list[tuple[ShownVersion, ShownVersion]] = []
    equal = 0
    places = showing.place_names()
    if form.is_valid():
        wanted = form.cleaned_data
        policy = database_policy()
        first = selectors.parameters_in_force(wanted["first"], wanted["agency"], policy=policy)
        second = selectors.parameters_in_force(wanted["second"], wanted["agency"], policy=policy)
        for one, two in zip(first, second, strict=True):
            if one.version == two.version:
                equal += 1
                if not wanted["every"]:
                    continue
            address = _address(wanted["second"], wanted["agency"])
            pairs.append(
                (
                    shown_version(one.info, one.version, places, address),
                    shown_version(two.info, two.version, places, address),
                )
            )
    context = {"form": form, "pairs": pairs, "equal": equal, "found": form.is_valid()}
    return render(request, "policy/two_days.html", context)


@require_safe
def parameter(request: HttpRequest, code: str) -> HttpResponse:
    """One parameter: what is in force, what was and will be, as table and stepped line; what rests on it."""
    policy = database_policy()
    info = policy.infos.get(code)
    if info is None:
        raise Http404
    places = showing.place_names()
    _policy, on, agency_id = policy_at(request)
    form = ParameterFilter({"on": on.isoformat(), "agency": agency_id}, app_codes=[])
    values = list(selectors.history(code))
    in_force = policy.find(code, on, agency_id)
    context = {
        "info": info,
        "name": showing.info_name(info),
        "description": showing.info_description(info),
        "app": showing.app_name(info.app),
        "unit_word": showing.unit_text(info.unit),
        "bounds": _bounds(info),
        "on": on,
        "place": places[agency_id],
        "agency_id": agency_id,
        "places": places,
        "form": form,
        "now": shown_version(info, in_force, places),
        "rows": [history_row(value, info, places) for value in reversed(values)],
        "chart": steps_chart(values, info, places, today()),
        "calculators": selectors.calculators_taking(code),
        "may_change": may_change(request),
        "in_force_id": in_force.id if in_force else None,
    }
    return render(request, "policy/parameter.html", context)


def _bounds(info: ParameterInfo) -> str:
    shape = info.shape
    if shape.minimum is None and shape.maximum is None:
        return ""
    return f"{shape.minimum if shape.minimum is not None else '…'} – {shape.maximum or '…'}"


@dataclass(frozen=True)
class HistoryRow:
    """One value a parameter has or had, or is proposed to have."""

    value: ParameterValue
    text: str
    place: str
    table: showing.ShownTable | None

    @property
    def as_shown(self) -> dict[str, Any]:
        """The value and its table, for a cell that opens."""
        return {"value": self.text, "table": self.table}


def history_row(value: ParameterValue, info: ParameterInfo, places: dict[int, str]) -> HistoryRow:
    read = info.shape.read(value.value)
    return HistoryRow(
        value,
        showing.value_text(read, info.unit),
        places.get(value.agency_id, ""),
        showing.table_of(read, info.shape),
    )


def steps_chart(
    values: Iterable[ParameterValue], info: ParameterInfo, places: dict[int, str], until: date
) -> dict[str, Any] | None:
    """The values over time as stepped lines, one a place, and what is proposed dashed; None for what is no number."""
    if info.unit not in showing.NUMERIC:
        return None
    lines: dict[tuple[int, bool], list[dict[str, str]]] = {}
    for value in values:
        if value.state == ValueState.WITHDRAWN:
            continue
        read = info.shape.read(value.value)
        points = lines.setdefault((value.agency_id, value.state == ValueState.PROPOSED), [])
        points.append(
            {
                "from": value.valid_from.isoformat(),
                "to": value.valid_to.isoformat() if value.valid_to else "",
                "value": showing.number_for_chart(read, info.unit),
                "text": f"{showing.value_text(read, info.unit)} {showing.unit_text(info.unit)}".strip(),
            }
        )
    if not lines:
        return None
    starts = [point["from"] for points in lines.values() for point in points]
    return {
        "unit": "%" if info.unit == "rate" else showing.unit_text(info.unit),
        "end": max(*starts, until.isoformat()),
        "lines": [
            {
                "name": f"{places.get(place, '')}{_(' (proposed)') if proposed else ''}",
                "proposed": proposed,
                "points": points,
            }
            for (place, proposed), points in lines.items()
        ],
    }


def parameter_or_404(code: str) -> Parameter:
    found = Parameter.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def policy_at(request: HttpRequest) -> tuple[Policy, date, int]:
    """The snapshot, and the day and place that the address asks for; today and the province where it does not."""
    form = ParameterFilter(request.GET, app_codes=[])
    form.is_valid()
    on = form.cleaned_data.get("on") or today()
    return database_policy(), on, form.cleaned_data.get("agency") or PROVINCE
