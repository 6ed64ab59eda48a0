"""What each event of an employer changes, in words, with the rule that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.acts.models import EmployerChange

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from jilin_si.access.audit import AuditEntry

Kind = EmployerChange.Kind

EFFECTS: dict[str, StrOrPromise] = {
    Kind.SUSPENSION: _(
        "Coverage, employments and bills run on: nothing is waived (COL-6). A deferral is applied for by itself"
        " (REST-6)."
    ),
    Kind.RESUMPTION: _("Production goes on; coverage and bills had never stopped."),
    Kind.CLOSURE: _(
        "Coverage ends with the month before, and every employment with it. The arrears stay, and are paid first from"
        " what is liquidated (REST-2). The workers' accounts are kept and earn interest (REST-7)."
    ),
    Kind.BANKRUPTCY: _(
        "Coverage ends with the month before, and every employment with it. The arrears stay, in the first rank of"
        " the order of payment (REST-3). The workers' accounts are kept and earn interest (REST-7)."
    ),
    Kind.MERGER: _(
        "The people go on with the other employer on the wages approved for them, its lines cover them, and the"
        " retirees' cost goes over. It takes over the arrears (REST-5): from this month on it pays the bills that are"
        " open here, and money of both meets the oldest month of both first. The bills stay where they arose."
    ),
    Kind.SPLIT: _(
        "The people named go on with the new employer on the wages approved for them; the retirees stay. Who pays the"
        " arrears of the months before is agreed between them; both stay liable (REST-5), and the page of each says so."
    ),
    Kind.OWNERSHIP: _(
        "Coverage, employments and arrears stay as they are. The ownership decides the pool (PEN-2a)."
    ),
    Kind.MOVE: _(
        "Coverage and employments end here; the other county takes the employer in with the same lines, people and"
        " wages. The arrears are collected here, where they arose."
    ),
}


def act_words(entry: AuditEntry) -> str:
    """An act of this package as the history tells it; nothing for any other."""
    details: dict[str, Any] = entry.details or {}
    period = str(details.get("first_period", ""))[:7]
    if entry.act == "employer_event":
        word = str(dict(Kind.choices).get(details.get("kind", ""), details.get("kind", "")))
        return gettext("%(event)s from %(period)s: %(people)s people") % {
            "event": word,
            "period": period,
            "people": details.get("people", 0),
        }
    if entry.act == "take_in_employer":
        return gettext("Taken in from another county from %(period)s: %(people)s people") % {
            "period": period,
            "people": details.get("people", 0),
        }
    corrections = {
        "ask_correction": gettext("Correction %(code)s asked for on line by the employer"),
        "take_up_correction": gettext("Correction %(code)s taken up"),
        "withdraw_correction": gettext("Correction %(code)s withdrawn by the employer"),
        "enter_correction": gettext("Correction %(code)s asked for"),
        "approve_correction": gettext("Correction %(code)s approved"),
        "refuse_correction": gettext("Correction %(code)s refused: %(reason)s"),
    }
    if entry.act in corrections:
        return corrections[entry.act] % {"code": details.get("code", ""), "reason": entry.reason}
    return ""
