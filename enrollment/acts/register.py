"""What acts add to other pages, and how each kind of act is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.acts import undoing
from enrollment.acts.approvals import UndoApproval
from enrollment.acts.coverages import UndoCoverage
from enrollment.acts.employers import UndoEvent
from enrollment.acts.models import EmployerChange
from enrollment.acts.people import UndoJoining, UndoLeaving, UndoRoster
from enrollment.acts.taking_in import UndoTakingIn
from enrollment.acts.transfers import UndoTransferInside
from enrollment.views.events import events_panel
from jilin_si.access.models import Role
from jilin_si.web.desk import Count, CountCard, register_count
from jilin_si.web.panels import register_panel

if TYPE_CHECKING:
    from django.http import HttpRequest


def register_acts() -> None:
    """List them (called when the app starts)."""
    register_panel("employer", 5, events_panel, column="side")
    undoing.register("enrol_worker", UndoJoining())
    undoing.register("end_employment", UndoLeaving())
    undoing.register("transfer_inside", UndoTransferInside())
    undoing.register("import_roster", UndoRoster())
    undoing.register("set_coverage", UndoCoverage())
    undoing.register("approve_declaration", UndoApproval())
    undoing.register("employer_event", UndoEvent())
    undoing.register("take_in_employer", UndoTakingIn())
    register_count(CountCard("moves", (Role.CLERK, Role.HEAD), 60, _moves))


def _moves(request: HttpRequest) -> Count | None:
    """Employers that move here and wait to be taken in; nothing where none waits."""
    waiting = EmployerChange.objects.filter(
        state=EmployerChange.State.WAITING,
        to_county_id__in=request.scope.units,  # type: ignore[attr-defined]
    )
    count = waiting.count()
    if not count:
        return None
    oldest = waiting.aggregate(oldest=Min("made_on"))["oldest"]
    return Count(
        _("Employers moving in"),
        count,
        reverse("enrollment:moves"),
        _("since %(day)s") % {"day": f"{oldest:%m-%d}"},
    )
