"""The worked examples of the rules, as data beside each app, hold under the parameters in force."""

from __future__ import annotations

from time import process_time

import pytest

from jilin_si.access.scope import acting_as, everything
from jilin_si.policy.calculators import calculators
from jilin_si.policy.database import database_policy, file_policy
from jilin_si.policy.lookup import Policy
from jilin_si.policy.rulecheck import example_files, read_examples, run_examples
from tests import pace

FILES = example_files()


@pytest.fixture(scope="module")
def files() -> Policy:
    return file_policy()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_the_examples_pass_under_the_files(path, files: Policy) -> None:  # type: ignore[no-untyped-def]
    failed = [(o.name, o.differences) for o in run_examples(read_examples(path), files) if not o.passed]
    assert not failed


@pytest.mark.django_db
def test_the_examples_pass_under_the_parameters_in_force() -> None:
    with acting_as(everything()):
        policy = database_policy(fresh=True)
    for path in FILES:
        failed = [(o.name, o.differences) for o in run_examples(read_examples(path), policy) if not o.passed]
        assert not failed


def test_every_calculator_has_an_example() -> None:
    shown = {example["calc"] for path in FILES for example in read_examples(path)}
    assert {calculator.name for calculator in calculators()} - shown == set()


def test_five_hundred_examples_take_less_than_five_seconds(files: Policy) -> None:
    examples = [example for path in FILES for example in read_examples(path)]
    many = (examples * (500 // len(examples) + 1))[:500]
    begun = process_time()
    run_examples(many, files)
    spent = process_time() - begun
    assert spent < pace.seconds(5)
