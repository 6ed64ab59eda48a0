"""The catalogues (译文): every text of code and templates has its Chinese, or ``make check`` says which has not.

Nothing here needs GNU gettext: templates are read with Django's own lexer, Python with Babel's, and Babel writes the
binary catalogues. A text belongs to the catalogue of its app: that of the module it stands in, or, for a template,
that of the app its folder is named after; what belongs to no app is the web's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation import to_locale

LANGUAGE = "zh-hans"
LOCALE = to_locale(LANGUAGE)  # zh_Hans
WEB = "jilin_si.web"
# How each function is called: which of its arguments are context, text and plural.
_KEYWORDS: dict[str, tuple[str, ...]] = {
    "_": ("text",),
    "gettext": ("text",),
    "gettext_lazy": ("text",),
    "gettext_noop": ("text",),
    "ngettext": ("text", "plural"),
    "ngettext_lazy": ("text", "plural"),
    "pgettext": ("context", "text"),
    "pgettext_lazy": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
    "npgettext_lazy": ("context", "text", "plural"),
}
_STRING = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_TRANS = re.compile(
    rf"""^(?:trans|translate)\s+({_STRING})(?:\s*\|.*?)?(?:\s+(?:as\s+\w+|noop))?(?:\s+context\s+({_STRING}))?""",
    re.S,
)
_BLOCK = re.compile(rf"""^blocktrans(?:late)?(?:\s.*?)?(?:\s+context\s+({_STRING})(?:\s|$).*)?$""", re.S)
_CALL = re.compile(rf"""\b_\(({_STRING})\)""")
_PLACE = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_ENGLISH = re.compile("[A-Za-z]{2,} [A-Za-z]+")


@dataclass(frozen=True, order=True)
class Text:
    """One text as code or a template holds it."""

    msgid: str
    plural: str = ""
    context: str = ""


@dataclass
class Found:
    """Texts with the places where they stand, by catalogue (the app's name)."""

    places: dict[Text, list[str]] = field(default_factory=dict)
    app_of: dict[Text, str] = field(default_factory=dict)


def own_apps() -> dict[str, Path]:
    """The project's own apps by name, with their folders."""
    base = Path(settings.BASE_DIR)
    found = {}
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.is_relative_to(base) and ".venv" not in folder.parts:
            found[config.name] = folder
    return found


def catalogue_path(folder: Path) -> Path:
    return folder / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


# ── what is used ─────────────────────────────────────────────────────────────────────────────────────────────────
def used_texts() -> Found:
    """Every text of our code and templates."""
    base = Path(settings.BASE_DIR)
    mine = own_apps()
    found = Found()
    for path in _files(base, "*.py"):
        with path.open("rb") as source:
            for line, text in _python_texts(source):
                _note(found, text, f"{path.relative_to(base)}:{line}", _app_of_module(path, mine))
    for path in _files(base, "*.html", "*.txt", "*.typ"):
        if "templates" not in path.parts:
            continue
        for line, text in template_texts(path.read_text(encoding="utf-8")):
            _note(found, text, f"{path.relative_to(base)}:{line}", _app_of_template(path, mine))
    return found


def _files(base: Path, *patterns: str) -> Iterator[Path]:
    roots = set(own_apps().values()) | {base / "templates", base / "jilin_si"}
    seen = set()
    for root in sorted(roots):
        for pattern in patterns:
            for path in sorted(root.rglob(pattern)):
                if path not in seen and not {"migrations", "__pycache__", "node_modules"} & set(path.parts):
                    seen.add(path)
                    yield path


def _note(found: Found, text: Text, place: str, app: str) -> None:
    found.places.setdefault(text, []).append(place)
    found.app_of[text] = min(app, found.app_of.get(text, app), key=_rank)


def _rank(app: str) -> int:
    """A word that several apps use is the web's, else that of the lowest app."""
    return -1 if app == WEB else list(own_apps()).index(app)


def _app_of_module(path: Path, mine: dict[str, Path]) -> str:
    inside = [name for name, folder in mine.items() if path.is_relative_to(folder)]
    return max(inside, key=len, default=WEB)


def _app_of_template(path: Path, mine: dict[str, Path]) -> str:
    # folders that are not named after their app
    names = {"account": "jilin_si.access", "allauth": "jilin_si.access", "portal": "collection"}
    names |= {config: config for config in mine} | {name.rpartition(".")[2]: name for name in mine}
    folder = path.parts[path.parts.index("templates") + 1]
    return names.get(folder, WEB)


def _python_texts(source: Any) -> Iterator[tuple[int, Text]]:
    for line, name, messages, _comments in extract_python(
        source, dict.fromkeys(_KEYWORDS), [], {"encoding": "utf-8"}
    ):
        given = messages if isinstance(messages, tuple) else (messages,)
        shape = _KEYWORDS[str(name)]
        parts = {part: str(value or "") for part, value in zip(shape, given, strict=False)}
        if parts.get("text"):  # else not a literal: a variable handed on
            yield line, Text(parts["text"], parts.get("plural", ""), parts.get("context", ""))


def template_texts(source: str) -> Iterator[tuple[int, Text]]:
    """The texts of one template, with their lines."""
    parts: list[str] = []
    block: tuple[int, str, bool] | None = None
    singular = ""
    for token in Lexer(source).tokenize():
        line = source.count("\n", 0, 0) + (token.lineno or 0)
        if block is not None:
            if token.token_type == TokenType.BLOCK and re.match(r"endblocktrans(late)?$", token.contents):
                text = _joined(parts, block[2])
                yield block[0], Text(singular or text, text if singular else "", block[1])
                block, parts, singular = None, [], ""
            elif token.token_type == TokenType.BLOCK and token.contents == "plural":
                singular, parts = _joined(parts, block[2]), []
            elif token.token_type == TokenType.VAR:
                parts.append(f"%({token.contents})s")
            elif token.token_type == TokenType.TEXT:
                parts.append(token.contents.replace("%", "%%"))
            continue
        if token.token_type == TokenType.BLOCK:
            if match := _TRANS.match(token.contents):
                yield line, Text(_unquoted(match[1]), "", _unquoted(match[2]))
                continue
            if match := _BLOCK.match(token.contents):
                block = (line, _unquoted(match[1]), " trimmed" in token.contents)
                continue
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            for match in _CALL.finditer(token.contents):
                yield line, Text(_unquoted(match[1]))


def _joined(parts: list[str], trimmed: bool) -> str:
    text = "".join(parts)
    if trimmed:
        text = " ".join(line.strip() for line in text.strip().splitlines())
    return text


def _unquoted(literal: str | None) -> str:
    return "" if not literal else re.sub(r"\\(.)", r"\1", literal[1:-1])


# ── what is translated ───────────────────────────────────────────────────────────────────────────────────────────
def read_catalogue(path: Path) -> Catalog:
    if not path.is_file():
        return Catalog(locale="zh_Hans_CN", project="Jilin SI", charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale="zh_Hans_CN", charset="utf-8")


def _key(message: Message) -> Text:
    ids = message.id if isinstance(message.id, list | tuple) else (message.id, "")
    return Text(ids[0], ids[1], message.context or "")


def _given(message: Message) -> list[str]:
    return [
        s for s in (message.string if isinstance(message.string, list | tuple) else [message.string]) if s
    ]


def check() -> tuple[list[str], int]:
    """What is wrong, in words, and how many texts were looked at.

    A text without Chinese, one with other placeholders, one with two different translations, one that no code holds.
    """
    found = used_texts()
    wrong: list[str] = []
    known: dict[Text, tuple[str, str]] = {}
    for folder in own_apps().values():
        path = catalogue_path(folder)
        for message in read_catalogue(path) if path.is_file() else ():
            if not message.id:
                continue
            text, given = _key(message), _given(message)
            place = f"{path.relative_to(settings.BASE_DIR)}"
            if text not in found.places:
                wrong.append(f"{place}: nobody says this any more: {text.msgid!r}")
            elif message.fuzzy or not given:
                continue
            elif text in known and known[text][0] != given[0]:
                wrong.append(
                    f"{place}: {text.msgid!r} is {given[0]!r} here and {known[text][0]!r} in {known[text][1]}"
                )
            else:
                known[text] = (given[0], place)
                wrong += [f"{place}: {problem}" for problem in _placeholder_faults(text, given)]
    for text, places in sorted(found.places.items()):
        if text not in known and _needs_chinese(text):
            wrong.append(f"{places[0]}: no Chinese for {text.msgid!r} (catalogue of {found.app_of[text]})")
    return wrong, len(found.places)


def _needs_chinese(text: Text) -> bool:
    """Chinese words within an English text are no translation of it."""
    words = _PLACE.sub(" ", text.msgid)
    return bool(text.msgid.strip()) and (not _CHINESE.search(words) or bool(_ENGLISH.search(words)))


def _placeholder_faults(text: Text, given: Iterable[str]) -> Iterator[str]:
    wanted = _places(text.msgid) | _places(text.plural)
    for translation in given:
        extra = _places(translation) - wanted
        missing = _places(text.plural or text.msgid) - _places(translation)
        if extra or (missing and not text.plural):
            yield f"{text.msgid!r} has other placeholders in Chinese: {translation!r}"


def _places(text: str) -> set[str]:
    return {match[0] for match in _PLACE.finditer(text.replace("%%", ""))}


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def update(only: str = "") -> dict[str, int]:
    """Add what is missing to the catalogues, empty, and drop what nobody says; gives the number added by app."""
    found = used_texts()
    mine = own_apps()
    known = {
        _key(message)
        for folder in mine.values()
        if catalogue_path(folder).is_file()
        for message in read_catalogue(catalogue_path(folder))
        if message.id and _given(message)
    }
    added: dict[str, int] = {}
    for name, folder in mine.items():
        if only and name.rpartition(".")[2] != only and name != only:
            continue
        path = catalogue_path(folder)
        old = read_catalogue(path)
        fresh = Catalog(locale="zh_Hans_CN", project="Jilin SI", charset="utf-8")
        for message in old:
            if message.id and _key(message) in found.places:
                fresh.add(message.id, message.string, context=message.context, flags=message.flags)
        for text in sorted(found.places):
            mine_to_say = found.app_of[text] == name and text not in known and _needs_chinese(text)
            if mine_to_say and fresh.get(text.msgid, text.context or None) is None:
                added[name] = added.get(name, 0) + 1
                ids = (text.msgid, text.plural) if text.plural else text.msgid
                fresh.add(ids, context=text.context or None)
        if len(fresh):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as target:
                write_po(target, fresh, width=110, sort_output=True, omit_header=False)
            _plain_header(path)
    return added


def _plain_header(path: Path) -> None:
    """A header that says what is needed and does not change from run to run."""
    header = (
        'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n'
    )
    body = path.read_text(encoding="utf-8").split("\n\n", 1)
    path.write_text(header + "\n" + (body[1] if len(body) > 1 else ""), encoding="utf-8")


def compile_all(force: bool = False) -> int:
    """Write the binary catalogue beside each source that is newer; gives how many were written."""
    written = 0
    for folder in own_apps().values():
        source = catalogue_path(folder)
        target = source.with_suffix(".mo")
        if not source.is_file():
            continue
        if not force and target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        part = target.with_suffix(".mo.part")
        with part.open("wb") as stream:
            write_mo(stream, read_catalogue(source))
        part.replace(target)
        written += 1
    return written
