"""The parts of a bill, and what is to pay in all."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collection.lines import BillFacts, get_line
from collection.models import Bill
from collection.names import line_name
from collection.selectors.bills import bill_sheet
from collection.selectors.people import assessed_spells, bill_people
from collection.traces.common import (
    PAGE,
    amount_part,
    bill_link,
    bill_or_404,
    frozen_policy,
    frozen_versions,
    page_number,
    pages,
    path_of,
    sees,
    shown_documents,
    shown_parameters,
    steps_of,
    trace_link,
    why,
)
from enrollment.models import Employer
from jilin_si.money import ZERO, format_yuan, from_fen
from jilin_si.periods import format_period, month
from jilin_si.policy.calculators import calculate
from jilin_si.web.traces import Fact, Step, TracePage

_SHEET = re.compile(r"([0-9]{1,9})-([0-9]{4})(0[1-9]|1[0-2])")


def _crumbs(bill: Bill, what: str) -> list[str]:
    period = format_period(bill.due_period)
    if bill.is_supplement:
        period = _("%(period)s, recorded in %(recorded)s") % {
            "period": period, "recorded": format_period(bill.recorded_in),
        }  # fmt: skip
    return [bill.employer.name, period, line_name(bill.line), what]


def _facts_now(bill: Bill) -> tuple[int, Decimal, Decimal]:
    """Workers, wages and retiree cost of a bill, summed anew from the facts that were recorded for it.

    A bill that reverses or replaces another has those of the bill that it names.
    """
    if (named := bill.reverses or bill.replaces) is not None:
        sign = 1 if bill.reverses is None else -1
        workers, wages, cost = _facts_now(named)
        return sign * workers, sign * wages, sign * cost
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(sign), 0), coalesce(sum(sign * wage_fen), 0) from collection_spell"
            " where fee_year = %(year)s and county_id = %(county)s and employer_id = %(employer)s"
            " and first_period <= %(due)s and last_period >= %(due)s and greatest(recorded_in, %(due)s) = %(recorded)s",
            _arguments(bill),
        )
        workers, wages = cursor.fetchone()
        cursor.execute(
            "select coalesce(sum(sign * cost_fen), 0) from collection_retireecost"
            " where employer_id = %(employer)s and first_period <= %(due)s and last_period >= %(due)s"
            " and greatest(recorded_in, %(due)s) = %(recorded)s",
            _arguments(bill),
        )
        (cost,) = cursor.fetchone()
    return int(workers), from_fen(int(wages)), from_fen(int(cost))


def _arguments(bill: Bill) -> dict[str, Any]:
    return {
        "year": bill.due_period.year,
        "county": bill.county_id,
        "employer": bill.employer_id,
        "due": bill.due_period,
        "recorded": bill.spells_recorded,
    }


def recompute_unit(bill: Bill) -> tuple[Decimal, Any, bool]:
    """The employer's part worked out again: the amount, the calculator's result, and whether the facts are the same."""
    policy = frozen_policy(bill.parameter)
    facts = BillFacts(
        county_id=bill.county_id,
        due_period=bill.due_period,
        trade_class=bill.parameter.trade_class or bill.employer.trade_class,
        wages=bill.wages,
        retiree_cost=bill.retiree_cost,
    )
    calculation = get_line(bill.line).explain_unit(policy, facts)
    result = calculate(
        calculation.name, calculation.inputs, policy=policy, agency_id=bill.county_id, on=bill.due_period
    )
    workers, wages, cost = _facts_now(bill)
    cost = cost if bill.parameter.includes_retiree_cost else ZERO
    same = (workers, wages, cost) == (bill.workers, bill.wages, bill.retiree_cost)
    return Decimal(result[calculation.output]), (calculation, result), same


def unit_part(request: HttpRequest, key: str) -> TracePage:
    """The employer's part of a bill: rate × wages (and retiree cost), with the facts behind both."""
    bill = bill_or_404(key)
    amount, (calculation, result), same = recompute_unit(bill)
    steps = steps_of(result)
    last = next(
        (n for n, step in enumerate(result.trace.steps) if step.symbol == calculation.output), len(steps) - 1
    )
    used = list(result.trace.versions.values()) or frozen_versions(bill.parameter)
    facts = [
        Fact(
            _("Change of the wages")
            if bill.is_supplement
            else _("Wages of %(count)s workers") % {"count": f"{bill.workers:,}"},
            format_yuan(bill.wages),
            trace_link("bill_wages", bill.bill_id, format_yuan(bill.wages)),
        )
    ]
    if bill.parameter.includes_retiree_cost:
        word = (
            _("Change of the retiree cost") if bill.is_supplement else _("Monthly retiree cost, as declared")
        )
        facts.append(Fact(word, format_yuan(bill.retiree_cost)))
    if bill.parameter.trade_class:
        facts.append(Fact(_("Injury risk class of the employer"), str(bill.parameter.trade_class)))
    reversing = (
        _("Reverses: the employer was not in this line")
        if bill.spells_of
        else _("Reverses, under another risk class")
    )
    for word, named in (
        (reversing, bill.reverses),
        (_("Replaces, under another risk class"), bill.replaces),
    ):
        if named is not None:
            text = f"{format_period(named.due_period)} {format_yuan(named.unit_due)}"
            facts.append(Fact(word, text, trace_link("bill_unit", named.bill_id, text)))
    if bill.spells_of and bill.reverses is None:
        facts.append(Fact(_("Billed later: the coverage had not ended"), format_period(bill.spells_of)))
    return TracePage(
        title=why(bill.unit_due),
        amount=format_yuan(bill.unit_due),
        crumbs=_crumbs(bill, _("employer part")),
        steps=steps[:last],
        total=steps[last],
        facts=facts,
        parameters=shown_parameters(used, frozen_policy(bill.parameter)),
        on=bill.due_period,
        documents=shown_documents(used),
        path=path_of(request, bill),
        rules=result.trace.rules,
        recomputed=same and amount == bill.unit_due,
    )


