"""Worked examples run against the rules: does every calculator still give what the example expects?

An example is ``{"id", "calc", "inputs", "expected"}`` and whatever else its author noted. Numbers compare as numbers
(``"0.90"`` is ``"0.9"``), lists in order, objects by key and with exactly the same keys. An example of a refusal
expects ``{"refused": true}`` (or ``"refused"``): then any reason is right and any number is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from jilin_si.policy import strict_json
from jilin_si.policy.calculators import calculate
from jilin_si.policy.errors import ParameterMissing, RuleRefusal, UnknownCalculator
from jilin_si.policy.lookup import Policy
from jilin_si.policy.trace import plain_text

_REFUSALS = {
    "refuse",
    "refused",
    "refusal",
    "error",
    "not_applicable",
    "notapplicable",
    "reason",
    "input_error",
}


class MalformedFile(Exception):
    """A file that holds no examples: says the file and what is wrong with it."""


@dataclass(frozen=True)
class Outcome:
    """One example, run: ``differences`` is empty where it passed."""

    example: dict[str, Any]
    passed: bool
    given: Any
    differences: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.example.get('id', '?')} {self.example.get('calc', '?')}"


def read_examples(path: Path) -> list[dict[str, Any]]:
    """The examples of a file. Raises MalformedFile with one line that says what is wrong."""
    try:
        found = strict_json.loads(path.read_bytes())
    except OSError as error:
        raise MalformedFile(
            _("%(file)s cannot be read: %(why)s.") % {"file": path, "why": error.strerror}
        ) from error
    except (ValueError, RecursionError) as error:
        raise MalformedFile(_("%(file)s is no JSON: %(why)s.") % {"file": path, "why": error}) from error
    examples = found if isinstance(found, list) else [found]
    for number, example in enumerate(examples, 1):
        if not isinstance(example, dict) or not isinstance(example.get("calc"), str):
            raise _malformed(path, number, _("an object with a “calc” that names a calculator is needed"))
        if "inputs" not in example or "expected" not in example:
            raise _malformed(path, number, _("“inputs” and “expected” are needed"))
    return examples


def _malformed(path: Path, number: int, what: str) -> MalformedFile:
    return MalformedFile(
        _("%(file)s, example %(number)s: %(what)s.") % {"file": path, "number": number, "what": what}
    )


def example_files() -> list[Path]:
    """The files of worked examples that the apps keep beside their rules."""
    return [
        path
        for config in apps.get_app_configs()
        for path in sorted((Path(config.path) / "examples").glob("*.json"))
    ]


def run_examples(examples: Iterable[dict[str, Any]], policy: Policy) -> list[Outcome]:
    """Run each example under these parameters."""
    return [run_example(example, policy) for example in examples]


def run_example(example: dict[str, Any], policy: Policy) -> Outcome:
    """Run one example. A calculator that nobody registered is a failure, like a wrong number."""
    expected = example["expected"]
    doubled = getattr(example, "doubled", ()) or getattr(expected, "doubled", ())
    if doubled:
        return Outcome(
            example, False, None, (_("%(keys)s stands there twice") % {"keys": ", ".join(doubled)},)
        )
    refusal_expected = expects_refusal(expected)
    try:
        result = calculate(example["calc"], example["inputs"], policy=policy)
    except UnknownCalculator as error:
        return Outcome(example, False, str(error), (str(error),))
    except RuleRefusal as refusal:
        if refusal_expected:
            return Outcome(example, True, refusal.message)
        return Outcome(example, False, refusal.message, (_both(_text(expected), _refused(refusal.message)),))
    except (ParameterMissing, ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        return Outcome(
            example, False, str(error), (_both(_text(expected), f"{type(error).__name__}: {error}"),)
        )
    given = result.outputs
    if refusal_expected:
        return Outcome(example, False, given, (_both(_("a refusal"), _text(given)),))
    differences = tuple(compare(expected, given, ""))
    return Outcome(example, not differences, given, differences)


def expects_refusal(expected: Any) -> bool:
    """Whether an example expects a reason instead of numbers."""
    if expected is None:
        return True
    if isinstance(expected, str):
        return expected.strip().lower() in _REFUSALS
    if isinstance(expected, dict) and expected:
        return all(key.strip().lower() in _REFUSALS for key in expected) and any(
            value is not False for value in expected.values()
        )
    return False


def compare(expected: Any, given: Any, where: str) -> Iterable[str]:
    """What differs, one text a place, with both values."""
    if isinstance(expected, dict) and isinstance(given, dict):
        for key in expected:
            if key not in given:
                yield f"{_path(where, key)}: {_both(_text(expected[key]), _('nothing'))}"
        for key in given:
            if key not in expected:
                yield f"{_path(where, key)}: {_both(_('nothing'), _text(given[key]))}"
            else:
                yield from compare(expected[key], given[key], _path(where, key))
    elif isinstance(expected, list) and isinstance(given, list):
        if len(expected) != len(given):
            yield f"{where}: {_both(_text(expected), _text(given))}"
            return
        for place, (one, other) in enumerate(zip(expected, given, strict=True), 1):
            yield from compare(one, other, f"{where}[{place}]")
    elif not _same(expected, given):
        yield f"{where}: {_both(_text(expected), _text(given))}"


def _same(expected: Any, given: Any) -> bool:
    if isinstance(given, Decimal) or (isinstance(given, int) and not isinstance(given, bool)):
        number = strict_json.as_number(expected)
        return number is not None and number == given
    if isinstance(given, date):
        return bool(expected == given.isoformat())
    return type(expected) is type(given) and bool(expected == given)


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _both(expected: str, given: str) -> str:
    return _("expected %(expected)s, got %(given)s") % {"expected": expected, "given": given}


def _refused(reason: str) -> str:
    return _("a refusal: %(reason)s") % {"reason": reason}


def _text(value: Any) -> str:
    plain = plain_text(value)
    if isinstance(plain, dict):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in plain.items()) + "}"
    if isinstance(plain, list):
        return "[" + ", ".join(_text(item) for item in plain) + "]"
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return "null" if plain is None else str(plain)
