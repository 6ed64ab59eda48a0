"""A worker's month: base, own part, credit; and the account of a year."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collection.accounts import account_line
from collection.lines import Calculation, WorkerFacts, get_line
from collection.models import AssessmentParameter, WorkerMonth
from collection.names import line_name
from collection.selectors.accounts import Account, Credit, account_of
from collection.selectors.people import NOT_INSURED, PersonMonth, worker_months
from collection.traces.common import (
    amount_part,
    frozen_policy,
    frozen_versions,
    page_link,
    path_of,
    shown_documents,
    shown_parameters,
    steps_of,
    trace_link,
    why,
)
from enrollment.models import DeclarationLine, Worker
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import format_period, month
from jilin_si.policy.calculators import Result, calculate
from jilin_si.policy.database import database_policy
from jilin_si.web.traces import Fact, Step, TracePage

_MONTH = re.compile(
    r"([0-9]{4})-([0-9]{1,6})-([0-9]{1,18})-([0-9]{4})(0[1-9]|1[0-2])-([a-z_]{2,30})(?:-([0-9]{1,18}))?"
)
_ACCOUNT = re.compile(r"([0-9]{1,18})-([0-9]{4})")
# The lines of the calculations that make an amount, by what is asked; the last is the amount itself.
_SYMBOLS = {
    "base": ("own_avg", "floor", "cap", "base"),
    "own_part": ("base", "own_part"),
    "total_credit": ("own_part", "unit_part_on_base", "unit_part_on_local_avg", "total_credit"),
}


def worker_month(key: str) -> Any:
    """A worker's month of the scope by its key (year, county, spell, month, line; and bill, where it is in several)."""
    match = _MONTH.fullmatch(key)
    row = None
    if match:
        rows = WorkerMonth.objects.filter(
            fee_year=int(match[1]),
            county_id=int(match[2]),
            spell_id=int(match[3]),
            due_period=month(int(match[4]), int(match[5])),
            line=match[6],
        )
        if match[7]:
            rows = rows.filter(bill_id=int(match[7]))
        found = rows.select_related("worker", "employer", "county", "parameter", "bill")
        row = found.order_by("recorded_in", "bill_id").first()
    if row is None:
        raise Http404
    return row


@dataclass(frozen=True)
class Explained:
    """The calculations behind a worker's month, run with the frozen parameters."""

    calculations: list[Calculation]
    results: dict[str, Result]

    def amount(self, output: str) -> Decimal | None:
        wanted = next((c for c in self.calculations if c.output == output), None)
        return None if wanted is None else Decimal(self.results[wanted.name][output])


def explain_month(row: Any) -> Explained:
    """Base, own part and credit of a worker's month, from the approved wage and the frozen parameters."""
    return explain_wage(row.line, row.county_id, row.due_period, row.wage, row.parameter)


def explain_wage(
    line: str, county_id: int, period: date, wage: Decimal, parameter: AssessmentParameter
) -> Explained:
    """The same for a wage in a line and month."""
    policy = frozen_policy(parameter)
    calculations = get_line(line).explain_worker(policy, WorkerFacts(county_id, period, wage))
    results: dict[str, Result] = {}
    for calculation in calculations:
        if calculation.name not in results:
            results[calculation.name] = calculate(
                calculation.name, calculation.inputs, policy=policy, agency_id=county_id, on=period
            )
    return Explained(calculations, results)


def base(request: HttpRequest, key: str) -> TracePage:
    """The contribution base: last year's average wage between floor and ceiling (PEN-4)."""
    return _of_month(request, key, "base", lambda row: row.base, _("contribution base"))


def own(request: HttpRequest, key: str) -> TracePage:
    """The worker's own part of a month (PEN-5)."""
    return _of_month(request, key, "own_part", lambda row: row.own, pgettext("person", "own part"))


def credit(request: HttpRequest, key: str) -> TracePage:
    """What a paid month brings to the account (PEN-6)."""
    return _of_month(
        request,
        key,
        "total_credit",
        lambda row: row.own + row.transfer + row.average_part,
        _("to the account"),
    )


