"""The forms of collection: filters of lists, money at the counter, a bank's file, whose money it is, a statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collection.bank_files import MOST_BYTES
from collection.lines import all_lines
from collection.selectors import receipts
from enrollment.models import Employer, Ownership
from jilin_si.agencies.models import Agency
from jilin_si.money import MoneyFormField
from jilin_si.web.forms import DayField, OfficeForm, PeriodField, PlainCharField

ANY = ("", _("All"))


def line_choices() -> list[tuple[str, Any]]:
    return [ANY, *((line.line, line.name) for line in all_lines())]


def unit_choices(unit_ids: Iterable[int]) -> list[tuple[int, str]]:
    """The units that a user sees, by area code."""
    return [
        (unit.pk, f"{unit.code} {unit.unit_name}") for unit in Agency.objects.filter(pk__in=list(unit_ids))
    ]


class FilterForm(OfficeForm):
    """A list's filter. What cannot be read is left out; ``unit`` is asked only where there are several."""

    unit = forms.TypedChoiceField(label=pgettext_lazy("place", "Unit"), coerce=int, required=False)

    def __init__(self, *args: Any, units: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = unit_choices(units)
        if len(choices) > 1:
            self.fields["unit"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["unit"]
        self.only_unit = choices[0][0] if choices else 0

    def show(self, **values: Any) -> None:
        """Show what the list is of where the address does not say it."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        for name, value in values.items():
            if not data.get(name) and name in self.fields:
                data[name] = self.fields[name].prepare_value(value)
        self.data = data

    def read(self, name: str, otherwise: Any = "") -> Any:
        """A field's value where it could be read."""
        self.is_valid()
        return self.cleaned_data.get(name) or otherwise

    @property
    def unit_id(self) -> int:
        return int(self.read("unit", self.only_unit))


class MonthFilter(FilterForm):
    period = PeriodField(label=_("Period"), required=False)
    line = forms.ChoiceField(label=_("Line"), choices=line_choices, required=False)
    ownership = forms.ChoiceField(label=_("Ownership"), choices=[ANY, *Ownership.choices], required=False)
    state = forms.ChoiceField(
        label=_("Payment"),
        choices=[ANY, ("unpaid", _("Not paid")), ("partly_paid", _("Partly paid")), ("paid", _("Paid"))],
        required=False,
    )
    q = PlainCharField(label=_("Number or name"), required=False, max_length=60)


class ArrearsFilter(FilterForm):
    line = forms.ChoiceField(label=_("Line"), choices=line_choices, required=False)
    ownership = forms.ChoiceField(label=_("Ownership"), choices=[ANY, *Ownership.choices], required=False)
    q = PlainCharField(label=_("Number or name"), required=False, max_length=60)


class ReceiptFilter(FilterForm):
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ANY,
            (receipts.UNMATCHED, _("Employer not known")),
            (receipts.WAITING, _("Waiting for the settlement")),
            (receipts.TAKEN, _("In the books")),
            (receipts.RETURNED, _("Gone back")),
        ],
        required=False,
    )
    first = DayField(label=_("From day"), required=False)
    last = DayField(label=_("To day"), required=False)
    q = PlainCharField(label=_("Payer, employer or serial number"), required=False, max_length=60)


class VoucherFilter(FilterForm):
    period = PeriodField(label=_("Period"), required=False)
    fund = forms.ChoiceField(label=_("Fund"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fund"].choices = [ANY, *((line.fund, line.name) for line in all_lines())]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [ANY, *kinds]  # type: ignore[attr-defined]


class EmployerField(PlainCharField):
    """An employer of the scope by registration number or exact name."""

    default_error_messages = {
        "unknown": _("No employer of this number or name is registered here."),
        "several": _("Several employers have this name: give the registration number."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        text = text.split()[0] if text[:1].isdigit() else text
        found = list(Employer.objects.filter(number=text)[:1]) or list(Employer.objects.filter(name=text)[:2])
        if len(found) != 1:
            code = "several" if found else "unknown"
            raise ValidationError(self.error_messages[code], code=code)
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return f"{value.number} {value.name}" if isinstance(value, Employer) else value


class ReceiptForm(OfficeForm):
    """Money taken at the counter, or told by the bank on paper."""

    employer = EmployerField(
        label=_("Employer"), help_text=_("Registration number, like 220181-0417, or full name")
    )
    amount = MoneyFormField(label=_("Amount"))
    received_on = DayField(label=_("Received on"))
    bank = PlainCharField(label=_("Bank or counter"), max_length=100)
    serial = PlainCharField(label=_("Receipt or serial number"), max_length=60)
    line = forms.ChoiceField(
        label=_("For"),
        choices=lambda: [("", _("all lines, by what is open")), *line_choices()[1:]],
        required=False,
        help_text=_("Only where the payer names a line"),
    )
    remark = PlainCharField(label=_("Remark"), max_length=200, required=False)


class MatchForm(OfficeForm):
    """Whose money a bank line is."""

    employer = EmployerField(
        label=_("Employer"), help_text=_("Registration number, like 220181-0417, or full name")
    )
    line = forms.ChoiceField(
        label=_("For"),
        choices=lambda: [("", _("all lines, by what is open")), *line_choices()[1:]],
        required=False,
    )


class ReturnForm(OfficeForm):
    """Money that went back to its payer."""

    reason = PlainCharField(label=_("Why"), max_length=200)


class BankFileForm(OfficeForm):
    """A bank's file, for its preview."""

    unit = forms.TypedChoiceField(label=pgettext_lazy("place", "Unit"), coerce=int)
    file = forms.FileField(
        label=_("File"),
        help_text=_("Account statement (CSV) or results of entrusted collection (text), up to 5 MB"),
    )
    bank = PlainCharField(
        label=pgettext_lazy("payment", "Bank"),
        max_length=100,
        required=False,
        help_text=_("Only where the file does not say it"),
    )

    def __init__(self, *args: Any, units: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices(units)  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(
                _("The file has more than %(most)s MB.") % {"most": MOST_BYTES // 1024 // 1024}
            )
        return file


class StatementForm(OfficeForm):
    """A contribution statement: months, format and language."""

    first = PeriodField(label=_("From"))
    last = PeriodField(label=_("To"))
    format = forms.ChoiceField(
        label=_("Format"), choices=[("pdf", _("PDF (for the seal)")), ("xlsx", "Excel")]
    )
    language = forms.ChoiceField(label=_("Text"), choices=[("zh-hans", "中文"), ("en", "English")])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last month is before the first."))
        return given
