"""The rule book (规则手册): every rule by its id, in both languages, with its formula, sources and open questions.

The texts stand in each app's ``rulebook/*.toml``, beside its rules; ``chapters.toml`` here orders the families. What
changes with time (parameters, examples, calculators) is not in them: a page looks it up.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.translation import get_language

_RULE_ID = re.compile(r"([A-Z]+)-([0-9]+)([a-z]?)")
CONFIDENCES = ("law", "remembered", "design", "illustrative")
_RULE_KEYS = {"id", "title", "text", "formula", "documents", "confidence", "unsure"}


class RuleBookProblem(Exception):
    """A file of the rule book that cannot be taken: says the file, the entry and what is wrong."""


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if (get_language() or "zh").startswith("zh") else self.en


@dataclass(frozen=True)
class Rule:
    """One rule. ``formula`` lines are in the symbols of the calculators, ``documents`` are codes of legal documents.

    ``confidence`` tells where the text comes from: law (a document or the book of 1997), remembered (the document is
    known, its text not at hand), design (the law is silent, this system decides), illustrative.
    """

    id: str
    app: str
    title: Words
    text: Words
    formula: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    confidence: str = "law"
    unsure: Words | None = None

    @property
    def family(self) -> str:
        return self.id.partition("-")[0]

    def says(self, word: str) -> bool:
        """Whether a word stands in the rule, in either language, whatever its letters' size."""
        texts = [self.id, self.title.zh, self.title.en, self.text.zh, self.text.en, *self.formula]
        return word.lower() in " ".join(texts).lower()


@dataclass(frozen=True)
class Question:
    """What is not known for sure (存疑): which rules it touches."""

    number: int
    text: Words
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """A family of rules: PEN, POOL …"""

    family: str
    title: Words
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class RuleBook:
    chapters: tuple[Chapter, ...]
    questions: tuple[Question, ...]
    by_id: dict[str, Rule] = field(default_factory=dict)

    def rule(self, rule_id: str) -> Rule | None:
        return self.by_id.get(rule_id)

    def rules(self) -> Iterator[Rule]:
        for chapter in self.chapters:
            yield from chapter.rules

    def search(self, words: str) -> list[Rule]:
        """The rules in which every word stands; one that is named comes first."""
        wanted = words.split()
        found = [rule for rule in self.rules() if all(rule.says(word) for word in wanted)]
        return sorted(found, key=lambda rule: rule.id.lower() != words.strip().lower())

    def resting_on(self, document_code: str) -> list[Rule]:
        return [rule for rule in self.rules() if document_code in rule.documents]

    def questions_about(self, rule_id: str) -> list[Question]:
        return [question for question in self.questions if rule_id in question.rules]

    def neighbours(self, rule: Rule) -> tuple[Rule | None, Rule | None]:
        """The rules before and after in the chapter."""
        of_family = next(c.rules for c in self.chapters if c.family == rule.family)
        place = of_family.index(rule)
        before = of_family[place - 1] if place else None
        return before, of_family[place + 1] if place + 1 < len(of_family) else None


@lru_cache(maxsize=1)
def rule_book() -> RuleBook:
    """The whole book, read once a process. Raises RuleBookProblem."""
    return read_rule_book(_folders())


def _folders() -> Iterator[tuple[str, Path]]:
    for config in apps.get_app_configs():
        folder = Path(config.path) / "rulebook"
        if folder.is_dir() and folder.is_relative_to(Path(settings.BASE_DIR)):
            yield config.label, folder


def read_rule_book(folders: Iterable[tuple[str, Path]]) -> RuleBook:
    """Read the files of ``(app, folder)``. Raises RuleBookProblem for a doubled id, an unknown family or key."""
    chapters: dict[str, Words] = {}
    questions: list[Question] = []
    rules: dict[str, Rule] = {}
    for app, folder in folders:
        for path in sorted(folder.glob("*.toml")):
            where = f"{app}/rulebook/{path.name}"
            with path.open("rb") as file:
                try:
                    found = tomllib.load(file)
                except tomllib.TOMLDecodeError as error:
                    raise RuleBookProblem(f"{where}: {error}") from error
            for entry in found.get("chapter", []):
                chapters[entry["family"]] = _words(where, entry, "title")
            for entry in found.get("question", []):
                number = len(questions) + 1
                questions.append(Question(number, _words(where, entry, "text"), tuple(entry["rules"])))
            for entry in found.get("rule", []):
                rule = _rule(where, app, entry)
                if rule.id in rules:
                    raise RuleBookProblem(f"{where}: {rule.id} stands in the book twice")
                rules[rule.id] = rule
    for rule in rules.values():
        if rule.family not in chapters:
            raise RuleBookProblem(f"{rule.id}: no chapter {rule.family}")
    ordered = sorted(rules.values(), key=lambda rule: rule_order(rule.id))
    return RuleBook(
        tuple(
            Chapter(family, title, tuple(rule for rule in ordered if rule.family == family))
            for family, title in chapters.items()
        ),
        tuple(questions),
        rules,
    )


def rule_order(rule_id: str) -> tuple[str, int, str]:
    """PEN-2 before PEN-2a before PEN-10."""
    match = _RULE_ID.fullmatch(rule_id)
    return (match[1], int(match[2]), match[3]) if match else (rule_id, 0, "")


def _rule(where: str, app: str, entry: dict[str, Any]) -> Rule:
    rule_id = str(entry.get("id", "?"))
    if _RULE_ID.fullmatch(rule_id) is None:
        raise RuleBookProblem(f"{where}: “{rule_id}” is no id of a rule")
    unknown = set(entry) - _RULE_KEYS
    if unknown:
        raise RuleBookProblem(f"{where} {rule_id}: unknown {', '.join(sorted(unknown))}")
    formula = entry.get("formula", [])
    confidence = entry.get("confidence", "law")
    if confidence not in CONFIDENCES:
        raise RuleBookProblem(f"{where} {rule_id}: confidence is one of {', '.join(CONFIDENCES)}")
    return Rule(
        id=rule_id,
        app=app,
        title=_words(f"{where} {rule_id}", entry, "title"),
        text=_words(f"{where} {rule_id}", entry, "text"),
        formula=(formula,) if isinstance(formula, str) else tuple(formula),
        documents=tuple(entry.get("documents", [])),
        confidence=confidence,
        unsure=_words(f"{where} {rule_id}", entry, "unsure") if "unsure" in entry else None,
    )


def _words(where: str, entry: dict[str, Any], key: str) -> Words:
    given = entry.get(key)
    if not isinstance(given, dict) or set(given) != {"zh", "en"} or not all(given.values()):
        raise RuleBookProblem(f"{where}: “{key}” is needed in both languages, zh and en")
    return Words(given["zh"].strip(), given["en"].strip())
