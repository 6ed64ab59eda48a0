"""What pages, files and the API read of the policy: parameters, their history, documents, calculators, examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from jilin_si.access.models import User
from jilin_si.policy.calculators import Calculator, calculate, calculators
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import RuleRefusal
from jilin_si.policy.lookup import PROVINCE, ParameterInfo, ParameterVersion, Policy, file_policy
from jilin_si.policy.models import LegalDocument, Parameter, ParameterValue, ValueState
from jilin_si.policy.rulecheck import example_files, read_examples


@dataclass(frozen=True)
class InForce:
    """A parameter with the version in force, None where there is none on that day at that place."""

    info: ParameterInfo
    version: ParameterVersion | None

    @property
    def is_own(self) -> bool:
        """Whether the place has set it for itself, rather than its prefecture or the province."""
        return self.version is not None and self.version.agency_id != PROVINCE


def parameters_in_force(
    on: date, agency_id: int = PROVINCE, *, app: str = "", search: str = "", policy: Policy | None = None
) -> list[InForce]:
    """Every parameter with what is in force on a day at a place, by app and code.

    ``search`` looks in code, names and rules. Raises InputError for an unknown place.
    """
    policy = (policy or database_policy()).at(agency_id)
    wanted = search.strip().lower()
    return [
        InForce(info, policy.find(info.code, on))
        for info in sorted(policy.infos.values(), key=lambda i: (i.app, i.code))
        if (not app or info.app == app) and (not wanted or wanted in _searchable(info))
    ]


def _searchable(info: ParameterInfo) -> str:
    return " ".join([info.code, info.name, info.name_en, *info.rules]).lower()


def two_days(
    first: date, second: date, agency_id: int = PROVINCE, policy: Policy | None = None
) -> list[tuple[InForce, InForce]]:
    """The parameters whose value differs between two days at a place, side by side."""
    policy = policy or database_policy()
    pairs = zip(
        parameters_in_force(first, agency_id, policy=policy),
        parameters_in_force(second, agency_id, policy=policy),
        strict=True,
    )
    return [(one, two) for one, two in pairs if one.version != two.version]


def parameter(code: str) -> Parameter:
    """One parameter. Raises Parameter.DoesNotExist."""
    return Parameter.objects.get(code=code)


def history(code: str, agency_id: int | None = None) -> QuerySet[ParameterValue]:
    """All values a parameter ever had or was proposed to have, by place and day, newest proposal last."""
    values = ParameterValue.objects.filter(parameter__code=code).select_related(
        "parameter", "agency", "document", "proposed_by", "approved_by"
    )
    if agency_id is not None:
        values = values.filter(agency_id=agency_id)
    return values.order_by("agency_id", "valid_from", "version", "pk")


def changes(value_id: int) -> QuerySet[Any]:
    """What became of one value: the rows that the trigger wrote at each change, oldest first."""
    events: Any = ParameterValue.pgh_event_model  # type: ignore[attr-defined]
    return events.objects.filter(pgh_obj_id=value_id).order_by("pgh_id")


def proposals() -> QuerySet[ParameterValue]:
    """Values that wait for a second person."""
    return (
        ParameterValue.objects.filter(state=ValueState.PROPOSED)
        .select_related("parameter", "agency", "document", "proposed_by")
        .order_by("proposed_at", "pk")
    )


def decided() -> QuerySet[ParameterValue]:
    """Values that people entered and that were approved or withdrawn, the latest first."""
    return (
        ParameterValue.objects.exclude(state=ValueState.PROPOSED)
        .filter(proposed_by__isnull=False)
        .select_related("parameter", "agency", "document", "proposed_by", "approved_by")
        .order_by("-approved_at", "-pk")
    )


def value_of(pk: int) -> ParameterValue | None:
    """One value with what belongs to it; None where there is none."""
    return (
        ParameterValue.objects.select_related("parameter", "agency", "document", "proposed_by", "approved_by")
        .filter(pk=pk)
        .first()
    )


def documents(search: str = "") -> QuerySet[LegalDocument]:
    """Legal documents, the oldest first, with how many approved values rest on each (``resting``)."""
    found = LegalDocument.objects.annotate(
        resting=Count("values", filter=Q(values__state=ValueState.APPROVED))
    ).order_by(F("issued_on").asc(nulls_last=True), "code")
    if search.strip():
        word = search.strip()
        found = found.filter(
            Q(number__icontains=word)
            | Q(title__icontains=word)
            | Q(title_en__icontains=word)
            | Q(code__icontains=word)
        )
    return found


def recorded(document: LegalDocument) -> tuple[datetime, str] | None:
    """When a document came on record, and by whom; nobody's name where it is from the files."""
    event = document.events.select_related("pgh_context").order_by("pgh_id").first()  # type: ignore[attr-defined]
    if event is None:
        return None
    user = event.pgh_context and User.objects.filter(pk=event.pgh_context.metadata.get("user")).first()
    return event.pgh_created_at, str(user or "")


