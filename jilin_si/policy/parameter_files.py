"""Parameters and legal documents as TOML: read from every app's ``parameters/`` folder, and written back.

[[document]]
code = "GF-1995-6"
...

[[parameter]]
code = "pension.unit_rate"
unit = "rate"
rules = ["PEN-2"]
name = { zh = "…", en = "…" }

  [[parameter.value]]
  from = 1992-01-01
  to = 1992-12-31            # the last day; left out where the end is open
  value = "0.16"             # numbers are text
  document = "JZF-1991-50"
  confidence = "law"         # law, remembered or illustrative
  agency = 220000            # left out for the province
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from jilin_si.policy import units
from jilin_si.policy.errors import InputError
from jilin_si.policy.lookup import PROVINCE, Document, ParameterInfo, ParameterVersion, Policy
from jilin_si.policy.strict_json import as_number
from jilin_si.policy.units import Shape

CONFIDENCES = ("law", "remembered", "illustrative")


class FileProblem(Exception):
    """A parameter file that cannot be taken: says the file, the entry, what was given and what is allowed."""

    def __init__(self, where: str, text: object) -> None:
        self.where, self.text = where, text
        super().__init__(f"{where}: {text}")


@dataclass
class ParameterSet:
    """Parameters, their values and the documents they rest on, from files or from the database."""

    documents: dict[str, Document] = field(default_factory=dict)
    infos: dict[str, ParameterInfo] = field(default_factory=dict)
    versions: list[ParameterVersion] = field(default_factory=list)


def parameter_folders() -> Iterator[tuple[str, Path]]:
    """Each installed app's label with its ``parameters`` folder, where it has one."""
    for config in apps.get_app_configs():
        folder = Path(config.path) / "parameters"
        if folder.is_dir():
            yield config.label, folder


def read_all() -> ParameterSet:
    """All apps' files together. Raises FileProblem at the first entry that cannot be taken."""
    return read_folders(parameter_folders())


def read_folders(
    folders: Iterable[tuple[str, Path]], problems: list[FileProblem] | None = None
) -> ParameterSet:
    """Read the folders' files: documents of all of them first, because a value may rest on any.

    Raises FileProblem at the first entry that cannot be taken; with a list of ``problems`` it is noted there and the
    entry left out.
    """
    found = ParameterSet()
    tables: list[tuple[str, Path, dict[str, Any]]] = []

    def attempt(work: Callable[..., Any], *arguments: Any) -> None:
        try:
            work(*arguments)
        except FileProblem as problem:
            if problems is None:
                raise
            problems.append(problem)

    for app, folder in folders:
        for path in sorted(folder.glob("*.toml")):
            attempt(lambda app, path: tables.append((app, path, _load(path))), app, path)
    for _app, path, table in tables:
        attempt(_only_keys, path.name, table, {"document", "parameter"})
        for entry in _entries(path.name, table, "document", attempt):
            attempt(_add_document, found, path.name, entry)
    for app, path, table in tables:
        for entry in _entries(path.name, table, "parameter", attempt):
            attempt(_parameter, found, app, path.name, entry, attempt)
    return found


