"""The rule book: chapters, a page a rule, legal documents, and a search over both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jilin_si.policy import selectors, showing
from jilin_si.policy.calculator_address import address_of
from jilin_si.policy.forms.filters import DocumentFilter, ParameterFilter
from jilin_si.policy.models import LegalDocument
from jilin_si.policy.rule_book import Rule, rule_book
from jilin_si.policy.rulecheck import Outcome, run_example
from jilin_si.policy.terms import term
from jilin_si.policy.trace import formula_in_words, plain_text
from jilin_si.policy.views.parameters import policy_at, shown_version
from jilin_si.policy.worked_examples import all_examples, in_words


@require_safe
def rulebook(request: HttpRequest) -> HttpResponse:
    """The chapters; or, where words are given, the rules and documents in which they stand."""
    form = DocumentFilter(request.GET)
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    book = rule_book()
    context = {
        "form": form,
        "words": words,
        "chapters": book.chapters,
        "questions": book.questions,
        "calculated": {rule for calculator in selectors.calculators_list() for rule in calculator.rules},
        "found_rules": book.search(words) if words else [],
        "found_documents": list(selectors.documents(words)) if words else [],
    }
    return render(request, "policy/rulebook.html", context)


@dataclass(frozen=True)
class ShownExample:
    """A worked example with what its calculator answers now."""

    id: str
    title: str
    note: str
    calculator: str
    passed: bool
    expected: list[tuple[str, str]]
    given: list[tuple[str, str]]
    differences: tuple[str, ...]
    url: str


def shown_example(outcome: Outcome) -> ShownExample:
    example = outcome.example
    return ShownExample(
        id=str(example.get("id", "?")),
        title=in_words(example, "title"),
        note=in_words(example, "note"),
        calculator=example["calc"],
        passed=outcome.passed,
        expected=pairs(example["expected"]),
        given=pairs(outcome.given),
        differences=outcome.differences,
        url=reverse("policy:calculator", args=[example["calc"]])
        + address_of(example["calc"], example["inputs"]),
    )


def pairs(answer: Any) -> list[tuple[str, str]]:
    """An answer as names in words and values as text; a refusal is its reason alone."""
    if not isinstance(answer, dict):
        return [("", str(answer))]
    return [(term(name), flat_text(value)) for name, value in answer.items()]


def flat_text(value: Any) -> str:
    """A value of an answer in one line."""
    plain = plain_text(value)
    if isinstance(plain, dict):
        return "; ".join(f"{term(str(key))} {flat_text(item)}" for key, item in plain.items())
    if isinstance(plain, list):
        return ", ".join(flat_text(item) for item in plain)
    return (
        showing.value_text(plain, "bool")
        if isinstance(plain, bool)
        else str(showing.choice_words(str(plain)))
    )


@require_safe
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule: text, formula, what it takes and rests on, who computes it, examples with their result now."""
    book = rule_book()
    found = book.rule(rule_id)
    if found is None:
        raise Http404
    policy, on, agency_id = policy_at(request)
    places = showing.place_names()
    form = ParameterFilter(request.GET or {"on": on.isoformat(), "agency": agency_id}, app_codes=[])
    form.is_valid()
    examples = [shown_example(run_example(e, policy)) for e in all_examples(rule=found.id)]
    before, after = book.neighbours(found)
    context = {
        "rule": found,
        "chapter": next(c for c in book.chapters if c.family == found.family),
        "before": before,
        "after": after,
        "form": form,
        "on": on,
        "place": places[agency_id],
        "parameters": _parameters(found, on, agency_id, policy, places),
        "documents": _documents(found),
        "calculators": selectors.calculators_list(rule=found.id),
        "formulas": _formulas(found),
        "examples": examples,
        "passed": sum(example.passed for example in examples),
        "questions": book.questions_about(found.id),
    }
    return render(request, "policy/rule.html", context)


def _parameters(found: Rule, on: date, agency_id: int, policy: Any, places: dict[int, str]) -> list[Any]:
    return [
        shown_version(
            info, policy.find(info.code, on, agency_id), places, f"?on={on.isoformat()}&agency={agency_id}"
        )
        for info in selectors.parameters_of_rule(found.id, policy)
    ]


def _documents(found: Rule) -> list[LegalDocument]:
    """The documents the rule names, then those its parameters rest on."""
    named = list(LegalDocument.objects.filter(code__in=found.documents))
    named.sort(key=lambda document: found.documents.index(document.code))
    under = LegalDocument.objects.filter(
        values__parameter__rules__contains=[found.id], values__state="approved"
    )
    known = {document.pk for document in named}
    return [*named, *(document for document in under.distinct() if document.pk not in known)]


def _formulas(found: Rule) -> list[tuple[str, str]]:
    """Each formula in words and in symbols: as the calculators reckon, else as the book has it."""
    lines = [f"{symbol} = {formula}" for symbol, formula in selectors.formulas_of(found.id)] or found.formula
    return [(line, formula_in_words(line)) for line in lines]
