"""A calculator tried out: the result of what was typed, a second attempt beside it, a result over a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from jilin_si.money import format_yuan
from jilin_si.policy import kinds
from jilin_si.policy.calculators import Calculator, Result, calculate
from jilin_si.policy.errors import InputError, NotApplicable, ParameterMissing
from jilin_si.policy.exact import exact_text, to_decimal
from jilin_si.policy.lookup import Policy
from jilin_si.policy.terms import term
from jilin_si.policy.trace import plain_text
from jilin_si.policy.words import choice_words

POINTS = 41


@dataclass
class Attempt:
    """One column: inputs, and what came of them: a result, a reason, or errors of the inputs."""

    inputs: dict[str, Any]
    on: date | None
    agency_id: int
    result: Result | None = None
    reason: str = ""
    errors: InputError | None = None
    overrides: dict[str, Any] = field(default_factory=dict)


def attempt(
    calculator: Calculator,
    inputs: dict[str, Any],
    policy: Policy,
    on: date | None,
    agency_id: int,
    overrides: Mapping[str, Any] | None = None,
) -> Attempt:
    """Run a calculator on what was typed; nothing it says is an exception here."""
    made = Attempt(inputs, on, agency_id, overrides=dict(overrides or {}))
    seen = policy.override(overrides) if overrides else policy
    try:
        made.result = calculate(calculator.name, inputs, policy=seen, agency_id=agency_id, on=on)
    except InputError as error:
        made.errors = error
    except NotApplicable as refusal:
        made.reason = refusal.message
    except ParameterMissing as missing:
        made.reason = str(missing)
    return made


@dataclass(frozen=True)
class OutputRow:
    """One output of a calculator, in one or two columns."""

    name: str
    label: str
    first: str
    second: str = ""
    difference: str = ""
    figure: bool = True
    unit: str = ""


def output_rows(calculator: Calculator, first: Attempt, second: Attempt | None) -> list[OutputRow]:
    """The outputs of both columns with their difference where both are numbers."""
    rows = []
    for name, kind in calculator.outputs.items():
        a = first.result.outputs.get(name) if first.result else None
        b = second.result.outputs.get(name) if second and second.result else None
        if a is None and b is None:
            continue
        inner = bare_kind(kind)
        rows.append(
            OutputRow(
                name=name,
                label=term(name),
                first=output_text(inner, a),
                second=output_text(inner, b) if second else "",
                difference=_difference(inner, a, b) if second else "",
                figure=isinstance(inner, kinds.Number | kinds.Count),
                unit=_("yuan") if isinstance(inner, kinds.Yuan) else "",
            )
        )
    return rows


def output_text(kind: kinds.Kind, value: Any) -> str:
    """An output as a page shows it."""
    if value is None:
        return "—"
    if isinstance(kind, kinds.Yuan):
        return format_yuan(value)
    if isinstance(kind, kinds.ListOf):
        return ", ".join(output_text(kind.item, item) for item in value)
    if isinstance(kind, kinds.Row):
        return " ".join(output_text(k, item) for k, item in zip(kind.places, value, strict=True))
    if isinstance(kind, kinds.Record):
        return "; ".join(
            f"{term(key)} {output_text(k, value[key])}" for key, k in kind.fields.items() if key in value
        )
    if isinstance(kind, kinds.MapOf):
        return "; ".join(f"{key} {output_text(kind.item, item)}" for key, item in value.items())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return choice_words(str(plain_text(value)))


def _difference(kind: kinds.Kind, a: Any, b: Any) -> str:
    if not isinstance(kind, kinds.Number | kinds.Count) or a is None or b is None:
        return ""
    gap = Decimal(b) - Decimal(a)
    text = format_yuan(gap) if isinstance(kind, kinds.Yuan) else f"{gap:f}".replace("-", "−")
    return text if gap < 0 else f"+{text}" if gap else text


# ── over a range ─────────────────────────────────────────────────────────────────────────────────────────────────
def numeric_inputs(calculator: Calculator) -> list[str]:
    """The inputs that a chart may run over: single numbers."""
    found = []
    for name, kind in calculator.inputs.items():
        inner = bare_kind(kind)
        if isinstance(inner, kinds.Number | kinds.Count):
            found.append(name)
    return found


def numeric_outputs(calculator: Calculator) -> list[str]:
    """The outputs that a chart may show: single numbers."""
    found = []
    for name, kind in calculator.outputs.items():
        inner = bare_kind(kind)
        if isinstance(inner, kinds.Number | kinds.Count):
            found.append(name)
    return found


def default_range(calculator: Calculator, name: str, value: Any) -> tuple[str, str]:
    """From half to one and a half of what is typed; a grade or a count of few over all it may be."""
    kind = bare_kind(calculator.inputs[name])
    if isinstance(kind, kinds.Count) and kind.maximum <= 60:
        return str(kind.minimum), str(kind.maximum)
    try:
        centre = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        centre = Fraction(0)
    if centre == 0:
        centre = Fraction(1, 10) if isinstance(kind, kinds.Rate) else Fraction(100)
    low, high = centre / 2, centre * 3 / 2
    if isinstance(kind, kinds.Count):
        return str(int(low)), str(int(high) + 1)
    return exact_text(low), exact_text(high)


def bare_kind(kind: kinds.Kind) -> kinds.Kind:
    """A kind without what says that it may be left out or null."""
    return kind.kind if isinstance(kind, kinds.Optional | kinds.OrNull) else kind


def points_between(calculator: Calculator, name: str, low: str, high: str) -> list[Any]:
    """Values of an input from ``low`` to ``high``, as the calculator takes them. Raises InputError."""
    kind = bare_kind(calculator.inputs[name])
    if isinstance(kind, kinds.Count):
        first, last = kind.parse(_whole(low), name), kind.parse(_whole(high), name)
        if last < first:
            raise InputError(name, high, _("at least %(low)s") % {"low": low}, "order")
        step = max(1, (last - first) // (POINTS - 1))
        return list(range(first, last + 1, step))
    start, end = kind.parse(low, name), kind.parse(high, name)
    if end <= start:
        raise InputError(name, high, _("more than %(low)s") % {"low": low}, "order")
    places = 2 if isinstance(kind, kinds.Yuan) else 6
    steps = [start + (end - start) * n / (POINTS - 1) for n in range(POINTS)]
    return [_number_text(value, places) for value in steps]


def _whole(text: str) -> Any:
    return int(text) if text.isdigit() else text


def _number_text(value: Fraction, places: int) -> str:
    rounded = to_decimal(value, places)
    return f"{rounded.normalize():f}"


def range_chart(
    calculator: Calculator,
    made: list[tuple[str, Attempt]],
    policy: Policy,
    name: str,
    output: str,
    low: str,
    high: str,
) -> dict[str, Any]:
    """One output over a range of one input, a line for each column. Raises InputError for a range that is none."""
    values = points_between(calculator, name, low, high)
    kind = calculator.outputs[output]
    lines = []
    for label, column in made:
        points = []
        for value in values:
            tried = attempt(
                calculator,
                column.inputs | {name: value},
                policy,
                column.on,
                column.agency_id,
                column.overrides,
            )
            answer = tried.result.outputs.get(output) if tried.result else None
            points.append(
                {
                    "x": str(value),
                    "y": None if answer is None else f"{Decimal(answer):f}",
                    "at": str(value),
                    "text": output_text(bare_kind(kind), answer)
                    if answer is not None
                    else (tried.reason or "—"),
                }
            )
        lines.append({"name": label, "points": points})
    return {
        "unit": _("yuan") if isinstance(bare_kind(kind), kinds.Yuan) else "",
        "input": term(name),
        "output": term(output),
        "lines": lines,
    }
