"""A trace tells the truth: each formula with its values put in gives the unrounded value, and the last step the amount."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils.translation import override

from jilin_si.policy.calculators import Result, calculate
from jilin_si.policy.database import file_policy
from jilin_si.policy.errors import RuleRefusal
from jilin_si.policy.exact import round_by_mode
from jilin_si.policy.lookup import Policy
from jilin_si.policy.rulecheck import example_files, read_examples
from jilin_si.policy.terms import has_term
from jilin_si.policy.trace import _FUNCTIONS, _SYMBOL, Step
from tests import pace

EXAMPLES = [example for path in example_files() for example in read_examples(path)]
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
OPERATORS = str.maketrans({"×": "*", "÷": "/", "−": "-"})


@pytest.fixture(scope="module")
def policy() -> Policy:
    return file_policy()


@pytest.fixture(scope="module")
def results(policy: Policy) -> list[Result]:
    found = []
    for example in EXAMPLES:
        try:
            found.append(calculate(example["calc"], example["inputs"], policy=policy))
        except RuleRefusal:
            continue
    return found


def worked_out(text: str) -> Fraction:
    """A formula of numbers, evaluated exactly."""
    expression = NUMBER.sub(lambda m: f"F('{m[0]}')", text.translate(OPERATORS))
    value = eval(expression, {"__builtins__": {}, "F": Fraction, "max": max, "min": min})
    return Fraction(value)


def can_be_worked_out(text: str) -> bool:
    return "…" not in text and "→" not in text and not re.search(r"[A-Za-z](?<!max)(?<!min)\b", text)


def check_formulas(result: Result) -> int:
    """Work out each formula of a trace that is one of numbers; gives how many there were."""
    checked = 0
    for step in result.trace.steps:
        put_in = result.trace.values_put_in(step)
        if step.unrounded is None or not can_be_worked_out(put_in):
            continue
        told = (result.calculator.name, step.symbol, step.formula, put_in)
        assert worked_out(put_in) == step.unrounded, told
        checked += 1
    return checked


def test_each_formula_gives_its_unrounded_value(results: list[Result]) -> None:
    assert sum(check_formulas(result) for result in results) > 600


def test_most_amounts_show_a_formula_that_can_be_worked_out(results: list[Result]) -> None:
    amounts = [(r, s) for r in results for s in r.trace.steps if s.rounding is not None]
    shown = [s for r, s in amounts if can_be_worked_out(r.trace.values_put_in(s))]
    assert len(shown) > 0.95 * len(amounts)


def test_rounding_is_as_told(results: list[Result]) -> None:
    for result in results:
        for step in result.trace.steps:
            if step.rounding is not None:
                assert round_by_mode(step.unrounded, step.rounding) == step.result


def amounts_in(value: Any) -> list[Decimal]:
    if isinstance(value, Decimal):
        return [value]
    if isinstance(value, dict):
        return [amount for item in value.values() for amount in amounts_in(item)]
    if isinstance(value, list):
        return [amount for item in value for amount in amounts_in(item)]
    return []


def shown_result(step: Step) -> Any:
    from jilin_si.policy.trace import plain_text

    return plain_text(step.result, step.places)


def test_every_number_given_out_stands_in_a_step_a_parameter_or_an_input(results: list[Result]) -> None:
    for result in results:
        numbers = [s for s in result.trace.steps if isinstance(s.result, Fraction)]
        known = {Decimal(text) for s in numbers if not (text := str(shown_result(s))).endswith("…")}
        known |= {
            Decimal(str(v.value)) for v in result.trace.versions.values() if isinstance(v.value, Decimal)
        }
        for amount in amounts_in(result.outputs):
            assert amount in known, (result.calculator.name, amount)


def test_json_names_rule_parameters_documents_and_rounding(policy: Policy) -> None:
    inputs = {"month": "1996-03-01", "contribution_wages": "86543.27", "retiree_cost": "41200.00"}
    told = calculate("pension.unit_contribution", inputs, policy=policy).to_json()
    json.dumps(told)
    assert told["outputs"] == {"rate": "0.215", "sum_of_two": "127743.27", "unit_contribution": "27464.80"}
    last = told["trace"]["steps"][-1]
    assert last["symbol"] == "unit_contribution"
    assert last["formula"] == "rate × sum_of_two"
    assert last["values_put_in"] == "0.215 × 127743.27"
    assert (last["unrounded"], last["result"]) == ("27464.80305", "27464.80")
    assert (last["rounding"], last["changed_by_rounding"], last["rule"]) == ("FEN_HALF_UP", True, "PEN-2")
    assert last["parameters"] == ["rate"]
    (parameter,) = told["trace"]["parameters"]
    assert (parameter["code"], parameter["valid_from"], parameter["confidence"]) == (
        "pension.unit_rate",
        "1994-01-01",
        "law",
    )
    assert [d["code"] for d in told["trace"]["documents"]] == [parameter["document"]]


def test_the_trace_speaks_both_languages(policy: Policy) -> None:
    inputs = {"month": "1996-03-01", "contribution_wages": "86543.27", "retiree_cost": "41200.00"}
    result = calculate("pension.unit_contribution", inputs, policy=policy)
    with override("en"):
        english = result.trace.to_json()["steps"][-1]
    with override("zh-hans"):
        chinese = result.trace.to_json()["steps"][-1]
    assert english["formula_in_words"] == "Rate × Wages and retiree cost"
    assert chinese["formula_in_words"] == "费率 × 两项和"
    assert english["formula"] == chinese["formula"]


def test_every_symbol_has_its_words(results: list[Result]) -> None:
    for result in results:
        used = set(result.trace.inputs) | set(result.calculator.outputs) | set(result.trace.versions)
        for step in result.trace.steps:
            used |= {step.symbol, *_SYMBOL.findall(step.formula)}
        missing = {symbol for symbol in used if symbol not in _FUNCTIONS and not has_term(symbol)}
        assert not missing, result.calculator.name


def test_an_input_outside_the_law_is_told_but_stands(policy: Policy) -> None:
    inputs = {"wages": "100000", "rate": "0.012"}
    result = calculate("maternity.contribution", inputs, policy=policy)
    assert result["due"] == Decimal("1200.00")
    with override("en"):
        assert result.trace.warning_texts() == ["the rate 0.012 is above the highest laid down, 0.01"]


def test_a_call_with_its_trace_takes_less_than_a_millisecond(policy: Policy) -> None:
    from time import process_time

    inputs = {"month": "1996-03-01", "contribution_wages": "86543.27", "retiree_cost": "41200.00"}
    best = min(_seconds(inputs, policy, process_time) for _again in range(5))
    assert best < pace.seconds(0.001)


def _seconds(inputs: dict[str, Any], policy: Policy, clock: Any) -> float:
    begun = clock()
    for _call in range(20):
        calculate("pension.unit_contribution", inputs, policy=policy).to_json()
    return float(clock() - begun) / 20
