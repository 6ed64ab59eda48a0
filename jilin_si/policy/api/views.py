"""``GET /api/v1/calculators/`` and ``POST /api/v1/calculate/<name>/``."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jilin_si.policy.api.reading import ApiSession, StrictJSONParser, day_and_place, inputs_of
from jilin_si.policy.api.schema import CALCULATORS_ANSWER, GENERIC_ANSWER
from jilin_si.policy.calculators import Calculator, calculate, calculators, get_calculator
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import InputError, RuleRefusal, UnknownCalculator
from jilin_si.policy.selectors import parameters_taken


class PolicyAPIView(APIView):
    """Signed-in people ask, in strict JSON."""

    authentication_classes = [ApiSession]
    permission_classes = [IsAuthenticated]
    parser_classes = [StrictJSONParser]


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI document."""

    authentication_classes = [ApiSession]
    permission_classes = [IsAuthenticated]


class CalculatorsView(PolicyAPIView):
    """Every calculator with the JSON Schema of its inputs and outputs."""

    @extend_schema(
        operation_id="calculators",
        summary="All calculators",
        responses={200: CALCULATORS_ANSWER},
        tags=["calculators"],
    )
    def get(self, request: Request) -> Response:
        found = [_described(calculator) for calculator in calculators()]
        return Response({"count": len(found), "results": found})


def _described(calculator: Calculator) -> dict[str, Any]:
    return {
        "name": calculator.name,
        "title": str(calculator.title),
        "rules": list(calculator.rules),
        "parameters": parameters_taken(calculator.name),
        "url": reverse("api_calculate", args=[calculator.name]),
        "inputs": calculator.input_schema(),
        "outputs": calculator.output_schema(),
    }


class CalculateView(PolicyAPIView):
    """One calculator: inputs in, outputs and trace out; a reason with 422 where the rule does not apply."""

    @extend_schema(
        operation_id="calculate",
        summary="Run a calculator",
        parameters=[
            OpenApiParameter(
                "on", {"type": "string", "format": "date"}, description="day whose parameters hold"
            ),
            OpenApiParameter("agency", {"type": "string", "pattern": "^[0-9]{6}$"}, description="area code"),
        ],
        request={"application/json": {"type": "object"}},
        responses={200: GENERIC_ANSWER},
        tags=["calculators"],
    )
    def post(self, request: Request, name: str) -> Response:
        try:
            calculator = get_calculator(name)
        except UnknownCalculator as unknown:
            raise Http404(str(unknown)) from None
        policy = database_policy()
        try:
            on, agency_id = day_and_place(request.query_params, policy)
            inputs = inputs_of(request.data)
            result = calculate(calculator.name, inputs, policy=policy, agency_id=agency_id, on=on)
        except InputError as error:
            return Response(error.to_json(), status=status.HTTP_400_BAD_REQUEST)
        except RuleRefusal as refusal:
            return Response(refusal.to_json(), status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        return Response({"calculator": calculator.name, **result.to_json()})
