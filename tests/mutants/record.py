"""``docs/mutants.md``: the mutants that survive, each with its reason. People write the reasons, this the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from jilin_si.servers.places import BASE
from tests.mutants.making import Mutant, configuration, files_of

RECORD = BASE / "docs" / "mutants.md"
UNKNOWN = "?"
Key = tuple[str, str, str]

_ROW = re.compile(r"^\| `(?P<place>.+?)` \| `(?P<before>.*?)` \| `(?P<after>.*?)` \| (?P<reason>.+?) \|$")
_REASON = re.compile(r"^\*\*(?P<code>[A-Z])\.\*\* ")
_TABLES = "## The survivors\n"
_HEAD = "| where | the line | as mutated | reason |\n|---|---|---|---|\n"
PIPE = "\\|"


def read_record(path: Path = RECORD) -> dict[Key, str]:
    """The recorded survivors and the letters of their reasons."""
    rows = (_ROW.match(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {
        (_plain(row["place"]), _plain(row["before"]), _plain(row["after"])): row["reason"]
        for row in rows
        if row
    }


def reasons(path: Path = RECORD) -> set[str]:
    """The letters of the reasons that the document gives."""
    return {
        row["code"] for line in path.read_text(encoding="utf-8").splitlines() if (row := _REASON.match(line))
    }


def app_rows(record: Mapping[Key, str], apps: Iterable[str]) -> dict[Key, str]:
    """The part of a record that is of these apps."""
    files = {file for app in apps for file in files_of(app)}
    return {key: why for key, why in record.items() if key[0].partition(" ")[0] in files}


def write_record(found: Iterable[Mutant], run: Iterable[str]) -> None:
    """Write the tables anew: of the apps that were run as found, of the others as they stand. Reasons are kept."""
    known, keys = read_record(), {mutant.key: UNKNOWN for mutant in found}
    text = RECORD.read_text(encoding="utf-8").partition(_TABLES)[0] + _TABLES
    for app in configuration()["files"]:
        rows = app_rows(keys if app in set(run) else known, [app])
        text += f"\n### {app}\n\n" + (_HEAD if rows else "None.\n")
        for key in rows:
            cells = " | ".join(f"`{cell.replace('|', PIPE)}`" for cell in key)
            text += f"| {cells} | {known.get(key, UNKNOWN)} |\n"
    RECORD.write_text(text, encoding="utf-8")


def _plain(cell: str) -> str:
    return cell.replace(PIPE, "|")
