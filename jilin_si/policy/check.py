"""What is wrong with the parameters: gaps, overlaps, missing sources, and rules that ask for what is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext as _

from jilin_si.policy import units
from jilin_si.policy.calculators import calculators
from jilin_si.policy.errors import InputError
from jilin_si.policy.lookup import ParameterVersion, Policy
from jilin_si.policy.parameter_files import CONFIDENCES, ParameterSet, policy_of

_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_ASKING = {"get", "find", "value", "first"}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: ``kind`` is gap, overlap, source, value, reference, place or missing."""

    kind: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.text}"


def check(found: ParameterSet, agencies: frozenset[int]) -> list[Finding]:
    """Everything that is wrong with a set of parameters and with what the code asks of it."""
    findings = list(_value_findings(found, agencies))
    findings += _date_findings(found.versions)
    findings += _reference_findings(found, policy_of(found, agencies))
    findings += _asked_findings(set(found.infos))
    return findings


def _value_findings(found: ParameterSet, agencies: frozenset[int]) -> Iterator[Finding]:
    for version in found.versions:
        where = _where(version)
        if version.document is None or version.document.code not in found.documents:
            yield Finding("source", where, _("no source: every value names the document it rests on"))
        if version.confidence not in CONFIDENCES:
            yield Finding("source", where, _("how sure the figure is, is not said"))
        if version.agency_id not in agencies:
            yield Finding("place", where, _("no agency has this area code"))
        if version.valid_to is not None and version.valid_to < version.valid_from:
            yield Finding("value", where, _("it ends before it begins"))
        try:
            found.infos[version.code].shape.read(units.write(version.value))
        except InputError as error:
            yield Finding("value", where, error.message)
    with_values = {version.code for version in found.versions}
    for code in sorted(set(found.infos) - with_values):
        yield Finding("gap", code, _("the parameter has no value at all"))


def _date_findings(versions: Iterable[ParameterVersion]) -> Iterator[Finding]:
    of_place: dict[tuple[str, int], list[ParameterVersion]] = {}
    for version in versions:
        of_place.setdefault((version.code, version.agency_id), []).append(version)
    for found in of_place.values():
        found.sort(key=lambda v: v.valid_from)
        for before, after in pairwise(found):
            if before.valid_to is None or before.valid_to >= after.valid_from:
                yield Finding(
                    "overlap",
                    _where(after),
                    _("the value before it holds until %(day)s") % {"day": before.valid_to or "…"},
                )
            elif before.valid_to + timedelta(days=1) < after.valid_from:
                yield Finding(
                    "gap",
                    _where(after),
                    _("nothing holds from %(first)s to %(last)s")
                    % {
                        "first": before.valid_to + timedelta(days=1),
                        "last": after.valid_from - timedelta(days=1),
                    },
                )


def _reference_findings(found: ParameterSet, policy: Policy) -> Iterator[Finding]:
    for info in found.infos.values():
        if info.reference_date is not None and policy.find(info.code) is None:
            yield Finding(
                "reference",
                info.code,
                _("nothing holds on its reference day %(day)s") % {"day": info.reference_date},
            )


def _asked_findings(codes: set[str]) -> Iterator[Finding]:
    calculator_names = {calculator.name for calculator in calculators()}
    prefixes = {code.partition(".")[0] for code in codes if "." in code}
    for path in _asking_files():
        for line, text, is_start in _texts(path):
            if text in codes or text in calculator_names:
                continue
            if is_start:
                asked = any(text.startswith(f"{prefix}.") for prefix in prefixes)
                if asked and not any(code.startswith(text) for code in codes):
                    yield _not_there(path, line, f"{text}…")
            elif _CODE.fullmatch(text) and text.partition(".")[0] in prefixes:
                yield _not_there(path, line, text)
        for line, text in _asked_directly(path):
            if text not in codes and not _CODE.fullmatch(text):
                yield _not_there(path, line, text)


def _not_there(path: Path, line: int, text: str) -> Finding:
    return Finding(
        "missing", f"{path}:{line}", _("asks for “%(code)s”, which is no parameter") % {"code": text}
    )


def _asking_files() -> Iterator[Path]:
    """The modules in which rules look parameters up, relative to the project."""
    root = Path(settings.BASE_DIR)
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if not folder.is_relative_to(root) or ".venv" in folder.parts:
            continue
        for pattern in ("rules.py", "rules/*.py", "contribution.py"):
            for path in sorted(folder.glob(pattern)):
                yield path.relative_to(root)


def _tree(path: Path) -> ast.AST:
    return ast.parse((Path(settings.BASE_DIR) / path).read_text(encoding="utf-8"))


def _texts(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Every text constant of a module, and the start of every formatted text (marked)."""
    tree = _tree(path)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            yield node.lineno, str(node.values[0].value), True
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value, False


def _asked_directly(path: Path) -> Iterator[tuple[int, str]]:
    """The texts handed to ``policy.get`` and its like."""
    for node in ast.walk(_tree(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _ASKING
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in {"policy", "parameters"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.lineno, node.args[0].value


def _where(version: ParameterVersion) -> str:
    return f"{version.code} {version.agency_id} {version.valid_from}"