def own_part(request: HttpRequest, key: str) -> TracePage:
    """The workers' part: its parts are the workers, each rounded by itself; a page at a time."""
    return _of_people(request, key, "own")


def wages(request: HttpRequest, key: str) -> TracePage:
    """The wages of a bill: the approved wage of each worker, neither floored nor capped."""
    return _of_people(request, key, "wages")


def _of_people(request: HttpRequest, key: str, what: str) -> TracePage:
    bill = bill_or_404(key)
    if (named := bill.reverses or bill.replaces) is not None and what == "wages":
        return _of_named_bill(request, bill, named)
    number = page_number(request)
    if what == "own":
        booked, title, again = bill.own_due, _("workers' part"), _own_again(bill)
        people = bill_people(bill, (number - 1) * PAGE, PAGE)
        parts = [
            amount_part(
                _signed(person.name, person.sign),
                person.own,
                trace_link("person_own", person.trace_key, format_yuan(person.own)),
                symbols=_("base %(base)s") % {"base": format_yuan(person.base)},
            )
            for person in people
        ]
        rules = ("PEN-4", "PEN-5") if bill.line == "pension" else ()
    else:
        booked, title, again = bill.wages, _("wages"), _facts_now(bill)[1]
        spells = assessed_spells(bill.employer_id, bill.county_id, bill.due_period, bill.spells_recorded)
        parts = [
            amount_part(_signed(spell.worker.name, spell.sign), spell.wage * spell.sign)
            for spell in spells.select_related("worker").order_by("worker_id", "spell_id")[
                (number - 1) * PAGE : number * PAGE
            ]
        ]
        rules = ()
    facts = [
        Fact(_("Workers"), f"{bill.workers:,}", bill_link(request, "", bill.employer_id, bill.recorded_in))
    ]
    if bill.workers > PAGE or number > 1:
        first = (number - 1) * PAGE + 1
        facts.append(Fact(_("Shown here"), f"{first:,}–{first + len(parts) - 1:,}" if parts else "—"))
    return TracePage(
        title=why(booked),
        amount=format_yuan(booked),
        crumbs=_crumbs(bill, title),
        parts=parts,
        facts=facts,
        on=bill.due_period,
        path=path_of(request, bill),
        rules=rules,
        recomputed=again == booked,
        actions=pages(
            request, "bill_own" if what == "own" else "bill_wages", bill.bill_id, number, len(parts) == PAGE
        ),
    )


