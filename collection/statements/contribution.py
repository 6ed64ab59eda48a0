"""The employer's contribution statement as a paper: figures to the texts that the template sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from collection.names import line_name, percent_of_ppm
from collection.statements.capitals import capitals
from collection.statements.figures import ContributionFigures, LineFigures, RateFigures
from collection.statements.paper import Issue, frame, grouped_number
from enrollment.models import Ownership
from jilin_si.money import format_yuan, from_fen

_NO_CELLS = [""] * 11


def money(fen: int) -> str:
    return format_yuan(from_fen(fen))


def contribution_paper(figures: ContributionFigures, issue: Issue) -> dict[str, Any]:
    """All texts of the statement in the language active now."""
    several = len(figures.lines) > 1
    kicker = _("Jilin Province social insurance")
    if not several and figures.lines:
        kicker += f" · {line_name(figures.lines[0])}"
    span = _("%(first)s to %(last)s") % {"first": figures.first, "last": figures.last}
    return frame(
        issue,
        title=_("Contribution statement"),
        kicker=kicker,
        running=f"{figures.name} {figures.number} {span}",
        facts=[
            [_("Employer"), figures.name],
            [_("Number"), figures.number],
            [_("Periods"), span],
            [_("Ownership"), str(Ownership(figures.ownership).label)],
            [_("Office"), issue.agency],
            [pgettext("paper", "Issued on"), issue.issued_on.isoformat()],
        ],
    ) | {
        "sums": [
            [_("Due in all (yuan)"), money(figures.due)],
            [_("Paid in all (yuan)"), money(figures.paid)],
            [_("Owed (yuan)"), money(figures.owed)],
            [_("of it workers' part due (yuan)"), money(figures.own_due)],
            *([[_("Arrears taken over (yuan)"), money(figures.taken_owed)]] if figures.taken else []),
        ],
        "capital_label": _("Paid in all (in capitals)"),
        "capital": capitals(from_fen(figures.paid)),
        "months": _months(figures, several),
        "people": _people(figures),
        "taken": _taken(figures),
        "objection": _(
            "If anything is not right, tell the office within 30 days of receipt;"
            " after that the statement counts as checked and right."
        ),
        "seal_left": _("Checked by the employer (seal)"),
        "seal_right": _("The office (seal)"),
        "seal_here": _("Seal here"),
        "sign_left": _("Name                         Date"),
        "sign_right": _("Name %(name)s        %(day)s")
        % {"name": issue.issued_by, "day": issue.issued_on.isoformat()},
    }


# ── by month ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _months(figures: ContributionFigures, several: bool) -> dict[str, Any]:
    heads = [
        _("Period"), _("Line"), _("People"), _("Wages"), _("Retiree cost"), _("Employer part"), _("Workers' part"),
        pgettext("amount", "Due"), pgettext("amount", "Paid"), _("Received"), pgettext("amount", "Owed"),
    ]  # fmt: skip
    widths = [0, 0, 0, 1.15, 1, 1.1, 1, 1.1, 1.1, 0, 1]
    rows: list[dict[str, Any]] = []
    for period in sorted({row.period for row in figures.months}):
        mine = [row for row in figures.months if row.period == period]
        for place, row in enumerate(mine):
            shown = period + ("*" if row.supplements else "") if place == 0 or row.supplements else ""
            if place and row.supplements:
                shown = "*"
            cells = _cells(shown, row, figures)
            rows.append({"kind": "line", "cells": cells, "ends": not several and _fifth(rows)})
        if several and len(mine) > 1:
            rows.append(
                {"kind": "sum", "cells": _sum_cells("", pgettext("month", "Sum"), mine), "ends": True}
            )
        elif several:
            rows[-1]["ends"] = True
    totals = []
    if several:
        for place, line in enumerate(figures.lines):
            mine = [row for row in figures.months if row.line == line]
            totals.append(_sum_cells("" if place else _("By line"), line_name(line), mine))
    totals.append(_sum_cells(_("Total"), "", figures.months))
    kept = [place for place in range(11) if several or place != 1]
    return {
        "title": _("1. By month"),
        "heads": [heads[place] for place in kept],
        "columns": [widths[place] for place in kept],
        "figures_from": 2 if several else 1,
        "rows": [row | {"cells": [row["cells"][place] for place in kept]} for row in rows],
        "totals": [[cells[place] for place in kept] for cells in totals],
        "notes": _month_notes(figures),
    }


def _fifth(rows: Sequence[Any]) -> bool:
    return len(rows) % 5 == 4


def _cells(shown: str, row: LineFigures, figures: ContributionFigures) -> list[str]:
    """A line of a month; what the line of insurance does not know stays empty."""
    has_cost = any(rate.includes_retiree_cost for rate in figures.rates if rate.line == row.line)
    has_own = any(rate.own_ppm for rate in figures.rates if rate.line == row.line)
    return [
        shown,
        line_name(row.line),
        f"{row.workers:,}",
        money(row.wages),
        money(row.retiree_cost) if has_cost else "",
        money(row.unit_due),
        money(row.own_due) if has_own else "",
        money(row.due),
        money(row.paid),
        row.received_on[5:] if row.received_on else "—",
        money(row.owed),
    ]


def _sum_cells(first: str, second: str, rows: Sequence[LineFigures]) -> list[str]:
    return [
        first, second, "", "", "",
        money(sum(row.unit_due for row in rows)),
        money(sum(row.own_due for row in rows)),
        money(sum(row.due for row in rows)),
        money(sum(row.paid for row in rows)),
        "",
        money(sum(row.owed for row in rows)),
    ]  # fmt: skip


def _month_notes(figures: ContributionFigures) -> list[str]:
    notes = [
        _rate_note(rate, figures) for line in figures.lines for rate in figures.rates if rate.line == line
    ]
    recorded: dict[str, set[str]] = {}
    for row in figures.months:
        if row.supplements:
            recorded.setdefault(row.period, set()).update(row.supplements)
    notes += [
        _("* %(period)s: with changes recorded in %(recorded)s.")
        % {"period": period, "recorded": ", ".join(sorted(periods))}
        for period, periods in recorded.items()
    ]
    for row in figures.months:
        if 0 < row.own_owed < row.own_due:
            notes.append(
                _(
                    "%(period)s: of the workers' part %(owed)s is owed; nobody's is counted as paid before all is."
                )
                % {"period": row.period, "owed": money(row.own_owed)}
            )
    notes += [
        _("Of what is owed %(amount)s is paid by %(name)s (%(number)s), which took it over (REST-5).")
        % {"amount": money(other.owed), "name": other.name, "number": other.number}
        for other in figures.handed
    ]
    return notes


def _rate_note(rate: RateFigures, figures: ContributionFigures) -> str:
    whole = rate.first == figures.first or len({r.first for r in figures.rates if r.line == rate.line}) == 1
    span = "" if whole and rate.last >= figures.last else f" ({rate.first}–{rate.last})"
    base = _("wages + retiree cost") if rate.includes_retiree_cost else _("wages")
    if not rate.own_ppm:
        return _("%(line)s%(span)s: employer %(rate)s × %(base)s.") % {
            "line": line_name(rate.line), "span": span, "rate": percent_of_ppm(rate.unit_ppm), "base": base,
        }  # fmt: skip
    return _(
        "%(line)s%(span)s: employer %(rate)s × (%(base)s); workers %(own)s × each one's base, rounded to the fen"
        " for each."
    ) % {
        "line": line_name(rate.line), "span": span, "rate": percent_of_ppm(rate.unit_ppm), "base": base,
        "own": percent_of_ppm(rate.own_ppm),
    }  # fmt: skip


# ── by person ────────────────────────────────────────────────────────────────────────────────────────────────────
def _people(figures: ContributionFigures) -> dict[str, Any]:
    limits = {"floor": _("floor"), "cap": _("ceiling"), "": ""}
    months = len({row.period for row in figures.months})
    rows = [
        [
            grouped_number(person.identity_number),
            person.name,
            limits[person.limit],
            money(person.base),
            money(person.own_monthly),
            money(person.own_paid),
            f"{person.months_credited} / {person.months_due}",
            money(person.credited),
        ]
        for person in figures.people
    ]
    return {
        "title": _("2. By person"),
        "heads": [
            _("No."), _("Social security number"), pgettext("person", "Name"), _("Base"), _("Own part a month"),
            _("Own part paid, %(months)s months") % {"months": months}, _("Credited / due"), _("To the account"),
        ],
        "rows": rows,
        "totals": [
            "",
            _("Total %(people)s people") % {"people": f"{len(rows):,}"},
            "",
            money(sum(person.base for person in figures.people)),
            money(sum(person.own_monthly for person in figures.people)),
            money(sum(person.own_paid for person in figures.people)),
            "",
            money(sum(person.credited for person in figures.people)),
        ],
        "notes": _people_notes(figures),
    }  # fmt: skip


def _people_notes(figures: ContributionFigures) -> list[str]:
    notes = []
    for rate in figures.rates:
        if not rate.own_ppm:
            continue
        span = "" if rate.last >= figures.last else f" ({rate.first}–{rate.last})"
        note = _("Base%(span)s: at least %(floor)s, at most %(cap)s.") % {
            "span": span, "floor": money(rate.floor), "cap": money(rate.cap),
        }  # fmt: skip
        if rate.transfer_ppm or rate.average_part:
            note += " " + _(
                "To the account: own %(own)s + from the employer's part %(transfer)s of the base and %(average)s a"
                " month, each rounded to the fen; a month counts when all of it is paid."
            ) % {
                "own": percent_of_ppm(rate.own_ppm),
                "transfer": percent_of_ppm(rate.transfer_ppm),
                "average": money(rate.average_part),
            }
        notes.append(note)
    if figures.people:
        notes.append(_("Base and own part a month are those of each one's last month in the span."))
    return notes


# ── arrears taken over ───────────────────────────────────────────────────────────────────────────────────────────
def _taken(figures: ContributionFigures) -> dict[str, Any]:
    """What this employer pays for others, a row a month and line; a sum for each where there are several."""
    on = figures.taken[0].on if figures.taken else ""
    rows: list[dict[str, Any]] = []
    others = list(dict.fromkeys((row.number, row.name) for row in figures.taken))
    for number, name in others:
        mine = [row for row in figures.taken if row.number == number]
        for place, row in enumerate(mine):
            shown = "" if place else f"{name} {number}"
            cells = [shown, row.period, line_name(row.line), money(row.principal), money(row.late_fee)]
            rows.append({"kind": "line", "cells": cells, "ends": False})
        if len(others) > 1:
            sums = [sum(row.principal for row in mine), sum(row.late_fee for row in mine)]
            rows.append(
                {"kind": "sum", "cells": ["", pgettext("month", "Sum"), "", *map(money, sums)], "ends": True}
            )
    return {
        "title": _("3. Arrears taken over from other employers, open on %(day)s") % {"day": on},
        "heads": [
            _("Taken over from"), _("Period"), _("Line"), pgettext("amount", "Owed"),
            _("Late fee to %(day)s") % {"day": on},
        ],
        "rows": rows,
        "total": [_("Total"), "", "", money(figures.taken_owed), money(figures.taken_fee)],
        "notes": [
            _(
                "All months that are open, also outside the span; none of it is in the sums of part 1."
                " Taken over by merger, or by agreement at a split (REST-5)."
            )
        ],
    }  # fmt: skip


def file_name(figures: ContributionFigures, issued_on: date) -> str:
    """The file's name without ending: the words of the statement, the employer's number and the span."""
    word = _("Contribution statement")
    joint = "" if (get_language() or "zh").startswith("zh") else " "
    return f"{word}{joint}{figures.number} {figures.first} {figures.last}"
