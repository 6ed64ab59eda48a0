"""Employers as their list and their page show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from enrollment.models import Coverage, Declaration, DeclarationLine, Employer, Employment
from enrollment.search import employers_like
from jilin_si.agencies.clock import today
from jilin_si.periods import period_of


def employers(filters: Mapping[str, Any]) -> QuerySet[Employer]:
    """The employers that fit a filter, each with its people now, its lines and the state of this year's return."""
    day = today()
    queryset = employers_like(filters["q"]) if filters.get("q") else Employer.objects.order_by("number")
    for name in ("ownership", "status"):
        if filters.get(name):
            queryset = queryset.filter(**{name: filters[name]})
    if filters.get("line"):
        queryset = queryset.filter(
            Exists(_running_coverage(day).filter(employer=OuterRef("pk"), line=filters["line"]))
        )
    declared = Declaration.objects.filter(
        employer=OuterRef("pk"), fee_year=day.year, kind=Declaration.Kind.YEARLY
    )
    queryset = queryset.annotate(
        people=Coalesce(
            Subquery(
                Employment.objects.filter(employer=OuterRef("pk"), last_period__isnull=True)
                .order_by()
                .values("employer")
                .annotate(n=Count("pk"))
                .values("n"),
                output_field=IntegerField(),
            ),
            0,
        ),
        declared=Subquery(declared.values("state")[:1]),
    )
    if filters.get("declared") == "missing":
        queryset = queryset.filter(~Exists(declared), status=Employer.Status.ACTIVE)
    elif filters.get("declared"):
        queryset = queryset.filter(declared=filters["declared"])
    return queryset.prefetch_related(Prefetch("coverages", _running_coverage(day), to_attr="running"))


def _running_coverage(day: Any) -> QuerySet[Coverage]:
    period = period_of(day)
    return Coverage.objects.filter(first_period__lte=period).filter(
        Q(last_period__isnull=True) | Q(last_period__gte=period)
    )


@dataclass(frozen=True)
class PersonAtWork:
    """A worker of an employer, with the approved wage of the year."""

    employment: Employment
    wage: Any


def people_now(employer: Employer, filters: Mapping[str, Any]) -> QuerySet[Employment]:
    """Who works at an employer; with ``ended`` also who has left."""
    queryset = Employment.objects.filter(employer=employer).select_related("worker")
    if filters.get("now") != "all":
        queryset = queryset.filter(last_period__isnull=filters.get("now") != "ended")
    return queryset.order_by("worker__pinyin", "pk")


def with_wages(employer: Employer, employments: list[Employment]) -> tuple[int, list[PersonAtWork]]:
    """The page's people with what is approved for them: in this fee year, or in the last where none is yet."""
    year = today().year
    approved = Declaration.objects.filter(employer=employer, state=Declaration.State.APPROVED)
    if not approved.filter(fee_year=year, kind=Declaration.Kind.YEARLY).exists():
        year -= 1
    lines = DeclarationLine.objects.filter(
        fee_year=year,
        county_id=employer.county_id,
        declaration_id__in=list(approved.filter(fee_year=year).values_list("pk", flat=True)),
        worker_id__in=[e.worker_id for e in employments],
    )
    wages = dict(lines.values_list("worker_id", "wage"))
    return year, [PersonAtWork(e, wages.get(e.worker_id)) for e in employments]
