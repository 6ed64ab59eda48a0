"""Declarations as the queue, the list and the review page show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, prefetch_related_objects

from enrollment.hooks import LineRule, WageRules, wage_rules
from enrollment.models import Declaration, DeclarationAnswer, DeclarationLine, Employer
from enrollment.search import employers_like
from enrollment.services.leavings import by_last_month, leavings_of
from enrollment.services.newcomers import newcomers_of
from jilin_si.access.scope import current
from jilin_si.agencies import clock
from jilin_si.money import from_fen, to_fen

LARGE_CHANGE = Decimal(20)


def declarations(filters: Mapping[str, Any]) -> QuerySet[Declaration]:
    """The declarations that fit a filter, with the wages of the return before.

    In one unit by employer; over many, where an order by employer would sort them all, the latest first.
    """
    queryset = Declaration.objects.select_related("employer", "entered_by", "reviewed_by").defer("draft")
    for name, look_up in (("state", "state"), ("kind", "kind"), ("year", "fee_year")):
        if filters.get(name):
            queryset = queryset.filter(**{look_up: filters[name]})
    if filters.get("q"):
        queryset = queryset.filter(employer_id__in=employers_like(filters["q"]).order_by().values("pk")[:500])
    before = Declaration.objects.filter(
        employer=OuterRef("employer"),
        fee_year=OuterRef("fee_year") - 1,
        kind=Declaration.Kind.YEARLY,
        state=Declaration.State.APPROVED,
    )
    order = ("-fee_year", "employer__number", "pk") if len(current().units) == 1 else ("-pk",)
    return queryset.annotate(
        wages_before=Subquery(before.values("wages")[:1]),
        workers_before=Subquery(before.values("workers")[:1]),
    ).order_by(*order)


def change_percent(declaration: Any) -> Decimal | None:
    """The wage total against the return before, in percent."""
    before = declaration.wages_before
    if declaration.kind != Declaration.Kind.YEARLY or not before or not declaration.wages:
        return None
    return (declaration.wages - before) / before * 100


def fee_years() -> list[int]:
    """The years with declarations, newest first."""
    this = clock.today().year
    return list(range(this + 1, this - 5, -1))


@dataclass(frozen=True)
class Watch:
    """Something about a return that a reviewer should look at: a code, how many, its tone."""

    code: str
    count: int = 0
    tone: str = ""


def watch_for(declarations: list[Declaration], user_id: int | None) -> dict[int, list[Watch]]:
    """What to look at in each of a page's returns: own work, many gone, wages under the floor, and how many new."""
    told: dict[int, list[Watch]] = {d.pk: [] for d in declarations}
    below = _below_floor([d for d in declarations if d.state != Declaration.State.DRAFT])
    for d in declarations:
        watches = told[d.pk]
        if d.entered_by_id == user_id and d.state == Declaration.State.SUBMITTED:
            watches.append(Watch("own", tone="act"))
        before = getattr(d, "workers_before", None)
        if (
            d.kind == Declaration.Kind.YEARLY
            and before
            and d.workers < before
            and (before - d.workers) * 5 > before
        ):
            watches.append(Watch("gone", before - d.workers, "bad"))
        if below.get(d.pk):
            watches.append(Watch("below", below[d.pk]))
    return told


def _below_floor(declarations: list[Declaration]) -> dict[int, int]:
    """How many of each return's people have wages under the floor."""
    floors: dict[int, int] = {}
    prefetch_related_objects(declarations, "employer__coverages")
    for d in declarations:
        rule = _personal(d.employer, d)
        if rule:
            floors[d.pk] = rule.floor_fen
    if not floors:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select l.declaration_id, count(*)
            from enrollment_declarationline l
            join unnest(%s::bigint[], %s::bigint[]) t(id, floor_fen) on t.id = l.declaration_id
            where l.fee_year = any (%s) and l.county_id = any (%s) and l.wage_fen < t.floor_fen
            group by 1
            """,
            [
                list(floors),
                list(floors.values()),
                list({d.fee_year for d in declarations}),
                list({d.county_id for d in declarations}),
            ],
        )
        return dict(cursor.fetchall())


def _personal(employer: Employer, declaration: Declaration) -> LineRule | None:
    return wage_rules(employer, declaration.first_period).personal


@dataclass(frozen=True)
class ReviewRow:
    """A line of a return beside the same worker's line of the year before. Money in yuan a month."""

    place: int
    worker_id: int
    name: str
    identity_number: str
    wage: Decimal
    year_wages: Decimal
    months: int
    note: str
    before: Decimal | None
    base: Decimal | None
    own: Decimal | None
    bound: str = ""
    general: Decimal = Decimal(0)
    """The change of all rows together, in percent: what everybody got is no news."""

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def change(self) -> Decimal | None:
        return (self.wage - self.before) / self.before * 100 if self.before else None

    @property
    def stands_out(self) -> bool:
        """New, changed otherwise than the rest, held by floor or cap, or kept with a reason."""
        return self.is_new or bool(self.note or self.bound) or self.is_large

    @property
    def is_large(self) -> bool:
        """Whether the wage changed by more than twenty points more or less than all wages together."""
        return self.change is not None and abs(self.change - self.general) > LARGE_CHANGE


