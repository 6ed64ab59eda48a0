"""The rules for programs: what is asked wrongly is refused with the field, what was given and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from jilin_si.access.models import User
from jilin_si.policy.calculators import calculate, calculators
from jilin_si.policy.errors import RuleRefusal
from jilin_si.policy.lookup import file_policy
from jilin_si.policy.rulecheck import expects_refusal
from jilin_si.policy.worked_examples import examples_of_files
from tests.policy.pages import signed_in

UNIT = "pension.unit_contribution"
GOOD = {"month": "1996-03-01", "contribution_wages": "86543.27", "retiree_cost": "41200.00"}
EXAMPLES = examples_of_files()

Ask = Callable[..., Any]


@pytest.fixture
def ask(clerk: User) -> Ask:
    """Post a body, an object or a text, to a calculator."""
    client = signed_in(clerk)

    def post(name: str, body: Any, query: str = "") -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return client.post(f"/api/v1/calculate/{name}/{query}", text, content_type="application/json")

    return post


def test_it_answers_outputs_and_trace(ask: Ask) -> None:
    response = ask(UNIT, GOOD)
    assert response.status_code == 200
    told = response.json()
    assert told["calculator"] == UNIT
    assert told["outputs"] == {"rate": "0.215", "sum_of_two": "127743.27", "unit_contribution": "27464.80"}
    assert told["trace"]["steps"][-1]["values_put_in"] == "0.215 × 127743.27"
    assert told["trace"]["parameters"][0]["code"] == "pension.unit_rate"


def test_two_examples_of_each_calculator_are_answered_as_by_the_rules(ask: Ask) -> None:
    policy = file_policy()
    first = {example["calc"]: example for example in reversed(EXAMPLES)}
    last = {example["calc"]: example for example in EXAMPLES}
    for example in [*first.values(), *last.values()]:
        response = ask(example["calc"], example["inputs"])
        try:
            right = calculate(example["calc"], example["inputs"], policy=policy)
        except RuleRefusal:
            assert response.status_code in (400, 422), example["id"]
            assert expects_refusal(example["expected"])
            continue
        assert response.status_code == 200, example["id"]
        assert response.json()["outputs"] == right.outputs_json()


# what is sent, the field named, the code
BAD = [
    ('{"month": "1996-03-01", "contribution_wages": "1"}', "retiree_cost", "missing"),
    (GOOD | {"bonus": "1"}, "bonus", "unknown"),
    (
        '{"month": "1996-03-01", "contribution_wages": "1", "retiree_cost": "1", "month": "1997-01-01"}',
        "month",
        "doubled",
    ),
    (GOOD | {"contribution_wages": 86543}, "contribution_wages", "type"),
    (
        '{"month": "1996-03-01", "contribution_wages": 86543.27, "retiree_cost": "1"}',
        "contribution_wages",
        "type",
    ),
    ('{"month": "1996-03-01", "contribution_wages": NaN, "retiree_cost": "1"}', "contribution_wages", "type"),
    (
        '{"month": "1996-03-01", "contribution_wages": Infinity, "retiree_cost": "1"}',
        "contribution_wages",
        "type",
    ),
    (GOOD | {"contribution_wages": "NaN"}, "contribution_wages", "format"),
    (GOOD | {"contribution_wages": "1,234.50"}, "contribution_wages", "format"),
    (GOOD | {"contribution_wages": "1e5"}, "contribution_wages", "format"),
    (GOOD | {"contribution_wages": "-1"}, "contribution_wages", "negative"),
    (GOOD | {"contribution_wages": None}, "contribution_wages", "type"),
    (GOOD | {"contribution_wages": True}, "contribution_wages", "type"),
    (GOOD | {"contribution_wages": ["1"]}, "contribution_wages", "type"),
    (GOOD | {"contribution_wages": "1" * 40}, "contribution_wages", "format"),
    (GOOD | {"month": "1996-03-02"}, "month", "format"),
    (GOOD | {"month": "1996-13-01"}, "month", "format"),
    (GOOD | {"month": "1996-3-1"}, "month", "format"),
    (GOOD | {"month": 199603}, "month", "type"),
    (GOOD | {"month": "1991-12-01"}, "month", "too_early"),
    ("[]", "inputs", "type"),
    ('"text"', "inputs", "type"),
    ("null", "inputs", "type"),
]


@pytest.mark.parametrize(
    ("body", "field", "code"), BAD, ids=[f"{field}-{code}-{n}" for n, (_b, field, code) in enumerate(BAD)]
)
def test_a_wrong_input_is_refused_by_name(ask: Ask, body: Any, field: str, code: str) -> None:
    response = ask(UNIT, body)
    assert response.status_code == 400, response.content
    told = response.json()
    assert told["refused"] == "input"
    found = next(error for error in told["errors"] if error["field"] == field)
    assert found["code"] == code
    assert found["message"]
    assert set(found) == {"field", "code", "given", "allowed", "message"}


OTHER = [
    ("injury.disability", {"grade": 11, "own_monthly_wage": "1", "avg_monthly_wage": "1", "care": None}, "grade", "range"),
    ("injury.disability", {"grade": "1", "own_monthly_wage": "1", "avg_monthly_wage": "1", "care": None}, "grade", "type"),
    ("injury.disability", {"grade": 1, "own_monthly_wage": "1", "avg_monthly_wage": "1", "care": "some"}, "care", "range"),
    ("pension.account_credit", {"base": "1", "local_avg_monthly_wage": "1", "own_rate": "2", "transfer_rate": "0.09", "local_avg_rate": "0.05"}, "own_rate", "range"),
    ("pension.account_year", {"opening": "1", "credits": {"13": "1"}, "book_rate": "0.1"}, "credits.13", "unknown"),
    ("pension.account_year", '{"opening": "1", "credits": {"1": "1", "1": "2"}, "book_rate": "0.1"}', "credits.1", "doubled"),
    ("pension.contribution_base", {"last_year_wages": "1", "months_worked": 13, "local_avg_monthly_wage": "1", "cap_multiple": "3", "floor_multiple": "0.6"}, "months_worked", "range"),
    ("pension.regime", {"pension_start": "1996-01-01", "plan1_from": "1998-01-01", "unified_from": "1995-07-01"}, "unified_from", "order"),
    ("collection.late_fee_steps", {"principal": "1", "due": "1996-03-15", "payments": [["1996-04-01", "1"]]}, "payments", "range"),
    ("collection.allocate", {"amount": "1", "open_items": [["a", "1"], ["b"]]}, "open_items[2]", "range"),
    ("collection.bankruptcy", {"assets": "1", "bankruptcy_costs": "1", "rank1": {"wages": "1"}, "rank2_tax": "1"}, "rank1.retiree_reserve", "missing"),
    ("unemployment.months_1993", {"service_years": "101"}, "service_years", "range"),
    ("enrollment.identity_number", {"id15": "22010455081500"}, "id15", "format"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "field", "code"), OTHER)
def test_each_kind_of_input_refuses_what_it_cannot_be(
    ask: Ask, name: str, body: Any, field: str, code: str
) -> None:
    response = ask(name, body)
    assert response.status_code == 400, response.content
    assert (field, code) in [(error["field"], error["code"]) for error in response.json()["errors"]]


def test_all_errors_are_told_at_once(ask: Ask) -> None:
    told = ask(UNIT, {"month": "x", "contribution_wages": 1.5, "wrong": 1}).json()
    assert {error["field"] for error in told["errors"]} == {
        "month",
        "contribution_wages",
        "retiree_cost",
        "wrong",
    }


@pytest.mark.parametrize("body", ["", "{", '{"month": }', b"\xff\xfe", "{'month': 1}", "[" * 100_000])
def test_what_is_no_json_is_told_so(ask: Ask, body: Any) -> None:
    response = ask(UNIT, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] in ("format", "missing", "type")


def test_where_the_rule_does_not_apply_there_is_a_reason_and_no_number(ask: Ask) -> None:
    response = ask("pension.lump_sum_1995", {"contribution_years": "15", "account_balance": "100"})
    assert response.status_code == 422
    told = response.json()
    assert told["refused"] == "not_applicable"
    assert told["reason"]
    assert "outputs" not in told


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("?agency=999999", "agency", "place"),
        ("?agency=Jiutai", "agency", "place"),
        ("?on=1996-02-30", "on", "format"),
        ("?on=1996-01-01&on=1997-01-01", "on", "doubled"),
        ("?when=1996-01-01", "when", "unknown"),
    ],
)
def test_the_day_and_place_are_read_as_strictly(ask: Ask, query: str, field: str, code: str) -> None:
    response = ask(UNIT, GOOD, query)
    assert response.status_code == 400
    assert [(e["field"], e["code"]) for e in response.json()["errors"]] == [(field, code)]


def test_day_and_place_pick_the_parameters(ask: Ask) -> None:
    early = ask(
        "collection.provisional", {"previous_month_due": "100"}, "?on=1996-01-01&agency=220181"
    ).json()
    late = ask("collection.provisional", {"previous_month_due": "100"}, "?on=1999-06-01").json()
    assert (early["outputs"]["provisional"], late["outputs"]["provisional"]) == ("100.00", "110.00")


def test_errors_speak_the_readers_language(clerk: User) -> None:
    said = {}
    for language in ("zh-hans", "en"):
        response = signed_in(clerk, language).post(
            "/api/v1/calculate/policy.round/", "{}", content_type="application/json"
        )
        said[language] = response.json()["errors"][0]["message"]
    assert "missing" in said["en"]
    assert "missing" not in said["zh-hans"]


def test_who_has_not_signed_in_is_told_so(client: Client, db: None) -> None:
    for address in ("/api/v1/calculators/", "/api/v1/schema/"):
        assert client.get(address).status_code == 401
    assert (
        client.post("/api/v1/calculate/policy.round/", "{}", content_type="application/json").status_code
        == 401
    )


def test_a_forged_request_is_refused(clerk: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(f"/api/v1/calculate/{UNIT}/", json.dumps(GOOD), content_type="application/json")
    assert response.status_code == 403


def test_an_unknown_calculator_another_type_and_another_method(clerk: User, ask: Ask) -> None:
    client = signed_in(clerk)
    assert ask("no.such", {}).status_code == 404
    assert client.get(f"/api/v1/calculate/{UNIT}/").status_code == 405
    assert client.post(f"/api/v1/calculate/{UNIT}/", {"month": "1996-03-01"}).status_code == 415


def test_the_list_has_every_calculator_with_its_schemas(clerk: User) -> None:
    told = signed_in(clerk).get("/api/v1/calculators/").json()
    assert told["count"] == len(calculators())
    unit = next(found for found in told["results"] if found["name"] == UNIT)
    assert unit["inputs"]["required"] == ["month", "contribution_wages", "retiree_cost"]
    assert unit["url"] == f"/api/v1/calculate/{UNIT}/"
    assert unit["parameters"] == ["pension.unit_rate"]


def test_every_example_fits_the_json_schema_of_its_calculator(clerk: User) -> None:
    told = signed_in(clerk).get("/api/v1/calculators/").json()
    schemas = {found["name"]: found["inputs"] for found in told["results"]}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for example in EXAMPLES:
        if not expects_refusal(example["expected"]):
            Draft202012Validator(schemas[example["calc"]]).validate(example["inputs"])


@pytest.mark.parametrize(("body", "field", "code"), [bad for bad in BAD if not isinstance(bad[0], str)])
def test_what_the_reader_refuses_the_schema_refuses_too(
    clerk: User, body: Any, field: str, code: str
) -> None:
    told = signed_in(clerk).get("/api/v1/calculators/").json()
    schema = next(found["inputs"] for found in told["results"] if found["name"] == UNIT)
    knows_parameters = code == "too_early"  # which no schema does
    assert Draft202012Validator(schema).is_valid(body) is knows_parameters


def test_the_openapi_document_has_a_path_a_calculator_and_every_reference_leads_somewhere(
    clerk: User,
) -> None:
    document = signed_in(clerk).get("/api/v1/schema/").json()
    assert document["openapi"].startswith("3.1")
    for calculator in calculators():
        operation = document["paths"][f"/api/v1/calculate/{calculator.name}/"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        assert body == f"#/components/schemas/{calculator.name}.inputs"
        assert set(operation["responses"]) == {"200", "400", "422"}

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            found = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return found + [r for value in node.values() for r in references(value)]
        return [r for item in node for r in references(item)] if isinstance(node, list) else []

    for reference in references(document):
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target