def _of_named_bill(request: HttpRequest, bill: Bill, named: Bill) -> TracePage:
    """The wages of a bill that reverses or replaces another: those of that bill."""
    amount = named.wages if bill.reverses is None else -named.wages
    word = _("of the bill that it replaces") if bill.reverses is None else _("of the bill that it reverses")
    return TracePage(
        title=why(bill.wages),
        amount=format_yuan(bill.wages),
        crumbs=_crumbs(bill, _("wages")),
        parts=[
            amount_part(
                word,
                amount,
                trace_link("bill_wages", named.bill_id, format_yuan(amount)),
                symbols=format_period(named.recorded_in),
            )
        ],
        on=bill.due_period,
        path=path_of(request, bill),
        recomputed=amount == bill.wages,
    )


def _signed(name: str, sign: int) -> str:
    return name if sign > 0 else _("%(name)s, taken back") % {"name": name}


def _own_again(bill: Bill) -> Decimal:
    """The workers' parts of a bill summed anew, each rounded by itself, with the parameters it was assessed with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(s.sign * share(base_of(s.wage_fen, p.floor_fen, p.cap_fen), p.own_ppm)), 0)"
            " from collection_spell s, collection_assessmentparameter p"
            " where p.id = %(parameter)s"
            " and s.fee_year = %(year)s and s.county_id = %(county)s and s.employer_id = %(employer)s"
            " and s.first_period <= %(due)s and s.last_period >= %(due)s"
            " and greatest(s.recorded_in, %(due)s) = %(recorded)s",
            _arguments(bill) | {"parameter": bill.parameter_id},
        )
        (total,) = cursor.fetchone()
    return from_fen(int(total) * (1 if bill.reverses is None else -1))


def to_pay(request: HttpRequest, key: str) -> TracePage:
    """What settles an employer's bill today: its parts, less what was paid, arrears, late fee."""
    match = _SHEET.fullmatch(key)
    employer = Employer.objects.filter(pk=int(match[1])).first() if match else None
    sheet = bill_sheet(employer.pk, month(int(match[2]), int(match[3]))) if match and employer else None
    if sheet is None or employer is None:
        raise Http404
    parts: list[Step] = []
    for row in sheet.rows:
        when = "" if not row.is_supplement else f" {format_period(row.due_period)}"
        if row.unit_due:
            parts.append(
                amount_part(
                    f"{row.line_name}{when} · {_('employer part')}",
                    row.unit_due,
                    trace_link("bill_unit", row.bill_id, format_yuan(row.unit_due)),
                )
            )
        if row.own_due:
            words = _("workers' part")
            parts.append(
                amount_part(
                    f"{row.line_name}{when} · {words}",
                    row.own_due,
                    trace_link("bill_own", row.bill_id, format_yuan(row.own_due)),
                )
            )
        if row.paid:
            parts.append(
                amount_part(
                    f"{row.line_name}{when} · {_('paid')}",
                    -row.paid,
                    trace_link("bill_paid", row.bill_id, format_yuan(-row.paid)),
                )
            )
    parts += [
        amount_part(
            _("%(what)s: paid by %(name)s now")
            % {"what": f"{item.name} {format_period(item.due_period)}", "name": item.other},
            -item.amount,
            symbols="REST-5",
        )
        for item in sheet.handed_here
    ]
    parts += [
        amount_part(
            _("%(line)s, owed for %(period)s")
            % {"line": item.name, "period": format_period(item.due_period)},
            item.amount,
            trace_link("bill_paid", item.bill_id, format_yuan(item.amount))
            if sees(sheet.county_id, item.employer_id)
            else None,
            symbols=_("taken over from %(name)s") % {"name": item.other} if item.other else "",
        )
        for item in sheet.arrears
    ]
    if sheet.fee_sum:
        parts.append(
            amount_part(
                _("late fee to %(day)s") % {"day": sheet.on.isoformat()},
                sheet.fee_sum,
                trace_link("late_fees", sheet.key, format_yuan(sheet.fee_sum)),
            )
        )
    handed = sum((item.amount for item in sheet.handed_here), ZERO)
    total = sheet.sums.due - sheet.sums.paid - handed + sheet.arrears_sum + sheet.fee_sum
    return TracePage(
        title=why(sheet.to_pay),
        amount=format_yuan(sheet.to_pay),
        crumbs=[
            employer.name,
            format_period(sheet.period),
            _("to pay on %(day)s") % {"day": sheet.on.isoformat()},
        ],
        parts=parts,
        rules=("COL-5", "COL-7", *(("REST-5",) if sheet.taken or sheet.handed else ())),
        recomputed=total == sheet.to_pay,
    )
