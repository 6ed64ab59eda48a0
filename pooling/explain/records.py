"""Single records: a plan by its formula, a remittance, a share of a redistribution."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jilin_si.money import format_yuan
from jilin_si.periods import format_period, month
from jilin_si.policy.calculations import documents_shown, formula_steps, parameters_shown
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
from jilin_si.web.formats import percent
from jilin_si.web.traces import Fact, Link, Step, TracePage, trace_url
from pooling.models import CountyPlan, Redistribution, RedistributionShare, Remittance
from pooling.selectors.months import Span
from pooling.services.plan import RATES, plan_inputs
from pooling.services.redistribution import share_out


def _one(rows: Any, key: str) -> Any:
    found = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if found is None:
        raise Http404
    return found


def plan(key: str) -> TracePage:
    plan: CountyPlan = _one(CountyPlan.objects.select_related("county", "approved_by"), key)
    policy = database_policy().at(plan.county_id, month(plan.fee_year, 1))
    rates = {name: getattr(plan, field) for field, name, _code in RATES}
    inputs = plan_inputs(plan.wages, plan.retiree_cost, rates)
    result = calculate("pooling.county_plan", inputs, policy=policy)
    versions = [version for _f, _n, code in RATES if (version := policy.find(code)) is not None]
    facts = [
        Fact(_("Wages of January × 12"), format_yuan(plan.wages), _unit_link(plan)),
        Fact(_("Retiree cost of January × 12"), format_yuan(plan.retiree_cost), _unit_link(plan)),
    ]
    if plan.adjustment:
        facts.append(Fact(_("Adjustment"), f"{format_yuan(plan.adjustment)}: {plan.adjustment_reason}"))
    return TracePage(
        title=_("Why does the plan settle %(amount)s yuan?") % {"amount": format_yuan(plan.net)},
        amount=format_yuan(plan.net),
        crumbs=[plan.county.unit_name, str(plan.fee_year)],
        steps=[_in_words(step) for step in formula_steps(result)],
        total=Step(
            label=_("Net to settle"),
            symbols=_("net remittance + adjustment"),
            values=f"{format_yuan(plan.net_remit_up)} + {format_yuan(plan.adjustment)}",
            rounded=format_yuan(plan.net),
        ),
        facts=facts,
        parameters=parameters_shown(versions, policy),
        on=month(plan.fee_year, 1),
        documents=documents_shown(versions),
        rules=["POOL-3", "POOL-4", "POOL-5"],
        recomputed=result["net_remit_up"] == plan.net_remit_up,
    )


def _in_words(step: Step) -> Step:
    """The kind of a county by its name in the language of the page."""
    kinds = dict(CountyPlan.Kind.choices)
    return replace(step, rounded=str(kinds[step.rounded])) if step.rounded in kinds else step


def _unit_link(plan: CountyPlan) -> Link:
    address = reverse("pooling:unit", args=[plan.county_id])
    first = f"{plan.fee_year}-01"
    return Link(plan.county.unit_name, f"{address}?from={first}&to={first}")


def remittance(key: str) -> TracePage:
    r: Remittance = _one(Remittance.objects.select_related("county", "confirmed_by", "received_by"), key)
    open_due, open_cash = r.due_to_date - r.remitted_before, r.cash - r.pensions_first
    steps = [
        Step(
            label=_("Still to remit"),
            symbols=_("due to date − remitted before"),
            values=f"{format_yuan(r.due_to_date)} − {format_yuan(r.remitted_before)}",
            rounded=format_yuan(open_due),
        ),
        Step(
            label=_("Money above pensions"),
            symbols=_("in the bank − pensions to pay first"),
            values=f"{format_yuan(r.cash)} − {format_yuan(r.pensions_first)}",
            rounded=format_yuan(open_cash),
        ),
    ]
    if r.to_reserve:
        steps.append(
            Step(
                label=_("of it to the reserve"),
                symbols=_("(planned in − planned out) ÷ planned in"),
                values=percent(r.to_reserve * 100 / r.amount, 2),
                rounded=format_yuan(r.to_reserve),
            )
        )
    path = [Link(_("Proposed by the month's job"))]
    if r.confirmed_on:
        path.append(
            _voucher(
                _("Sent on %(day)s by %(who)s") % {"day": r.confirmed_on, "who": r.confirmed_by}, r, "county"
            )
        )
    if r.received_on:
        path.append(
            _voucher(
                _("Received on %(day)s by %(who)s") % {"day": r.received_on, "who": r.received_by},
                r,
                "province",
            )
        )
    span = Span(month(r.period.year, 1), r.period)
    return TracePage(
        title=_("Why %(amount)s yuan?") % {"amount": format_yuan(r.amount)},
        amount=format_yuan(r.amount),
        crumbs=[r.county.unit_name, format_period(r.period), _("remittance")],
        steps=steps,
        total=Step(
            label=_("Remittance"),
            symbols=_("the smaller of the two"),
            values=f"min({format_yuan(open_due)}, {format_yuan(open_cash)})",
            rounded=format_yuan(r.amount),
        ),
        facts=[
            Fact(
                _("Due this year, to date"),
                format_period(r.period),
                Link("", trace_url("pool_due", f"{span.key}_{r.county.code}"), trace=True),
            )
        ],
        path=path,
        on=r.period,
        rules=["POOL-4", "POOL-6", "ACC-6"],
        recomputed=min(open_due, open_cash) == r.amount,
    )


def _voucher(text: str, remittance: Remittance, side: str) -> Link:
    number = getattr(remittance, f"{side}_journal_id")
    words = f"{text}, {_('voucher')} {number}"
    try:
        return Link(words, reverse("collection:voucher", args=[number]))
    except NoReverseMatch:
        return Link(words)


def share(key: str) -> TracePage:
    share: RedistributionShare = _one(RedistributionShare.objects.select_related("county"), key)
    whole = Redistribution.objects.filter(pk=share.redistribution_id).first()
    facts = [Fact(_("Need: planned to date − received"), format_yuan(share.need))]
    steps = []
    recomputed = None
    if whole is not None:
        needs = dict(whole.shares.values_list("county_id", "need"))
        recomputed = share_out(whole.available, needs).get(share.county_id) == share.amount
        ratio = min(whole.available / whole.need, Decimal(1)) if whole.need else Decimal(0)
        steps = [
            Step(
                label=_("Available"),
                symbols=_("money held − reserve"),
                values=f"{format_yuan(whole.holdings)} − {format_yuan(whole.reserve)}",
                rounded=format_yuan(whole.available),
            ),
            Step(
                label=pgettext("pooling", "Share"),
                symbols=_("need × available ÷ all needs, the last county takes the rest"),
                values=f"{format_yuan(share.need)} × {format_yuan(whole.available)} ÷ {format_yuan(whole.need)}"
                if ratio < 1
                else format_yuan(share.need),
                unrounded=f"{share.need * ratio:.6f}" if ratio < 1 else "",
                rounded=format_yuan(share.amount),
            ),
        ]
        facts.append(Fact(_("All needs"), format_yuan(whole.need)))
    return TracePage(
        title=_("Why %(amount)s yuan?") % {"amount": format_yuan(share.amount)},
        amount=format_yuan(share.amount),
        crumbs=[share.county.unit_name, format_period(share.period), _("redistribution")],
        steps=steps,
        facts=facts,
        on=share.period,
        rules=["POOL-7", "GEN-2"],
        recomputed=recomputed,
    )
