"""Why a figure of pooling is what it is: a sum down to units and months, a plan by its formula, a remittance, a share.

Keys: ``1996-01_1996-05`` for the reader's units over these months, ``…_220181`` for one unit, ``…_220100p`` for all of
a prefecture's; a number for a plan, a remittance, a share.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jilin_si.agencies.models import PROVINCE
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import add_months, format_period, month, parse_period
from jilin_si.policy.calculations import documents_shown, formula_steps, parameters_shown
from jilin_si.policy.calculators import calculate
from jilin_si.policy.database import database_policy
from jilin_si.web.formats import percent
from jilin_si.web.traces import Fact, Link, Step, TracePage, register, trace_url
from pooling.models import CountyPlan, Redistribution, RedistributionShare, Remittance
from pooling.permissions import require_reader
from pooling.selectors.dashboard import Dashboard, dashboard
from pooling.selectors.months import Span, UnitMonths, bank
from pooling.services.plan import RATES, plan_inputs
from pooling.services.redistribution import share_out

_KEY = re.compile(r"(\d{4}-\d{2})_(\d{4}-\d{2})(?:_(\d{6})(p?))?")


def register_traces() -> None:
    """List what this app explains (called when it starts)."""
    for name, explain in (
        ("pool_due", _due),
        ("pool_remitted", _remitted),
        ("pool_rate", _rate),
        ("pool_owed", _owed),
        ("pool_down", _down),
        ("pool_gap", _gap),
        ("pool_reserve", _reserve),
        ("pool_plan", _plan),
        ("pool_remittance", _remittance),
        ("pool_share", _share),
    ):
        register(name, _for_readers(explain))


def _for_readers(
    explain: Callable[[str], TracePage],
) -> Callable[[HttpRequest, str], TracePage]:
    def told(request: HttpRequest, key: str) -> TracePage:
        require_reader(request)
        return explain(key)

    return told


# ── sums over a span ─────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class _Asked:
    """What a key asks about: the span, the units, and the one unit where it names one without others under it."""

    key: str
    span: Span
    board: Dashboard
    one: UnitMonths | None

    @property
    def units(self) -> list[UnitMonths]:
        return [self.one] if self.one else self.board.units

    @property
    def crumbs(self) -> list[str]:
        where = self.one.agency.unit_name if self.one else _("All units")
        if self.board.prefecture and not self.one:
            where = self.board.prefecture.name
        return [where, f"{format_period(self.span.first)} – {format_period(self.span.last)}"]

    def of(self, unit: UnitMonths) -> str:
        """The key of one of its units."""
        return f"{self.span.key}_{unit.code}"


def _asked(key: str) -> _Asked:
    match = _KEY.fullmatch(key)
    try:
        span = Span(parse_period(match[1]), parse_period(match[2])) if match else None
    except ValidationError:
        span = None
    if match is None or span is None or span.first > span.last or add_months(span.first, 240) < span.last:
        raise Http404
    code, of_prefecture = int(match[3] or 0), bool(match[4])
    board = dashboard(span, prefecture_id=code if of_prefecture else None)
    if board is None:
        raise Http404
    one = None
    if code and not of_prefecture:
        one = next((unit for unit in board.units if unit.agency.pk == code), None)
        if one is None:
            raise Http404
    return _Asked(key, span, board, one)


def _sum_page(asked: _Asked, title: str, kind: str, amount_of: Callable[[UnitMonths], Decimal]) -> TracePage:
    """A sum over units: each its part, with a link to its own explanation."""
    units = [unit for unit in asked.board.units if amount_of(unit)]
    total = sum((amount_of(unit) for unit in units), ZERO)
    return TracePage(
        title=title % {"amount": format_yuan(total)},
        amount=format_yuan(total),
        crumbs=asked.crumbs,
        parts=[
            Step(
                label=unit.agency.unit_name,
                rounded=format_yuan(amount_of(unit)),
                link=Link(format_yuan(amount_of(unit)), trace_url(kind, asked.of(unit)), trace=True),
            )
            for unit in units
        ],
        on=asked.span.last,
        rules=["POOL-4", "POOL-6"],
    )


def _due(key: str) -> TracePage:
    asked = _asked(key)
    title = _("Why is %(amount)s yuan due?")
    if asked.one is None:
        return _sum_page(asked, title, "pool_due", lambda unit: unit.up.due)
    unit = asked.one
    plans = _plans(unit.agency.pk)
    parts = []
    for period, due in zip(unit.periods, unit.up.planned, strict=True):
        plan = plans.get(period.year)
        address = trace_url("pool_plan", plan.pk) if plan else ""
        how = _("the year's net − eleven months") if period.month == 12 else _("the year's net ÷ 12")
        parts.append(
            Step(
                label=format_period(period),
                symbols=how if due else "",
                rounded=format_yuan(due),
                link=Link(format_yuan(due), address, trace=True) if address else None,
            )
        )
    return TracePage(
        title=title % {"amount": format_yuan(unit.up.due)},
        amount=format_yuan(unit.up.due),
        crumbs=asked.crumbs,
        parts=parts,
        on=asked.span.last,
        rules=["POOL-4", "PEN-3"],
    )


def _plans(county_id: int) -> dict[int, CountyPlan]:
    return {plan.fee_year: plan for plan in CountyPlan.objects.filter(county_id=county_id, state="approved")}


def _remitted(key: str) -> TracePage:
    asked = _asked(key)
    title = _("Why are %(amount)s yuan remitted?")
    if asked.one is None:
        return _sum_page(asked, title, "pool_remitted", lambda unit: unit.up.paid)
    unit = asked.one
    sent = Remittance.objects.filter(county_id=unit.agency.pk, period__lte=asked.span.last).exclude(
        state=Remittance.State.PROPOSED
    )
    parts = [
        Step(
            label=_("Remittance of %(period)s") % {"period": format_period(r.period)},
            symbols=str(r.get_state_display()),
            rounded=format_yuan(r.amount),
            link=Link(format_yuan(r.amount), trace_url("pool_remittance", r.pk), trace=True),
        )
        for r in sent.order_by("period")
    ]
    return _covered_page(asked, title, parts, sum((r.amount for r in sent), ZERO), unit.up.paid, unit.up.over)


def _down(key: str) -> TracePage:
    asked = _asked(key)
    title = _("Why are %(amount)s yuan redistributed?")
    if asked.one is None:
        return _sum_page(asked, title, "pool_down", lambda unit: unit.down.paid)
    unit = asked.one
    shares = RedistributionShare.objects.filter(
        county_id=unit.agency.pk, period__lte=asked.span.last, county_journal__isnull=False
    ).order_by("period")
    parts = [
        Step(
            label=_("Share of %(period)s") % {"period": format_period(share.period)},
            rounded=format_yuan(share.amount),
            link=Link(format_yuan(share.amount), trace_url("pool_share", share.pk), trace=True),
        )
        for share in shares
    ]
    total = sum((share.amount for share in shares), ZERO)
    return _covered_page(asked, title, parts, total, unit.down.paid, unit.down.over)


def _covered_page(
    asked: _Asked, title: str, parts: list[Step], moved: Decimal, covered: Decimal, over: Decimal
) -> TracePage:
    """Money goes to the oldest month first: what it paid of months before the span, or ahead of it, is taken off."""
    earlier = moved - covered - over
    if earlier:
        parts.append(Step(label=_("of it for months before the span"), rounded=format_yuan(-earlier)))
    if over:
        parts.append(Step(label=_("of it ahead of what is due"), rounded=format_yuan(-over)))
    return TracePage(
        title=title % {"amount": format_yuan(covered)},
        amount=format_yuan(covered),
        crumbs=asked.crumbs,
        parts=parts,
        on=asked.span.last,
        rules=["POOL-6", "ACC-6"],
        recomputed=moved - earlier - over == covered,
    )


def _rate(key: str) -> TracePage:
    asked = _asked(key)
    due = sum((unit.up.due for unit in asked.units), ZERO)
    paid = sum((unit.up.paid for unit in asked.units), ZERO)
    if not due:
        raise Http404
    result = calculate("pooling.remittance_rate", {"planned": str(due), "remitted": str(paid)})
    headline = percent(paid * 100 / due, 2)
    return TracePage(
        title=_("Why %(rate)s?") % {"rate": headline},
        amount=headline,
        crumbs=asked.crumbs,
        steps=formula_steps(result),
        facts=[
            Fact(
                pgettext("pooling", "Due"), format_yuan(due), Link("", trace_url("pool_due", key), trace=True)
            ),
            Fact(_("Remitted"), format_yuan(paid), Link("", trace_url("pool_remitted", key), trace=True)),
        ],
        on=asked.span.last,
        rules=["POOL-6"],
        recomputed=True,
    )


def _owed(key: str) -> TracePage:
    asked = _asked(key)
    title = _("Why is %(amount)s yuan owed?")
    if asked.one is None:
        return _sum_page(asked, title, "pool_owed", lambda unit: unit.up.owed)
    up = asked.one.up
    return _difference(
        asked, title, pgettext("pooling", "Due"), up.due, "pool_due", _("Remitted"), up.paid, "pool_remitted"
    )


def _gap(key: str) -> TracePage:
    asked = _asked(key)
    title = _("Why are %(amount)s yuan still short?")
    if asked.one is None:
        return _sum_page(asked, title, "pool_gap", lambda unit: unit.down.owed)
    down = asked.one.down
    return _difference(
        asked, title, _("Planned redistribution"), down.due, "", _("Redistributed"), down.paid, "pool_down"
    )


def _difference(
    asked: _Asked,
    title: str,
    first: str,
    due: Decimal,
    due_kind: str,
    second: str,
    paid: Decimal,
    paid_kind: str,
) -> TracePage:
    rest = format_yuan(due - paid)
    facts = [
        Fact(
            first,
            format_yuan(due),
            Link("", trace_url(due_kind, asked.key), trace=True) if due_kind else None,
        ),
        Fact(second, format_yuan(paid), Link("", trace_url(paid_kind, asked.key), trace=True)),
    ]
    return TracePage(
        title=title % {"amount": rest},
        amount=rest,
        crumbs=asked.crumbs,
        steps=[
            Step(
                label=pgettext("pooling", "Difference"),
                symbols=f"{first} − {second}",
                values=f"{format_yuan(due)} − {format_yuan(paid)}",
                rounded=rest,
            )
        ],
        facts=facts,
        on=asked.span.last,
        rules=["POOL-6"],
        recomputed=True,
    )


def _reserve(key: str) -> TracePage:
    asked = _asked(key)
    if asked.board.province_bank is None or asked.one is not None:
        raise Http404
    held = asked.board.province_bank["reserve"]
    before = bank(add_months(asked.span.first, -1)).get(PROVINCE, {}).get("reserve", ZERO)
    kept = [(unit, sum(unit.to_reserve, ZERO)) for unit in asked.board.units]
    parts = [
        Step(
            label=_("Held before %(period)s") % {"period": format_period(asked.span.first)},
            rounded=format_yuan(before),
        )
    ]
    parts += [
        Step(
            label=unit.agency.unit_name,
            symbols=_("part of its remittances"),
            rounded=format_yuan(amount),
            link=Link(format_yuan(amount), trace_url("pool_remitted", asked.of(unit)), trace=True),
        )
        for unit, amount in kept
        if amount
    ]
    other = held - before - sum((amount for _unit, amount in kept), ZERO)
    if other:
        parts.append(Step(label=_("Other entries in the books"), rounded=format_yuan(other)))
    return TracePage(
        title=_("Why is the reserve %(amount)s yuan?") % {"amount": format_yuan(held)},
        amount=format_yuan(held),
        crumbs=asked.crumbs,
        parts=parts,
        on=asked.span.last,
        rules=["POOL-5", "ACC-2"],
    )


# ── single rows ──────────────────────────────────────────────────────────────────────────────────────────────────
def _one(rows: Any, key: str) -> Any:
    found = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if found is None:
        raise Http404
    return found


def _plan(key: str) -> TracePage:
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


def _remittance(key: str) -> TracePage:
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


def _share(key: str) -> TracePage:
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
