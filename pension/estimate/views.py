"""The page of the estimate: open to everybody, on a telephone too. Nothing typed is kept or logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jilin_si.agencies.clock import today
from jilin_si.policy.calculations import formula_steps
from jilin_si.policy.database import database_policy
from jilin_si.policy.errors import RuleRefusal
from jilin_si.policy.lookup import Policy
from jilin_si.policy.words import choice_words
from pension.estimate.forms import EstimateForm
from pension.estimate.reckoning import (
    Amount,
    Estimate,
    Person,
    estimate,
    higher_base,
    one_more_year,
)


@dataclass(frozen=True)
class ShownAmount:
    """One scheme on the page."""

    name: str
    applies: bool
    amount: Amount
    steps: list[Any]
    more_year: Decimal | None
    more_base: Decimal | None


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def estimate_page(request: HttpRequest) -> HttpResponse:
    """Seven questions, and the answer under them. The form goes by POST, so that no address or log holds it."""
    day = today()
    asked = request.method == "POST"
    form = EstimateForm(request.POST if asked else None, today=day)
    context: dict[str, Any] = {"form": form, "today": day}
    if asked and form.is_valid():
        person, policy = form.person(), database_policy()
        try:
            found = estimate(person, policy, day)
            context |= {
                "found": found,
                "why": why(person, found, policy),
                "amounts": amounts(person, found, policy, day),
                "person": person,
            }
        except RuleRefusal as refusal:
            form.add_error(None, refusal.message)
    status = 422 if asked and form.errors and "HX-Request" not in request.headers else 200
    response = render(request, "pension/estimate.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def amounts(person: Person, found: Estimate, policy: Policy, day: date) -> list[ShownAmount]:
    """The three schemes with their formulas, and what another year or a higher wage would change."""
    later, higher = one_more_year(person, found, policy, day), higher_base(person, found, policy, day)
    return [
        ShownAmount(
            name=choice_words(amount.regime),
            applies=amount.regime == found.regime,
            amount=amount,
            steps=[step for result in amount.results for step in formula_steps(result)],
            more_year=year.difference,
            more_base=base.difference,
        )
        for amount, year, base in zip(found.amounts, later, higher, strict=True)
    ]


def why(person: Person, found: Estimate, policy: Policy) -> str:
    """The rule on ages in words."""
    told = {"age": found.age, "day": found.reaches_age_on.isoformat()}
    if person.category == "special":
        years = sorted(int(years) for _kind, years in policy.value("pension.special_work_years"))
        return _(
            "Special work: %(age)s years, reached on %(day)s. It needs %(least)s to %(most)s years in that work."
        ) % (told | {"least": years[0], "most": years[-1]})
    if person.category == "disability":
        return _("Unable to work: %(age)s years, reached on %(day)s. It needs 10 years of service.") % told
    if person.sex == "M":
        return _("Men retire at %(age)s, reached on %(day)s.") % told
    if person.identity == "cadre":
        return _("Women cadres retire at %(age)s, reached on %(day)s.") % told
    return _("Women workers retire at %(age)s, reached on %(day)s.") % told
