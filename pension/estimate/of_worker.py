"""The estimate for a person on record: every fact with where it stands, over all the records that are that person's.

Identity is that of the day on which its own age is reached (PEN-11a), special work that of the day of the early age
(PEN-11), contribution months those that counted in the account and the deemed ones on their papers (PEN-18a).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collection.selectors.accounts import Account, account_of
from collection.selectors.people import NOT_INSURED, PersonMonth, worker_months
from collection.succession import running_wages
from enrollment.models import TAKEN_BACK, Employment, Worker
from enrollment.people import SpecialWorkKind
from enrollment.selectors.people import (
    deemed_of,
    identities_of,
    identity_on,
    retirement_category,
    special_months,
    special_work_of,
)
from enrollment.standing import person_records
from enrollment.words import IDENTITY, SEX
from jilin_si.money import format_yuan, from_fen
from jilin_si.periods import format_period, period_of
from jilin_si.policy.calculators import Result, calculate
from jilin_si.policy.lookup import Policy
from jilin_si.web.traces import Fact, Link, trace_url
from pension.estimate.reckoning import Person


@dataclass(frozen=True)
class Recorded:
    """What the record says of a person for the estimate; ``person`` is None where no wage is known."""

    person: Person | None
    facts: Sequence[Fact]
    age: Result


def recorded(worker: Worker, policy: Policy, today: date, standard_wage: Decimal | None = None) -> Recorded:
    """Gather the facts of a worker; raises NotApplicable where no rule knows an age."""
    age, identity, category = age_of(worker, policy)
    reached = date.fromisoformat(str(age["reaches_age_on"]))
    account = account_of(worker.pk, today.year)
    actual, deemed = contribution_months(account), deemed_of(worker)
    charged = _newest_month(worker, today)
    facts = [
        *_of_the_record(worker),
        _identity_fact(worker, identity, reached),
        *_special_facts(worker, policy),
        _months_fact(worker, account, actual),
        Fact(
            _("Deemed months"),
            _("%(count)s months") % {"count": deemed.months},
            _paper(deemed.worker_id, worker, deemed.document if deemed.months else ""),
        ),
        Fact(
            pgettext("account", "In the account"),
            format_yuan(account.balance),
            Link(format_yuan(account.balance), trace_url("account", account.key), trace=True)
            if _has_account(account)
            else None,
        ),
    ]
    if charged is not None:
        wage: Decimal | None = charged.wage
        period = charged.period
        stands = Link(format_yuan(charged.wage), trace_url("person_base", charged.trace_key), trace=True)
    else:
        period = period_of(today)
        wage, stands = _wage_to_come(worker, period), _page(worker)
    if wage is not None:
        told = _("Wage a month, approved for %(period)s") % {"period": format_period(period)}
        facts.append(Fact(told, format_yuan(wage), stands))
    months = actual + deemed.months
    person = None
    if wage is not None:
        person = Person(
            birth=worker.birth_date,
            sex=worker.sex,
            identity=identity,
            category=category,
            years=Decimal(months) / 12,
            wage=wage,
            account=account.balance,
            standard_wage=standard_wage,
            months=months,
        )
    return Recorded(person, facts, age)


def age_of(worker: Worker, policy: Policy) -> tuple[Result, str, str]:
    """The age of a worker by the identity and the special work of that day: the calculation, identity, category."""

    def reckoned(identity: str, category: str) -> tuple[Result, date]:
        told = {
            "birth": worker.birth_date,
            "sex": worker.sex,
            "identity": identity,
            "category": category,
        }
        found = calculate("pension.retirement_age", told, policy=policy)
        return found, date.fromisoformat(str(found["reaches_age_on"]))

    _early, on_day = reckoned("worker", "special")
    category = retirement_category(worker, on_day)
    fits: list[tuple[date, str, Result]] = []
    for identity in ("worker", "cadre"):
        found, reached = reckoned(identity, category)
        if identity_on(worker, reached) == identity:
            fits.append((reached, identity, found))
    if not fits:  # of neither on the day of its age, so of the one that it is at last
        identity = identity_on(worker, date.max)
        found, reached = reckoned(identity, category)
        fits.append((reached, identity, found))
    _reached, identity, found = min(fits, key=lambda fit: fit[0])
    return found, identity, category


def contribution_months(account: Account) -> int:
    """Months that counted so far: of closed years, and of this one (as the worker's page says)."""
    if account.closed:
        return account.closed.total_months
    before = next((row for row in reversed(account.years) if row.fee_year < account.year), None)
    return (before.total_months if before else 0) + account.months_credited


def _has_account(account: Account) -> bool:
    return bool(account.years or account.credits)


def _newest_month(worker: Worker, today: date) -> PersonMonth | None:
    """The newest month in which a wage was charged; of this year or the two before."""
    months = worker_months(worker.pk, range(today.year - 2, today.year + 1))
    charged = [month for month in months if month.state != NOT_INSURED]
    return max(charged, key=lambda month: month.period, default=None)


def _wage_to_come(worker: Worker, period: date) -> Decimal | None:
    """What is approved from this month on for who was charged nothing yet: somebody who has just joined."""
    job = (
        Employment.objects.filter(worker_id=worker.pk, first_period__lte=period)
        .exclude(last_period__lt=period)
        .exclude(leave_reason=TAKEN_BACK)
        .first()
    )
    if job is None:
        return None
    wages = running_wages(job.employer_id, job.county_id, [worker.pk], period).get(worker.pk, {})
    found = wages.get(str(period.year))
    return from_fen(found["fen"]) if found else None


# ── facts, each with where it stands ─────────────────────────────────────────────────────────────────────────────
def _page(worker: Worker) -> Link:
    return Link(_("the worker's record"), reverse("enrollment:worker", args=[worker.pk]))


def _of_the_record(worker: Worker) -> list[Fact]:
    page = _page(worker)
    others = [number for number in person_records(worker.pk) if number != worker.pk]
    facts = [
        Fact(_("Date of birth"), worker.birth_date.isoformat(), page),
        Fact(_("Sex"), str(SEX[worker.sex]), page),
    ]
    if others:
        facts.append(
            Fact(_("Records that are one person"), _("%(count)s records") % {"count": len(others) + 1}, page)
        )
    return facts


def _identity_fact(worker: Worker, identity: str, reached: date) -> Fact:
    rows = [row for row in identities_of(worker.pk) if row.first_period <= reached]
    word = str(IDENTITY[identity])
    label = _("Worker or cadre on %(day)s") % {"day": reached.isoformat()}
    if not rows:
        return Fact(label, word, _page(worker))
    since = _("%(identity)s since %(period)s") % {
        "identity": word,
        "period": format_period(rows[-1].first_period),
    }
    return Fact(label, since, _paper(rows[-1].worker_id, worker, rows[-1].document))


def _special_facts(worker: Worker, policy: Policy) -> list[Fact]:
    """Each kind of special work up to the day of the early age, with the months that it takes and its papers."""
    rows = special_work_of(worker.pk)
    if not rows:
        return []
    told = {"birth": worker.birth_date, "sex": worker.sex, "identity": "worker", "category": "special"}
    early = date.fromisoformat(
        str(calculate("pension.retirement_age", told, policy=policy)["reaches_age_on"])
    )
    words: dict[str, Any] = dict(SpecialWorkKind.choices)
    facts = []
    for found in special_months(rows, early):
        papers = [row for row in rows if row.kind == found.kind]
        text = _("%(months)s of %(needed)s months") % {"months": found.months, "needed": found.needed}
        facts.append(
            Fact(
                _("Special work up to %(day)s: %(kind)s")
                % {"day": early.isoformat(), "kind": words[found.kind]},
                f"{text} · {_('enough') if found.is_enough else _('too few')}",
                _paper(papers[-1].worker_id, worker, ", ".join(row.document for row in papers)),
            )
        )
    return facts


def _months_fact(worker: Worker, account: Account, actual: int) -> Fact:
    return Fact(
        _("Contribution months"),
        _("%(count)s months") % {"count": actual},
        Link(_("the account's years"), reverse("collection:account", args=[worker.pk]))
        if _has_account(account)
        else None,
    )


def _paper(under: int, worker: Worker, document: str) -> Link | None:
    """The paper a fact rests on, on the page where it was noted; the other record's where it stands there."""
    if not document:
        return None
    text = document if under == worker.pk else _("%(paper)s, under another record") % {"paper": document}
    return Link(text, reverse("enrollment:particulars", args=[worker.pk]))
