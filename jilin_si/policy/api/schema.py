"""The OpenAPI document: one path a calculator, each with the JSON Schema of its own inputs and outputs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from jilin_si.policy.calculators import Calculator, calculators

GENERIC_PATH = "/api/v1/calculate/{name}/"
_TEXT: dict[str, Any] = {"type": "string"}
_OPEN: dict[str, Any] = {"type": "object"}

GENERIC_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {"calculator": _TEXT, "outputs": _OPEN, "trace": _OPEN},
    "required": ["calculator", "outputs", "trace"],
}
CALCULATORS_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": _TEXT,
                    "title": _TEXT,
                    "rules": {"type": "array", "items": _TEXT},
                    "parameters": {"type": "array", "items": _TEXT},
                    "url": _TEXT,
                    "inputs": _OPEN,
                    "outputs": _OPEN,
                },
            },
        },
    },
}
TRACE: dict[str, Any] = {
    "type": "object",
    "description": "how the outputs came about: steps in order, with parameters and legal documents",
    "properties": {
        "calculator": _TEXT,
        "title": _TEXT,
        "rules": {"type": "array", "items": _TEXT},
        "inputs": {"type": "array", "items": _OPEN},
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer"},
                    "symbol": _TEXT,
                    "label": _TEXT,
                    "formula": _TEXT,
                    "values_put_in": _TEXT,
                    "unrounded": {"type": ["string", "null"]},
                    "result": {},
                    "rounding": {"type": ["string", "null"]},
                    "rule": _TEXT,
                },
            },
        },
        "parameters": {"type": "array", "items": _OPEN},
        "documents": {"type": "array", "items": _OPEN},
        "warnings": {"type": "array", "items": _TEXT},
    },
}
INPUT_ERRORS: dict[str, Any] = {
    "type": "object",
    "description": "what is wrong, one entry an error: field, what was given, what is allowed",
    "properties": {
        "refused": {"const": "input"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": _TEXT,
                    "code": {
                        "type": "string",
                        "enum": [
                            *(
                                "missing",
                                "unknown",
                                "doubled",
                                "type",
                                "format",
                                "negative",
                                "range",
                                "order",
                            ),
                            *("too_early", "place"),
                        ],
                    },
                    "given": _TEXT,
                    "allowed": _TEXT,
                    "message": _TEXT,
                },
                "required": ["field", "code", "message"],
            },
        },
    },
    "required": ["refused", "errors"],
}
REFUSAL: dict[str, Any] = {
    "type": "object",
    "description": "the rule does not apply to these facts: the reason, never a number",
    "properties": {"refused": {"const": "not_applicable"}, "reason": _TEXT},
    "required": ["refused", "reason"],
}


class ApiSessionScheme(OpenApiAuthenticationExtension):
    """The sign-in of the pages, told to the schema."""

    target_class = "jilin_si.policy.api.reading.ApiSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The sign-in of the pages. A POST carries the csrftoken cookie in X-CSRFToken too.",
        }


def one_path_a_calculator(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Put a path for each calculator in place of the generic one (a hook of the schema's generator)."""
    generic = result["paths"].pop(GENERIC_PATH, None)
    if generic is None:
        return result
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {"Trace": TRACE, "InputErrors": INPUT_ERRORS, "Refusal": REFUSAL}
    for calculator in calculators():
        schemas[f"{calculator.name}.inputs"] = _without_dialect(calculator.input_schema())
        schemas[f"{calculator.name}.outputs"] = calculator.output_schema()
        path = GENERIC_PATH.replace("{name}", calculator.name)
        result["paths"][path] = {"post": _operation(generic["post"], calculator)}
    return result


def _operation(generic: dict[str, Any], calculator: Calculator) -> dict[str, Any]:
    operation = deepcopy(generic)
    operation["operationId"] = f"calculate_{calculator.name.replace('.', '_')}"
    operation["summary"] = str(calculator.title)
    operation["description"] = f"{', '.join(calculator.rules)}. {calculator.explanation}"
    operation["tags"] = [calculator.app]
    operation["parameters"] = [p for p in operation.get("parameters", []) if p.get("in") != "path"]
    operation["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": _ref(f"{calculator.name}.inputs")}},
    }
    operation["responses"] = {
        "200": _answer("outputs and trace", _outputs_of(calculator)),
        "400": _answer("an input is wrong", _ref("InputErrors")),
        "422": _answer("the rule does not apply", _ref("Refusal")),
    }
    return operation


def _outputs_of(calculator: Calculator) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "calculator": {"const": calculator.name},
            "outputs": _ref(f"{calculator.name}.outputs"),
            "trace": _ref("Trace"),
        },
        "required": ["calculator", "outputs", "trace"],
    }


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _without_dialect(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "$schema"}
