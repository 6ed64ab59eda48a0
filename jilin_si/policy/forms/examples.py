"""A worked example as policy staff add it: the inputs of the calculator's page, what the rule must answer, a note."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jilin_si.policy import kinds, strict_json
from jilin_si.policy.calculators import Calculator
from jilin_si.policy.forms.inputs import number_text
from jilin_si.policy.terms import term
from jilin_si.policy.trace import plain_text
from jilin_si.web.forms import OfficeForm, PlainCharField, prepare_widgets


class ExampleForm(OfficeForm):
    """The expected outputs, one field each, filled in with what the rule answers now; or that it refuses."""

    title = PlainCharField(label=_("What it shows"), max_length=120)
    title_en = PlainCharField(
        label=_("What it shows, in English"),
        required=False,
        max_length=120,
        help_text=_("Empty: the other is shown in both languages."),
    )
    refused = forms.BooleanField(label=_("The rule must refuse"), required=False)
    note = PlainCharField(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    note_en = PlainCharField(
        label=_("Note in English"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, calculator: Calculator, outputs: dict[str, Any] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.calculator = calculator
        for name, kind in calculator.outputs.items():
            self.fields[f"o_{name}"] = PlainCharField(
                label=term(name), required=False, max_length=2000, initial=_as_typed(outputs or {}, name)
            )
            self.fields[f"o_{name}"].widget.attrs["class"] = (
                "amount" if isinstance(kind, kinds.Number) else ""
            )
        self.order_fields(
            ["title", "title_en", "refused", *(f"o_{name}" for name in calculator.outputs), "note", "note_en"]
        )
        prepare_widgets(self)

    @property
    def expected_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("o_")]

    def words(self) -> dict[str, str]:
        """Title and note as they are kept."""
        return {name: self.cleaned_data[name] for name in ("title", "title_en", "note", "note_en")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("refused"):
            cleaned["expected"] = {"refused": True}
            return cleaned
        expected: dict[str, Any] = {}
        for name, kind in self.calculator.outputs.items():
            text = cleaned.get(f"o_{name}", "")
            if not text:
                if kind.required:
                    self.add_error(f"o_{name}", _("Say what the rule must answer here."))
                continue
            try:
                expected[name] = _as_written(kind, text)
            except ValueError:
                self.add_error(
                    f"o_{name}", _("“%(given)s” is no value of this result.") % {"given": text[:60]}
                )
        cleaned["expected"] = expected
        return cleaned


def _as_typed(outputs: dict[str, Any], name: str) -> str:
    value = plain_text(outputs.get(name))
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _as_written(kind: kinds.Kind, text: str) -> Any:
    """An expected output as the files write it; what is no single number, word or day is JSON."""
    inner = kind.kind if isinstance(kind, kinds.Optional | kinds.OrNull) else kind
    if isinstance(inner, kinds.Number):
        number = number_text(text)
        if strict_json.as_number(number) is None:
            raise ValueError(text)
        return number
    if isinstance(inner, kinds.Count):
        return int(text)
    if isinstance(inner, kinds.Bool):
        return (
            {"true": True, "false": False}[text.lower()] if text.lower() in ("true", "false") else _bad(text)
        )
    if isinstance(inner, kinds.ListOf | kinds.MapOf | kinds.Record | kinds.Row):
        return strict_json.loads(text)
    return text


def _bad(text: str) -> Any:
    raise ValueError(text)
