"""Taking back what was done about an employer: a coverage, an approved return, an event."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment import hooks
from enrollment.acts.models import ChangedEmployment, EmployerChange
from enrollment.acts.people import period_of_entry, reopen, void
from enrollment.acts.undoing import Point, UndoPlan, charged_points
from enrollment.hooks import PeopleMoved, PeopleTakenOver
from enrollment.lines import line_name
from enrollment.models import Coverage, Declaration, DeclarationLine, Employer, Employment
from enrollment.permissions import MAY_ENTER, MAY_REVIEW
from enrollment.refusals import Refusal
from jilin_si.access.audit import AuditEntry
from jilin_si.periods import format_period, parse_period

GONE = gettext_lazy("Nothing of this act is left.")
TO_REVIEW, TO_MEND = "review", "mend"
WAYS = (
    (TO_MEND, gettext_lazy("Back to be mended, with this reason")),
    (TO_REVIEW, gettext_lazy("Waiting for review again, as it stood before the approval")),
)
State = Declaration.State
Kind = EmployerChange.Kind


class UndoCoverage:
    """A line was not joined, or not left. Once a month of it is billed, only the months to come can be taken back."""

    roles = MAY_ENTER

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        coverage = self._coverage(entry)
        first = coverage.first_period
        last = (entry.details or {}).get("last_period")
        names = {"line": line_name(coverage.line), "period": format_period(first)}
        takes = [Point(_("Coverage: %(line)s from %(period)s") % names)]
        blocks = []
        turn = parse_period(str(last)[:7]) if last else first
        direct = turn >= open_period
        if not direct:
            blocks.append(
                Point(
                    _(
                        "months of it are assessed: end or begin the coverage with %(period)s instead,"
                        " what was billed stays owed"
                    )
                    % {"period": format_period(open_period)}
                )
            )
        return UndoPlan(takes, (), blocks, first, direct)

    def undo(self, entry: AuditEntry, plan: UndoPlan, reason: str, way: str = "") -> dict[str, Any]:
        coverage = self._coverage(entry)
        if (entry.details or {}).get("last_period") and self._ended_one(entry):
            coverage.last_period = None
            coverage.save(update_fields=["last_period"])
            return {"line": coverage.line, "reopened": True}
        coverage.delete()
        return {"line": coverage.line, "reopened": False}

    def _ended_one(self, entry: AuditEntry) -> bool:
        """Whether the act gave a running coverage its end: then an earlier act began it."""
        told = entry.details or {}
        return any(
            (before.details or {}).get("line") == told.get("line")
            and (before.details or {}).get("first_period") == told.get("first_period")
            for before in AuditEntry.objects.filter(
                act="set_coverage", object_kind="employer", object_id=entry.object_id, pk__lt=entry.pk
            )
        )

    def _coverage(self, entry: AuditEntry) -> Coverage:
        told = entry.details or {}
        last = told.get("last_period")
        found = Coverage.objects.filter(
            employer_id=entry.object_id,
            line=told.get("line"),
            first_period=period_of_entry(entry),
            last_period=parse_period(str(last)[:7]) if last else None,
        ).first()
        if found is None:
            raise Refusal("", "gone", GONE)
        return found


class UndoApproval:
    """A return is not approved any more, and what it charged is reversed.

    Who finds a wage wrong sends it back to be mended, with the reason; who approved too early lets it wait for review
    again, as it did before.
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
        blocks += [
            Point(
                _("correction %(code)s was approved after it")
                % {"code": (later.details or {}).get("code", "")},
                reverse("enrollment:worker", args=[later.object_id]),
            )
            for later in AuditEntry.objects.filter(
                act="approve_correction",
                employer_id=declaration.employer_id,
                pk__gt=entry.pk,
                details__about__in=["wage", "months"],
            )[:5]
        ]
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
        return UndoPlan(
            takes, charged_points(charged), blocks, declaration.first_period, not charged.billed, WAYS
        )

    def undo(self, entry: AuditEntry, plan: UndoPlan, reason: str, way: str = "") -> dict[str, Any]:
        declaration = self._approved(entry)
        Declaration.objects.filter(pk=declaration.pk).update(
            version=F("version") + 1,
            **(
                {"state": State.SUBMITTED, "reviewed_by": None, "reviewed_at": None, "return_reason": ""}
                if way == TO_REVIEW
                else {"state": State.RETURNED, "return_reason": reason}
            ),
        )
        hooks.on_declaration_taken_back.call(declaration)
        return {
            "fee_year": declaration.fee_year,
            "workers": declaration.workers,
            "way": way or TO_MEND,
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

    def undo(self, entry: AuditEntry, plan: UndoPlan, reason: str, way: str = "") -> dict[str, Any]:
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
