"""What a rule answers beside its number: in the kinds it declares, by steps that can be followed, or with its reason."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from jilin_si.policy.calculators import Result, calculate
from jilin_si.policy.errors import InputError, NotApplicable, RuleRefusal
from jilin_si.policy.lookup import Policy
from jilin_si.policy.parameter_files import agency_codes, policy_of, read_all
from jilin_si.policy.rulecheck import example_files, expects_refusal, read_examples
from jilin_si.policy.trace import _FUNCTIONS, _SYMBOL, plain_text
from tests.properties.answers import BY_THE_OFFICE, COUNTS, NOT_APPLICABLE, WARNED, WRONG, ZEROS, Facts
from tests.properties.asking import policy

_PLACE = re.compile(r"(?P<name>\w+)\[(?P<place>-?[0-9.]+)\]")
_UGLY = re.compile(r"[+−×÷] ?-|\([0-9.]+\)")


def check_kinds(result: Result) -> None:
    """The outputs are as the calculator's own schema has them."""
    Draft202012Validator(result.calculator.output_schema()).validate(result.outputs_json())


def check_steps(result: Result) -> None:
    """Entries are numbered from 1, every symbol has its value, values below 0 stand in brackets and others do not."""
    places = defaultdict(list)
    for step in result.trace.steps:
        if found := _PLACE.fullmatch(step.symbol):
            places[found["name"]].append(found["place"])
        if step.put_in is None:
            unknown = set(_SYMBOL.findall(step.formula)) - _FUNCTIONS - set(result.trace.values)
            assert not unknown, (result.calculator.name, step.formula)
        assert not _UGLY.search(result.trace.values_put_in(step)), (result.calculator.name, step.symbol)
    for name, numbers in places.items():
        given = f"{name}[1]" in result.trace.values and "1" not in numbers
        first = int(numbers[0]) if given else 1
        assert numbers == [str(first + n) for n in range(len(numbers))], (result.calculator.name, name)


def test_every_example_answers_as_declared_and_in_steps_to_follow() -> None:
    checked = 0
    for path in example_files():
        for example in read_examples(path):
            try:
                result = calculate(example["calc"], example["inputs"], policy=policy())
            except RuleRefusal:
                continue
            check_kinds(result)
            check_steps(result)
            checked += 1
    assert checked > 200


@lru_cache(maxsize=1)
def usual() -> dict[str, Facts]:
    """The inputs of each calculator's first worked example that gives a number."""
    found: dict[str, Facts] = {}
    for path in example_files():
        for example in read_examples(path):
            if not expects_refusal(example["expected"]):
                found.setdefault(example["calc"], example["inputs"])
    return found


def ask(name: str, changed: Facts, of: Policy | None = None) -> Result:
    """A calculator on its usual facts, some of them changed."""
    return calculate(name, usual()[name] | changed, policy=of or policy())


@pytest.mark.parametrize(("name", "changed", "field", "given"), WRONG)
def test_what_cannot_be_is_refused_by_field_and_value(
    name: str, changed: Facts, field: str, given: str
) -> None:
    ask(name, {})
    with pytest.raises(InputError) as refused:
        ask(name, changed)
    assert (refused.value.field, str(plain_text(refused.value.given))) == (field, given)
    assert str(refused.value)


@pytest.mark.parametrize(("name", "changed", "values"), NOT_APPLICABLE)
def test_a_rule_that_does_not_apply_says_what_decided(name: str, changed: Facts, values: Facts) -> None:
    ask(name, {})
    with pytest.raises(NotApplicable) as refused:
        ask(name, changed)
    assert refused.value.values == values
    assert str(refused.value)


@pytest.mark.parametrize(("name", "changed"), ZEROS)
def test_nothing_is_divided_by_zero(name: str, changed: Facts) -> None:
    ask(name, {})
    with pytest.raises(NotApplicable) as refused:
        ask(name, changed)
    assert str(refused.value.values["what"])


@pytest.mark.parametrize(("name", "changed", "values"), WARNED)
def test_what_lies_outside_the_law_is_told_and_nothing_else(
    name: str, changed: Facts, values: Facts | None
) -> None:
    trace = ask(name, changed).trace
    assert [told for _text, told in trace.warnings] == ([] if values is None else [values])
    assert all(trace.warning_texts())


@pytest.mark.parametrize(("name", "field", "least", "most"), COUNTS)
def test_a_count_is_taken_up_to_its_bounds(name: str, field: str, least: int, most: int) -> None:
    for count in (least, most):
        ask(name, {field: count})
    for count in (least - 1, most + 1):
        with pytest.raises(RuleRefusal):
            ask(name, {field: count})


def test_an_age_and_the_days_of_a_miscarriage_have_bounds_too() -> None:
    for age in (0, 150):
        ask("pension.retiree_reserve_by_age", {"retirees": [{"age": age, "monthly": "1"}]})
    for age in (-1, 151):
        with pytest.raises(InputError):
            ask("pension.retiree_reserve_by_age", {"retirees": [{"age": age, "monthly": "1"}]})
    for days in (0, 90):
        ask("maternity.allowance", {"miscarriage_months": 1, "miscarriage_days": days})
    for days in (-1, 91):
        with pytest.raises(InputError):
            ask("maternity.allowance", {"miscarriage_months": 1, "miscarriage_days": days})


@lru_cache(maxsize=1)
def whole_yuan() -> Policy:
    """The parameters of the files, but for an office that pays whole yuan, rounded up."""
    files = read_all()
    versions = [
        replace(version, value="YUAN_UP") if version.code.startswith("rounding.") else version
        for version in files.versions
    ]
    return policy_of(replace(files, versions=versions), agency_codes())


