"""What collection shows on the registry's pages: a worker's months and account, an employer's months and arrears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collection.account_moves import Move
from collection.lines import all_lines
from collection.names import line_name
from collection.selectors import accounts, bills, people
from collection.selectors.claims import claim_of
from collection.selectors.people import PersonMonth
from collection.selectors.takeovers import takeovers_of
from collection.statements.transfer import form_title
from collection.supplements.selectors import rests
from collection.transfer_sheets import transfer_sheet
from enrollment.models import Employer, Transfer, Worker
from enrollment.selectors.people import deemed_of
from jilin_si.access.scope import current
from jilin_si.agencies.clock import today
from jilin_si.agencies.models import Agency
from jilin_si.money import ZERO, format_yuan, from_fen
from jilin_si.periods import format_period, year_periods
from jilin_si.web.panels import register_panel
from jilin_si.web.traces import trace_url

SHOWN_YEARS = 6
_MARKS = {people.CREDITED: "p", people.CREDITED_LATE: "l", people.OWED: "o", people.NOT_DUE: "d"}


def register_panels() -> None:
    """Add the panels (called when the app starts)."""
    register_panel("worker", 10, months_strip)
    register_panel("worker", 10, account_panel, column="side")
    register_panel("worker", 10, owed_tag, column="tags")
    register_panel("worker", 10, months_fact, column="facts")
    register_panel("worker", 10, statement_action, column="actions")
    register_panel("worker", 20, moved_panel, column="side")
    register_panel("transfer", 10, transfer_account)
    register_panel("transfer", 10, transfer_paper_action, column="actions")
    register_panel("employer", 10, employer_months, column="main")
    register_panel("employer", 12, takeovers_panel, column="main")
    register_panel("employer", 14, claim_panel, column="main")


# ── a worker ─────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Cell:
    """A month of the strip: sign and mark, what it says aloud, and where it explains itself."""

    sign: str
    mark: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class StripYear:
    """A year of the strip with its figures at the end of the row."""

    year: int
    months: Sequence[Cell]
    cells: Sequence[str] = field(default_factory=tuple)


def _words(state: str) -> str:
    return {
        people.CREDITED: _("credited"),
        people.CREDITED_LATE: _("credited after a late payment"),
        people.OWED: _("owed, not credited"),
        people.NOT_DUE: _("not due yet"),
    }.get(state, "")


def _sign(state: str) -> str:
    return {
        people.CREDITED: "✓",
        people.CREDITED_LATE: pgettext("month paid late", "L"),
        people.OWED: pgettext("month owed", "!"),
        people.NOT_DUE: "·",
    }.get(state, "")


def _worker_facts(request: HttpRequest, worker: Worker) -> tuple[list[PersonMonth], accounts.Account]:
    """The months and the account of a worker, read once a page however many panels ask."""
    kept: dict[int, Any] = request.__dict__.setdefault("collection_worker_facts", {})
    if worker.pk not in kept:
        year = today().year
        account = accounts.account_of(worker.pk, year)
        first = min([year - SHOWN_YEARS + 1, *(row.fee_year for row in account.years)])
        years = range(max(first, year - SHOWN_YEARS + 1), year + 1)
        kept[worker.pk] = (people.worker_months(worker.pk, list(years)), account)
    found: tuple[list[PersonMonth], accounts.Account] = kept[worker.pk]
    return found


def months_strip(request: HttpRequest, worker: Worker) -> str | None:
    """The months of a worker in the line with workers' parts: ✓ 补 欠 ·, each leading to why."""
    months, account = _worker_facts(request, worker)
    taken_over = {row.fee_year: row for row in account.years if row.taken_over}
    lines = {month.line for month in months if month.state != people.NOT_INSURED}
    if not lines and not taken_over:
        return None
    line = next((known.line for known in all_lines() if known.line in lines), None)
    mine = {month.period: month for month in months if month.line == line}
    on = today()
    shown = sorted({period.year for period in mine} | set(taken_over) | {on.year})[-SHOWN_YEARS:]
    owed = [month for month in mine.values() if month.state == people.OWED]
    context = {
        "title": _("Months of %(line)s") % {"line": line_name(line) if line else ""},
        "heads": [_("Base"), _("Due / credited"), _("Own part paid")],
        "years": [_year(year, mine, taken_over.get(year), on) for year in shown],
        "owed": _owed_text(owed),
        "arrears_url": reverse("collection:employer_bills", args=[owed[-1].employer_id]) if owed else "",
    }
    return render_to_string("collection/_months.html", context, request)


