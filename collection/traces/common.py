"""What the traces of collection share: keys, frozen parameters, links for who reads, the path of a month's money."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from collection.models import AssessmentParameter, Bill
from jilin_si.access.scope import current
from jilin_si.ledger.models import Journal
from jilin_si.money import format_yuan
from jilin_si.periods import format_period
from jilin_si.policy.calculations import documents_shown, formula_steps, parameters_shown
from jilin_si.policy.calculators import Result
from jilin_si.policy.database import database_policy, read_set
from jilin_si.policy.lookup import ParameterVersion, Policy
from jilin_si.policy.models import ParameterValue
from jilin_si.web.navigation import is_portal_user
from jilin_si.web.traces import Document, Link, Parameter, Step

PAGE = 50
_NUMBER = re.compile(r"[0-9]{1,18}")


def number_of(key: str) -> int:
    """A key that is a number. Raises Http404 for anything else."""
    if not key.isascii() or _NUMBER.fullmatch(key) is None:
        raise Http404
    return int(key)


def bill_or_404(key: str) -> Bill:
    """A bill of the scope."""
    found = (
        Bill.objects.filter(bill_id=number_of(key)).select_related("employer", "county", "parameter").first()
    )
    if found is None:
        raise Http404
    bill: Bill = found
    return bill


def sees(county_id: int, employer_id: int) -> bool:
    """Whether the reader sees an employer itself, and so what is explained of its bills; else only what it owes."""
    scope = current()
    return scope.sees_unit(county_id) or employer_id in scope.employers


def page_number(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 7 else 1


# ── parameters ───────────────────────────────────────────────────────────────────────────────────────────────────
def frozen_versions(parameter: AssessmentParameter) -> list[ParameterVersion]:
    """The versions with which a month was assessed, whatever came after."""
    ids = {int(number) for number in parameter.versions.values()}
    found = [version for version in database_policy().versions() if version.id in ids]
    missing = ids - {version.id for version in found}
    if missing:
        found += read_set(ParameterValue.objects.filter(pk__in=missing)).versions
    return sorted(found, key=lambda version: version.code)


def frozen_policy(parameter: AssessmentParameter) -> Policy:
    """The parameters as they were frozen for a line, county and month."""
    now = database_policy()
    return _frozen(now.stamp, tuple(sorted(parameter.versions.items())), parameter.pk).at(
        parameter.county_id, parameter.due_period
    )


@lru_cache(maxsize=256)
def _frozen(stamp: str, versions: tuple[tuple[str, int], ...], parameter_id: int) -> Policy:
    """The snapshot with the frozen versions in place of what came later; good as long as the stamp is."""
    used = frozen_versions(AssessmentParameter.objects.get(pk=parameter_id))
    codes = {version.code for version in used}
    now = database_policy()
    others = [v.id for v in now.versions() if v.code in codes and v.id is not None]
    return now.with_versions(used, without=others)


def shown_parameters(versions: Iterable[ParameterVersion], policy: Policy) -> list[Parameter]:
    """Versions as the drawer lists them, each leading to its history."""
    shown = []
    for parameter in parameters_shown(versions, policy):
        try:
            url = reverse("policy:parameter", args=[parameter.code])
        except NoReverseMatch:
            url = ""
        shown.append(replace(parameter, url=url))
    return shown


def shown_documents(versions: Iterable[ParameterVersion]) -> list[Document]:
    return documents_shown(versions)


def steps_of(result: Result, *symbols: str) -> list[Step]:
    """Lines of a calculation: those of these symbols, or all."""
    lines = zip(result.trace.steps, formula_steps(result), strict=True)
    return [shown for step, shown in lines if not symbols or step.symbol.partition("[")[0] in symbols]


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────
def page_link(
    request: HttpRequest, text: str, office: str, portal: str = "", args: Sequence[Any] = ()
) -> Link:
    """A link for the office or for the portal; only its text where the reader has no such page."""
    name = portal if is_portal_user(request) else office
    if not name:
        return Link(text)
    try:
        return Link(text, reverse(name, args=list(args)))
    except NoReverseMatch:
        return Link(text)


def bill_link(request: HttpRequest, text: str, employer_id: int, period: date) -> Link:
    """A bill's page."""
    if is_portal_user(request):
        return Link(text, reverse("portal:bill", args=[format_period(period)]))
    return Link(text, reverse("collection:bill", args=[employer_id, format_period(period)]))


def trace_link(kind: str, key: object, text: str) -> Link:
    """Another explanation, inside the drawer."""
    return Link(text, reverse("trace", args=[kind, str(key)]), trace=True)


def voucher_link(request: HttpRequest, journal_id: int) -> Link:
    return page_link(
        request, _("voucher %(number)s") % {"number": journal_id}, "collection:voucher", args=[journal_id]
    )


def why(amount: Decimal) -> str:
    """The title of an explanation."""
    return _("Why %(amount)s yuan?") % {"amount": format_yuan(amount)}


def amount_part(label: str, amount: Decimal, link: Link | None = None, symbols: str = "") -> Step:
    """One part of a sum."""
    return Step(label=label, rounded=format_yuan(amount), symbols=symbols, link=link)


def pages(request: HttpRequest, kind: str, key: object, number: int, more: bool) -> list[Link]:
    """Back and next for a sum with many parts."""
    address = reverse("trace", args=[kind, str(key)])
    found = []
    if number > 1:
        found.append(Link(_("Back"), f"{address}?page={number - 1}", trace=True))
    if more:
        found.append(Link(_("Next"), f"{address}?page={number + 1}", trace=True))
    return found


# ── the path of a month's money ──────────────────────────────────────────────────────────────────────────────────
def path_of(request: HttpRequest, bill: Bill, *, credited: bool = False) -> list[Link]:
    """Assessed, received, credited, with vouchers: what happened to a bill."""
    from collection.selectors.receipts import payments_of

    when = format_period(bill.recorded_in)
    word = _("%(period)s assessed") if not bill.is_supplement else _("%(period)s assessed as a supplement")
    path = [bill_link(request, word % {"period": when}, bill.employer_id, bill.recorded_in)]
    payments = payments_of([bill.bill_id])[bill.bill_id]
    for payment in payments:
        text = _("%(day)s received %(amount)s") % {
            "day": payment.received_on.isoformat(), "amount": format_yuan(payment.amount),
        }  # fmt: skip
        path.append(trace_link("receipt", payment.receipt_id, text))
        path.append(voucher_link(request, payment.journal_id))
    paid = getattr(bill, "paid", None)
    if paid is None:
        path.append(Link(_("not paid in full yet")))
    elif credited:
        text = _("%(period)s credited") % {"period": format_period(paid.paid_in)}
        journal = Journal.objects.filter(
            agency_id=bill.county_id, fund=bill.line, period=paid.paid_in, kind="credited"
        ).first()
        path.append(Link(text))
        if journal:
            path.append(voucher_link(request, journal.pk))
    else:
        path.append(Link(_("paid in full in %(period)s") % {"period": format_period(paid.paid_in)}))
    return list({(link.text, link.url): link for link in path if link.text}.values())