@pytest.mark.parametrize(("name", "changed", "expected"), BY_THE_OFFICE)
def test_what_is_paid_is_rounded_as_the_office_does(name: str, changed: Facts, expected: Facts) -> None:
    got = ask(name, changed, whole_yuan()).outputs_json()
    assert {field: _numbers(got[field]) for field in expected} == {
        field: _numbers(value) for field, value in expected.items()
    }


def _numbers(value: Any) -> Any:
    return [Decimal(item) for item in value] if isinstance(value, list) else Decimal(value)


@pytest.mark.parametrize(
    "on", [None, date(1993, 6, 1), date(1999, 1, 21), date(1999, 1, 22), date(2003, 7, 1)]
)
def test_the_rules_of_1999_are_asked_for_before_their_day_too(on: date | None) -> None:
    got = calculate(
        "unemployment.contribution_1999", {"wages": "1000"}, policy=policy(), on=on
    ).outputs_json()
    assert got == {"unit": "20.00", "employee": "10.00"}


def test_the_steps_for_a_dependant_name_the_dependant_and_what_is_added() -> None:
    who = [["spouse", False], ["child", True], ["parent", False], ["child", False]]
    trace = ask("injury.death", {"own_monthly_wage": "300", "dependants": who}).trace
    formulas = {step.symbol: step.formula for step in trace.steps}
    for place, (kind, alone) in enumerate(who, 1):
        steps = [step for step in trace.steps if step.symbol.endswith(f"[{place}]")]
        assert [step.detail for step in steps] == [kind] * 3
        assert ("lone_addition" in formulas[f"dependant_share[{place}]"]) == alone


# calculator, what is changed, a step and what it shows: the formula with values put in, or an attribute of the step
SHOWN: list[tuple[str, Facts, str, str, Any]] = [
    ("pension.minimum_service_1978", {"service_years": "17"}, "percent", "put_in", "17 → 0.7"),
    (
        "pension.collective_contribution",
        {"wages": "300", "retiree_cost": "100", "tiers": [["0.30", "0.18"], ["0.35", "0.20"]]},
        "rate",
        "detail",
        "0.3333… < 0.35",
    ),
    ("pension.lump_sum_1995", {"contribution_years": "14.9"}, "eligible_monthly", "result", False),
    ("pension.lump_sum_1997", {"contribution_years": "14.9"}, "eligible_monthly", "result", False),
    ("pension.average_index", {}, "index[1]", "places", 4),
    ("pooling.redistribute", {"available": "2", "planned": {"220101": "1"}}, "ratio", "places", 6),
    (
        "maternity.allowance",
        {"difficult": False, "children": 1, "miscarriage_months": None, "miscarriage_days": None},
        "days",
        "formula",
        "leave_days",
    ),
]


@pytest.mark.parametrize(("name", "changed", "symbol", "field", "shown"), SHOWN)
def test_a_step_shows_what_decided(name: str, changed: Facts, symbol: str, field: str, shown: Any) -> None:
    trace = ask(name, changed).trace
    (step,) = (step for step in trace.steps if step.symbol == symbol)
    assert (trace.values_put_in(step) if field == "put_in" else getattr(step, field)) == shown


def test_a_birth_before_the_first_table_of_ages_is_refused_with_its_day() -> None:
    with pytest.raises(InputError) as refused:
        ask("pension.retirement_age", {"birth": "1880-01-01"})
    assert (refused.value.code, "1951-03-01" in str(refused.value)) == ("too_early", True)


def test_the_calendar_ends_with_the_year_9999() -> None:
    facts = {"birth": "9939-01-01", "sex": "M", "identity": "worker", "category": "normal"}
    assert ask("pension.retirement_age", facts).outputs_json() == {
        "age": 60,
        "reaches_age_on": "9999-01-01",
        "first_pension_month": "9999-02",
    }
    with pytest.raises(InputError):
        ask("pension.retirement_age", facts | {"birth": "9940-01-01"})


def told(name: str, inputs: Facts) -> dict[str, tuple[Any, str]]:
    """Result and values put in of each step."""
    trace = calculate(name, inputs, policy=policy()).trace
    return {step.symbol: (step.result, trace.values_put_in(step)) for step in trace.steps}


def test_an_identity_number_is_taken_apart_in_the_trace() -> None:
    assert told("enrollment.identity_number", {"id15": "220104490223001"}) == {
        "sequence": ("001", "220104490223001"),
        "century": ("19", "001"),
        "id17": ("22010419490223001", "220104 19 490223001"),
        "id_check": ("7", "22010419490223001"),
        "id18": ("220104194902230017", "22010419490223001, 7"),
        "birth": (date(1949, 2, 23), "19490223"),
        "sex": ("M", "1"),
    }
    numbers = ["220104490223001", "220104490231001"]
    assert told("enrollment.identity_valid", {"ids": numbers}) == {
        "valid[1]": (True, numbers[0]),
        "valid[2]": (False, numbers[1]),
    }


def test_an_organisation_code_shows_its_weights() -> None:
    steps = told("enrollment.organisation_code", {"body": "12345678"})
    summed = "1 × 3 + 2 × 7 + 3 × 9 + 4 × 10 + 5 × 5 + 6 × 8 + 7 × 4 + 8 × 2"
    assert steps["weighted_sum"] == (201, summed)
    assert (steps["check"][0], steps["code"][0]) == ("8", "12345678-8")
