"""The registry of calculators: every rule under its own name, with typed inputs, typed outputs and a trace.

    @calculator(
        "pension.unit_contribution",
        title=_("Employer contribution to the pension fund"),
        rules=("PEN-2", "PEN-3"),
        inputs={"month": Month(), "contribution_wages": Yuan(), "retiree_cost": Yuan()},
        outputs={"rate": Number(), "sum_of_two": Yuan(), "unit_contribution": Yuan()},
    )
    def unit_contribution(policy, trace, *, month, contribution_wages, retiree_cost): ...

A calculator is pure: parameters and facts in, outputs out; it has no database and no clock. It refuses by raising
``NotApplicable``. The application, the pages and ``rulecheck`` call the same ``calculate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jilin_si.policy.errors import InputError, NotApplicable, ParameterMissing, UnknownCalculator
from jilin_si.policy.kinds import Kind, object_schema, read_fields
from jilin_si.policy.lookup import Policy
from jilin_si.policy.trace import Trace, plain_text

Outputs = dict[str, Any]
Function = Callable[..., Outputs]

_CALCULATORS: dict[str, Calculator] = {}


@dataclass(frozen=True)
class Calculator:
    """A registered rule."""

    name: str
    title: str | Promise
    rules: tuple[str, ...]
    inputs: Mapping[str, Kind]
    outputs: Mapping[str, Kind]
    function: Function

    @property
    def app(self) -> str:
        return self.name.partition(".")[0]

    @property
    def explanation(self) -> str:
        """What the rule says, from its docstring (English)."""
        return (self.function.__doc__ or "").strip()

    def read(self, given: Mapping[str, object]) -> dict[str, Any]:
        """The typed inputs. Raises InputError, carrying every error found."""
        if not isinstance(given, Mapping):
            raise InputError("inputs", given, _("an object of names and values"), "type")
        values, errors = read_fields(self.inputs, given)
        if errors:
            raise InputError.of_all(errors)
        return values

    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the inputs."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "description": str(self.title),
            **object_schema(self.inputs),
        }

    def output_schema(self) -> dict[str, Any]:
        return {"title": self.name, **object_schema(self.outputs)}


@dataclass(frozen=True)
class Result:
    """What a calculator answers: its outputs and how it came to them."""

    calculator: Calculator
    outputs: dict[str, Any]
    trace: Trace

    def __getitem__(self, name: str) -> Any:
        return self.outputs[name]

    def outputs_json(self) -> dict[str, Any]:
        """The outputs as JSON values: numbers as text, counts as integers."""
        return {name: plain_text(value) for name, value in self.outputs.items()}

    def to_json(self) -> dict[str, Any]:
        return {"outputs": self.outputs_json(), "trace": self.trace.to_json()}


def calculator(
    name: str,
    *,
    title: str | Promise,
    rules: tuple[str, ...],
    inputs: Mapping[str, Kind],
    outputs: Mapping[str, Kind],
) -> Callable[[Function], Function]:
    """Register a rule under its name. The function keeps its plain form and is called through ``calculate``."""

    def register(function: Function) -> Function:
        if name in _CALCULATORS:
            raise ValueError(f"the calculator {name} is registered twice")
        _CALCULATORS[name] = Calculator(name, title, rules, dict(inputs), dict(outputs), function)
        return function

    return register


def calculators() -> list[Calculator]:
    """All registered calculators, by name."""
    return [_CALCULATORS[name] for name in sorted(_CALCULATORS)]


def get_calculator(name: str) -> Calculator:
    """The calculator of that name. Raises UnknownCalculator."""
    try:
        return _CALCULATORS[name]
    except (KeyError, TypeError):
        raise UnknownCalculator(str(name)) from None


def calculate(
    name: str,
    inputs: Mapping[str, object],
    *,
    policy: Policy | None = None,
    agency_id: int | None = None,
    on: date | None = None,
) -> Result:
    """Run a calculator on inputs as JSON or Python gives them (amounts as text or Decimal).

    ``policy`` is the snapshot of parameters (default: those in force in the database), ``agency_id`` the place and
    ``on`` the day whose parameters hold where the inputs name no date.
    Raises InputError for a wrong input, NotApplicable where the rule does not apply, UnknownCalculator.
    """
    rule = get_calculator(name)
    if policy is None:
        from jilin_si.policy.database import database_policy

        policy = database_policy()
    if agency_id is not None or on is not None:
        policy = policy.at(agency_id, on)
    values = rule.read(inputs)
    trace = Trace(rule.name, rule.title, rule.rules, values)
    try:
        outputs = rule.function(policy, trace, **values)
    except ParameterMissing as missing:
        raise _as_refusal(missing, values) from missing
    return Result(rule, _plain_outputs(rule, outputs), trace)


def _plain_outputs(rule: Calculator, outputs: dict[str, Any]) -> dict[str, Any]:
    plain = {}
    for name, kind in rule.outputs.items():
        if name in outputs:
            plain[name] = kind.plain(outputs[name])
        elif kind.required:
            raise AssertionError(f"{rule.name} gave no {name}")
    if len(plain) != len(outputs):
        raise AssertionError(f"{rule.name} gave more than it declares: {sorted(set(outputs) - set(plain))}")
    return plain


def _as_refusal(missing: ParameterMissing, values: Mapping[str, Any]) -> Exception:
    """A day before a parameter's first value is an error of the input that holds that day."""
    if missing.on is not None and missing.first is not None and missing.on < missing.first:
        for name, value in values.items():
            if value == missing.on:
                return InputError(name, missing.on, _FromDay(missing.first, missing.code), "too_early")
    return NotApplicable(missing)


class _FromDay:
    """“1992-01-01 or later”, in the language of the reader."""

    def __init__(self, first: date, code: str) -> None:
        self.first, self.code = first, code

    def __str__(self) -> str:
        return str(_("%(first)s or later, from when %(code)s has a value")) % {
            "first": self.first,
            "code": self.code,
        }