def resting_on(document_code: str) -> QuerySet[ParameterValue]:
    """The approved values that rest on a document."""
    return (
        ParameterValue.objects.filter(document__code=document_code, state=ValueState.APPROVED)
        .select_related("parameter", "agency", "document")
        .order_by("parameter__app", "parameter__code", "agency_id", "valid_from")
    )


def calculators_list(app: str = "", rule: str = "") -> list[Calculator]:
    """The registered calculators, of one app or one rule where named."""
    return [c for c in calculators() if (not app or c.app == app) and (not rule or rule in c.rules)]


def calculators_taking(code: str) -> list[Calculator]:
    """The calculators that took a parameter in their worked examples."""
    return [calculator for calculator in calculators() if code in _seen().taken.get(calculator.name, ())]


def parameters_taken(calculator: str) -> list[str]:
    """The parameters that a calculator took in its worked examples, by code."""
    return sorted(_seen().taken.get(calculator, ()))


def formulas_of(rule: str) -> list[tuple[str, str]]:
    """The formulas by which calculators follow a rule: each result with what it is worked out from, in symbols."""
    return [
        (symbol, formula)
        for calculator in calculators_list(rule=rule)
        for step_rule, symbol, formula in _seen().formulas.get(calculator.name, ())
        if step_rule == rule
    ]


@dataclass(frozen=True)
class _Seen:
    taken: dict[str, frozenset[str]]
    formulas: dict[str, tuple[tuple[str, str, str], ...]]


@lru_cache(maxsize=1)
def _seen() -> _Seen:
    """What each calculator asks for and how it reckons: seen by running the examples once a process."""
    policy = file_policy()
    taken: dict[str, set[str]] = {}
    formulas: dict[str, dict[tuple[str, str, str], None]] = {}
    for example in worked_examples():
        try:
            trace = calculate(example["calc"], example["inputs"], policy=policy).trace
        except (RuleRefusal, LookupError):
            continue
        taken.setdefault(example["calc"], set()).update(version.code for version in trace.versions.values())
        told = formulas.setdefault(example["calc"], {})
        for step in trace.steps:
            told[(step.rule or trace.rules[0], step.symbol.partition("[")[0], step.formula)] = None
    return _Seen(
        {name: frozenset(codes) for name, codes in taken.items()},
        {name: tuple(_one_a_result(told)) for name, told in formulas.items()},
    )


def _one_a_result(told: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """One formula a result: a list's entries and a sum of more or fewer parts are told once."""
    first: dict[tuple[str, str], str] = {}
    for rule, symbol, formula in told:
        first.setdefault((rule, symbol), formula)
    return [(rule, symbol, formula) for (rule, symbol), formula in first.items()]


def parameters_of_rule(rule: str, policy: Policy | None = None) -> list[ParameterInfo]:
    """The parameters that a rule takes."""
    infos = (policy or database_policy()).infos.values()
    return sorted((info for info in infos if rule in info.rules), key=lambda info: info.code)


def rules_covered() -> list[str]:
    """Every rule id that a calculator or a parameter names."""
    named = {rule for c in calculators() for rule in c.rules}
    named |= {rule for info in database_policy().infos.values() for rule in info.rules}
    return sorted(named, key=_rule_order)


def _rule_order(rule: str) -> tuple[str, int, str]:
    family, _dash, rest = rule.partition("-")
    digits = "".join(character for character in rest if character.isdigit())
    return family, int(digits or 0), rest


def worked_examples(calculator: str = "", rule: str = "") -> list[dict[str, Any]]:
    """The worked examples kept beside the apps' rules, of one calculator or one rule where named."""
    found: Iterable[dict[str, Any]] = (example for path in example_files() for example in read_examples(path))
    return [
        example
        for example in found
        if (not calculator or example["calc"] == calculator)
        and (not rule or rule in example.get("rules", ()))
    ]
