"""Sums over a span of months: down to the units and months they are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jilin_si.agencies.models import PROVINCE
from jilin_si.money import ZERO, format_yuan
from jilin_si.periods import add_months, format_period, parse_period
from jilin_si.policy.calculations import formula_steps
from jilin_si.policy.calculators import calculate
from jilin_si.web.formats import percent
from jilin_si.web.traces import Fact, Link, Step, TracePage, trace_url
from pooling.models import CountyPlan, RedistributionShare, Remittance
from pooling.selectors.dashboard import Dashboard, dashboard
from pooling.selectors.months import Span, UnitMonths, bank

_KEY = re.compile(r"(\d{4}-\d{2})_(\d{4}-\d{2})(?:_(\d{6})(p?))?")


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


def due(key: str) -> TracePage:
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


def remitted(key: str) -> TracePage:
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


def down(key: str) -> TracePage:
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


def rate(key: str) -> TracePage:
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


def owed(key: str) -> TracePage:
    asked = _asked(key)
    title = _("Why is %(amount)s yuan owed?")
    if asked.one is None:
        return _sum_page(asked, title, "pool_owed", lambda unit: unit.up.owed)
    up = asked.one.up
    return _difference(
        asked, title, pgettext("pooling", "Due"), up.due, "pool_due", _("Remitted"), up.paid, "pool_remitted"
    )


def gap(key: str) -> TracePage:
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


def reserve(key: str) -> TracePage:
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
