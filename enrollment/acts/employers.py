"""Taking back an event of an employer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment import hooks
from enrollment.acts.models import ChangedEmployment, EmployerChange
from enrollment.acts.people import reopen, void
from enrollment.acts.undoing import How, Point, UndoPlan
from enrollment.hooks import PeopleMoved, PeopleTakenOver
from enrollment.lines import line_name
from enrollment.models import Coverage, Employer, Employment
from enrollment.permissions import MAY_ENTER
from enrollment.refusals import Refusal
from jilin_si.access.audit import AuditEntry
from jilin_si.periods import format_period

GONE = gettext_lazy("Nothing of this act is left.")
Kind = EmployerChange.Kind


class UndoEvent:
    """An event did not happen: employments, coverage, status and charges stand as before it."""

    roles = MAY_ENTER

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        change = self._change(entry)
        takes = [Point(str(change))]
        if change.people:
            takes.append(Point(_("%(count)s people are employed here again") % {"count": change.people}))
        takes += [
            Point(_("covered again: %(line)s") % {"line": line_name(kept["line"])})
            for kept in change.coverages
        ]
        direct = change.effective_period >= open_period
        depends = []
        if change.people:
            depends.append(
                Point(
                    _("the wages from %(period)s on are charged again")
                    % {"period": format_period(change.effective_period)}
                )
            )
        if change.people and not direct:
            depends.append(Point(_("assessed months are billed as supplements in the next assessment")))
        return UndoPlan(takes, depends, self._blocks(change), change.effective_period, direct)

    def _blocks(self, change: EmployerChange) -> list[Point]:
        later = (
            EmployerChange.objects.filter(employer_id=change.employer_id, pk__gt=change.pk)
            .exclude(state=EmployerChange.State.UNDONE)
            .order_by("pk")
        )
        blocks = [Point(str(event)) for event in later]
        if change.kind == Kind.MOVE and change.state == EmployerChange.State.DONE:
            blocks.append(Point(_("the other county took the employer in: it takes that back first")))
            return blocks
        if change.kind in EmployerChange.SUCCEEDED:
            blocks += [Point(met.text, met.url) for met in hooks.met_across(change.pk)]
        people = change.employments.values_list("worker_id", flat=True)
        since = (
            Employment.objects.filter(worker_id__in=people, first_period__gte=change.effective_period)
            .exclude(leave_reason="taken_back")
            .select_related("worker", "employer")
        )
        if change.successor_id:
            moved = since.filter(employer_id=change.successor_id)
            before = dict(change.employments.values_list("worker_id", "last_period"))
            blocks += [
                Point(
                    _("%(name)s left %(employer)s since")
                    % {"name": e.worker.name, "employer": e.employer.name}
                )
                for e in moved
                if e.last_period != before[e.worker_id]
            ][:5]
            since = since.exclude(employer_id=change.successor_id)
        blocks += [
            Point(
                _("%(name)s joined %(employer)s from %(period)s")
                % {
                    "name": e.worker.name,
                    "employer": e.employer.name,
                    "period": format_period(e.first_period),
                },
                reverse("enrollment:worker", args=[e.worker_id]),
            )
            for e in since[:5]
        ]
        return blocks

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]:
        change = self._change(entry)
        EmployerChange.objects.filter(pk=change.pk).update(state=EmployerChange.State.UNDONE)
        kept = list(change.employments.all())
        if change.successor_id and kept:
            self._leave_successor(change, kept)
        reopen([(k.employment_id, k.last_period, k.leave_reason) for k in kept])
        for told in change.coverages:
            Coverage.objects.filter(pk=told["id"]).update(last_period=told["last_period"])
        employer = Employer.objects.get(pk=change.employer_id)
        employer.status, employer.ownership = change.status_before, change.ownership_before
        employer.save(update_fields=["status", "ownership"])
        charged = [k.worker_id for k in kept if k.wages]
        if kept or change.kind in EmployerChange.ENDING:
            hooks.on_people_back.call(
                PeopleMoved(
                    change.employer_id,
                    change.county_id,
                    charged,
                    change.effective_period,
                    change.kind in EmployerChange.ENDING and bool(change.retirees or change.retiree_cost),
                )
            )
        return {"kind": change.kind, "people": len(kept)}

    def _leave_successor(self, change: EmployerChange, kept: list[ChangedEmployment]) -> None:
        """The people never came to the successor; of the retirees' cost it keeps what is its own."""
        successor = change.successor
        if successor is None:
            return
        first = change.effective_period
        retirees = change.kind == Kind.MERGER and bool(change.retirees or change.retiree_cost)
        together = hooks.employer_sums(successor.pk, first)
        workers = [k.worker_id for k in kept]
        hooks.on_people_left.call(PeopleMoved(successor.pk, successor.county_id, workers, first, retirees))
        if retirees:
            hooks.on_people_taken_over.call(
                PeopleTakenOver(
                    successor.pk,
                    successor.county_id,
                    first,
                    {},
                    together.retirees - change.retirees,
                    together.retiree_cost - change.retiree_cost,
                )
            )
        there = list(
            Employment.objects.filter(employer=successor, worker_id__in=workers, first_period=first).exclude(
                leave_reason="taken_back"
            )
        )
        if there:
            void(there, first)
        if successor.successor_of_id == change.employer_id:
            successor.successor_of = None
            successor.save(update_fields=["successor_of"])

    def _change(self, entry: AuditEntry) -> EmployerChange:
        found = (
            EmployerChange.objects.filter(pk=(entry.details or {}).get("change"))
            .exclude(state=EmployerChange.State.UNDONE)
            .select_related("successor")
            .first()
        )
        if found is None:
            raise Refusal("", "gone", GONE)
        return found
