"""Taking back that a return was approved, with the leavings and joinings that the approval entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment import hooks
from enrollment.acts.models import EmployerChange
from enrollment.acts.people import (
    NAMED,
    block,
    corrected_since,
    joined_since,
    left_since,
    reopen,
    returns_of,
    void,
)
from enrollment.acts.undoing import How, Point, UndoPlan, charged_points
from enrollment.models import Declaration, DeclarationLine, Employment
from enrollment.permissions import MAY_REVIEW
from enrollment.refusals import Refusal
from enrollment.services.leavings import charge_again, standing_by_return
from enrollment.services.leavings import note_taken_back as leavings_taken_back
from enrollment.services.newcomers import joined_by_return
from enrollment.services.newcomers import note_taken_back as newcomers_taken_back
from enrollment.services.return_lines import forget_lines
from jilin_si.access.audit import AuditEntry
from jilin_si.periods import add_months, format_period

GONE = gettext_lazy("Nothing of this act is left.")
TO_REVIEW, TO_MEND = "review", "mend"
WAYS = (
    (TO_MEND, gettext_lazy("Back to be mended, with this reason")),
    (TO_REVIEW, gettext_lazy("Waiting for review again, as it stood before the approval")),
)
State = Declaration.State


class UndoApproval:
    """A return is not approved any more, and what it charged is reversed.

    Who finds a wage wrong sends it back to be mended, with the reason; who approved too early lets it wait for review
    again, as it did before. Whom the approval let leave is employed again, and whom it let join is named again.
    """

    roles = MAY_REVIEW

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        declaration = self._approved(entry)
        workers = self._workers(declaration)
        charged = hooks.charged(
            declaration.employer_id, declaration.county_id, workers, declaration.first_period
        )
        blocks = [
            Point(
                _("%(document)s was approved after it") % {"document": later.code},
                reverse("enrollment:declaration", args=[later.pk]),
            )
            for later in self._joining(declaration)
        ]
        blocks += [
            Point(str(change), reverse("enrollment:employer", args=[declaration.employer_id]))
            for change in EmployerChange.objects.filter(
                employer_id=declaration.employer_id, people__gt=0
            ).exclude(state=EmployerChange.State.UNDONE)
            if change.effective_period >= declaration.first_period
        ]
        blocks += corrected_since(entry, declaration.employer_id, details__about__in=["wage", "months"])
        left = standing_by_return(_told(entry, "leavings"))
        joined = joined_by_return(_told(entry, "joinings"))
        blocks += joined_since(left) + left_since(joined) + self._naming(declaration, joined)
        takes = [
            Point(
                _("%(document)s: %(count)s wages from %(period)s")
                % {
                    "document": declaration.code,
                    "count": len(workers),
                    "period": format_period(declaration.first_period),
                },
                reverse("enrollment:declaration", args=[declaration.pk]),
            ),
        ]
        takes += _named(_("%(name)s is employed here again from %(period)s"), left, first_without)
        takes += _named(_("%(name)s: employment from %(period)s"), joined, lambda e: e.first_period)
        depends = charged_points(charged)
        months = sorted({first_without(e) for e in left})
        depends += [
            Point(_("the wages from %(period)s on are charged again") % {"period": format_period(first)})
            for first in months
        ]
        direct = not charged.billed and all(first >= open_period for first in months)
        return UndoPlan(takes, depends, blocks, declaration.first_period, direct, WAYS)

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]:
        declaration = self._approved(entry)
        leavings, joinings = _told(entry, "leavings"), _told(entry, "joinings")
        left, joined = standing_by_return(leavings), joined_by_return(joinings)
        Declaration.objects.filter(pk=declaration.pk).update(
            version=F("version") + 1,
            **(
                {"state": State.SUBMITTED, "reviewed_by": None, "reviewed_at": None, "return_reason": ""}
                if how.way == TO_REVIEW
                else {"state": State.RETURNED, "return_reason": how.reason}
            ),
        )
        reopen([(e.pk, None, "") for e in left])
        hooks.on_declaration_taken_back.call(declaration)
        still = {e.pk for e in left}
        back = [each for each in leavings if each["employment"] in still]
        charge_again(declaration, back)
        leavings_taken_back(declaration, how.by, back, how.reason)
        if joined:
            forget_lines(declaration, [e.worker_id for e in joined])
            newcomers_taken_back(declaration, how.by, joinings, how.reason)
            void(joined, min(e.first_period for e in joined))
        return {
            "fee_year": declaration.fee_year,
            "workers": declaration.workers,
            "way": how.way or TO_MEND,
            "back": len(left),
            "not_joined": len(joined),
        }

    def _approved(self, entry: AuditEntry) -> Declaration:
        found = (
            Declaration.objects.select_for_update(of=("self",))
            .select_related("employer")
            .filter(pk=entry.object_id, state=State.APPROVED)
            .first()
        )
        if found is None:
            raise Refusal("", "gone", GONE)
        return found

    def _workers(self, declaration: Declaration) -> list[int]:
        return list(
            DeclarationLine.objects.filter(
                fee_year=declaration.fee_year, county_id=declaration.county_id, declaration=declaration
            ).values_list("worker_id", flat=True)
        )

    def _naming(self, declaration: Declaration, joined: Sequence[Employment]) -> list[Point]:
        """Other returns that name whom this one brought."""
        if not joined:
            return []
        pending, approved = returns_of(joined)
        return [block(d) for d in (*pending, *approved) if d.pk != declaration.pk]

    def _joining(self, declaration: Declaration) -> list[Declaration]:
        if declaration.kind == Declaration.Kind.JOINING:
            return []
        return list(
            Declaration.objects.filter(
                employer_id=declaration.employer_id,
                fee_year=declaration.fee_year,
                kind=Declaration.Kind.JOINING,
                state=State.APPROVED,
            ).select_related("employer")[:5]
        )


def _told(entry: AuditEntry, name: str) -> list[Mapping[str, Any]]:
    """What the approval's entry says of the people who left or joined with it."""
    return list((entry.details or {}).get(name, []))


def first_without(employment: Employment) -> date:
    """The first month without an employment that ended."""
    assert employment.last_period is not None
    return add_months(employment.last_period, 1)


def _named(words: str, people: Sequence[Employment], month: Callable[[Employment], date]) -> list[Point]:
    points = [
        Point(
            words % {"name": e.worker.name, "period": format_period(month(e))},
            reverse("enrollment:worker", args=[e.worker_id]),
        )
        for e in people[:NAMED]
    ]
    if len(people) > NAMED:
        points.append(Point(_("and %(count)s more") % {"count": len(people) - NAMED}))
    return points
