"""The trace of a calculation (计算由来): why an amount is what it is, step by step.

A rule tells each step as it computes it: the name of the result, the formula in symbols, the unrounded value. The
trace rounds, keeps the values that the symbols stood for and the parameter versions they came from, and writes all of
it out only when somebody asks. Nothing of it is stored beside a booked amount: it is computed again from the facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from jilin_si.policy.exact import FEN_HALF_UP, exact_text, round_by_mode, to_decimal
from jilin_si.policy.terms import term
from jilin_si.policy.words import FUNCTION_WORDS

if TYPE_CHECKING:
    from jilin_si.policy.lookup import ParameterVersion

_SYMBOL = re.compile(r"[A-Za-z_][A-Za-z_0-9]*(?:\[[^\]]*\])?")
_FUNCTIONS = frozenset({"max", "min", "mod", "days_between", "month_of"})

PutIn = str | Callable[[], str] | None


class Step:
    """One line of a calculation."""

    __slots__ = ("detail", "formula", "places", "put_in", "result", "rounding", "rule", "symbol", "unrounded")

    def __init__(
        self,
        symbol: str,
        formula: str,
        unrounded: Any,
        result: Any,
        rounding: str | None,
        places: int | None,
        rule: str,
        put_in: PutIn,
        detail: str,
    ) -> None:
        self.symbol, self.formula, self.unrounded, self.result = symbol, formula, unrounded, result
        self.rounding, self.places, self.rule = rounding, places, rule
        self.put_in, self.detail = put_in, detail


class Trace:
    """What a calculator writes while it works. One trace belongs to one call."""

    __slots__ = ("calculator", "inputs", "rules", "steps", "title", "values", "versions", "warnings")

    def __init__(
        self, calculator: str, title: object, rules: tuple[str, ...], inputs: Mapping[str, Any]
    ) -> None:
        self.calculator, self.title, self.rules = calculator, title, rules
        self.inputs = dict(inputs)
        self.values: dict[str, Any] = dict(inputs)
        self.versions: dict[str, ParameterVersion] = {}
        self.steps: list[Step] = []
        self.warnings: list[tuple[object, dict[str, object]]] = []

    def use(self, version: ParameterVersion, symbol: str = "") -> Any:
        """Take a parameter into the calculation under a symbol; gives its value (numbers exact)."""
        name = symbol or version.code.rpartition(".")[2]
        self.versions[name] = version
        value = version.exact
        self.values[name] = value
        return value

    def let(self, symbol: str, value: Any) -> Any:
        """Give a symbol to a part of an input, such as one entry of a list, so that formulas can show it."""
        self.values[symbol] = value
        return value

    def yuan(
        self,
        symbol: str,
        formula: str,
        unrounded: Fraction,
        *,
        mode: str = FEN_HALF_UP,
        rule: str = "",
        put_in: PutIn = None,
        detail: str = "",
    ) -> Fraction:
        """An amount: rounded here, once, by ``mode`` (GEN-1). Gives the rounded amount."""
        result = round_by_mode(unrounded, mode)
        self.values[symbol] = result
        self.steps.append(Step(symbol, formula, unrounded, result, mode, 2, rule, put_in, detail))
        return result

    def ratio(
        self,
        symbol: str,
        formula: str,
        unrounded: Fraction,
        *,
        places: int | None = None,
        rule: str = "",
        put_in: PutIn = None,
        detail: str = "",
    ) -> Fraction:
        """A ratio, rate or percentage: shown with ``places``, handed on unrounded."""
        self.values[symbol] = unrounded
        self.steps.append(Step(symbol, formula, unrounded, unrounded, None, places, rule, put_in, detail))
        return unrounded

    def find(
        self, symbol: str, formula: str, value: Any, *, rule: str = "", put_in: PutIn = None, detail: str = ""
    ) -> Any:
        """A result that is no amount: a count, a date, a word, a yes or no."""
        self.values[symbol] = value
        self.steps.append(Step(symbol, formula, None, value, None, None, rule, put_in, detail))
        return value

    def warn(self, text: object, **values: object) -> None:
        """Say that an input lies outside what the law provides; the result stands."""
        self.warnings.append((text, values))

    def to_json(self) -> dict[str, Any]:
        """The whole trace in the language active now."""
        return {
            "calculator": self.calculator,
            "title": str(self.title),
            "rules": list(self.rules),
            "inputs": [
                {"symbol": name, "label": term(name), "value": plain_text(value)}
                for name, value in self.inputs.items()
                if value is not None or name not in self.versions
            ],
            "steps": [self._step_json(number, step) for number, step in enumerate(self.steps, 1)],
            "parameters": [
                {"symbol": symbol, "label": term(symbol), **version.to_json()}
                for symbol, version in self.versions.items()
            ],
            "documents": [document.to_json() for document in self.documents()],
            "warnings": [self._warning(text, values) for text, values in self.warnings],
        }

    def documents(self) -> list[Any]:
        """The legal documents behind the parameters used, each once, in the order of use."""
        found = {v.document.code: v.document for v in self.versions.values() if v.document is not None}
        return list(found.values())

    def warning_texts(self) -> list[str]:
        return [self._warning(text, values) for text, values in self.warnings]

    @staticmethod
    def _warning(text: object, values: Mapping[str, object]) -> str:
        return str(text) % values if values else str(text)

    def _step_json(self, number: int, step: Step) -> dict[str, Any]:
        symbols = [s for s in _SYMBOL.findall(step.formula) if s not in _FUNCTIONS]
        unrounded = None if step.unrounded is None else exact_text(step.unrounded)
        result = plain_text(step.result, step.places)
        return {
            "number": number,
            "symbol": step.symbol,
            "label": term(step.symbol),
            "detail": step.detail,
            "formula": step.formula,
            "formula_in_words": formula_in_words(step.formula),
            "values_put_in": self.values_put_in(step),
            "unrounded": unrounded,
            "result": result,
            "rounding": step.rounding,
            "changed_by_rounding": step.rounding is not None and step.unrounded != step.result,
            "places": step.places,
            "rule": step.rule or self.rules[0],
            "parameters": [s for s in symbols if s in self.versions],
        }

    def values_put_in(self, step: Step) -> str:
        """The formula with values for its symbols."""
        if step.put_in is not None:
            return step.put_in if isinstance(step.put_in, str) else step.put_in()

        def value_of(match: re.Match[str]) -> str:
            symbol = match[0]
            if symbol in _FUNCTIONS or symbol not in self.values:
                return symbol
            text = plain_text(self.values[symbol])
            return f"({text})" if isinstance(text, str) and text.startswith("-") else str(text)

        return _SYMBOL.sub(value_of, step.formula)


def plain_text(value: Any, places: int | None = None) -> Any:
    """A value for JSON: numbers as text, dates as YYYY-MM-DD, the rest as it is."""
    if isinstance(value, Fraction):
        return exact_text(value) if places is None else str(to_decimal(value, places))
    if isinstance(value, bool) or value is None or isinstance(value, int | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: plain_text(item, places) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_text(item, places) for item in value]
    return str(value)


def formula_in_words(formula: str) -> str:
    """A formula with words for its symbols, in the language active now."""
    return _SYMBOL.sub(lambda match: _words(match[0]), formula)


def _words(symbol: str) -> str:
    """The words for a symbol; ``ages[sex, identity]`` has those of its columns too."""
    if symbol in _FUNCTIONS:
        return str(FUNCTION_WORDS.get(symbol, symbol))
    name, _bracket, inner = symbol.rstrip("]").partition("[")
    return (
        f"{term(name)} [{', '.join(term(each) for each in inner.split(', '))}]"
        if "," in inner
        else term(symbol)
    )
