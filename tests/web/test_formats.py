"""Figures, dates and numbers are shown one way everywhere, and what people type is read kindly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from jilin_si.money import MoneyFormField
from jilin_si.periods import month
from jilin_si.web.formats import has_hidden_characters, masked_id, percent, plain_text, rate_class, wan
from jilin_si.web.forms import DayField, OfficeForm, PeriodField, PlainCharField, check_field


@pytest.mark.parametrize(
    ("yuan", "shown"),
    [("17500000", "1,750.00"), ("49.99", "0.00"), ("50", "0.01"), ("-1234567.89", "−123.46"), ("0", "0.00")],
)
def test_ten_thousands_are_rounded_from_the_unrounded_yuan(yuan: str, shown: str) -> None:
    assert wan(Decimal(yuan)) == shown


def test_nothing_is_a_dash_and_zero_is_zero() -> None:
    assert (wan(None), percent(None), percent(Decimal(0))) == ("—", "—", "0.0%")


@pytest.mark.parametrize(
    ("rate", "name"),
    [
        (None, "r0"),
        ("59.99", "r1"),
        ("60", "r2"),
        ("80", "r3"),
        ("94.99", "r3"),
        ("95", "r4"),
        ("100", "r5"),
        ("100.39", "r5"),
    ],
)
def test_a_rate_belongs_to_one_named_class(rate: str | None, name: str) -> None:
    assert rate_class(None if rate is None else Decimal(rate)) == name


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("220104550815001", "220104******001"),
        ("22010419550815001X", "220104********001X"),
        ("", "—"),
        ("123", "123"),
    ],
)
def test_a_persons_number_is_masked_where_it_is_read(number: str, shown: str) -> None:
    assert masked_id(number) == shown


def test_filters_in_a_template() -> None:
    shown = Template(
        "{{ a|money }} {{ a|wan }} {{ p|percent:2 }} {{ c|signed }} {{ m|period }} {{ d|day }} {{ d|short_day }} {{ n|minus }}"
    )
    context = {
        "a": Decimal("-1234.5"),
        "p": Decimal("88.98"),
        "c": Decimal("4.1"),
        "m": month(1996, 3),
        "d": date(1996, 3, 14),
        "n": -3,
    }
    assert shown.render(Context(context)) == "−1,234.50 −0.12 88.98% +4.1% 1996-03 1996-03-14 03-14 −3"


def test_full_width_is_made_plain_and_dots_in_names_become_one() -> None:
    assert plain_text("　２２０１８１Ｘ ") == "220181X"
    assert plain_text("买买提•江") == plain_text("买买提・江") == "买买提·江"


@pytest.mark.parametrize("text", ["a\u202eb", "a\u200db", "a\u0000b", "\ufeffa"])
def test_hidden_characters_are_seen(text: str) -> None:
    assert has_hidden_characters(text)
    assert not has_hidden_characters("王小明 𠮷㛃")


@pytest.mark.parametrize("typed", ["1996-03", "1996.3", "1996/3", "1996年3月", "１９９６－０３", "199603"])
def test_a_month_is_read_in_the_ways_people_write_it(typed: str) -> None:
    assert PeriodField().clean(typed) == month(1996, 3)


@pytest.mark.parametrize("typed", ["199613", "1996-13", "96-3", "1996-3-1", "三月", "1996-00"])
def test_a_wrong_month_is_refused_with_its_form(typed: str) -> None:
    with pytest.raises(forms.ValidationError) as error:
        PeriodField().clean(typed)
    assert "1996-03" in str(error.value)


@pytest.mark.parametrize(
    "typed", ["1996-03-05", "1996.3.5", "1996/3/5", "1996年3月5日", "19960305", "１９９６－３－５"]
)
def test_a_day_is_read_in_the_ways_people_write_it(typed: str) -> None:
    assert DayField().clean(typed) == date(1996, 3, 5)


@pytest.mark.parametrize("typed", ["1900-02-29", "0000-00-00", "68-3-1", "45000", "民国85年", "1996-3"])
def test_a_day_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        DayField().clean(typed)


class SampleForm(OfficeForm):
    name = PlainCharField(max_length=8)
    wage = MoneyFormField()


def test_the_check_on_leaving_is_the_check_on_saving() -> None:
    with translation.override("en"):
        good = check_field(SampleForm({"name": "ｗｕ", "wage": "１，２３４．５"}), "wage")
        assert good.content == b'{"field": "wage", "errors": [], "value": "1,234.50"}'
        wrong = check_field(SampleForm({"name": "", "wage": "1e3"}), "wage")
        assert "is not an amount" in wrong.content.decode()
        assert check_field(SampleForm({}), "nothing").status_code == 400


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "-Infinity", "1e400", "1e3", "0.005", "—", "1" * 60])
def test_what_is_no_amount_is_an_error_never_a_crash(typed: str) -> None:
    form = SampleForm({"name": "x", "wage": typed})
    assert not form.is_valid()
    assert "wage" in form.errors
