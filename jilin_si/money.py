"""Fen and yuan (分与元): money is a whole number of fen in the database and a ``Decimal`` of yuan in Python.

No float ever touches money. Every booked amount is rounded half up to the fen once, at the end of its own formula
(rule GEN-1); where one total is split, the last part takes the remainder (rule GEN-2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
MINUS = "\u2212"
MAX_FEN = 2**63 - 1

_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_ERRORS = {
    "not_a_number": _(
        "“%(given)s” is not an amount. Write yuan with at most two decimals, for example 1,234.50."
    ),
    "too_precise": _("“%(given)s” has more than two decimals. An amount ends at the fen."),
    "too_large": _("“%(given)s” is larger than any amount this system can hold."),
    "float": _("An amount was handed over as a binary float, which cannot hold fen exactly."),
}


class MoneyError(ValueError):
    """A text or number that is not an amount in yuan; ``code`` says why (a key of the messages above)."""

    def __init__(self, code: str, given: object) -> None:
        self.code = code
        self.given = given
        super().__init__(str(_ERRORS[code]) % {"given": given})

    @property
    def message(self) -> str:
        """The message in the language active now."""
        return str(_ERRORS[self.code]) % {"given": self.given}


def round_fen(amount: Decimal) -> Decimal:
    """Round yuan half up (away from zero) to the fen: rule GEN-1, mode FEN_HALF_UP."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def to_fen(amount: Decimal | int) -> int:
    """Turn yuan into whole fen. Raises MoneyError where fen would be lost, for floats, NaN and infinities."""
    if isinstance(amount, float):
        raise MoneyError("float", amount)
    value = Decimal(amount)
    if not value.is_finite():
        raise MoneyError("not_a_number", amount)
    fen = value * 100
    if fen != fen.to_integral_value():
        raise MoneyError("too_precise", amount)
    if abs(fen) > MAX_FEN:
        raise MoneyError("too_large", amount)
    return int(fen)


def from_fen(fen: int) -> Decimal:
    """Turn whole fen into yuan with exactly two decimals."""
    return Decimal(int(fen)).scaleb(-2).quantize(FEN)


def parse_yuan(text: object) -> Decimal:
    """Read an amount as people type it: full-width digits, thousands separators and blanks are accepted.

    Returns yuan with two decimals. Raises MoneyError (``not_a_number``, ``too_precise``, ``too_large``); an amount
    with more than two decimals is refused, never rounded.
    """
    if isinstance(text, float):
        raise MoneyError("float", text)
    plain = unicodedata.normalize("NFKC", str(text)).strip()
    plain = plain.replace(" ", "").replace(MINUS, "-").removeprefix("¥").removesuffix("元")
    if "," in plain and not _THOUSANDS.fullmatch(plain):  # 4,50 is no 450
        raise MoneyError("not_a_number", text)
    plain = plain.replace(",", "")
    digits = plain.removeprefix("-")
    if not digits or len(digits) > 40 or not all(c in "0123456789." for c in digits):
        raise MoneyError("not_a_number", text)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise MoneyError("not_a_number", text) from None
    return from_fen(to_fen(value))


def format_yuan(amount: Decimal | None) -> str:
    """Show yuan as ``1,234,567.89`` with a true minus sign; nothing is an em dash."""
    if amount is None:
        return "—"
    shown = f"{abs(round_fen(amount)):,.2f}"
    return f"{MINUS}{shown}" if round_fen(amount) < 0 else shown


def split_last_takes_rest(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split ``total`` (yuan) in proportion to ``weights``; the last part takes the remainder (rule GEN-2)."""
    whole = sum(weights, Decimal(0))
    parts = [round_fen(total * weight / whole) for weight in weights[:-1]]
    return [*parts, round_fen(total - sum(parts, Decimal(0)))]


class MoneyFormField(forms.CharField):
    """A form field for yuan that reads what people type and answers with a clear message."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        # the length is that of the text typed (``parse_yuan`` refuses a longer one), not of the amount it became
        self.validators = [v for v in self.validators if not isinstance(v, MaxLengthValidator)]

    def to_python(self, value: object) -> Any:
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            return parse_yuan(text)
        except MoneyError as error:
            raise ValidationError(error.message, code=error.code) from error

    def prepare_value(self, value: object) -> object:
        return format_yuan(value) if isinstance(value, Decimal) else value


class MoneyField(models.BigIntegerField):
    """Yuan in Python (``Decimal``), fen in the database (``bigint``)."""

    description = _("An amount in yuan, kept in fen")

    if TYPE_CHECKING:  # what a model's attribute takes and gives
        _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
        _pyi_private_get_type: Decimal  # type: ignore[assignment]
        _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Decimal | None:
        return None if value is None else from_fen(value)

    def to_python(self, value: object) -> Any:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return parse_yuan(value)
        except MoneyError as error:
            raise ValidationError(error.message, code=error.code) from error

    def get_prep_value(self, value: object) -> int | None:
        if value is None:
            return None
        if isinstance(value, str):
            value = parse_yuan(value)
        if not isinstance(value, Decimal | int):
            raise MoneyError("float" if isinstance(value, float) else "not_a_number", value)
        return to_fen(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def formfield(self, **kwargs: Any) -> Any:
        return MoneyFormField(
            required=not self.blank,
            label=kwargs.get("label", self.verbose_name),
            help_text=self.help_text,
        )

    @property
    def validators(self) -> list[Any]:  # type: ignore[override]
        """BigIntegerField's range validators compare fen with yuan; the range is checked in ``to_fen``."""
        return list(self._validators)  # type: ignore[attr-defined]
