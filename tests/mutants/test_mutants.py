"""The rules leave no mutant alive but those that docs/mutants.md explains; and mutants are what they should be."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from jilin_si.policy.calculators import calculators
from jilin_si.servers.places import BASE
from tests.mutants.making import configuration, files_of, mutations, operators
from tests.mutants.operators import OURS
from tests.mutants.record import read_record, reasons

SOURCE = '''
def held(value, floor, cap=3):
    """A text with 1 number."""
    if value is None or not value > 0 and cap != 3:
        return yuan("a + 1", max(-value, floor), mode=_mode())
    for n in range(1, cap):
        value -= n * 2
    return min(max(value, floor), cap) if cap else True
'''


def test_mutants_are_those_of_cosmic_ray() -> None:
    theirs = []
    for name, operator in operators():
        places = sum(len(list(operator.mutation_positions(node))) for node in ast_nodes(get_ast(SOURCE)))
        theirs += [(name, mutate_code(SOURCE, operator, place)) for place in range(places)]
    ours = [(name, text) for name, _line, _function, text in mutations(SOURCE)]
    assert sorted(ours) == sorted(theirs)
    assert len(ours) > 30


@pytest.mark.parametrize("name", OURS)
def test_our_operators_do_as_their_examples_say(name: str) -> None:
    for example in OURS[name].examples():
        assert mutate_code(example.pre_mutation_code, OURS[name](), 0) == example.post_mutation_code


def test_every_file_of_rules_is_mutated() -> None:
    mutated = {file for app in configuration()["files"] for file in files_of(app)}
    homes = {calculator.function.__module__.replace(".", "/") + ".py" for calculator in calculators()}
    assert homes <= mutated


def test_every_recorded_survivor_has_a_reason() -> None:
    assert set(read_record().values()) <= reasons()


@pytest.mark.long
def test_no_other_mutant_survives() -> None:
    run = subprocess.run([sys.executable, "-m", "tests.mutants"], cwd=BASE, text=True, stdout=subprocess.PIPE)
    assert run.returncode == 0, run.stdout
