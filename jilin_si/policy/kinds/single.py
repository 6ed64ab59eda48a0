"""Kinds of one value: numbers, dates, choices, texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jilin_si.policy.errors import InputError
from jilin_si.policy.exact import to_decimal

Words = str | Promise

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PERIOD = re.compile(r"([0-9]{4})-([0-9]{2})")


class LazyFormat:
    """A translatable text with values put in when it is read."""

    def __init__(self, text: Words, values: Mapping[str, object]) -> None:
        self.text, self.values = text, values

    def __str__(self) -> str:
        return str(self.text) % {key: str(value) for key, value in self.values.items()}


def lazy_format(text: Words, **values: object) -> Any:
    return LazyFormat(text, values)


class Kind:
    """What may be given for one input, or what comes out under one name."""

    name: ClassVar[str] = ""
    allowed: Words = ""
    required = True

    def parse(self, given: object, field: str) -> Any:
        """The value of what was given. Raises InputError naming the field, what was given and what is allowed."""
        raise NotImplementedError

    def plain(self, value: Any) -> Any:
        """The value of an output as Python plainly has it: Decimal, int, str, bool, date text, list, dict."""
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of this kind."""
        raise NotImplementedError

    def refuse(
        self, field: str, given: object, code: str = "type", allowed: Words | None = None
    ) -> InputError:
        return InputError(field, given, self.allowed if allowed is None else allowed, code)


class Number(Kind):
    """A decimal number, written as text in JSON: ``"0.215"``. ``places`` is how many decimals an output shows."""

    name = "number"

    def __init__(
        self,
        *,
        signed: bool = False,
        places: int | None = None,
        maximum: str | None = None,
        positive: bool = False,
    ) -> None:
        self.signed, self.places, self.positive = signed, places, positive
        self.maximum = None if maximum is None else Fraction(maximum)
        self.maximum_text = maximum
        self.allowed = self._allowed()

    def _allowed(self) -> Words:
        if self.signed:
            return _('a decimal number as text, such as "-0.40"')
        if self.maximum_text is not None:
            return lazy_format(_("a decimal number as text from 0 to %(maximum)s"), maximum=self.maximum_text)
        return _("a decimal number as text, 0 or more")

    def parse(self, given: object, field: str) -> Fraction:
        if isinstance(given, str):
            if _NUMBER.fullmatch(given) is None:
                raise self.refuse(field, given, "format")
            value = Fraction(given)
        elif isinstance(given, Decimal) and given.is_finite():
            value = Fraction(given)
        elif isinstance(given, Fraction):
            value = given
        else:
            raise self.refuse(field, given)
        if value < 0 and not self.signed:
            raise self.refuse(field, given, "negative")
        if self.positive and value == 0:
            raise self.refuse(field, given, "range")
        if self.maximum is not None and value > self.maximum:
            raise self.refuse(field, given, "range")
        return value

    def plain(self, value: Any) -> Decimal:
        return to_decimal(value if isinstance(value, Fraction) else Fraction(value), self.places)

    def schema(self) -> dict[str, Any]:
        sign = "-?" if self.signed else ""
        described: dict[str, Any] = {
            "type": "string",
            "pattern": rf"^{sign}[0-9]{{1,18}}(\.[0-9]{{1,18}})?$",
            "x-kind": self.name,
            "description": str(self.allowed),
        }
        if self.maximum_text is not None:
            described["x-maximum"] = self.maximum_text
        return described


class Yuan(Number):
    """An amount in yuan. As an output it is whole fen already: a calculator that forgot to round is stopped here."""

    name = "yuan"

    def __init__(self, *, signed: bool = False) -> None:
        super().__init__(signed=signed, places=2)

    def _allowed(self) -> Words:
        if self.signed:
            return _('an amount in yuan as text, such as "-1234.50"')
        return _('an amount in yuan as text, 0 or more, such as "1234.50"')

    def plain(self, value: Any) -> Decimal:
        fen = value * 100
        if fen.denominator != 1:
            raise AssertionError(f"an amount was given out unrounded: {value}")
        return Decimal(fen.numerator).scaleb(-2)


class Rate(Number):
    """A share of something, as a fraction of 1: 21.5 % is ``"0.215"``."""

    name = "rate"

    def __init__(self, *, signed: bool = False, maximum: str | None = "1", places: int | None = None) -> None:
        super().__init__(signed=signed, places=places, maximum=maximum)

    def _allowed(self) -> Words:
        if self.maximum_text == "1" and not self.signed:
            return _('a fraction as text from 0 to 1: 21.5 % is "0.215"')
        return _('a fraction as text: 21.5 % is "0.215"')


