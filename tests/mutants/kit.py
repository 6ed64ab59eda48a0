"""What must kill the mutants of an app's rules: its worked examples, their traces, its property tests. No database.

The tests of an app are those that call its calculators. Cheap ones stand first: most mutants die of an example.
What they have in common before a mutant runs, they read here, once.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

from hypothesis import Phase
from hypothesis import settings as hypothesis_settings

# A mutant need not be told in its shortest form, and nothing is kept of it.
hypothesis_settings.register_profile("mutants", phases=(Phase.explicit, Phase.generate), database=None)
hypothesis_settings.load_profile("mutants")

from jilin_si.policy.calculators import Result, calculate  # noqa: E402
from jilin_si.policy.lookup import Policy  # noqa: E402
from jilin_si.policy.rulecheck import example_files, expects_refusal, read_examples, run_example  # noqa: E402
from tests.policy import test_trace  # noqa: E402
from tests.properties import (  # noqa: E402
    asking,
    test_answers,
    test_exact,
    test_more_and_less,
    test_pension_rules,
    test_rules,
)

Check = Callable[[], None]
_OF_ALL = (test_answers, test_more_and_less, test_rules, test_pension_rules)
# Tests of what stands under the calculators: all of them are of this app.
_WHOLE = {"policy": test_exact}
_OF_TRACES: tuple[Callable[[list[Result]], None], ...] = (
    test_trace.test_rounding_is_as_told,
    test_trace.test_every_number_given_out_stands_in_a_step_a_parameter_or_an_input,
    test_trace.test_every_symbol_has_its_words,
)


def checks_of(app: str) -> list[Check]:
    """The tests of an app, each of which raises where it fails."""
    policy = asking.policy()
    test_answers.usual(), test_answers.whole_yuan()
    examples = [e for path in example_files() for e in read_examples(path) if e["calc"].startswith(f"{app}.")]
    return [*(partial(_check_example, example, policy) for example in examples), *_properties(app)]


def _check_example(example: dict[str, Any], policy: Policy) -> None:
    outcome = run_example(example, policy)
    assert outcome.passed, outcome
    if expects_refusal(example["expected"]):
        return
    result = calculate(example["calc"], example["inputs"], policy=policy)
    test_trace.check_formulas(result)
    test_answers.check_kinds(result)
    test_answers.check_steps(result)
    for check in _OF_TRACES:
        check([result])


def _properties(app: str) -> Iterator[Check]:
    """The tests of rules that call a calculator of the app: by its name in their text or in a row of their parameters."""
    calls = re.compile(rf"[\"']{app}\.")
    for module in (*_OF_ALL, *([_WHOLE[app]] if app in _WHOLE else [])):
        for name, test in vars(module).items():
            if name.startswith("test_"):
                inner = getattr(getattr(test, "hypothesis", None), "inner_test", test)
                named = module is _WHOLE.get(app) or calls.search(inspect.getsource(inner)) is not None
                for arguments in _parameters(test):
                    if named or str(arguments.get("name", "")).startswith(f"{app}."):
                        yield partial(test, **arguments)


def _parameters(test: Any) -> Iterator[dict[str, Any]]:
    axes = []
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "parametrize":
            names = (mark.args[0],) if isinstance(mark.args[0], str) else mark.args[0]
            rows = mark.args[1] if len(names) > 1 else [(value,) for value in mark.args[1]]
            axes.append([dict(zip(names, row, strict=True)) for row in rows])
    for chosen in product(*axes):
        yield {name: value for row in chosen for name, value in row.items()}