@dataclass(frozen=True)
class Gone:
    """Somebody of the year before who is not in this return."""

    worker_id: int
    name: str
    wage: Decimal


@dataclass
class Review:
    """A return as a reviewer reads it."""

    rows: list[ReviewRow]
    gone: list[Gone]
    before: Declaration | None
    rules: WageRules

    @property
    def own(self) -> Decimal:
        return sum((row.own or Decimal(0) for row in self.rows), Decimal("0.00"))

    @property
    def outstanding(self) -> list[ReviewRow]:
        return [row for row in self.rows if row.stands_out]

    @property
    def new(self) -> list[ReviewRow]:
        return [row for row in self.rows if row.is_new]


def review_of(declaration: Declaration) -> Review:
    """The lines of a return, each with last year's wage, its base and own part; and who is gone."""
    rules = wage_rules(declaration.employer, declaration.first_period)
    rule = rules.personal
    before = (
        Declaration.objects.filter(
            employer=declaration.employer,
            fee_year=declaration.fee_year - 1,
            kind=Declaration.Kind.YEARLY,
            state=Declaration.State.APPROVED,
        )
        .defer("draft")
        .first()
    )
    wages_before = _lines(before)
    rows = []
    lines = list(_line_queryset(declaration).select_related("worker").order_by("worker_id"))
    general = _general_change(lines, wages_before)
    for place, line in enumerate(lines, 1):
        wage_fen = to_fen(line.wage)
        base = rule.base_fen(wage_fen) if rule else None
        rows.append(
            ReviewRow(
                place=place,
                worker_id=line.worker_id,
                name=line.worker.name,
                identity_number=line.worker.identity_number,
                wage=line.wage,
                year_wages=line.year_wages,
                months=line.months_worked,
                note=line.note,
                before=wages_before.pop(line.worker_id, None),
                base=from_fen(base) if base is not None else None,
                own=from_fen(rule.own_fen(wage_fen)) if rule else None,
                bound="" if base in (None, wage_fen) else "floor" if base > wage_fen else "cap",
                general=general,
            )
        )
    gone: list[Gone] = []
    if before and declaration.kind == Declaration.Kind.YEARLY:
        left = _line_queryset(before).filter(worker_id__in=list(wages_before)).select_related("worker")
        gone = [Gone(line.worker_id, line.worker.name, line.wage) for line in left]
    return Review(rows, gone, before, rules)


def answers_of(declaration: Declaration) -> list[DeclarationAnswer]:
    """Who has no wages in a return and is answered for."""
    return list(
        DeclarationAnswer.objects.filter(declaration=declaration)
        .select_related("worker")
        .order_by("worker_id")
    )


def people_of_review(declaration: Declaration) -> dict[str, Any]:
    """Who leaves and who joins with the approval of a return, as a reviewer sees it before; and after, what it did."""
    leavings = leavings_of(declaration)
    newcomers = newcomers_of(declaration)
    leaving_of = {found.answer.worker_id: found for found in leavings}
    return {
        "answered": [(answer, leaving_of.get(answer.worker_id)) for answer in answers_of(declaration)],
        "ends": by_last_month(leavings),
        "known": sum(1 for found in leavings if found.state == "known"),
        "unclear": sum(1 for found in leavings if found.state == "unclear"),
        "newcomers": newcomers,
        "joins": sorted(Counter(each.named.first_period for each in newcomers).items()),
        "stopped": sum(1 for each in newcomers if each.why),
    }


def _general_change(lines: list[DeclarationLine], before: Mapping[int, Decimal]) -> Decimal:
    """How all wages together changed for those who were there before, in percent."""
    both = [(line.wage, before[line.worker_id]) for line in lines if before.get(line.worker_id)]
    total = sum((old for _new, old in both), Decimal(0))
    return (sum((new for new, _old in both), Decimal(0)) - total) / total * 100 if total else Decimal(0)


def _line_queryset(declaration: Declaration) -> QuerySet[DeclarationLine]:
    return DeclarationLine.objects.filter(
        fee_year=declaration.fee_year, county_id=declaration.county_id, declaration_id=declaration.pk
    )


def _lines(declaration: Declaration | None) -> dict[int, Decimal]:
    return dict(_line_queryset(declaration).values_list("worker_id", "wage")) if declaration else {}
