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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from jilin_si.policy import units
from jilin_si.policy.errors import InputError
from jilin_si.policy.lookup import PROVINCE, Document, ParameterInfo, ParameterVersion, Policy
from jilin_si.policy.units import Shape

CONFIDENCES = ("law", "remembered", "illustrative")


class FileProblem(Exception):  # noqa: N818
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


def read_folders(folders: Iterable[tuple[str, Path]]) -> ParameterSet:
    """Read the folders' files: documents of all of them first, because a value may rest on any."""
    found = ParameterSet()
    tables = [(app, path, _load(path)) for app, folder in folders for path in sorted(folder.glob("*.toml"))]
    for _app, path, table in tables:
        _only_keys(path.name, table, {"document", "parameter"})
        for entry in table.get("document", []):
            document = _document(path.name, entry)
            if document.code in found.documents:
                raise FileProblem(
                    f"{path.name} {document.code}", _("this document stands in the files twice")
                )
            found.documents[document.code] = document
    for app, path, table in tables:
        for entry in table.get("parameter", []):
            _parameter(found, app, path.name, entry)
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


def _parameter(found: ParameterSet, app: str, file: str, entry: Mapping[str, Any]) -> None:
    where = f"{file} {entry.get('code', '?')}"
    _only_keys(where, entry, _PARAMETER_KEYS)
    code = _need(where, entry, "code", str)
    if code in found.infos:
        raise FileProblem(where, _("this parameter stands in the files twice"))
    name, name_en = _both_languages(where, entry, "name")
    description, description_en = (
        _both_languages(where, entry, "description") if "description" in entry else ("", "")
    )
    found.infos[code] = ParameterInfo(
        code=code,
        app=app,
        name=name,
        name_en=name_en,
        shape=_shape(where, entry),
        rules=tuple(_need(where, entry, "rules", list)),
        description=description,
        description_en=description_en,
        reference_date=entry.get("reference_date"),
    )
    numbers: dict[int, int] = {}
    values = sorted(
        _need(where, entry, "value", list), key=lambda v: (v.get("agency", PROVINCE), str(v.get("from")))
    )
    for given in values:
        version = _version(found, f"{where} {given.get('from', '?')}", code, given)
        numbers[version.agency_id] = number = numbers.get(version.agency_id, 0) + 1
        found.versions.append(replace(version, version=number))


def _shape(where: str, entry: Mapping[str, Any]) -> Shape:
    unit = _need(where, entry, "unit", str)
    if unit not in units.UNITS:
        raise FileProblem(
            where,
            _("“%(given)s” is no unit; allowed: %(allowed)s")
            % {"given": unit, "allowed": ", ".join(units.UNITS)},
        )
    columns = units.read_columns(entry.get("columns", []))
    for column in columns:
        if column.unit not in units.COLUMN_UNITS:
            raise FileProblem(
                where,
                _("“%(given)s” is no unit; allowed: %(allowed)s")
                % {"given": column.unit, "allowed": ", ".join(sorted(units.COLUMN_UNITS))},
            )
    if (unit == "table") != bool(columns) or (unit == "choice") != bool(entry.get("choices")):
        raise FileProblem(where, _("a table needs columns and a choice needs choices, others have neither"))
    return Shape(unit, tuple(entry.get("choices", ())), entry.get("minimum"), entry.get("maximum"), columns)


def _version(found: ParameterSet, where: str, code: str, given: Mapping[str, Any]) -> ParameterVersion:
    _only_keys(where, given, _VALUE_KEYS)
    valid_from, valid_to = _need(where, given, "from", date), given.get("to")
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
        agency_id=given.get("agency", PROVINCE),
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


# --- writing ---------------------------------------------------------------------------------------------------------


def write_documents(documents: Iterable[Document]) -> str:
    """Documents as TOML text."""
    lines = []
    for document in sorted(documents, key=lambda d: d.code):
        lines += [
            "[[document]]",
            f"code = {_text(document.code)}",
            f"number = {_text(document.number)}",
            f"title = {_texts(document.title, document.title_en)}",
            f"issuer = {_texts(document.issuer, document.issuer_en)}",
        ]
        if document.issued_on:
            lines.append(f"issued_on = {document.issued_on.isoformat()}")
        if document.note:
            lines.append(f"note = {_text(document.note)}")
        lines.append("")
    return "\n".join(lines)


def write_parameters(infos: Iterable[ParameterInfo], versions: Iterable[ParameterVersion]) -> str:
    """Parameters with their values as TOML text that ``read_folders`` reads back without loss."""
    of: dict[str, list[ParameterVersion]] = {}
    for version in versions:
        of.setdefault(version.code, []).append(version)
    lines = []
    for info in sorted(infos, key=lambda i: i.code):
        lines += ["[[parameter]]", f"code = {_text(info.code)}", f"unit = {_text(info.unit)}"]
        lines.append(f"rules = {_list(info.rules)}")
        lines.append(f"name = {_texts(info.name, info.name_en)}")
        if info.description or info.description_en:
            lines.append(f"description = {_texts(info.description, info.description_en)}")
        if info.shape.choices:
            lines.append(f"choices = {_list(info.shape.choices)}")
        for bound in ("minimum", "maximum"):
            if getattr(info.shape, bound) is not None:
                lines.append(f"{bound} = {_text(getattr(info.shape, bound))}")
        if info.shape.columns:
            lines.append(f"columns = [{', '.join(_column(c) for c in info.shape.columns)}]")
        if info.reference_date:
            lines.append(f"reference_date = {info.reference_date.isoformat()}")
        for version in sorted(of.get(info.code, []), key=lambda v: (v.agency_id, v.valid_from)):
            lines += ["", *_value_lines(version)]
        lines.append("")
    return "\n".join(lines)


def _value_lines(version: ParameterVersion) -> Iterator[str]:
    yield "  [[parameter.value]]"
    yield f"  from = {version.valid_from.isoformat()}"
    if version.valid_to:
        yield f"  to = {version.valid_to.isoformat()}"
    if version.agency_id != PROVINCE:
        yield f"  agency = {version.agency_id}"
    yield f"  value = {_value(units.write(version.value))}"
    yield f"  document = {_text(version.document.code if version.document else '')}"
    yield f"  confidence = {_text(version.confidence)}"
    if version.note:
        yield f"  note = {_text(version.note)}"


def _value(written: Any) -> str:
    if isinstance(written, list):
        if written and isinstance(written[0], list):
            return "[\n" + "".join(f"    {_value(row)},\n" for row in written) + "  ]"
        return "[" + ", ".join(_value(cell) for cell in written) + "]"
    if isinstance(written, bool):
        return "true" if written else "false"
    return _text("" if written is None else str(written))


def _text(text: str) -> str:
    escaped = "".join(
        {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(c)
        or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c)
        for c in text
    )
    return f'"{escaped}"'


def _texts(zh: str, en: str) -> str:
    return f"{{ zh = {_text(zh)}, en = {_text(en)} }}"


def _list(items: Iterable[str]) -> str:
    return "[" + ", ".join(_text(item) for item in items) + "]"


def _column(column: units.Column) -> str:
    null = ", null = true" if column.may_be_null else ""
    return f"{{ name = {_text(column.name)}, unit = {_text(column.unit)}{null} }}"