def _year(year: int, months: dict[date, PersonMonth], taken_over: Any, on: date) -> StripYear:
    cells, mine = [], []
    for period in year_periods(year):
        month = months.get(period)
        if month is None or month.state == people.NOT_INSURED:
            cells.append(Cell("", "n"))
            continue
        mine.append(month)
        label = f"{format_period(period)} {_words(month.state)}"
        kind = "person_credit" if month.unit else "person_own"
        cells.append(Cell(_sign(month.state), _MARKS[month.state], label, trace_url(kind, month.trace_key)))
    if not mine and taken_over is not None:
        return StripYear(
            year, cells, ("", f"{taken_over.months_due} / {taken_over.months_credited}", _("taken over"))
        )
    due = [month for month in mine if month.is_due]
    credited = [month for month in mine if month.is_credited]
    own = sum((month.own for month in credited), ZERO)
    base = format_yuan(mine[-1].base) if mine else ""
    return StripYear(
        year, cells, (base, f"{len(due)} / {len(credited)}", format_yuan(own)) if mine else ("", "", "")
    )


def _owed_text(owed: list[PersonMonth]) -> str:
    if not owed:
        return ""
    amount = format_yuan(sum((month.credit for month in owed), ZERO))
    months = ", ".join(format_period(month.period) for month in owed[-3:])
    return _(
        "%(months)s: not paid in full by the employer, so %(amount)s is not in the account yet; it counts in the month"
        " in which the rest is paid."
    ) % {"months": months if len(owed) <= 3 else f"… {months}", "amount": amount}


def account_panel(request: HttpRequest, worker: Worker) -> str | None:
    """The account: balance, the year's movements, the years before."""
    _months, account = _worker_facts(request, worker)
    if not account.years and not account.credits:
        return None
    context = {"account": account, "on": today(), "more": reverse("collection:account", args=[worker.pk])}
    return render_to_string("collection/_account.html", context, request)


def owed_tag(request: HttpRequest, worker: Worker) -> str | None:
    """A tag in the head where a month is owed."""
    months, _account = _worker_facts(request, worker)
    owed = [month for month in months if month.state == people.OWED]
    if not owed:
        return None
    if len(owed) == 1:
        text = _("%(period)s not credited") % {"period": format_period(owed[0].period)}
    else:
        text = _("%(count)s months not credited") % {"count": len(owed)}
    return format_html('<span class="st bad">{}</span>', text)