def _of_month(
    request: HttpRequest, key: str, output: str, booked_of: Callable[[Any], Decimal], title: str
) -> TracePage:
    row = worker_month(key)
    booked = booked_of(row)
    explained = explain_month(row)
    again = explained.amount(output)
    steps = _steps(explained, output)
    versions = frozen_versions(row.parameter)
    sign = row.sign if output != "base" else 1
    policy = frozen_policy(row.parameter)
    return TracePage(
        title=why(booked),
        amount=format_yuan(booked),
        crumbs=[row.worker.name, format_period(row.due_period), line_name(row.line), title],
        steps=steps[:-1],
        total=steps[-1] if steps else None,
        facts=_facts(request, row),
        facts_title=_("Where the base comes from"),
        parameters=shown_parameters(_of_workers(versions), policy),
        on=row.due_period,
        documents=shown_documents(_of_workers(versions)),
        path=path_of(request, row.bill, credited=True) if row.bill_id else [],
        rules=sorted({rule for result in explained.results.values() for rule in result.trace.rules}),
        recomputed=None if again is None else sign * again == booked,
        actions=[
            trace_link(kind, key, text)
            for kind, text, of in (
                ("person_base", _("The base"), "base"),
                ("person_own", _("The own part"), "own_part"),
                ("person_credit", _("To the account"), "total_credit"),
            )
            if of != output and explained.amount(of) is not None
        ],
    )


def _of_workers(versions: list[Any]) -> list[Any]:
    """Of a line's frozen parameters those that a worker's amounts use: all but the employer's rate."""
    return [version for version in versions if not version.code.endswith(".unit_rate")]


def _steps(explained: Explained, output: str) -> list[Step]:
    """The lines that make the amount, in order; each symbol once."""
    wanted = _SYMBOLS.get(output, (output,))
    found: dict[str, Step] = {}
    for result in explained.results.values():
        for line, shown in zip(result.trace.steps, steps_of(result), strict=True):
            symbol = line.symbol.partition("[")[0]
            if symbol in wanted:
                found.setdefault(symbol, shown)
    return [found[symbol] for symbol in wanted if symbol in found]


def _facts(request: HttpRequest, row: Any) -> list[Fact]:
    facts = []
    declared = (
        DeclarationLine.objects.filter(
            fee_year=row.fee_year,
            county_id=row.county_id,
            worker_id=row.worker_id,
            employer_id=row.employer_id,
        )
        .select_related("declaration")
        .filter(declaration__state="approved")
        .order_by("-declaration_id")
        .first()
    )
    if declared is not None and declared.wage == row.wage:
        label = _("Monthly average = %(wages)s ÷ %(months)s") % {
            "wages": format_yuan(declared.year_wages), "months": declared.months_worked,
        }  # fmt: skip
        facts.append(Fact(label, format_yuan(declared.wage)))
        name = _("Return of %(year)s") % {"year": declared.fee_year}
        link = page_link(request, name, "enrollment:declaration", args=[declared.declaration_id])
        facts.append(Fact(_("Declared in"), name, link if link.url else None))
    else:
        facts.append(Fact(_("Approved monthly wage"), format_yuan(row.wage)))
    if row.base != row.wage:
        touched = _("held at the floor") if row.base > row.wage else _("held at the ceiling")
    else:
        touched = _("not touched")
    limits = f"{format_yuan(row.parameter.floor)} – {format_yuan(row.parameter.cap)}"
    facts.append(Fact(_("Floor and ceiling"), f"{limits}, {touched}"))
    if row.provisional:
        facts.append(Fact(_("Without an approved return"), _("last year's wage goes on (COL-8)")))
    if row.recorded_in > row.due_period:
        facts.append(Fact(_("Recorded later"), format_period(row.recorded_in)))
    if row.sign < 0:
        facts.append(Fact(_("This takes back an amount"), format_period(row.recorded_in)))
    return facts


# ── the account ──────────────────────────────────────────────────────────────────────────────────────────────────
def account(request: HttpRequest, key: str) -> TracePage:
    """The balance of an account: opening, what counted in the year, interest where the year is closed (PEN-8)."""
    match = _ACCOUNT.fullmatch(key)
    worker = Worker.objects.filter(pk=int(match[1])).first() if match else None
    if match is None or worker is None:
        raise Http404
    found = account_of(worker.pk, int(match[2]))
    again = found.closed and not found.closed.taken_over and not _moved(found)
    page = _closed(found) if again else _open(worker, found)
    page.crumbs = [worker.name, str(found.year), _("individual account")]
    page.actions = [
        trace_link("account", f"{worker.pk}-{row.fee_year}", str(row.fee_year))
        for row in found.years
        if row.fee_year != found.year and row.fee_year >= found.year - 3
    ]
    return page


