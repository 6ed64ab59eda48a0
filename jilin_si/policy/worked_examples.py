"""Worked examples that policy staff add (算例): facts and what the rule must answer, kept beside those of the files.

They run with the others: on demand, and before a parameter is approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jilin_si.access.audit import record
from jilin_si.access.models import Role, User
from jilin_si.access.scope import scope_of
from jilin_si.policy.calculators import get_calculator
from jilin_si.policy.errors import UnknownCalculator
from jilin_si.policy.rulecheck import example_files, expects_refusal, read_examples


class WorkedExample(models.Model):
    """An example of a calculator: inputs and expected outputs as JSON, written as the files write them.

    Title and note are Chinese, or in whatever language their author wrote; the English ones may be left empty.
    """

    calculator = models.CharField(_("calculator"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True, default="")
    inputs = models.JSONField(_("inputs"))
    expected = models.JSONField(_("expected"))
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    note_en = models.CharField(_("note in English"), max_length=500, blank=True, default="")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"), db_default=Now())
    retired = models.BooleanField(_("no longer run"), default=False)

    class Meta:
        app_label = "policy"
        verbose_name = _("worked example")
        verbose_name_plural = _("worked examples")
        ordering = ["calculator", "pk"]

    def __str__(self) -> str:
        return f"{self.name} {self.title}"

    @property
    def shown_title(self) -> str:
        """The title in the language of the page."""
        return in_words(self.as_example(), "title")

    @property
    def shown_note(self) -> str:
        return in_words(self.as_example(), "note")

    @property
    def name(self) -> str:
        """The number by which the suite calls it: E-12."""
        return f"E-{self.pk}"

    def as_example(self) -> dict[str, Any]:
        """In the form of the files."""
        try:
            rules = list(get_calculator(self.calculator).rules)
        except UnknownCalculator:
            rules = []
        return {
            "id": self.name,
            "calc": self.calculator,
            "rules": rules,
            "title": self.title_en or self.title,
            "title_zh": self.title,
            "inputs": self.inputs,
            "expected": self.expected,
            "note": self.note_en or self.note,
            "note_zh": self.note,
            "figures": "added",
        }


def in_words(example: Mapping[str, Any], name: str) -> str:
    """An example's ``title`` or ``note`` in the language of the page, in the other where there is one language."""
    words = example.get(f"{name}_zh") if (get_language() or "zh").startswith("zh") else ""
    return str(words or example.get(name) or "")


class ExampleRefusal(Exception):
    """An example that may not be added or retired; says why."""


@transaction.atomic
def add_example(
    calculator: str, words: Mapping[str, str], inputs: Mapping[str, Any], expected: Any, by: User
) -> WorkedExample:
    """Keep an example for the suite. It may fail today: then it says what the rule ought to answer.

    ``words`` are title and note, title_en and note_en where there are any.

    Raises InputError for inputs the calculator does not take, ExampleRefusal for whom may not add one.
    """
    _need_policy_staff(by)
    rule = get_calculator(calculator)
    if not expects_refusal(expected):
        rule.read(inputs)
    row = WorkedExample.objects.create(
        calculator=calculator, inputs=dict(inputs), expected=expected, added_by=by, **words
    )
    record(
        "add_worked_example", by=by, about="worked_example", number=row.pk, details={"calculator": calculator}
    )
    return row


@transaction.atomic
def retire_example(pk: int, by: User, reason: str) -> WorkedExample:
    """Run an added example no more; it stays on record. Raises ExampleRefusal."""
    _need_policy_staff(by)
    row = WorkedExample.objects.select_for_update().get(pk=pk)
    if row.retired:
        raise ExampleRefusal(_("This example is retired already."))
    row.retired = True
    row.save(update_fields=["retired"])
    record("retire_worked_example", by=by, about="worked_example", number=row.pk, reason=reason)
    return row


def _need_policy_staff(by: User) -> None:
    if not scope_of(by).has(Role.PROVINCE, Role.ADMINISTRATOR):
        raise ExampleRefusal(_("Only provincial staff add worked examples."))


def all_examples(calculator: str = "", rule: str = "") -> list[dict[str, Any]]:
    """Every example that is run, of the files and added, of one calculator or one rule where named."""
    from_files = examples_of_files()
    added = [row.as_example() for row in WorkedExample.objects.filter(retired=False)]
    return [
        example
        for example in [*from_files, *added]
        if (not calculator or example["calc"] == calculator)
        and (not rule or rule in example.get("rules", ()))
    ]


@lru_cache(maxsize=1)
def examples_of_files() -> list[dict[str, Any]]:
    return [example for path in example_files() for example in read_examples(path)]
