"""Whatever is wrong with an input is named: the field, what was given, what is allowed; never a number instead."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from jilin_si.policy import strict_json
from jilin_si.policy.calculators import calculate, calculators
from jilin_si.policy.database import file_policy
from jilin_si.policy.errors import InputError, NotApplicable, RuleRefusal, UnknownCalculator
from jilin_si.policy.kinds import Count, ListOf, MapOf, Number, OrNull, Record, Row
from jilin_si.policy.lookup import Policy
from jilin_si.policy.rulecheck import example_files, expects_refusal, read_examples

EXAMPLES = {
    e["calc"]: e
    for path in reversed(example_files())
    for e in reversed(read_examples(path))
    if not expects_refusal(e["expected"])
}
UNIT = {"month": "1996-03-01", "contribution_wages": "86543.27", "retiree_cost": "41200.00"}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return file_policy()


def refused(name: str, inputs: Any, policy: Policy) -> InputError:
    with pytest.raises(InputError) as caught:
        calculate(name, inputs, policy=policy)
    return caught.value


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_missing_key_is_named(name: str, policy: Policy) -> None:
    rule = next(c for c in calculators() if c.name == name)
    for field, kind in rule.inputs.items():
        inputs = {key: value for key, value in EXAMPLES[name]["inputs"].items() if key != field}
        if not kind.required:
            calculate(name, inputs, policy=policy)
            continue
        error = refused(name, inputs, policy)
        assert (error.field, error.code) == (field, "missing")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_unknown_key_is_named(name: str, policy: Policy) -> None:
    error = refused(name, {**EXAMPLES[name]["inputs"], "wagse": "1"}, policy)
    assert (error.field, error.code) == ("wagse", "unknown")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_wrong_types_are_named(name: str, policy: Policy) -> None:
    rule = next(c for c in calculators() if c.name == name)
    for field in rule.inputs:
        for wrong in ({"a": object()}, object(), 1.5, b"1"):
            error = refused(name, {**EXAMPLES[name]["inputs"], field: wrong}, policy)
            assert error.field.startswith(field)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_number_of_json_where_money_is_text(name: str, policy: Policy) -> None:
    rule = next(c for c in calculators() if c.name == name)
    for field, kind in rule.inputs.items():
        if not isinstance(kind, Number):
            continue
        for wrong in ("1.5", "1e3", "100", "NaN", "Infinity", "-Infinity", "true", "null"):
            given = strict_json.loads(
                json.dumps({**EXAMPLES[name]["inputs"], field: 0}).replace(
                    f'"{field}": 0', f'"{field}": {wrong}'
                )
            )
            error = refused(name, given, policy)
            assert (error.field, error.code) == (field, "type"), wrong


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_text_that_is_no_plain_number(name: str, policy: Policy) -> None:
    rule = next(c for c in calculators() if c.name == name)
    for field, kind in rule.inputs.items():
        if not isinstance(kind, Number):
            continue
        for wrong in (
            "",
            " 1",
            "1,000",
            "１００",
            "+1",
            "1.",
            ".5",
            "1e5",
            "NaN",
            "Infinity",
            "0x10",
            "--1",
            "1" * 40,
        ):
            error = refused(name, {**EXAMPLES[name]["inputs"], field: wrong}, policy)
            assert (error.field, error.code) == (field, "format"), wrong


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_below_zero_where_nothing_can_be(name: str, policy: Policy) -> None:
    rule = next(c for c in calculators() if c.name == name)
    for field, kind in rule.inputs.items():
        if isinstance(kind, Number):
            inputs = {**EXAMPLES[name]["inputs"], field: "-0.01"}
            if kind.signed:
                calculate(name, inputs, policy=policy)
                continue
        elif isinstance(kind, Count):
            inputs = {**EXAMPLES[name]["inputs"], field: -1}
        else:
            continue
        error = refused(name, inputs, policy)
        assert (error.field, error.code) == (field, "negative")


def test_the_signed_inputs_are_these() -> None:
    signed = {
        f"{c.name}.{field}"
        for c in calculators()
        for field, kind in c.inputs.items()
        if getattr(kind, "signed", False)
    }
    assert signed == {
        "injury.contribution.floating",
        "ledger.year_end.opening_fund",
        "pension.adjustment_flat.growth",
        "policy.round.value",
        "pooling.base_audit_effect.delta_retiree_cost",
        "pooling.base_audit_effect.delta_wages",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "1996-02-30",
        "1996-13-01",
        "1996-3-1",
        "19960301",
        "01.03.1996",
        "1996-03",
        "1996-03-01T00:00",
        "",
        "0000-01-01",
    ],
)
def test_a_day_that_does_not_exist(wrong: str, policy: Policy) -> None:
    error = refused("collection.late_fee", {"principal": "1", "due": wrong, "paid": "1996-04-02"}, policy)
    assert (error.field, error.code) == ("due", "format")


@pytest.mark.parametrize("wrong", ["1996-03-02", "1996-03", "1996-00-01"])
def test_a_month_is_its_first_day(wrong: str, policy: Policy) -> None:
    assert refused("pension.unit_contribution", {**UNIT, "month": wrong}, policy).field == "month"


@pytest.mark.parametrize("wrong", ["1996-13", "1996-00", "1996-3", "1996-03-01", "1996"])
def test_a_period_is_year_and_month(wrong: str, policy: Policy) -> None:
    inputs = {**UNIT, "period": wrong, "paid_on": "1996-04-01"}
    del inputs["month"]
    assert refused("pension.back_assessment", inputs, policy).field == "period"


def test_months_over_twelve(policy: Policy) -> None:
    base = EXAMPLES["pension.contribution_base"]["inputs"]
    assert refused("pension.contribution_base", {**base, "months_worked": 13}, policy).code == "range"
    retiree = EXAMPLES["pension.retiree_account_year"]["inputs"]
    assert refused("pension.retiree_account_year", {**retiree, "months_paid": 13}, policy).code == "range"
    year = EXAMPLES["pension.account_year"]["inputs"]
    for wrong in ("13", "0", "01", "January"):
        error = refused("pension.account_year", {**year, "credits": {wrong: "1"}}, policy)
        assert (error.field, error.code) == (f"credits.{wrong}", "unknown")
    level = EXAMPLES["pension.account_year_level"]["inputs"]
    for wrong in ("7-13", "0-5", "8-7", "7", "7–12", "1-12-3"):
        assert refused("pension.account_year_level", {**level, "months": wrong}, policy).field == "months"


def test_dates_in_the_wrong_order(policy: Policy) -> None:
    regime = {"pension_start": "1996-01-01", "plan1_from": "1998-01-01", "unified_from": "1995-07-01"}
    assert refused("pension.regime", regime, policy).code == "order"
    steps = EXAMPLES["collection.late_fee_steps"]["inputs"]
    turned = {**steps, "payments": steps["payments"][::-1]}
    assert refused("collection.late_fee_steps", turned, policy).code == "order"


def test_before_the_first_parameter(policy: Policy) -> None:
    with override("en"):
        error = refused("pension.unit_contribution", {**UNIT, "month": "1991-12-01"}, policy)
        assert (error.field, error.code) == ("month", "too_early")
        assert "1992-01-01" in error.message


def test_an_unknown_county(policy: Policy) -> None:
    with pytest.raises(InputError) as caught:
        calculate("pension.unit_contribution", UNIT, policy=policy, agency_id=229999)
    assert (caught.value.field, caught.value.code) == ("agency", "place")
    with pytest.raises(InputError):
        policy.get("pension.unit_rate", agency_id=0)


def test_a_key_given_twice(policy: Policy) -> None:
    text = (
        '{"month": "1996-03-01", "contribution_wages": "1", "contribution_wages": "2", "retiree_cost": "0"}'
    )
    error = refused("pension.unit_contribution", strict_json.loads(text), policy)
    assert (error.field, error.code) == ("contribution_wages", "doubled")
    text = '{"available": "1", "planned": {"A": "1", "A": "2"}}'
    error = refused("pooling.redistribute", strict_json.loads(text), policy)
    assert (error.field, error.code) == ("planned.A", "doubled")
    text = '{"assets": "9", "bankruptcy_costs": "0", "rank2_tax": "0", "rank1": {"wages": "1", "wages": "2"}}'
    error = refused("collection.bankruptcy", strict_json.loads(text), policy)
    assert (error.field, error.code) == ("rank1.wages", "doubled")


def test_every_error_is_told_at_once(policy: Policy) -> None:
    error = refused(
        "pension.unit_contribution", {"month": "1996-03-02", "contribution_wages": "-1", "x": 1}, policy
    )
    assert {(e.field, e.code) for e in error.errors} == {
        ("x", "unknown"),
        ("month", "format"),
        ("contribution_wages", "negative"),
        ("retiree_cost", "missing"),
    }
    told = error.to_json()
    json.dumps(told)
    assert [set(e) for e in told["errors"]] == [{"field", "code", "given", "allowed", "message"}] * 4


def test_the_message_names_field_given_and_allowed_in_both_languages(policy: Policy) -> None:
    error = refused("pension.unit_contribution", {**UNIT, "contribution_wages": "1,000"}, policy)
    with override("en"):
        english = error.message
    with override("zh-hans"):
        chinese = error.message
    assert "contribution_wages" in english
    assert "“1,000”" in english
    assert "yuan" in english
    assert "contribution_wages" in chinese
    assert "“1,000”" in chinese
    assert "元" in chinese


def test_inputs_that_are_no_object(policy: Policy) -> None:
    wrong: Any
    for wrong in (None, [], "x", 5):
        assert refused("pension.unit_contribution", wrong, policy).code == "type"


def test_an_unknown_calculator(policy: Policy) -> None:
    with pytest.raises(UnknownCalculator):
        calculate("pension.nothing", {}, policy=policy)


def test_what_does_not_apply_gives_a_reason_and_no_number(policy: Policy) -> None:
    with override("en"), pytest.raises(NotApplicable) as caught:
        calculate(
            "pension.benefit_1978",
            {**EXAMPLES["pension.benefit_1978"]["inputs"], "service_years": "9.9", "revolution_period": None},
            policy=policy,
        )
    with override("en"):
        assert caught.value.message == "not eligible because 9.9 years of service give no monthly pension"
    with override("zh-hans"):
        assert "9.9" in caught.value.message


def test_python_decimals_are_taken_and_floats_refused(policy: Policy) -> None:
    inputs = {**UNIT, "contribution_wages": Decimal("86543.27")}
    assert calculate("pension.unit_contribution", inputs, policy=policy)["unit_contribution"] == Decimal(
        "27464.80"
    )
    for wrong in (86543.27, 8654327, Decimal("NaN"), Decimal("Infinity")):
        assert (
            refused("pension.unit_contribution", {**UNIT, "contribution_wages": wrong}, policy).code == "type"
        )


def test_odd_shapes_inside_lists_and_objects(policy: Policy) -> None:
    for name, example in EXAMPLES.items():
        rule = next(c for c in calculators() if c.name == name)
        for field, kind in rule.inputs.items():
            inner = kind.kind if isinstance(kind, OrNull) else kind
            if isinstance(inner, ListOf | MapOf | Record | Row):
                wrong: Any
                for wrong in (None, "x", 3, [[]], {"?": None}, [None]):
                    with pytest.raises(RuleRefusal) as caught:
                        calculate(name, {**example["inputs"], field: wrong}, policy=policy)
                    if isinstance(caught.value, InputError):
                        assert caught.value.field.startswith(field), (name, field, wrong)


def test_every_schema_is_an_object_of_its_inputs() -> None:
    for rule in calculators():
        schema = rule.input_schema()
        json.dumps(schema)
        assert list(schema["properties"]) == list(rule.inputs)
        assert schema["additionalProperties"] is False
        json.dumps(rule.output_schema())