def _entries(
    file: str, table: Mapping[str, Any], key: str, attempt: Callable[..., None]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if key in table:
        attempt(lambda: found.extend(_tables(file, table, key)))
    return found


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileProblem(path.name, error) from error


def _only_keys(where: str, table: Mapping[str, Any], allowed: set[str]) -> None:
    for key in table:
        if key not in allowed:
            raise FileProblem(
                where,
                _("“%(key)s” is unknown; allowed: %(allowed)s")
                % {"key": key, "allowed": ", ".join(sorted(allowed))},
            )


def _need(where: str, table: Mapping[str, Any], key: str, kind: type | tuple[type, ...]) -> Any:
    if key not in table:
        raise FileProblem(where, _("“%(key)s” is missing") % {"key": key})
    if not isinstance(table[key], kind) or isinstance(table[key], bool):
        raise FileProblem(where, _("“%(key)s”: %(given)s was given") % {"key": key, "given": table[key]})
    return table[key]


def _both_languages(where: str, table: Mapping[str, Any], key: str) -> tuple[str, str]:
    texts = _need(where, table, key, dict)
    _only_keys(f"{where} {key}", texts, {"zh", "en"})
    return _need(where, texts, "zh", str), _need(where, texts, "en", str)


def _add_document(found: ParameterSet, file: str, entry: Mapping[str, Any]) -> None:
    document = _document(file, entry)
    if document.code in found.documents:
        raise FileProblem(f"{file} {document.code}", _("this document stands in the files twice"))
    found.documents[document.code] = document


def _document(file: str, entry: Mapping[str, Any]) -> Document:
    where = f"{file} {entry.get('code', '?')}"
    _only_keys(where, entry, {"code", "number", "title", "issuer", "issued_on", "note"})
    title, title_en = _both_languages(where, entry, "title")
    issuer, issuer_en = _both_languages(where, entry, "issuer")
    issued_on = entry.get("issued_on")
    if issued_on is not None and not isinstance(issued_on, date):
        raise FileProblem(
            where, _("“%(key)s”: %(given)s was given") % {"key": "issued_on", "given": issued_on}
        )
    return Document(
        code=_need(where, entry, "code", str),
        number=_need(where, entry, "number", str),
        title=title,
        title_en=title_en,
        issuer=issuer,
        issuer_en=issuer_en,
        issued_on=issued_on,
        note=entry.get("note", ""),
    )


_PARAMETER_KEYS = {
    "code", "unit", "rules", "name", "description", "choices", "minimum", "maximum", "columns", "reference_date",
    "value",
}  # fmt: skip
_VALUE_KEYS = {"from", "to", "value", "document", "confidence", "agency", "note"}


def _parameter(
    found: ParameterSet, app: str, file: str, entry: Mapping[str, Any], attempt: Callable[..., None]
) -> None:
    where = f"{file} {entry.get('code', '?')}"
    _only_keys(where, entry, _PARAMETER_KEYS)
    code = _need(where, entry, "code", str)
    if code in found.infos:
        raise FileProblem(where, _("this parameter stands in the files twice"))
    name, name_en = _both_languages(where, entry, "name")
    description, description_en = (
        _both_languages(where, entry, "description") if "description" in entry else ("", "")
    )
    values = _tables(where, entry, "value")
    found.infos[code] = ParameterInfo(
        code=code,
        app=app,
        name=name,
        name_en=name_en,
        shape=_shape(where, entry),
        rules=tuple(map(str, _need(where, entry, "rules", list))),
        description=description,
        description_en=description_en,
        reference_date=_need(where, entry, "reference_date", date) if "reference_date" in entry else None,
    )
    numbers: dict[int, int] = {}

    def add(given: Mapping[str, Any]) -> None:
        version = _version(found, f"{where} {given.get('from', '?')}", code, given)
        numbers[version.agency_id] = number = numbers.get(version.agency_id, 0) + 1
        found.versions.append(replace(version, version=number))

    for given in sorted(values, key=lambda v: (str(v.get("agency", PROVINCE)), str(v.get("from")))):
        attempt(add, given)


def _tables(where: str, entry: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    tables = _need(where, entry, key, list)
    if not all(isinstance(table, dict) for table in tables):
        raise FileProblem(where, _("“%(key)s”: tables are needed") % {"key": key})
    return list(tables)


def _shape(where: str, entry: Mapping[str, Any]) -> Shape:
    unit = _need(where, entry, "unit", str)
    _known_unit(where, unit, units.UNITS)
    columns = []
    for column in _tables(where, {"columns": entry.get("columns", [])}, "columns"):
        _only_keys(where, column, {"name", "unit", "null"})
        _known_unit(where, _need(where, column, "unit", str), units.COLUMN_UNITS)
        columns.append(
            units.Column(_need(where, column, "name", str), column["unit"], column.get("null") is True)
        )
    choices = _need(where, entry, "choices", list) if "choices" in entry else []
    if (unit == "table") != bool(columns) or (unit == "choice") != bool(choices):
        raise FileProblem(where, _("a table needs columns and a choice needs choices, others have neither"))
    bounds = {bound: _need(where, entry, bound, str) for bound in ("minimum", "maximum") if bound in entry}
    for bound in bounds.values():
        if as_number(bound) is None:
            raise FileProblem(where, _("“%(key)s”: %(given)s was given") % {"key": "minimum", "given": bound})
    return Shape(unit, tuple(map(str, choices)), bounds.get("minimum"), bounds.get("maximum"), tuple(columns))


def _known_unit(where: str, unit: str, known: Iterable[str]) -> None:
    if unit not in known:
        raise FileProblem(
            where,
            _("“%(given)s” is no unit; allowed: %(allowed)s")
            % {"given": unit, "allowed": ", ".join(sorted(known))},
        )


def _version(found: ParameterSet, where: str, code: str, given: Mapping[str, Any]) -> ParameterVersion:
    _only_keys(where, given, _VALUE_KEYS)
    valid_from = _need(where, given, "from", date)
    valid_to = _need(where, given, "to", date) if "to" in given else None
    if valid_to is not None and valid_to < valid_from:
        raise FileProblem(where, _("it ends before it begins"))
    confidence = _need(where, given, "confidence", str)
    if confidence not in CONFIDENCES:
        raise FileProblem(
            where,
            _("“%(given)s” is no confidence; allowed: %(allowed)s")
            % {"given": confidence, "allowed": ", ".join(CONFIDENCES)},
        )
    source = given.get("document")
    if not source:
        raise FileProblem(where, _("no source: every value names the document it rests on"))
    if source not in found.documents:
        raise FileProblem(where, _("“%(given)s” is no document of the files") % {"given": source})
    shape = found.infos[code].shape
    if "value" not in given:
        raise FileProblem(where, _("“%(key)s” is missing") % {"key": "value"})
    try:
        value = shape.read(_nulls(given["value"]), "value")
    except InputError as error:
        raise FileProblem(where, error.message) from error
    return ParameterVersion(
        code=code,
        value=value,
        unit=shape.unit,
        valid_from=valid_from,
        valid_to=valid_to,
        agency_id=_need(where, given, "agency", int) if "agency" in given else PROVINCE,
        document=found.documents[source],
        confidence=confidence,
        note=given.get("note", ""),
    )


def _nulls(written: Any) -> Any:
    """TOML has no null: in a table an open limit is the empty text."""
    if isinstance(written, list):
        return [
            _nulls(cell) if isinstance(cell, list) else (None if cell == "" else cell) for cell in written
        ]
    return written


def agency_codes() -> frozenset[int]:
    """The area codes of the agency tree, from its file."""
    path = Path(apps.get_app_config("agencies").path) / "data" / "agencies.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset(int(row["code"]) for row in csv.DictReader(file))


def policy_of(found: ParameterSet, agencies: frozenset[int], stamp: str = "files") -> Policy:
    return Policy(found.infos, found.versions, agencies, stamp)
