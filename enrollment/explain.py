"""Why an amount of a declaration is what it is: base, own part and account credit of a row, and the employer's sum."""

from __future__ import annotations

import re
from decimal import Decimal

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.declaring import Checker
from enrollment.hooks import WageCalculation, explain_wage, wage_rules
from enrollment.models import Declaration, DeclarationLine, Worker
from jilin_si.access.scope import current
from jilin_si.money import format_yuan, from_fen, to_fen
from jilin_si.policy.calculations import documents_shown, formula_steps, parameters_shown
from jilin_si.policy.calculators import Result, calculate
from jilin_si.policy.database import database_policy
from jilin_si.web.formats import percent
from jilin_si.web.traces import Fact, Link, Step, TracePage, register

_KEY = re.compile(r"(\d{1,18})-(\d{1,18})")


def register_traces() -> None:
    """List what this app explains (called when it starts)."""
    register("declared_base", lambda request, key: _of_row(key, "base"))
    register("declared_own", lambda request, key: _of_row(key, "own_part"))
    register("declared_credit", lambda request, key: _of_row(key, "total_credit"))
    register("declared_sum", _of_sum)


def _of_row(key: str, output: str) -> TracePage:
    match = _KEY.fullmatch(key)
    declaration = _declaration(match[1] if match else "")
    worker = Worker.objects.filter(pk=int(match[2])).first() if match else None
    found = _wage(declaration, worker.pk) if worker else None
    if worker is None or found is None:
        raise Http404
    wage, fact = found
    calculations = explain_wage(declaration.employer, declaration.first_period, wage)
    wanted = next((c for c in calculations if c.output == output), None)
    if wanted is None:
        raise Http404
    policy = database_policy()
    results: list[tuple[WageCalculation, Result]] = []
    for step in calculations:  # what comes before it in the chain, once each
        if step.name == wanted.name or not any(step.name == done.name for done, _result in results):
            if step.name == wanted.name and step is not wanted:
                continue
            results.append((step, calculate(step.name, step.inputs, policy=policy)))
        if step is wanted:
            break
    amount = Decimal(str(results[-1][1][output]))
    versions = [version for step, _result in results for version in step.versions]
    steps = [line for _step, result in results for line in formula_steps(result)]
    return TracePage(
        title=_("Why %(amount)s yuan?") % {"amount": format_yuan(amount)},
        amount=format_yuan(amount),
        crumbs=[worker.name, declaration.code, str(_TITLES[output]())],
        steps=steps,
        facts=[fact, Fact(_("Declaration"), declaration.code, _link(declaration))],
        parameters=parameters_shown(versions, policy),
        on=declaration.first_period,
        documents=documents_shown(versions),
        rules=sorted({rule for _step, result in results for rule in result.trace.rules}),
        recomputed=_as_the_grid_has_it(declaration, wage, output) == amount,
    )


def _of_sum(request: HttpRequest, key: str) -> TracePage:
    """The employer's part a month: a line of insurance each, on what is declared now."""
    declaration = _declaration(key)
    checked = Checker(declaration).whole(declaration.draft)
    wages, cost = checked.wages_fen, checked.retiree_cost_fen
    if not declaration.may_be_entered:
        wages, cost = to_fen(declaration.wages), to_fen(declaration.retiree_cost)
    parts = []
    for rule in checked.rules.lines:
        base = f"{format_yuan(from_fen(wages))}"
        if rule.includes_retiree_cost and cost:
            base = f"({base} + {format_yuan(from_fen(cost))})"
        parts.append(
            Step(
                label=str(rule.name),
                symbols=f"{base} × {percent(Decimal(rule.unit_ppm) / 10_000, 2)}",
                rounded=format_yuan(from_fen(rule.unit_fen(wages, cost))),
                link=Link(format_yuan(from_fen(rule.unit_fen(wages, cost)))),
            )
        )
    total = from_fen(sum(rule.unit_fen(wages, cost) for rule in checked.rules.lines))
    return TracePage(
        title=_("Why %(amount)s yuan?") % {"amount": format_yuan(total)},
        amount=format_yuan(total),
        crumbs=[declaration.employer.name, declaration.code, _("employer a month")],
        parts=parts,
        facts=[
            Fact(_("Monthly wages"), format_yuan(from_fen(wages)), _link(declaration)),
            Fact(_("Monthly retiree cost"), format_yuan(from_fen(cost)), _link(declaration)),
        ],
        on=declaration.first_period,
    )


_TITLES = {
    "base": lambda: _("contribution base"),
    "own_part": lambda: _("own part"),
    "total_credit": lambda: _("to the account a month"),
}


def _declaration(number: str) -> Declaration:
    found = None
    if number.isascii() and number.isdigit() and len(number) <= 18:
        found = Declaration.objects.select_related("employer").filter(pk=int(number)).first()
    if found is None:
        raise Http404
    return found


def _wage(declaration: Declaration, worker_id: int) -> tuple[Decimal, Fact] | None:
    """The average wage of a row and where it comes from: the line, or what is being typed."""
    line = DeclarationLine.objects.filter(
        fee_year=declaration.fee_year,
        county_id=declaration.county_id,
        declaration_id=declaration.pk,
        worker_id=worker_id,
    ).first()
    if line is not None and not declaration.may_be_entered:
        shown, months, wage = line.year_wages, line.months_worked, line.wage
    else:
        rows = Checker(declaration).whole(declaration.draft).rows
        row = next((r for r in rows if r.person and r.person.worker_id == worker_id), None)
        if row is None or row.average_fen is None:
            return None
        shown, months, wage = from_fen(row.year_wages_fen or 0), row.months or 1, from_fen(row.average_fen)
    label = _("Monthly average = %(wages)s ÷ %(months)s") % {"wages": format_yuan(shown), "months": months}
    return wage, Fact(label, format_yuan(wage))


def _as_the_grid_has_it(declaration: Declaration, wage: Decimal, output: str) -> Decimal | None:
    """The same amount by the whole-number rules that the grid and the month use."""
    rule = wage_rules(declaration.employer, declaration.first_period).personal
    if rule is None:
        return None
    fen = to_fen(wage)
    found = {"base": rule.base_fen, "own_part": rule.own_fen, "total_credit": rule.credit_fen}[output](fen)
    return from_fen(found)


def _link(declaration: Declaration) -> Link | None:
    """To the return, for the office; an employer's page is another."""
    scope = current()
    if not (scope.everything or scope.units):
        return None
    return Link(declaration.code, reverse("enrollment:declaration", args=[declaration.pk]))
