"""Taking back that an employer from another county was taken in: it waits at the old county's door again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment import hooks
from enrollment.acts.models import EmployerChange
from enrollment.acts.people import NAMED, corrected_since, void
from enrollment.acts.undoing import How, Point, UndoPlan, charged_points
from enrollment.hooks import PeopleMoved
from enrollment.lines import line_name
from enrollment.models import TAKEN_BACK, Coverage, Declaration, Employer, Employment
from enrollment.permissions import MAY_ENTER
from enrollment.refusals import Refusal
from enrollment.services.events import first_open
from jilin_si.access.audit import AuditEntry
from jilin_si.money import format_yuan
from jilin_si.periods import add_months, format_period

State = EmployerChange.State


class UndoTakingIn:
    """The employer never came here: its people, lines and charges go, and its move waits to be taken in again.

    The county that it left can then take the move itself back. Bills of assessed months stand, and the next assessment
    takes them back; for that the coverage of those months stays.
    """

    roles = MAY_ENTER

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        change, made = self._taken_in(entry)
        workers = list(change.employments.values_list("worker_id", flat=True))
        first = change.effective_period
        charged = hooks.charged(made.pk, made.county_id, workers, first)
        takes = [
            Point(
                _("%(name)s is not registered here as %(number)s")
                % {"name": made.name, "number": made.number},
                reverse("enrollment:employer", args=[made.pk]),
            ),
            Point(_("%(count)s people are not employed with it from %(period)s") % _counted(workers, first)),
            Point(
                _("its move from %(county)s waits to be taken in again; %(county)s can take the move back")
                % {"county": change.county.unit_name}
            ),
        ]
        takes += [
            Point(_("%(document)s, not handed in yet") % {"document": d.code}, _url(d))
            for d in _returns(made)
            if d.state == Declaration.State.DRAFT
        ]
        return UndoPlan(
            takes, charged_points(charged), self._blocks(entry, change, made), first, first >= open_period
        )

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]:
        change, made = self._taken_in(entry)
        first, opened = change.effective_period, first_open(made.county_id)
        workers = list(change.employments.values_list("worker_id", flat=True))
        EmployerChange.objects.filter(pk=change.pk).update(
            state=State.WAITING, successor=None, taken_in_by=None
        )
        for declaration in _returns(made):
            _drop(declaration)
        hooks.on_people_left.call(PeopleMoved(made.pk, made.county_id, workers, first, retirees=True))
        there = list(_employed(made))
        details = void(there, first) if there else {}
        for coverage in Coverage.objects.filter(employer=made):
            if coverage.first_period >= opened:
                coverage.delete()
            else:  # the bills of these months are taken back by the line that made them
                coverage.last_period = add_months(opened, -1)
                coverage.save(update_fields=["last_period"])
        made.status, made.successor_of = Employer.Status.TAKEN_BACK, None
        made.save(update_fields=["status", "successor_of"])
        return {"change": change.pk, "people": len(workers)} | details

    def _blocks(self, entry: AuditEntry, change: EmployerChange, made: Employer) -> list[Point]:
        """What was done about the employer since: each is taken back first, or stands for good (money)."""
        page = reverse("enrollment:employer", args=[made.pk])
        blocks = [
            Point(str(event), page)
            for event in EmployerChange.objects.filter(employer=made).exclude(state=State.UNDONE)
        ]
        blocks += _moved_since(change, made)
        blocks += [
            Point(_("%(document)s was handed in") % {"document": d.code}, _url(d))
            for d in _returns(made)
            if d.state != Declaration.State.DRAFT
        ][:NAMED]
        lines = {kept["line"] for kept in change.coverages}
        blocks += [
            Point(
                _("Coverage: %(line)s from %(period)s")
                % {"line": line_name(c.line), "period": format_period(c.first_period)},
                page,
            )
            for c in Coverage.objects.filter(employer=made)
            if c.line not in lines or c.first_period != change.effective_period or c.last_period
        ]
        blocks += [
            Point(
                _("%(amount)s yuan were paid on %(day)s")
                % {"amount": format_yuan(paid.amount), "day": paid.on.isoformat()}
            )
            for paid in hooks.payments(made.pk)[:NAMED]
        ]
        blocks += corrected_since(entry, made.pk)
        return blocks

    def _taken_in(self, entry: AuditEntry) -> tuple[EmployerChange, Employer]:
        found = (
            EmployerChange.objects.filter(
                pk=(entry.details or {}).get("change"), state=State.DONE, successor_id=entry.object_id
            )
            .select_related("successor", "county")
            .first()
        )
        if found is None or found.successor is None:
            raise Refusal("", "gone", gettext_lazy("Nothing of this act is left."))
        return found, found.successor


def _moved_since(change: EmployerChange, made: Employer) -> list[Point]:
    """Who joined the employer since it was taken in, and who left it otherwise than it was written then."""
    before = dict(change.employments.values_list("worker_id", "last_period"))
    blocks = []
    for e in _employed(made):
        names = {"name": e.worker.name, "employer": made.name, "period": format_period(e.first_period)}
        url = reverse("enrollment:worker", args=[e.worker_id])
        if e.worker_id not in before or e.first_period != change.effective_period:
            blocks.append(Point(_("%(name)s joined %(employer)s from %(period)s") % names, url))
        elif e.last_period != before[e.worker_id]:
            blocks.append(Point(_("%(name)s left %(employer)s since") % names, url))
        if len(blocks) == NAMED:
            break
    return blocks


def _employed(made: Employer) -> Any:
    return (
        Employment.objects.filter(employer=made)
        .exclude(leave_reason=TAKEN_BACK)
        .select_related("worker")
        .order_by("worker_id")
    )


def _returns(made: Employer) -> list[Declaration]:
    return list(Declaration.objects.filter(employer=made).select_related("employer").order_by("pk"))


def _drop(declaration: Declaration) -> None:
    """A return that was only begun goes with its employer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from enrollment_declarationline where fee_year = %s and county_id = %s and declaration_id = %s",
            [declaration.fee_year, declaration.county_id, declaration.pk],
        )
    declaration.answers.all().delete()
    declaration.newcomers.all().delete()
    declaration.delete()


def _counted(workers: list[int], first: date) -> dict[str, Any]:
    return {"count": len(workers), "period": format_period(first)}


def _url(declaration: Declaration) -> str:
    return reverse("enrollment:declaration", args=[declaration.pk])
