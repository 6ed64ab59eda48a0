"""Parameters and documents written as TOML, so that reading them back loses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jilin_si.policy import units
from jilin_si.policy.lookup import PROVINCE, Document, ParameterInfo, ParameterVersion
from jilin_si.policy.parameter_files import ParameterSet


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


def write_folders(found: ParameterSet, folder: Path) -> list[Path]:
    """Write a set to ``folder``: the documents, and one folder with one file an app. Gives the files written."""
    written = []
    texts = {("policy", "documents"): write_documents(found.documents.values())}
    for app in sorted({info.app for info in found.infos.values()}):
        infos = [info for info in found.infos.values() if info.app == app]
        codes = {info.code for info in infos}
        texts[(app, app)] = write_parameters(infos, (v for v in found.versions if v.code in codes))
    for (app, name), text in texts.items():
        path = folder / app / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
