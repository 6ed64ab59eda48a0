"""The mutants of a file of rules: its source with one wrong change each, made by Cosmic Ray's operators.

Nothing is written: a mutant is text, and is run as such. Which operators make mutants stands in ``pyproject.toml``.
Strings are no operator's business, so texts, titles, docstrings and formulas stay as they are.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

from jilin_si.servers.places import BASE
from tests.mutants.operators import OURS


@dataclass(frozen=True)
class Mutant:
    """One wrong change. ``key`` names it whatever else of the file changes."""

    file: str
    function: str
    before: str
    after: str
    number: int
    line: int
    operator: str
    source: str

    @property
    def place(self) -> str:
        """The function it changes, and which of several equal lines of it."""
        return f"{self.file} {self.function}" + (f" #{self.number}" if self.number > 1 else "")

    @property
    def key(self) -> tuple[str, str, str]:
        return self.place, self.before, self.after


def configuration() -> dict[str, Any]:
    """``[tool.mutants]``: the files by app, and the operators by pattern."""
    found: dict[str, Any] = tomllib.loads((BASE / "pyproject.toml").read_text())["tool"]["mutants"]
    return found


@lru_cache(maxsize=1)
def operators() -> list[tuple[str, Operator]]:
    """The operators that make mutants, by name."""
    wanted, unwanted = (configuration()[name] for name in ("operators", "left_out"))
    names = [*sorted(operator_names()), *OURS]
    return [
        (name, OURS[name]() if name in OURS else get_operator(name)())
        for name in names
        if any(fnmatch(name, pattern) for pattern in wanted)
        and not any(fnmatch(name, pattern) for pattern in unwanted)
    ]


def mutants_of(file: str) -> list[Mutant]:
    """Every mutant of a file, by line; two operators that come to the same text make one."""
    source = (BASE / file).read_text(encoding="utf-8")
    found: dict[str, tuple[int, str, str]] = {}
    for name, line, function, text in mutations(source):
        found.setdefault(text, (line, function, name))
    return list(_numbered(file, source, sorted((place, text) for text, place in found.items())))


def mutations(source: str) -> Iterator[tuple[str, int, str, str]]:
    """Operator, line, function and text of each mutation of a source.

    The tree is parsed once and mended after each mutation; Cosmic Ray's own ``mutate_code`` parses it for each.
    """
    tree = get_ast(source)
    for node in list(ast_nodes(tree)):
        for name, operator in operators():
            for index, (start, _end) in enumerate(list(operator.mutation_positions(node))):
                if _means_nothing(name, node):
                    continue
                text = _mutated(tree, node, operator, index)
                if text != source:
                    yield name, start[0], _function_of(node), text


def _means_nothing(operator: str, node: Any) -> bool:
    """The star before keywords taken for a product, and words compared as to which comes first."""
    if "BinaryOperator" in operator:
        return node.parent is not None and node.parent.type == "parameters"
    ordering = re.search("ComparisonOperator_.*_(Lt|LtE|Gt|GtE)$", operator)
    return bool(ordering) and any(child.type in ("string", "keyword") for child in node.children)


def _mutated(tree: Any, node: Any, operator: Operator, index: int) -> str:
    family = [node, *getattr(node, "children", ())]
    children = [(member, list(member.children)) for member in family if hasattr(member, "children")]
    values = [(member, member.value) for member in family if not hasattr(member, "children")]
    siblings = node.parent.children if node.parent is not None else []
    place = next((n for n, sibling in enumerate(siblings) if sibling is node), None)
    mutated = operator.mutate(node, index)
    if place is not None:
        siblings[place] = mutated
    text: str = tree.get_code()
    if place is not None:
        siblings[place] = node
    for member, before in children:
        member.children[:] = before
    for member, value in values:
        member.value = value
    return text


def _function_of(node: Any) -> str:
    """The function that a node belongs to; a decorator belongs to what it decorates."""
    while node is not None:
        if node.type in ("funcdef", "classdef"):
            return str(node.name.value)
        if node.type == "decorated":
            return str(node.children[-1].name.value)
        node = node.parent
    return "—"


def _numbered(file: str, source: str, found: list[tuple[tuple[int, str, str], str]]) -> Iterator[Mutant]:
    lines = source.splitlines()
    seen: Counter[tuple[str, str, str]] = Counter()
    for (line, function, operator), text in found:
        changed = _changed(lines, text.splitlines())
        seen[function, *changed] += 1
        yield Mutant(file, function, *changed, seen[function, *changed], line, operator, text)


def _changed(before: list[str], after: list[str]) -> tuple[str, str]:
    """What differs: the lines from the first to the last changed one, as one line."""
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return _one_line(before), _one_line(after)


def _one_line(lines: list[str]) -> str:
    return re.sub(r"\s+", " ", " ".join(lines)).strip()


def files_of(app: str) -> list[str]:
    """The files of an app's rules, as paths from the project's folder."""
    patterns = configuration()["files"][app]
    return sorted(str(path.relative_to(BASE)) for pattern in patterns for path in Path(BASE).glob(pattern))
