"""Leavings that a return tells of: shown before it is approved, entered by the approval, taken back with it.

Whoever left by another act meanwhile has left: it is said, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db import connection

from enrollment import hooks
from enrollment.answers import LEAVING
from enrollment.hooks import PeopleMoved
from enrollment.models import TAKEN_BACK, Declaration, DeclarationAnswer, Employment
from enrollment.services.return_lines import note_people
from jilin_si.periods import add_months
from jilin_si.web.desk import forget_count

if TYPE_CHECKING:
    from jilin_si.access.models import User

ACT = "leave_by_return"
NOTED = ("effective_period", "reason", "employment")


@dataclass(frozen=True)
class Leaving:
    """What an approval makes of an answer: the employment ends, or why it does not."""

    answer: DeclarationAnswer
    employment: Employment | None

    @property
    def last_period(self) -> date | None:
        """The last month under the employment: of the leaving told, or of the one that is there."""
        if self.employment is not None and self.employment.last_period is not None:
            return self.employment.last_period
        effective = self.answer.effective_period
        return add_months(effective, -1) if effective else None

    @property
    def state(self) -> str:
        """``ends``: by the approval. ``known``: left before, by another act. ``gone``: nothing to end. ``unclear``."""
        if self.employment is None:
            return "gone"
        if self.employment.last_period is not None:
            return "known"
        effective = self.answer.effective_period
        if effective is None:
            return "unclear"
        return "ends" if effective > self.employment.first_period else "gone"


def leavings_of(declaration: Declaration, lock: bool = False) -> list[Leaving]:
    """Who has left or moved by a return's answers, each with the employment as it stands now."""
    answers = list(
        DeclarationAnswer.objects.filter(declaration=declaration, answer__in=LEAVING)
        .select_related("worker")
        .order_by("worker_id")
    )
    if not answers:
        return []
    rows = Employment.objects.filter(
        employer_id=declaration.employer_id, worker_id__in=[answer.worker_id for answer in answers]
    ).exclude(leave_reason=TAKEN_BACK)
    if lock:
        rows = rows.select_for_update(of=("self",))
    last = {e.worker_id: e for e in rows.order_by("worker_id", "first_period")}
    return [Leaving(answer, last.get(answer.worker_id)) for answer in answers]


def by_last_month(leavings: Sequence[Leaving]) -> list[tuple[date, int]]:
    """How many employments end with which month."""
    ends = sorted(found.last_period for found in leavings if found.state == "ends" and found.last_period)
    return [(period, len(list(same))) for period, same in groupby(ends)]


def end_by_return(declaration: Declaration, by: User | None) -> list[dict[str, Any]]:
    """End the employments of who is answered for as gone, in the transaction of the approval.

    What was charged from then on is reversed. Gives what taking it back needs: each employment with its worker, the
    first month without it, the reason, and whether anything was reversed.
    """
    found = [leaving for leaving in leavings_of(declaration, lock=True) if leaving.state == "ends"]
    if not found:
        return []
    ended: list[dict[str, Any]] = [
        {
            "employment": leaving.employment.pk,
            "worker": leaving.answer.worker_id,
            "effective_period": leaving.answer.effective_period,
            "reason": leaving.answer.leave_reason,
        }
        for leaving in found
        if leaving.employment is not None
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "update enrollment_employment e set last_period = t.first - interval '1 month', leave_reason = t.reason"
            " from unnest(%s::bigint[], %s::date[], %s::text[]) t(id, first, reason) where e.id = t.id",
            [[each[name] for each in ended] for name in ("employment", "effective_period", "reason")],
        )
    for moved in _moved(declaration, ended):
        running = hooks.running_wages(moved.employer_id, moved.county_id, moved.workers, moved.first_period)
        for each in ended:
            if each["effective_period"] == moved.first_period:
                each["charged"] = each["worker"] in running
        hooks.on_people_left.call(moved)
    note_people(ACT, declaration, by, ended, NOTED)
    forget_count("broken", declaration.county_id)
    return [each | {"effective_period": each["effective_period"].isoformat()} for each in ended]


def standing_by_return(told: Sequence[Mapping[str, Any]]) -> list[Employment]:
    """Of the employments that an approval ended, those that stand as it left them."""
    months = {each["employment"]: add_months(_first(each), -1) for each in told}
    rows = Employment.objects.filter(pk__in=list(months)).exclude(leave_reason=TAKEN_BACK)
    return [
        e
        for e in rows.select_related("worker", "employer").order_by("worker_id")
        if e.last_period == months[e.pk]
    ]


def charge_again(declaration: Declaration, told: Sequence[Mapping[str, Any]]) -> None:
    """Let the wages go on that the leavings had reversed, where nothing else is charged for these months by now."""
    charged = [{**each, "effective_period": _first(each)} for each in told if each.get("charged")]
    for moved in _moved(declaration, charged):
        hooks.on_people_back.call(moved)


def note_taken_back(
    declaration: Declaration, by: User | None, told: Sequence[Mapping[str, Any]], reason: str
) -> None:
    """Say at each person that the leaving is taken back."""
    note_people(f"undo_{ACT}", declaration, by, told, NOTED, reason)
    forget_count("broken", declaration.county_id)


def _first(told: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(told["effective_period"]))


def _moved(declaration: Declaration, ended: Sequence[Mapping[str, Any]]) -> list[PeopleMoved]:
    """The people who left, month by month."""
    months: dict[date, list[int]] = {}
    for each in ended:
        months.setdefault(each["effective_period"], []).append(each["worker"])
    return [
        PeopleMoved(declaration.employer_id, declaration.county_id, workers, first)
        for first, workers in sorted(months.items())
    ]
