"""Taking back that somebody went to another employer of the unit: one act, one way back, never by halves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment import hooks
from enrollment.acts.people import UndoJoining, employments_of, period_of_entry, reopen
from enrollment.acts.undoing import How, Point, UndoPlan
from enrollment.hooks import PeopleMoved
from enrollment.models import TAKEN_BACK, Employment, LeaveReason
from enrollment.refusals import Refusal
from jilin_si.access.audit import AuditEntry
from jilin_si.periods import add_months, format_period


class UndoTransferInside(UndoJoining):
    """Who went to another employer stayed: the new employment goes, the old one runs on, and so do its wages."""

    def joined(self, entry: AuditEntry) -> list[Employment]:
        return employments_of(entry, [entry.object_id or 0])

    def plan(self, entry: AuditEntry, open_period: date) -> UndoPlan:
        planned = super().plan(entry, open_period)
        old, first = self._left(entry), period_of_entry(entry)
        direct = planned.direct and first >= open_period
        takes = [
            *planned.takes,
            Point(
                _("%(name)s stays with %(employer)s")
                % {"name": old.worker.name, "employer": old.employer.name},
                reverse("enrollment:employer", args=[old.employer_id]),
            ),
        ]
        depends = [
            *planned.depends,
            Point(
                _("the wages with %(employer)s from %(period)s on are charged again")
                % {"employer": old.employer.name, "period": format_period(first)}
            ),
        ]
        if not direct:
            depends.append(Point(_("assessed months are billed as supplements in the next assessment")))
        return replace(planned, takes=takes, depends=depends, direct=direct)

    def undo(self, entry: AuditEntry, plan: UndoPlan, how: How) -> dict[str, Any]:
        old, first = self._left(entry), period_of_entry(entry)
        details = super().undo(entry, plan, how)
        reopen([(old.pk, None, "")])
        hooks.on_people_back.call(PeopleMoved(old.employer_id, old.county_id, [old.worker_id], first))
        return details | {"stays_with": old.employer_id}

    def _left(self, entry: AuditEntry) -> Employment:
        """The employment that the transfer ended. Raises Refusal where it stands otherwise by now."""
        found = (
            Employment.objects.filter(
                worker_id=entry.object_id,
                employer_id=(entry.details or {}).get("from"),
                last_period=add_months(period_of_entry(entry), -1),
                leave_reason=LeaveReason.TRANSFERRED,
            )
            .exclude(leave_reason=TAKEN_BACK)
            .select_related("worker", "employer")
            .first()
        )
        if found is None:
            raise Refusal("", "gone", gettext_lazy("Nothing of this act is left."))
        return found