def _closed(found: Account) -> TracePage:
    """A closed year worked out again by the rule: own part and employer's part each with its own interest (PEN-8c)."""
    closed = found.closed
    assert closed is not None
    county_id = found.credits[0].county_id if found.credits else None
    line = account_line()
    policy = database_policy()
    version = policy.get("account.book_rate", month(found.year, 12), county_id)
    steps: list[Step] = []
    total = ZERO
    for part, opening in (("own", found.opening_own), ("unit", found.opening_unit)):
        by_month: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for each in found.credits:
            by_month[str(each.paid_in.month)] += each.own if part == "own" else each.unit
        result = calculate(
            "pension.account_year",
            {"opening": opening, "credits": dict(by_month), "book_rate": version.value},
            policy=policy,
        )
        word = _("Own part") if part == "own" else _("Employer part")
        steps += [
            Step(
                label=f"{word} · {shown.label}", values=shown.values, unrounded=shown.unrounded, rounded=shown.rounded,
                symbols=shown.symbols, rule=shown.rule,
            )
            for shown in steps_of(result)
        ]  # fmt: skip
        total += Decimal(result["closing"])
    return TracePage(
        title=why(closed.closing),
        amount=format_yuan(closed.closing),
        steps=steps,
        total=Step(label=_("Closing balance"), rounded=format_yuan(total)),
        facts=[
            Fact(_("Months counted in the year"), str(closed.months_credited)),
            Fact(_("Line"), str(line.name)),
        ],
        facts_title=_("What counted"),
        parameters=shown_parameters([version], policy),
        documents=shown_documents([version]),
        rules=("PEN-6", "PEN-8", "PEN-8c"),
        recomputed=total == closed.closing,
    )


def _open(worker: Worker, found: Account) -> TracePage:
    """The year that runs: the closing of the last year, and a part for each month that counted."""
    months = {
        (m.period, m.line): m
        for m in worker_months(worker.pk, sorted({credit.period.year for credit in found.credits}))
    }
    before = next((row for row in reversed(found.years) if row.fee_year < found.year), None)
    parts = []
    if found.opening or before:
        text = format_yuan(found.opening)
        parts.append(
            amount_part(
                _("closing of %(year)s") % {"year": found.year - 1},
                found.opening,
                trace_link("account", f"{worker.pk}-{found.year - 1}", text)
                if before and before.fee_year == found.year - 1 and not before.taken_over
                else None,
                symbols=_("taken over from the old books") if before and before.taken_over else "",
            )
        )
    summed: dict[tuple[Any, str], list[Credit]] = defaultdict(list)
    for each in found.credits:
        summed[each.period, each.line].append(each)
    for (period, line), mine in summed.items():
        amount = sum((each.amount for each in mine), ZERO)
        known = months.get((period, line))
        paid = max(each.paid_in for each in mine)
        parts.append(
            amount_part(
                _("%(period)s, counted in %(paid)s")
                % {"period": format_period(period), "paid": format_period(paid)},
                amount,
                trace_link("person_credit", known.trace_key, format_yuan(amount)) if known else None,
                symbols="" if known else _("with another unit"),
            )
        )
    parts += _moves(found)
    return TracePage(
        title=why(found.balance),
        amount=format_yuan(found.balance),
        parts=parts,
        facts=[Fact(_("Interest"), _("at the year's end, at the book rate then set"))],
        facts_title=_("What is still to come"),
        rules=("PEN-6", "PEN-8", "COL-9"),
        recomputed=_credits_again(found, months),
    )


def _moved(found: Account) -> bool:
    """Whether the account went from one unit to another in this year."""
    return any(found.year in (m.sent_in.year, m.arrived_in and m.arrived_in.year) for m in found.moves)


def _moves(found: Account) -> list[Any]:
    """The year's interest as far as a transfer or the close settled it, what was sent, what arrived (PEN-8a)."""
    parts = []
    if found.interest is not None:
        parts.append(amount_part(_("interest settled in the year"), found.interest))
    for move in found.moves:
        if move.sent_in.year == found.year:
            parts.append(amount_part(_("sent in %(period)s") % {"period": move.sent}, -move.total))
        if move.arrived_in and move.arrived_county_id and move.arrived_in.year == found.year:
            words = _("arrived in %(period)s") % {"period": format_period(move.arrived_in)}
            parts.append(amount_part(words, move.total))
    return parts


def _credits_again(found: Account, months: dict[tuple[Any, str], PersonMonth]) -> bool | None:
    """Whether each month counted as the rule gives on its wage; None where that cannot be told from one month alone.

    So it is for months with another unit, and for corrected ones of which a part counted in another year.
    """
    counted: dict[tuple[Any, str], Decimal] = defaultdict(lambda: ZERO)
    for each in found.credits:
        counted[each.period, each.line] += each.amount
    parameters = AssessmentParameter.objects.in_bulk({m.parameter_id for m in months.values()})
    for key, amount in counted.items():
        known = months.get(key)
        if known is None or known.credit != amount:
            return None
        if known.state == NOT_INSURED:  # taken back whole
            again: Decimal | None = ZERO
        else:
            explained = explain_wage(
                known.line, known.county_id, known.period, known.wage, parameters[known.parameter_id]
            )
            again = explained.amount("total_credit") or explained.amount("own_part")
        if again != amount:
            return False
    return True
