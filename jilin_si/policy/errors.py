"""What a rule answers where it has no amount: a wrong input, a rule that does not apply, a missing parameter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from jilin_si.policy.exact import exact_text

_LONGEST_SHOWN = 60


def shown(given: object) -> str:
    """What was given, as short text."""
    text = exact_text(given) if isinstance(given, Fraction) else str(given)
    text = f"“{text}”" if isinstance(given, str) else text
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


class RuleRefusal(Exception):
    """A calculator's answer that is a reason and not a number."""

    @property
    def message(self) -> str:
        """The reason in the language active now."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.message

    def to_json(self) -> dict[str, Any]:
        raise NotImplementedError


class InputError(RuleRefusal):
    """An input that cannot be: ``field`` names it, ``given`` is what came, ``allowed`` says what may come.

    ``code`` is one of missing, unknown, doubled, type, format, negative, range, order, too_early, place, taken.
    ``errors`` holds this error and every further one found in the same inputs.
    """

    def __init__(self, field: str, given: object, allowed: object, code: str = "format") -> None:
        self.field, self.given, self.allowed, self.code = field, given, allowed, code
        self.errors: tuple[InputError, ...] = (self,)
        super().__init__(field)

    def __reduce__(self) -> tuple[Any, ...]:
        return (InputError, (self.field, shown(self.given), str(self.allowed), self.code))

    @property
    def message(self) -> str:
        allowed = str(self.allowed)
        if self.code == "missing":
            return str(_("%(field)s is missing: %(allowed)s is needed.")) % {
                "field": self.field,
                "allowed": allowed,
            }
        if self.code == "unknown":
            return str(_("%(field)s is not an input of this rule: allowed are %(allowed)s.")) % {
                "field": self.field,
                "allowed": allowed,
            }
        if self.code == "doubled":
            return str(_("%(field)s is given more than once: it may stand there once.")) % {
                "field": self.field
            }
        if self.code == "taken":
            return str(_("%(given)s is on record already: %(allowed)s.")) % {
                "given": shown(self.given),
                "allowed": allowed,
            }
        return str(_("%(field)s: %(given)s was given, allowed is %(allowed)s.")) % {
            "field": self.field,
            "given": shown(self.given),
            "allowed": allowed,
        }

    def to_json(self) -> dict[str, Any]:
        return {
            "refused": "input",
            "errors": [
                {
                    "field": error.field,
                    "code": error.code,
                    "given": shown(error.given),
                    "allowed": str(error.allowed),
                    "message": error.message,
                }
                for error in self.errors
            ],
        }

    @classmethod
    def of_all(cls, errors: Sequence[InputError]) -> InputError:
        """The first of several errors, carrying the others."""
        first = errors[0]
        first.errors = tuple(errors)
        return first


class NotApplicable(RuleRefusal):
    """The rule does not apply to these facts; ``reason`` says why, with the values that decided put in."""

    def __init__(self, reason: object, **values: object) -> None:
        self.reason, self.values = reason, values
        super().__init__()

    @property
    def message(self) -> str:
        return str(self.reason) % self.values if self.values else str(self.reason)

    def to_json(self) -> dict[str, Any]:
        return {"refused": "not_applicable", "reason": self.message}


class ParameterMissing(LookupError):
    """No version of a parameter is in force on that day at that place; ``first`` is its earliest day, if any."""

    def __init__(self, code: str, on: date | None, agency_id: int, first: date | None = None) -> None:
        self.code, self.on, self.agency_id, self.first = code, on, agency_id, first
        super().__init__(code)

    def __str__(self) -> str:
        if self.first is not None and self.on is not None and self.on < self.first:
            return str(_("%(code)s has no value on %(on)s: its first value holds from %(first)s.")) % {
                "code": self.code,
                "on": self.on,
                "first": self.first,
            }
        return str(_("%(code)s has no value on %(on)s for %(agency)s.")) % {
            "code": self.code,
            "on": self.on or "—",
            "agency": self.agency_id,
        }


class UnknownCalculator(LookupError):
    """No app has registered a calculator under this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        return str(_("There is no calculator “%(name)s”.")) % {"name": self.name}


def refuse_division_by_zero(what: object) -> NotApplicable:
    """The reason where a divisor is 0."""
    return NotApplicable(_("Nothing can be divided by zero: %(what)s is 0."), what=what)
