"""How figures, dates and numbers are shown, for every template (a builtin: no ``{% load %}`` needed)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from jilin_si.money import MINUS, format_yuan
from jilin_si.periods import format_period
from jilin_si.web import formats, states, traces

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """Yuan as ``1,234.50``; nothing is an em dash, zero is 0.00."""
    return format_yuan(amount) if isinstance(amount, Decimal | int | None) else str(amount)


@register.filter
def wan(amount: Decimal | None) -> str:
    """Yuan as ten thousands with two decimals (万元), converted here from the unrounded yuan."""
    return formats.wan(amount)


@register.filter
def percent(value: Decimal | int | None, decimals: int = 1) -> str:
    """A percentage as the calculators give it: ``67.4%``; a headline rate may show 2 decimals."""
    return formats.percent(value, decimals)


@register.filter
def signed(value: Decimal | int | None, decimals: int = 1) -> str:
    """A change in percent with its sign: ``+4.1%``, ``−61.4%``."""
    shown = formats.percent(value, decimals)
    return shown if value is None or shown.startswith(MINUS) else f"+{shown}"


@register.filter
def count(value: int | None) -> str:
    """A count of people or things: ``2,051,306``."""
    return "—" if value is None else minus(f"{value:,d}")


@register.filter
def minus(value: object) -> str:
    """The same text with a true minus sign."""
    return str(value).replace("-", MINUS, 1) if str(value).startswith("-") else str(value)


@register.filter
def period(value: date | None) -> str:
    """``1996-03``."""
    return format_period(value) if value else "—"


@register.filter
def day(value: date | None) -> str:
    """``1996-03-14``."""
    return value.strftime("%Y-%m-%d") if value else "—"


@register.filter
def short_day(value: date | None) -> str:
    """``03-14``, where the year is clear from what stands around it."""
    return value.strftime("%m-%d") if value else "—"  # a template gives "" for what is not there


@register.filter
def clock(value: datetime | None) -> str:
    """``09:42``."""
    return timezone.localtime(value).strftime("%H:%M") if value else "—"


@register.filter
def masked_id(number: str | None) -> str:
    """An identity number where it is only read: ``220104******001``."""
    return formats.masked_id(number)


@register.filter
def rate_class(value: Decimal | int | None) -> str:
    """The class of a remittance rate in percent: r1 … r5, r0 where there is no plan."""
    return formats.rate_class(value)


@register.filter
def bounded(value: Decimal | int | str | None) -> str:
    """A percentage held between 0 and 100, for the length of a bar."""
    number = Decimal(str(value or 0))
    held = max(Decimal(0), min(Decimal(100), number)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{held:f}"


@register.filter
def share_of(done: int | str, total: int | str) -> str:
    """``done`` of ``total`` in whole percent, for the length of a bar."""
    whole = int(total or 0)
    return str(int(done or 0) * 100 // whole) if whole else "0"


@register.filter
def state_word(value: object) -> str:
    return str(states.word_and_tone(value)[0])


@register.filter
def state_tone(value: object) -> str:
    return states.word_and_tone(value)[1]


@register.filter
def times(value: int | str, factor: int) -> int:
    """A whole number times another: positions in a drawing."""
    return int(value) * factor


@register.filter
def many(value: int | str) -> range:
    """``0 … n - 1``, to repeat something n times."""
    return range(int(value))


@register.filter
def key_shortcut(key: str) -> str:
    """A key as printed on its button, as assistive technology reads it: ``Ctrl Enter`` is ``Control+Enter``."""
    return key.replace("Ctrl", "Control").replace(" ", "+")


@register.filter
def html_language(code: str) -> str:
    """The language as HTML names it: zh-Hans."""
    return {"zh-hans": "zh-Hans"}.get(code, code)


@register.simple_tag
def trace_url(kind: str, key: object) -> str:
    """The address of a figure's explanation: ``{% trace_url 'bill_unit' bill.pk as why %}``."""
    return traces.trace_url(kind, key)


@register.simple_tag
def url_or_nothing(name: str, *args: object) -> str:
    """The address of a page, or nothing where no app brings it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def in_chinese() -> bool:
    return (get_language() or settings.LANGUAGE_CODE).startswith("zh")


@register.simple_tag
def field_input(field: BoundField, **attrs: Any) -> SafeString:
    """The input of a form field, told to assistive technology: whether it is wrong, which lines describe it."""
    told = {name.replace("_", "-"): value for name, value in attrs.items() if value not in ("", None)}
    described = [f"{field.auto_id}_fault"]
    if field.help_text:
        described.append(f"{field.auto_id}_hint")
    told["aria-describedby"] = " ".join(described)
    if field.errors:
        told["aria-invalid"] = "true"
    return field.as_widget(attrs=told)


@register.filter
def widget_kind(field: BoundField) -> str:
    """The kind of a field's widget, in small letters: textinput, select, checkboxinput, radioselect…"""
    return type(field.field.widget).__name__.lower()
