"""The words of collection that several pages share."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from collection.lines import all_lines

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def line_name(line: str) -> str:
    """A line's name in the language of the page; its code where no app registered it."""
    return next((str(known.name) for known in all_lines() if known.line == line), line)


def line_order() -> dict[str, int]:
    """The place of each line in lists: the fixed order in which money is split over them."""
    return {known.line: place for place, known in enumerate(all_lines())}


def lines_in_order(lines: set[str]) -> list[str]:
    """Line codes in the fixed order; unknown ones last."""
    order = line_order()
    return sorted(lines, key=lambda line: (order.get(line, len(order)), line))


def percent_of_ppm(ppm: int) -> str:
    """A rate in parts per million as a percentage without idle zeros: ``21.5%``."""
    shown = f"{Decimal(ppm) / 10_000:f}"
    return f"{shown.rstrip('0').rstrip('.') if '.' in shown else shown}%"


_KINDS: dict[str, StrOrPromise] = {
    "assessed": _("Contributions due (memorandum)"),
    "received": _("Contributions received"),
    "suspense_applied": _("Suspense applied to dues"),
    "credited": _("Credited to individual accounts"),
    "credit_note": _("Dues taken back"),
    "funding": _("Moved to the expenditure account"),
}


def register_journal_kinds(kinds: Mapping[str, StrOrPromise]) -> None:
    """Words for kinds of vouchers that upper floors book (called from an app's ``ready``)."""
    _KINDS.update(kinds)


def journal_kind(kind: str) -> str:
    """What a voucher is about; the bare kind where nobody named it."""
    return str(_KINDS.get(kind, kind.replace("_", " ")))


def journal_kinds() -> list[tuple[str, StrOrPromise]]:
    """Every named kind, for filters."""
    return list(_KINDS.items())
