"""A calculator's form, made from its typed inputs: what stands in it, and what was typed as the rule takes it.

People type kindly: ``1,234.50``, ``21.5%``, ``1996.3``, full-width digits. The rule's own strict reading then decides,
so that a page and the API refuse the same things with the same reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from jilin_si.money import MINUS
from jilin_si.policy import kinds
from jilin_si.policy.errors import InputError, shown
from jilin_si.policy.kinds import Kind, ListOf, MapOf, Optional, OrNull, Record, Row
from jilin_si.policy.terms import term
from jilin_si.policy.words import choice_words
from jilin_si.web.formats import plain_text

_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})[-./年]?(\d{1,2})月?")
_LEFT_OUT = object()

Given = Mapping[str, str]


@dataclass
class Control:
    """One field of the form; ``name`` is its place in the address."""

    name: str
    label: str
    value: str = ""
    options: list[tuple[str, str]] | None = None
    unit: str = ""
    hint: str = ""
    required: bool = True
    numeric: bool = False
    plain: str = "text"
    error: str = ""

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")


@dataclass
class Group:
    """Fields that belong together: an input that is an object."""

    name: str
    label: str
    parts: list[Any] = field(default_factory=list)


@dataclass
class Rows:
    """An input that is a list: a table of fields; where it ``grows`` the last row is empty."""

    name: str
    label: str
    heads: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    grows: bool = True
    error: str = ""

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")


def build(inputs: Mapping[str, Kind], given: Given, column: str) -> list[Control | Group | Rows]:
    """The form of a calculator, filled in with what the address holds."""
    return [_build(kind, f"{column}.{name}", term(name), given) for name, kind in inputs.items()]


def _build(kind: Kind, name: str, label: str, given: Given, required: bool = True) -> Any:
    if isinstance(kind, Optional):
        return _build(kind.kind, name, label, given, required=False)
    if isinstance(kind, OrNull):
        return _build(kind.kind, name, label, given, required=False)
    if isinstance(kind, Record):
        return Group(
            name, label, [_build(k, f"{name}.{key}", term(key), given) for key, k in kind.fields.items()]
        )
    if isinstance(kind, ListOf):
        return _build_list(kind, name, label, given)
    if isinstance(kind, MapOf):
        count = _rows_given(name, given) + 1
        rows = [
            [
                Control(f"{name}.{n}.k", _("Name"), given.get(f"{name}.{n}.k", ""), required=False),
                _build(kind.item, f"{name}.{n}.v", _("Amount"), given, required=False),
            ]
            for n in range(count)
        ]
        return Rows(name, label, [_("Name"), _("Amount")], rows)
    return _control(kind, name, label, given.get(name, ""), required)


def _build_list(kind: ListOf, name: str, label: str, given: Given) -> Rows:
    item = kind.item
    grows = kind.length is None
    count = _rows_given(name, given) + 1 if grows else int(kind.length or 0)
    if isinstance(item, Row):
        heads = _row_heads(name, item)
        rows = [
            [_build(k, f"{name}.{n}.{p}", heads[p], given, not grows) for p, k in enumerate(item.places)]
            for n in range(count)
        ]
    elif isinstance(item, Record):
        heads = [term(key) for key in item.fields]
        rows = [
            [_build(k, f"{name}.{n}.{key}", term(key), given, not grows) for key, k in item.fields.items()]
            for n in range(count)
        ]
    else:
        heads = [""]
        rows = [[_build(item, f"{name}.{n}", f"{label} {n + 1}", given, not grows)] for n in range(count)]
    return Rows(name, label, heads, rows, grows)


def _row_heads(name: str, row: Row) -> list[str]:
    """Heads for the places of a row: the words of ``open_items[1]`` where they are known, else of the kind."""
    of_kind = {
        kinds.Text: _("Label"),
        kinds.Yuan: _("Amount"),
        kinds.Rate: _("Share"),
        kinds.Date: _("Day"),
        kinds.Multiple: _("Below"),
        kinds.Choice: _("Who"),
        kinds.Bool: _("Orphan or lone elder"),
    }
    heads = []
    for kind in row.places:
        if isinstance(kind, OrNull):
            heads.append(_("Up to"))
        else:
            heads.append(next((word for of, word in of_kind.items() if type(kind) is of), ""))
    return heads


def _rows_given(name: str, given: Given) -> int:
    """How many rows of a list the address holds, empty ones at the end not counted."""
    highest = -1
    for key, value in given.items():
        if key.startswith(f"{name}.") and value.strip():
            number = key[len(name) + 1 :].partition(".")[0]
            if number.isdigit() and int(number) < 500:
                highest = max(highest, int(number))
    return highest + 1


def _control(kind: Kind, name: str, label: str, value: str, required: bool) -> Control:
    control = Control(name, label, value, required=required)
    if isinstance(kind, kinds.Choice):
        options = [(option, choice_words(option)) for option in kind.options]
        control.options = options if required else [("", _("does not apply")), *options]
    elif isinstance(kind, kinds.Bool):
        control.options = [("true", _("yes")), ("false", _("no"))]
        if not required:
            control.options.insert(0, ("", ""))
    elif isinstance(kind, kinds.Yuan):
        control.unit, control.numeric = _("yuan"), True
    elif isinstance(kind, kinds.Rate):
        control.hint, control.numeric = _("or with %"), True
    elif isinstance(kind, kinds.Years):
        control.unit, control.numeric = _("years"), True
    elif isinstance(kind, kinds.Number | kinds.Count):
        control.numeric = True
        if isinstance(kind, kinds.Count) and kind.maximum < 1000:
            control.hint = f"{kind.minimum} – {kind.maximum}"
    elif isinstance(kind, kinds.Period | kinds.Month):
        control.hint = "1996-03"
    elif isinstance(kind, kinds.Date):
        control.hint = "1996-03-14"
    elif isinstance(kind, kinds.Text) and kind.pattern is not None:
        control.hint = str(kind.allowed)
    return control


def collect(inputs: Mapping[str, Kind], given: Given, column: str) -> dict[str, Any]:
    """What was typed, as the calculator takes it; an empty field is left out, or null where that may be."""
    found = {}
    for name, kind in inputs.items():
        value = _collect(kind, f"{column}.{name}", given)
        if value is not _LEFT_OUT:
            found[name] = value
    return found


def _collect(kind: Kind, name: str, given: Given) -> Any:
    if isinstance(kind, Optional):
        return _collect(kind.kind, name, given)
    if isinstance(kind, OrNull):
        value = _collect(kind.kind, name, given)
        return None if value is _LEFT_OUT else value
    if isinstance(kind, Record):
        parts = {key: _collect(inner, f"{name}.{key}", given) for key, inner in kind.fields.items()}
        return {key: value for key, value in parts.items() if value is not _LEFT_OUT}
    if isinstance(kind, ListOf):
        count = _rows_given(name, given) if kind.length is None else kind.length
        return [_row(kind.item, f"{name}.{n}", given) for n in range(count)]
    if isinstance(kind, MapOf):
        found = {}
        for n in range(_rows_given(name, given)):
            value = _collect(kind.item, f"{name}.{n}.v", given)
            found[plain_text(given.get(f"{name}.{n}.k", ""))] = "" if value is _LEFT_OUT else value
        return found
    text = plain_text(given.get(name, ""))
    return _typed(kind, text) if text else _LEFT_OUT


def _row(kind: Kind, name: str, given: Given) -> Any:
    if isinstance(kind, Row):
        places = [_collect(inner, f"{name}.{place}", given) for place, inner in enumerate(kind.places)]
        return ["" if value is _LEFT_OUT else value for value in places]
    value = _collect(kind, name, given)
    return "" if value is _LEFT_OUT else value


def _typed(kind: Kind, text: str) -> Any:
    """A text as people type it, as JSON has it; what cannot be read stays as it is and is refused by the kind."""
    if isinstance(kind, kinds.Bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(kind, kinds.Count):
        bare = text.replace(",", "").replace(" ", "")
        return int(bare) if re.fullmatch(r"-?\d{1,12}", bare) else text
    if isinstance(kind, kinds.Number):
        return number_text(text)
    if isinstance(kind, kinds.Period | kinds.Month):
        match = _MONTH.fullmatch(text)
        if match is None:
            return text
        month = f"{match[1]}-{match[2].zfill(2)}"
        return month if isinstance(kind, kinds.Period) else f"{month}-01"
    if isinstance(kind, kinds.Date):
        match = _DAY.fullmatch(text)
        return f"{match[1]}-{match[2].zfill(2)}-{match[3].zfill(2)}" if match else text
    return text


def number_text(text: str) -> str:
    bare = text.replace(",", "").replace(" ", "").replace(MINUS, "-").removeprefix("¥").removesuffix("元")
    if bare.endswith("%"):
        try:
            return f"{Decimal(bare[:-1]) / 100:f}"
        except InvalidOperation:
            return text
    return bare


def faults(refused: InputError, column: str, given: Given) -> tuple[dict[str, str], list[str]]:
    """The errors of an input by field, and the words for what is still to be filled in.

    A field that was left empty is no error while somebody types: it is only named.
    """
    at_fields: dict[str, str] = {}
    missing: list[str] = []
    for error in refused.errors:
        path = re.sub(r"\[(\d+)\]", lambda m: f".{int(m[1]) - 1}", error.field)
        name = f"{column}.{path}"
        if error.code == "missing" or (error.given == "" and not given.get(name, "").strip()):
            missing.append(_label_of(error.field))
        else:
            at_fields[name] = message(error)
    return at_fields, missing


def message(error: InputError) -> str:
    """An error of an input without the field's name, which stands beside it."""
    if error.code == "missing":
        return str(_("Needed: %(allowed)s.")) % {"allowed": error.allowed}
    return str(_("%(given)s cannot be: allowed is %(allowed)s.")) % {
        "given": shown(error.given),
        "allowed": error.allowed,
    }


def _label_of(path: str) -> str:
    parts = [re.sub(r"\[\d+\]", "", part) for part in path.split(".")]
    return " › ".join(term(part) for part in parts if part)


def mark(nodes: list[Control | Group | Rows], at_fields: Mapping[str, str]) -> None:
    """Put errors at their fields."""
    for control in controls(nodes):
        control.error = at_fields.get(control.name, "")
    for node in nodes:
        if isinstance(node, Rows):
            node.error = at_fields.get(node.name, "")


def controls(nodes: list[Any]) -> Iterator[Control]:
    for node in nodes:
        if isinstance(node, Control):
            yield node
        elif isinstance(node, Group):
            yield from controls(node.parts)
        elif isinstance(node, Rows):
            for row in node.rows:
                yield from controls(row)
