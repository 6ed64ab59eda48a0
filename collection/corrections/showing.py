"""How a case is shown: where it is and since when, what stood and is to stand in words, its effect in yuan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collection.corrections.effects import PARTICULARS, Effect, effect_of
from collection.corrections.models import Correction
from collection.corrections.particulars import CHOICES
from collection.corrections.services import OPEN
from collection.names import line_name
from enrollment.refusals import Refusal
from enrollment.terms import Terms
from jilin_si.agencies.clock import today
from jilin_si.ledger.services import LedgerError
from jilin_si.money import format_yuan, from_fen
from jilin_si.periods import parse_period
from jilin_si.web.formats import masked_id

About, State = Correction.About, Correction.State
TERM = "correction"  # its row in the parameter desk.service_terms
TONES = {State.ASKED: "act", State.WAITING: "warn", State.APPROVED: "good", State.REFUSED: "bad"}


@dataclass(frozen=True)
class Standing:
    """Where a case is: with whom, since when, for how many days, by which day it is to be done."""

    with_whom: str
    since: date
    days: int
    due_on: date | None
    late: bool
    tone: str


def standing_of(case: Correction, terms: Terms, portal: bool = False) -> Standing:
    """``portal``: as the employer reads it, by the office instead of by its people's names."""
    is_open = case.state in OPEN
    term = terms.of(TERM, case.since)
    return Standing(
        with_whom=_with_whom(case, portal),
        since=(case.entered_on if case.state == State.WAITING else None) or case.decided_on or case.since,
        days=((case.decided_on or today()) - case.since).days,
        due_on=term.due_on if is_open else None,
        late=is_open and term.late,
        tone=TONES.get(State(case.state), ""),
    )


def _with_whom(case: Correction, portal: bool) -> str:
    if case.state == State.ASKED:
        return _("the office: not taken up yet") if portal else _("the clerk, to take up")
    if case.state == State.WAITING:
        return _("the office's reviewer") if portal else _("the reviewer")
    if case.state == State.WITHDRAWN:
        return str(case.requested_by or "—")
    return _("the office") if portal else str(case.decided_by or "—")


def in_words(case: Correction, values: dict[str, Any]) -> str:
    """What stands, or is to stand."""
    if case.about == About.IDENTITY_NUMBER:
        return masked_id(values.get("value", ""))
    if case.about in CHOICES:
        return str(dict(CHOICES[About(case.about)].choices).get(values.get("value", ""), "—"))
    if case.about in PARTICULARS:
        return str(values.get("value") or "—")
    if case.about == About.COVERAGE:
        return _covered(values)
    if case.about == About.TRADE_CLASS:
        steps = values.get("steps") or [[values.get("first_period", ""), values.get("trade_class", "")]]
        return ", ".join(
            _("class %(number)s from %(period)s") % {"number": number, "period": first}
            for first, number in steps
        )
    parts = [
        _retired(values),
        format_yuan(Decimal(values["wage"])) if _is_amount(values.get("wage")) else values.get("wage", ""),
    ]
    if "first_period" in values:
        parts.append(f"{values['first_period']} – {values['last_period'] or _('to now')}")
    return " · ".join(str(part) for part in parts if part) or "—"


def _covered(values: dict[str, Any]) -> str:
    words = {
        "line": line_name(values["line"]),
        "first": values["first_period"],
        "last": values["last_period"] or _("to now"),
    }
    if values["covered"]:
        return _("%(line)s: covered, %(first)s – %(last)s") % words
    return _("%(line)s: not covered, %(first)s – %(last)s") % words


def _is_amount(text: Any) -> bool:
    return bool(text) and " " not in str(text)


def _retired(values: dict[str, Any]) -> str:
    told = values.get("retirees")
    if told is None:
        return ""
    rows = told if isinstance(told, list) else [[told, values.get("cost", "0")]]
    return " / ".join(
        _("%(heads)s, %(cost)s a month")
        % {
            "heads": ngettext("%(count)s retiree", "%(count)s retirees", heads) % {"count": heads},
            "cost": format_yuan(Decimal(str(cost))),
        }
        for heads, cost in rows
    )


def effect_context(case: Correction, portal: bool = False) -> dict[str, Any]:
    """The effect as it would be now, or as the approval wrote it; in yuan.

    An employer is shown what was decided: before that only the office has all it takes to work it out.
    """
    fault, effect = "", Effect()
    if case.state in OPEN and not portal:
        try:
            effect = effect_of(case)
        except Refusal as refusal:
            fault = refusal.message
        except LedgerError as error:
            fault = str(error)
        told = [(d.period, d.line, d.own, d.unit, d.credit) for d in effect.differences]
    else:
        told = [(parse_period(d["period"]), d["line"], d["own"], d["unit"], d["credit"]) for d in case.effect]
    rows = [
        {
            "period": period,
            "line": line_name(line),
            "own": from_fen(own),
            "unit": from_fen(unit),
            "sum": from_fen(own + unit),
        }
        for period, line, own, unit, _credit in told
    ]
    return {
        "rows": rows,
        "own_sum": from_fen(sum(row[2] for row in told)),
        "unit_sum": from_fen(sum(row[3] for row in told)),
        "sum": from_fen(sum(row[2] + row[3] for row in told)),
        "credit": from_fen(sum(row[4] for row in told)),
        "open_months": [p for p in effect.changed if p not in {row["period"] for row in rows}],
        "fault": fault,
        "particulars": case.about in PARTICULARS,
        "effect_known": case.state == State.APPROVED,
    }
