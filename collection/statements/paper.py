"""What every paper of the office has: number, check code and QR, head and foot; and how figures stand on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collection.statements.pdf import qr_svg


@dataclass(frozen=True)
class Issue:
    """Who issued a paper, when, under which number and check code."""

    number: str
    code: str
    issued_on: date
    agency: str
    issued_by: str = ""


@dataclass(frozen=True)
class File:
    """A file ready to be sent."""

    name: str
    body: bytes
    content_type: str


def check_address(code: str) -> str:
    """The public page on which anybody may have a statement confirmed."""
    return f"{settings.PUBLIC_ADDRESS.rstrip('/')}{reverse('check:statement', args=[code])}"


def frame(
    issue: Issue, *, title: str, kicker: str, running: str, facts: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """The head and foot of a paper in the language active now."""
    chinese = (get_language() or "zh").startswith("zh")
    return {
        "lang": "zh" if chinese else "en",
        "spaced": 1 if chinese else 0,
        "document_title": f"{title} {issue.number}",
        "title": title,
        "kicker": kicker,
        "agency": issue.agency,
        "running": f"{title}  {running}",
        "unit_of_money": _("Amounts in yuan"),
        "foot": _("%(number)s  code %(code)s") % {"number": issue.number, "code": issue.code}
        if issue.code
        else issue.number,
        "page_of": _("Page {page} of {pages}"),
        "facts": facts,
        "qr": qr_svg(check_address(issue.code)) if issue.code else "",
        "check": _("Scan, or give the code, to check this paper"),
    }


def grouped_number(number: str) -> str:
    """An identity number in groups: area, birth date, sequence."""
    born = 14 if len(number) == 18 else 12
    return " ".join(part for part in (number[:6], number[6:born], number[born:]) if part)