class Multiple(Number):
    """How many times something: ``"3.00"``."""

    name = "multiple"

    def _allowed(self) -> Words:
        return _('a multiple as text, 0 or more, such as "3.00"')


class Years(Number):
    """Years of service or contribution: ``"12.5"``."""

    name = "years"

    def __init__(self) -> None:
        super().__init__(maximum="100")

    def _allowed(self) -> Words:
        return _('years as text from 0 to 100, such as "12.5"')


class Count(Kind):
    """A whole number of heads, days, months or a grade: a JSON integer."""

    name = "count"

    def __init__(self, minimum: int = 0, maximum: int = 10_000_000) -> None:
        self.minimum, self.maximum = minimum, maximum
        self.allowed = lazy_format(
            _("a whole number from %(minimum)s to %(maximum)s"), minimum=minimum, maximum=maximum
        )

    def parse(self, given: object, field: str) -> int:
        if isinstance(given, bool) or not isinstance(given, int):
            raise self.refuse(field, given)
        if given < self.minimum:
            raise self.refuse(field, given, "negative" if given < 0 else "range")
        if given > self.maximum:
            raise self.refuse(field, given, "range")
        return given

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum, "x-kind": self.name}


class Date(Kind):
    """A day, ``YYYY-MM-DD``."""

    name = "date"
    allowed = _("a day that exists, written YYYY-MM-DD")

    def parse(self, given: object, field: str) -> date:
        if isinstance(given, date):
            return given
        if not isinstance(given, str):
            raise self.refuse(field, given)
        match = _DATE.fullmatch(given)
        if match is None:
            raise self.refuse(field, given, "format")
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            raise self.refuse(field, given, "format") from None

    def plain(self, value: Any) -> str:
        return str(value.isoformat())

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "x-kind": self.name}


class Month(Date):
    """A month, written as its first day."""

    name = "month"
    allowed = _("a month written as its first day, YYYY-MM-01")

    def parse(self, given: object, field: str) -> date:
        day = super().parse(given, field)
        if day.day != 1:
            raise self.refuse(field, given, "format")
        return day

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-01$", "x-kind": self.name}


class Period(Kind):
    """A month, written ``YYYY-MM``; inside, its first day."""

    name = "period"
    allowed = _("a month written YYYY-MM")

    def parse(self, given: object, field: str) -> date:
        if isinstance(given, date) and given.day == 1:
            return given
        if not isinstance(given, str):
            raise self.refuse(field, given)
        match = _PERIOD.fullmatch(given)
        if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1:
            raise self.refuse(field, given, "format")
        return date(int(match[1]), int(match[2]), 1)

    def plain(self, value: Any) -> str:
        return f"{value.year:04d}-{value.month:02d}"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "x-kind": self.name}


class Choice(Kind):
    """One word out of a list."""

    name = "choice"

    def __init__(self, *options: str) -> None:
        self.options = options
        self.allowed = lazy_format(_("one of %(options)s"), options=", ".join(options))

    def parse(self, given: object, field: str) -> str:
        if not isinstance(given, str):
            raise self.refuse(field, given)
        if given not in self.options:
            raise self.refuse(field, given, "range")
        return given

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.options), "x-kind": self.name}


class Bool(Kind):
    """Yes or no: a JSON boolean."""

    name = "bool"
    allowed = _("true or false")

    def parse(self, given: object, field: str) -> bool:
        if not isinstance(given, bool):
            raise self.refuse(field, given)
        return given

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean", "x-kind": self.name}


class Text(Kind):
    """A text, of a form where ``pattern`` is given."""

    name = "text"

    def __init__(self, pattern: str | None = None, allowed: Words | None = None) -> None:
        self.pattern = None if pattern is None else re.compile(pattern)
        self.allowed = allowed or _("text of at most 200 characters")

    def parse(self, given: object, field: str) -> str:
        if not isinstance(given, str):
            raise self.refuse(field, given)
        if len(given) > 200 or (self.pattern is not None and self.pattern.fullmatch(given) is None):
            raise self.refuse(field, given, "format")
        return given

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {"type": "string", "maxLength": 200, "x-kind": self.name}
        if self.pattern is not None:
            described["pattern"] = f"^{self.pattern.pattern}$"
        return described