def months_fact(request: HttpRequest, worker: Worker) -> str | None:
    """Contribution months to date: those of closed years, and what counted this year."""
    _months, account = _worker_facts(request, worker)
    before = next((row for row in reversed(account.years) if row.fee_year < account.year), None)
    actual = account.closed.total_months if account.closed else (before.total_months if before else 0) + (
        account.months_credited
    )  # fmt: skip
    if not actual:
        return None
    whole = actual + deemed_of(worker).months
    together = _("%(years)s years %(months)s months") % {"years": whole // 12, "months": whole % 12}
    return format_html(
        '<div class="kpi"><span>{}</span>{} <small class="inline">{}</small></div>',
        _("Contribution months"),
        _("%(count)s months") % {"count": actual},
        _("with deemed ones %(together)s") % {"together": together},
    )


def statement_action(request: HttpRequest, worker: Worker) -> str | None:
    """The yearly statement, from the account's page."""
    _months, account = _worker_facts(request, worker)
    if not account.years and not account.credits:
        return None
    return format_html(
        '<a class="btn" href="{}"><i class="ti ti-printer" aria-hidden="true"></i>{}</a>',
        reverse("collection:account", args=[worker.pk]),
        _("Account statement"),
    )


def moved_panel(request: HttpRequest, worker: Worker) -> str | None:
    """Where the account went, each move with its case, and what came after it and is still here."""
    _months, account = _worker_facts(request, worker)
    if not account.moves:
        return None
    sent_from = {move.county_id for move in account.moves} & set(current().units)
    context = {
        "moves": shown_moves(account.moves),
        "rests": [rest for unit in sorted(sent_from) for rest in rests(unit, of_person=worker.pk)],
    }
    return render_to_string("collection/_account_moves.html", context, request)


def shown_moves(moves: Sequence[Move]) -> list[tuple[Move, str, str]]:
    """Moves with the names of both units; out of the province the second is none."""
    names = {agency.pk: agency.unit_name for agency in Agency.objects.units()}
    return [(move, names.get(move.county_id, ""), names.get(move.to_county_id or 0, "")) for move in moves]


def transfer_account(request: HttpRequest, transfer: Transfer) -> str:
    """What of the account goes along with a transfer."""
    sheet = transfer_sheet(transfer.pk)
    parts = (
        (_("Opening balance"), sheet.opening),
        (_("Credited in the year"), sheet.credited),
        (_("Interest to the end of %(period)s") % {"period": sheet.sent_in}, sheet.interest),
    )
    context = {
        "rows": [
            (label, from_fen(own), from_fen(unit), from_fen(own + unit)) for label, (own, unit) in parts
        ],
        "own": from_fen(sheet.own),
        "unit": from_fen(sheet.unit),
        "total": from_fen(sheet.own + sheet.unit),
        "sheet": sheet,
        "years": [(year, from_fen(base), due, counted) for year, base, due, counted in sheet.years],
        "late": [(month, from_fen(month.own), from_fen(month.unit)) for month in sheet.late],
    }
    return render_to_string("collection/_transfer_account.html", context, request)


def transfer_paper_action(request: HttpRequest, transfer: Transfer) -> str:
    """The transfer form, printed by either unit."""
    return format_html(
        '<a class="btn" href="{}"><i class="ti ti-printer" aria-hidden="true"></i>{}</a>',
        reverse("collection:transfer_form", args=[transfer.pk]),
        form_title(transfer),
    )


# ── an employer ──────────────────────────────────────────────────────────────────────────────────────────────────
def employer_months(request: HttpRequest, employer: Employer) -> str | None:
    """The months of the newest year with their state, and what is owed today."""
    years = bills.bill_years(employer.pk)
    if not years:
        return None
    months = bills.employer_year(employer.pk, years[0])
    sums = bills.Sums.of(months)
    context = {
        "employer": employer,
        "year": years[0],
        "months": list(reversed(months)),
        "sums": sums,
        "owed_now": bills.owed_now(employer.pk),
        "period": months[-1].period,
        "estimated": people.is_estimated(employer.pk, employer.county_id, months[-1].period),
    }
    return render_to_string("collection/_employer_months.html", context, request)


def takeovers_panel(request: HttpRequest, employer: Employer) -> str | None:
    """Arrears that went over at a merger or split: from whom, to whom, and for what it answers besides (REST-5)."""
    found = takeovers_of(employer.pk)
    if not found:
        return None
    return render_to_string("collection/_takeovers.html", {"takeovers": found}, request)


def claim_panel(request: HttpRequest, employer: Employer) -> str | None:
    """What is claimed from the liquidator of an employer that was closed or went bankrupt (REST-2, REST-4)."""
    if employer.status not in (Employer.Status.CLOSED, Employer.Status.BANKRUPT):
        return None
    context = {"employer": employer, "claim": claim_of(employer).claim}
    return render_to_string("collection/_claim.html", context, request)
