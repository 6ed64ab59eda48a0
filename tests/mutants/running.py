"""Mutants run one by one, each in a process forked from one in which everything is loaded: some hundredths of a second.

A mutant's source takes its module's place in that process only; neither a file nor the parent ever sees it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType, ModuleType

from jilin_si.policy import calculators, terms
from jilin_si.servers.places import BASE
from tests.mutants.kit import Check
from tests.mutants.making import Mutant

# A mutant that does not end is killed after a second of processor time and ten times what the check takes without it;
# one that takes more bytes than these, too.
SECONDS, TIMES = 1.0, 10
MEMORY = 4 * 2**30


def survivors(mutants: list[Mutant], checks: list[Check], told: bool = False) -> Iterator[Mutant]:
    """Those mutants that no check kills. Raises AssertionError where a check fails without a mutation.

    A mutant is run through the checks that come to its function; one outside all functions through all of them.
    """
    gc.freeze()  # so that no child touches, and copies, what it only reads
    reached = [_reached(check) for check in checks]
    for number, mutant in enumerate(mutants, 1):
        place = f"{mutant.file} {mutant.function}"
        known = any(place in functions for functions, _seconds in reached)
        chosen = [
            (check, seconds)
            for check, (functions, seconds) in zip(checks, reached, strict=True)
            if place in functions or not known
        ]
        if _forked(partial(_run, mutant, chosen)) is not None:
            yield mutant
        if told and (number % 50 == 0 or number == len(mutants)):
            sys.stdout.write(f"\r{mutant.file}: {number} of {len(mutants)} mutants run")
            sys.stdout.flush()


def _reached(check: Check) -> tuple[set[str], float]:
    """File and function of the rules that a check comes to, and the processor seconds that it takes."""
    said = _forked(partial(_functions_reached, check))
    assert said is not None, f"fails without a mutation: {check}"
    seconds, *functions = said.splitlines()
    return set(functions), float(seconds)


def _forked(what: Callable[[], str]) -> str | None:
    """What a function says that is called in a process of its own; None where it fails, or takes too much."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            warnings.simplefilter("ignore")
            with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(nothing):
                said = what()
            with os.fdopen(writing, "w", encoding="utf-8") as pipe:
                pipe.write(said)
            os._exit(0)
        except BaseException:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    return said if os.waitpid(child, 0)[1] == 0 else None


def _run(mutant: Mutant, checks: list[tuple[Check, float]]) -> str:
    put_in_place(mutant)
    for check, seconds in checks:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS + TIMES * seconds)  # the signal ends the process
        check()
    return "survives"


def _functions_reached(check: Check) -> str:
    """Seconds, then file and function of every rule that a check comes to, also where its inputs are refused."""
    begun = time.process_time()
    reached: set[str] = set()

    def notice(frame: FrameType, event: str, _argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        if code is calculators.calculate.__code__ and frame.f_locals["name"] in calculators._CALCULATORS:
            code = calculators.get_calculator(frame.f_locals["name"]).function.__code__  # type: ignore[attr-defined]
        if code.co_filename.startswith(str(BASE)):
            reached.add(f"{code.co_filename[len(str(BASE)) + 1 :]} {code.co_name}")

    sys.setprofile(notice)
    try:
        check()
    finally:
        sys.setprofile(None)
    return "\n".join([str(time.process_time() - begun), *sorted(reached)])


def put_in_place(mutant: Mutant) -> None:
    """Run the mutated source as its module, and give the new objects to whoever has imported the old ones."""
    name = mutant.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    module = sys.modules[name]
    registry = calculators._CALCULATORS
    for calculator in [c for c in registry.values() if c.function.__module__ == name]:
        del registry[calculator.name]
    terms.add_terms = lambda terms: None  # they are there already
    old = dict(vars(module))
    exec(compile(mutant.source, str(BASE / mutant.file), "exec"), vars(module))
    changed = {key: value for key, value in old.items() if value is not vars(module).get(key)}
    for other in _ours():
        if other is not module:
            for key in changed.keys() & vars(other).keys():
                if vars(other)[key] is changed[key]:
                    setattr(other, key, vars(module)[key])


def _ours() -> list[ModuleType]:
    tops = {path.name for path in BASE.iterdir() if (path / "__init__.py").exists()}
    return [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in tops]
