"""Reading requests strictly: JSON in which a key stands once, money is text, and nothing unknown is passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import BaseParser

from jilin_si.policy import strict_json
from jilin_si.policy.errors import InputError
from jilin_si.policy.kinds import Date
from jilin_si.policy.lookup import Policy, unknown_place

QUERY = ("on", "agency")


class StrictJSONParser(BaseParser):
    """JSON as it stands: doubled keys, numbers with a point and NaN are seen, and refused by the inputs' kinds."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return strict_json.loads(stream.read())
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(
                {
                    "refused": "input",
                    "errors": [
                        {
                            "field": "",
                            "code": "format",
                            "given": "",
                            "allowed": _("a JSON object"),
                            "message": _("This is no JSON: %(why)s.") % {"why": error},
                        }
                    ],
                }
            ) from error


class ApiSession(SessionAuthentication):
    """The sign-in of the pages, with its token against forged requests; without one the answer is 401."""

    def authenticate_header(self, request: Any) -> str:
        return "Session"


def day_and_place(query: QueryDict, policy: Policy) -> tuple[date | None, int | None]:
    """``?on=1996-03-01&agency=220181``. Raises InputError for a day or place that is none, and for anything else."""
    errors: list[InputError] = []
    for name, values in query.lists():
        if name not in QUERY:
            errors.append(InputError(name, name, ", ".join(QUERY), "unknown"))
        elif len(values) > 1:
            errors.append(InputError(name, values[-1], "", "doubled"))
    on: date | None = None
    agency_id: int | None = None
    if "on" in query:
        try:
            on = Date().parse(query["on"], "on")
        except InputError as error:
            errors.append(error)
    if "agency" in query:
        given = str(query["agency"])
        if re.fullmatch(r"[0-9]{6}", given) and int(given) in policy.agencies:
            agency_id = int(given)
        else:
            errors.append(unknown_place(given))
    if errors:
        raise InputError.of_all(errors)
    return on, agency_id


def inputs_of(data: Any) -> Mapping[str, Any]:
    """The body as an object. Raises InputError for anything else."""
    if isinstance(data, Mapping):
        return data
    raise InputError("inputs", data, _("an object of names and values"), "type")
