"""A legal document as provincial staff put it on record."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jilin_si.policy.errors import InputError
from jilin_si.policy.lookup import Document
from jilin_si.web.forms import DayField, OfficeForm, PlainCharField


class DocumentForm(OfficeForm):
    """Number, title and issuer in both languages, the day, and a note; the code is made from the number."""

    number = PlainCharField(
        label=_("Document number"), max_length=80, help_text=format_lazy(_("As in {}."), "吉政发〔1995〕18号")
    )
    issued_on = DayField(label=_("Issued on"), required=False, help_text=_("Empty: not known."))
    title = PlainCharField(label=_("Title in Chinese"), max_length=200)
    title_en = PlainCharField(label=_("Title in English"), max_length=200)
    issuer = PlainCharField(label=_("Issued by, in Chinese"), max_length=80)
    issuer_en = PlainCharField(label=_("Issued by, in English"), max_length=120)
    code = PlainCharField(
        label=_("Code"),
        required=False,
        max_length=30,
        help_text=_("As in JZF-1995-18. Empty: made from the number."),
    )
    note = PlainCharField(
        label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def document(self) -> Document:
        """What was filled in, for the service."""
        return Document(**self.cleaned_data)

    def take_errors(self, refused: InputError) -> None:
        """Show what the service found wrong at the field it names."""
        for error in refused.errors:
            self.add_error(error.field if error.field in self.fields else None, error.message)
